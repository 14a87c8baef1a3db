//! Accounts by number, with their match keys: those that link apart from those that are blocked.

use std::collections::{BTreeMap, BTreeSet};

use onefold_config::Config;
use onefold_graph::node::Node;
use onefold_normalise::field::TextField;

use crate::account::Account;
use crate::blocked_set::BlockedSet;
use crate::match_keys::{self, MatchKey, Matcher};
use crate::shared_keys::SharedKeys;

/// Accounts by number, from 0, with their match keys.
pub struct AccountPool<'a> {
    accounts: Vec<&'a Account<'a>>,
    /// The keys of all accounts, one account's behind the other's.
    keys: Vec<MatchKey>,
    /// By account.
    ranges: Vec<KeysOfAccount>,
    /// The keys that too many of these accounts share, and how many do.
    over_limit: BTreeMap<Node, u32>,
    /// By account: the keys of values that it has with additions only.
    bare: BTreeMap<u32, Vec<Node>>,
    ambiguous: AmbiguousKeys,
}

/// The keys of values to which the accounts of the key have several additions.
#[derive(Clone, Debug, Default)]
struct AmbiguousKeys {
    all: BTreeSet<Node>,
    /// Those of them that an account has without additions.
    owned: BTreeSet<Node>,
}

/// Which of all keys are an account's: first those that link it, then the blocked ones, then ambiguous ones of values that
/// it has with additions only. They start where those of the account before end.
#[derive(Clone, Copy)]
struct KeysOfAccount {
    linking_end: usize,
    blocked_end: usize,
    end: usize,
    /// The values that are on the list of blocked values.
    listed: BlockedSet,
    /// These, and the values that alone are a blocked key.
    blocked: BlockedSet,
}

/// What a key does for its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum KindOfKey {
    Linking,
    Blocked,
    /// The account has its values with additions only, and there are several additions.
    Ambiguous,
}

impl<'a> AccountPool<'a> {
    /// Makes the keys of accounts. Blocked are those in `blocked`, which is sorted, and those that more of these
    /// accounts share than their own rule allows: Link goes by the most generous rule, and all accounts of a key that
    /// it let pass are together.
    pub fn new(accounts: Vec<&'a Account<'a>>, matcher: &mut Matcher, config: &Config, blocked: &[Node]) -> Self {
        Self::with_ambiguous(accounts, matcher, config, blocked, BTreeSet::new())
    }

    /// As [`AccountPool::new`], where these keys are ambiguous, whatever additions the accounts have.
    pub fn with_ambiguous(
        accounts: Vec<&'a Account<'a>>,
        matcher: &mut Matcher,
        config: &Config,
        blocked: &[Node],
        ambiguous: BTreeSet<Node>,
    ) -> Self {
        let mut pool = Self::with_all_keys(accounts, matcher);
        pool.ambiguous.all.extend(ambiguous);
        pool.over_limit = pool.find_over_limit(config, blocked);
        pool.set_blocked_apart(matcher, blocked);
        pool
    }

    /// As [`AccountPool::new`], where `blocked` has all keys that link nothing.
    pub fn with_blocked(accounts: Vec<&'a Account<'a>>, matcher: &mut Matcher, blocked: &[Node]) -> Self {
        let mut pool = Self::with_all_keys(accounts, matcher);
        pool.set_blocked_apart(matcher, blocked);
        pool
    }

    fn with_all_keys(accounts: Vec<&'a Account<'a>>, matcher: &mut Matcher) -> Self {
        let mut keys = Vec::with_capacity(accounts.len() * matcher.rules().len());
        let mut ranges = Vec::with_capacity(accounts.len());
        for account in &accounts {
            let listed = matcher.blocklist().of(account);
            matcher.keys_without(account, listed, &mut keys);
            let end = keys.len();
            ranges.push(KeysOfAccount { linking_end: end, blocked_end: end, end, listed, blocked: listed });
        }
        let over_limit = BTreeMap::new();
        let mut pool =
            Self { accounts, keys, ranges, over_limit, bare: BTreeMap::new(), ambiguous: AmbiguousKeys::default() };
        pool.find_ambiguous(matcher);
        pool
    }

