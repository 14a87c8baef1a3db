//! Erase: puts persons on the suppression list.
//!
//! It is no stage: people call it, by `onefold erase` or from the console. It writes an entry (a keyed hash) for each
//! value that it is given, and for each account of the customers that have them in the current version: a person is all
//! accounts of a customer, not the one that somebody looked up. The next run drops them, and Purge removes what earlier
//! ones left.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod request;

use std::collections::BTreeSet;

use onefold_core::config::Config;
use onefold_core::merge::{Member, members};
use onefold_core::node::Node;
use onefold_core::suppression::{Suppression, reference_entry};
use onefold_lake::manifest::Manifest;
use onefold_lake::plan::Current;
use onefold_lake::{decompress, keys};
use onefold_shell::{Context, StageError, in_order};
use onefold_store::Condition;

pub use request::{Answer, Request};

/// Member files that are read at once.
const READ_AHEAD: usize = 2;

/// Puts persons on the suppression list.
///
/// # Errors
/// `InvalidInput` if a value is none, by its place; `Corrupt` if an object of the version is damaged; `Transient` if the
/// store failed. It can be called again.
pub async fn run(request: Request, context: &Context) -> Result<Answer, StageError> {
    let asked = request.entries(context.hasher()?)?;
    let mut found = Found::default();
    let mut version = None;
    if let Some((current, _)) = context.json_if_there::<Current>(keys::CURRENT).await? {
        found = find(&current, &asked, context).await?;
        version = Some(current.run);
    }
    let entries: BTreeSet<Node> = asked.iter().copied().chain(found.accounts.iter().copied()).collect();
    if !request.dry_run {
        let fingerprint = context.hasher()?.fingerprint();
        for entry in &entries {
            context
                .store
                .put(&keys::suppression(&fingerprint, *entry), b"{}".to_vec().into(), Condition::Always)
                .await?;
        }
    }
    Ok(Answer {
        version,
        customers: found.customers.len() as u64,
        accounts: found.accounts.len() as u64,
        unknown: asked.iter().filter(|entry| !found.known.contains(entry)).count() as u64,
        entries: entries.len() as u64,
        listed: !request.dry_run,
    })
}

/// Who has the values in a version.
#[derive(Default)]
struct Found {
    /// The values that anybody has.
    known: BTreeSet<Node>,
    customers: BTreeSet<String>,
    /// The entries of all accounts of these customers, and of tombstones.
    accounts: BTreeSet<Node>,
}

async fn find(current: &Current, asked: &[Node], context: &Context) -> Result<Found, StageError> {
    let manifest: Manifest = context.json(&keys::manifest(&current.run)).await?;
    let key = keys::processed_config(&current.run);
    let (text, _) = context.store.get(&key).await?;
    let config = Config::parse(&String::from_utf8_lossy(&text))
        .map_err(|faults| StageError::corrupt(format!("{key} is not understood any more: {faults}")))?;
    let hasher = context.hasher()?;
    let lists: Vec<(Node, Suppression)> =
        asked.iter().map(|entry| (*entry, Suppression::new(hasher.clone(), [*entry]))).collect();
    let all = Suppression::new(hasher.clone(), asked.iter().copied());
    let mut found = Found::default();
    each_member(&manifest, context, |member| {
        if all.covers(&member.account, &config) {
            found.accounts.insert(reference_entry(hasher, &member.account.reference));
            found.customers.extend(member.customer_id.map(str::to_owned));
            let has = lists.iter().filter(|(_, list)| list.covers(&member.account, &config));
            found.known.extend(has.map(|(entry, _)| *entry));
        }
    })
    .await?;
    if !found.customers.is_empty() {
        // A customer's accounts may be in other places than the one that has the value.
        each_member(&manifest, context, |member| {
            if member.customer_id.is_some_and(|customer_id| found.customers.contains(customer_id)) {
                found.accounts.insert(reference_entry(hasher, &member.account.reference));
            }
        })
        .await?;
    }
    Ok(found)
}

/// Goes through all members and tombstones of a version.
async fn each_member(
    manifest: &Manifest,
    context: &Context,
    mut look: impl FnMut(Member<'_>),
) -> Result<(), StageError> {
    let read = |key: String| async move {
        let (bytes, _) = context.store.get(&key).await?;
        let text = decompress(&key, &bytes)?;
        String::from_utf8(text).map_err(|_| StageError::corrupt(format!("the object {key} is not UTF-8")))
    };
    let files = manifest.files.members.iter().map(|file| file.key.clone());
    in_order(files, READ_AHEAD, read, |text| {
        for member in members(&text) {
            look(member?);
        }
        Ok(())
    })
    .await
}
