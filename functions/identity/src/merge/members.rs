//! Reading the members of a version.

use super::line::{LineError, LineOrigin, lines, split_line};
use crate::account::Account;
use crate::json_error::JsonError;

/// A line of a member file.
#[derive(Debug)]
pub struct Member<'a> {
    /// The customer that holds the account; none for a tombstone.
    pub customer_id: Option<&'a str>,
    /// The account.
    pub account: Account<'a>,
}

/// The members and tombstones of a member file, in their order.
pub fn members(text: &str) -> impl Iterator<Item = Result<Member<'_>, LineError>> {
    lines(text).enumerate().map(|(number, line)| {
        let (customer_id, text) = split_member(line).ok_or(LineError { line: number + 1, source: None })?;
        let account = Account::parse(text)
            .map_err(|error| LineError { line: number + 1, source: Some(JsonError::new(&error)) })?;
        Ok(Member { customer_id, account })
    })
}

/// The customer and the account's text of a line of a member file; no customer if it is a tombstone. `None` if the line
/// is neither.
pub fn split_member(line: &str) -> Option<(Option<&str>, &str)> {
    match split_line(line)? {
        (LineOrigin::Member(customer_id), account) => Some((Some(customer_id), account)),
        (LineOrigin::Tombstone, account) => Some((None, account)),
        (LineOrigin::Run, _) => None,
    }
}
