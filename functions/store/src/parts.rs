//! How an object is put together from others. The store copies large ones. Runs of small ones are read and sent as one
//! part, because only the last part may be small.

use std::ops::Range;

use crate::store::Object;

/// The limits of a store.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PartLimits {
    /// Least bytes of a part; the last one may have fewer.
    pub(crate) part_bytes_min: u64,
    /// About the most bytes of a part that is copied.
    pub(crate) part_bytes_max: u64,
}

/// A part of the new object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PlannedPart {
    /// A range of one source, which the store copies.
    Copied(SourceSlice),
    /// Ranges of some sources, which are read and sent.
    Gathered(Vec<SourceSlice>),
}

/// A range of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SourceSlice {
    /// The number of the source.
    pub(crate) source: usize,
    /// Its bytes.
    pub(crate) range: Range<u64>,
}

/// The parts of the new object in order, or `None` if it is so small that it is written whole.
pub(crate) fn plan(sources: &[Object], limits: PartLimits) -> Option<Vec<PlannedPart>> {
    let total: u64 = sources.iter().map(|source| source.size).sum();
    if total < 2 * limits.part_bytes_min {
        return None;
    }
    let mut planner = PartPlanner { limits, parts: Vec::new(), gathered: Vec::new(), gathered_bytes: 0 };
    for (source, object) in sources.iter().enumerate() {
        planner.add(source, object.size);
    }
    planner.send_gathered();
    Some(planner.parts)
}

struct PartPlanner {
    limits: PartLimits,
    parts: Vec<PlannedPart>,
    gathered: Vec<SourceSlice>,
    gathered_bytes: u64,
}

impl PartPlanner {
    fn add(&mut self, source: usize, size: u64) {
        let min = self.limits.part_bytes_min;
        let mut from = 0;
        // Gathered bytes must grow to a whole part first, by the start of this source.
        if self.gathered_bytes > 0 || size < min {
            let missing = min.saturating_sub(self.gathered_bytes);
            let rest_is_small = size.saturating_sub(missing) < min;
            from = if rest_is_small { size } else { missing };
            self.gather(source, 0..from);
        }
        while from < size {
            // Never leave less than a whole part behind.
            let left = size - from;
            let max = self.limits.part_bytes_max;
            let length = if left <= max + min { left } else { max };
            self.parts.push(PlannedPart::Copied(SourceSlice { source, range: from..from + length }));
            from += length;
        }
    }

    fn gather(&mut self, source: usize, range: Range<u64>) {
        self.gathered_bytes += range.end - range.start;
        if !range.is_empty() {
            self.gathered.push(SourceSlice { source, range });
        }
        if self.gathered_bytes >= self.limits.part_bytes_min {
            self.send_gathered();
        }
    }

    fn send_gathered(&mut self) {
        if !self.gathered.is_empty() {
            self.parts.push(PlannedPart::Gathered(std::mem::take(&mut self.gathered)));
            self.gathered_bytes = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMITS: PartLimits = PartLimits { part_bytes_min: 8, part_bytes_max: 20 };

    fn slices(part: &PlannedPart) -> Vec<SourceSlice> {
        match part {
            PlannedPart::Copied(slice) => vec![slice.clone()],
            PlannedPart::Gathered(slices) => slices.clone(),
        }
    }

    fn bytes(part: &PlannedPart) -> u64 {
        slices(part).iter().map(|slice| slice.range.end - slice.range.start).sum()
    }

    proptest! {
        #[test]
        fn parts_hold_every_byte_once_and_in_order(sizes in prop::collection::vec(0_u64..60, 0..12)) {
            let object = |size: &u64| Object { key: String::new(), size: *size, etag: String::new(), modified_at: 0 };
            let sources: Vec<Object> = sizes.iter().map(object).collect();
            let whole: Vec<(usize, u64)> =
                sizes.iter().enumerate().flat_map(|(source, size)| (0..*size).map(move |at| (source, at))).collect();
            let Some(parts) = plan(&sources, LIMITS) else {
                prop_assert!(whole.len() < 16);
                return Ok(());
            };
            let of = |slice: SourceSlice| slice.range.map(move |at| (slice.source, at));
            prop_assert_eq!(parts.iter().flat_map(slices).flat_map(of).collect::<Vec<_>>(), whole);
            let (_, all_but_last) = parts.split_last().unwrap();
            prop_assert!(all_but_last.iter().all(|part| bytes(part) >= 8));
            prop_assert!(parts.iter().all(|part| bytes(part) <= 28));
        }
    }
}
