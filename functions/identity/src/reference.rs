//! References of accounts: `<source>:<id>`.

use std::cmp::Ordering;

use xxhash_rust::xxh3::xxh3_64;

/// The reference of an account.
#[inline]
pub fn join(source: &str, id: &str) -> String {
    let mut reference = String::with_capacity(source.len() + 1 + id.len());
    reference.push_str(source);
    reference.push(':');
    reference.push_str(id);
    reference
}

/// Splits a reference into source and id. A source's name holds no colon, so the first one separates.
#[inline]
pub fn split(reference: &str) -> (&str, &str) {
    // Names of sources are short: looking at byte after byte is faster than a search made for long texts.
    let colon = reference.bytes().position(|byte| byte == b':');
    colon.map_or(("", reference), |colon| (&reference[..colon], &reference[colon + 1..]))
}

/// A hash of a reference or a customer's id (the one has a colon, the other has none) by which a version's index finds
/// it: XXH3, which spreads evenly. It is not keyed, since the index lies beside what it is of.
pub fn place(name: &str) -> u64 {
    xxh3_64(name.as_bytes())
}

/// Orders references by source, then by id; ids that are whole numbers compare by value, and before others.
///
/// This is the last tie-break of every rule (it never calls two different references equal), so it must
/// be one that people can predict: `crm:9` comes before `crm:10`.
pub fn compare(left: &str, right: &str) -> Ordering {
    let (left_source, left_id) = split(left);
    let (right_source, right_id) = split(right);
    left_source.cmp(right_source).then_with(|| compare_ids(left_id, right_id))
}

/// Orders ids of one source as [`compare`] says.
fn compare_ids(left: &str, right: &str) -> Ordering {
    match (whole_number(left), whole_number(right)) {
        (Some(left_digits), Some(right_digits)) => left_digits
            .len()
            .cmp(&right_digits.len())
            .then_with(|| left_digits.cmp(right_digits))
            // 007 and 7 are different references.
            .then_with(|| left.cmp(right)),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => left.cmp(right),
    }
}

/// The digits of a whole number without leading zeros.
fn whole_number(id: &str) -> Option<&str> {
    (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).then(|| id.trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_compare_by_value() {
        let sorted = ["a:0", "a:7", "a:007", "a:9", "a:10", "a:10x", "a:x", "b:1"];
        // "007" and "7" have one value; the text decides, and '0' sorts before '7'.
        let expected = ["a:0", "a:007", "a:7", "a:9", "a:10", "a:10x", "a:x", "b:1"];
        let mut found = sorted.to_vec();
        found.sort_by(|left, right| compare(left, right));
        assert_eq!(found, expected);
    }

    proptest! {
        #[test]
        fn is_a_total_order(mut all in proptest::collection::vec("[ab]:[0-2a]{0,3}", 3)) {
            all.sort_by(|left, right| compare(left, right));
            prop_assert!(compare(&all[0], &all[1]).is_le() && compare(&all[1], &all[2]).is_le());
            prop_assert!(compare(&all[0], &all[2]).is_le());
            prop_assert_eq!(compare(&all[0], &all[1]) == Ordering::Equal, all[0] == all[1]);
        }
    }
}
