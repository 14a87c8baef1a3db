//! How a run is divided: into shards for Link, mappers for Partition, and partitions with slices for Merge.
//!
//! One Merge invocation works on one partition, one *slice* after the other. All accounts of a component are in the
//! same slice. The work on a slice fits a processor's cache.

use std::collections::BTreeMap;
use std::ops::Range;

use onefold_identity::counts::VersionCounts;
use onefold_identity::merge::BlockedRule;
use onefold_identity::statistics::CustomerStatistics;
use serde::{Deserialize, Serialize};

use crate::version::index::FrameBytes;

/// `links/<run>/layout.json`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// Shards of Link.
    pub shards: u32,
    /// Partitions of Merge.
    pub partitions: u32,
    /// Slices of each partition.
    #[serde(default = "one")]
    pub slices: u32,
    /// References, match keys and customers of all accounts, with repetitions; 0 in layouts of earlier programs.
    #[serde(default)]
    pub nodes: u64,
    /// Invocations of Export, one per range of partitions; 0 if nothing is exported.
    #[serde(default, skip_serializing_if = "is_none")]
    pub exports: u32,
    /// How the pairs are divided, if they are scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matching: Option<MatchLayout>,
    /// The inputs of each mapper.
    pub mappers: Vec<Vec<MapperInput>>,
    /// The sources whose previous accounts a snapshot replaces, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<String>,
}

/// How scored pairs are divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchLayout {
    /// Slices of all accounts, by their references. A tile is of two slices.
    pub slices: u32,
    /// Shards of all keys of blocks, by their hashes.
    pub shards: u32,
    /// How many pairs a shard holds before it writes them.
    pub pairs_at_once: u32,
}

/// An object that a mapper reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapperInput {
    /// The key of accounts or members, one per line.
    pub key: String,
    /// The key of their links; `None` for members whose links follow other match rules.
    pub links: Option<String>,
    /// The number of lines.
    pub lines: u64,
}

/// A line of `partitions/<run>/mappers.jsonl`: the work of one Partition invocation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapper {
    /// The mapper's number.
    pub mapper: u32,
    /// The number of mappers.
    pub mappers: u32,
    /// The inputs, in order.
    pub inputs: Vec<MapperInput>,
    /// Partitions of Merge.
    pub partitions: u32,
    /// Slices of each partition.
    #[serde(default = "one")]
    pub slices: u32,
    /// Shards of Link. Each has labels for this mapper.
    pub shards: u32,
}

/// A line of `merged/<run>/partitions.jsonl`: the work of one Merge invocation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partition {
    /// The partition's number.
    pub partition: u32,
    /// The number of partitions.
    pub partitions: u32,
    /// Slices of each partition.
    #[serde(default = "one")]
    pub slices: u32,
    /// The number of mappers. Each wrote one shuffle object.
    pub mappers: u32,
    /// Shards of Link. Each has blocked keys for this partition.
    pub shards: u32,
    /// The sources whose previous accounts a snapshot replaces, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<String>,
}

/// A line of `merged/<run>/exports.jsonl`: the work of one Export invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportedPartitions {
    /// The number of the files that it writes.
    pub number: u32,
    /// The first partition.
    pub first: u32,
    /// The partition behind the last one.
    pub end: u32,
}

/// Layouts without slices, by earlier programs, have one slice per partition.
fn one() -> u32 {
    1
}

impl Layout {
    /// Lines of all inputs of Partition: accounts of this run, and members and tombstones of the previous version.
    pub fn accounts(&self) -> u64 {
        self.mappers.iter().flatten().map(|input| input.lines).sum()
    }

    /// Slices of all partitions, in the order of the partitions. Link labels accounts with their numbers.
    pub fn all_slices(&self) -> u32 {
        self.partitions.saturating_mul(self.slices)
    }

    /// The partition of a slice.
    pub fn partition(&self, slice: u32) -> u32 {
        slice / self.slices.max(1)
    }
}

impl Mapper {
    /// Slices of all partitions.
    pub fn all_slices(&self) -> u32 {
        self.partitions.saturating_mul(self.slices)
    }
}

impl Partition {
    /// Slices of all partitions.
    pub fn all_slices(&self) -> u32 {
        self.partitions.saturating_mul(self.slices)
    }

    /// The slices of this partition, by their numbers among all slices.
    pub fn own_slices(&self) -> Range<u32> {
        let start = self.partition.saturating_mul(self.slices);
        start..start.saturating_add(self.slices)
    }
}

/// `merged/<run>/<partition>/counts.json`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartitionCounts {
    /// The partition's share of the version's counts.
    pub counts: VersionCounts,
    /// Lines of changes.
    pub changes: u64,
    /// Lines in the file of guards.
    pub guarded: u64,
    /// Bytes of text of customers, members, changes and guards, decompressed.
    pub text_bytes: [u64; 4],
    /// The rule of each blocked key that accounts of the partition have.
    pub blocked: BTreeMap<String, BlockedRule>,
    /// How often each guard acted.
    pub guards: BTreeMap<String, u64>,
    /// Retired customer ids.
    #[serde(default)]
    pub retired: u64,
    /// Entries of the index.
    #[serde(default)]
    pub indexed: u64,
    /// The frames that the entries number; none if an earlier program merged the partition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frames: Vec<FrameBytes>,
    /// Links that Score found among the partition's accounts.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub links: u64,
    /// Accounts that came with their frequency classes.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub scored: u64,
    /// What is counted of customers for people; nothing in the counts of earlier programs.
    #[serde(default)]
    pub statistics: CustomerStatistics,
    /// Whether Merge wrote what it knows of pairs that are put before people.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reviewed: bool,
}

fn is_none(number: &u32) -> bool {
    *number == 0
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}
