//! A session with a database: one read-only transaction that sees one snapshot.

use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, RowStream};

use super::connection::Connection;
use super::failure::{failure, is_of_row_security};
use super::sql::Statement;
use crate::Fault;

/// Begins the transaction. All settings that texts depend on are fixed, so a value has the same text in every run. A
/// statement ends before the function's time limit. A session that the function could not close ends by itself, so that
/// it does not hold up vacuum.
const BEGIN: &str = "
    BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
    SET LOCAL TimeZone = 'UTC';
    SET LOCAL DateStyle = 'ISO, YMD';
    SET LOCAL IntervalStyle = 'postgres';
    SET LOCAL bytea_output = 'hex';
    SET LOCAL extra_float_digits = 1;
    SET LOCAL statement_timeout = '240s';
    SET LOCAL lock_timeout = '30s';
    SET LOCAL idle_in_transaction_session_timeout = '300s'";

/// Makes PostgreSQL refuse a statement rather than leave rows out.
const REFUSE_HIDDEN: &str = "SET LOCAL row_security = off";

/// What to do about rows that row-level security hides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HiddenRows {
    /// They are left out.
    Allowed,
    /// A statement that would leave out any fails.
    Refused,
}

/// A session, within its transaction.
pub(super) struct Session<'s> {
    connection: Connection,
    /// Name of the secret, for errors.
    secret: &'s str,
}

impl<'s> Session<'s> {
    /// Connects to the database that a secret names and begins the transaction.
    ///
    /// # Errors
    /// The secret is no connection string, or the database refused or could not be reached.
    pub(super) async fn open(
        name: &'s str,
        secret: &str,
        certificates: Option<&str>,
        hidden: HiddenRows,
    ) -> Result<Self, Fault> {
        let connection = Connection::open(&described(name), secret, certificates).await.map_err(Fault::Source)?;
        let session = Self { connection, secret: name };
        session.execute("beginning", BEGIN).await?;
        if hidden == HiddenRows::Refused {
            session.execute("beginning", REFUSE_HIDDEN).await?;
        }
        Ok(session)
    }

    /// A statement that is not run, only looked at: its columns.
    pub(super) async fn describe(&self, statement: &str) -> Result<tokio_postgres::Statement, Fault> {
        self.connection.client.prepare(statement).await.map_err(|error| self.fault("looking at the columns", &error))
    }

    /// Whether row-level security may leave rows out of a statement, which is not run: asked for all rows or none,
    /// PostgreSQL refuses to look at it then.
    pub(super) async fn hides_rows(&self, statement: &str) -> Result<bool, Fault> {
        let during = "looking for row-level security";
        self.execute(during, "SAVEPOINT looking").await?;
        self.execute(during, REFUSE_HIDDEN).await?;
        let looked_at = self.connection.client.prepare(statement).await;
        self.execute(during, "ROLLBACK TO SAVEPOINT looking").await?;
        // The statement itself will report all other errors.
        Ok(looked_at.is_err_and(|error| is_of_row_security(&error)))
    }

    async fn execute(&self, during: &str, statements: &str) -> Result<(), Fault> {
        self.connection.client.batch_execute(statements).await.map_err(|error| self.fault(during, &error))
    }

    /// All rows of a statement that has few.
    pub(super) async fn query(&self, during: &str, statement: &Statement<'_>) -> Result<Vec<Row>, Fault> {
        let values: Vec<&(dyn ToSql + Sync)> = statement.values.iter().map(|value| value as _).collect();
        self.connection.client.query(&statement.text, &values).await.map_err(|error| self.fault(during, &error))
    }

    /// Opens the cursor. The planner then prefers what gives the first rows soon, so an index.
    pub(super) async fn open_cursor(&self, statement: &Statement<'_>) -> Result<(), Fault> {
        let values: Vec<&(dyn ToSql + Sync)> = statement.values.iter().map(|value| value as _).collect();
        let declare = format!("DECLARE page NO SCROLL CURSOR FOR {}", statement.text);
        self.connection
            .client
            .execute(&declare, &values)
            .await
            .map_err(|error| self.fault("opening the cursor", &error))?;
        Ok(())
    }

    /// The next rows of the cursor, as they arrive.
    pub(super) async fn fetch(&self, rows: u32) -> Result<RowStream, Fault> {
        let fetch = format!("FETCH FORWARD {rows} FROM page");
        let none: [&str; 0] = [];
        self.connection.client.query_raw(&fetch, none).await.map_err(|error| self.fault("reading a page", &error))
    }

    /// The fault of the source that a failure means.
    pub(super) fn fault(&self, during: &str, error: &tokio_postgres::Error) -> Fault {
        Fault::Source(failure(during, &described(self.secret), error))
    }

    /// Ends the transaction and the connection, and waits for it: a function that has answered is frozen, and
    /// would leave the session open.
    pub(super) async fn close(self) {
        self.connection.close().await;
    }
}

/// What messages call a secret.
fn described(secret: &str) -> String {
    format!("the secret {secret:?}")
}
