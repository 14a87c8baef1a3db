//! What it means to a function that a version cannot be read.

use onefold_version::VersionError;

use crate::error::StageError;

impl StageError {
    /// The caller chose the version, so one that cannot be read is invalid input. A missing part of it is damage.
    pub fn asked_version(error: VersionError) -> Self {
        match error {
            VersionError::Incomplete { .. } => Self::corrupt(error.to_string()),
            error => Self::of_version(error, |of_the_request| Self::invalid_input(of_the_request.to_string())),
        }
    }

    /// The caller did not choose the version: it is the current one. So a missing object is no fault of the request.
    pub fn current_version(error: VersionError) -> Self {
        match error {
            VersionError::NewerFormat { .. } => Self::invalid_input(error.to_string()),
            error => {
                Self::of_version(error, |other| Self::corrupt(format!("the current version cannot be read: {other}")))
            }
        }
    }

    /// `other` is for what neither the store nor an object's bytes are to blame for.
    fn of_version(error: VersionError, other: impl FnOnce(VersionError) -> Self) -> Self {
        match error {
            VersionError::Damaged(error) => Self::damaged(error),
            VersionError::Read(error) => Self::reading(error),
            VersionError::List(error) => Self::listing(error),
            VersionError::Write(error) => Self::writing(error),
            error => other(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use onefold_lake::RunId;

    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn who_chose_the_version_decides_whose_fault_it_is() {
        let run = || RunId::parse("20261122T174600Z-1a2b3c4d").unwrap();
        let kinds = |error: fn(RunId) -> VersionError| {
            [StageError::asked_version(error(run())), StageError::current_version(error(run()))].map(|error| error.kind)
        };
        assert_eq!(kinds(|run| VersionError::NoVersion { run }), [ErrorKind::InvalidInput, ErrorKind::Corrupt]);
        assert_eq!(kinds(|run| VersionError::NewerFormat { run, format: 2 }), [ErrorKind::InvalidInput; 2]);
        let incomplete = |run| VersionError::Incomplete { run, missing: "x is missing".to_owned() };
        assert_eq!(kinds(incomplete), [ErrorKind::Corrupt; 2]);
    }
}
