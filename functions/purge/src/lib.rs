//! Purge: removes what is left of those who were erased, once a version without them is the current one.
//!
//! It is the only function that may remove an object, and it runs only if somebody is on the suppression list. What goes:
//!
//! * of every earlier run that did not obey the list as it is now: all that can hold a value of a row, its version among
//!   it. Such a version could only be published or rolled back to with the erased in it.
//! * of this run, and of earlier ones that did obey it: raw chunks with rows of the erased, which Translate notes; what
//!   Partition wrote, as it still gets the previous version's members; and keys of a database's rows, which can be
//!   anybody's.
//!
//! Runs that started later are left alone, and those that build on this version. The next purge finds what they leave.
//!
//! Before it deletes it raises the epoch of `processed/CURRENT`: whoever read that before, to name a version that goes, is
//! overtaken.
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

/// Removes what is left of those who were erased.
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
        // It began behind this version, whenever its execution started.
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
    // A version whose manifest is gone is no version, whatever interrupts this.
    doomed.sort_by_key(|key| keys::parse_manifest(key).is_none());
    context.store.delete(&doomed).await.map_err(StageError::removing)?;
    moved.records_out = doomed.len() as u64;
    let versions = doomed.iter().filter(|key| keys::parse_manifest(key).is_some()).count();
    Ok(PurgeResult { objects: doomed.len() as u64, versions: versions as u64 })
}

/// Moves on to the next epoch, so that whoever is about to make one of the versions that go the current one is overtaken.
/// Says whether there is anything to purge for: a version that was rolled back from must not take the current one away,
/// and one that was built upon has a later purge.
async fn fence(run: &RunId, context: &Context) -> Result<bool, StageError> {
    let store = context.store.as_ref();
    let transaction = current::begin(store).await.map_err(StageError::changing)?;
    let Some(current) = transaction.value().filter(|current| current.run == *run) else { return Ok(false) };
    let fenced = current.fenced();
    match transaction.commit(store, &fenced).await {
        // A rollback, or another try of this purge: to be looked at again.
        Err(TransactionError::Overtaken { key }) => {
            Err(StageError::transient(format!("{key} was changed while the purge began")))
        }
        committed => committed.map(|()| true).map_err(StageError::changing),
    }
}

/// What this run and those that did not start after it left behind.
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

/// What a run was made of.
struct RunOrigin {
    /// The digest of the suppression list that it obeyed.
    suppression: String,
    builds_on: Option<RunId>,
}

/// What a run was made of; `None` if nothing says so any more.
async fn origin(run: &RunId, context: &Context) -> Result<Option<RunOrigin>, StageError> {
    if let Some((plan, _)) = context.json_if_there::<Plan>(&keys::run_plan(run)).await? {
        let builds_on = plan.previous.map(|previous| previous.run);
        return Ok(Some(RunOrigin { suppression: plan.suppression, builds_on }));
    }
    // Versions are kept for longer than the records of their runs.
    let manifest = context.json_if_there::<Manifest>(&keys::manifest(run)).await?;
    Ok(manifest.map(|(manifest, _)| RunOrigin { suppression: manifest.suppression, builds_on: manifest.previous }))
}

/// What must not stay of a run that obeyed the list.
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
