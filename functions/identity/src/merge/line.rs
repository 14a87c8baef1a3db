//! The lines of a partition and of member files: accounts, members and tombstones.

use crate::json_error::JsonError;

/// A line of the partition is no account. The line's text is not shown.
#[derive(Debug, thiserror::Error)]
#[error("line {line} of the partition is no account")]
pub struct LineError {
    /// From 1.
    pub line: usize,
    /// Why, if it is the JSON.
    pub source: Option<JsonError>,
}

const MEMBER_START: &str = "{\"customer_id\":\"";
const MEMBER_MIDDLE: &str = "\",\"account\":";
const TOMBSTONE_START: &str = "{\"customer_id\":null,\"account\":";

/// Bytes that a member's line has besides the account's text, about.
pub(super) const MEMBER_BYTES: usize = MEMBER_START.len() + MEMBER_MIDDLE.len() + 40;

/// Appends a member: an account's text as it came, and its customer.
pub(super) fn write_member(out: &mut Vec<u8>, customer_id: &str, account: &str) {
    for part in [MEMBER_START, customer_id, MEMBER_MIDDLE, account, "}\n"] {
        out.extend_from_slice(part.as_bytes());
    }
}

/// Appends a tombstone: an account's text as it came, and no customer.
pub(super) fn write_tombstone(out: &mut Vec<u8>, account: &str) {
    for part in [TOMBSTONE_START, account, "}\n"] {
        out.extend_from_slice(part.as_bytes());
    }
}

/// Where a line of a partition comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineOrigin<'a> {
    /// This run.
    Run,
    /// The previous version, as a member of this customer.
    Member(&'a str),
    /// The previous version, as a tombstone.
    Tombstone,
}

/// Splits a line into where it comes from and the account's text.
pub(super) fn split_line(line: &str) -> Option<(LineOrigin<'_>, &str)> {
    if let Some(member) = line.strip_prefix(MEMBER_START) {
        let (customer_id, account) = member.split_once(MEMBER_MIDDLE)?;
        return Some((LineOrigin::Member(customer_id), account.strip_suffix('}')?));
    }
    match line.strip_prefix(TOMBSTONE_START) {
        Some(account) => Some((LineOrigin::Tombstone, account.strip_suffix('}')?)),
        None => Some((LineOrigin::Run, line)),
    }
}

/// The lines, with or without an end at the last one: [`str::lines`] without its carriage returns, found many
/// bytes at a time.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut start = 0;
    memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]).filter_map(move |end| {
        let line = text.get(start..end)?;
        start = end + 1;
        (end < text.len() || !line.is_empty()).then_some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_split() {
        let account = r#"{"ref":"a:1"}"#;
        let mut out = Vec::new();
        write_member(&mut out, "id-1", account);
        write_tombstone(&mut out, account);
        out.extend_from_slice(account.as_bytes());
        let text = String::from_utf8(out).unwrap();
        let found: Vec<_> = text.lines().map(|line| split_line(line).unwrap()).collect();
        assert_eq!(
            found,
            [(LineOrigin::Member("id-1"), account), (LineOrigin::Tombstone, account), (LineOrigin::Run, account)]
        );
    }

    /// The encoding of version 1: member files are kept as long as their version.
    #[test]
    fn encoding_is_frozen() {
        let mut out = Vec::new();
        write_member(&mut out, "id-1", "{}");
        write_tombstone(&mut out, "{}");
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"customer_id\":\"id-1\",\"account\":{}}\n{\"customer_id\":null,\"account\":{}}\n"
        );
    }

    #[test]
    fn a_line_that_is_cut_off_is_none() {
        for line in ["{\"customer_id\":\"id-1\"}", "{\"customer_id\":null,\"account\":"] {
            assert_eq!(split_line(line), None, "{line}");
        }
    }
}
