//! The order of the versions of one account.

/// Orders the versions of one account: by the source's time, then by the time of receipt, then by a digest of the
/// values. So the order never depends on where a version was found. If two versions arrive together, the same one is
/// later in every run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountVersion {
    /// Milliseconds since the epoch; `i64::MIN` if the source gives no time.
    pub updated_at: i64,
    /// Milliseconds since the epoch.
    pub received_at: i64,
    /// A digest of the account's values, or [`AccountVersion::DELETED`] for a tombstone.
    pub digest: u64,
}

impl AccountVersion {
    /// A version that is earlier than that of any account.
    pub const LEAST: Self = Self { updated_at: i64::MIN, received_at: i64::MIN, digest: 0 };

    /// The digest of a tombstone. It is the greatest number, so a deletion is later than another version of the same
    /// time.
    pub const DELETED: u64 = u64::MAX;

    /// Whether this version is a tombstone.
    pub fn is_deletion(self) -> bool {
        self.digest == Self::DELETED
    }
}
