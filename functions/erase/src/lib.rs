//! Erase: puts people on the suppression list.
//!
//! It is no stage: people call it, by `onefold erase` or from the console. It writes an entry (a keyed hash) for each
//! value of the request. It also writes one for each account of the customers that have these values in the current
//! version: a person is all accounts of a customer, not only the one in the request. The next run drops these accounts,
//! and Purge removes the data of earlier runs.
//!
//! The version's index finds accounts by reference. For an e-mail address or a phone number, Erase reads all members.
//! If one invocation has too little time for that, its answer has a cursor for the next call.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod request;
mod search;

use std::collections::BTreeSet;
use std::time::Duration;

use onefold_graph::node::Node;
use onefold_lake::calls::{EraseCursor, EraseRequest, EraseResult};
use onefold_lake::keys;
use onefold_lake::version::current;
use onefold_shell::{Context, StageError, in_order};

use request::{entries, result_at, result_of_nobody};
use search::Search;

/// The number of entries that are written at once.
const WRITTEN_AT_ONCE: usize = 16;
/// The time that is reserved for writing the entries that were found.
const RESERVE: Duration = Duration::from_secs(60);

/// Puts people on the suppression list.
///
/// # Errors
/// `InvalidInput` if a value is invalid, with its place in the request; `Corrupt` if an object of the version is
/// damaged; `Transient` if the store failed. It can be called again.
pub async fn run(request: EraseRequest, context: &Context) -> Result<EraseResult, StageError> {
    let asked = entries(&request, context.hasher()?)?;
    let current = current::begin(context.store.as_ref()).await.map_err(StageError::changing)?;
    let Some(current) = current.value() else {
        if !request.dry_run {
            write(&asked.iter().copied().collect(), context).await?;
        }
        return Ok(result_of_nobody(&asked, !request.dry_run));
    };
    // Counts from another version are not valid for this one.
    let goes_on = request.cursor.clone().filter(|cursor| cursor.version == current.run);
    let mut cursor = goes_on.unwrap_or_else(|| EraseCursor::start(current.run.clone()));
    let search = Search::open(&cursor.version, &request, &asked, context).await?;
    let mut found: BTreeSet<Node> = asked.iter().copied().collect();
    let is_over = loop {
        match search.look(&mut cursor, context).await? {
            Some(accounts) => found.extend(accounts),
            None => break true,
        }
        if context.is_near_deadline(RESERVE) {
            break false;
        }
    };
    if !request.dry_run {
        write(&found, context).await?;
    }
    Ok(result_at(cursor, &asked, !request.dry_run, is_over))
}

/// Writes entries of the suppression list. Existing entries stay as they are.
async fn write(entries: &BTreeSet<Node>, context: &Context) -> Result<(), StageError> {
    let fingerprint = context.hasher()?.fingerprint();
    let put = async |entry: &Node| {
        let key = keys::suppression(&fingerprint, *entry);
        context.put(&key, "{}").await
    };
    in_order(entries, WRITTEN_AT_ONCE, put, Ok).await
}
