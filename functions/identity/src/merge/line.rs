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

const CUSTOMER_ID: &str = "{\"customer_id\":";
const MEMBER_START: &str = "{\"customer_id\":\"";
const MEMBER_MIDDLE: &str = "\",\"account\":";
const FREQUENCIES_START: &str = ",\"frequencies\":\"";
const TOMBSTONE_START: &str = "{\"customer_id\":null,\"account\":";

/// Bytes that a member's line has besides the account's text, about.
pub(super) const MEMBER_BYTES: usize = MEMBER_START.len() + MEMBER_MIDDLE.len() + 40;

/// Appends a member: an account's text as it came, its customer, and the frequency classes of its values if the run scored
/// pairs.
pub(super) fn write_member(out: &mut Vec<u8>, customer_id: &str, account: &str, frequencies: Option<&[u8]>) {
    for part in [MEMBER_START, customer_id, MEMBER_MIDDLE, account] {
        out.extend_from_slice(part.as_bytes());
    }
    if let Some(frequencies) = frequencies {
        out.extend_from_slice(FREQUENCIES_START.as_bytes());
        out.extend(frequencies.iter().map(|class| HEX_DIGITS[usize::from(class & 0xf)]));
        out.push(b'"');
    }
    out.extend_from_slice(b"}\n");
}

/// Appends a tombstone: an account's text as it came, and no customer.
pub(super) fn write_tombstone(out: &mut Vec<u8>, account: &str) {
    for part in [TOMBSTONE_START, account, "}\n"] {
        out.extend_from_slice(part.as_bytes());
    }
}

/// What frequency classes are written with, a digit each.
const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";

/// A line of a member file, split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberLine<'a> {
    /// The customer that holds the account; none if it is a tombstone.
    pub customer_id: Option<&'a str>,
    /// The account's text.
    pub account: &'a str,
    /// The frequency classes of the account's values, a hexadecimal digit each, if the run scored pairs.
    frequencies: Option<&'a str>,
}

impl MemberLine<'_> {
    /// The frequency classes of the account's values, in the order of its record; none if the run scored no pairs.
    pub fn frequencies(&self) -> Option<Vec<u8>> {
        let class = |digit: char| digit.to_digit(16).map(|class| class as u8);
        Some(self.frequencies?.chars().filter_map(class).collect())
    }
}

/// Splits a line of a member file. `None` if the line is neither a member nor a tombstone.
pub fn split_member(line: &str) -> Option<MemberLine<'_>> {
    if let Some(account) = line.strip_prefix(TOMBSTONE_START) {
        return Some(MemberLine { customer_id: None, account: account.strip_suffix('}')?, frequencies: None });
    }
    let (customer_id, text) = line.strip_prefix(MEMBER_START)?.split_once(MEMBER_MIDDLE)?;
    let (account, frequencies) = split_frequencies(text)?;
    Some(MemberLine { customer_id: Some(customer_id), account, frequencies })
}

/// Splits what stands behind a member's customer. Only with frequency classes does a quote stand before the last brace.
fn split_frequencies(text: &str) -> Option<(&str, Option<&str>)> {
    let Some(text) = text.strip_suffix("\"}") else { return Some((text.strip_suffix('}')?, None)) };
    let (account, frequencies) = text.rsplit_once(FREQUENCIES_START)?;
    let are_digits = frequencies.bytes().all(|digit| HEX_DIGITS.contains(&digit));
    are_digits.then_some((account, Some(frequencies)))
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
    if !line.starts_with(CUSTOMER_ID) {
        return Some((LineOrigin::Run, line));
    }
    let MemberLine { customer_id, account, .. } = split_member(line)?;
    Some((customer_id.map_or(LineOrigin::Tombstone, LineOrigin::Member), account))
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
        write_member(&mut out, "id-1", account, None);
        write_member(&mut out, "id-2", account, Some(&[0, 15, 3]));
        write_member(&mut out, "id-3", account, Some(&[]));
        write_tombstone(&mut out, account);
        out.extend_from_slice(account.as_bytes());
        let text = String::from_utf8(out).unwrap();
        let found: Vec<_> = text.lines().map(|line| split_line(line).unwrap()).collect();
        assert_eq!(
            found,
            [
                (LineOrigin::Member("id-1"), account),
                (LineOrigin::Member("id-2"), account),
                (LineOrigin::Member("id-3"), account),
                (LineOrigin::Tombstone, account),
                (LineOrigin::Run, account)
            ]
        );
        let frequencies = |line| split_member(line).unwrap().frequencies();
        let frequencies: Vec<_> = text.lines().take(3).map(frequencies).collect();
        assert_eq!(frequencies, [None, Some(vec![0, 15, 3]), Some(vec![])]);
    }

    /// The encoding of version 1: member files are kept as long as their version.
    #[test]
    fn encoding_is_frozen() {
        let mut out = Vec::new();
        write_member(&mut out, "id-1", "{}", None);
        write_member(&mut out, "id-1", "{}", Some(&[10, 0]));
        write_tombstone(&mut out, "{}");
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"customer_id\":\"id-1\",\"account\":{}}\n{\"customer_id\":\"id-1\",\"account\":{},\"frequencies\":\"a0\"}\n\
             {\"customer_id\":null,\"account\":{}}\n"
        );
    }

    #[test]
    fn a_line_that_is_cut_off_is_none() {
        let member = "{\"customer_id\":\"id-1\",\"account\":{},\"frequencies\":\"a0\"}";
        let cut = member.len() - 1;
        for line in [
            "{\"customer_id\":\"id-1\"}",
            "{\"customer_id\":null,\"account\":",
            &member[..cut],
            &member.replace('a', "z"),
        ] {
            assert_eq!(split_line(line), None, "{line}");
        }
    }
}
