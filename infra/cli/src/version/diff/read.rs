//! Reads a version: the customer of each account, and a hash of each customer's record.

use onefold_identity::merge::split_member;
use onefold_identity::reference::place;
use onefold_lake::FormatError;
use onefold_version::{OpenVersion, VersionError};

use super::ComparedVersion;
use super::buckets::{Buckets, Record};
use super::facts::{Fact, FactKind};
use crate::error::Error;

/// How the text of an account starts.
const ACCOUNT_START: &str = "{\"ref\":\"";
/// How a customer's line starts.
const CUSTOMER_START: &str = "{\"customer_id\":\"";

/// Which of the two versions is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The earlier one.
    Before,
    /// The later one.
    After,
}

/// What was read of a version.
pub struct Read {
    /// A [`PlacedAccount`] for each account, by its reference.
    pub accounts: Buckets,
    /// A [`Fact`] for each record, by its customer.
    pub records: Buckets,
}

/// A customer's id, a UUID.
pub type CustomerId = u128;

/// An account and its customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlacedAccount {
    /// The hash of its reference. Of ten million accounts, two have the same one with a chance of 1 in 370,000.
    pub place: u64,
    /// Its customer.
    pub customer: CustomerId,
}

impl Record for PlacedAccount {
    const BYTES: usize = 24;

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.place.to_le_bytes());
        out.extend_from_slice(&self.customer.to_le_bytes());
    }

    fn read(bytes: &[u8]) -> Self {
        Self { place: u64::from_le_bytes(array(bytes, 0)), customer: u128::from_le_bytes(array(bytes, 8)) }
    }
}

/// Bytes of a record, from a position on. Those that are missing are 0.
pub fn array<const N: usize>(bytes: &[u8], from: usize) -> [u8; N] {
    let mut array = [0; N];
    array.iter_mut().zip(bytes.iter().skip(from)).for_each(|(to, byte)| *to = *byte);
    array
}

/// The hash that divides customers among buckets. The low half of an id is a hash.
pub const fn bucket(customer: CustomerId) -> u64 {
    customer as u64 & u64::MAX >> 2
}

/// Reads a version into buckets.
pub async fn read(version: &ComparedVersion, side: Side, buckets: usize) -> Result<Read, Error> {
    let opened = OpenVersion::of_run(version.store.as_ref(), &version.manifest.run).await.map_err(reading())?;
    let mut read = Read { accounts: Buckets::new(buckets)?, records: Buckets::new(buckets)? };
    let files = &opened.manifest().files;
    for file in &files.members {
        let mut lines = opened.lines(file).map_err(reading())?;
        while let Some(text) = lines.next().await.map_err(reading())? {
            for line in text.lines() {
                read.member(line).ok_or_else(|| damaged(&file.key))??;
            }
        }
    }
    for file in &files.customers {
        let mut lines = opened.lines(file).map_err(reading())?;
        while let Some(text) = lines.next().await.map_err(reading())? {
            for line in text.lines() {
                read.record(line, side).ok_or_else(|| damaged(&file.key))??;
            }
        }
    }
    Ok(read)
}

fn reading() -> impl FnOnce(VersionError) -> Error {
    Error::version("read a version")
}

fn damaged(key: &str) -> Error {
    let not_understood = FormatError::new(key, "a line is neither a customer nor a member");
    Error::version("read a version")(VersionError::Damaged(not_understood))
}

impl Read {
    /// Takes a line of a member file. `None` if it is none.
    fn member(&mut self, line: &str) -> Option<Result<(), Error>> {
        let member = split_member(line)?;
        let Some(customer) = member.customer_id else { return Some(Ok(())) };
        let reference = quoted(member.account.strip_prefix(ACCOUNT_START)?)?;
        let placed = PlacedAccount { place: place(reference), customer: parse_id(customer)? };
        // The low bits choose the bucket, so that buckets are even.
        Some(self.accounts.push(placed.place, &placed))
    }

    /// Takes a line of a customer file. `None` if it is none.
    fn record(&mut self, line: &str, side: Side) -> Option<Result<(), Error>> {
        let customer = parse_id(quoted(line.strip_prefix(CUSTOMER_START)?)?)?;
        let kind = match side {
            Side::Before => FactKind::RecordBefore,
            Side::After => FactKind::RecordAfter,
        };
        let fact = Fact { customer, kind, other: place(line).into(), accounts: 0 };
        Some(self.records.push(bucket(customer), &fact))
    }
}

/// A JSON string up to its end, as it is written. Versions write a text in one way.
fn quoted(text: &str) -> Option<&str> {
    let mut is_escaped = false;
    let end = text.bytes().position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    text.get(..end?)
}

/// Reads a UUID.
fn parse_id(text: &str) -> Option<CustomerId> {
    let is_id = text.len() == 36 && text.bytes().filter(|byte| *byte == b'-').count() == 4;
    if !is_id {
        return None;
    }
    u128::from_str_radix(&text.replace('-', ""), 16).ok()
}

/// Writes a UUID.
pub fn write_id(customer: CustomerId) -> String {
    let digits = format!("{customer:032x}");
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_and_written() {
        let id = "01a204c2-d4db-8dde-9e8d-8b6c0ddd5dd7";
        assert_eq!(write_id(parse_id(id).unwrap()), id);
        assert_eq!(write_id(7), "00000000-0000-0000-0000-000000000007");
        for other in ["", "c-1", "01a204c2-d4db-8dde-9e8d-8b6c0ddd5dd", "01a204c2+d4db-8dde-9e8d-8b6c0ddd5dg7"] {
            assert_eq!(parse_id(other), None, "{other}");
        }
    }

    #[test]
    fn a_reference_ends_at_its_quote() {
        assert_eq!(quoted(r#"crm:1","x":"y""#), Some("crm:1"));
        assert_eq!(quoted(r#"crm:\"1\\","x""#), Some(r#"crm:\"1\\"#));
        assert_eq!(quoted("crm:1"), None);
    }

    #[test]
    fn records_are_read_as_they_were_written() {
        let placed = PlacedAccount { place: u64::MAX - 7, customer: u128::MAX / 3 };
        let mut bytes = Vec::new();
        placed.write(&mut bytes);
        assert_eq!((bytes.len(), PlacedAccount::read(&bytes)), (PlacedAccount::BYTES, placed));
    }
}
