//! One partition: latest versions, exact clusters, customers, ids and changes.

mod changes;
mod guarded;
mod held_by;
pub(crate) mod keys;
mod line;
mod members;
mod previous;
mod standing;

use std::collections::BTreeMap;

use changes::Feed;
use hashbrown::HashTable;
use held_by::{Holder, held_by};
use line::{Origin, split_line, write_member, write_tombstone};
use onefold_config::Config;
use onefold_graph::node::Node;
use onefold_graph::{Stars, Version};
use onefold_normalise::timestamp::Timestamp;
use serde::{Deserialize, Serialize};
use standing::Standing;
use xxhash_rust::xxh3::xxh3_64;

use self::keys::Keys;
use crate::account::{Account, RepeatedValues};
use crate::cluster::{Clusters, Corrected, Pool};
use crate::customer::{Customer, MemberLink};
use crate::customer_id::{Claims, Identity, new_id};
use crate::match_keys::{MatchKey, Matcher};
use crate::reference;
use crate::snapshot::SourceMarks;
use crate::suppression::Suppression;
use crate::survive::{Candidate, Survivorship};

pub use guarded::Guarded;
pub use members::{Member, members, split_member};
pub use previous::PreviousRules;

/// What a partition becomes.
#[derive(Debug, Default)]
pub struct MergeOutput {
    /// Customers, a line of JSON each.
    pub customers: Vec<u8>,
    /// Members, a line of JSON each: the account's text as it came, and its customer. Behind them the tombstones,
    /// which have none.
    pub members: Vec<u8>,
    /// The links of the members and tombstones, in the same order.
    pub member_stars: Stars,
    /// What changed against the previous version, a line of JSON each.
    pub changes: Vec<u8>,
    /// The rule of each blocked key that was met.
    pub blocked: BTreeMap<Node, BlockedRule>,
    /// The customer ids that ended, and the customers that their accounts are in: one if they were merged, several if
    /// none of them kept the id, none if all accounts were deleted.
    pub ended: Vec<(String, Vec<String>)>,
    /// The [`place`]s of the members, tombstones and customers in an index: some more than once.
    ///
    /// [`place`]: crate::reference::place
    pub places: Vec<u64>,
    /// What guards did, a line of JSON each.
    pub guarded: Vec<u8>,
    /// How often each guard acted: values that are nobody's, customers beyond a limit.
    pub guards: BTreeMap<String, u64>,
    /// How many of what.
    pub counts: MergeCounts,
}

/// Which rule a blocked key is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockedRule {
    /// The rule's name.
    pub rule: String,
    /// How many accounts share the key, if it was blocked here, by the rule's own limit, and not by Link.
    pub accounts: Option<u32>,
}

/// How many of what there are in a partition, or in all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MergeCounts {
    /// Accounts of this run.
    pub accounts: u64,
    /// Members and tombstones of the previous version.
    pub previous_members: u64,
    /// Versions of accounts that have a later one.
    pub superseded: u64,
    /// Accounts that are members now. Accounts and previous members are these, the superseded and the deleted.
    pub members: u64,
    /// Accounts that are deleted: the tombstones, what a snapshot no longer has, and the erased.
    #[serde(default)]
    pub deleted: u64,
    /// Members and tombstones of the previous version whose persons were erased since; they are among the deleted and the
    /// superseded.
    #[serde(default)]
    pub erased: u64,
    /// Accounts that their source marks as deleted. The version keeps them, as an older row may still come.
    #[serde(default)]
    pub tombstones: u64,
    /// Customers.
    pub customers: u64,
    /// Customers of the previous version.
    pub previous_customers: u64,
    /// Members of the largest customer.
    pub largest_customer: u64,
    /// Customers with a new id.
    pub created: u64,
    /// Customers that kept their id and changed.
    pub updated: u64,
    /// Ids that ended in another customer.
    pub merged: u64,
    /// Customers that left another one.
    pub split: u64,
    /// Customers all of whose accounts are deleted.
    #[serde(default)]
    pub customers_deleted: u64,
    /// Ids that ended and whose accounts are in several customers.
    #[serde(default)]
    pub retired: u64,
    /// Accounts that are in another customer than before.
    #[serde(default)]
    pub moved: u64,
}

impl MergeCounts {
    /// Adds the counts of another partition.
    pub fn add(&mut self, other: &Self) {
        self.accounts += other.accounts;
        self.previous_members += other.previous_members;
        self.superseded += other.superseded;
        self.members += other.members;
        self.deleted += other.deleted;
        self.erased += other.erased;
        self.tombstones += other.tombstones;
        self.customers += other.customers;
        self.previous_customers += other.previous_customers;
        self.largest_customer = self.largest_customer.max(other.largest_customer);
        self.created += other.created;
        self.updated += other.updated;
        self.merged += other.merged;
        self.split += other.split;
        self.customers_deleted += other.customers_deleted;
        self.retired += other.retired;
        self.moved += other.moved;
    }

