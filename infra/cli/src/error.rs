//! The errors of the command. Each message says what to do.

use std::error::Error as StdError;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use onefold_lake::keys;
use onefold_shell::{StageError, chain};
use onefold_store::StoreError;
use onefold_version::VersionError;
use tokio::task::JoinError;

use crate::table::plural;

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A call of a cloud service failed.
    #[error("cannot {action}")]
    Call {
        /// What was tried.
        action: String,
        /// Why it failed.
        source: CallError,
    },
    /// An object could not be read, written or listed.
    #[error("cannot {action}")]
    Store {
        /// What was tried.
        action: &'static str,
        /// Which object, and why.
        source: StoreError,
    },
    /// A version could not be read, or not be made the current one.
    #[error("cannot {action}")]
    Version {
        /// What was tried.
        action: &'static str,
        /// Why.
        source: VersionError,
    },
    /// A stage that runs in this process failed. It says what to do.
    #[error(transparent)]
    Stage(StageError),
    /// A file could not be read or written.
    #[error("cannot {action} {}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A program could not be started, or failed.
    #[error("cannot {action}")]
    Program {
        /// What was tried.
        action: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file or an object does not hold what it should.
    #[error("{what}: {reason}")]
    Malformed {
        /// Its path or key.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The request, a folder or the installation must be put right first. The message says how.
    #[error("{0}")]
    Unready(String),
    /// The checks before the start found faults in folders and files.
    #[error("{} must be put right first\n  {}", plural(faults.len(), "fault"), faults.join("\n  "))]
    FailedChecks {
        /// What is wrong, each with its file.
        faults: Vec<String>,
    },
    /// No stack of that name.
    #[error(
        "there is no state machine `{stack}` in {region}; deploy it with `sam deploy`, or name another stack with --stack"
    )]
    NoStack {
        /// The name that was looked for.
        stack: String,
        /// The region that was searched.
        region: String,
    },
    /// There is no such version. The message says which.
    #[error("{0}")]
    NotPublished(String),
    /// The local cloud ended by itself.
    #[error("the local cloud ended by itself; its log {} ends with\n{tail}", log.display())]
    LocalCloudEnded {
        /// Where its log is.
        log: PathBuf,
        /// The log's last lines.
        tail: String,
    },
    /// CloudFormation could not create the stack in the local cloud.
    #[error("cannot deploy to the local cloud: {reason}")]
    Deploy {
        /// The resource that failed, and why.
        reason: String,
    },
    /// A signal ended the command.
    #[error("stopped by {name}{note}")]
    Interrupted {
        /// The signal's name.
        name: &'static str,
        /// Its number.
        number: u8,
        /// What continues without the command; empty if nothing does.
        note: String,
    },
}

/// The message of a cloud service, or why it could not be reached.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct CallError(String);

impl Error {
    /// For `map_err` behind a call of a cloud service.
    pub fn call<E, R>(action: impl Into<String>) -> impl FnOnce(SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + StdError + 'static,
        R: std::fmt::Debug + 'static,
    {
        let action = action.into();
        move |error| Self::Call { action, source: CallError(explain(&error)) }
    }

    /// For `map_err` behind the body of an answer, or of a request.
    pub fn body<E: StdError>(action: impl Into<String>) -> impl FnOnce(E) -> Self {
        let action = action.into();
        move |error| Self::Call { action, source: CallError(chain(&error)) }
    }

    /// For `map_err` behind a statement of a database. Of the database's own words only those are told that cannot hold a
    /// value.
    pub fn database(action: &'static str) -> impl FnOnce(tokio_postgres::Error) -> Self {
        move |error| Self::Call { action: action.to_owned(), source: CallError(explain_database(&error)) }
    }

    /// For `map_err` behind the store, whose error names the operation and its object.
    pub fn store(action: &'static str) -> impl FnOnce(StoreError) -> Self {
        move |source| Self::Store { action, source }
    }

    /// For `map_err` behind what reads or changes versions.
    pub fn version(action: &'static str) -> impl FnOnce(VersionError) -> Self {
        move |error| match error {
            VersionError::NothingPublished | VersionError::NoVersion { .. } => Self::NotPublished(error.to_string()),
            VersionError::NoIndex { .. } | VersionError::NoIdentifiers { .. } | VersionError::OtherSecret { .. } => {
                Self::Unready(error.to_string())
            }
            VersionError::NewerFormat { run, format } => {
                Self::malformed(keys::manifest(&run), format!("format {format} is newer than this command"))
            }
            VersionError::Incomplete { run, missing } => Self::malformed(keys::manifest(&run), missing),
            source => Self::Version { action, source },
        }
    }

    /// For `map_err` behind a task. The panic's message can hold a value, so it is dropped; its place was printed already.
    pub fn task(action: &'static str) -> impl FnOnce(JoinError) -> Self {
        move |_| Self::Program { action: action.to_owned(), source: io::Error::other("the program panicked") }
    }

    /// For `map_err` behind a file operation.
    pub fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File { action, path: path.to_owned(), source }
    }

