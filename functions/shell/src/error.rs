//! Errors of stages. An error has a kind, what failed, its causes, and what to do. The state machine retries or catches
//! the name of the kind.

use std::error::Error;
use std::iter;

use onefold_identity::json_error::JsonError;
use onefold_lake::FormatError;
use onefold_lake::data::shuffle::ShuffleError;
use onefold_store::{ErrorSource, Operation, StoreError, TransactionError};

/// The kinds of errors, by what the caller can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The same request may succeed later.
    Transient,
    /// The input or the configuration must be corrected.
    InvalidInput,
    /// Another process made the same change first. A new run is needed.
    Conflict,
    /// The version exceeds the limits of the gate. Someone must check it, then publish it or correct the input.
    Gated,
    /// An object is not as Onefold wrote it. Someone must find out why.
    Corrupt,
    /// The program or its set-up has a bug.
    Internal,
}

impl ErrorKind {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::Transient, Self::InvalidInput, Self::Conflict, Self::Gated, Self::Corrupt, Self::Internal];

    /// The name of the error in Step Functions.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Transient => "Onefold.Transient",
            Self::InvalidInput => "Onefold.InvalidInput",
            Self::Conflict => "Onefold.Conflict",
            Self::Gated => "Onefold.Gated",
            Self::Corrupt => "Onefold.Corrupt",
            Self::Internal => "Onefold.Internal",
        }
    }

    /// What to do about an error without its own advice. Errors of the other kinds always have their own.
    pub(crate) const fn advice(self) -> Option<&'static str> {
        match self {
            Self::Transient => Some("it may work later: try again, or resume the run"),
            Self::Corrupt => Some("find out what changed what Onefold wrote, then start a new run"),
            Self::Internal => Some("this is a fault of Onefold or of its set-up: report it with this line"),
            Self::InvalidInput | Self::Conflict | Self::Gated => None,
        }
    }
}

/// The name of the error when a dead letter fails Settle's task.
pub const DEAD_LETTER: &str = "Onefold.DeadLetter";

/// What to do about an object that has gone missing.
const GONE: &str = "it was written before, and something removed it: find out what, then start a new run";

/// The error of a stage. It and its causes name objects, lines and fields, but hold no personal values.
#[derive(Debug, thiserror::Error)]
#[error("{what_failed}")]
pub struct StageError {
    /// What the caller can do about it.
    pub kind: ErrorKind,
    /// The operation and its object, or the whole message if there is no cause.
    what_failed: String,
    /// What to do, unless `what_failed` says it.
    what_to_do: Option<&'static str>,
    source: Option<ErrorSource>,
}

impl StageError {
    /// Creates an error of any kind. The constructors below cover the common cases.
    pub fn new(kind: ErrorKind, what_failed: impl Into<String>) -> Self {
        Self { kind, what_failed: what_failed.into(), what_to_do: None, source: None }
    }

    /// An error that may go away.
    pub fn transient(what_failed: impl Into<String>) -> Self {
        Self::new(ErrorKind::Transient, what_failed)
    }

