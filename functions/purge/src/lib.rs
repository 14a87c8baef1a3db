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
//! Runs that started later are left alone. They cannot publish, as they build on a version that is not the current one
//! any more, and the next purge finds what they leave.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

use std::collections::BTreeMap;

use onefold_lake::RunId;
use onefold_lake::keys::{self, Chunk, Stage};
use onefold_lake::manifest::Manifest;
use onefold_lake::plan::{Current, Plan};
use onefold_lake::receipt::Moved;
use onefold_shell::{Context, StageError, Work};
use serde::{Deserialize, Serialize};

/// What the state machine sends.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The run that published.
    pub run: RunId,
}

/// What was removed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// How many objects.
    pub objects: u64,
    /// How many versions are among them.
    pub versions: u64,
}

/// Removes what is left of those who were erased.
///
/// # Errors
/// `Transient` if the store failed; `Corrupt` if an object is damaged. It can be called again.
pub async fn run(request: Request, context: &Context) -> Result<Answer, StageError> {
    let run = request.run;
    let work = Work { run: run.clone(), stage: Stage::Purge, name: "purge".to_owned() };
    work.once(context, async |moved| purge(&run, context, moved).await).await
}

async fn purge(run: &RunId, context: &Context, moved: &mut Moved) -> Result<Answer, StageError> {
    let pinned = context.pinned(run).await?;
    let current: Current = context.json(keys::CURRENT).await?;
    // A version that was rolled back from must not take the current one away; one that was built upon has a later purge.
    if pinned.plan.suppression.is_empty() || current.run != *run {
        return Ok(Answer::default());
    }
    let mut doomed: Vec<String> = Vec::new();
    for (left_by, keys) in left_by_runs(run, context).await? {
        moved.records_in += keys.len() as u64;
        let obeyed =
            left_by == *run || suppression_of(&left_by, context).await?.as_ref() == Some(&pinned.plan.suppression);
        if obeyed {
            doomed.extend(of_obedient(&left_by, keys));
        } else {
            doomed.extend(keys.into_iter().filter(|key| can_hold_values(key)));
        }
    }
    // A version whose manifest is gone is no version, whatever interrupts this.
    doomed.sort_by_key(|key| keys::parse_manifest(key).is_none());
    context.store.delete(&doomed).await?;
    moved.records_out = doomed.len() as u64;
    let versions = doomed.iter().filter(|key| keys::parse_manifest(key).is_some()).count();
    Ok(Answer { objects: doomed.len() as u64, versions: versions as u64 })
}

/// What this run and those that did not start after it left behind.
async fn left_by_runs(run: &RunId, context: &Context) -> Result<BTreeMap<RunId, Vec<String>>, StageError> {
    let mut left: BTreeMap<RunId, Vec<String>> = BTreeMap::new();
    for prefix in keys::VALUES {
        for object in context.store.list(prefix).await? {
            if let Some((of, _)) = keys::parse_run(&object.key)
                && of.started() <= run.started()
            {
                left.entry(of).or_default().push(object.key);
            }
        }
    }
    Ok(left)
}

/// The digest of the suppression list that a run obeyed; `None` if nothing says so any more.
async fn suppression_of(run: &RunId, context: &Context) -> Result<Option<String>, StageError> {
    if let Some((plan, _)) = context.json_if_there::<Plan>(&keys::run_plan(run)).await? {
        return Ok(Some(plan.suppression));
    }
    // Versions are kept for longer than the records of their runs.
    let manifest = context.json_if_there::<Manifest>(&keys::manifest(run)).await?;
    Ok(manifest.map(|(manifest, _)| manifest.suppression))
}

/// What must not stay of a run that obeyed the list.
fn of_obedient(run: &RunId, left: Vec<String>) -> Vec<String> {
    let noted: Vec<Chunk> = left.iter().filter_map(|key| Chunk::parse_purge(key)).collect();
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
