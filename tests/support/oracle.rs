//! What a run must come to, worked out naively over all rows at once.
//!
//! It shares no code with the functions: everything is written down once more in the plainest way that is
//! obviously right, however slow. It knows the settings of [`crate::settings`] and no others.

mod scores;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType};
use serde_json::{Map, Value, json};

use crate::row::{MORE_FIELDS, NAME_FIELDS, Row, TEXT_FIELDS, rfc3339};
use crate::settings::Settings;

pub use scores::{Pairs, Scores};

/// An account after normalisation and enrichment.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// `<source>:<id>`
    pub reference: String,
    source: String,
    id: String,
    updated_at: Option<i64>,
    trust: i64,
    /// Fields that hold text, by full name.
    pub texts: BTreeMap<&'static str, String>,
    /// Further e-mail addresses and phone numbers, in their order.
    others: BTreeMap<&'static str, Vec<String>>,
    /// A birth date that is no day: it is only scored.
    written_birthdate: Option<String>,
    location: Option<Value>,
    salary: Option<Value>,
    interests: BTreeSet<String>,
    attributes: BTreeMap<String, Value>,
    /// The table that a field was filled from.
    tables: BTreeMap<&'static str, &'static str>,
}

impl Account {
    /// Its source and its id.
    pub fn name(&self) -> (&str, &str) {
        (&self.source, &self.id)
    }

    /// All values of a field, the account's own first.
    pub fn values(&self, field: &str) -> Vec<&String> {
        self.texts.get(field).into_iter().chain(self.others.get(field).into_iter().flatten()).collect()
    }

    /// Takes a value of a field away. The one behind the first takes its place.
    fn remove(&mut self, field: &'static str, value: &str) {
        let rest: Vec<String> = self.values(field).into_iter().filter(|known| *known != value).cloned().collect();
        self.set(field, rest);
    }

    fn set(&mut self, field: &'static str, values: Vec<String>) {
        self.texts.remove(field);
        self.others.remove(field);
        let mut values = values.into_iter();
        self.texts.extend(values.next().map(|first| (field, first)));
        self.others.insert(field, values.collect());
    }
}

/// The customers of all rows, as they are written but for `customer_id` and `held_by`, sorted by members.
pub fn customers(rows: &[Row], settings: &Settings) -> Vec<Value> {
    customers_of(&latest(rows, settings), None, settings)
}

/// As [`customers`], where pairs are scored.
pub fn scored_customers(rows: &[Row], scores: Scores<'_>, settings: &Settings) -> Vec<Value> {
    customers_of(&latest(rows, settings), Some(scores), settings)
}

fn customers_of(accounts: &[Account], scores: Option<Scores<'_>>, settings: &Settings) -> Vec<Value> {
    let blocked = blocked_keys(accounts, settings);
    let usable: Vec<Account> = accounts.iter().map(|account| without_blocked(account, &blocked, settings)).collect();
    let mut groups: Vec<Vec<usize>> = components(accounts, &usable, &blocked, settings)
        .into_iter()
        .flat_map(|members| divided(members, accounts, &usable, &blocked, settings))
        .collect();
    if let Some(scores) = scores {
        groups = grown(groups, &Pairs::new(accounts, scores), accounts, &usable, &blocked, settings);
    }
    let fold = |members: Vec<usize>| fold(members.into_iter().map(|at| usable[at].clone()).collect(), settings);
    let mut customers: Vec<Value> = groups.into_iter().map(fold).collect();
    customers.sort_by_key(|customer| customer["members"].to_string());
    customers
}

/// Groups of accounts, grown by scores: of the groups that links hold together, the two of the greatest score that may be
/// one are joined, again and again. Of several such, those of the least references.
fn grown(
    groups: Vec<Vec<usize>>,
    pairs: &Pairs<'_>,
    accounts: &[Account],
    usable: &[Account],
    blocked: &BlockedKeys,
    settings: &Settings,
) -> Vec<Vec<usize>> {
    let mut pieces: Vec<Vec<Vec<usize>>> = groups.into_iter().map(|group| vec![group]).collect();
    let linked = |one: &[Vec<usize>], other: &[Vec<usize>]| {
        one.iter().flatten().any(|one| other.iter().flatten().any(|other| pairs.are_linked(*one, *other)))
    };
    let next = |pieces: &[Vec<Vec<usize>>]| {
        let mut all = (0..pieces.len()).flat_map(|one| (one + 1..pieces.len()).map(move |other| (one, other)));
        all.find(|(one, other)| linked(&pieces[*one], &pieces[*other]))
    };
    while let Some((one, other)) = next(&pieces) {
        let joined = pieces.remove(other);
        pieces[one].extend(joined);
    }
    let grown = |piece: Vec<Vec<usize>>| grown_piece(piece, pairs, accounts, usable, blocked, settings);
    pieces.into_iter().flat_map(grown).collect()
}

fn grown_piece(
    mut groups: Vec<Vec<usize>>,
    pairs: &Pairs<'_>,
    accounts: &[Account],
    usable: &[Account],
    blocked: &BlockedKeys,
    settings: &Settings,
) -> Vec<Vec<usize>> {
    let in_piece: Vec<usize> = groups.iter().flatten().copied().collect();
    let must_be_apart = must_be_apart(&in_piece, accounts, usable, blocked, settings);
    loop {
        groups.iter_mut().for_each(|group| group.sort_by(|left, right| by_reference(*left, *right, accounts)));
        groups.sort_by(|left, right| by_reference(left[0], right[0], accounts));
        let mut best: Option<(i64, usize, usize)> = None;
        for left in 0..groups.len() {
            for right in left + 1..groups.len() {
                let Some(bits) = pairs.group_bits(&groups[left], &groups[right], in_piece.len()) else { continue };
                let both = [&groups[left], &groups[right]].map(|group| group.iter().copied().collect());
                let may_be_one = may_be_one(&both, &must_be_apart, usable, settings);
                if may_be_one && best.is_none_or(|(most, ..)| bits > most) {
                    best = Some((bits, left, right));
                }
            }
        }
        let Some((_, left, right)) = best else { return groups };
        let joined = groups.remove(right);
        groups[left].extend(joined);
    }
}

fn by_reference(left: usize, right: usize, accounts: &[Account]) -> Ordering {
    let (left, right) = (&accounts[left], &accounts[right]);
    compare_references((&left.source, &left.id), (&right.source, &right.id))
}

