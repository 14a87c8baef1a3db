//! The levels of strangers, from the pairs of a sample: nearly all pairs of a sample are strangers'.

use onefold_lake::RunId;
use onefold_lake::data::records;
use onefold_lake::keys;
use onefold_lake::run::matching::SliceRows;
use onefold_lake::run::receipt::Moved;
use onefold_scoring::ScoredFields;
use onefold_scoring::counts::{Counts, SAMPLE};
use onefold_scoring::levels::{Comparer, Records};
use onefold_scoring::train::sample_levels;
use onefold_shell::{Context, StageError};

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
        let key = keys::match_slice(run, slice, "records");
        let (bytes, _) = context.get(&key).await?;
        moved.bytes_in += bytes.len() as u64;
        let read = records::each(&key, &bytes, |_, record| {
            if sample.len() < SAMPLE {
                // No level below equality depends on how frequent a value is.
                sample.push(record, &[]);
            }
            Ok(())
        });
        read.map_err(StageError::damaged)?;
    }
    Ok(sample)
}
