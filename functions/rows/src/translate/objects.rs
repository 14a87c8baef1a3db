//! How many rows of each object of a chunk were refused.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Segment;

/// Most objects with refused rows that a chunk lists.
const OBJECTS_MAX: usize = 100;

/// Rows of one object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectRows {
    /// The object's key.
    pub object: String,
    /// Rows that are not blank.
    pub rows: u64,
    /// Refused rows, without repeated ids and persons who were erased.
    pub rejected: u64,
}

/// Rows of one segment of a chunk.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SegmentRows {
    pub(super) rows: u64,
    pub(super) rejected: u64,
}

/// The objects of a chunk with refused rows: first those without any account, then by the number of refused rows. The
/// first and the last object of the chunk follow in any case, because other chunks can hold more of their rows.
pub(super) fn listed(segments: &[Segment], counts: &[SegmentRows]) -> Vec<ObjectRows> {
    let mut by_object: BTreeMap<&str, SegmentRows> = BTreeMap::new();
    for (segment, counted) in segments.iter().zip(counts) {
        let sum = by_object.entry(&segment.object).or_default();
        sum.rows += counted.rows;
        sum.rejected += counted.rejected;
    }
    let of = |object: &str, SegmentRows { rows, rejected }| ObjectRows { object: object.to_owned(), rows, rejected };
    let refused = by_object.iter().filter(|(_, counted)| counted.rejected > 0);
    let mut listed: Vec<ObjectRows> = refused.map(|(object, counted)| of(object, *counted)).collect();
    listed.sort_by_key(|of| (of.rejected < of.rows, u64::MAX - of.rejected));
    listed.truncate(OBJECTS_MAX);
    for segment in segments.first().into_iter().chain(segments.last()) {
        if let Some(counted) = by_object.get(segment.object.as_str())
            && listed.iter().all(|known| known.object != segment.object)
        {
            listed.push(of(&segment.object, *counted));
        }
    }
    listed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed_of(objects: &[(&str, u64, u64)]) -> Vec<(String, u64, u64)> {
        let segment = |(object, ..): &(&str, u64, u64)| Segment {
            object: (*object).to_owned(),
            received_at: 0,
            byte: 0,
            line: None,
            length: 0,
            is_fragment: false,
        };
        let segments: Vec<Segment> = objects.iter().map(segment).collect();
        let counts: Vec<SegmentRows> =
            objects.iter().map(|(_, rows, rejected)| SegmentRows { rows: *rows, rejected: *rejected }).collect();
        let listed = listed(&segments, &counts);
        listed.into_iter().map(|ObjectRows { object, rows, rejected }| (object, rows, rejected)).collect()
    }

    #[test]
    fn the_first_and_the_last_object_are_always_listed_and_others_if_rows_were_refused() {
        let found = listed_of(&[("a", 4, 0), ("b", 5, 0), ("c", 5, 2), ("d", 1, 1), ("c", 2, 1), ("e", 3, 0)]);
        let expected = [("d", 1, 1), ("c", 7, 3), ("a", 4, 0), ("e", 3, 0)];
        assert_eq!(found, expected.map(|(object, rows, rejected)| (object.to_owned(), rows, rejected)));
        assert_eq!(listed_of(&[("a", 4, 4)]), [("a".to_owned(), 4, 4)]);
        assert_eq!(listed_of(&[]), []);
    }

    #[test]
    fn of_many_objects_the_worst_are_listed() {
        let names: Vec<String> = (0..300).map(|number| format!("{number:03}")).collect();
        let objects: Vec<(&str, u64, u64)> = names
            .iter()
            .enumerate()
            .map(|(number, name)| (name.as_str(), 1000, if number == 150 { 1000 } else { number as u64 % 200 }))
            .collect();
        let found = listed_of(&objects);
        assert_eq!(found.len(), OBJECTS_MAX + 2);
        assert_eq!(found[0].0, "150", "no row of it became an account");
        assert_eq!(found[1].2, 199);
        assert!(found[..OBJECTS_MAX].iter().all(|(_, _, rejected)| *rejected >= 100), "the most refused rows");
    }
}