    /// An error in the input or the configuration.
    pub fn invalid_input(what_failed: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidInput, what_failed)
    }

    /// A change that another process made first.
    pub fn conflict(what_failed: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, what_failed)
    }

    /// A version that the gate holds back.
    pub fn gated(what_failed: impl Into<String>) -> Self {
        Self::new(ErrorKind::Gated, what_failed)
    }

    /// An object that is not as Onefold wrote it.
    pub fn corrupt(what_failed: impl Into<String>) -> Self {
        Self::new(ErrorKind::Corrupt, what_failed)
    }

    /// A bug in the program or its set-up.
    pub fn internal(what_failed: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, what_failed)
    }

    /// Adds a cause, which must not hold a personal value.
    #[must_use]
    pub fn caused_by(self, cause: impl Into<ErrorSource>) -> Self {
        Self { source: Some(cause.into()), ..self }
    }

    /// Adds what to do about the error.
    #[must_use]
    pub fn with_advice(self, what_to_do: &'static str) -> Self {
        Self { what_to_do: Some(what_to_do), ..self }
    }

    /// Puts the subject in front of the message.
    #[must_use]
    pub fn about(self, subject: &str) -> Self {
        Self { what_failed: format!("{subject}: {}", self.what_failed), ..self }
    }

    /// An object of an earlier stage or run could not be read.
    pub fn reading(error: StoreError) -> Self {
        Self::of_store(Operation::Get, error)
    }

    /// An object could not be written, or not be put together from others.
    pub fn writing(error: StoreError) -> Self {
        Self::of_store(Operation::Put, error)
    }

    /// Objects could not be listed.
    pub fn listing(error: StoreError) -> Self {
        Self::of_store(Operation::List, error)
    }

    /// Objects could not be removed.
    pub fn removing(error: StoreError) -> Self {
        Self::of_store(Operation::Delete, error)
    }

    /// `asked` is used for errors that name no operation.
    fn of_store(asked: Operation, error: StoreError) -> Self {
        let (kind, what_failed, what_to_do) = match &error {
            StoreError::NotFound { key } => (ErrorKind::Corrupt, format!("{asked} of {key} failed"), Some(GONE)),
            StoreError::Precondition { key } => {
                (ErrorKind::Conflict, format!("{asked} of {key} failed"), Some("start a new run"))
            }
            StoreError::Refused { operation, key, .. } => (
                ErrorKind::Internal,
                format!("{operation} of {key} was refused"),
                Some("see whether the function's role and the bucket allow it"),
            ),
            StoreError::Unavailable { operation, key, .. } => {
                (ErrorKind::Transient, format!("{operation} of {key} failed"), None)
            }
            StoreError::Full { operation, key, .. } => {
                (ErrorKind::Internal, format!("{operation} of {key} failed"), Some("free space, then start again"))
            }
        };
        Self { kind, what_failed, what_to_do, source: Some(error.into()) }
    }

    /// `processed/CURRENT` or `runs/ACTIVE` could not be read or changed.
    pub fn changing(error: TransactionError) -> Self {
        match error {
            TransactionError::Read(error) => Self::reading(error),
            TransactionError::Write(error) => Self::writing(error),
            TransactionError::Damaged { key, source } => Self::no_json(&key, &source),
            TransactionError::Format { key, source } => Self::unwritable(&source).about(&key),
            TransactionError::Overtaken { .. } => {
                Self::conflict(error.to_string()).with_advice("look who changed it, then try again")
            }
        }
    }

    /// A part of an object could not be read.
    pub fn reading_part(error: ShuffleError) -> Self {
        match error {
            ShuffleError::Read(error) => Self::reading(error),
            ShuffleError::Damaged(error) => Self::damaged(error),
        }
    }

    /// An object has another format than its key says.
    pub fn damaged(error: FormatError) -> Self {
        Self::corrupt(format!("the object {} is damaged", error.key)).caused_by(error)
    }

    /// An object does not hold the expected JSON.
    pub fn no_json(key: &str, error: &serde_json::Error) -> Self {
        Self::corrupt(format!("the object {key} is damaged")).caused_by(JsonError::new(error))
    }

    /// A value cannot be written as JSON.
    pub fn unwritable(error: &serde_json::Error) -> Self {
        Self::internal("an object cannot be written as JSON").caused_by(JsonError::new(error))
    }

    /// A value could not be compressed: memory ran out, or the value is larger than its format allows.
    pub fn compressing(error: std::io::Error) -> Self {
        Self::internal("compressing failed").caused_by(error)
    }

    /// What failed, why, and what to do, in one line.
    pub fn text(&self) -> String {
        self.text_advising(self.what_to_do)
    }

    /// Like `text`, but always with advice, for places where the line stands alone.
    pub(crate) fn whole_text(&self) -> String {
        self.text_advising(self.what_to_do.or(self.kind.advice()))
    }

    fn text_advising(&self, what_to_do: Option<&str>) -> String {
        let text = one_line(&chain(self));
        what_to_do.map_or_else(|| text.clone(), |what_to_do| format!("{text}; {what_to_do}"))
    }
}

