//! Partition: sends every account to its partition, all accounts of a component to the same one.
//!
//! An invocation reads interim chunks and member files, and writes one shuffle object with what each slice of each
//! partition gets. Lines pass through as they are: nothing is parsed.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

use memchr::memchr_iter;
use onefold_lake::keys::{self, Stage};
use onefold_lake::layout::{Mapper, MapperInput};
use onefold_lake::receipt::Moved;
use onefold_lake::shuffle::Shuffle;
use onefold_lake::{RunId, decompress, labels, shuffle};
use onefold_shell::{Context, StageError, Work, in_order};
use onefold_store::Condition;
use serde::{Deserialize, Serialize};

/// Objects that are read at once.
const READ_AHEAD: usize = 3;

/// What the state machine sends.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The run.
    pub run: RunId,
    /// A line of the run's mappers.
    pub mapper: Mapper,
}

/// What the receipt says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// How many accounts were sent.
    pub accounts: u64,
}

/// Sends the accounts of one invocation's objects to their partitions.
///
/// # Errors
/// `Corrupt` if an object is damaged or an account has no label; `Transient` if the store failed.
pub async fn run(request: Request, context: &Context) -> Result<Answer, StageError> {
    let Request { run, mapper } = request;
    let work = Work { run: run.clone(), stage: Stage::Partition, name: format!("{:05}", mapper.mapper) };
    work.once(context, async |moved| partition(&run, &mapper, context, moved).await).await
}

async fn partition(run: &RunId, mapper: &Mapper, context: &Context, moved: &mut Moved) -> Result<Answer, StageError> {
    let slices = slices(run, mapper, context, moved).await?;
    let mut shuffle = Shuffle::new(mapper.all_slices())?;
    let mut rest = slices.as_slice();
    let read = |input: &MapperInput| {
        let key = input.key.clone();
        let lines = input.lines;
        async move { context.store.get(&key).await.map(|(bytes, _)| (key, lines, bytes)).map_err(StageError::from) }
    };
    in_order(&mapper.inputs, READ_AHEAD, read, |(key, lines, bytes)| {
        moved.bytes_in += bytes.len() as u64;
        let text = decompress(&key, &bytes)?;
        drop(bytes);
        let (mine, others) = rest.split_at_checked(usize::try_from(lines).unwrap_or(usize::MAX)).unwrap_or((rest, &[]));
        rest = others;
        send(&key, &text, mine, &mut shuffle)
    })
    .await?;
    let accounts = slices.len() as u64;
    let bytes = shuffle.finish()?;
    moved.records_in = accounts;
    moved.records_out = accounts;
    moved.bytes_out = bytes.len() as u64;
    context.store.put(&keys::shuffle(run, mapper.mapper), bytes.into(), Condition::Always).await?;
    Ok(Answer { accounts })
}

/// The slice of each line, from the labels of all shards.
async fn slices(run: &RunId, mapper: &Mapper, context: &Context, moved: &mut Moved) -> Result<Vec<u32>, StageError> {
    let lines: u64 = mapper.inputs.iter().map(|input| input.lines).sum();
    let mut slices = vec![labels::UNKNOWN; usize::try_from(lines).unwrap_or_default()];
    for shard in 0..mapper.shards {
        let key = keys::link_round(run, mapper.round, shard, "labels");
        let mut frame = Vec::new();
        moved.bytes_in +=
            shuffle::read(context.store.as_ref(), &key, mapper.mapper, mapper.mappers, &mut frame).await?;
        labels::parse(&key, &frame, &mut slices)?;
    }
    if let Some(line) = slices.iter().position(|slice| *slice >= mapper.all_slices()) {
        return Err(StageError::corrupt(format!("line {line} of Partition invocation {} has no label", mapper.mapper)));
    }
    Ok(slices)
}

/// Sends the lines of an object to their slices.
fn send(key: &str, text: &[u8], slices: &[u32], shuffle: &mut Shuffle) -> Result<(), StageError> {
    let mut start = 0;
    let mut lines = 0;
    for end in memchr_iter(b'\n', text) {
        let Some(slice) = slices.get(lines) else { break };
        shuffle.push(*slice, &text[start..=end])?;
        start = end + 1;
        lines += 1;
    }
    if lines != slices.len() || start != text.len() {
        return Err(StageError::corrupt(format!(
            "the object {key} does not have the {} lines that its links have",
            slices.len()
        )));
    }
    Ok(())
}
