//! Tables that are part of the program: lines of key, tab, value, sorted by key.
//!
//! They are searched without being parsed first, so a chain that does not use a table pays nothing for it.

use memchr::memrchr;

/// The value of a key.
pub(super) fn look_up(table: &'static str, key: &str) -> Option<&'static str> {
    let mut rest = table;
    while !rest.is_empty() {
        // The middle may be inside of a letter, and no line begins there.
        let first_half = rest.as_bytes().split_at(rest.len() / 2).0;
        let start = memrchr(b'\n', first_half).map_or(0, |end_before| end_before + 1);
        let (line, after) = rest[start..].split_once('\n')?;
        let (known, value) = line.split_once('\t')?;
        match known.cmp(key) {
            std::cmp::Ordering::Less => rest = after,
            std::cmp::Ordering::Greater => rest = &rest[..start],
            std::cmp::Ordering::Equal => return Some(value),
        }
    }
    None
}

/// Whether every line of a table is found: the table must be sorted and end in a line break.
#[cfg(test)]
pub(super) fn is_sound(table: &'static str) -> bool {
    table.ends_with('\n')
        && table
            .lines()
            .all(|line| line.split_once('\t').is_some_and(|(key, value)| look_up(table, key) == Some(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_there() {
        for table in ["a\t1\n", "a\t1\nb\t2\n", "a\t1\nab\t2\nb\t3\n", "a\t1\nb\t2\nc\t3\nd\t4\n", "ñ\tn\nü\tu\n"] {
            assert!(is_sound(table), "{table:?}");
            for missing in ["", "0", "aa", "bb", "e", "\n", "\t"] {
                assert_eq!(look_up(table, missing), None, "{table:?} {missing:?}");
            }
        }
        assert!(!is_sound("b\t1\na\t2\n"));
        assert_eq!(look_up("", "a"), None);
    }
}
