//! What merging a partition gives.

use std::collections::BTreeMap;

use onefold_graph::Stars;
use onefold_graph::node::Node;
use serde::{Deserialize, Serialize};

use super::PlacedAccount;
use crate::counts::VersionCounts;
use crate::question::Question;

/// The outputs of one partition.
#[derive(Debug, Default)]
pub struct MergeOutput {
    /// Customers, a line of JSON each.
    pub customers: Vec<u8>,
    /// Members, a line of JSON each: the account's text as it came, and its customer. Behind them the tombstones,
    /// which have none.
    pub members: Vec<u8>,
    /// The links of the members and tombstones, in the same order.
    pub member_stars: Stars,
    /// What changed against the previous version, a line of JSON each.
    pub changes: Vec<u8>,
    /// The rule of each blocked key that was met.
    pub blocked: BTreeMap<Node, BlockedRule>,
    /// The customer ids that ended, each with the customers of its accounts: one if it was merged, several if none of
    /// them kept the id, none if all accounts were deleted.
    pub ended: Vec<(String, Vec<String>)>,
    /// The [`place`]s of the members, tombstones, customers and [identifiers](crate::identifiers) in an index: some more
    /// than once.
    ///
    /// [`place`]: crate::reference::place
    pub places: Vec<u64>,
    /// Where frames end, in order. Each has whole customers with their members, and few of them, so that one customer can
    /// be read alone.
    pub frames: Vec<FrameEnd>,
    /// What guards did, a line of JSON each: see [`Guarded`](super::Guarded).
    pub guarded: Vec<u8>,
    /// How often each guard acted: blocked values, and limits of customers.
    pub guards: BTreeMap<String, u64>,
    /// What people are asked about its customers.
    pub questions: Vec<Question>,
    /// Where the accounts stand that are asked about: see [`Merger::asking`](super::Merger::asking).
    pub placed: Vec<PlacedAccount>,
    /// Counters of the partition.
    pub counts: VersionCounts,
}

/// Where a frame ends, from the start of the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FrameEnd {
    /// In the text of customers, in bytes.
    pub customers: usize,
    /// In the text of members, in bytes.
    pub members: usize,
    /// Among the places.
    pub places: usize,
}

/// Which rule a blocked key is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockedRule {
    /// The rule's name.
    pub rule: String,
    /// How many accounts share the key, if it was blocked here, by the rule's own limit, and not by Link.
    pub accounts: Option<u32>,
}
