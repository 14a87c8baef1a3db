//! Choosing among values that come with the numbers of their accounts, the best account first: of what ties, the
//! first one is chosen.

use std::cmp::Ordering;
use std::collections::BTreeMap;

/// The account of the greatest value.
pub(super) fn greatest<V: Ord>(values: impl Iterator<Item = (usize, V)>) -> Option<usize> {
    first(values, |value, best| value > best)
}

/// The account of the least value.
pub(super) fn least<V: Ord>(values: impl Iterator<Item = (usize, V)>) -> Option<usize> {
    first(values, |value, best| value < best)
}

/// The first account of the value that the most accounts have.
pub(super) fn most_frequent<V: Ord>(values: impl Iterator<Item = (usize, V)>) -> Option<usize> {
    // How many accounts have a value, and the first of them.
    let mut counts: BTreeMap<V, (usize, usize)> = BTreeMap::new();
    for (number, value) in values {
        counts.entry(value).or_insert((0, number)).0 += 1;
    }
    let is_better = |(count, number): &(usize, usize), (most, first): &(usize, usize)| {
        count > most || (count == most && number < first)
    };
    counts
        .into_values()
        .reduce(|best, found| if is_better(&found, &best) { found } else { best })
        .map(|(_, first)| first)
}

/// A value that is a JSON number, by its order among numbers.
pub(super) fn number((number, text): (usize, &str)) -> Option<(usize, Number)> {
    Some((number, Number(text.parse().ok()?)))
}

/// A number that is not infinite and not none, so numbers have a total order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number(f64);

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

fn first<V>(values: impl Iterator<Item = (usize, V)>, is_better: impl Fn(&V, &V) -> bool) -> Option<usize> {
    values.reduce(|best, found| if is_better(&found.1, &best.1) { found } else { best }).map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered<V>(values: impl IntoIterator<Item = V>) -> impl Iterator<Item = (usize, V)> {
        values.into_iter().enumerate()
    }

    #[test]
    fn of_what_ties_the_first_is_chosen() {
        assert_eq!(greatest(numbered([1, 3, 3])), Some(1));
        assert_eq!(least(numbered([2, 1, 1])), Some(1));
        assert_eq!(most_frequent(numbered(["b", "a", "a", "b"])), Some(0));
        assert_eq!(most_frequent(numbered(["c", "b", "a", "b"])), Some(1));
        assert_eq!(most_frequent(std::iter::empty::<(usize, u8)>()), None);
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        let salaries = ["9000", "50000.5", "1e3", "-1"];
        assert_eq!(greatest(numbered(salaries).filter_map(number)), Some(1));
        assert_eq!(least(numbered(salaries).filter_map(number)), Some(3));
    }
}