/// The pairs of accounts that are told never to be together or are refused, both ways round.
fn must_be_apart(
    members: &[usize],
    accounts: &[Account],
    usable: &[Account],
    blocked: &BlockedKeys,
    settings: &Settings,
) -> BTreeSet<(usize, usize)> {
    let is_never = |left: usize, right: usize| {
        let told = [accounts[left].reference.as_str(), accounts[right].reference.as_str()];
        settings.never.iter().any(|[one, other]| [*one, *other] == told || [*other, *one] == told)
    };
    let all = members.iter().flat_map(|left| members.iter().map(|right| (*left, *right)));
    all.filter(|(left, right)| {
        left != right && (is_never(*left, *right) || is_refused(*left, *right, accounts, usable, blocked, settings))
    })
    .collect()
}

/// Whether two sets of accounts may be joined: no two must be apart, and nothing that is limited gets worse.
fn may_be_one(
    both: &[BTreeSet<usize>; 2],
    must_be_apart: &BTreeSet<(usize, usize)>,
    usable: &[Account],
    settings: &Settings,
) -> bool {
    let [left, right] = both;
    let is_apart = left.iter().any(|one| right.iter().any(|other| must_be_apart.contains(&(*one, *other))));
    let joined: BTreeSet<usize> = left.union(right).copied().collect();
    let extents = [&joined, left, right].map(|part| extent(part, usable, settings));
    let is_no_worse = extents[0]
        .iter()
        .zip(extents[1].iter().zip(&extents[2]))
        .all(|((found, most), (left, right))| *found <= (*most).max(left.0).max(right.0));
    // People may have put more accounts together than there may be, but nobody joins these.
    let is_small = settings.max_accounts_per_customer.is_none_or(|most| joined.len() <= most);
    is_no_worse && is_small && !is_apart
}

/// The latest version of every account that is not deleted, by reference.
pub fn latest(rows: &[Row], settings: &Settings) -> Vec<Account> {
    let living = latest_rows(rows).into_iter().filter(|row| !is_deleted(row));
    living.map(|row| without_nobody(account_of(row, settings), settings)).collect()
}

/// The account without the addresses that the settings say are nobody's.
fn without_nobody(mut account: Account, settings: &Settings) -> Account {
    settings.blocked_emails.iter().for_each(|email| account.remove("email", email));
    account
}

/// The references of the accounts whose latest version says that they are deleted.
pub fn tombstones(rows: &[Row]) -> BTreeSet<String> {
    latest_rows(rows).into_iter().filter(|row| is_deleted(row)).map(Row::reference).collect()
}

/// A file that a run reads.
#[derive(Clone, Debug)]
pub struct Dropped {
    /// Its source.
    pub source: &'static str,
    /// Its good rows.
    pub rows: Vec<Row>,
    /// Whether it has a row that is refused.
    pub is_broken: bool,
}

/// The rows that count after some runs: of a snapshot, none from before the last run that read it whole.
pub fn standing(runs: &[Vec<Dropped>], settings: &Settings) -> Vec<Row> {
    let step = |standing: Vec<Row>, run: &Vec<Dropped>| standing_after(standing, run, settings);
    runs.iter().fold(Vec::new(), step)
}

/// The rows that count after one more run.
pub fn standing_after(mut standing: Vec<Row>, run: &[Dropped], settings: &Settings) -> Vec<Row> {
    for source in &settings.snapshots {
        let files: Vec<&Dropped> = run.iter().filter(|file| file.source == *source).collect();
        if !files.is_empty() && files.iter().all(|file| !file.is_broken) {
            standing.retain(|row| row.source != *source);
        }
    }
    standing.extend(run.iter().flat_map(|file| file.rows.iter().cloned()));
    standing
}

/// Whether a row says that its account is deleted.
pub fn is_deleted(row: &Row) -> bool {
    let mark = row.mark.unwrap_or_default();
    match row.source {
        "list" => mark == "closed" || mark == "erased",
        _ => ["true", "yes", "y", "t", "1"].contains(&mark.to_lowercase().as_str()),
    }
}

fn latest_rows(rows: &[Row]) -> Vec<&Row> {
    let mut latest: BTreeMap<String, &Row> = BTreeMap::new();
    for row in rows {
        let reference = row.reference();
        match latest.get(&reference) {
            Some(known) if (known.time(), known.received_at) > (row.time(), row.received_at) => {}
            Some(known) if (known.time(), known.received_at) == (row.time(), row.received_at) => {
                assert_eq!(*known, row, "two versions of one time: nothing says which is the later one");
            }
            _ => _ = latest.insert(reference, row),
        }
    }
    latest.into_values().collect()
}

/// The match keys of an account: which rule, and the values.
pub fn keys(account: &Account, settings: &Settings) -> Vec<(usize, Vec<String>)> {
    let mut keys = Vec::new();
    for (number, rule) in settings.rules.iter().enumerate() {
        let between = settings.between.iter().find(|(of, _)| *of == number);
        if between.is_some_and(|(_, sources)| !sources.contains(&account.source.as_str())) {
            continue;
        }
        // Every combination of the values of its fields.
        let mut tuples = vec![Vec::new()];
        for field in rule {
            let mut values: Vec<String> =
                account.values(field).into_iter().filter(|value| !is_placeholder(value)).cloned().collect();
            values.extend(additions_to(account, field).into_iter().map(|(value, _)| value));
            if let Some(generation) = account.texts.get("honorific_suffix").filter(|_| *field == "family_name") {
                let names: Vec<String> = account.texts.get("family_name").into_iter().cloned().collect();
                let names = names.into_iter().filter(|name| !is_placeholder(name));
                values.extend(names.map(|name| format!("{name} {generation}")));
            }
            values.sort();
            values.dedup();
            let with = |tuple: &Vec<String>| -> Vec<Vec<String>> {
                values.iter().map(|value| [&tuple[..], std::slice::from_ref(value)].concat()).collect()
            };
            tuples = tuples.iter().flat_map(with).collect();
        }
        keys.extend(tuples.into_iter().map(|tuple| (number, tuple)));
    }
    keys
}

/// The numbers of which an account has extensions, each with one, and the family name with its generation.
fn additions_to(account: &Account, field: &str) -> Vec<(String, String)> {
    match field {
        "phone_number" => {
            let split = account.values(field).into_iter().filter_map(|number| number.split_once(";ext="));
            split.map(|(number, extension)| (number.to_owned(), extension.to_owned())).collect()
        }
        "family_name" => {
            let suffix = account.texts.get("honorific_suffix");
            account.texts.get(field).into_iter().filter_map(|name| Some((name.clone(), suffix?.clone()))).collect()
        }
        _ => Vec::new(),
    }
}

