//! Which of two versions of one account is the later one.

/// Which of two versions of one account is the later one: by the source's time, then by the time of
/// receipt, then by a digest of the values, so that the order never depends on where a version was found. Of two that
/// came together the same one is the later one whenever they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountVersion {
    /// Milliseconds since the epoch; `i64::MIN` if the source gives no time.
    pub updated_at: i64,
    /// Milliseconds since the epoch.
    pub received_at: i64,
    /// A digest of the account's values; of a tombstone [`AccountVersion::DELETED`].
    pub digest: u64,
}

impl AccountVersion {
    /// Earlier than the version of any account.
    pub const LEAST: Self = Self { updated_at: i64::MIN, received_at: i64::MIN, digest: 0 };

    /// In place of the digest of a tombstone: the greatest number, so that of two versions of one time the deletion is
    /// the later one.
    pub const DELETED: u64 = u64::MAX;

    /// Whether this version says that the account is deleted.
    pub fn is_deletion(self) -> bool {
        self.digest == Self::DELETED
    }
}
