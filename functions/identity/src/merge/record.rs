//! The lines of a partition, parsed.

use onefold_graph::AccountVersion;

use super::line::{LineError, LineOrigin, lines, split_line};
use crate::account::{Account, RepeatedValues};
use crate::counts::VersionCounts;
use crate::json_error::JsonError;

/// A line of the partition: one version of an account.
pub(super) struct Record<'a> {
    pub(super) origin: LineOrigin<'a>,
    /// The account's text, as it came.
    pub(super) text: &'a str,
    pub(super) account: Account<'a>,
    /// Whether it is of the previous version and must be dropped: this run read a snapshot of its source, or its person
    /// was erased.
    pub(super) is_gone: bool,
}

impl<'a> Record<'a> {
    /// The customer that held it in the previous version.
    pub(super) fn customer_id(&self) -> Option<&'a str> {
        match self.origin {
            LineOrigin::Member(customer_id) => Some(customer_id),
            LineOrigin::Run | LineOrigin::Tombstone => None,
        }
    }

    pub(super) fn version(&self) -> AccountVersion {
        if self.is_gone { AccountVersion::LEAST } else { self.account.version(self.text.as_bytes()) }
    }

    pub(super) fn is_deleted(&self) -> bool {
        self.is_gone || self.account.deleted
    }
}

/// Parses the lines of a partition and counts them by origin.
///
/// # Errors
/// A line is no account.
pub(super) fn read_records<'a>(text: &'a str, counts: &mut VersionCounts) -> Result<Vec<Record<'a>>, LineError> {
    // Counted first: growing a vector of accounts would copy them again and again.
    let mut records = Vec::with_capacity(memchr::memchr_iter(b'\n', text.as_bytes()).count());
    let mut repeated = RepeatedValues::default();
    for (number, line) in lines(text).enumerate() {
        let (origin, text) = split_line(line).ok_or(LineError { line: number + 1, source: None })?;
        match origin {
            LineOrigin::Member(_) | LineOrigin::Tombstone => counts.previous_members += 1,
            LineOrigin::Run => counts.accounts += 1,
        }
        records.push(Record { origin, text, account: Account::default(), is_gone: false });
        let account = records.last_mut().map(|record| &mut record.account);
        let read = account.map_or(Ok(()), |account| account.read(text, &mut repeated));
        read.map_err(|error| LineError { line: number + 1, source: Some(JsonError::new(&error)) })?;
    }
    Ok(records)
}
