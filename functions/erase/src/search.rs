//! Finding whom somebody means in a version.

use std::collections::BTreeSet;

use onefold_config::Config;
use onefold_graph::node::Node;
use onefold_identity::merge::members;
use onefold_identity::reference;
use onefold_identity::suppression::{Suppression, reference_entry};
use onefold_lake::keys::{self, Part};
use onefold_lake::version::index::{self, Frame};
use onefold_lake::version::manifest::Manifest;
use onefold_lake::{RunId, decompress};
use onefold_shell::{Context, StageError, in_order};

use crate::request::{Cursor, Request};

/// Places that are read at once, and looked through before the time is looked at.
const READ_AHEAD: usize = 4;

/// Where members of whole customers are: a partition in a member file, or a member file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    key: String,
    /// Start and end in bytes; all of the object if not given.
    range: Option<(u64, u64)>,
}

/// What is searched for, and where.
pub(crate) struct Search {
    config: Config,
    /// Each value on a list of its own.
    asked: Vec<Suppression>,
    all: Suppression,
    places: Vec<Place>,
}

/// Who was found in a place.
#[derive(Default)]
struct Found {
    /// The numbers of the values that somebody has.
    known: BTreeSet<usize>,
    customers: BTreeSet<String>,
    /// The entries of all accounts of these customers, and of tombstones.
    accounts: BTreeSet<Node>,
}

impl Search {
    /// Finds out where to look for the values of a request.
    pub(crate) async fn open(
        version: &RunId,
        request: &Request,
        asked: &[Node],
        context: &Context,
    ) -> Result<Self, StageError> {
        let key = keys::processed_config(version);
        let (text, _) = context.store.get(&key).await?;
        let config = Config::parse(&String::from_utf8_lossy(&text))
            .map_err(|faults| StageError::corrupt(format!("{key} is not understood any more: {faults}")))?;
        let hasher = context.hasher()?;
        let list = |entries: &[Node]| Suppression::new(hasher.clone(), entries.iter().copied());
        let places = places(version, request.only_references(), context).await?;
        Ok(Self { config, asked: asked.iter().map(|entry| list(&[*entry])).collect(), all: list(asked), places })
    }

    /// Looks through the next places, and moves the cursor behind them. Gives the entries of the accounts that were found;
    /// `None` if there is no place left.
    pub(crate) async fn look(
        &self,
        cursor: &mut Cursor,
        context: &Context,
    ) -> Result<Option<BTreeSet<Node>>, StageError> {
        let next: Vec<&Place> = self.places.iter().skip(cursor.places).take(READ_AHEAD).collect();
        if next.is_empty() {
            return Ok(None);
        }
        let places = next.len();
        let mut entries = BTreeSet::new();
        let read = async |place| read(place, context).await;
        in_order(next, READ_AHEAD, read, |text| {
            let found = self.find(&text, context)?;
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

    /// Who has the values, among the members of whole customers.
    fn find(&self, text: &str, context: &Context) -> Result<Found, StageError> {
        let hasher = context.hasher()?;
        let mut found = Found::default();
        for member in members(text) {
            let member = member?;
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
            let member = member?;
            if member.customer_id.is_some_and(|customer_id| found.customers.contains(customer_id)) {
                found.accounts.insert(reference_entry(hasher, &member.account.reference));
            }
        }
        Ok(found)
    }
}

/// The places that can have members of these references, or of anybody if none are given.
async fn places(version: &RunId, references: Option<&[String]>, context: &Context) -> Result<Vec<Place>, StageError> {
    let manifest: Manifest = context.json(&keys::manifest(version)).await?;
    if manifest.files.index.is_empty() {
        // An earlier program wrote no index. It did write each customer into one file.
        let files = manifest.files.members.into_iter();
        return Ok(files.map(|file| Place { key: file.key, range: None }).collect());
    }
    let frames: Vec<Frame> = context.json_lines(&keys::processed_frames(version)).await?;
    let place =
        |frame: &Frame| Place { key: keys::processed(version, Part::Members, frame.file), range: Some(frame.members) };
    let Some(references) = references else {
        let with_members = frames.iter().filter(|frame| frame.members.0 < frame.members.1);
        return Ok(with_members.map(place).collect());
    };
    let mut places = BTreeSet::new();
    for asked in references {
        let found = index::find(context.store.as_ref(), version, &frames, reference::place(asked)).await?;
        places.extend(found.into_iter().map(place));
    }
    Ok(places.into_iter().collect())
}

async fn read(place: &Place, context: &Context) -> Result<String, StageError> {
    let key = &place.key;
    let bytes = match place.range {
        Some((start, end)) => context.store.get_range(key, start..end).await?,
        None => context.store.get(key).await?.0,
    };
    String::from_utf8(decompress(key, &bytes)?)
        .map_err(|_| StageError::corrupt(format!("the object {key} is not UTF-8")))
}
