//! How many different values accounts have, where different values may agree.

use onefold_config::Comparer;

use super::Compared;
use crate::pool::AccountPool;

/// How often a search may look at values before it takes them to be too many. Only values of which very many agree in
/// part come near to it.
const SEARCH_MOST: u32 = 100_000;

/// The different values that some accounts have of what is compared. A value is named by its place.
///
/// Agreement is no equivalence: `R.` agrees with Robert and with Rolf, who do not agree. So the number of values of a set
/// is the greatest number of them of which no two agree. It is a function of the set, and does not become less when the
/// set grows.
pub(crate) struct DistinctValues<'l> {
    comparer: &'l Comparer,
    /// Sorted, each once.
    values: Vec<Compared<'l>>,
    /// By account, in the order in which they were given.
    of_account: Vec<Vec<u32>>,
}

impl<'l> DistinctValues<'l> {
    /// The values of accounts of a pool.
    pub(crate) fn new(comparer: &'l Comparer, pool: &AccountPool<'l>, members: &[u32]) -> Self {
        let of = |member: &u32| -> Vec<Compared<'l>> {
            let (account, blocked) = (pool.account(*member), pool.blocked(*member));
            let first = Compared::new(comparer, account, blocked).into_iter();
            first.chain(Compared::others(comparer, account, blocked)).collect()
        };
        let found: Vec<Vec<Compared<'l>>> = members.iter().map(of).collect();
        let mut values: Vec<Compared<'l>> = found.iter().flatten().cloned().collect();
        values.sort_by(|left, right| left.identity(comparer).cmp(&right.identity(comparer)));
        values.dedup_by(|left, right| left.identity(comparer) == right.identity(comparer));
        let place = |value: &Compared<'l>| {
            let place = values.partition_point(|known| known.identity(comparer) < value.identity(comparer));
            place as u32
        };
        let of_account = found.iter().map(|values| values.iter().map(place).collect()).collect();
        Self { comparer, values, of_account }
    }

    /// The values of an account.
    pub(crate) fn of(&self, account: usize) -> &[u32] {
        &self.of_account[account]
    }

    /// Whether there are more than so many among some values.
    pub(crate) fn are_more_than(&self, most: usize, among: &[u32]) -> bool {
        if among.len() <= most || self.comparer.is_plain() {
            return among.len() > most;
        }
        self.are_there(most + 1, among, &mut 0)
    }

    /// How many there are among some values.
    pub(crate) fn count(&self, among: &[u32]) -> usize {
        (0..among.len()).find(|most| !self.are_more_than(*most, among)).unwrap_or(among.len())
    }

    /// Whether so many of the candidates are there of which no two agree.
    fn are_there(&self, wanted: usize, candidates: &[u32], looked: &mut u32) -> bool {
        *looked += 1;
        if wanted == 0 || *looked > SEARCH_MOST {
            return true;
        }
        if candidates.len() < wanted || wanted > 2 && self.groups(candidates) < wanted {
            return false;
        }
        candidates.iter().enumerate().any(|(at, value)| {
            let others: Vec<u32> =
                candidates[at + 1..].iter().copied().filter(|other| !self.agree(*value, *other)).collect();
            others.len() + 1 >= wanted && self.are_there(wanted - 1, &others, looked)
        })
    }

    /// Into how many groups, in each of which all agree, the candidates fall, taken one after the other. No more of them
    /// than there are groups can be without any two that agree.
    fn groups(&self, candidates: &[u32]) -> usize {
        let mut groups: Vec<Vec<u32>> = Vec::new();
        for value in candidates {
            match groups.iter_mut().find(|group| group.iter().all(|other| self.agree(*value, *other))) {
                Some(group) => group.push(*value),
                None => groups.push(vec![*value]),
            }
        }
        groups.len()
    }

    fn agree(&self, left: u32, right: u32) -> bool {
        self.values[left as usize].agrees(&self.values[right as usize], self.comparer)
    }
}

#[cfg(test)]
mod tests {
    use onefold_config::{ComparedField, ComparisonLevel};
    use onefold_normalise::Step;
    use onefold_normalise::field::TextField;
    use onefold_normalise::timestamp::Timestamp;

    use super::*;
    use crate::account::Account;

    fn count(comparer: &Comparer, names: &[(&str, &str)]) -> usize {
        let account = |(given, family): &(&str, &str)| {
            let mut account = Account::new("a:1", None, Timestamp::from_milliseconds(0).unwrap());
            account.set_text(TextField::GivenName, (!given.is_empty()).then(|| (*given).to_owned().into()));
            account.set_text(TextField::FamilyName, Some((*family).to_owned().into()));
            account
        };
        let accounts: Vec<Account<'_>> = names.iter().map(account).collect();
        let pool = AccountPool::with_keys(&accounts, &vec![Vec::new(); accounts.len()]);
        let members: Vec<u32> = pool.numbers().collect();
        let values = DistinctValues::new(comparer, &pool, &members);
        let mut among: Vec<u32> = (0..members.len()).flat_map(|at| values.of(at)).copied().collect();
        among.sort_unstable();
        among.dedup();
        values.count(&among)
    }

    fn by_given_name(steps: Vec<Step>, level: ComparisonLevel) -> Comparer {
        Comparer { part: ComparedField { field: TextField::GivenName, steps }, level, exact: false }
    }

    #[test]
    fn as_many_values_count_as_do_not_agree() {
        let alike = by_given_name(vec![Step::Ascii, Step::Nickname], ComparisonLevel::JaroWinkler(0.9));
        let of = |given: &[&str]| count(&alike, &given.iter().map(|given| (*given, "Weber")).collect::<Vec<_>>());
        assert_eq!(of(&[]), 0);
        assert_eq!(of(&["", ""]), 0);
        assert_eq!(of(&["Bob", "Robert", "Rob", "Roberta", ""]), 1);
        assert_eq!(of(&["R.", "Robert", "Rolf"]), 2, "R. agrees with both, and they do not agree");
        assert_eq!(of(&["R.", "Robert", "Rolf", "Anna", "A."]), 3);
        assert_eq!(of(&["Weber", "Anna"]), 2);
        assert_eq!(count(&alike, &[("Anna", "Weber"), ("Weber", "Anna")]), 1, "swapped");
        assert_eq!(count(&Comparer::exact(TextField::GivenName), &[("Bob", "x"), ("bob", "x"), ("Bob", "y")]), 2);
    }
}
