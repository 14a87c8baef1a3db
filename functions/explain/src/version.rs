//! A version, read through its index.

use std::collections::BTreeSet;

use onefold_config::Config;
use onefold_identity::account::Account;
use onefold_identity::corrections::{Corrections, Pairs};
use onefold_identity::merge::{Guarded, split_member};
use onefold_identity::reference::place;
use onefold_lake::keys::{self, Part};
use onefold_lake::version::current::Current;
use onefold_lake::version::index::{self, Frame};
use onefold_lake::version::manifest::Manifest;
use onefold_lake::version::retired::{Retired, Trail};
use onefold_lake::{RunId, decompress};
use onefold_shell::{Context, StageError};
use onefold_store::Store;
use serde_json::Value;

/// A version.
pub(crate) struct Version<'s> {
    pub(crate) run: RunId,
    pub(crate) config: Config,
    pub(crate) corrections: Corrections,
    manifest: Manifest,
    frames: Vec<Frame>,
    store: &'s dyn Store,
}

/// A customer: its record, the texts of its accounts, and the lines of what guards did to them.
pub(crate) struct Group {
    pub(crate) customer_id: String,
    pub(crate) customer: String,
    pub(crate) accounts: Vec<String>,
    pub(crate) guarded: Vec<String>,
}

/// What an account is in the version.
pub(crate) enum Found {
    /// A member of a customer.
    Customer(Group),
    /// Deleted.
    Tombstone,
}

impl<'s> Version<'s> {
    /// The version of a run, or the current one.
    pub(crate) async fn open(run: Option<&RunId>, context: &'s Context) -> Result<Self, StageError> {
        let run = match run {
            Some(run) => run.clone(),
            None => match context.json_if_there::<Current>(keys::CURRENT).await? {
                Some((current, _)) => current.run,
                None => return Err(StageError::invalid_input("nothing has been published yet; start a run first")),
            },
        };
        let Some((manifest, _)) = context.json_if_there::<Manifest>(&keys::manifest(&run)).await? else {
            return Err(StageError::invalid_input(format!("the run {run} has not published a version")));
        };
        if manifest.files.index.is_empty() {
            return Err(StageError::invalid_input(format!(
                "the version of {run} has no index, as it was made by an older Onefold; the next run makes one"
            )));
        }
        let (text, _) = context.store.get(&keys::processed_config(&run)).await?;
        let config = Config::parse(&String::from_utf8_lossy(&text))
            .map_err(|_| StageError::corrupt(format!("{} is no configuration", keys::processed_config(&run))))?;
        let pairs: Pairs = context.json(&keys::processed_corrections(&run)).await?;
        let corrections = Corrections::new(pairs);
        let frames = context.json_lines(&keys::processed_frames(&run)).await?;
        Ok(Self { run, config, corrections, manifest, frames, store: context.store.as_ref() })
    }

    /// What an account is.
    pub(crate) async fn find_account(&self, reference: &str) -> Result<Option<Found>, StageError> {
        for frame in self.candidates(place(reference)).await? {
            let members = self.text(Part::Members, frame.file, frame.members).await?;
            // The reference as JSON writes it: other lines are not parsed.
            let written = Value::from(reference).to_string();
            let is_of = |text: &str| {
                let account = Account::parse(text);
                account.is_ok_and(|account| account.reference == reference)
            };
            let mut lines = members.lines().filter(|line| line.contains(&written)).filter_map(split_member);
            match lines.find(|(_, account)| is_of(account)) {
                Some((Some(customer_id), _)) => {
                    return Ok(self.group(customer_id, frame, &members).await?.map(Found::Customer));
                }
                Some((None, _)) => return Ok(Some(Found::Tombstone)),
                None => {}
            }
        }
        Ok(None)
    }

    /// A customer of the version.
    pub(crate) async fn find_customer(&self, customer_id: &str) -> Result<Option<Group>, StageError> {
        for frame in self.candidates(place(customer_id)).await? {
            let members = self.text(Part::Members, frame.file, frame.members).await?;
            if let Some(group) = self.group(customer_id, frame, &members).await? {
                return Ok(Some(group));
            }
        }
        Ok(None)
    }

    /// What became of an id that ended, and the customers that it is now; no steps if there never was such an id.
    pub(crate) async fn retired(&self, customer_id: &str) -> Result<(Vec<Retired>, BTreeSet<String>), StageError> {
        let mut trail = Trail::new(customer_id);
        for file in &self.manifest.files.retired {
            trail.file(self.store, file).await?;
        }
        Ok(trail.end())
    }

    /// The partitions that have an account or a customer, by its place in the index; one, or none.
    async fn candidates(&self, place: u64) -> Result<Vec<&Frame>, StageError> {
        Ok(index::find(self.store, &self.run, &self.frames, place).await?)
    }

    /// A customer of a partition, with its accounts among the partition's members.
    async fn group(&self, customer_id: &str, frame: &Frame, members: &str) -> Result<Option<Group>, StageError> {
        let of_customer = members.lines().filter_map(split_member).filter(|(id, _)| *id == Some(customer_id));
        let accounts: Vec<String> = of_customer.map(|(_, account)| account.to_owned()).collect();
        if accounts.is_empty() {
            return Ok(None);
        }
        let customers = self.text(Part::Customers, frame.file, frame.customers).await?;
        let start = format!("{{\"customer_id\":{}", Value::from(customer_id));
        let customer = customers.lines().find(|line| line.starts_with(&start));
        let customer = customer.ok_or_else(|| StageError::corrupt("a customer of the version has no record"))?;
        let guarded = self.guarded(frame, &accounts).await?;
        Ok(Some(Group { customer_id: customer_id.to_owned(), customer: customer.to_owned(), accounts, guarded }))
    }

    /// The lines of what guards did in a partition that are about some accounts.
    async fn guarded(&self, frame: &Frame, accounts: &[String]) -> Result<Vec<String>, StageError> {
        if frame.blocked.0 == frame.blocked.1 {
            return Ok(Vec::new());
        }
        let parsed = accounts.iter().filter_map(|text| Account::parse(text).ok());
        let references: BTreeSet<String> = parsed.map(|account| account.reference.into_owned()).collect();
        let text = self.text(Part::Blocked, frame.file, frame.blocked).await?;
        let is_about = |line: &&str| {
            serde_json::from_str::<Guarded>(line)
                .is_ok_and(|guarded| guarded.accounts().any(|account| references.contains(account)))
        };
        Ok(text.lines().filter(is_about).map(str::to_owned).collect())
    }

    /// The text of a partition's frame.
    async fn text(&self, part: Part, file: u32, (start, end): (u64, u64)) -> Result<String, StageError> {
        let key = keys::processed(&self.run, part, file);
        let bytes = self.store.get_range(&key, start..end).await?;
        String::from_utf8(decompress(&key, &bytes)?)
            .map_err(|_| StageError::corrupt(format!("the object {key} is damaged: it is not UTF-8")))
    }
}
