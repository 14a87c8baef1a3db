//! Finds accounts and customers of a version by its index. The ranged GETs stay few and small in a large version.

use std::collections::BTreeSet;

use futures_util::stream::{self, StreamExt};
use onefold_graph::node::NodeHasher;
use onefold_identity::account::Account;
use onefold_identity::identifiers::{AskedIdentifier, Identifiers};
use onefold_identity::merge::{Guarded, split_member};
use onefold_identity::reference::place;
use onefold_lake::keys::{self, VersionPart};
use onefold_lake::version::index::{self, FramePosition, PartitionFrames};
use onefold_lake::{FormatError, RunId};
use onefold_store::Store;
use serde_json::Value;

use crate::error::VersionError;
use crate::objects::read_text;

/// The index of a version.
pub struct VersionIndex<'s> {
    pub(crate) store: &'s dyn Store,
    pub(crate) run: RunId,
    /// Where each partition is in the version's files.
    pub(crate) frames: Vec<PartitionFrames>,
}

/// A customer with everything that a version has about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerGroup {
    /// Its id.
    pub customer_id: String,
    /// Its record, a line of the customer files.
    pub customer: String,
    /// Its accounts as lines of text, in the order of the member files.
    pub accounts: Vec<String>,
    /// The frequency classes of each account's values, if the run scored pairs.
    pub frequencies: Option<Vec<Vec<u8>>>,
    /// The lines of the files in `blocked/` that name one of its accounts.
    pub guarded: Vec<String>,
}

/// An account's state in a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountInVersion {
    /// A member of this customer.
    Member(CustomerGroup),
    /// Its source marks it as deleted.
    Tombstone,
}

/// Customers with an identifier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundCustomers {
    /// Their records, lines of the customer files.
    pub customers: Vec<String>,
    /// Whether others have it, too.
    pub more: bool,
}

/// The customer of an account, and where both are.
struct FoundMember {
    /// None if the account is a tombstone.
    customer_id: Option<String>,
    position: FramePosition,
    /// The members there.
    members: String,
}

/// How many frames are read at once, of an identifier that several customers have.
const READ_AHEAD: usize = 4;

