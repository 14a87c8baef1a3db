//! What people say of a pair.

use serde::Serialize;

/// What a person says of two accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AnswerKind {
    /// They are one person's.
    Same,
    /// They are not.
    Different,
    /// The person cannot say.
    Skip,
}

impl AnswerKind {
    /// As a file of corrections writes it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Same => "always",
            Self::Different => "never",
            Self::Skip => "skip",
        }
    }

    /// As people say it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different => "different",
            Self::Skip => "skipped",
        }
    }
}

/// An answer with all that the file of answers says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) kind: AnswerKind,
    /// Why the pair was asked about.
    pub(super) reason: &'static str,
    /// The stratum of a pair that was drawn at random.
    pub(super) stratum: Option<u32>,
    /// The run whose version was asked about.
    pub(super) run: String,
    pub(super) who: String,
    /// In UTC, as RFC 3339 writes it.
    pub(super) when: String,
}