    /// Whether nothing came or went unseen (invariant 2).
    pub fn balance(&self) -> bool {
        self.accounts + self.previous_members == self.members + self.superseded + self.deleted
    }
}

/// A line of the partition cannot be read. The line's text is not shown.
#[derive(Debug, thiserror::Error)]
#[error("line {line} of the partition is no account")]
pub struct LineError {
    /// From 1.
    pub line: usize,
    /// Why, if it is the JSON.
    #[source]
    pub source: Option<serde_json::Error>,
}

/// The links of the members and tombstones of the previous version, made anew under these match rules, with the
/// marks of these sources, and without the keys of those whom nothing may be left of.
///
/// # Errors
/// A line is no member.
pub fn member_stars(
    text: &str,
    matcher: &mut Matcher,
    marks: &SourceMarks,
    is_erased: impl Fn(&Account<'_>) -> bool,
) -> Result<Stars, LineError> {
    let mut stars = Stars::default();
    let mut keys = Vec::new();
    for record in read(text, &mut MergeCounts::default())? {
        keys.clear();
        if is_erased(&record.account) {
            let hasher = matcher.hasher();
            let customer = record.customer_id().map(|customer_id| hasher.customer(customer_id));
            stars.push(hasher.reference(&record.account.reference), Version::LEAST, customer, std::iter::empty());
            continue;
        }
        matcher.keys(&record.account, &mut keys);
        let always = matcher.always(&record.account.reference).filter(|_| !record.account.deleted);
        let hasher = matcher.hasher();
        stars.push(
            hasher.reference(&record.account.reference),
            record.account.version(record.text.as_bytes()),
            record.customer_id().map(|customer_id| hasher.customer(customer_id)),
            keys.iter().map(|key| key.node).chain(always).chain(marks.of(&record.account.reference)),
        );
    }
    Ok(stars)
}

/// A line of the partition.
struct Record<'a> {
    origin: Origin<'a>,
    text: &'a str,
    account: Account<'a>,
    /// Whether it is of the previous version and does not stand any more: this run read a snapshot of its source, or its
    /// person was erased.
    is_gone: bool,
}

impl<'a> Record<'a> {
    /// The customer that held it in the previous version.
    fn customer_id(&self) -> Option<&'a str> {
        match self.origin {
            Origin::Member(customer_id) => Some(customer_id),
            Origin::Run | Origin::Tombstone => None,
        }
    }

    fn version(&self) -> Version {
        if self.is_gone { Version::LEAST } else { self.account.version(self.text.as_bytes()) }
    }
}

/// Merges one partition.
pub struct Merger<'c> {
    config: &'c Config,
    survivorship: Survivorship<'c>,
    matcher: Matcher,
    /// Sorted.
    blocked: &'c [Node],
    started_at: Timestamp,
    /// The sources whose members bear a mark.
    snapshots: SourceMarks,
    /// The sources of which this run read a snapshot.
    replaced: SourceMarks,
    /// Whom of the previous version nothing may be left of.
    erased: Option<&'c Suppression>,
    previous: PreviousRules<'c>,
}

impl<'c> Merger<'c> {
    /// A merger for a run. `blocked` are the keys that link nothing, sorted; `started_at` is the run's time.
    pub fn new(config: &'c Config, matcher: Matcher, blocked: &'c [Node], started_at: Timestamp) -> Self {
        let snapshots = SourceMarks::of_snapshots(config, matcher.hasher());
        Self {
            config,
            survivorship: Survivorship::new(config),
            matcher,
            blocked,
            started_at,
            snapshots,
            replaced: SourceMarks::default(),
            erased: None,
            previous: PreviousRules::Unknown,
        }
    }

    /// Says what the previous version was made by. If nobody does, an account's customer is taken to be what this
    /// run's rules make of the accounts that it had.
    #[must_use]
    pub fn building_on(mut self, previous: PreviousRules<'c>) -> Self {
        self.previous = previous;
        self
    }

