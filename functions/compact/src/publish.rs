//! Making a version the current one, or holding it for somebody to look at.
//!
//! A held version is whole: files and manifest are where those of a published one are, and the manifest says why it
//! waits. Only `processed/CURRENT` does not name it.

use onefold_lake::RunId;
use onefold_lake::keys;
use onefold_lake::manifest::Manifest;
use onefold_lake::plan::Current;
use onefold_lake::receipt::Moved;
use onefold_shell::{Context, Pinned, StageError, json_object};
use onefold_store::{Condition, StoreError};

use crate::Answer;

/// Publishes a version whose manifest says nothing against it, and holds any other.
pub(crate) async fn publish_or_hold(
    manifest: Manifest,
    pinned: &Pinned,
    context: &Context,
    moved: &mut Moved,
) -> Result<Answer, StageError> {
    // Somebody may have published it all the same, by a try that was killed before its receipt.
    if !manifest.is_held() || is_current(&manifest.run, context).await? {
        return publish(manifest, pinned, context, moved).await;
    }
    write(&manifest, context).await?;
    if manifest.dry_run {
        return Ok(answer(&manifest, false, moved));
    }
    let run = &manifest.run;
    Err(StageError::gated(format!(
        "the version is not published: {}. It is kept under processed/{run}/: look at it, then publish it as it is with \
         {{\"resume\":\"{run}\",\"publish\":true}} (onefold publish {run}), or put right what is wrong and start a new \
         run, which reads the same again",
        manifest.gated.join("; ")
    )))
}

/// Publishes the version that a run left, whatever its manifest says against it.
pub(crate) async fn as_it_is(run: &RunId, context: &Context, moved: &mut Moved) -> Result<Answer, StageError> {
    let pinned = context.pinned(run).await?;
    let Some((manifest, _)) = context.json_if_there::<Manifest>(&keys::manifest(run)).await? else {
        return Err(StageError::invalid_input(format!(
            "the run {run} has no version that could be published; resume it without publish, or start a new run"
        )));
    };
    // The manifest of a version that cannot be published any more goes on saying why it was held.
    let current = context.json_if_there::<Current>(keys::CURRENT).await?;
    let base = pinned.plan.previous.as_ref().map(|previous| &previous.etag);
    match &current {
        Some((current, etag)) if current.run != *run && Some(etag) != base => Err(overtaken(&current.run)),
        None if base.is_some() => Err(StageError::corrupt(format!("there is no object {}", keys::CURRENT))),
        _ => {
            // It may have lain for long.
            let listed = context.store.list(&keys::version(run)).await?;
            manifest.check_complete(&listed).map_err(|error| StageError::corrupt(error.to_string()))?;
            publish(manifest, &pinned, context, moved).await
        }
    }
}

async fn publish(
    manifest: Manifest,
    pinned: &Pinned,
    context: &Context,
    moved: &mut Moved,
) -> Result<Answer, StageError> {
    let manifest = manifest.released();
    write(&manifest, context).await?;
    commit(&manifest.run, pinned, context).await?;
    Ok(answer(&manifest, true, moved))
}

async fn write(manifest: &Manifest, context: &Context) -> Result<(), StageError> {
    let key = keys::manifest(&manifest.run);
    Ok(context.store.put(&key, json_object(manifest)?, Condition::Always).await?)
}

fn answer(manifest: &Manifest, published: bool, moved: &mut Moved) -> Answer {
    let Manifest { run, counts, .. } = manifest;
    moved.records_in = counts.members;
    moved.records_out = counts.customers;
    Answer {
        run: run.clone(),
        published,
        purge: published && !manifest.suppression.is_empty(),
        manifest_key: keys::manifest(run),
        rows_read: counts.rows_read,
        rejected: counts.rejected,
        members: counts.members,
        customers: counts.customers,
    }
}

async fn is_current(run: &RunId, context: &Context) -> Result<bool, StageError> {
    let current = context.json_if_there::<Current>(keys::CURRENT).await?;
    Ok(current.is_some_and(|(current, _)| current.run == *run))
}

/// Makes the version the current one, if the one that it builds on still is.
async fn commit(run: &RunId, pinned: &Pinned, context: &Context) -> Result<(), StageError> {
    let condition = match &pinned.plan.previous {
        Some(previous) => Condition::IfMatch(previous.etag.clone()),
        None => Condition::IfAbsent,
    };
    let current = Current { run: run.clone() };
    match context.store.put(keys::CURRENT, json_object(&current)?, condition).await {
        Ok(()) => Ok(()),
        // Either this run committed in an earlier try, or another run did.
        Err(StoreError::Precondition { .. } | StoreError::NotFound { .. }) => {
            match context.json::<Current>(keys::CURRENT).await {
                Ok(found) if found == current => Ok(()),
                Ok(found) => Err(overtaken(&found.run)),
                Err(error) => Err(error),
            }
        }
        Err(error) => Err(error.into()),
    }
}

fn overtaken(by: &RunId) -> StageError {
    StageError::conflict(format!(
        "since this run began, the version of the run {by} was made the current one; start a new run, which builds on it"
    ))
}
