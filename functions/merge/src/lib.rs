//! Merge: makes the customers of one partition.
//!
//! It reads its frame of every shuffle object, so it has all accounts of its customers, whichever source,
//! chunk or version they came from.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod previous;

use onefold_core::merge::{Before, Merger};
use onefold_core::node::Node;
use onefold_core::timestamp::Timestamp;
use onefold_lake::keys::{self, Part, Stage};
use onefold_lake::layout::{BlockedKeys, Partition, PartitionCounts};
use onefold_lake::receipt::Moved;
use onefold_lake::retired::Retired;
use onefold_lake::shuffle::{self, Frames};
use onefold_lake::{Condition, RunId, compress, index, links};
use onefold_shell::{Context, StageError, Work, in_order, json_lines, json_object};
use serde::{Deserialize, Serialize};

/// Shuffle objects that are read at once.
const READ_AHEAD: usize = 8;

/// What the state machine sends.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The run.
    pub run: RunId,
    /// A line of the run's partitions.
    pub partition: Partition,
}

/// What the receipt says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// How many customers there are.
    pub customers: u64,
}

/// Makes the customers of one partition.
///
/// # Errors
/// `Corrupt` if an object is damaged; `Transient` if the store failed.
pub async fn run(request: Request, context: &Context) -> Result<Answer, StageError> {
    let Request { run, partition } = request;
    let work = Work { run: run.clone(), stage: Stage::Merge, name: format!("{:05}", partition.partition) };
    work.once(context, async |moved| merge(&run, &partition, context, moved).await).await
}

async fn merge(run: &RunId, partition: &Partition, context: &Context, moved: &mut Moved) -> Result<Answer, StageError> {
    let pinned = context.pinned(run).await?;
    let blocked: Vec<Node> = context.json::<BlockedKeys>(&keys::link_blocked(run)).await?.nodes();
    let started_at = Timestamp::from_milliseconds(pinned.plan.started_at)
        .ok_or_else(|| StageError::corrupt("the run's start is out of range"))?;
    let text = read(run, partition, context, moved).await?;

    let settings = match &pinned.plan.previous {
        Some(previous) => previous::settings(&previous.run, context).await?,
        None => None,
    };
    let before = match (&settings, &pinned.plan.previous) {
        (Some(settings), _) => settings.before(&pinned),
        (None, Some(_)) => Before::Unknown,
        (None, None) => Before::Nothing,
    };

    let matcher = pinned.matcher(context);
    let mut merger = Merger::new(&pinned.config, matcher, &blocked, started_at).building_on(before);
    if pinned.plan.erases {
        merger = merger.erasing(&pinned.suppression);
    }
    let output = merger.replacing(partition.replaced.iter().map(String::as_str)).merge(&text)?;
    drop(text);
    if !output.counts.balance() {
        return Err(StageError::internal(format!(
            "the counts of partition {} do not balance: {:?}",
            partition.partition, output.counts
        )));
    }
    let index = index::format(output.places);
    let ended = output.ended.into_iter();
    let retired: Vec<Retired> =
        ended.map(|(customer_id, into)| Retired { customer_id, into, run: run.clone() }).collect();
    let counts = PartitionCounts {
        counts: output.counts,
        changes: lines(&output.changes),
        guarded: lines(&output.guarded),
        text_bytes: [&output.customers, &output.members, &output.changes, &output.guarded]
            .map(|text| text.len() as u64),
        blocked: output.blocked.into_iter().map(|(node, rule)| (node.to_string(), rule)).collect(),
        guards: output.guards,
        retired: retired.len() as u64,
        indexed: index::entries(index.len() as u64),
    };
    let mut put = async |part: Part, bytes: Vec<u8>| {
        moved.bytes_out += bytes.len() as u64;
        context.store.put(&keys::merged(run, partition.partition, part), bytes.into(), Condition::Always).await
    };
    let customers = compress(&output.customers)?;
    drop(output.customers);
    put(Part::Customers, customers).await?;
    let members = compress(&output.members)?;
    drop(output.members);
    put(Part::Members, members).await?;
    put(Part::MemberLinks, links::format(&output.member_stars)).await?;
    put(Part::Index, index).await?;
    put(Part::Retired, compress(&json_lines(&retired)?)?).await?;
    put(Part::Changes, compress(&output.changes)?).await?;
    put(Part::Blocked, compress(&output.guarded)?).await?;
    context.store.put(&keys::merged_counts(run, partition.partition), json_object(&counts)?, Condition::Always).await?;
    moved.records_in = output.counts.accounts + output.counts.previous_members;
    moved.records_out = output.counts.customers;
    Ok(Answer { customers: output.counts.customers })
}

/// How many lines a text has.
fn lines(text: &[u8]) -> u64 {
    text.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// The lines of the partition, from all shuffle objects in order.
async fn read(run: &RunId, partition: &Partition, context: &Context, moved: &mut Moved) -> Result<String, StageError> {
    let read = |mapper: u32| async move {
        let key = keys::shuffle(run, mapper);
        Ok(shuffle::fetch(context.store.as_ref(), &key, partition.partition, partition.partitions).await?)
    };
    // As they are stored they are a seventh of their text, which so gets room once and is copied nowhere.
    let mut objects: Vec<Frames> = Vec::with_capacity(partition.mappers as usize);
    in_order(0..partition.mappers, READ_AHEAD, read, |frames| {
        objects.push(frames);
        Ok(())
    })
    .await?;
    let mut text = Vec::with_capacity(objects.iter().map(Frames::text_bytes).sum());
    for frames in objects {
        moved.bytes_in += frames.bytes_in;
        frames.append_to(&mut text)?;
    }
    String::from_utf8(text)
        .map_err(|_| StageError::corrupt(format!("the lines of partition {} are not UTF-8", partition.partition)))
}