/// The additions that an account has to each of the values of a key, and whether it has all of these without any.
fn additions(account: &Account, key: &(usize, Vec<String>), settings: &Settings) -> (Vec<BTreeSet<String>>, bool) {
    let fields = settings.rules[key.0].iter().zip(&key.1);
    let of_field = |(field, value): (&&str, &String)| {
        let additions = additions_to(account, field).into_iter().filter(|(of, _)| of == value);
        let additions: BTreeSet<String> = additions.map(|(_, addition)| addition).collect();
        let has_value = account.values(field).contains(&value) && *field != "family_name";
        let is_own = additions.is_empty() || has_value;
        (additions, is_own)
    };
    let (additions, are_own): (Vec<_>, Vec<bool>) = fields.map(of_field).unzip();
    (additions, are_own.into_iter().all(|is_own| is_own))
}

/// Whether the accounts of a key have several additions to a value of it.
fn is_ambiguous(key: &(usize, Vec<String>), accounts: &[Account], settings: &Settings) -> bool {
    let holders = accounts.iter().filter(|account| keys(account, settings).contains(key));
    let mut found = vec![BTreeSet::new(); key.1.len()];
    for account in holders {
        let additions = additions(account, key, settings).0;
        found.iter_mut().zip(additions).for_each(|(known, more)| known.extend(more));
    }
    found.iter().any(|of_field| of_field.len() > 1)
}

/// The keys that too many accounts share, with the rule's fields.
pub fn blocked_keys(accounts: &[Account], settings: &Settings) -> BTreeMap<(usize, Vec<String>), BlockedKey> {
    let mut counts: BTreeMap<(usize, Vec<String>), usize> = BTreeMap::new();
    for key in accounts.iter().flat_map(|account| keys(account, settings)) {
        *counts.entry(key).or_default() += 1;
    }
    let widest = (0..settings.rules.len()).map(|rule| limit_of(rule, settings)).max().unwrap_or_default();
    // Three accounts may always share a key.
    let by_share = settings.max_share_per_key.map(|share| ((share * accounts.len() as f64) as usize).max(3));
    counts.retain(|(rule, _), accounts| {
        *accounts > limit_of(*rule, settings).min(widest) || by_share.is_some_and(|most| *accounts > most)
    });
    counts
        .into_iter()
        .map(|(key, accounts)| {
            let fields = settings.rules[key.0].clone();
            (key, BlockedKey { fields, accounts })
        })
        .collect()
}

fn limit_of(rule: usize, settings: &Settings) -> usize {
    let own = settings.own_limits.iter().find(|(of, _)| *of == rule);
    own.map_or(settings.max_accounts_per_key, |(_, limit)| *limit)
}

/// What somebody's value of a field is, the first of several.
fn somebodys<'a>(account: &'a Account, field: &str) -> Option<&'a str> {
    all_somebodys(account, field).first().copied()
}

/// All values of a field that are somebody's.
fn all_somebodys<'a>(account: &'a Account, field: &str) -> Vec<&'a str> {
    account.values(field).into_iter().map(String::as_str).filter(|value| !is_placeholder(value)).collect()
}

/// Whether any of the values of two accounts are the same, as `cut` leaves them; `None` if one has none.
fn share_value(field: &str, left: &Account, right: &Account, cut: fn(&str) -> String) -> Option<bool> {
    let [left, right] = [left, right].map(|account| all_somebodys(account, field));
    let is_shared = left.iter().any(|left| right.iter().any(|right| cut(left) == cut(right)));
    (!left.is_empty() && !right.is_empty()).then_some(is_shared)
}

/// Whether two accounts agree on a field, as `cut` leaves its values; `None` if one has none. A given or middle name also
/// agrees with its initial, and names agree if each account's given name is the other's family name.
fn agree(field: &str, left: &Account, right: &Account, cut: fn(&str) -> String) -> Option<bool> {
    let is_shared = share_value(field, left, right, cut)?;
    let (one, other) = (somebodys(left, field)?, somebodys(right, field)?);
    let is_same = |one: Option<&str>, other: Option<&str>| one.is_some() && one.map(cut) == other.map(cut);
    let names = ["given_name", "family_name"];
    let is_swapped = names.contains(&field)
        && is_same(somebodys(left, names[0]), somebodys(right, names[1]))
        && is_same(somebodys(left, names[1]), somebodys(right, names[0]));
    let has_initials = field == "given_name" || field == "middle_name";
    let is_initial = has_initials && (are_initials(one, other) || are_initials(other, one));
    Some(is_shared || is_swapped || is_initial)
}