/// An error and its causes as one text. No text is repeated from one cause to the next.
pub fn chain(error: &dyn Error) -> String {
    let causes = iter::successors(error.source(), |error| (*error).source());
    causes.map(ToString::to_string).fold(error.to_string(), |text, cause| {
        if text.contains(&cause) {
            text
        } else if cause.starts_with(&text) {
            cause
        } else {
            format!("{text}: {cause}")
        }
    })
}

/// The text without line breaks.
fn one_line(text: &str) -> String {
    let lines = text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use onefold_store::memory::InjectedFailure;

    use super::*;

    const KEY: &str = "runs/r/plan.json";

    fn text(error: &StageError) -> (ErrorKind, String) {
        (error.kind, error.text())
    }

    #[test]
    fn each_kind_of_the_stores_errors_has_one_of_a_stage() {
        let missing = || StoreError::NotFound { key: KEY.to_owned() };
        let other = || StoreError::Precondition { key: KEY.to_owned() };
        let gone = format!("get of {KEY} failed: there is no object {KEY}; {GONE}");
        assert_eq!(text(&StageError::reading(missing())), (ErrorKind::Corrupt, gone));
        let overtaken = "failed: the object runs/r/plan.json is not the one that was expected: something else wrote it \
                         meanwhile; start a new run";
        let expected = (ErrorKind::Conflict, format!("put of {KEY} {overtaken}"));
        assert_eq!(text(&StageError::writing(other())), expected);
        let refused = StageError::listing(InjectedFailure::AccessDenied.error(Operation::List, "raw/"));
        assert_eq!(refused.kind, ErrorKind::Internal);
        assert!(refused.text().starts_with("list of raw/ was refused: status 403, AccessDenied"), "{}", refused.text());
        assert!(refused.text().ends_with("; see whether the function's role and the bucket allow it"));
        let down = StageError::removing(InjectedFailure::SlowDown.error(Operation::Delete, KEY));
        assert_eq!(down.kind, ErrorKind::Transient);
        assert!(down.text().starts_with(&format!("delete of {KEY} failed: status 503, SlowDown")), "{}", down.text());
    }

    #[test]
    fn an_operations_error_names_its_object_and_keeps_its_cause() {
        let json = || serde_json::from_str::<u64>("\"anna@weber.de\"").unwrap_err();
        let key = || KEY.to_owned();
        let format = || FormatError::new(KEY, "it ends within a frame");
        let damaged = format!("the object {KEY} is damaged: ");
        let part = StageError::reading_part(ShuffleError::Damaged(format()));
        for (error, kind, expected) in [
            (
                StageError::no_json(KEY, &json()),
                ErrorKind::Corrupt,
                damaged.clone() + "string where u64 is expected at column 15",
            ),
            (StageError::damaged(format()), ErrorKind::Corrupt, damaged.clone() + "it ends within a frame"),
            (part, ErrorKind::Corrupt, damaged.clone() + "it ends within a frame"),
            (
                StageError::changing(TransactionError::Damaged { key: key(), source: json() }),
                ErrorKind::Corrupt,
                damaged + "string where u64 is expected at column 15",
            ),
            (
                StageError::compressing(std::io::Error::other("no memory")),
                ErrorKind::Internal,
                "compressing failed: no memory".to_owned(),
            ),
        ] {
            assert!(error.source().is_some(), "{error}");
            assert_eq!(text(&error), (kind, expected));
        }
        let overtaken = StageError::changing(TransactionError::Overtaken { key: key() });
        assert_eq!(overtaken.kind, ErrorKind::Conflict);
        assert!(overtaken.text().starts_with(&format!("the object {KEY} was changed meanwhile; ")));
    }

    #[test]
    fn every_kind_says_what_to_do_where_it_stands_alone() {
        for kind in ErrorKind::ALL {
            let error = StageError::new(kind, "it failed,\r\n  whatever it is\n");
            let advice = kind.advice().map_or_else(String::new, |advice| format!("; {advice}"));
            assert_eq!(error.text(), "it failed, whatever it is");
            assert_eq!(error.whole_text(), format!("it failed, whatever it is{advice}"));
            assert!(error.with_advice("mend it").whole_text().ends_with("is; mend it"));
        }
    }
}