    /// Lets nothing stand that these sources have in the previous version: this run read a snapshot of each.
    #[must_use]
    pub fn replacing<'s>(mut self, sources: impl IntoIterator<Item = &'s str>) -> Self {
        self.replaced = SourceMarks::new(sources, self.matcher.hasher());
        self
    }

    /// Lets nothing stand that the previous version has of those who are on this list.
    #[must_use]
    pub fn erasing(mut self, list: &'c Suppression) -> Self {
        self.erased = Some(list);
        self
    }

    /// Merges the lines of a partition: accounts of this run, and members of the previous version.
    ///
    /// # Errors
    /// A line that is neither: the object that it came from is damaged.
    pub fn merge(&mut self, text: &str) -> Result<MergeOutput, LineError> {
        let mut output = MergeOutput::default();
        let mut records = read(text, &mut output.counts)?;
        for record in &mut records {
            if record.origin == Origin::Run {
                continue;
            }
            let is_erased = self.erased.is_some_and(|erased| erased.covers(&record.account, self.config));
            output.counts.erased += u64::from(is_erased);
            record.is_gone = is_erased || self.replaced.of(&record.account.reference).is_some();
        }
        output.customers.reserve(text.len() * 4 / 3);
        output.members.reserve(text.len() + records.len() * line::MEMBER_BYTES);
        let (latest, held) = latest(&records);
        output.counts.superseded = (records.len() - latest.len()) as u64;
        let Standing { living: latest, held, tombstones, deleted } = Standing::of(&records, latest, held);
        output.counts.members = latest.len() as u64;
        output.counts.deleted = deleted;

        let accounts = latest.iter().map(|number| &records[*number as usize].account);
        let keys = Keys::new(accounts, &mut self.matcher, self.config, self.blocked, &mut output);
        let members = Members { records: &records, latest: &latest, keys: &keys };
        let references = latest.iter().map(|number| records[*number as usize].account.reference.as_ref());
        let corrected = Corrected::new(references, self.matcher.corrections());
        let clusters = Clusters::new(&members, &self.config.matches, &self.config.guard, &corrected);
        for divided in &clusters.divided {
            guarded::divided(divided, &members, &mut output);
        }
        let mut claims = Claims::default();
        for (cluster, members) in clusters.iter().enumerate() {
            for member in members {
                for customer_id in &held[*member as usize] {
                    claims.note(
                        cluster as u32,
                        customer_id,
                        &records[latest[*member as usize] as usize].account.reference,
                    );
                }
            }
        }
        let identities = claims.settle();
        let mut before: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (number, record) in records.iter().enumerate() {
            if let Some(customer_id) = record.customer_id() {
                before.entry(customer_id).or_default().push(number as u32);
            }
        }
        output.counts.previous_customers = before.len() as u64;
        let none = Identity::default();
        let work = Work { merger: self, records: &records, latest: &latest, keys: &keys };
        let mut feed = Feed::new(self, &records, &before);
        let mut folded = Folded::default();
        for (cluster, members) in clusters.iter().enumerate() {
            let identity = identities.get(&(cluster as u32)).unwrap_or(&none);
            let now = work.customer(members, identity, &mut folded, &mut output);
            let held = members.iter().map(|member| held[*member as usize].as_slice());
            feed.customer(&work, members, held, identity, &now, &folded.customer, &mut output);
        }
        feed.ended(&claims, &mut output);
        for number in tombstones {
            work.tombstone(&records[number as usize], &mut output);
        }
        Ok(output)
    }
}

/// The latest versions of a partition's accounts, as they are clustered.
#[derive(Clone, Copy)]
struct Members<'m, 'a> {
    records: &'m [Record<'a>],
    latest: &'m [u32],
    keys: &'m Keys,
}

impl Pool for Members<'_, '_> {
    fn len(&self) -> u32 {
        self.latest.len() as u32
    }

    fn account(&self, number: u32) -> &Account<'_> {
        &self.records[self.latest[number as usize] as usize].account
    }

    fn keys(&self, number: u32) -> &[MatchKey] {
        self.keys.open(number)
    }

    fn nobodys(&self, number: u32) -> u16 {
        self.keys.nobodys(number)
    }
}

/// Reads the lines of a partition.
fn read<'a>(text: &'a str, counts: &mut MergeCounts) -> Result<Vec<Record<'a>>, LineError> {
    // Counted first: growing a vector of accounts would copy them again and again.
    let mut records = Vec::with_capacity(memchr::memchr_iter(b'\n', text.as_bytes()).count());
    let mut repeated = RepeatedValues::default();
    for (number, line) in lines(text).enumerate() {
        let (origin, text) = split_line(line).ok_or(LineError { line: number + 1, source: None })?;
        match origin {
            Origin::Member(_) | Origin::Tombstone => counts.previous_members += 1,
            Origin::Run => counts.accounts += 1,
        }
        records.push(Record { origin, text, account: Account::default(), is_gone: false });
        let account = records.last_mut().map(|record| &mut record.account);
        let read = account.map_or(Ok(()), |account| account.read(text, &mut repeated));
        read.map_err(|error| LineError { line: number + 1, source: Some(error) })?;
    }
    Ok(records)
}

/// The lines, with or without an end at the last one: [`str::lines`] without its carriage returns, found many
/// bytes at a time.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut start = 0;
    memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]).filter_map(move |end| {
        let line = text.get(start..end)?;
        start = end + 1;
        (end < text.len() || !line.is_empty()).then_some(line)
    })
}

