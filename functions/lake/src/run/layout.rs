//! How a run is divided: shards of Link, invocations by mapper (Partition's), invocations by partition (Merge's) and the
//! slices of partitions.
//!
//! A partition is what one Merge invocation does. It does it a *slice* after the other: all accounts of a component are
//! in one slice, as they are in one partition, and what is worked on fits a processor's cache.

use std::collections::BTreeMap;
use std::ops::Range;

use onefold_identity::counts::VersionCounts;
use onefold_identity::merge::BlockedRule;
use serde::{Deserialize, Serialize};

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
    /// References, match keys and customers of all accounts, repetitions counted; 0 if an earlier program did not say.
    #[serde(default)]
    pub nodes: u64,
    /// What each Partition invocation reads.
    pub mappers: Vec<Vec<MapperInput>>,
    /// The sources whose accounts of the previous version a snapshot replaces, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<String>,
}

/// An object that a Partition invocation reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapperInput {
    /// Accounts or members, a line each.
    pub key: String,
    /// Their links; none for members whose links were made under other match rules.
    pub links: Option<String>,
    /// How many lines there are.
    pub lines: u64,
}

/// A line of `partitions/<run>/mappers.jsonl`: what one Partition invocation does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapper {
    /// The invocation's number.
    pub mapper: u32,
    /// How many there are.
    pub mappers: u32,
    /// What it reads, in order.
    pub inputs: Vec<MapperInput>,
    /// Partitions of Merge.
    pub partitions: u32,
    /// Slices of each partition.
    #[serde(default = "one")]
    pub slices: u32,
    /// Shards of Link, each of which has labels for it.
    pub shards: u32,
}

/// A line of `merged/<run>/partitions.jsonl`: what one Merge invocation does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partition {
    /// The partition's number.
    pub partition: u32,
    /// How many there are.
    pub partitions: u32,
    /// Slices of each partition.
    #[serde(default = "one")]
    pub slices: u32,
    /// How many shuffle objects there are.
    pub mappers: u32,
    /// Shards of Link, each of which has blocked keys for it.
    pub shards: u32,
    /// The sources whose accounts of the previous version a snapshot replaces, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<String>,
}

/// Runs that were begun before there were slices have one a partition.
fn one() -> u32 {
    1
}

impl Layout {
    /// Lines of all that Partition reads: accounts of this run, and members and tombstones of the version before.
    pub fn accounts(&self) -> u64 {
        self.mappers.iter().flatten().map(|input| input.lines).sum()
    }

    /// Slices of all partitions, by which Link labels accounts: those of the first partition, then those of the next.
    pub fn all_slices(&self) -> u32 {
        self.partitions.saturating_mul(self.slices)
    }

    /// The partition that one of all slices is in.
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

    /// Those among them that are this partition's.
    pub fn own_slices(&self) -> Range<u32> {
        let start = self.partition.saturating_mul(self.slices);
        start..start.saturating_add(self.slices)
    }
}

/// `merged/<run>/<partition>/counts.json`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartitionCounts {
    /// How many of what.
    pub counts: VersionCounts,
    /// Lines of changes.
    pub changes: u64,
    /// Lines about what guards did.
    pub guarded: u64,
    /// Text of customers, members, changes and what guards did, decompressed.
    pub text_bytes: [u64; 4],
    /// The rule of each blocked key that was met.
    pub blocked: BTreeMap<String, BlockedRule>,
    /// How often each guard acted.
    pub guards: BTreeMap<String, u64>,
    /// Customer ids that ended.
    #[serde(default)]
    pub retired: u64,
    /// Entries of the index.
    #[serde(default)]
    pub indexed: u64,
}
