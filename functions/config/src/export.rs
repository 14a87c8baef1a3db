//! In which formats a version is written beside JSON Lines.

/// What is written beside JSON Lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Export {
    /// Whether customers, members and changes are written as Parquet.
    pub parquet: bool,
}