/// Whether the first letter of a name, with a dot or not, is all there is of another, or of a word of it where the words
/// around are the same.
fn are_initials(short: &str, name: &str) -> bool {
    let words = |name: &str| -> Vec<String> {
        name.to_lowercase().split([' ', '.', '-']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let (short, name) = (words(short), words(name));
    let is_letter = |word: &String| word.chars().count() == 1;
    let both: Vec<(&String, &String)> = short.iter().zip(&name).collect();
    let stands_for = |(one, other): &(&String, &String)| {
        one == other || is_letter(one) && other.starts_with(*one) || is_letter(other) && one.starts_with(*other)
    };
    !both.is_empty() && both.iter().all(stands_for) && short.iter().any(is_letter)
}

/// Whether a condition holds for two accounts.
fn holds(rule: usize, demand: &str, field: &str, left: &Account, right: &Account, settings: &Settings) -> bool {
    let agreement = if settings.exact.contains(&rule) {
        share_value(field, left, right, str::to_owned)
    } else {
        agree(field, left, right, str::to_owned)
    };
    agreement.unwrap_or(demand == "unless_differ")
}

/// Whether the conditions of a rule accept two accounts.
fn accepts(rule: usize, left: &Account, right: &Account, settings: &Settings) -> bool {
    let mut conditions = settings.conditions.iter().filter(|(of, ..)| *of == rule);
    conditions.all(|(_, demand, field)| holds(rule, demand, field, left, right, settings))
}

/// Whether a rule says that two accounts are two persons': both have a value, and the values do not agree.
fn keeps_apart(rule: usize, left: &Account, right: &Account, settings: &Settings) -> bool {
    let mut conditions = settings.conditions.iter().filter(|(of, demand, _)| *of == rule && *demand == "unless_differ");
    conditions.any(|(_, demand, field)| !holds(rule, demand, field, left, right, settings))
}

/// The rules whose unblocked key two accounts share, and that are about their sources.
fn shared_rules(
    left: usize,
    right: usize,
    accounts: &[Account],
    blocked: &BlockedKeys,
    settings: &Settings,
) -> Vec<usize> {
    let links = |account: &Account, key: &(usize, Vec<String>)| {
        let is_own = additions(account, key, settings).1;
        !blocked.contains_key(key) && (is_own || !is_ambiguous(key, accounts, settings))
    };
    let others = keys(&accounts[right], settings);
    let is_shared = |key: &(usize, Vec<String>)| {
        others.contains(key) && links(&accounts[left], key) && links(&accounts[right], key)
    };
    let shared = keys(&accounts[left], settings).into_iter().filter(is_shared);
    let is_about = |rule: &usize| {
        let is_between = settings.between.iter().any(|(of, _)| of == rule);
        !is_between || accounts[left].source != accounts[right].source
    };
    // They can share several keys of a rule.
    let rules: BTreeSet<usize> = shared.map(|(rule, _)| rule).filter(is_about).collect();
    rules.into_iter().collect()
}

/// The rules that accept two accounts: they share an unblocked key, and the conditions hold for what is somebody's.
fn rules_of(
    left: usize,
    right: usize,
    accounts: &[Account],
    usable: &[Account],
    blocked: &BlockedKeys,
    settings: &Settings,
) -> Vec<usize> {
    let shared = shared_rules(left, right, accounts, blocked, settings).into_iter();
    shared.filter(|rule| accepts(*rule, &usable[left], &usable[right], settings)).collect()
}

/// Whether two accounts must be apart: a rule keeps them apart, and neither a rule nor people accept them.
fn is_refused(
    left: usize,
    right: usize,
    accounts: &[Account],
    usable: &[Account],
    blocked: &BlockedKeys,
    settings: &Settings,
) -> bool {
    let shared = shared_rules(left, right, accounts, blocked, settings);
    let together = always(accounts, settings);
    shared.iter().any(|rule| keeps_apart(*rule, &usable[left], &usable[right], settings))
        && !shared.iter().any(|rule| accepts(*rule, &usable[left], &usable[right], settings))
        && (together[left].is_none() || together[left] != together[right])
}

/// What people said to be one person's: of each account, the references that it is told to be together with.
fn always(accounts: &[Account], settings: &Settings) -> Vec<Option<BTreeSet<&'static str>>> {
    let chain = |account: &Account| {
        let mut chain: BTreeSet<&str> = BTreeSet::new();
        chain.extend(settings.always.iter().flatten().filter(|reference| **reference == account.reference));
        for _ in &settings.always {
            let touching = settings.always.iter().filter(|pair| pair.iter().any(|one| chain.contains(one)));
            let reached: Vec<&str> = touching.flatten().copied().collect();
            chain.extend(reached);
        }
        (!chain.is_empty()).then_some(chain)
    };
    accounts.iter().map(chain).collect()
}

/// How many accounts, and values, some accounts have of what is limited, each with its limit.
fn extent(members: &BTreeSet<usize>, usable: &[Account], settings: &Settings) -> Vec<(usize, usize)> {
    let distinct = |field: &str| {
        members.iter().flat_map(|member| all_somebodys(&usable[*member], field)).collect::<BTreeSet<_>>().len()
    };
    let of_source = |source: &str| members.iter().filter(|member| usable[**member].source == source).count();
    let all: Vec<&Account> = members.iter().map(|member| &usable[*member]).collect();
    let accounts = settings.max_accounts_per_customer.map(|most| (members.len(), most));
    let alike = settings.max_distinct_alike.map(|most| (most_without_agreement(&all), most));
    let values = settings.max_distinct.iter().map(|(field, most)| (distinct(field), *most));
    let sources = settings.max_per_source.iter().map(|(source, most)| (of_source(source), *most));
    accounts.into_iter().chain(alike).chain(values).chain(sources).collect()
}

/// The greatest number of accounts of which no two agree on the first three letters of the given name.
fn most_without_agreement(accounts: &[&Account]) -> usize {
    let cut = |name: &str| name.chars().take(3).collect::<String>();
    let Some((first, rest)) = accounts.split_first() else { return 0 };
    let differing: Vec<&Account> =
        rest.iter().copied().filter(|other| agree("given_name", first, other, cut) == Some(false)).collect();
    let same = |other: &&&Account| {
        ["given_name", "family_name"].iter().all(|name| first.texts.get(name) == other.texts.get(name))
    };
    let others: Vec<&Account> = rest.iter().filter(|other| !same(other)).copied().collect();
    let with_first = if somebodys(first, "given_name").is_some() { 1 + most_without_agreement(&differing) } else { 0 };
    with_first.max(most_without_agreement(&others))
}

/// A component in parts that are within the limits, where no two are told never to be together or are refused: what is
/// told to be one person's first, whatever the limits; then link by link, those that most rules accept first, then those
/// of the earliest rule, then by reference, and without those that would join too much.
fn divided(
    mut members: Vec<usize>,
    accounts: &[Account],
    usable: &[Account],
    blocked: &BlockedKeys,
    settings: &Settings,
) -> Vec<Vec<usize>> {
    let must_be_apart = must_be_apart(&members, accounts, usable, blocked, settings);
    let is_within =
        |members: &BTreeSet<usize>| extent(members, usable, settings).into_iter().all(|(found, most)| found <= most);
    let whole: BTreeSet<usize> = members.iter().copied().collect();
    if is_within(&whole) && must_be_apart.is_empty() {
        return vec![members];
    }
    members.sort_by(|left, right| by_reference(*left, *right, accounts));
    let mut links = Vec::new();
    for (place, left) in members.iter().enumerate() {
        for (other, right) in members.iter().enumerate().skip(place + 1) {
            let rules = rules_of(*left, *right, accounts, usable, blocked, settings);
            if let Some(first) = rules.iter().min() {
                links.push((std::cmp::Reverse(rules.len()), *first, place, other));
            }
        }
    }
    links.sort();
    let mut parts: Vec<BTreeSet<usize>> = members.iter().map(|member| BTreeSet::from([*member])).collect();
    let together = always(accounts, settings);
    for place in 0..members.len() {
        let Some(chain) = &together[members[place]] else { continue };
        let first = members.iter().position(|member| together[*member].as_ref() == Some(chain)).expect("it is one");
        if first != place {
            parts[first].insert(members[place]);
            parts[place].clear();
        }
    }
    for (_, _, left, right) in links {
        let of = |place: usize| {
            parts.iter().position(|part| part.contains(&members[place])).expect("every account is in a part")
        };
        let (left, right) = (of(left), of(right));
        if left == right {
            continue;
        }
        let both = [parts[left].clone(), parts[right].clone()];
        if may_be_one(&both, &must_be_apart, usable, settings) {
            parts[left].extend(both[1].iter().copied());
            parts[right].clear();
        }
    }
    parts.into_iter().filter(|part| !part.is_empty()).map(|part| part.into_iter().collect()).collect()
}

/// A key that too many accounts share.
#[derive(Clone, Debug)]
pub struct BlockedKey {
    /// The rule's fields.
    pub fields: Vec<&'static str>,
    /// How many accounts share it.
    pub accounts: usize,
}

type BlockedKeys = BTreeMap<(usize, Vec<String>), BlockedKey>;

/// Connected components: every account takes the smallest label around it until nothing changes.
fn components(accounts: &[Account], usable: &[Account], blocked: &BlockedKeys, settings: &Settings) -> Vec<Vec<usize>> {
    let all = 0..accounts.len();
    let together = always(accounts, settings);
    let is_linked = |left: usize, right: usize| {
        let is_said = together[left].is_some() && together[left] == together[right];
        is_said || !rules_of(left, right, accounts, usable, blocked, settings).is_empty()
    };
    let linked: Vec<Vec<bool>> =
        all.clone().map(|left| all.clone().map(|right| is_linked(left, right)).collect()).collect();
    let mut labels: Vec<usize> = (0..accounts.len()).collect();
    loop {
        let before = labels.clone();
        for left in 0..accounts.len() {
            for right in 0..accounts.len() {
                if linked[left][right] {
                    labels[left] = labels[left].min(labels[right]);
                }
            }
        }
        if labels == before {
            break;
        }
    }
    let mut components: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (account, label) in labels.into_iter().enumerate() {
        components.entry(label).or_default().push(account);
    }
    components.into_values().collect()
}

/// The account without the values that are blocked keys of it by themselves: they are nobody's contact detail.
fn without_blocked(account: &Account, blocked: &BlockedKeys, settings: &Settings) -> Account {
    let own = keys(account, settings);
    let mut account = account.clone();
    let has_additions = account.clone();
    let is_own = |key: &(usize, Vec<String>)| own.contains(key) && additions(&has_additions, key, settings).1;
    for ((_, values), key) in blocked.iter().filter(|(key, _)| is_own(key)) {
        match (&key.fields[..], &values[..]) {
            // The key has the generation behind the name.
            (["family_name"], _) => account.set("family_name", Vec::new()),
            ([field], [value]) => account.remove(field, value),
            _ => {}
        }
    }
    account
}

fn value(account: &Account, field: &str) -> Option<Value> {
    match field {
        "location" => account.location.clone(),
        "salary" => account.salary.clone(),
        "attributes.device" => account.attributes.get("device").cloned(),
        _ => account.texts.get(field).map(|text| json!(text)),
    }
}

/// The members of the address.
const ADDRESS: [&str; 5] =
    ["address.street_address", "address.locality", "address.region", "address.postal_code", "address.country"];

/// How good an account is by a rule, the greater the better. `tuple` is what it has of the fields.
fn merit(rule: &str, account: &Account, fields: &[&str], tuple: &[Option<Value>], all: &[Vec<Option<Value>>]) -> f64 {
    let date = |text: &str| text.replace('-', "").parse::<f64>().expect("a date");
    let first = || match &tuple[0] {
        Some(Value::String(text)) => date(text),
        Some(number) => number.as_f64().expect("a number"),
        None => unreachable!("it has the value"),
    };
    match rule {
        "latest" => 0.0,
        "oldest" => account.updated_at.map_or(f64::NEG_INFINITY, |time| -(time as f64)),
        "trusted" => account.trust as f64,
        "longest" => {
            let texts = tuple.iter().flatten().map(|value| match value {
                Value::String(text) => text.chars().count(),
                _ => 0,
            });
            texts.sum::<usize>() as f64
        }
        "most_frequent" => all.iter().filter(|other| other[..] == *tuple).count() as f64,
        "min" => -first(),
        "max" => first(),
        "most_complete" => completeness(account, fields) as f64,
        other => unreachable!("there is no rule {other}"),
    }
}

/// The account whose values of some fields survive: of those that have any of them, the best by the rule; of
/// these the latest, of these the most trusted source's, of these the one with the greatest reference.
fn survivor<'a>(rule: &str, fields: &[&str], by_reference: &'a [Account]) -> Option<&'a Account> {
    let tuple = |account: &Account| -> Vec<Option<Value>> {
        let json_text =
            |value: Value| if rule == "longest" && value.is_string() { as_written(fields, value) } else { value };
        fields.iter().map(|field| value(account, field).map(json_text)).collect()
    };
    let having: Vec<&Account> =
        by_reference.iter().filter(|account| tuple(account).iter().any(Option::is_some)).collect();
    let all: Vec<Vec<Option<Value>>> = having.iter().map(|account| tuple(account)).collect();
    // Of several greatest ones, `max_by` gives the last, and the last one has the greatest reference.
    having.into_iter().max_by(|left, right| {
        let rank = |account: &Account| merit(rule, account, fields, &tuple(account), &all);
        let time = |account: &Account| account.updated_at.unwrap_or(i64::MIN);
        let by_rule = rank(left).total_cmp(&rank(right));
        by_rule.then(time(left).cmp(&time(right))).then(left.trust.cmp(&right.trust))
    })
}

