//! What scores say of two accounts, and how a customer grew together by them.

use std::collections::BTreeMap;

use onefold_graph::union_find::UnionFind;
use onefold_scoring::customers::Merge;
use onefold_scoring::levels::meaning;
use onefold_scoring::weights::{FieldWeights, in_bits as bits};
use onefold_scoring::{EQUAL, FREQUENCIES, FieldKind, Level, Pattern, ScoredField};
use serde::{Deserialize, Serialize};

use super::{Explainer, PairFinding};
use crate::cluster::Clusters;
use crate::judge::Verdict;
use crate::scores::Scorer;

/// The score of two accounts. All numbers are in bits: 1 more means twice the odds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ScoreFinding {
    /// The logarithm to base 2 of the odds that they are one person's.
    pub bits: f64,
    /// From where on they are linked.
    pub threshold: f64,
    /// How much speaks for one person rather than strangers.
    pub strangers: f64,
    /// How much speaks for one person rather than relatives.
    pub relatives: f64,
    /// What each field says of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldFinding>,
    /// What speaks for one person rather than strangers, and rather than relatives, before any field is compared.
    #[serde(default)]
    pub prior: [f64; 2],
}

/// What a field says of two accounts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldFinding {
    /// The field.
    pub field: String,
    /// The comparison level of its values, in words.
    pub level: String,
    /// How much it speaks for one person rather than strangers, in bits.
    pub strangers: f64,
    /// How much it speaks for one person rather than relatives, in bits.
    pub relatives: f64,
}

/// Two groups of accounts that became one by scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MergeFinding {
    /// Both.
    pub groups: [GroupFinding; 2],
    /// Their score, in bits.
    pub bits: f64,
    /// The two accounts that are most alike, one of each group.
    pub accounts: [String; 2],
    /// The score of these, in bits.
    pub direct_bits: f64,
}

/// A group of accounts of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupFinding {
    /// The reference of its first account.
    pub first: String,
    /// How many accounts it has.
    pub accounts: usize,
}

impl Explainer<'_> {
    /// How a customer, whose accounts are all that are asked about, grew together by scores: the merges in their order.
    /// What rules and corrections join was together before. Empty if nothing grew, or if it is not known how pairs were
    /// scored.
    pub fn growth(&self) -> Vec<MergeFinding> {
        // By the account that a group is named by: how many accounts it has.
        let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
        for group in self.groups_by_rules().iter() {
            sizes.extend(group.iter().map(|account| (*account, group.len())));
        }
        let merges = self.merges().unwrap_or_default();
        let finding = |merge: Merge| {
            let [left, right] = merge.groups.map(|group| sizes.get(&group).copied().unwrap_or_default());
            sizes.insert(merge.groups[0], left + right);
            let group = |first: u32, accounts| GroupFinding { first: self.reference(first).to_owned(), accounts };
            MergeFinding {
                groups: [group(merge.groups[0], left), group(merge.groups[1], right)],
                bits: bits(merge.score),
                accounts: self.references(merge.direct.accounts[0], merge.direct.accounts[1]),
                direct_bits: bits(merge.direct.bits),
            }
        };
        merges.into_iter().map(finding).collect()
    }

    /// None if it is not known how pairs were scored.
    fn merges(&self) -> Option<Vec<Merge>> {
        Clusters::merges(&self.judge, &self.config.guard, self.scores.as_ref()?).ok()
    }

    fn groups_by_rules(&self) -> Clusters {
        Clusters::new(&self.judge, &self.config.guard)
    }

    /// The pairs of a customer's accounts that hold together what scores joined: those most alike. Where they are not known,
    /// each group is linked with the first.
    pub(super) fn links_by_scores(&self, members: &[u32]) -> Vec<(u32, u32)> {
        if self.config.score.is_none() {
            return Vec::new();
        }
        if let Some(merges) = self.merges() {
            return merges.iter().map(|merge| merge.direct.accounts.into()).collect();
        }
        let mut sets = UnionFind::new(self.numbers().len() as u32);
        for group in self.groups_by_rules().iter() {
            group.iter().for_each(|account| _ = sets.union(group[0], *account));
        }
        let pairs = members.iter().map(|member| (members[0], *member));
        pairs.filter(|(first, member)| sets.union(*first, *member)).collect()
    }

    /// That scores joined two accounts, and their score if it is known.
    pub(super) fn linked_by_score(&self, left: u32, right: u32) -> PairFinding {
        let finding = PairFinding::without_key("score", Verdict::Accepted, self.references(left, right));
        PairFinding { score: self.total_score(left, right), ..finding }
    }

    /// The score of two accounts without its fields, if it is known.
    pub(super) fn total_score(&self, left: u32, right: u32) -> Option<ScoreFinding> {
        self.score_finding(left, right).map(|score| ScoreFinding { fields: Vec::new(), ..score })
    }

    /// What scores say of two accounts, if it is known.
    pub(super) fn score(&self, left: u32, right: u32) -> Option<PairFinding> {
        let scores = self.scores.as_ref()?;
        let is_linked = scores.pair(self.judge.pool(), left, right).ok()?.bits() >= scores.threshold();
        let verdict = if is_linked { Verdict::Accepted } else { Verdict::Refused };
        let finding = PairFinding::without_key("score", verdict, self.references(left, right));
        Some(PairFinding { score: self.score_finding(left, right), ..finding })
    }

    fn score_finding(&self, left: u32, right: u32) -> Option<ScoreFinding> {
        let scores = self.scores.as_ref()?;
        let pattern = scores.pattern(self.judge.pool(), left, right).ok()?;
        let weights = scores.scorer().weights();
        let score = weights.pair(pattern);
        Some(ScoreFinding {
            bits: bits(score.bits()),
            threshold: bits(scores.threshold()),
            strangers: bits(score.strangers),
            relatives: bits(score.relatives),
            fields: fields(scores.scorer(), pattern),
            prior: [bits(weights.strangers_prior), bits(weights.relatives_prior)],
        })
    }
}

/// What each field says of a pair.
fn fields(scorer: &Scorer, pattern: Pattern) -> Vec<FieldFinding> {
    let finding = |(place, (field, weights)): (usize, (ScoredField, &FieldWeights))| {
        let level = pattern.level(place);
        FieldFinding {
            field: field.name.to_owned(),
            level: said(field.kind, level),
            strangers: bits(weights.strangers[usize::from(level)]),
            relatives: bits(weights.relatives[usize::from(level)]),
        }
    };
    scorer.fields().iter().zip(&scorer.weights().fields).enumerate().map(finding).collect()
}

/// A level in words, of equal values with how many accounts have them.
pub(super) fn said(kind: FieldKind, level: Level) -> String {
    let said = meaning(kind, level).unwrap_or("of another version of the levels");
    match level.checked_sub(EQUAL).map(usize::from) {
        None | Some(0) => said.to_owned(),
        Some(class) if class + 1 >= FREQUENCIES => format!("{said}, {} accounts or more have it", 1 << class),
        Some(class) => format!("{said}, {} to {} accounts have it", 1 << class, (2 << class) - 1),
    }
}
