//! What marks an account as deleted.

use super::Pointers;

/// `deleted` of `[source.fields]`: where rows mark an account as deleted, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeletionMark {
    /// Where the mark is.
    pub at: Pointers,
    /// The texts that mark an account as deleted; all other texts do not. Without any, the mark is read as true or
    /// false.
    pub equals: Vec<String>,
}

impl DeletionMark {
    /// Texts that mean true, in lower case.
    pub const TRUE: [&str; 5] = ["true", "1", "yes", "y", "t"];
    /// Texts that mean false, in lower case.
    pub const FALSE: [&str; 5] = ["false", "0", "no", "n", "f"];

    /// Whether a value marks an account as deleted; `None` if it must be true or false and is neither.
    pub fn is_deleted(&self, value: &str) -> Option<bool> {
        let value = value.trim();
        if !self.equals.is_empty() {
            return Some(self.equals.iter().any(|text| text == value));
        }
        let is_one_of = |words: &[&str]| words.iter().any(|word| value.eq_ignore_ascii_case(word));
        match (is_one_of(&Self::TRUE), is_one_of(&Self::FALSE)) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_without_equals_is_true_or_false() {
        let mark = DeletionMark::default();
        for (value, expected) in [
            ("true", Some(true)),
            ("TRUE", Some(true)),
            (" Yes ", Some(true)),
            ("1", Some(true)),
            ("T", Some(true)),
            ("false", Some(false)),
            ("0", Some(false)),
            ("No", Some(false)),
            ("f", Some(false)),
            ("closed", None),
            ("2024-01-01", None),
            ("2", None),
        ] {
            assert_eq!(mark.is_deleted(value), expected, "{value}");
        }
    }

    #[test]
    fn a_mark_with_equals_is_compared_as_it_is() {
        let mark = DeletionMark { equals: vec!["closed".to_owned(), "0".to_owned()], ..DeletionMark::default() };
        for (value, expected) in [("closed", true), (" closed", true), ("0", true), ("Closed", false), ("true", false)]
        {
            assert_eq!(mark.is_deleted(value), Some(expected), "{value}");
        }
    }
}
