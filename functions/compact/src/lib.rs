//! Compact: writes and publishes a version.
//!
//! It checks the counts and the publish gate, joins the partitions' outputs into files of a useful size, and commits by
//! one conditional write. If the gate is closed, or in a dry run, it writes the version and holds it. People can look
//! at a held version and publish it as it is.
//!
//! Nothing is visible before that write, and everything is visible after it (invariant 3).
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod blocked_keys;
mod check;
mod counts;
mod dropped;
mod exported;
mod file;
mod inputs;
mod join;
mod lookup;
mod publish;
mod rejected;
mod report;
mod review;
mod scores;
mod settings;
mod sources;

use onefold_lake::RunId;
use onefold_lake::calls::{CompactRequest, CompactResult};
use onefold_lake::keys::{self, Stage, VersionPart};
use onefold_lake::run::lease;
use onefold_lake::run::note;
use onefold_lake::run::plan::Plan;
use onefold_lake::run::receipt::Moved;
use onefold_lake::version::manifest::{FORMAT, Manifest, ScoreSummary, VersionFiles, config_digest};
use onefold_shell::{Context, ErrorKind, Pinned, StageError, Work};

use crate::join::JoinedFile;

/// Publishes a version, or holds it.
///
/// # Errors
/// `Gated` if the publish gate is closed; `Internal` if the counts do not balance; `Conflict` if another run published
/// in the meantime; `InvalidInput` if there is no version to publish; `Transient` if the store failed.
pub async fn run(request: CompactRequest, context: &Context) -> Result<CompactResult, StageError> {
    let run = request.run;
    let work = Work { run: run.clone(), stage: Stage::Compact, name: "compact".to_owned() };
    if request.publish {
        // Do the work even if there is a receipt: the receipt of a dry run says that nothing was published.
        let publish =
            async |moved: &mut Moved| ending(&run, publish::as_it_is(&run, context, moved).await, context).await;
        return work.always(context, publish).await;
    }
    work.once(context, async |moved| ending(&run, compact(&run, context, moved).await, context).await).await
}

/// Returns the run's lease if this was its last step: no purge and no retry follows.
async fn ending(
    run: &RunId,
    outcome: Result<CompactResult, StageError>,
    context: &Context,
) -> Result<CompactResult, StageError> {
    let goes_on = match &outcome {
        Ok(result) => result.purge,
        Err(error) => error.kind == ErrorKind::Transient,
    };
    if goes_on {
        return outcome;
    }
    let given_back = lease::give_back(context.store.as_ref(), run).await.map_err(StageError::changing);
    // The error of the work comes first.
    outcome.and_then(|result| given_back.map(|()| result))
}

async fn compact(run: &RunId, context: &Context, moved: &mut Moved) -> Result<CompactResult, StageError> {
    let pinned = context.pinned(run).await?;
    let mut gathered = counts::gather(run, context).await?;
    let previous = match &pinned.plan.previous {
        Some(previous) => Some(context.json::<Manifest>(&keys::manifest(&previous.run)).await?),
        None => None,
    };
    check::balance(&gathered, previous.as_ref())?;
    let limits = &pinned.config.publish;
    let of_parts =
        [gathered.rejected.gate(limits, run), dropped::gate(&gathered.rejected.sources, &pinned.config)].concat();
    let observed = std::mem::take(&mut gathered.observed);
    let manifest = manifest(run, &pinned, gathered, previous.as_ref(), context, moved).await?;
    let faults = [check::gate(&manifest, previous.as_ref(), limits), of_parts].concat();
    let manifest = Manifest { gated: faults, dry_run: pinned.plan.dry_run, ..manifest };
    report::write(&manifest, previous.as_ref(), observed, &pinned, context).await?;
    publish::publish_or_hold(manifest, &pinned, context, moved).await
}

