//! From the lines of a mapper's objects to records by slice.

use onefold_graph::AccountVersion;
use onefold_graph::node::Node;
use onefold_identity::merge::ComparedAccounts;
use onefold_identity::unblocked_texts::UnblockedTexts;
use onefold_lake::calls::DescribeResult;
use onefold_lake::data::described::{self, Described};
use onefold_lake::data::shuffle::ShuffleCollector;
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::layout::{Layout, Mapper, MapperInput};
use onefold_lake::run::receipt::Moved;
use onefold_lake::{FrameReader, RunId, pieces};
use onefold_scoring::describe::Describer;
use onefold_shell::{Context, Function, StageError, Work, in_order};

use crate::round::match_layout;

/// The name of a mapper's receipt.
pub(crate) fn receipt_name(mapper: u32) -> String {
    format!("describe-{mapper:05}")
}

pub(crate) async fn describe(run: &RunId, mapper: &Mapper, context: &Context) -> Result<DescribeResult, StageError> {
    let work = Work { run: run.clone(), stage: Stage::Block, name: receipt_name(mapper.mapper) };
    work.once(context, async |moved| {
        let layout: Layout = context.json(&keys::layout(run)).await?;
        let slices = match_layout(&layout)?.slices;
        let pinned = context.pinned(run).await?;
        let replaced = layout.replaced.iter().map(String::as_str);
        let accounts = ComparedAccounts::new(&pinned.config, context.hasher()?, replaced, pinned.suppression()?);
        let shuffle = ShuffleCollector::new(slices, context.memory.shuffle_text_bytes());
        let mut sender = RecordSender {
            accounts,
            describer: Describer::new(&pinned.config),
            shuffle: shuffle.map_err(StageError::compressing)?,
            slices,
            record: Vec::new(),
            entry: Vec::new(),
            sent: DescribeResult::default(),
            read_bytes: 0,
        };
        sender.all(mapper, context, moved).await?;
        let RecordSender { shuffle, sent, .. } = sender;
        let bytes = shuffle.finish().map_err(StageError::compressing)?;
        moved.records_in = sent.lines;
        moved.records_out = sent.described;
        moved.bytes_out = bytes.len() as u64;
        context.put(&keys::match_described(run, mapper.mapper), bytes).await?;
        Ok(sent)
    })
    .await
}

/// Sends the records of accounts to their slices.
struct RecordSender<'c> {
    accounts: ComparedAccounts<'c>,
    describer: Describer,
    shuffle: ShuffleCollector,
    slices: u32,
    record: Vec<u8>,
    entry: Vec<u8>,
    sent: DescribeResult,
    /// Bytes of the objects that were read. The output takes fewer.
    read_bytes: u64,
}

impl RecordSender<'_> {
    /// Sends the accounts of all objects of a mapper.
    async fn all(&mut self, mapper: &Mapper, context: &Context, moved: &mut Moved) -> Result<(), StageError> {
        let fetch = |input: &MapperInput| {
            let (key, lines) = (input.key.clone(), input.lines);
            async move { context.get(&key).await.map(|(bytes, _)| (key, lines, bytes)) }
        };
        in_order(&mapper.inputs, context.memory.members_at_once(), fetch, |(key, lines, bytes)| {
            moved.bytes_in += bytes.len() as u64;
            let before = self.sent.lines;
            self.object(&key, &bytes, context)?;
            let read = self.sent.lines - before;
            if read == lines {
                return Ok(());
            }
            Err(StageError::corrupt(format!("the object {key} has {read} lines instead of {lines}")))
        })
        .await
    }

    fn object(&mut self, key: &str, bytes: &[u8], context: &Context) -> Result<(), StageError> {
        let mut frames = FrameReader::new(key, bytes).map_err(StageError::damaged)?;
        let largest = frames.largest_frame().map_err(StageError::damaged)? as u64;
        let stored = bytes.len() as u64;
        self.read_bytes += stored;
        let needed = context.memory.partition_bytes(stored, largest, self.read_bytes);
        let what = format!("{key}, of which {} MB are one frame,", largest >> 20);
        context.memory.check(Function::Other("block"), needed, what)?;
        while let Some(text) = frames.next_frame().map_err(StageError::damaged)? {
            let text =
                std::str::from_utf8(text).map_err(|_| StageError::corrupt(format!("the object {key} is not UTF-8")))?;
            for lines in pieces(text) {
                self.lines(key, lines)?;
            }
        }
        Ok(())
    }

    fn lines(&mut self, key: &str, lines: &str) -> Result<(), StageError> {
        let Self { accounts, describer, shuffle, slices, record, entry, sent, .. } = self;
        let mut described = 0;
        let send = |reference: Node, version: AccountVersion, texts: Option<UnblockedTexts<'_>>| {
            record.clear();
            if let Some(texts) = texts {
                describer.record(&texts, record);
            }
            entry.clear();
            described::push(entry, &Described { reference, version, record }).map_err(StageError::compressing)?;
            described += 1;
            shuffle.push(reference.range(*slices), entry).map_err(StageError::compressing)
        };
        let damaged = |error| StageError::corrupt(format!("the object {key} is damaged")).caused_by(error);
        let gone = accounts.each(lines, damaged, send)?;
        sent.described += described;
        sent.gone += gone;
        sent.lines += described + gone;
        Ok(())
    }
}