impl VersionIndex<'_> {
    /// Finds an account by its reference, such as `crm:8`; `None` if the version does not have it.
    ///
    /// # Errors
    /// An object of the version is missing or damaged, or the store failed.
    pub async fn find_account(&self, reference: &str) -> Result<Option<AccountInVersion>, VersionError> {
        let Some(FoundMember { customer_id, position, members }) = self.find_member(reference).await? else {
            return Ok(None);
        };
        match customer_id {
            Some(customer_id) => Ok(self.group(&customer_id, position, &members).await?.map(AccountInVersion::Member)),
            None => Ok(Some(AccountInVersion::Tombstone)),
        }
    }

    /// Finds a customer by its id; `None` if the version does not have it.
    ///
    /// # Errors
    /// An object of the version is missing or damaged, or the store failed.
    pub async fn find_customer(&self, customer_id: &str) -> Result<Option<CustomerGroup>, VersionError> {
        for position in self.positions(&[place(customer_id)]).await? {
            let members = self.members(position).await?;
            if let Some(group) = self.group(customer_id, position, &members).await? {
                return Ok(Some(group));
            }
        }
        Ok(None)
    }

    /// The record of the customer of an account. `None` if the version does not have the account, and an inner `None` if its
    /// source marks it as deleted.
    ///
    /// # Errors
    /// An object of the version is missing or damaged, or the store failed.
    pub async fn find_record_of_account(&self, reference: &str) -> Result<Option<Option<String>>, VersionError> {
        let Some(FoundMember { customer_id, position, .. }) = self.find_member(reference).await? else {
            return Ok(None);
        };
        let Some(customer_id) = customer_id else { return Ok(Some(None)) };
        let customers = self.customers(position).await?;
        Ok(Some(Some(self.record(&customer_id, position, &customers)?)))
    }

    /// The record of a customer; `None` if the version does not have it.
    ///
    /// # Errors
    /// An object of the version is missing or damaged, or the store failed.
    pub async fn find_record(&self, customer_id: &str) -> Result<Option<String>, VersionError> {
        for position in self.positions(&[place(customer_id)]).await? {
            let customers = self.customers(position).await?;
            if let Some(record) = record_of(customer_id, &customers) {
                return Ok(Some(record.to_owned()));
            }
        }
        Ok(None)
    }

    /// The customers that have one of some identifiers, `most` at most. The hasher must be that of the index: see
    /// [`OpenVersion::check_identifiers`](crate::OpenVersion::check_identifiers).
    ///
    /// # Errors
    /// An object of the version is missing or damaged, or the store failed.
    pub async fn find_identified(
        &self,
        identifiers: &Identifiers<'_>,
        asked: &[AskedIdentifier],
        hasher: &NodeHasher,
        most: usize,
    ) -> Result<FoundCustomers, VersionError> {
        let places: BTreeSet<u64> = asked.iter().filter_map(|one| identifiers.place(one, hasher)).collect();
        let places: Vec<u64> = places.into_iter().collect();
        self.find_customers(&places, most, |account| asked.iter().any(|one| identifiers.has(account, one))).await
    }

    /// The customers of which an account is meant, `most` at most. `places` are where the index has such accounts.
    async fn find_customers(
        &self,
        places: &[u64],
        most: usize,
        is_meant: impl Fn(&Account<'_>) -> bool,
    ) -> Result<FoundCustomers, VersionError> {
        let positions = self.positions(places).await?;
        let read = async |position: FramePosition| Ok::<_, VersionError>((position, self.members(position).await?));
        let mut read = stream::iter(positions.into_iter().map(read)).buffered(READ_AHEAD);
        let mut found = FoundCustomers::default();
        while let Some(read) = read.next().await {
            let (position, members) = read?;
            let ids = customers_with(&members, &is_meant);
            if ids.is_empty() {
                continue;
            }
            let free = most.saturating_sub(found.customers.len());
            found.more |= ids.len() > free;
            if free == 0 {
                break;
            }
            let customers = self.customers(position).await?;
            for customer_id in ids.into_iter().take(free) {
                found.customers.push(self.record(customer_id, position, &customers)?);
            }
        }
        Ok(found)
    }

    /// The positions that may have an account, a customer or an identifier, by its places in the index: normally one or
    /// none.
    pub(crate) async fn positions(&self, places: &[u64]) -> Result<Vec<FramePosition>, VersionError> {
        index::find(self.store, &self.run, &self.frames, places).await.map_err(VersionError::reading_part)
    }

    async fn find_member(&self, reference: &str) -> Result<Option<FoundMember>, VersionError> {
        for position in self.positions(&[place(reference)]).await? {
            let members = self.members(position).await?;
            // The reference as JSON. Lines without it are not parsed.
            let written = Value::from(reference).to_string();
            let is_of = |text: &str| {
                let account = Account::parse(text);
                account.is_ok_and(|account| account.reference == reference)
            };
            let mut lines = members.lines().filter(|line| line.contains(&written)).filter_map(split_member);
            if let Some(line) = lines.find(|line| is_of(line.account)) {
                let customer_id = line.customer_id.map(str::to_owned);
                return Ok(Some(FoundMember { customer_id, position, members }));
            }
        }
        Ok(None)
    }

    /// A customer, with its accounts among members.
    async fn group(
        &self,
        customer_id: &str,
        position: FramePosition,
        members: &str,
    ) -> Result<Option<CustomerGroup>, VersionError> {
        let of_customer = members.lines().filter_map(split_member).filter(|line| line.customer_id == Some(customer_id));
        let (accounts, frequencies): (Vec<String>, Vec<Option<Vec<u8>>>) =
            of_customer.map(|line| (line.account.to_owned(), line.frequencies())).unzip();
        if accounts.is_empty() {
            return Ok(None);
        }
        let customers = self.customers(position).await?;
        let customer = self.record(customer_id, position, &customers)?;
        let guarded = self.guarded(position, &accounts).await?;
        let customer_id = customer_id.to_owned();
        // Accounts of a version whose run scored no pairs have none.
        let frequencies = frequencies.into_iter().collect();
        Ok(Some(CustomerGroup { customer_id, customer, accounts, frequencies, guarded }))
    }

    /// The record of a customer that has members.
    fn record(&self, customer_id: &str, position: FramePosition, customers: &str) -> Result<String, VersionError> {
        let no_record = || {
            let key = keys::processed(&self.run, VersionPart::Customers, position.file);
            VersionError::Damaged(FormatError::new(&key, "it has no record of a customer that has members"))
        };
        record_of(customer_id, customers).map(str::to_owned).ok_or_else(no_record)
    }

    /// The lines of a partition's guards that name one of the accounts.
    async fn guarded(&self, position: FramePosition, accounts: &[String]) -> Result<Vec<String>, VersionError> {
        let parsed = accounts.iter().filter_map(|text| Account::parse(text).ok());
        let references: BTreeSet<String> = parsed.map(|account| account.reference.into_owned()).collect();
        let text = self.text(VersionPart::Blocked, position.file, position.blocked).await?;
        let is_about = |line: &&str| {
            serde_json::from_str::<Guarded>(line)
                .is_ok_and(|guarded| guarded.accounts().any(|account| references.contains(account)))
        };
        Ok(text.lines().filter(is_about).map(str::to_owned).collect())
    }

    async fn members(&self, position: FramePosition) -> Result<String, VersionError> {
        self.text(VersionPart::Members, position.file, position.members).await
    }

    async fn customers(&self, position: FramePosition) -> Result<String, VersionError> {
        self.text(VersionPart::Customers, position.file, position.customers).await
    }

    /// A part of the text of one file.
    async fn text(&self, part: VersionPart, file: u32, range: (u64, u64)) -> Result<String, VersionError> {
        if range.0 == range.1 {
            return Ok(String::new());
        }
        read_text(self.store, &keys::processed(&self.run, part, file), Some(range)).await
    }
}

