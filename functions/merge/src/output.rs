//! Combines the outputs of a partition's slices.

use onefold_identity::merge::{FrameEnd, MergeOutput};
use onefold_identity::question::best;
use onefold_lake::data::links;
use onefold_lake::data::partition_review::PartitionReview;
use onefold_lake::keys::VersionPart;
use onefold_lake::run::layout::PartitionCounts;
use onefold_lake::version::index;
use onefold_lake::version::retired::Retired;
use onefold_lake::version::review::QUESTIONS_MAX;
use onefold_lake::{Compressor, RunId};
use onefold_shell::{StageError, json_lines};

/// The text parts, in the order of [`PartitionCounts::text_bytes`].
const TEXTS: [VersionPart; 4] =
    [VersionPart::Customers, VersionPart::Members, VersionPart::Changes, VersionPart::Blocked];

/// The most bytes that are reserved for a part. A first slice that is one large component does not predict the size of
/// the others.
const ROOM_BYTES_MAX: usize = 32 << 20;

/// A part of the output and its bytes.
type PartBytes = (VersionPart, Vec<u8>);

/// What is written of a partition.
pub(crate) struct FinishedPartition {
    pub(crate) parts: Vec<PartBytes>,
    /// What Merge knows of pairs that people are asked about, if it is anything.
    pub(crate) review: Option<Vec<u8>>,
    pub(crate) counts: PartitionCounts,
}

/// The outputs of one partition, combined from those of its slices.
pub(crate) struct PartitionOutput<'r> {
    run: &'r RunId,
    /// The number of slices after the first. It is 0 once the first slice was added.
    slices_to_come: usize,
    compressor: Compressor,
    /// The text parts, compressed: customers and members in frames of few, the others with one frame for each slice.
    texts: [Vec<u8>; 4],
    member_links: Vec<u8>,
    entries: Vec<u64>,
    retired: Vec<Retired>,
    review: PartitionReview,
    counts: PartitionCounts,
}

impl<'r> PartitionOutput<'r> {
    /// An empty output. `slices` is the number of slices that will be added.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub(crate) fn new(run: &'r RunId, slices: u32) -> Result<Self, StageError> {
        Ok(Self {
            run,
            slices_to_come: slices.saturating_sub(1) as usize,
            compressor: Compressor::new().map_err(StageError::compressing)?,
            texts: Default::default(),
            member_links: Vec::new(),
            entries: Vec::new(),
            retired: Vec::new(),
            review: PartitionReview::default(),
            counts: PartitionCounts::default(),
        })
    }

    /// Adds the outputs of a slice. Slices must come in order.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub(crate) fn add(&mut self, output: MergeOutput) -> Result<(), StageError> {
        self.add_frames(&output)?;
        let counts = &mut self.counts;
        counts.counts.add(&output.counts);
        counts.changes += lines(&output.changes);
        counts.guarded += lines(&output.guarded);
        counts.blocked.extend(output.blocked.into_iter().map(|(node, rule)| (node.to_string(), rule)));
        for (guard, count) in output.guards {
            *counts.guards.entry(guard).or_default() += count;
        }
        let texts = [&output.customers, &output.members, &output.changes, &output.guarded];
        for (bytes, text) in counts.text_bytes.iter_mut().zip(texts) {
            *bytes += text.len() as u64;
        }
        for (number, text) in [(2, &output.changes), (3, &output.guarded)] {
            append(&mut self.compressor, text, &mut self.texts[number])?;
        }
        self.member_links.append(&mut links::format(&output.member_stars));
        let others = std::mem::take(&mut self.slices_to_come);
        for part in self.texts.iter_mut().chain([&mut self.member_links]).filter(|_| others > 0) {
            // Most slices have a similar size. A part that grows with each slice would fragment the memory.
            part.reserve_exact((part.len() * others * 9 / 8).min(ROOM_BYTES_MAX));
        }
        self.review.placed.extend(output.placed);
        self.review.questions.extend(output.questions);
        if self.review.questions.len() > 2 * QUESTIONS_MAX {
            self.review.questions = best(std::mem::take(&mut self.review.questions), QUESTIONS_MAX);
        }
        let ended = output.ended.into_iter();
        self.retired.extend(ended.map(|(customer_id, into)| Retired { customer_id, into, run: self.run.clone() }));
        Ok(())
    }

    /// Adds the frames of customers and members of a slice, and the entries of the index that lead to them.
    fn add_frames(&mut self, output: &MergeOutput) -> Result<(), StageError> {
        let mut start = FrameEnd::default();
        let [customers, members, ..] = &mut self.texts;
        for end in &output.frames {
            let places = &output.places[start.places..end.places];
            let frame = self.counts.frames.len();
            self.entries.extend(places.iter().map(|place| index::entry(*place, frame)));
            let of_customers = &output.customers[start.customers..end.customers];
            let of_members = &output.members[start.members..end.members];
            let customers = append(&mut self.compressor, of_customers, customers)?;
            let members = append(&mut self.compressor, of_members, members)?;
            self.counts.frames.push((customers, members));
            start = *end;
        }
        Ok(())
    }

    /// Returns all parts and the counters of the partition.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub(crate) fn finish(mut self) -> Result<FinishedPartition, StageError> {
        let PartitionReview { questions, placed } = self.review;
        let review = PartitionReview { questions: best(questions, QUESTIONS_MAX), placed };
        self.counts.reviewed = review != PartitionReview::default();
        let review = self.counts.reviewed.then(|| review.format()).transpose().map_err(StageError::compressing)?;
        let index = index::format(self.entries);
        self.counts.retired = self.retired.len() as u64;
        self.counts.indexed = index::entries(index.len() as u64);
        let mut retired = Vec::new();
        self.compressor.append_frame(&json_lines(&self.retired)?, &mut retired).map_err(StageError::compressing)?;
        let mut parts = vec![
            (VersionPart::MemberLinks, self.member_links),
            (VersionPart::Index, index),
            (VersionPart::Retired, retired),
        ];
        for (part, mut bytes) in TEXTS.into_iter().zip(self.texts) {
            if bytes.is_empty() {
                // An object without bytes cannot be joined with others.
                self.compressor.append_frame(&[], &mut bytes).map_err(StageError::compressing)?;
            }
            parts.push((part, bytes));
        }
        Ok(FinishedPartition { parts, review, counts: self.counts })
    }
}

/// Appends a text as a frame, and returns its length. A text without bytes has no frame.
fn append(compressor: &mut Compressor, text: &[u8], part: &mut Vec<u8>) -> Result<u64, StageError> {
    if text.is_empty() {
        return Ok(0);
    }
    Ok(compressor.append_frame(text, part).map_err(StageError::compressing)? as u64)
}

/// The number of line breaks in a text.
fn lines(text: &[u8]) -> u64 {
    text.iter().filter(|byte| **byte == b'\n').count() as u64
}