    fn find_ambiguous(&mut self, matcher: &Matcher) {
        let mut additions: BTreeMap<Node, BTreeSet<(TextField, &str)>> = BTreeMap::new();
        for (number, account) in (0..).zip(&self.accounts) {
            for key in matcher.keys_with_additions(account, self.ranges[number as usize].listed) {
                additions.entry(key.node).or_default().extend(key.additions);
                if !key.is_own {
                    self.bare.entry(number).or_default().push(key.node);
                }
            }
        }
        let are_several = |(_, additions): &(Node, BTreeSet<(TextField, &str)>)| {
            let fields = additions.iter().map(|(field, _)| *field);
            fields.collect::<BTreeSet<_>>().len() < additions.len()
        };
        self.ambiguous.all = additions.into_iter().filter(are_several).map(|(node, _)| node).collect();
        if self.ambiguous.all.is_empty() {
            return;
        }
        for number in self.numbers() {
            let nodes = self.all_keys(number).iter().map(|key| key.node);
            let own = nodes.filter(|node| self.ambiguous.all.contains(node) && !self.is_bare(number, *node));
            let own: Vec<Node> = own.collect();
            self.ambiguous.owned.extend(own);
        }
    }

    /// Whether a key of an account is of values that it has with additions only.
    fn is_bare(&self, account: u32, key: Node) -> bool {
        self.bare.get(&account).is_some_and(|bare| bare.contains(&key))
    }

    fn find_over_limit(&self, config: &Config, blocked: &[Node]) -> BTreeMap<Node, u32> {
        let widest = config.guard.widest_limit(&config.matches);
        let limits: Vec<u32> = config.matches.iter().map(|rule| config.guard.limit(rule)).collect();
        if limits.iter().all(|limit| *limit == widest) {
            return BTreeMap::new();
        }
        let strict = SharedKeys::new(self.numbers().map(|number| self.all_keys(number)), |rule| limits[rule] < widest);
        // What Link blocked is not counted here: other partitions have more of its accounts.
        let found_here = strict.iter().filter(|key| blocked.binary_search(&key.node()).is_err());
        let counts = found_here.map(|key| (key, key.places().len() as u32));
        counts.filter(|(key, count)| *count > limits[key.rule()]).map(|(key, count)| (key.node(), count)).collect()
    }

    fn set_blocked_apart(&mut self, matcher: &Matcher, blocked: &[Node]) {
        if blocked.is_empty() && self.over_limit.is_empty() && self.bare.is_empty() {
            return;
        }
        let over_limit = &self.over_limit;
        let is_blocked =
            |key: &MatchKey| blocked.binary_search(&key.node).is_ok() || over_limit.contains_key(&key.node);
        let mut start = 0;
        for (number, (range, account)) in (0..).zip(self.ranges.iter_mut().zip(&self.accounts)) {
            let keys = &mut self.keys[start..range.end];
            let bare = self.bare.get(&number).map(Vec::as_slice).unwrap_or_default();
            let kind = |key: &MatchKey| match is_blocked(key) {
                true => KindOfKey::Blocked,
                false if bare.contains(&key.node) && self.ambiguous.all.contains(&key.node) => KindOfKey::Ambiguous,
                false => KindOfKey::Linking,
            };
            // Stable: among themselves, keys of a kind stay in the order of the rules.
            keys.sort_by_key(kind);
            range.linking_end = start + keys.partition_point(|key| kind(key) == KindOfKey::Linking);
            range.blocked_end = start + keys.partition_point(|key| kind(key) <= KindOfKey::Blocked);
            let blocked = &self.keys[range.linking_end..range.blocked_end];
            // What is left of a value without its addition is no value of the account.
            for key in blocked.iter().filter(|key| !bare.contains(&key.node)) {
                match matcher.rule(*key).only_field() {
                    Some(field) if account.values(field).nth(1).is_none() => range.blocked.insert_first(field),
                    Some(field) => {
                        let (part, values) = (&matcher.rule(*key).key[0], matcher.values_of(*key, account));
                        let listed = range.listed;
                        range.blocked.insert_values(account, field, |value| {
                            values.first().is_some_and(|of_key| {
                                match_keys::compared(part, account, listed, value).as_ref() == Some(of_key)
                            })
                        });
                    }
                    None => {}
                }
            }
            start = range.end;
        }
    }

    /// How many accounts there are.
    pub fn len(&self) -> u32 {
        self.accounts.len() as u32
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// The numbers of all accounts.
    pub fn numbers(&self) -> std::ops::Range<u32> {
        0..self.len()
    }

    /// The account of a number.
    pub fn account(&self, number: u32) -> &'a Account<'a> {
        self.accounts[number as usize]
    }

    /// The reference of an account.
    pub fn reference(&self, number: u32) -> &'a str {
        &self.account(number).reference
    }

