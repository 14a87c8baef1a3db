//! Answers that cannot all be true: A and B are one person's, B and C are, and A and C are not.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use onefold_identity::corrections::Pair;

use super::answer::AnswerKind;

/// What is said of pairs so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said<'a> {
    pub(super) always: &'a BTreeSet<Pair>,
    pub(super) never: &'a BTreeSet<Pair>,
}

/// Why an answer cannot be true beside the others, with all pairs that it contradicts. None if it can. What was said of the pair
/// itself does not count, as the answer replaces it.
pub(super) fn contradiction(said: Said<'_>, pair: &Pair, kind: AnswerKind) -> Option<String> {
    let [left, right] = pair;
    let graph = Graph::new(said.always.iter().filter(|known| *known != pair));
    match kind {
        AnswerKind::Skip => None,
        AnswerKind::Different => {
            let chain = graph.chain(left, right)?;
            Some(format!("the two are one person's by earlier answers: {}", chain.join(" = ")))
        }
        AnswerKind::Same => {
            let (of_left, of_right) = (graph.connected(left), graph.connected(right));
            let is_across = |[one, other]: &&Pair| {
                let across = |one: &str, other: &str| of_left.contains(one) && of_right.contains(other);
                across(one, other) || across(other, one)
            };
            let [one, other] = said.never.iter().filter(|known| *known != pair).find(is_across)?;
            let (from, to) = if of_left.contains(one.as_str()) { (one, other) } else { (other, one) };
            let mut steps = graph.chain(from, left).unwrap_or_default();
            steps.extend(graph.chain(right, to).unwrap_or_default());
            let chain = steps.join(" = ");
            Some(format!("then {chain}, but by earlier answers {from} and {to} are not one person's"))
        }
    }
}

/// Accounts that are one person's, as neighbours.
struct Graph<'a>(BTreeMap<&'a str, Vec<&'a str>>);

impl<'a> Graph<'a> {
    fn new(pairs: impl Iterator<Item = &'a Pair>) -> Self {
        let mut neighbours: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for [left, right] in pairs {
            neighbours.entry(left).or_default().push(right);
            neighbours.entry(right).or_default().push(left);
        }
        Self(neighbours)
    }

    /// By account: the one from which a search from `start` came to it.
    fn search(&self, start: &'a str) -> BTreeMap<&'a str, Option<&'a str>> {
        let mut came_from: BTreeMap<&str, Option<&str>> = BTreeMap::from([(start, None)]);
        let mut to_visit = VecDeque::from([start]);
        while let Some(account) = to_visit.pop_front() {
            for next in self.0.get(account).into_iter().flatten() {
                if !came_from.contains_key(next) {
                    came_from.insert(next, Some(account));
                    to_visit.push_back(next);
                }
            }
        }
        came_from
    }

    /// The accounts of one person, by what was said of pairs.
    fn connected(&self, account: &'a str) -> BTreeSet<&'a str> {
        self.search(account).into_keys().collect()
    }

    /// A shortest chain from an account to another; one account alone if they are the same.
    fn chain(&self, from: &'a str, to: &'a str) -> Option<Vec<&'a str>> {
        let came_from = self.search(to);
        let mut chain = vec![*came_from.get_key_value(from)?.0];
        let mut at = from;
        while let Some(next) = came_from.get(at).copied().flatten() {
            chain.push(next);
            at = next;
        }
        Some(chain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(of: &[[&str; 2]]) -> BTreeSet<Pair> {
        of.iter().map(|pair| pair.map(str::to_owned)).collect()
    }

    fn told(always: &[[&str; 2]], never: &[[&str; 2]], pair: [&str; 2], kind: AnswerKind) -> Option<String> {
        let (always, never) = (pairs(always), pairs(never));
        contradiction(Said { always: &always, never: &never }, &pair.map(str::to_owned), kind)
    }

    #[test]
    fn a_chain_is_one_person() {
        let always = [["a:1", "b:1"], ["b:1", "c:1"], ["x:1", "y:1"]];
        let found = told(&always, &[], ["a:1", "c:1"], AnswerKind::Different).unwrap();
        assert_eq!(found, "the two are one person's by earlier answers: a:1 = b:1 = c:1");
        assert_eq!(told(&always, &[], ["a:1", "c:1"], AnswerKind::Same), None);
        assert_eq!(told(&always, &[], ["a:1", "x:1"], AnswerKind::Different), None);
        assert_eq!(told(&always, &[], ["a:1", "c:1"], AnswerKind::Skip), None);
    }

    #[test]
    fn a_chain_over_what_is_apart_is_told() {
        let always = [["a:1", "b:1"], ["c:1", "d:1"]];
        let never = [["d:1", "a:1"]];
        let found = told(&always, &never, ["b:1", "c:1"], AnswerKind::Same).unwrap();
        assert_eq!(found, "then a:1 = b:1 = c:1 = d:1, but by earlier answers a:1 and d:1 are not one person's");
        assert_eq!(told(&always, &never, ["b:1", "e:1"], AnswerKind::Same), None);
    }

    #[test]
    fn an_answer_that_is_replaced_does_not_count() {
        assert_eq!(told(&[["a:1", "b:1"]], &[], ["a:1", "b:1"], AnswerKind::Different), None);
        assert_eq!(told(&[], &[["a:1", "b:1"]], ["a:1", "b:1"], AnswerKind::Same), None);
    }
}
