//! What people are asked about the customers of a partition, and where the accounts stand that others ask about.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashTable;
use onefold_graph::node::Node;
use onefold_scoring::review::{gain, group_bits};
use onefold_scoring::weights::{Score, in_bits};
use onefold_scoring::{Level, MISSING, Pattern, ScoredFields};
use serde::{Deserialize, Serialize};

use super::MergeOutput;
use super::clustered::Clustered;
use super::written::WrittenCustomer;
use crate::cluster::Doubt;
use crate::corrections::Corrections;
use crate::question::{Question, Reason};
use crate::reference;
use crate::scores::{PoolScores, Scorer};

/// The accounts that Score asks about, by the nodes of their references.
#[derive(Clone, Debug, Default)]
pub struct AskedAccounts(HashTable<Node>);

impl AskedAccounts {
    /// These accounts, each once or several times.
    pub fn new(accounts: impl IntoIterator<Item = Node>) -> Self {
        let mut table = HashTable::new();
        for account in accounts {
            if table.find(account.spread(), |known| *known == account).is_none() {
                table.insert_unique(account.spread(), account, |known| known.spread());
            }
        }
        Self(table)
    }

    fn has(&self, account: Node) -> bool {
        self.0.find(account.spread(), |known| *known == account).is_some()
    }

    /// Those among the accounts of a slice, with their numbers. `nodes` are those of all its references.
    pub(super) fn among(&self, nodes: &[Node]) -> Vec<(u32, Node)> {
        if self.0.is_empty() {
            return Vec::new();
        }
        (0..).zip(nodes.iter().copied()).filter(|(_, node)| self.has(*node)).collect()
    }
}

/// Where an account stands that is asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlacedAccount {
    /// The node of its reference.
    pub node: Node,
    /// Its reference.
    pub account: String,
    /// Its customer.
    pub customer_id: String,
    /// How many accounts the customer has.
    pub accounts: u64,
}

/// The comparison level of each field that both accounts of a pair have, by its name.
pub fn levels(fields: &ScoredFields, pattern: Pattern) -> BTreeMap<String, Level> {
    let levels = fields.iter().enumerate().map(|(place, field)| (field.name.to_owned(), pattern.level(place)));
    levels.filter(|(_, level)| *level != MISSING).collect()
}

/// The customers of accounts that are asked about.
pub(super) struct Places<'p> {
    clustered: &'p Clustered<'p>,
    corrections: &'p Corrections,
    /// By account.
    is_wanted: Vec<bool>,
    /// The id of each account's customer, and how many accounts it has.
    found: BTreeMap<u32, (String, u64)>,
}

impl<'p> Places<'p> {
    pub(super) fn new(clustered: &'p Clustered<'_>, corrections: &'p Corrections) -> Self {
        let doubted = clustered.clusters.doubts.iter().flat_map(|doubt| doubt.accounts);
        let apart = never(clustered).into_iter().flatten();
        let asked = clustered.asked.iter().map(|(account, _)| *account);
        let wanted: Vec<u32> = asked.chain(doubted).chain(apart).collect();
        let mut is_wanted = Vec::new();
        if !wanted.is_empty() {
            is_wanted.resize(clustered.judge.pool().len() as usize, false);
            wanted.iter().for_each(|account| is_wanted[*account as usize] = true);
        }
        Self { clustered, corrections, is_wanted, found: BTreeMap::new() }
    }

    /// Notes a customer that was written.
    pub(super) fn note(&mut self, customer: &WrittenCustomer<'_, '_>) {
        if self.is_wanted.is_empty() {
            return;
        }
        for member in customer.members.iter().filter(|member| self.is_wanted[**member as usize]) {
            self.found.insert(*member, (customer.customer_id.clone(), customer.members.len() as u64));
        }
    }

    /// Writes what people are asked, and where accounts stand.
    pub(super) fn write(&self, output: &mut MergeOutput) {
        let pool = self.clustered.judge.pool();
        for (account, node) in &self.clustered.asked {
            let Some((customer_id, accounts)) = self.found.get(account) else { continue };
            output.placed.push(PlacedAccount {
                node: *node,
                account: pool.reference(*account).to_owned(),
                customer_id: customer_id.clone(),
                accounts: *accounts,
            });
        }
        let kept_apart = self.kept_apart();
        let questions = self.clustered.clusters.doubts.iter().filter_map(|doubt| self.question(doubt));
        let is_open = |question: &Question| {
            !kept_apart.contains(&question.about()) && !self.corrections.pairs().skipped.contains(&question.accounts)
        };
        output.questions.extend(questions.filter(is_open));
    }

    /// The customers of which people said that they are two persons', the lesser id of each pair first.
    fn kept_apart(&self) -> BTreeSet<[String; 2]> {
        let customers = |pair: [u32; 2]| {
            let [left, right] =
                pair.map(|account| self.found.get(&account).map(|(customer_id, _)| customer_id.clone()));
            let mut customers = [left?, right?];
            customers.sort_unstable();
            Some(customers)
        };
        never(self.clustered).into_iter().filter_map(customers).collect()
    }

    /// None if people have answered it, or if the two are one customer after all.
    fn question(&self, doubt: &Doubt) -> Option<Question> {
        let judge = &self.clustered.judge;
        let mut accounts = doubt.accounts;
        accounts.sort_unstable_by(|left, right| {
            reference::compare(judge.pool().reference(*left), judge.pool().reference(*right))
        });
        let [left, right] = accounts;
        let ((one, one_size), (other, other_size)) = (self.found.get(&left)?, self.found.get(&right)?);
        let is_bridge = doubt.reason == Reason::Bridge;
        if is_bridge != (one == other) || judge.is_never(left, right) || judge.is_always(left, right) {
            return None;
        }
        let pairs = doubt.pairs.unwrap_or(one_size * other_size);
        let scored = self.clustered.scores.as_ref().and_then(|scores| self.scored(scores, accounts));
        let of_groups = doubt.group_bits.or(scored.as_ref().map(|scored| group_bits(scored.bits, pairs)));
        Some(Question {
            accounts: accounts.map(|account| judge.pool().reference(account).to_owned()),
            reason: doubt.reason,
            limits: doubt.limit.iter().cloned().collect(),
            customers: [one.clone(), other.clone()],
            bits: scored.as_ref().map(|scored| in_bits(scored.bits)),
            group_bits: of_groups.map(in_bits),
            levels: scored.map(|scored| scored.levels).unwrap_or_default(),
            pairs,
            gain: gain(of_groups, is_bridge, pairs),
        })
    }

    fn scored(&self, scores: &PoolScores<'_>, [left, right]: [u32; 2]) -> Option<ScoredPair> {
        let pattern = scores.pattern(self.clustered.judge.pool(), left, right).ok()?;
        let scorer: &Scorer = scores.scorer();
        Some(ScoredPair { bits: scorer.weights().pair(pattern).bits(), levels: levels(scorer.fields(), pattern) })
    }
}

/// The pairs of accounts of which people said that they are two persons'.
fn never(clustered: &Clustered<'_>) -> Vec<[u32; 2]> {
    let (pool, corrections) = (clustered.judge.pool(), clustered.judge.corrections());
    if corrections.has_no_never() {
        return Vec::new();
    }
    pool.numbers().flat_map(|account| corrections.never(account).map(move |other| [account, other])).collect()
}

struct ScoredPair {
    bits: Score,
    levels: BTreeMap<String, Level>,
}
