//! Edit distance up to a limit.

/// Whether at most `limit` characters must be inserted, deleted or replaced, or neighbours swapped, to turn
/// one text into the other, none of them touched twice.
///
/// This is the optimal string alignment distance (Damerau 1964, restricted), worked out only in the band of
/// `limit` cells around the diagonal (Ukkonen 1985): linear in the length for a small limit.
pub fn is_within(left: &str, right: &str, limit: usize) -> bool {
    if left == right {
        return true;
    }
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    // What is equal at both ends costs nothing, and most of a misspelt value is.
    let same_start = left.iter().zip(&right).take_while(|(left, right)| left == right).count();
    let (left, right) = (&left[same_start..], &right[same_start..]);
    let same_end = left.iter().rev().zip(right.iter().rev()).take_while(|(left, right)| left == right).count();
    let (left, right) = (&left[..left.len() - same_end], &right[..right.len() - same_end]);
    if left.len().abs_diff(right.len()) > limit {
        return false;
    }
    let too_far = limit + 1;
    // Rows of the usual table: two before, one before, this one.
    let mut before = vec![too_far; right.len() + 1];
    let mut last: Vec<usize> = (0..=right.len()).map(|column| column.min(too_far)).collect();
    let mut row = vec![too_far; right.len() + 1];
    for (number, letter) in left.iter().enumerate() {
        let start = (number + 1).saturating_sub(limit);
        let end = right.len().min(number + 1 + limit);
        row.fill(too_far);
        row[0] = (number + 1).min(too_far);
        for column in start.max(1)..=end {
            let cost = usize::from(*letter != right[column - 1]);
            let mut least = (last[column - 1] + cost).min(last[column] + 1).min(row[column - 1] + 1);
            let is_swapped =
                number > 0 && column > 1 && *letter == right[column - 2] && left[number - 1] == right[column - 1];
            if is_swapped {
                least = least.min(before[column - 2] + 1);
            }
            row[column] = least.min(too_far);
        }
        if row.iter().all(|distance| *distance > limit) {
            return false;
        }
        std::mem::swap(&mut before, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    last[right.len()] <= limit
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, by recursion.
    fn distance(left: &[char], right: &[char]) -> usize {
        match (left, right) {
            ([], rest) | (rest, []) => rest.len(),
            ([first, left_rest @ ..], [other, right_rest @ ..]) => {
                let mut least = distance(left_rest, right_rest) + usize::from(first != other);
                least = least.min(distance(left_rest, right) + 1).min(distance(left, right_rest) + 1);
                if let ([a, b, left_rest @ ..], [c, d, right_rest @ ..]) = (left, right)
                    && (a, b) == (d, c)
                {
                    least = least.min(distance(left_rest, right_rest) + 1);
                }
                least
            }
        }
    }

    proptest! {
        #[test]
        fn it_is_the_definition(left in "[ab]{0,6}", right in "[abc]{0,6}", limit in 0usize..4) {
            let (l, r): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
            prop_assert_eq!(is_within(&left, &right, limit), distance(&l, &r) <= limit);
        }
    }

    #[test]
    fn characters_count_not_bytes() {
        assert!(is_within("Müller", "Muller", 1));
        assert!(is_within("anna", "nana", 1));
        assert!(!is_within("anna", "anton", 2));
    }
}