/// An attribute is as long as it is written in JSON.
fn as_written(fields: &[&str], value: Value) -> Value {
    if fields == ["attributes.device"] { json!(value.to_string()) } else { value }
}

/// The fields that survive together, and their rules. The address does, unless a unit or a rule is about it.
fn units(settings: &Settings) -> Vec<(Vec<&'static str>, &'static str)> {
    let of_address = if settings.survive_default == "latest" { "most_complete" } else { settings.survive_default };
    let Some(unit) = settings.unit.clone() else { return vec![(vec!["address", "location"], of_address)] };
    let is_named = |field: &str| {
        unit.0.iter().any(|name| name.starts_with(field))
            || settings.survive.iter().any(|(name, _)| name.starts_with(field))
    };
    let mut address = vec!["address", "location"];
    address.retain(|field| !is_named(field));
    match address[..] {
        ["address", ..] => vec![unit, (address, of_address)],
        _ => vec![unit],
    }
}

/// How whole the values of an account are: an address that has a street and a town is as whole as can be.
fn completeness(account: &Account, fields: &[&str]) -> usize {
    let has = |field: &str| fields.contains(&field) && value(account, field).is_some();
    let has_town = has("address.locality") || has("address.postal_code");
    let is_home = has("address.street_address") && has_town;
    let is_of_home = |field: &str| field.starts_with("address.") || field == "location";
    fields.iter().filter(|field| has(field) || (is_home && is_of_home(field))).count()
}

