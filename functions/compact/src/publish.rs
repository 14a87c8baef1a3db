//! Makes a version the current one, or holds it for people to look at.
//!
//! A held version is complete. Its files and its manifest have the same keys as those of a published version, and the
//! manifest says why it is held. Only `processed/CURRENT` does not name it.

use onefold_lake::calls::CompactResult;
use onefold_lake::run::plan::BaseVersion;
use onefold_lake::run::receipt::Moved;
use onefold_lake::version::current::{self, CurrentVersion};
use onefold_lake::version::manifest::Manifest;
use onefold_lake::{RunId, keys};
use onefold_shell::{Context, Pinned, StageError};
use onefold_store::TransactionError;
use onefold_version::{find_missing, follow_current};

use crate::report;

/// Publishes a version, or holds it if its manifest says so.
pub(crate) async fn publish_or_hold(
    manifest: Manifest,
    pinned: &Pinned,
    context: &Context,
    moved: &mut Moved,
) -> Result<CompactResult, StageError> {
    // A try may have published the held version on request, and then been killed before it wrote its receipt.
    if !manifest.is_held() || is_current(&manifest.run, context).await? {
        return publish(manifest, pinned, context, moved).await;
    }
    write(&manifest, context).await?;
    if manifest.dry_run {
        return Ok(result(&manifest, false, moved));
    }
    let run = &manifest.run;
    Err(StageError::gated(format!(
        "the version is not published: {}. It is kept under processed/{run}/: look at it, then publish it as it is with \
         {{\"resume\":\"{run}\",\"publish\":true}} (onefold publish {run}), or put right what is wrong and start a new \
         run, which reads the same again",
        manifest.gated.join("; ")
    )))
}

/// Publishes the version that a run wrote, even if its manifest says that it is held.
pub(crate) async fn as_it_is(run: &RunId, context: &Context, moved: &mut Moved) -> Result<CompactResult, StageError> {
    let pinned = context.pinned(run).await?;
    let Some((manifest, _)) = context.json_if_there::<Manifest>(&keys::manifest(run)).await? else {
        return Err(StageError::invalid_input(format!(
            "the run {run} has no version that could be published; resume it without publish, or start a new run"
        )));
    };
    // Commit first, so a version that can no longer be published still says why it was held. If this stops in between,
    // the version is published, and the next try removes the marks.
    commit(&manifest, &pinned, context).await?;
    let manifest = manifest.released();
    write(&manifest, context).await?;
    follow(context).await?;
    report::release(&manifest, context).await?;
    Ok(result(&manifest, true, moved))
}

/// Publishes a version of this run. It writes the manifest first, because readers of the current version need it.
async fn publish(
    manifest: Manifest,
    pinned: &Pinned,
    context: &Context,
    moved: &mut Moved,
) -> Result<CompactResult, StageError> {
    let was_held = manifest.is_held();
    let manifest = manifest.released();
    write(&manifest, context).await?;
    commit(&manifest, pinned, context).await?;
    follow(context).await?;
    if was_held {
        report::release(&manifest, context).await?;
    }
    Ok(result(&manifest, true, moved))
}

/// Lets the lists that tables read name the files of the current version. If this stops, the next try writes them.
async fn follow(context: &Context) -> Result<(), StageError> {
    follow_current(context.store.as_ref()).await.map_err(StageError::current_version)
}

async fn write(manifest: &Manifest, context: &Context) -> Result<(), StageError> {
    context.put_json(&keys::manifest(&manifest.run), manifest).await
}

fn result(manifest: &Manifest, published: bool, moved: &mut Moved) -> CompactResult {
    let Manifest { run, counts, .. } = manifest;
    moved.records_in = counts.members;
    moved.records_out = counts.customers;
    CompactResult {
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
    let transaction = current::begin(context.store.as_ref()).await.map_err(StageError::changing)?;
    Ok(transaction.value().is_some_and(|current| current.run == *run))
}

/// Makes the version the current one, if its base is still the current version and nothing was purged since.
async fn commit(manifest: &Manifest, pinned: &Pinned, context: &Context) -> Result<(), StageError> {
    let (run, store) = (&manifest.run, context.store.as_ref());
    let transaction = current::begin(store).await.map_err(StageError::changing)?;
    if transaction.value().is_some_and(|current| current.run == *run) {
        // An earlier try committed.
        return Ok(());
    }
    let base = pinned.plan.previous.as_ref();
    if transaction.etag() != base.map(|base| base.etag.as_str()) {
        return Err(overtaken(transaction.value(), base));
    }
    // A held version may be old and have lost files. A purge after this point changes the epoch, so the commit fails.
    if let Some(missing) = find_missing(store, manifest).await.map_err(StageError::listing)? {
        return Err(StageError::corrupt(missing));
    }
    let next = CurrentVersion::after(transaction.value(), run.clone());
    match transaction.commit(store, &next).await {
        Err(TransactionError::Overtaken { .. }) => {
            let now = current::begin(store).await.map_err(StageError::changing)?;
            Err(overtaken(now.value(), base))
        }
        committed => committed.map_err(StageError::changing),
    }
}

/// The error if the current version is not the base of the version to publish.
fn overtaken(current: Option<&CurrentVersion>, base: Option<&BaseVersion>) -> StageError {
    let Some(current) = current else {
        return StageError::corrupt(format!("there is no object {}", keys::CURRENT));
    };
    if base.is_some_and(|base| base.run == current.run) {
        return StageError::conflict(
            "since this run began, persons who were erased were removed from what earlier runs left; start a new run, which \
             builds on what is there now",
        );
    }
    StageError::conflict(format!(
        "since this run began, the version of the run {} was made the current one; start a new run, which builds on it",
        current.run
    ))
}
