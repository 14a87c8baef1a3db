//! Reading the members of a version.

use super::{LineError, Origin, lines, parse_line};
use crate::account::Account;

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
        let (origin, _, account) = parse_line(number, line)?;
        let customer_id = if let Origin::Member(customer_id) = origin { Some(customer_id) } else { None };
        Ok(Member { customer_id, account })
    })
}
