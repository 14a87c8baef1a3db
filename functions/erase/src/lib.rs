//! Erase: puts persons on the suppression list.
//!
//! It is no stage: people call it, by `onefold erase` or from the console. It writes an entry (a keyed hash) for each
//! value that it is given, and for each account of the customers that have them in the current version: a person is all
//! accounts of a customer, not the one that somebody looked up. The next run drops them, and Purge removes what earlier
//! ones left.
//!
//! Accounts are found by the version's index. Who has an address or a number is found by looking at everybody: if the time
//! of an invocation does not suffice, it answers where to go on.
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

/// Entries that are written at once.
const WRITTEN_AT_ONCE: usize = 16;
/// Time that is left for writing the entries of those who were found.
const RESERVE: Duration = Duration::from_secs(60);

/// Puts persons on the suppression list.
///
/// # Errors
/// `InvalidInput` if a value is none, by its place; `Corrupt` if an object of the version is damaged; `Transient` if the
/// store failed. It can be called again.
pub async fn run(request: EraseRequest, context: &Context) -> Result<EraseResult, StageError> {
    let asked = entries(&request, context.hasher()?)?;
    let current = current::begin(context.store.as_ref()).await.map_err(StageError::changing)?;
    let Some(current) = current.value() else {
        if !request.dry_run {
            write(&asked.iter().copied().collect(), context).await?;
        }
        return Ok(result_of_nobody(&asked, !request.dry_run));
    };
    // What was counted in another version counts no more.
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

/// Writes entries of the suppression list. Those that are there already stay as they are.
async fn write(entries: &BTreeSet<Node>, context: &Context) -> Result<(), StageError> {
    let fingerprint = context.hasher()?.fingerprint();
    let put = async |entry: &Node| {
        let key = keys::suppression(&fingerprint, *entry);
        context.put(&key, "{}").await
    };
    in_order(entries, WRITTEN_AT_ONCE, put, Ok).await
}
