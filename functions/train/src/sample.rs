//! The levels of strangers, from the pairs of a sample: nearly all pairs of a sample are strangers'.

use onefold_lake::RunId;
use onefold_lake::keys;
use onefold_lake::run::matching::SliceRows;
use onefold_lake::run::receipt::Moved;
use onefold_scoring::ScoredFields;
use onefold_scoring::counts::{Counts, SAMPLE};
use onefold_scoring::levels::{Comparer, Records};
use onefold_scoring::train::sample_levels;
use onefold_shell::{Context, SliceRecords, StageError};

/// Counts the levels of all pairs of the sample: the [`SAMPLE`] accounts of the least references.
pub(crate) async fn count(
    run: &RunId,
    fields: &ScoredFields,
    counts: &mut Counts,
    context: &Context,
    moved: &mut Moved,
) -> Result<(), StageError> {
    let sample = read(run, fields, context, moved).await?;
    sample_levels(&Comparer::new(fields), &sample, counts);
    Ok(())
}

/// The records of the sample. Slices are in the order of references, so it is in the first of them.
async fn read(run: &RunId, fields: &ScoredFields, context: &Context, moved: &mut Moved) -> Result<Records, StageError> {
    let slices: SliceRows = context.json(&keys::match_slices(run)).await?;
    let mut sample = Records::new(fields);
    for slice in 0..slices.starts.len().saturating_sub(1) as u32 {
        if sample.len() == SAMPLE {
            break;
        }
        let slice = SliceRecords::read(run, slice, context, moved).await?;
        slice.each(|_, record, classes| {
            if sample.len() < SAMPLE {
                sample.push(record, classes);
            }
        })?;
    }
    Ok(sample)
}
