//! Sources that are snapshots: what a run reads of one is the source's whole state.
//!
//! The members that such a source has in the previous version are *replaced*: none of them counts any more.
//! An account that was read again has the version that was read; an account that was not read is gone. Link
//! must know this, too, as accounts that are gone must not count among those that share a key. Link sees hashes only,
//! so Merge writes a mark of the source to the links of a snapshot's members.

use onefold_config::Config;
use onefold_graph::node::{Node, NodeHasher};

use crate::reference;

/// Some sources and their marks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMarks(Vec<(String, Node)>);

impl SourceMarks {
    /// The marks of some sources.
    pub fn new<'s>(sources: impl IntoIterator<Item = &'s str>, hasher: &NodeHasher) -> Self {
        Self(sources.into_iter().map(|source| (source.to_owned(), hasher.source(source))).collect())
    }

    /// The marks of a configuration's snapshots.
    pub fn of_snapshots(config: &Config, hasher: &NodeHasher) -> Self {
        Self::new(config.snapshots(), hasher)
    }

    /// The mark of an account's source, if it is one of these.
    pub fn of(&self, account: &str) -> Option<Node> {
        let (source, _) = reference::split(account);
        self.0.iter().find(|(name, _)| name == source).map(|(_, mark)| *mark)
    }

    /// Whether a mark is that of one of these sources.
    pub fn contains(&self, mark: Node) -> bool {
        self.0.iter().any(|(_, known)| *known == mark)
    }
}