/// The record of a customer among some.
fn record_of<'t>(customer_id: &str, customers: &'t str) -> Option<&'t str> {
    let start = format!("{{\"customer_id\":{}", Value::from(customer_id));
    customers.lines().find(|line| line.starts_with(&start))
}

/// The ids of the customers among members of which an account is meant, each once, in their order.
fn customers_with(members: &str, is_meant: impl Fn(&Account<'_>) -> bool) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for line in members.lines().filter_map(split_member) {
        let Some(customer_id) = line.customer_id else { continue };
        // The members of a customer stand together.
        if found.last() != Some(&customer_id) && Account::parse(line.account).is_ok_and(|account| is_meant(&account)) {
            found.push(customer_id);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::OpenVersion;
    use crate::testing::{block_on, put, with_partitions};

    #[test]
    fn an_account_is_found_with_all_that_its_customer_has() {
        let (store, _) = with_partitions();
        let index = block_on(async { OpenVersion::current(&store).await.unwrap().index().await.unwrap() });
        let Some(AccountInVersion::Member(group)) = block_on(index.find_account("shop:2")).unwrap() else {
            panic!("it is a member")
        };
        assert_eq!(group.customer_id, "c-1");
        assert_eq!(group.customer, r#"{"customer_id":"c-1","name":"c-3"}"#);
        let references: Vec<&str> = group.accounts.iter().map(|account| &account[..14]).collect();
        assert_eq!(references, [r#"{"ref":"crm:1""#, r#"{"ref":"shop:2"#]);
        assert_eq!(group.guarded, [r#"{"guard":"blocked_values","account":"crm:1"}"#]);
        assert_eq!(block_on(index.find_customer("c-1")).unwrap(), Some(group));
    }

    #[test]
    fn an_account_is_found_by_all_of_its_reference() {
        let (store, _) = with_partitions();
        let index = block_on(async { OpenVersion::current(&store).await.unwrap().index().await.unwrap() });
        let customer_of = |reference: &str| match block_on(index.find_account(reference)).unwrap() {
            Some(AccountInVersion::Member(group)) => group.customer_id,
            Some(AccountInVersion::Tombstone) => "tombstone".to_owned(),
            None => "none".to_owned(),
        };
        let found = ["crm:1", "crm:11", "crm:3", "crm:9", "crm:111", "c-1"].map(customer_of);
        assert_eq!(found, ["c-1", "c-3", "c-2", "tombstone", "none", "none"]);
        assert_eq!(block_on(index.find_customer("crm:1")).unwrap(), None);
        assert_eq!(block_on(index.find_customer("c-4")).unwrap(), None);
    }

    #[test]
    fn a_customer_without_a_record_is_damage() {
        let (store, manifest) = with_partitions();
        let index = block_on(async { OpenVersion::current(&store).await.unwrap().index().await.unwrap() });
        let key = &manifest.files.customers[0].key;
        let other = onefold_lake::compress(b"{\"customer_id\":\"c-9\"}\n").unwrap();
        let length = index.frames[0].customers.1 as usize;
        assert!(other.len() <= length, "the frame fits");
        let padding = onefold_lake::compress(b"").unwrap();
        let mut object = other;
        while object.len() + padding.len() <= length {
            object.extend_from_slice(&padding);
        }
        put(&store, key, object);
        let error = block_on(index.find_customer("c-1")).unwrap_err();
        assert!(matches!(error, VersionError::Damaged(_)), "{error:?}");
        assert!(error.to_string().contains(key.as_str()), "{error}");
    }
}