    /// The error for a file or an object, named by `what`, that does not hold what it should.
    pub fn malformed(what: impl ToString, reason: impl ToString) -> Self {
        Self::Malformed { what: what.to_string(), reason: reason.to_string() }
    }

    /// The exit code of the process: 128 plus the signal's number after a signal, as in shells, and 1 otherwise.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Interrupted { number, .. } => ExitCode::from(128 + number),
            _ => ExitCode::FAILURE,
        }
    }
}

/// An error and its causes as one text.
pub fn describe(error: &Error) -> String {
    match error {
        Error::Stage(error) => error.text(),
        error => chain(error),
    }
}

/// The code and message of a service's error, or why the service could not be reached.
fn explain<E, R>(error: &SdkError<E, R>) -> String
where
    E: ProvideErrorMetadata + StdError + 'static,
    R: std::fmt::Debug + 'static,
{
    match error.as_service_error() {
        Some(service) => match (service.code(), service.message()) {
            (Some(code), Some(message)) => format!("{code}: {message}"),
            (Some(code), None) => code.to_owned(),
            (None, _) => DisplayErrorContext(error).to_string(),
        },
        None => match error {
            SdkError::DispatchFailure(failure) if failure.is_io() || failure.is_timeout() => {
                format!("no connection: {}", innermost(error))
            }
            // For example: no credentials were found.
            SdkError::DispatchFailure(failure) => failure
                .as_connector_error()
                .map_or_else(|| chain(error), |connector| connector.source().map_or_else(|| chain(connector), chain)),
            _ => chain(error),
        },
    }
}

/// What a database said, or that it did not answer.
fn explain_database(error: &tokio_postgres::Error) -> String {
    let Some(answer) = error.as_db_error() else {
        return "the connection to the database was lost; repeat the command, which goes on where it was".to_owned();
    };
    let state = answer.code().code();
    let advice = match state.get(..2).unwrap_or_default() {
        "42" => format!("{}; grant what is missing, or mend the tables", answer.message()),
        "25" | "28" | "3D" | "3F" | "0A" => answer.message().to_owned(),
        "08" | "40" | "53" | "55" | "57" | "58" => {
            "the database is not available, or not now; repeat the command".to_owned()
        }
        "22" | "23" => "a row does not suit the tables; did somebody change their columns or constraints?".to_owned(),
        _ => "the database's log says more".to_owned(),
    };
    format!("SQLSTATE {state}: {advice}")
}

/// The last error of the chain of causes.
fn innermost<'e>(error: &'e (dyn StdError + 'static)) -> &'e (dyn StdError + 'static) {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause
}

#[cfg(test)]
mod tests {
    use onefold_store::Operation;

    use super::*;

    #[test]
    fn an_error_is_told_with_its_causes() {
        let missing = io::Error::new(io::ErrorKind::NotFound, "no such file");
        let error = Error::file("read", Path::new("data/onefold.toml"))(missing);
        assert_eq!(describe(&error), "cannot read data/onefold.toml: no such file");
    }

    #[test]
    fn an_error_of_the_store_is_told_with_its_object_and_its_causes() {
        let lost = io::Error::new(io::ErrorKind::ConnectionReset, "the connection was reset");
        let error = || StoreError::unavailable(Operation::Get, "processed/CURRENT", "no answer");
        let of_store = Error::store("read the current version")(error().caused_by(lost));
        assert_eq!(
            describe(&of_store),
            "cannot read the current version: get of processed/CURRENT failed: no answer: the connection was reset"
        );
        let of_stage = describe(&Error::Stage(StageError::reading(error()).with_advice("try again")));
        assert_eq!(of_stage, "get of processed/CURRENT failed: no answer; try again");
    }

    #[test]
    fn of_versions_only_a_failure_says_what_was_tried() {
        let told = |error| describe(&Error::version("list the versions")(error));
        assert_eq!(told(VersionError::NothingPublished), "nothing has been published yet; start a run first");
        let refused = StoreError::refused(Operation::List, "processed/", "status 403, AccessDenied");
        assert_eq!(
            told(VersionError::List(refused)),
            "cannot list the versions: the objects under processed/ cannot be listed: list of processed/ was refused: \
             status 403, AccessDenied"
        );
    }
}
