//! Finds the people of a request in a version.

use std::collections::BTreeSet;

use onefold_config::Config;
use onefold_graph::node::Node;
use onefold_identity::merge::{LineError, members};
use onefold_identity::suppression::{Suppression, reference_entry};
use onefold_lake::RunId;
use onefold_lake::calls::{EraseCursor, EraseRequest};
use onefold_shell::{Context, StageError, in_order};
use onefold_version::{MemberPlace, OpenVersion};

use crate::request::only_references;

/// The number of places that are read at once. They are all searched before the time is checked.
const READ_AHEAD: usize = 4;

/// A search for the values of a request in a version.
pub(crate) struct Search<'s> {
    version: OpenVersion<'s>,
    config: Config,
    /// A list for each value, to know which values are found.
    asked: Vec<Suppression>,
    all: Suppression,
    places: Vec<MemberPlace>,
}

/// The people that were found in a place.
#[derive(Default)]
struct Matches {
    /// The numbers of the values that an account has.
    known: BTreeSet<usize>,
    customers: BTreeSet<String>,
    /// The entries of all accounts of these customers, and of tombstones with a value.
    accounts: BTreeSet<Node>,
}

impl<'s> Search<'s> {
    /// Opens the version of a run and lists the places to search. `asked` are the entries of the request's values.
    pub(crate) async fn open(
        run: &RunId,
        request: &EraseRequest,
        asked: &[Node],
        context: &'s Context,
    ) -> Result<Self, StageError> {
        let version = OpenVersion::of_run(context.store.as_ref(), run).await.map_err(StageError::current_version)?;
        let config = version.config().await.map_err(StageError::current_version)?;
        let places = version.member_places(only_references(request)).await.map_err(StageError::current_version)?;
        let hasher = context.hasher()?;
        let list = |entries: &[Node]| Suppression::new(hasher.clone(), entries.iter().copied());
        let each = asked.iter().map(|entry| list(&[*entry])).collect();
        Ok(Self { version, config, asked: each, all: list(asked), places })
    }

    /// Searches the next places and moves the cursor past them. Returns the entries of the accounts that were found, or
    /// `None` if no place is left.
    pub(crate) async fn look(
        &self,
        cursor: &mut EraseCursor,
        context: &Context,
    ) -> Result<Option<BTreeSet<Node>>, StageError> {
        let next: Vec<&MemberPlace> = self.places.iter().skip(cursor.places).take(READ_AHEAD).collect();
        if next.is_empty() {
            return Ok(None);
        }
        let places = next.len();
        let mut entries = BTreeSet::new();
        let read = async |place| {
            let text = self.version.read_members(place).await.map_err(StageError::current_version)?;
            Ok((place, text))
        };
        in_order(next, READ_AHEAD, read, |(place, text): (&MemberPlace, String)| {
            let found = self.find(&text, context).map_err(|error| error.about(place.key()))?;
            cursor.customers += found.customers.len() as u64;
            cursor.accounts += found.accounts.len() as u64;
            cursor.listed += found.accounts.iter().filter(|entry| self.all.entries().contains(entry)).count() as u64;
            cursor.known.extend(found.known);
            entries.extend(found.accounts);
            Ok(())
        })
        .await?;
        cursor.places += places;
        Ok(Some(entries))
    }

    /// Finds the accounts with the values, and all other accounts of their customers. `text` holds whole customers.
    fn find(&self, text: &str, context: &Context) -> Result<Matches, StageError> {
        let hasher = context.hasher()?;
        let mut found = Matches::default();
        for member in members(text) {
            let member = member.map_err(no_member)?;
            if self.all.covers(&member.account, &self.config) {
                found.accounts.insert(reference_entry(hasher, &member.account.reference));
                found.customers.extend(member.customer_id.map(str::to_owned));
                let has = self.asked.iter().enumerate().filter(|(_, list)| list.covers(&member.account, &self.config));
                found.known.extend(has.map(|(number, _)| number));
            }
        }
        if found.customers.is_empty() {
            return Ok(found);
        }
        for member in members(text) {
            let member = member.map_err(no_member)?;
            if member.customer_id.is_some_and(|customer_id| found.customers.contains(customer_id)) {
                found.accounts.insert(reference_entry(hasher, &member.account.reference));
            }
        }
        Ok(found)
    }
}

fn no_member(error: LineError) -> StageError {
    StageError::corrupt("the members cannot be read").caused_by(error)
}
