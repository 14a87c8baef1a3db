//! Partition: sends every account to its partition, all accounts of a component to the same one.
//!
//! An invocation reads interim chunks and member files. It writes one shuffle object with the lines for each slice of
//! each partition. Lines pass through unchanged: nothing is parsed.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

use bytes::Bytes;
use memchr::memchr_iter;
use onefold_lake::calls::{PartitionRequest, PartitionResult};
use onefold_lake::data::labels;
use onefold_lake::data::shuffle;
use onefold_lake::data::shuffle::ShuffleCollector;
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::layout::{Mapper, MapperInput};
use onefold_lake::run::receipt::Moved;
use onefold_lake::{FrameReader, RunId};
use onefold_shell::{Context, Function, MemoryBudget, StageError, Work, in_order};

/// Sends the accounts of one mapper's objects to their partitions.
///
/// # Errors
/// `Corrupt` if an object is damaged or an account has no label; `Transient` if the store failed.
pub async fn run(request: PartitionRequest, context: &Context) -> Result<PartitionResult, StageError> {
    let PartitionRequest { run, round, mapper } = request;
    let work = Work { run: run.clone(), stage: Stage::Partition, name: format!("{:05}", mapper.mapper) };
    work.once(context, async |moved| partition(&run, round, &mapper, context, moved).await).await
}

async fn partition(
    run: &RunId,
    round: u32,
    mapper: &Mapper,
    context: &Context,
    moved: &mut Moved,
) -> Result<PartitionResult, StageError> {
    let slices = slices(run, round, mapper, context, moved).await?;
    let mut sender = LineSender {
        shuffle: ShuffleCollector::new(mapper.all_slices(), context.memory.shuffle_text_bytes())
            .map_err(StageError::compressing)?,
        rest: slices.as_slice(),
        read_bytes: 0,
        memory: context.memory,
    };
    let read = |input: &MapperInput| {
        let key = input.key.clone();
        let lines = input.lines;
        async move { context.get(&key).await.map(|(bytes, _)| (key, lines, bytes)) }
    };
    in_order(&mapper.inputs, context.memory.members_at_once(), read, |(key, lines, bytes)| {
        moved.bytes_in += bytes.len() as u64;
        sender.object(&key, lines, &bytes)
    })
    .await?;
    let accounts = slices.len() as u64;
    let bytes = sender.shuffle.finish().map_err(StageError::compressing)?;
    moved.records_in = accounts;
    moved.records_out = accounts;
    moved.bytes_out = bytes.len() as u64;
    context.put(&keys::shuffle(run, mapper.mapper), bytes).await?;
    Ok(PartitionResult { accounts })
}

/// The slice of each line, from the objects of all shards.
async fn slices(
    run: &RunId,
    round: u32,
    mapper: &Mapper,
    context: &Context,
    moved: &mut Moved,
) -> Result<Vec<u32>, StageError> {
    let lines: u64 = mapper.inputs.iter().map(|input| input.lines).sum();
    let too_many = |_| StageError::corrupt(format!("Partition invocation {} has {lines} lines", mapper.mapper));
    let mut slices = vec![labels::UNKNOWN; usize::try_from(lines).map_err(too_many)?];
    for shard in 0..mapper.shards {
        let key = keys::link_round(run, round, shard, "labels");
        let mut frame = Vec::new();
        let read = shuffle::read(context.store.as_ref(), &key, mapper.mapper, mapper.mappers, &mut frame).await;
        moved.bytes_in += read.map_err(StageError::reading_part)?;
        labels::parse(&key, &frame, &mut slices).map_err(StageError::damaged)?;
    }
    if let Some(line) = slices.iter().position(|slice| *slice >= mapper.all_slices()) {
        return Err(StageError::corrupt(format!("line {line} of Partition invocation {} has no label", mapper.mapper)));
    }
    Ok(slices)
}

/// Sends lines to their slices.
struct LineSender<'s> {
    shuffle: ShuffleCollector,
    /// The slices of the lines that were not sent yet, in the order of the lines.
    rest: &'s [u32],
    /// Bytes of the objects that were sent. The output takes about as many.
    read_bytes: u64,
    memory: MemoryBudget,
}

impl LineSender<'_> {
    /// Sends the lines of an object, frame by frame. `lines` is how many the object must have.
    fn object(&mut self, key: &str, lines: u64, bytes: &Bytes) -> Result<(), StageError> {
        let lines = usize::try_from(lines).unwrap_or(usize::MAX);
        let (mut slices, others) = self.rest.split_at_checked(lines).unwrap_or((self.rest, &[]));
        self.rest = others;
        let stored = bytes.len() as u64;
        self.read_bytes += stored;
        let mut frames = FrameReader::new(key, bytes).map_err(StageError::damaged)?;
        let largest = frames.largest_frame().map_err(StageError::damaged)? as u64;
        let needed = self.memory.partition_bytes(stored, largest, self.read_bytes);
        let what = format!("{key}, of which {} MB are one frame,", largest >> 20);
        self.memory.check(Function::Other("partition"), needed, what)?;
        while let Some(text) = frames.next_frame().map_err(StageError::damaged)? {
            let sent = self.frame(text, slices)?.ok_or_else(|| other_lines(key, lines))?;
            slices = &slices[sent..];
        }
        if slices.is_empty() { Ok(()) } else { Err(other_lines(key, lines)) }
    }

    /// Sends the lines of a frame to the first of these slices and returns how many lines there are. Returns `None` if
    /// there are fewer slices than lines, or if the text does not end with a line break.
    fn frame(&mut self, text: &[u8], slices: &[u32]) -> Result<Option<usize>, StageError> {
        let mut start = 0;
        let mut lines = 0;
        for end in memchr_iter(b'\n', text) {
            let Some(slice) = slices.get(lines) else { return Ok(None) };
            self.shuffle.push(*slice, &text[start..=end]).map_err(StageError::compressing)?;
            start = end + 1;
            lines += 1;
        }
        Ok((start == text.len()).then_some(lines))
    }
}

fn other_lines(key: &str, lines: usize) -> StageError {
    StageError::corrupt(format!("the object {key} does not have the {lines} lines that its links have"))
}