/// The account that each field survives from.
fn survivors<'a>(by_reference: &'a [Account], settings: &Settings) -> BTreeMap<&'static str, &'a Account> {
    let units = units(settings);
    let unit_of = |field: &str| {
        let names = |name: &str| name == field || (name == "address" && ADDRESS.contains(&field));
        units.iter().find(|(fields, _)| fields.iter().any(|name| names(name)))
    };
    let fields: Vec<&'static str> = text_fields(settings).chain(["location", "salary", "attributes.device"]).collect();
    let found = fields.clone().into_iter().filter_map(|field| {
        let own = settings.survive.iter().find(|(name, _)| *name == field).map(|(_, rule)| *rule);
        let owner = match unit_of(field) {
            Some(unit) => {
                let together: Vec<&str> = fields.iter().copied().filter(|other| unit_of(other) == Some(unit)).collect();
                survivor(unit.1, &together, by_reference)
            }
            None => survivor(own.unwrap_or(settings.survive_default), &[field], by_reference),
        };
        Some((field, owner.filter(|owner| value(owner, field).is_some())?))
    });
    found.collect()
}

/// Folds accounts into one customer.
fn fold(mut accounts: Vec<Account>, settings: &Settings) -> Value {
    without_zero_among_words(&mut accounts);
    accounts.sort_by(|left, right| compare_references((&left.source, &left.id), (&right.source, &right.id)));
    let members: Vec<&str> = accounts.iter().map(|account| account.reference.as_str()).collect();
    let survivors = survivors(&accounts, settings);
    let survivor = |field: &str| survivors.get(field).and_then(|owner| value(owner, field)).unwrap_or(Value::Null);
    let address: Map<String, Value> =
        ADDRESS.iter().map(|field| (field.trim_start_matches("address.").to_owned(), survivor(field))).collect();
    let all = |field: &str| -> BTreeSet<String> {
        accounts.iter().flat_map(|account| account.values(field)).cloned().collect()
    };
    let device = Some(survivor("attributes.device")).filter(|device| !device.is_null());
    let attributes: Map<String, Value> = device.map(|device| ("device".to_owned(), device)).into_iter().collect();
    let provenance = provenance(&accounts, &survivors);
    let mut customer = json!({
        "members": members,
        "given_name": survivor("given_name"),
        "family_name": survivor("family_name"),
        "gender": survivor("gender"),
        "email": survivor("email"),
        "phone_number": survivor("phone_number"),
        "birthdate": survivor("birthdate"),
        "middle_name": survivor("middle_name"),
        "honorific_prefix": survivor("honorific_prefix"),
        "honorific_suffix": survivor("honorific_suffix"),
        "organization": survivor("organization"),
        "address": if address.values().all(Value::is_null) { Value::Null } else { Value::Object(address) },
        "location": survivor("location"),
        "salary": survivor("salary"),
        "interests": accounts.iter().flat_map(|account| account.interests.clone()).collect::<BTreeSet<_>>(),
        "emails": all("email"),
        "phone_numbers": all("phone_number"),
        "attributes": attributes,
        "updated_at": accounts.iter().filter_map(|account| account.updated_at).max().map(rfc3339),
        "provenance": provenance,
    });
    if settings.has_more_fields {
        for field in MORE_FIELDS {
            customer[field] = survivor(field);
        }
        customer["identifiers"] = json!({"ssn": all("ssn")});
    }
    customer
}

/// The text fields of the settings.
fn text_fields(settings: &Settings) -> impl Iterator<Item = &'static str> {
    let more = MORE_FIELDS.into_iter().filter(|field| settings.has_more_fields && !NAME_FIELDS.contains(field));
    TEXT_FIELDS.into_iter().chain(NAME_FIELDS).chain(more)
}

/// Which account or table each value came from; of one account it only says the tables.
fn provenance(accounts: &[Account], survivors: &BTreeMap<&'static str, &Account>) -> Map<String, Value> {
    let mut provenance = Map::new();
    for (field, account) in survivors {
        match account.tables.get(field) {
            Some(table) => _ = provenance.insert((*field).to_owned(), json!(format!("reference:{table}"))),
            None if accounts.len() > 1 => _ = provenance.insert((*field).to_owned(), json!(account.reference)),
            None => {}
        }
    }
    let with_interests: Vec<&Account> = accounts.iter().filter(|account| !account.interests.is_empty()).collect();
    if !with_interests.is_empty() && with_interests.iter().all(|account| account.tables.contains_key("interests")) {
        provenance.insert("interests".to_owned(), json!("reference:bought"));
    }
    provenance
}

