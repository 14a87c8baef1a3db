//! The blocked keys of a run: those that Link blocked, and those that Merge blocked by the limit of their rule.

use std::collections::BTreeMap;

use onefold_graph::Blocked;
use onefold_graph::node::Node;
use onefold_identity::merge::BlockedRule;
use onefold_lake::data::blocked;
use onefold_lake::version::manifest::BlockedKey;
use onefold_lake::{RunId, keys};
use onefold_shell::{Context, StageError};

/// The most blocked keys that the manifest lists. People read this list. Every stage reads the manifest, so it stays
/// small.
const LISTED_MAX: usize = 100;

/// Blocked keys. Merge meets most of them in many partitions; here each is kept once.
#[derive(Debug, Default)]
pub(crate) struct BlockedKeys {
    /// The keys that Link blocked. Link knows how many accounts share a key, but not its rule.
    by_link: Vec<Blocked>,
    /// The names of the rules of keys that Merge met.
    rules: Vec<String>,
    /// By key that Merge met: the place of its rule's name, and how many accounts share the key if Merge blocked it.
    met: BTreeMap<Node, (usize, Option<u32>)>,
}

impl BlockedKeys {
    /// Reads the keys that Link blocked.
    pub(crate) async fn read_of_link(&mut self, run: &RunId, context: &Context) -> Result<(), StageError> {
        let read = blocked::read(context.store.as_ref(), &keys::link_blocked(run)).await;
        (self.by_link, _) = read.map_err(StageError::reading_part)?;
        Ok(())
    }

    /// Adds the keys that Merge met in a partition.
    pub(crate) fn add_met(&mut self, met: BTreeMap<String, BlockedRule>) -> Result<(), StageError> {
        for (node, BlockedRule { rule, accounts }) in met {
            let node =
                Node::parse(&node).ok_or_else(|| StageError::corrupt("a blocked key of a partition is no node"))?;
            let place = self.rules.iter().position(|known| *known == rule).unwrap_or_else(|| {
                self.rules.push(rule);
                self.rules.len() - 1
            });
            self.met.insert(node, (place, accounts));
        }
        Ok(())
    }

    /// All blocked keys, sorted.
    pub(crate) fn sorted(&self) -> Vec<Blocked> {
        let mut all: Vec<Blocked> = self.by_link.iter().copied().chain(self.by_merge()).collect();
        all.sort_unstable();
        all
    }

    /// The number of blocked keys.
    pub(crate) fn count(&self) -> u64 {
        (self.by_link.len() + self.by_merge().count()) as u64
    }

    /// The keys that the manifest lists, by rule, the most shared first.
    pub(crate) fn listed(&self) -> Vec<BlockedKey> {
        let keys = self.by_link.iter().copied().chain(self.by_merge());
        let mut all: Vec<(&str, u32)> = keys.map(|key| (self.rule_of(key.node), key.accounts)).collect();
        all.sort_unstable_by(|left, right| {
            right.1.cmp(&left.1).then_with(|| left.0.split('+').cmp(right.0.split('+')))
        });
        let listed = all.into_iter().take(LISTED_MAX);
        listed
            .map(|(rule, accounts)| BlockedKey { key: rule.split('+').map(str::to_owned).collect(), accounts })
            .collect()
    }

    /// The keys that Merge blocked.
    fn by_merge(&self) -> impl Iterator<Item = Blocked> {
        self.met.iter().filter_map(|(node, (_, accounts))| Some(Blocked { node: *node, accounts: (*accounts)? }))
    }

    /// The name of a key's rule; empty if no partition met the key.
    fn rule_of(&self, node: Node) -> &str {
        self.met.get(&node).map_or("", |(place, _)| self.rules[*place].as_str())
    }
}
