//! Why accounts are one customer, or are not: said by what decided it in Merge.
//!
//! What guards did is taken from what Merge wrote down of it, and all else is decided again by the same judge. So no
//! secret is needed: a key that is blocked is known by its account and rule, not by its node.

mod always;
mod blocked;
mod bridge;
mod finding;
mod scored;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use onefold_config::{ComparedField, Config, MatchRule};
use onefold_graph::node::Node;

use crate::account::Account;
use crate::blocked_set::BlockedSet;
use crate::corrections::Corrections;
use crate::judge::{Judge, LinkedBy, Verdict};
use crate::match_keys::{self, MatchKey, Matcher};
use crate::merge::{AMBIGUOUS_KEY, BLOCKED_KEY, Guarded};
use crate::pool::AccountPool;
use crate::scores::{PoolScores, Scorer};

pub use bridge::BridgeFinding;
pub use finding::{CheckedCondition, PairFinding};
pub use scored::{FieldFinding, GroupFinding, MergeFinding, ScoreFinding};

/// What keeps two customers apart that links would join.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Apart {
    /// Pairs that a rule keeps apart.
    pub kept_apart: Vec<PairFinding>,
    /// Links that would have joined the two.
    pub left_out: Vec<PairFinding>,
}

/// Explains the accounts of a customer, or of two. Accounts are named by their numbers.
pub struct Explainer<'e> {
    config: &'e Config,
    corrections: &'e Corrections,
    guarded: &'e [Guarded],
    judge: Judge<'e>,
    /// None if pairs are not scored, or if it is not known how they were.
    scores: Option<PoolScores<'e>>,
}

