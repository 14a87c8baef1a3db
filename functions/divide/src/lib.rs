//! Divide: decides how a run is divided, once, for all later stages.
//!
//! It counts the interim accounts of this run and the members of the previous version. It writes the layout and two
//! lists: one with the inputs of each mapper, one with the parts of each partition. It reads receipts and the manifest,
//! but no accounts.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod inputs;
mod layout;
mod lists;
mod replaced;

use onefold_lake::RunId;
use onefold_lake::calls::{DivideRequest, DivideResult};
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::layout::Layout;
use onefold_lake::run::receipt::Moved;
use onefold_scoring::ScoredFields;
use onefold_scoring::blocking::Passes;
use onefold_shell::{Context, StageError, Work, json_lines, json_object};

use crate::layout::Terms;

/// Divides a run and writes its layout and lists.
///
/// # Errors
/// `InvalidInput` if a part does not fit into the memory of Link or Merge, however the run is divided, or if an earlier
/// program began to link the run; `Transient` if the store failed.
pub async fn run(request: DivideRequest, context: &Context) -> Result<DivideResult, StageError> {
    let DivideRequest { run } = request;
    let work = Work { run: run.clone(), stage: Stage::Divide, name: Stage::Divide.name().to_owned() };
    work.once(context, async |moved| divide(&run, context, moved).await).await
}

async fn divide(run: &RunId, context: &Context, moved: &mut Moved) -> Result<DivideResult, StageError> {
    check_not_linked(run, context).await?;
    let layout = layout(run, context).await?;
    let (mappers, partitions, exports) = (lists::mappers(&layout), lists::partitions(&layout), lists::exports(&layout));
    moved.records_out = mappers.len() as u64;
    let mut documents = vec![
        (keys::layout(run), json_object(&layout)?),
        (keys::mappers(run), json_lines(&mappers)?),
        (keys::partitions(run), json_lines(&partitions)?),
    ];
    if !exports.is_empty() {
        documents.push((keys::exports(run), json_lines(&exports)?));
    }
    for (key, document) in documents {
        moved.bytes_out += document.len() as u64;
        context.put(&key, document).await?;
    }
    Ok(DivideResult {
        shards: layout.shards,
        mappers: mappers.len() as u32,
        partitions: layout.partitions,
        slices: layout.slices,
        scores: layout.matching.is_some(),
        exports: layout.exports,
        mappers_key: keys::mappers(run),
        partitions_key: keys::partitions(run),
        exports_key: if layout.exports > 0 { keys::exports(run) } else { String::new() },
    })
}

/// Refuses a run that an earlier program began to link. In that program Link itself divided the run.
async fn check_not_linked(run: &RunId, context: &Context) -> Result<(), StageError> {
    if context.list(&keys::receipts_of(run, Stage::Link)).await?.is_empty() {
        return Ok(());
    }
    Err(StageError::invalid_input(format!(
        "an earlier program divided the run {run} and began to link it, which this one does otherwise; start a new run"
    )))
}

/// The layout of a run. Its interim chunks come first, then the members of the previous version.
async fn layout(run: &RunId, context: &Context) -> Result<Layout, StageError> {
    let pinned = context.pinned(run).await?;
    let chunks = inputs::chunks(run, context).await?;
    let replaced = replaced::sources(run, &pinned.plan, chunks.refused, context).await?;
    let mut inputs = chunks.inputs;
    inputs.extend(inputs::members(&pinned, &replaced, context).await?);
    let config = &pinned.config;
    let terms = Terms {
        shards: pinned.plan.shards,
        partitions: pinned.plan.partitions,
        link: context.link_memory,
        merge: context.merge_memory,
        others: context.memory,
        is_exported: config.export.parquet,
        passes: config.score.is_some().then(|| Passes::of(&ScoredFields::of(config)).len() as u32),
    };
    Ok(Layout { replaced, ..layout::divide(inputs, terms)? })
}