/// By source, then by id: whole numbers by value and before other ids.
pub fn compare_references(left: (&str, &str), right: (&str, &str)) -> Ordering {
    let number = |id: &str| id.bytes().all(|byte| byte.is_ascii_digit()).then(|| id.parse::<u128>().ok()).flatten();
    let by_id = match (number(left.1), number(right.1)) {
        (Some(left), Some(right)) => left.cmp(&right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    };
    left.0.cmp(right.0).then(by_id).then(left.1.cmp(right.1))
}

/// What a row becomes.
pub fn account_of(row: &Row, settings: &Settings) -> Account {
    let mut raw = row.texts.clone();
    read_names(&mut raw);
    raw.retain(|field, text| !is_nothing(field, text));
    let names = [raw.get("given_name").cloned(), raw.get("family_name").cloned()];
    for (field, name, other) in [("given_name", &names[0], &names[1]), ("family_name", &names[1], &names[0])] {
        if name.as_ref().is_some_and(|name| is_nobodys_null(name, other.as_ref())) {
            raw.remove(field);
        }
    }
    let mut texts = BTreeMap::new();
    let country = raw.get("address.country").map(|country| country.trim().to_uppercase()).unwrap_or_default();
    if settings.has_more_fields && row.source == "shop" {
        let nick = raw.entry("nick").or_default();
        *nick = if nick.trim().is_empty() { "you".to_owned() } else { nick.clone() };
    }
    for field in text_fields(settings) {
        let Some(text) = raw.get(field).filter(|text| !text.trim().is_empty()) else { continue };
        let normal = match field {
            "given_name" | "family_name" => Some(capitalise(text.trim())),
            "email" => email(text),
            "phone_number" => phone_number(text, &country, row.region()),
            // The tests' runs are of 2026.
            "birthdate" => {
                let is_possible = text.as_str() >= "1880" && text.as_str() < "2026";
                (is_date(text) && is_possible).then(|| text.clone())
            }
            "address.country" => Some(text.trim().to_uppercase()),
            "nick" => Some(text.trim().to_owned()),
            "ssn" => {
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                (!digits.is_empty()).then_some(digits)
            }
            _ => Some(text.clone()),
        };
        if let Some(normal) = normal {
            texts.insert(field, normal);
        }
    }
    let mut others = BTreeMap::new();
    for field in ["email", "phone_number"] {
        let mut normals: Vec<String> = Vec::new();
        for text in row.all_texts(field).into_iter().filter(|text| !is_nothing(field, text)) {
            let normal = if field == "email" { email(text) } else { phone_number(text, &country, row.region()) };
            normals.extend(normal.filter(|normal| !normals.contains(normal)));
        }
        texts.remove(field);
        let mut normals = normals.into_iter();
        texts.extend(normals.next().map(|first| (field, first)));
        others.insert(field, normals.collect::<Vec<_>>());
    }
    let mut tables = BTreeMap::new();
    if !texts.contains_key("gender")
        && let Some(gender) = texts.get("given_name").and_then(|name| settings.gender_of(name))
    {
        texts.insert("gender", gender.to_owned());
        tables.insert("gender", "gender");
    }
    let no_text = String::new();
    let country = texts.get("address.country").unwrap_or(&no_text);
    let code = texts.get("address.postal_code").unwrap_or(&no_text);
    let mut location = settings.place_of(country, code);
    if location.is_some() {
        tables.insert("location", "places");
    } else {
        location = settings.location_of(&code.chars().take(3).collect::<String>());
        if location.is_some() {
            tables.insert("location", "zip3");
        }
    }
    let mut salary = row.salary.as_deref().and_then(|salary| salary.trim().parse().ok());
    let device = row.device.as_ref().filter(|device| !is_placeholder(device));
    if let Some(found) = device.and_then(|device| settings.salary_of(device, country)) {
        salary = Some(found);
        tables.insert("salary", "pay");
    }
    let mut interests: BTreeSet<String> = row.interests.iter().cloned().collect();
    if interests.is_empty()
        && let Some(found) = texts.get("email").and_then(|email| settings.interests_of(email))
    {
        interests = found.into_iter().map(str::to_owned).collect();
        tables.insert("interests", "bought");
    }
    Account {
        reference: row.reference(),
        source: row.source.to_owned(),
        id: row.id.clone(),
        updated_at: row.time(),
        trust: settings.trust_of(row.source),
        written_birthdate: raw
            .remove("birthdate")
            .filter(|_| settings.scores.is_some() && !texts.contains_key("birthdate")),
        texts,
        others,
        location: location.map(|(latitude, longitude)| json!({"latitude": latitude, "longitude": longitude})),
        salary: salary.map(number),
        interests,
        attributes: device.map(|device| ("device".to_owned(), json!(device))).into_iter().collect(),
        tables,
    }
}

/// Whole numbers are written without a fraction.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 { json!(value as i64) } else { json!(value) }
}

/// The parts of a full name, and what a given or a family name has beside it, go to fields of their own. Knows the titles,
/// suffixes and companies of the properties' rows only.
fn read_names(raw: &mut BTreeMap<&'static str, String>) {
    if let Some(full_name) = raw.remove("full_name").filter(|name| !is_placeholder(name)) {
        read_full_name(full_name.trim(), raw);
    }
    let given = raw.remove("given_name").unwrap_or_default();
    let (title, given) = without_title(&given);
    let family = raw.remove("family_name").unwrap_or_default();
    let (family, suffix) = [", jr", ", sr"]
        .iter()
        .find_map(|end| Some((family.strip_suffix(end)?, &end[2..])))
        .unwrap_or((family.as_str(), ""));
    let parts =
        [("honorific_prefix", title), ("given_name", given), ("family_name", family), ("honorific_suffix", suffix)];
    for (field, part) in parts {
        if !part.trim().is_empty() {
            raw.entry(field).or_insert_with(|| part.to_owned());
        }
    }
}

fn read_full_name(name: &str, raw: &mut BTreeMap<&'static str, String>) {
    if name.ends_with(" GmbH") {
        raw.insert("organization", name.to_owned());
        return;
    }
    let is_couple = name.contains(" und ");
    let (title, name) = without_title(name);
    let (given, family) = match name.split_once(',') {
        Some((family, given)) if !family.trim().is_empty() => (given.trim(), family.trim()),
        Some((_, only)) => ("", only.trim()),
        None => name.rsplit_once(' ').map_or(("", name), |(given, family)| (given.trim(), family)),
    };
    if !is_couple {
        raw.insert("given_name", given.to_owned());
        raw.insert("honorific_prefix", title.to_owned());
    }
    raw.insert("family_name", family.to_owned());
}

/// A title and the name behind it.
fn without_title(name: &str) -> (&str, &str) {
    let titles = ["Dr.", "Frau"].into_iter();
    let mut found = titles.filter_map(|title| Some((title, name.strip_prefix(title)?.strip_prefix(' ')?)));
    found.next().unwrap_or(("", name))
}

/// Text in one case: the first letter of each word in upper case.
fn capitalise(text: &str) -> String {
    if text.chars().any(char::is_lowercase) && text.chars().any(char::is_uppercase) {
        return text.to_owned();
    }
    let word = |word: &str| {
        let first: String = word.chars().take(1).flat_map(char::to_uppercase).collect();
        first + &word.chars().skip(1).collect::<String>().to_lowercase()
    };
    text.split(' ').map(word).collect::<Vec<String>>().join(" ")
}

