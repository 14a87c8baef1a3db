//! The links of the previous version's members, made anew.

use onefold_graph::{AccountVersion, Stars};

use super::line::LineError;
use super::record::read_records;
use crate::account::Account;
use crate::counts::VersionCounts;
use crate::match_keys::Matcher;
use crate::snapshot::SourceMarks;

/// The links of the members and tombstones of the previous version, made anew under the matcher's rules, with the
/// marks of sources. Erased accounts get no keys.
///
/// # Errors
/// A line is neither a member nor a tombstone.
pub fn member_stars(
    text: &str,
    matcher: &mut Matcher,
    marks: &SourceMarks,
    is_erased: impl Fn(&Account<'_>) -> bool,
) -> Result<Stars, LineError> {
    let mut stars = Stars::default();
    let mut keys = Vec::new();
    for record in read_records(text, &mut VersionCounts::default())? {
        keys.clear();
        if is_erased(&record.account) {
            let hasher = matcher.hasher();
            let customer = record.customer_id().map(|customer_id| hasher.customer(customer_id));
            stars.push(
                hasher.reference(&record.account.reference),
                AccountVersion::LEAST,
                customer,
                std::iter::empty(),
            );
            continue;
        }
        matcher.keys(&record.account, &mut keys);
        let always = matcher.always(&record.account.reference).filter(|_| !record.account.deleted);
        let hasher = matcher.hasher();
        stars.push(
            hasher.reference(&record.account.reference),
            record.account.version(record.text.as_bytes()),
            record.customer_id().map(|customer_id| hasher.customer(customer_id)),
            keys.iter().map(|key| key.node).chain(always).chain(marks.of(&record.account.reference)),
        );
    }
    Ok(stars)
}