    /// An account's keys that link it, in the order of the rules.
    pub fn linking_keys(&self, number: u32) -> &[MatchKey] {
        &self.keys[self.start(number)..self.ranges[number as usize].linking_end]
    }

    /// An account's keys that are blocked, in the order of the rules.
    pub fn blocked_keys(&self, number: u32) -> &[MatchKey] {
        let range = self.ranges[number as usize];
        &self.keys[range.linking_end..range.blocked_end]
    }

    /// An account's ambiguous keys that it has with additions, and other accounts without any: they do not meet by these.
    pub fn ambiguous_keys(&self, number: u32) -> impl Iterator<Item = &MatchKey> {
        let range = self.ranges[number as usize];
        let keys = &self.keys[range.blocked_end..range.end];
        keys.iter().filter(|key| self.ambiguous.owned.contains(&key.node))
    }

    /// All keys of an account: those that link it, those that are blocked, and ambiguous ones.
    pub fn all_keys(&self, number: u32) -> &[MatchKey] {
        &self.keys[self.start(number)..self.ranges[number as usize].end]
    }

    fn start(&self, number: u32) -> usize {
        number.checked_sub(1).map_or(0, |before| self.ranges[before as usize].end)
    }

    /// How many accounts share a key, if it is blocked as these are more than its own rule allows.
    pub fn over_limit(&self, key: Node) -> Option<u32> {
        self.over_limit.get(&key).copied()
    }

    /// The values of an account that are on the list of blocked values.
    pub fn listed(&self, number: u32) -> BlockedSet {
        self.ranges[number as usize].listed
    }

    /// The values of an account that are nobody's: on the list of blocked values, or alone a blocked key.
    pub fn blocked(&self, number: u32) -> BlockedSet {
        self.ranges[number as usize].blocked
    }

    /// The values of a text field that are not blocked.
    pub fn texts(&self, number: u32, field: TextField) -> impl Iterator<Item = &'a str> {
        let account: &'a Account<'a> = self.account(number);
        self.blocked(number).values(account, field)
    }
}

#[cfg(test)]
impl<'a> AccountPool<'a> {
    /// Accounts with keys that nothing made.
    pub(crate) fn with_keys(accounts: &'a [Account<'a>], keys: &[Vec<MatchKey>]) -> Self {
        let mut end = 0;
        let ranges = keys.iter().map(|keys| {
            end += keys.len();
            let (listed, blocked) = (BlockedSet::NONE, BlockedSet::NONE);
            KeysOfAccount { linking_end: end, blocked_end: end, end, listed, blocked }
        });
        let ranges = ranges.collect();
        Self {
            accounts: accounts.iter().collect(),
            keys: keys.concat(),
            ranges,
            over_limit: BTreeMap::new(),
            bare: BTreeMap::new(),
            ambiguous: AmbiguousKeys::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use onefold_graph::node::NodeHasher;
    use onefold_normalise::timestamp::Timestamp;

    use super::*;

    #[test]
    fn the_value_of_a_blocked_key_is_blocked_and_no_other_of_its_field() {
        let config = "[[source]]\nname = \"a\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\n\
                      [[match]]\nkey = \"email\"\n[[match]]\nkey = \"given_name\"\n";
        let config = Config::parse(config).unwrap();
        let hasher = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
        let mut matcher = Matcher::new(&config, hasher);
        let mut account = Account::new("a:1", None, Timestamp::default());
        // The key has it composed.
        account.set_text(TextField::GivenName, Some("Zoe\u{308}".into()));
        ["a@x.de", "b@x.de"].into_iter().for_each(|email| account.push_value(TextField::Email, email.into()));
        let mut keys = Vec::new();
        matcher.keys(&account, &mut keys);
        let texts = |blocked: &[MatchKey], matcher: &mut Matcher| {
            let mut nodes: Vec<Node> = blocked.iter().map(|key| key.node).collect();
            nodes.sort_unstable();
            let pool = AccountPool::with_blocked(vec![&account], matcher, &nodes);
            let of = |field| pool.texts(0, field).map(str::to_owned).collect::<Vec<_>>();
            (of(TextField::Email), of(TextField::GivenName).len())
        };
        assert_eq!(texts(&keys[..1], &mut matcher), (vec!["b@x.de".to_owned()], 1));
        assert_eq!(texts(&keys[1..2], &mut matcher), (vec!["a@x.de".to_owned()], 1));
        assert_eq!(texts(&keys[2..], &mut matcher), (vec!["a@x.de".to_owned(), "b@x.de".to_owned()], 0));
    }
}