/// The numbers of the latest version of each account, in the order in which accounts first came, and the
/// customers that any version of each was held by.
fn latest<'a>(records: &[Record<'a>]) -> (Vec<u32>, Vec<Vec<&'a str>>) {
    let hash = |number: u32| xxh3_64(records[number as usize].account.reference.as_bytes());
    let version = |number: u32| records[number as usize].version();
    let mut index: HashTable<u32> = HashTable::with_capacity(records.len());
    let mut latest: Vec<u32> = Vec::with_capacity(records.len());
    let mut held: Vec<Vec<&str>> = Vec::with_capacity(records.len());
    for (number, record) in records.iter().enumerate() {
        let number = number as u32;
        let is_same =
            |place: &u32| records[latest[*place as usize] as usize].account.reference == record.account.reference;
        let place = match index.find(hash(number), is_same) {
            Some(place) => {
                let place = *place as usize;
                if version(latest[place]) < version(number) {
                    latest[place] = number;
                }
                place
            }
            None => {
                index.insert_unique(hash(number), latest.len() as u32, |place| hash(latest[*place as usize]));
                latest.push(number);
                held.push(Vec::new());
                latest.len() - 1
            }
        };
        if let Some(customer_id) = record.customer_id()
            && !held[place].contains(&customer_id)
        {
            held[place].push(customer_id);
        }
    }
    (latest, held)
}

/// What customers are made of.
struct Work<'w, 'c, 'a> {
    merger: &'w Merger<'c>,
    records: &'w [Record<'a>],
    latest: &'w [u32],
    keys: &'w Keys,
}

/// The accounts of a customer and what they are folded into. Kept from one to the next for its memory.
#[derive(Default)]
struct Folded<'w> {
    candidates: Vec<Candidate<'w>>,
    customer: Customer<'w>,
}

/// A customer that was written.
struct Now {
    customer_id: String,
    /// Where its JSON is among all customers.
    line: std::ops::Range<usize>,
}

impl<'w> Work<'w, '_, '_> {
    fn record(&self, member: u32) -> &'w Record<'w> {
        &self.records[self.latest[member as usize] as usize]
    }

    /// Writes the customer of one cluster.
    fn customer(
        &self,
        members: &[u32],
        identity: &Identity<'_>,
        folded: &mut Folded<'w>,
        output: &mut MergeOutput,
    ) -> Now {
        let Folded { candidates, customer } = folded;
        candidates.clear();
        candidates.extend(
            members.iter().map(|member| Candidate {
                account: &self.record(*member).account,
                blocked: self.keys.nobodys(*member),
            }),
        );
        self.merger.survivorship.fold_into(candidates, customer);
        customer.held_by = self.held_by(members);
        let customer_id = match identity.kept {
            Some(kept) => kept.to_owned(),
            None => new_id(self.merger.started_at, customer.members.first().copied().unwrap_or_default()),
        };
        let start = output.customers.len();
        output.places.push(reference::place(&customer_id));
        customer.write(&customer_id, &mut output.customers);
        let hasher = self.merger.matcher.hasher();
        let held_by = hasher.customer(&customer_id);
        for member in members {
            let record = self.record(*member);
            write_member(&mut output.members, &customer_id, record.text);
            output.places.push(reference::place(&record.account.reference));
            output.member_stars.push(
                hasher.reference(&record.account.reference),
                record.account.version(record.text.as_bytes()),
                Some(held_by),
                self.keys
                    .all(*member)
                    .iter()
                    .map(|key| key.node)
                    .chain(self.merger.matcher.always(&record.account.reference))
                    .chain(self.merger.snapshots.of(&record.account.reference)),
            );
        }
        output.counts.customers += 1;
        output.counts.largest_customer = output.counts.largest_customer.max(members.len() as u64);
        Now { customer_id, line: start..output.customers.len() - 1 }
    }

    /// Keeps a deleted account, so that an older row of it that comes in a later run is known to be older.
    fn tombstone(&self, record: &Record<'_>, output: &mut MergeOutput) {
        output.counts.tombstones += 1;
        write_tombstone(&mut output.members, record.text);
        let reference = &record.account.reference;
        output.places.push(reference::place(reference));
        output.member_stars.push(
            self.merger.matcher.hasher().reference(reference),
            record.version(),
            None,
            self.merger.snapshots.of(reference).into_iter(),
        );
    }

    fn held_by(&self, members: &[u32]) -> Vec<MemberLink<'w>> {
        if members.len() < 2 {
            return Vec::new();
        }
        let holder = |member: &u32| Holder {
            account: &self.record(*member).account,
            open: self.keys.open(*member),
            nobodys: self.keys.nobodys(*member),
        };
        held_by(members.iter().map(holder).collect(), &self.merger.matcher)
    }
}

#[cfg(test)]
mod tests;
