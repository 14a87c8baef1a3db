//! Faults that tests inject into requests.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::code;
use crate::error::StoreError;
use crate::operation::Operation;

/// An answer other than success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InjectedFailure {
    /// 503, as of a store that is overloaded.
    SlowDown,
    /// 500.
    InternalError,
    /// 409 on a write under a condition, which AWS asks to send again.
    ConditionalRequestConflict,
    /// 412.
    PreconditionFailed,
    /// 400, as the request came too slowly.
    RequestTimeout,
    /// 403.
    AccessDenied,
    /// No answer: the connection broke.
    NoAnswer,
}

impl InjectedFailure {
    /// All failures.
    pub const ALL: [Self; 7] = [
        Self::SlowDown,
        Self::InternalError,
        Self::ConditionalRequestConflict,
        Self::PreconditionFailed,
        Self::RequestTimeout,
        Self::AccessDenied,
        Self::NoAnswer,
    ];

    /// The error that the caller gets: the one of the same answer of S3.
    pub fn error(self, operation: Operation, key: &str) -> StoreError {
        let answer = match self {
            Self::SlowDown => Some((503, "SlowDown")),
            Self::InternalError => Some((500, "InternalError")),
            Self::ConditionalRequestConflict => Some((409, "ConditionalRequestConflict")),
            Self::PreconditionFailed => Some((412, "PreconditionFailed")),
            Self::RequestTimeout => Some((400, "RequestTimeout")),
            Self::AccessDenied => Some((403, "AccessDenied")),
            Self::NoAnswer => None,
        };
        let meaning = code::meaning(answer.map(|(status, _)| status), answer.map(|(_, code)| code));
        let reason = match answer {
            Some((status, code)) => format!("status {status}, {code}, as a test wants it"),
            None => "no answer, as a test wants it".to_owned(),
        };
        code::error(operation, key, meaning, reason)
    }
}

/// When a request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// It has no effect.
    Before,
    /// It took effect, and the answer is lost.
    After,
    /// The body breaks instead of its n-th piece.
    Piece(u64),
}

type KeyTest = Arc<dyn Fn(&str) -> bool + Send + Sync>;

#[derive(Clone, Copy, Debug)]
enum FaultTarget {
    Any,
    Writes,
    Only(Operation),
}

/// A fault that tests inject. By default it hits the first request that matches, before the request takes effect, and
/// answers 503.
#[derive(Clone)]
pub struct InjectedFault {
    which: FaultTarget,
    keys: Option<KeyTest>,
    passes: u64,
    lasts: bool,
    pub(super) moment: Moment,
    pub(super) failure: Option<InjectedFailure>,
    pub(super) pause: Duration,
}

impl InjectedFault {
    fn about(which: FaultTarget) -> Self {
        Self {
            which,
            keys: None,
            passes: 0,
            lasts: false,
            moment: Moment::Before,
            failure: Some(InjectedFailure::SlowDown),
            pause: Duration::ZERO,
        }
    }

    /// Matches all requests.
    pub fn any() -> Self {
        Self::about(FaultTarget::Any)
    }

    /// Matches writes.
    pub fn write() -> Self {
        Self::about(FaultTarget::Writes)
    }

    /// Matches one kind of requests.
    pub fn of(operation: Operation) -> Self {
        Self::about(FaultTarget::Only(operation))
    }

    /// Only requests with this key.
    #[must_use]
    pub fn on(self, key: impl Into<String>) -> Self {
        let expected = key.into();
        self.where_key(move |key| key == expected)
    }

    /// Matches only requests whose keys `is_meant` accepts.
    #[must_use]
    pub fn where_key(self, is_meant: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self { keys: Some(Arc::new(is_meant)), ..self }
    }

    /// Lets `passes` matching requests pass before it hits one, counted from when it was armed.
    #[must_use]
    pub fn nth(self, passes: u64) -> Self {
        Self { passes, ..self }
    }

    /// Hits that request and all later matching ones, as if the process had been killed.
    #[must_use]
    pub fn from_then_on(self) -> Self {
        Self { lasts: true, ..self }
    }

    /// The request takes effect, but its answer is lost. A request that cannot take effect returns its own error.
    #[must_use]
    pub fn after(self) -> Self {
        Self { moment: Moment::After, ..self }
    }

    /// Breaks the body in place of this piece, counted from 0. Only bodies of [`Operation::Stream`] come in pieces. A
    /// body with fewer pieces does not break.
    #[must_use]
    pub fn in_piece(self, piece: u64) -> Self {
        Self { moment: Moment::Piece(piece), ..self }
    }

    /// Sets the answer.
    #[must_use]
    pub fn with(self, failure: InjectedFailure) -> Self {
        Self { failure: Some(failure), ..self }
    }

    /// The request succeeds, but its answer comes this late.
    #[must_use]
    pub fn only_late(self, pause: Duration) -> Self {
        Self { failure: None, pause, ..self }
    }

    /// Counts a request, and says whether the fault hits it.
    pub(super) fn hits(&mut self, operation: Operation, key: &str) -> bool {
        let is_meant = match self.which {
            FaultTarget::Any => true,
            FaultTarget::Writes => operation.is_write(),
            FaultTarget::Only(one) => one == operation,
        };
        if !is_meant || self.keys.as_ref().is_some_and(|is_meant| !is_meant(key)) {
            return false;
        }
        match self.passes {
            0 => true,
            _ => {
                self.passes -= 1;
                false
            }
        }
    }

    /// Whether the fault stays armed after a hit.
    pub(super) fn lasts(&self) -> bool {
        self.lasts
    }
}

impl fmt::Debug for InjectedFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { which, passes, lasts, moment, failure, pause, .. } = self;
        write!(formatter, "Fault({which:?}, {passes} pass, {moment:?}, {failure:?}, lasts {lasts}, late by {pause:?})")
    }
}