/// Writes all files of the version and returns its manifest, which is not written yet.
async fn manifest(
    run: &RunId,
    pinned: &Pinned,
    gathered: counts::RunCounts,
    previous: Option<&Manifest>,
    context: &Context,
    moved: &mut Moved,
) -> Result<Manifest, StageError> {
    let merged = join::PartitionOutputs::list(run, &gathered.partitions, context).await?;
    let mut files = joined(run, &merged, previous, context, moved).await?;
    if previous.is_none() {
        // In a first version every customer is new, and its record says all that a change would say.
        files.changes = files.customers.clone();
    }
    files.parquet = gathered.exported.files;
    files.settings = settings::write(run, pinned, &gathered.blocked_keys, context).await?;
    let scored = scores::write(run, pinned, &gathered.scores, context).await?;
    let (model, scores) = scored.unzip();
    files.settings.extend(model);
    let reviewed = review::write(run, pinned, &gathered.partitions, context).await?;
    files.review = reviewed.files;
    let scores = scores.map(|scores| ScoreSummary { measured: reviewed.measured, ..scores });
    files.index.push(lookup::frames(run, &merged, context).await?);
    files.inputs = vec![inputs::write(run, &gathered.sources, previous, context).await?];
    files.report = report::keys_of(run);
    let watermarks = previous.map(|previous| previous.watermarks.clone()).unwrap_or_default();
    let watermarks = gathered.sources.watermarks(watermarks, &pinned.config);
    let matcher = pinned.matcher(context)?;
    let started_at = pinned.started_at()?;
    Ok(Manifest {
        format: FORMAT,
        run: run.clone(),
        previous: previous.map(|previous| previous.run.clone()),
        started_at: started_at.to_string(),
        counts: gathered.counts,
        blocked: gathered.blocked_keys.listed(),
        guards: gathered.guards,
        dropped_values: gathered.dropped,
        snapshots: pinned.config.snapshots().map(str::to_owned).collect(),
        incomplete_snapshots: incomplete_snapshots(&pinned.plan, &gathered.replaced),
        files,
        config: config_digest(&pinned.config_text),
        matching: matcher.digest(),
        corrections: pinned.corrections.pairs().digest(context.hasher()?),
        suppression: pinned.plan.suppression.clone(),
        indexed_by: lookup::indexed_by(&merged, context.hasher()?),
        scores,
        notes: pinned.plan.notes.clone(),
        refused_files: gathered.rejected.worst_files(),
        sources: gathered.rejected.sources,
        source_notes: note::listed(gathered.notes),
        watermarks,
        skipped: gathered.sources.into_skipped(),
        gated: Vec::new(),
        dry_run: false,
        published_over: Vec::new(),
    })
}

/// Joins the outputs of Merge into the version's files.
async fn joined(
    run: &RunId,
    merged: &join::PartitionOutputs<'_>,
    previous: Option<&Manifest>,
    context: &Context,
    moved: &mut Moved,
) -> Result<VersionFiles, StageError> {
    let mut joints = Vec::new();
    for part in VersionPart::ALL {
        match part {
            VersionPart::Retired => joints.extend(lookup::retired(run, merged, previous, context).await?),
            _ => joints.extend(join::joints(merged, part)?),
        }
    }
    join::join(run, &joints, context).await?;
    let mut files = VersionFiles::default();
    for JoinedFile { part, file, .. } in joints {
        moved.bytes_out += file.bytes;
        let list = match part {
            VersionPart::Customers => &mut files.customers,
            VersionPart::Members => &mut files.members,
            VersionPart::MemberLinks => &mut files.member_links,
            VersionPart::Changes => &mut files.changes,
            VersionPart::Blocked => &mut files.blocked,
            VersionPart::Index => &mut files.index,
            VersionPart::Retired => &mut files.retired,
        };
        list.push(file);
    }
    Ok(files)
}

/// The snapshot sources of this run whose earlier accounts were not replaced.
fn incomplete_snapshots(plan: &Plan, replaced: &[String]) -> Vec<String> {
    plan.snapshots.iter().filter(|source| !replaced.contains(source)).cloned().collect()
}
