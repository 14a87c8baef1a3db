//! Last step: customers, members, tombstones and changes, as lines of JSON.

use std::ops::Range;

use super::changes::ChangeFeed;
use super::clustered::Clustered;
use super::decided::Decided;
use super::held_by::held_by;
use super::line::{MEMBER_BYTES, write_member, write_tombstone};
use super::loaded::Loaded;
use super::record::Record;
use super::review::Places;
use super::weak::WeakMerges;
use super::{FrameEnd, MergeOutput, Merger, guarded};
use crate::customer::Customer;
use crate::customer_id::{SettledIds, new_id};
use crate::reference;
use crate::statistics::CustomerStatistics;
use crate::survive::Candidate;

/// How much text of members a frame has before it ends: twice what zstd looks back at, so that frames compress nearly as
/// well as one would.
const FRAME_TEXT_BYTES: usize = 512 << 10;

/// Writes all that a partition becomes, and adds what it counts of its customers.
pub(super) fn write(
    merger: &Merger<'_>,
    loaded: &Loaded<'_>,
    clustered: &Clustered<'_>,
    decided: &Decided<'_>,
    statistics: &mut CustomerStatistics,
) -> MergeOutput {
    let mut output = MergeOutput { counts: loaded.counts, ..MergeOutput::default() };
    output.customers.reserve(loaded.text_bytes * 4 / 3);
    output.members.reserve(loaded.text_bytes + loaded.records.len() * MEMBER_BYTES);
    guarded::write(clustered, merger, &mut output);
    let weak = WeakMerges::new(clustered, &statistics.weakest);
    let mut writer = CustomerWriter::new(merger, loaded, clustered);
    let mut feed = ChangeFeed::new(merger, loaded, clustered);
    let mut frame_start = 0;
    let mut places = Places::new(clustered, merger.matcher.corrections());
    for (cluster, members) in (0..).zip(clustered.clusters.iter()) {
        let customer = writer.write(members, decided.ids(cluster), &mut output);
        places.note(&customer);
        feed.write(&customer, &mut output);
        let accounts = members.iter().map(|member| clustered.judge.pool().account(*member));
        merger.counter.count(accounts, customer.customer, statistics);
        weak.note(members, &customer.customer_id, statistics);
        if output.members.len() >= frame_start + FRAME_TEXT_BYTES {
            frame_start = output.members.len();
            end_frame(&mut output);
        }
    }
    places.write(&mut output);
    feed.finish(&decided.deleted, &mut output);
    for record in &loaded.tombstones {
        tombstone(merger, &loaded.records[*record as usize], &mut output);
    }
    if !output.members.is_empty() {
        end_frame(&mut output);
    }
    output
}

/// Ends a frame behind what was written so far, unless one ends there.
fn end_frame(output: &mut MergeOutput) {
    let MergeOutput { customers, members, places, .. } = &*output;
    let end = FrameEnd { customers: customers.len(), members: members.len(), places: places.len() };
    if output.frames.last() != Some(&end) {
        output.frames.push(end);
    }
}

/// A customer that was written.
pub(super) struct WrittenCustomer<'n, 'w> {
    pub(super) customer_id: String,
    /// The numbers of its accounts.
    pub(super) members: &'n [u32],
    /// The ids of the previous version that its accounts were held by.
    pub(super) ids: &'n SettledIds<'w>,
    pub(super) customer: &'n Customer<'w>,
    /// Where its JSON is among all customers, without the line's end.
    pub(super) line: Range<usize>,
}

/// Folds clusters into customers, one after the other in the same memory.
struct CustomerWriter<'w, 'c> {
    merger: &'w Merger<'c>,
    loaded: &'w Loaded<'w>,
    clustered: &'w Clustered<'w>,
    candidates: Vec<Candidate<'w>>,
    customer: Customer<'w>,
    /// What an identifier's place is hashed from.
    hashed: Vec<u8>,
}

impl<'w, 'c> CustomerWriter<'w, 'c> {
    fn new(merger: &'w Merger<'c>, loaded: &'w Loaded<'w>, clustered: &'w Clustered<'w>) -> Self {
        Self { merger, loaded, clustered, candidates: Vec::new(), customer: Customer::default(), hashed: Vec::new() }
    }

    /// Writes the customer of a cluster and its members.
    fn write<'n>(
        &'n mut self,
        members: &'n [u32],
        ids: &'n SettledIds<'w>,
        output: &mut MergeOutput,
    ) -> WrittenCustomer<'n, 'w> {
        self.fold(members);
        let customer_id = match ids.kept {
            Some(kept) => kept.to_owned(),
            None => new_id(self.merger.started_at, self.customer.members.first().copied().unwrap_or_default()),
        };
        let start = output.customers.len();
        output.places.push(reference::place(&customer_id));
        self.customer.write(&customer_id, &mut output.customers);
        self.write_members(members, &customer_id, output);
        output.counts.customers += 1;
        output.counts.largest_customer = output.counts.largest_customer.max(members.len() as u64);
        let line = start..output.customers.len() - 1;
        WrittenCustomer { customer_id, members, ids, customer: &self.customer, line }
    }

    fn fold(&mut self, members: &[u32]) {
        let pool = self.clustered.judge.pool();
        let candidate = |member: &u32| Candidate { account: pool.account(*member), blocked: pool.blocked(*member) };
        self.candidates.clear();
        self.candidates.extend(members.iter().map(candidate));
        self.merger.survivorship.fold_into(&self.candidates, &mut self.customer);
        self.customer.held_by = held_by(&self.clustered.judge, members, &self.merger.matcher);
    }

    fn write_members(&mut self, members: &[u32], customer_id: &str, output: &mut MergeOutput) {
        let pool = self.clustered.judge.pool();
        let hasher = self.merger.matcher.hasher();
        let held_by = hasher.customer(customer_id);
        for member in members {
            let record = self.loaded.record(*member);
            let reference = &record.account.reference;
            let frequencies = self.clustered.scores.as_ref().map(|scores| scores.frequencies(*member));
            write_member(&mut output.members, customer_id, record.text, frequencies);
            output.places.push(reference::place(reference));
            self.merger.identifiers.places(&record.account, hasher, &mut self.hashed, &mut output.places);
            let keys = pool.all_keys(*member).iter().map(|key| key.node);
            output.member_stars.push(
                hasher.reference(reference),
                record.account.version(record.text.as_bytes()),
                Some(held_by),
                keys.chain(self.merger.matcher.always(reference)).chain(self.merger.snapshots.of(reference)),
            );
        }
    }
}

/// Keeps a deleted account, so that an older row of it that comes in a later run is known to be older.
fn tombstone(merger: &Merger<'_>, record: &Record<'_>, output: &mut MergeOutput) {
    output.counts.tombstones += 1;
    write_tombstone(&mut output.members, record.text);
    let reference = &record.account.reference;
    output.places.push(reference::place(reference));
    output.member_stars.push(
        merger.matcher.hasher().reference(reference),
        record.version(),
        None,
        merger.snapshots.of(reference).into_iter(),
    );
}
