//! Finds the sources that have a complete snapshot. It replaces their accounts in the previous version.

use std::collections::BTreeSet;

use onefold_lake::RunId;
use onefold_lake::calls::ExtractResult;
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::plan::Plan;
use onefold_shell::{Context, Receipts, StageError};

/// The sources whose snapshot was read completely, sorted. Sources that failed and sources in `refused` are left out.
/// The account of a rejected row is unknown, so no account of that source can be called gone.
pub(crate) async fn sources(
    run: &RunId,
    plan: &Plan,
    refused: BTreeSet<String>,
    context: &Context,
) -> Result<Vec<String>, StageError> {
    if plan.snapshots.is_empty() {
        return Ok(Vec::new());
    }
    let name = |split: &u32| keys::split_receipt_name(*split);
    let receipts = Receipts::read::<ExtractResult, _>(context, run, Stage::Extract, 0..plan.splits, name).await?;
    let extracted = receipts.into_iter().map(|(_, receipt)| receipt.result);
    let failed = extracted.filter(|extracted| extracted.skipped.is_some()).map(|extracted| extracted.source);
    let incomplete: BTreeSet<String> = refused.into_iter().chain(failed).collect();
    Ok(plan.snapshots.iter().filter(|source| !incomplete.contains(*source)).cloned().collect())
}