impl<'e> Explainer<'e> {
    /// An explainer of accounts under what made their version. `guarded` is what guards did to them. The matcher may
    /// hash with any secret.
    pub fn new(
        config: &'e Config,
        mut matcher: Matcher,
        corrections: &'e Corrections,
        guarded: &'e [Guarded],
        accounts: &'e [Account<'e>],
    ) -> Self {
        let mut keys_of = |guard: &str| blocked::keys_of(guard, config, &mut matcher, guarded, accounts);
        let blocked: Vec<Node> = keys_of(BLOCKED_KEY).into_iter().collect();
        let ambiguous = keys_of(AMBIGUOUS_KEY);
        let all = accounts.iter().collect();
        let pool = AccountPool::with_ambiguous(all, &mut matcher, config, &blocked, ambiguous);
        let judge = Judge::new(pool, &config.matches, corrections);
        Self { config, corrections, guarded, judge, scores: None }
    }

    /// Scores pairs as the version did, with the frequency classes of each account's values.
    #[must_use]
    pub fn scoring(mut self, scorer: &'e Scorer, frequencies: Vec<&'e [u8]>) -> Self {
        self.scores = Some(PoolScores::of_frequencies(scorer, frequencies));
        self
    }

    /// The numbers of all accounts.
    pub fn numbers(&self) -> std::ops::Range<u32> {
        self.judge.pool().numbers()
    }

    /// The number of an account.
    pub fn number(&self, reference: &str) -> Option<u32> {
        self.numbers().find(|number| self.reference(*number) == reference)
    }

    fn reference(&self, number: u32) -> &'e str {
        self.judge.pool().reference(number)
    }

    /// A shortest way from one account to each other of its customer: for each but the first, the link by which it is
    /// reached, nearer ones first. The links are a tree, so between any two accounts there is one way along it.
    pub fn tree(&self, members: &[u32], from: u32) -> Vec<PairFinding> {
        let neighbours = self.neighbours(members);
        let mut reached = vec![false; self.numbers().len()];
        let mut queue = VecDeque::from([from]);
        let mut tree = Vec::new();
        reached[from as usize] = true;
        while let Some(near) = queue.pop_front() {
            for (far, by) in neighbours.get(&near).into_iter().flatten() {
                if !std::mem::replace(&mut reached[*far as usize], true) {
                    tree.push(self.link(near, *far, *by));
                    queue.push_back(*far);
                }
            }
        }
        tree
    }

    /// A link of two accounts, with its score if it is known.
    fn link(&self, left: u32, right: u32, by: LinkedBy) -> PairFinding {
        let finding = match by {
            LinkedBy::Always => self.always(left, right),
            LinkedBy::Rule(rule) => self.finding(rule, left, right),
            LinkedBy::Score => return self.linked_by_score(left, right),
        };
        PairFinding { score: self.total_score(left, right), ..finding }
    }

    /// The accounts that each account of a customer is linked with: by corrections first, then by stronger links.
    fn neighbours(&self, members: &[u32]) -> BTreeMap<u32, Vec<(u32, LinkedBy)>> {
        let mut neighbours: BTreeMap<u32, Vec<(u32, LinkedBy)>> = BTreeMap::new();
        let mut note = |left: u32, right: u32, by: LinkedBy| {
            neighbours.entry(left).or_default().push((right, by));
            neighbours.entry(right).or_default().push((left, by));
        };
        for (left, right, by) in self.links_by_rules(members) {
            note(left, right, by);
        }
        for (left, right) in self.links_by_scores(members) {
            note(left, right, LinkedBy::Score);
        }
        neighbours
    }

    /// The links of a customer by corrections, then those by rules, the strongest first.
    fn links_by_rules(&self, members: &[u32]) -> Vec<(u32, u32, LinkedBy)> {
        let always = always::links(self.corrections, members, |member| self.reference(member)).into_iter();
        let always = always.map(|(left, right)| (left, right, LinkedBy::Always));
        let by_rules = self.judge.links(members).into_iter().map(|link| {
            let [left, right] = [link.places.0, link.places.1].map(|place| members[place as usize]);
            (left, right, LinkedBy::Rule(link.first_rule))
        });
        always.chain(by_rules).collect()
    }

    /// A shortest chain of links from one account to another of its customer; `None` if there is none.
    pub fn path(&self, members: &[u32], from: u32, to: u32) -> Option<Vec<PairFinding>> {
        let origin = self.reference(from);
        let mut at = self.reference(to).to_owned();
        let mut path = Vec::new();
        // Each account comes behind the one that it is reached from.
        for step in self.tree(members, from).into_iter().rev() {
            if step.accounts[1] == at {
                at.clone_from(&step.accounts[0]);
                path.push(step);
            }
        }
        path.reverse();
        (at == origin).then_some(path)
    }

    /// What corrections, each rule and the scores say of two accounts.
    pub fn pair(&self, left: u32, right: u32) -> Vec<PairFinding> {
        let always = self.judge.is_always(left, right).then(|| self.always(left, right));
        let never = self.judge.is_never(left, right).then(|| self.never(left, right));
        let rules = (0..self.config.matches.len()).map(|rule| self.finding(rule, left, right));
        always.into_iter().chain(never).chain(rules).chain(self.score(left, right)).collect()
    }

    /// What pairs of two customers have in common, up to `most` of them: `never` pairs, and keys that are blocked,
    /// refused, or kept out by a limit.
    pub fn between(&self, left: &[u32], right: &[u32], most: usize) -> Vec<PairFinding> {
        let pool = self.judge.pool();
        let mut holders: BTreeMap<(usize, Node), Vec<u32>> = BTreeMap::new();
        for number in right {
            for key in pool.all_keys(*number) {
                holders.entry((key.rule, key.node)).or_default().push(*number);
            }
        }
        let never = left.iter().flat_map(|number| {
            let others = self.judge.corrections().never(*number).filter(|other| right.contains(other));
            others.map(|other| self.never(*number, other))
        });
        let shared = left.iter().flat_map(|number| {
            let keys = pool.all_keys(*number).iter();
            let holders = |key: &MatchKey| holders.get(&(key.rule, key.node)).into_iter().flatten();
            let pairs = keys.flat_map(|key| holders(key).map(|other| (key.rule, *other)));
            // Two accounts can share several keys of a rule.
            pairs.collect::<BTreeSet<_>>().into_iter().map(|(rule, other)| self.finding(rule, *number, other))
        });
        never.chain(shared).take(most).collect()
    }

    /// What keeps two customers apart that links would join: pairs that a rule keeps apart and nothing accepts, and the
    /// links between the two that were left out, the strongest first; up to `most` of each.
    pub fn apart(&self, left: &[u32], right: &[u32], most: usize) -> Apart {
        let members = [left, right].concat();
        let decided = self.judge.decide(&members);
        let crosses = |places: &(u32, u32)| (places.0 as usize) < left.len() && places.1 as usize >= left.len();
        let of = |places: (u32, u32)| (members[places.0 as usize], members[places.1 as usize]);
        let refused = decided.refused.into_iter().filter(crosses).take(most).map(of);
        let links = decided.links.into_iter().filter(|link| crosses(&link.places)).take(most);
        Apart {
            kept_apart: refused.filter_map(|(left, right)| self.refusal(left, right)).collect(),
            left_out: links
                .map(|link| (link.first_rule, of(link.places)))
                .map(|(rule, (left, right))| self.finding(rule, left, right))
                .collect(),
        }
    }

    /// What the first rule says of two accounts that keeps them apart.
    fn refusal(&self, left: u32, right: u32) -> Option<PairFinding> {
        let keeps_apart = |rule: &usize| self.judge.keeps_apart(*rule, left, right);
        (0..self.config.matches.len()).find(keeps_apart).map(|rule| self.finding(rule, left, right))
    }

    /// The limits at which Merge divided what would have been one customer, if it set two accounts apart by that:
    /// `never`, `refused` for what a rule keeps apart, `max_accounts_per_customer`, `max_distinct.<field>` or
    /// `max_per_source.<source>`.
    pub fn divided_by(&self, left: u32, right: u32) -> Vec<String> {
        let part = |guarded: &Guarded, account: u32| {
            let has_account = |part: &Vec<String>| part.iter().any(|reference| reference == self.reference(account));
            guarded.parts.iter().position(has_account)
        };
        let divided = self.guarded.iter().find(
            |guarded| matches!((part(guarded, left), part(guarded, right)), (Some(left), Some(right)) if left != right),
        );
        divided.into_iter().flat_map(Guarded::limits).map(str::to_owned).collect()
    }

    fn references(&self, left: u32, right: u32) -> [String; 2] {
        [left, right].map(|number| self.reference(number).to_owned())
    }

    fn always(&self, left: u32, right: u32) -> PairFinding {
        let accounts = self.references(left, right);
        let over = always::over(self.corrections.pairs(), &accounts[0], &accounts[1]);
        PairFinding { over, ..PairFinding::without_key("always", Verdict::Always, accounts) }
    }

    fn never(&self, left: u32, right: u32) -> PairFinding {
        PairFinding::without_key("never", Verdict::Never, self.references(left, right))
    }

    fn finding(&self, rule_number: usize, left: u32, right: u32) -> PairFinding {
        let rule = &self.config.matches[rule_number];
        let ruling = self.judge.ruling(rule_number, left, right);
        let conditions = match ruling.verdict {
            Verdict::Accepted | Verdict::Refused => self.conditions(rule_number, left, right, ruling.refused_by),
            _ => Vec::new(),
        };
        PairFinding {
            accounts: self.references(left, right),
            rule: rule.name(),
            verdict: ruling.verdict,
            key: self.key_values(rule, ruling.verdict, [left, right]),
            over: Vec::new(),
            conditions,
            score: None,
        }
    }

    /// The values of both accounts' keys, by the parts of the rule: those that both have, if they share a key.
    fn key_values(&self, rule: &MatchRule, verdict: Verdict, accounts: [u32; 2]) -> [Vec<Option<String>>; 2] {
        let pool = self.judge.pool();
        let has_links = matches!(verdict, Verdict::Accepted | Verdict::Refused);
        let is_shared = has_links || matches!(verdict, Verdict::BlockedKey | Verdict::AmbiguousKey);
        let of_part = |part: &ComparedField| {
            let [mut left, right] = accounts.map(|account| {
                let blocked = if has_links { pool.blocked(account) } else { BlockedSet::NONE };
                let values = match_keys::key_values(part, pool.account(account), blocked).into_iter();
                values.filter(|value| is_shared || value.is_own).map(|value| value.text).collect::<Vec<_>>()
            });
            if is_shared {
                left.retain(|value| right.contains(value));
                return (shown(&left), shown(&left));
            }
            (shown(&left), shown(&right))
        };
        let (left, right) = rule.key.iter().map(of_part).unzip();
        [left, right]
    }

    /// The conditions up to the one that refuses the pair.
    fn conditions(
        &self,
        rule_number: usize,
        left: u32,
        right: u32,
        refused_by: Option<usize>,
    ) -> Vec<CheckedCondition> {
        let (rule, pool) = (&self.config.matches[rule_number], self.judge.pool());
        let checked = rule.conditions.iter().take(refused_by.map_or(usize::MAX, |number| number + 1)).enumerate();
        checked
            .map(|(number, condition)| CheckedCondition {
                requirement: condition.requirement.name().to_owned(),
                field: condition.comparer.part.name(),
                values: [left, right].map(|account| {
                    let part = &condition.comparer.part;
                    shown(&match_keys::values(part, pool.account(account), pool.blocked(account)))
                }),
                holds: self.judge.holds(rule_number, number, left, right),
            })
            .collect()
    }
}

/// Values as people read them; `None` if there is none.
fn shown(values: &[Cow<'_, str>]) -> Option<String> {
    (!values.is_empty()).then(|| values.join(", "))
}

#[cfg(test)]
mod tests;
