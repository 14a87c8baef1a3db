//! What a failure of the database means for the run.

use std::error::Error as _;

use onefold_shell::{ErrorKind, StageError};
use tokio_postgres::Error;
use tokio_postgres::error::DbError;

/// The error that a failure means. `during` says what was done, as `reading a page`; `described` is what messages call the
/// connection string.
///
/// The message always has the SQLSTATE (Appendix A of PostgreSQL's manual). It has PostgreSQL's own words only if they
/// cannot hold a value of a row or a part of the secret. So the error itself is not kept as the cause.
pub(super) fn failure(during: &str, described: &str, error: &Error) -> StageError {
    match error.as_db_error() {
        Some(answer) => refused(during, described, answer),
        None => unanswered(during, described, error),
    }
}

/// Whether PostgreSQL refused a statement because row-level security would hide rows.
pub(super) fn is_of_row_security(error: &Error) -> bool {
    error.as_db_error().is_some_and(hides_rows)
}

/// The SQLSTATE is the one of all missing privileges. The name of the function in PostgreSQL's source tells this case
/// apart, in any language.
fn hides_rows(answer: &DbError) -> bool {
    answer.routine() == Some("check_enable_rls")
}

/// PostgreSQL answered with an error.
fn refused(during: &str, described: &str, answer: &DbError) -> StageError {
    let state = answer.code().code();
    let (class, _) = state.split_at_checked(2).unwrap_or((state, ""));
    let error = |kind, advice: &str| StageError::new(kind, format!("{during} failed with SQLSTATE {state}: {advice}"));
    let invalid = |advice: &str| error(ErrorKind::InvalidInput, advice);
    let transient = |advice: &str| error(ErrorKind::Transient, advice);
    match (class, state) {
        (_, "57014") => transient(
            "the statement took too long or was cancelled; index the key and the watermark column, or set splits = 1, \
             which divides nothing",
        ),
        (_, "55P03") => transient("a lock on the rows was held for too long"),
        ("25", "25P03") => transient("the session was idle for too long"),
        ("08" | "40" | "53" | "57" | "58", _) => transient("the database is not available, or not now"),
        ("28", _) => invalid(&format!("the database refused user or password; mend {described}")),
        (_, "3D000") => invalid(&format!("there is no such database; mend dbname in {described}")),
        _ if hides_rows(answer) => invalid(&format!(
            "{}, and a snapshot must show all rows, as those that it does not show count as deleted; give the user of \
             the secret BYPASSRLS, or a policy that shows all rows, or read a view that shows what there is to read",
            answer.message()
        )),
        (_, "42501") => invalid(&format!("{}; GRANT SELECT on it to the user of the secret", answer.message())),
        // A syntax error or a missing object: the words are those of the configuration.
        ("42", _) => invalid(&format!("{}; mend table, query, key or watermark", answer.message())),
        (_, "25006") => invalid("the query would write; it may only read"),
        ("22", _) => invalid("a value does not suit the query, or was not stored in the database's encoding"),
        _ => invalid("the database's log says more"),
    }
}

/// No answer came: the connection was not made, or it was lost.
fn unanswered(during: &str, described: &str, error: &Error) -> StageError {
    let invalid = |message: String| StageError::invalid_input(message);
    let cause = error.source();
    if let Some(refusal) = cause.and_then(refused_certificate) {
        return invalid(format!(
            "{during} failed: TLS with the database's host was refused: {refusal}; if its certificate is signed by a \
             private authority (Amazon RDS's is), give the authority's certificate as certificates"
        ));
    }
    let is_io = cause.is_some_and(|cause| cause.is::<std::io::Error>());
    // The kinds are private to tokio-postgres; their names are not.
    match error.to_string().as_str() {
        "error performing TLS handshake" if !is_io => {
            invalid(format!("{during} failed: the database's host offers no TLS; switch it on there"))
        }
        "authentication error" | "invalid configuration" => invalid(format!(
            "{during} failed: {described} lacks a part of the connection string, or the database asks for \
             a way of authentication that is not known; it should ask for scram-sha-256"
        )),
        // The error's own text alone: its cause can hold addresses.
        text => {
            let reason = cause.and_then(|cause| cause.downcast_ref::<std::io::Error>()).map(std::io::Error::kind);
            let reason = reason.map_or(String::new(), |reason| format!(" ({reason})"));
            StageError::transient(format!(
                "{during} failed: {text}{reason}; if it stays so, look at host and port in {described}, and at \
                 the network"
            ))
        }
    }
}

/// Why rustls would not talk to the host, if that is what happened.
fn refused_certificate<'e>(cause: &'e (dyn std::error::Error + 'static)) -> Option<&'e rustls::Error> {
    let inner = cause.downcast_ref::<std::io::Error>()?.get_ref()?;
    inner.downcast_ref::<rustls::Error>()
}
