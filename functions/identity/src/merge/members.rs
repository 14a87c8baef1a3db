//! Reading the members of a version.

use super::line::{LineError, MemberLine, lines, split_member};
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
        let MemberLine { customer_id, account, .. } =
            split_member(line).ok_or(LineError { line: number + 1, source: None })?;
        let account = Account::parse(account)
            .map_err(|error| LineError { line: number + 1, source: Some(JsonError::new(&error)) })?;
        Ok(Member { customer_id, account })
    })
}
