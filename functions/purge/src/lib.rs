//! Purge: removes the remaining data of erased people, once a version without them is the current one.
//!
//! Purge is the only function that may remove an object. It runs only if the suppression list has an entry. It removes:
//!
//! * from every earlier run that did not obey the list as it is now: all objects that can hold a value of a row, its
//!   version included. Nobody may publish such a version or roll back to it, because the erased people are in it.
//! * from this run, and from earlier runs that obeyed the list: raw chunks with rows of erased people, which Translate
//!   notes; the output of Partition, which includes members of the previous version; and the key ranges of databases,
//!   which can hold anybody's key.
//!
//! Purge leaves alone the runs that started later and the runs that build on this version. The next purge cleans them.
//!
//! Before it deletes, it raises the epoch of `processed/CURRENT`. So a transaction that read this object earlier fails,
//! and cannot publish a removed version.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

use std::collections::{BTreeMap, BTreeSet};

use onefold_lake::RunId;
use onefold_lake::calls::{PurgeRequest, PurgeResult};
use onefold_lake::keys::{self, Chunk, Stage};
use onefold_lake::run::lease;
use onefold_lake::run::plan::Plan;
use onefold_lake::run::receipt::Moved;
use onefold_lake::version::current;
use onefold_lake::version::manifest::Manifest;
use onefold_shell::{Context, StageError, Work};
use onefold_store::TransactionError;

/// Removes the remaining data of erased people.
///
/// # Errors
/// `Transient` if the store failed; `Corrupt` if an object is damaged. It can be called again.
pub async fn run(request: PurgeRequest, context: &Context) -> Result<PurgeResult, StageError> {
    let run = request.run;
    let work = Work { run: run.clone(), stage: Stage::Purge, name: "purge".to_owned() };
    work.once(context, async |moved| {
        let purged = purge(&run, context, moved).await?;
        lease::give_back(context.store.as_ref(), &run).await.map_err(StageError::changing)?;
        Ok(purged)
    })
    .await
}

async fn purge(run: &RunId, context: &Context, moved: &mut Moved) -> Result<PurgeResult, StageError> {
    let pinned = context.pinned(run).await?;
    if pinned.plan.suppression.is_empty() || !fence(run, context).await? {
        return Ok(PurgeResult::default());
    }
    let mut doomed: Vec<String> = Vec::new();
    for (left_by, keys) in left_by_runs(run, context).await? {
        moved.records_in += keys.len() as u64;
        let origin = origin(&left_by, context).await?;
        // It builds on this version, whenever its execution started.
        if origin.as_ref().is_some_and(|origin| origin.builds_on.as_ref() == Some(run)) {
            continue;
        }
        let has_obeyed = origin.is_some_and(|origin| origin.suppression == pinned.plan.suppression);
        if left_by == *run || has_obeyed {
            doomed.extend(of_obedient(&left_by, keys));
        } else {
            doomed.extend(keys.into_iter().filter(|key| can_hold_values(key)));
        }
    }
    // Delete manifests first: without its manifest a version is gone, even if this stops halfway.
    doomed.sort_by_key(|key| keys::parse_manifest(key).is_none());
    context.store.delete(&doomed).await.map_err(StageError::removing)?;
    moved.records_out = doomed.len() as u64;
    let versions = doomed.iter().filter(|key| keys::parse_manifest(key).is_some()).count();
    Ok(PurgeResult { objects: doomed.len() as u64, versions: versions as u64 })
}

/// Raises the epoch, so that nobody who read `CURRENT` earlier can make a removed version the current one.
///
/// Returns `false`, and there is nothing to purge, if this run's version is not the current one. After a rollback its
/// purge must not remove the current version. If a later version replaced it, the later run has its own purge.
async fn fence(run: &RunId, context: &Context) -> Result<bool, StageError> {
    let store = context.store.as_ref();
    let transaction = current::begin(store).await.map_err(StageError::changing)?;
    let Some(current) = transaction.value().filter(|current| current.run == *run) else { return Ok(false) };
    let fenced = current.fenced();
    match transaction.commit(store, &fenced).await {
        // A rollback or another try of this purge came in between, so a retry must look again.
        Err(TransactionError::Overtaken { key }) => {
            Err(StageError::transient(format!("{key} was changed while the purge began")))
        }
        committed => committed.map(|()| true).map_err(StageError::changing),
    }
}

/// The keys of this run and of all runs that did not start after it, by run.
async fn left_by_runs(run: &RunId, context: &Context) -> Result<BTreeMap<RunId, Vec<String>>, StageError> {
    let mut left: BTreeMap<RunId, Vec<String>> = BTreeMap::new();
    for prefix in keys::VALUES {
        for object in context.list(prefix).await? {
            if let Some((of, _)) = keys::parse_run(&object.key)
                && of.started() <= run.started()
            {
                left.entry(of).or_default().push(object.key);
            }
        }
    }
    Ok(left)
}

/// The inputs of a run that decide what Purge removes.
struct RunOrigin {
    /// The digest of the suppression list that the run obeyed.
    suppression: String,
    builds_on: Option<RunId>,
}

/// Reads the origin of a run from its plan or its manifest; `None` if both are gone.
async fn origin(run: &RunId, context: &Context) -> Result<Option<RunOrigin>, StageError> {
    if let Some((plan, _)) = context.json_if_there::<Plan>(&keys::run_plan(run)).await? {
        let builds_on = plan.previous.map(|previous| previous.run);
        return Ok(Some(RunOrigin { suppression: plan.suppression, builds_on }));
    }
    // Versions are kept longer than the plans of their runs.
    let manifest = context.json_if_there::<Manifest>(&keys::manifest(run)).await?;
    Ok(manifest.map(|(manifest, _)| RunOrigin { suppression: manifest.suppression, builds_on: manifest.previous }))
}

/// The objects to remove from a run that obeyed the list.
fn of_obedient(run: &RunId, left: Vec<String>) -> Vec<String> {
    let noted: BTreeSet<Chunk> = left.iter().filter_map(|key| Chunk::parse_purge(key)).collect();
    let ranges = keys::key_ranges_of(run);
    let must_go = |key: &String| {
        let raw = Chunk::parse_raw(key).map(|(chunk, _)| chunk).or_else(|| Chunk::parse_purge(key));
        let is_key_range = key.starts_with(&ranges);
        is_key_range || keys::is_shuffle(key) || raw.is_some_and(|chunk| noted.contains(&chunk))
    };
    left.into_iter().filter(must_go).collect()
}

fn can_hold_values(key: &str) -> bool {
    let name = keys::parse_run(key).map_or("", |(_, name)| name);
    !key.starts_with(keys::RUNS) || keys::is_value_of_run(name) || Chunk::parse_purge(key).is_some()
}
