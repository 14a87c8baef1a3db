//! Which sources of the previous version a snapshot replaces.

use std::collections::BTreeSet;

use onefold_lake::RunId;
use onefold_lake::calls::ExtractResult;
use onefold_lake::keys::Stage;
use onefold_lake::run::plan::Plan;
use onefold_shell::{Context, Receipts, StageError};

/// The sources whose snapshot was read whole, sorted: none of those that failed, nor of those with `refused` rows. The
/// account of a refused row is not known, so no account of its source can be called gone.
pub(crate) async fn sources(
    run: &RunId,
    plan: &Plan,
    refused: BTreeSet<String>,
    context: &Context,
) -> Result<Vec<String>, StageError> {
    if plan.snapshots.is_empty() {
        return Ok(Vec::new());
    }
    let name = |split: &u32| format!("{split:05}");
    let receipts = Receipts::read::<ExtractResult, _>(context, run, Stage::Extract, 0..plan.splits, name).await?;
    let extracted = receipts.into_iter().map(|(_, receipt)| receipt.result);
    let failed = extracted.filter(|extracted| extracted.skipped.is_some()).map(|extracted| extracted.source);
    let incomplete: BTreeSet<String> = refused.into_iter().chain(failed).collect();
    Ok(plan.snapshots.iter().filter(|source| !incomplete.contains(*source)).cloned().collect())
}