/// Trimmed, lower case, without a tag, Google's addresses in one spelling; none if it is no address.
fn email(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let (local, domain) = text.split_once('@')?;
    let local = local.split('+').next()?;
    let is_google = domain == "gmail.com" || domain == "googlemail.com";
    let (local, domain) = if is_google { (local.replace('.', ""), "gmail.com") } else { (local.to_owned(), domain) };
    let (host, top) = domain.rsplit_once('.')?;
    let is_label = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let is_top = match top.strip_prefix("xn--") {
        Some(rest) => !rest.is_empty() && rest.chars().all(is_label),
        None => top.len() >= 2 && top.chars().all(|letter| letter.is_ascii_lowercase()),
    };
    let has_space = local.contains(char::is_whitespace) || domain.contains(char::is_whitespace);
    let is_email = !local.is_empty() && !host.is_empty() && is_top && !domain.contains('@') && !has_space;
    is_email.then(|| format!("{local}@{domain}"))
}

/// `+`, calling code and 8 to 15 digits, without the first `(0)`, and the extension. The library says what the digits are if they may begin
/// with a prefix of Germany or the United States, or with their calling codes.
pub fn phone_number(text: &str, country: &str, region: Option<&str>) -> Option<String> {
    if let Some((number, extension)) = text.split_once(" x") {
        return phone_number(number, country, region).map(|number| format!("{number};ext={extension}"));
    }
    let text = text.trim();
    if text.chars().any(|letter| !letter.is_ascii_digit() && !" +()-/.".contains(letter)) {
        return None;
    }
    let digits_of = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let (full, bare) = (digits_of(text), digits_of(&text.replacen("(0)", "", 1)));
    let number = if text.starts_with('+') {
        international_number(&full, &bare)
    } else if let Some(bare) = bare.strip_prefix("00") {
        international_number(&full[2..], bare)
    } else {
        let country =
            [country, region.unwrap_or_default()].into_iter().find(|country| calling_code(country).is_some())?;
        national_number(&full, &bare, country)
    };
    (number.len() >= 8 && number.len() <= 15).then(|| format!("+{number}"))
}

fn international_number(full: &str, bare: &str) -> String {
    let has_prefix = full.starts_with("490") || full.starts_with("11");
    let is_cut = full.len() > bare.len() && full.starts_with("49");
    let valid = if has_prefix && !is_cut { valid_number(&format!("+{full}"), None) } else { None };
    valid.map_or_else(|| bare.to_owned(), |(number, _)| number)
}

fn national_number(full: &str, bare: &str, country: &str) -> String {
    let code = calling_code(country).unwrap_or_default();
    let without_zero = bare.strip_prefix('0').unwrap_or(bare);
    // Canada has numbers as short as 310 1234.
    let can_have = |digits: usize| if country == "US" { matches!(digits, 7 | 10) } else { (4..=15).contains(&digits) };
    let is_short = bare.len() <= 10 && can_have(bare.len());
    let is_in_doubt = bare.starts_with(code) && !is_short || country == "US" && bare.starts_with('0');
    if !is_in_doubt {
        return format!("{code}{without_zero}");
    }
    let national = valid_number(full, Some(country));
    let international = if full.starts_with(code) { valid_number(&format!("+{full}"), None) } else { None };
    match (national, international) {
        (Some((national, true)), Some((_, false))) => return national,
        (_, Some((number, _))) | (Some((number, _)), None) => return number,
        (None, None) => {}
    }
    let is_possible = can_have(without_zero.len());
    if let Some(abroad) = bare.strip_prefix("011").filter(|abroad| country == "US" && abroad.len() >= 8)
        && !is_possible
    {
        return abroad.to_owned();
    }
    match bare.strip_prefix(code).filter(|rest| can_have(rest.len())) {
        Some(rest) if !is_possible || bare.len() > 10 => format!("{code}{rest}"),
        _ => format!("{code}{without_zero}"),
    }
}

/// The digits of a number that is valid, and whether it is surely a mobile one.
fn valid_number(text: &str, country: Option<&str>) -> Option<(String, bool)> {
    let region = country.and_then(|country| country.parse().ok());
    let number =
        PHONE_NUMBER_UTIL.parse(text, region).ok().filter(|number| PHONE_NUMBER_UTIL.is_valid_number(number))?;
    let written = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164);
    let is_mobile = PHONE_NUMBER_UTIL.get_number_type(&number) == PhoneNumberType::Mobile;
    Some((written.trim_start_matches('+').to_owned(), is_mobile))
}

fn calling_code(country: &str) -> Option<&'static str> {
    match country {
        "DE" => Some("49"),
        "US" => Some("1"),
        _ => None,
    }
}

/// `YYYY-MM-DD` of the Gregorian calendar.
fn is_date(text: &str) -> bool {
    let numbers: Vec<u32> = text.split('-').filter_map(|part| part.parse().ok()).collect();
    let [year, month, day] = numbers[..] else { return false };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = [31, if is_leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    text.len() == 10 && (1..=12).contains(&month) && (1..=days[month as usize - 1]).contains(&day)
}

/// Values that people write to say that there is none.
fn is_placeholder(value: &str) -> bool {
    ["", "-", "n/a", "unknown", "unbekannt", "none", "null"].contains(&value.trim().to_lowercase().as_str())
}

/// Whether the text of a field says that there is no value.
fn is_nothing(field: &str, text: &str) -> bool {
    let text = text.trim();
    let own: &[&str] = match field {
        "given_name" | "family_name" => return is_placeholder(text) && !text.eq_ignore_ascii_case("null"),
        "address.country" => &["XX", "xx"],
        "birthdate" => &["1900-01-01", "0000-00-00"],
        _ => &[],
    };
    is_placeholder(text) || own.contains(&text)
}

/// Whether a name is Null, and not beside a name in its letter case: then nobody is called so.
fn is_nobodys_null(name: &str, other: Option<&String>) -> bool {
    let case = |name: &str| {
        let letters: String = name.chars().filter(|letter| letter.is_alphabetic()).collect();
        let is_upper = letters.to_uppercase() == letters && letters.chars().count() > 1;
        (letters.to_lowercase() == letters, is_upper)
    };
    let other = other.filter(|other| !is_placeholder(other));
    name.trim().eq_ignore_ascii_case("null") && other.is_none_or(|other| case(name) != case(other))
}

/// The accounts of a customer, without the devices that are `0` where another one is a word.
fn without_zero_among_words(accounts: &mut [Account]) {
    let is_word = |device: &Value| device.as_str().is_some_and(|text| text.trim().parse::<f64>().is_err());
    if accounts.iter().filter_map(|account| account.attributes.get("device")).any(is_word) {
        accounts.iter_mut().for_each(|account| account.attributes.retain(|_, device| device != "0"));
    }
}
