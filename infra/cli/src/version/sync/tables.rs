//! The tables: how they are made, what version they are, and the statements that bring them to another one.

use onefold_lake::RunId;
use onefold_lake::version::manifest::Manifest;
use tokio_postgres::Transaction;

use super::row::CUSTOMER_COLUMNS;
use crate::error::Error;

/// The number of the tables' form. Programs refuse higher ones.
const FORMAT: i32 = 1;
/// The table that says which version the others are.
const STATE: &str = "sync_state";
/// The most letters of a name in PostgreSQL.
const NAME_MAX: usize = 63;

/// Settings of each transaction. It may wait for the store, but not for locks of others.
const SETTINGS: &str = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; \
                        SET LOCAL lock_timeout = '60s'; SET LOCAL client_min_messages = 'warning'";

/// The names of the tables.
#[derive(Debug)]
pub struct Tables {
    schema: String,
    customers: String,
    accounts: String,
}

impl Tables {
    /// Tables of these names in a schema.
    ///
    /// # Errors
    /// A name is empty or too long, or two are the same.
    pub fn new(schema: &str, customers: &str, accounts: &str) -> Result<Self, Error> {
        for name in [schema, customers, accounts] {
            if name.is_empty() || name.len() > NAME_MAX || name.contains('\0') {
                return Err(Error::Unready(format!("{name:?} is no name of a schema or table")));
            }
        }
        if customers == accounts || [customers, accounts].contains(&STATE) {
            let fault = format!("the tables of customers and accounts need two names, and not {STATE:?}");
            return Err(Error::Unready(fault));
        }
        Ok(Self { schema: schema.to_owned(), customers: customers.to_owned(), accounts: accounts.to_owned() })
    }

    /// The name of the schema.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The table of customers, for a statement.
    pub fn customers(&self) -> String {
        self.qualified(&self.customers)
    }

    /// The table of accounts, for a statement.
    pub fn accounts(&self) -> String {
        self.qualified(&self.accounts)
    }

    fn qualified(&self, table: &str) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(table))
    }

    /// Excludes other syncs of these tables until the transaction ends, and makes the tables that do not exist.
    ///
    /// # Errors
    /// Another sync is under way, or the database refused.
    pub async fn prepare(&self, transaction: &Transaction<'_>) -> Result<(), Error> {
        let preparing = || Error::database("prepare the tables");
        transaction.batch_execute(SETTINGS).await.map_err(preparing())?;
        let lock = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))";
        let name = format!("onefold sync {}", self.customers());
        let locked: bool = transaction.query_one(lock, &[&name]).await.map_err(preparing())?.get(0);
        if !locked {
            let fault = format!("another sync of {} is under way; wait until it has ended", self.customers());
            return Err(Error::Unready(fault));
        }
        // Who may not create anything can sync tables that are there.
        let is_there = "SELECT to_regnamespace($1) IS NOT NULL";
        let is_there: bool =
            transaction.query_one(is_there, &[&quoted(&self.schema)]).await.map_err(preparing())?.get(0);
        if !is_there {
            let create = format!("CREATE SCHEMA {}", quoted(&self.schema));
            transaction.batch_execute(&create).await.map_err(preparing())?;
        }
        for (table, create) in [
            (self.qualified(STATE), self.create_state()),
            (self.customers(), self.create_customers()),
            (self.accounts(), self.create_accounts()),
        ] {
            let is_there = "SELECT to_regclass($1) IS NOT NULL";
            let is_there: bool = transaction.query_one(is_there, &[&table]).await.map_err(preparing())?.get(0);
            if !is_there {
                transaction.batch_execute(&create).await.map_err(preparing())?;
            }
        }
        Ok(())
    }

    fn create_state(&self) -> String {
        let state = self.qualified(STATE);
        format!(
            "CREATE TABLE {state} (customers text PRIMARY KEY, accounts text NOT NULL, format integer NOT NULL, \
             run text NOT NULL, synced_at timestamptz NOT NULL DEFAULT now());
             COMMENT ON TABLE {state} IS 'The version that the tables of onefold sync are.'"
        )
    }

    fn create_customers(&self) -> String {
        let columns = CUSTOMER_COLUMNS.map(|(name, kind)| format!("{name} {kind}")).join(", ");
        let customers = self.customers();
        format!(
            "CREATE TABLE {customers} ({columns});
             CREATE INDEX ON {customers} (email);
             CREATE INDEX ON {customers} (phone_number);
             COMMENT ON TABLE {customers} IS 'Customers, kept by onefold sync: do not write here.'"
        )
    }

    fn create_accounts(&self) -> String {
        let accounts = self.accounts();
        format!(
            "CREATE TABLE {accounts} (account text PRIMARY KEY, customer_id uuid NOT NULL);
             CREATE INDEX ON {accounts} (customer_id);
             COMMENT ON TABLE {accounts} IS 'The customer of each account, kept by onefold sync: do not write here.'"
        )
    }

    /// The run whose version the tables are; `None` if they are none.
    ///
    /// # Errors
    /// A newer program made the tables, or the database refused.
    pub async fn state(&self, transaction: &Transaction<'_>) -> Result<Option<RunId>, Error> {
        let select = format!("SELECT format, run, accounts FROM {} WHERE customers = $1", self.qualified(STATE));
        let row =
            transaction.query_opt(&select, &[&self.customers]).await.map_err(Error::database("read the state"))?;
        let Some(row) = row else { return Ok(None) };
        let (format, run, accounts): (i32, &str, &str) = (row.get(0), row.get(1), row.get(2));
        if format > FORMAT {
            let fault = format!("the tables have form {format}, which is newer than this command");
            return Err(Error::malformed(self.qualified(STATE), fault));
        }
        Ok(RunId::parse(run).ok().filter(|_| accounts == self.accounts))
    }

    /// Notes that the tables are the version of a run.
    pub async fn note(&self, transaction: &Transaction<'_>, run: &RunId) -> Result<(), Error> {
        let insert = format!(
            "INSERT INTO {} (customers, accounts, format, run) VALUES ($1, $2, $3, $4) ON CONFLICT (customers) DO UPDATE \
             SET accounts = EXCLUDED.accounts, format = EXCLUDED.format, run = EXCLUDED.run, synced_at = now()",
            self.qualified(STATE)
        );
        let noted = transaction.execute(&insert, &[&self.customers, &self.accounts, &FORMAT, &run.as_str()]).await;
        noted.map(drop).map_err(Error::database("note the version"))
    }

    /// Whether the tables have as many rows as a version has customers and accounts.
    pub async fn are(&self, transaction: &Transaction<'_>, manifest: &Manifest) -> Result<bool, Error> {
        let select =
            format!("SELECT (SELECT count(*) FROM {}), (SELECT count(*) FROM {})", self.customers(), self.accounts());
        let row = transaction.query_one(&select, &[]).await.map_err(Error::database("count the rows"))?;
        let counts = [row.get::<_, i64>(0), row.get::<_, i64>(1)].map(|number| u64::try_from(number).unwrap_or(0));
        Ok(counts == [manifest.counts.customers, manifest.counts.members])
    }

    /// Makes the tables for what comes, which go with the transaction.
    pub fn incoming(&self) -> String {
        let columns = CUSTOMER_COLUMNS.map(|(name, kind)| format!("{name} {}", kind.split(' ').next().unwrap_or(kind)));
        format!(
            "CREATE TEMP TABLE {INCOMING} ({}) ON COMMIT DROP;
             CREATE TEMP TABLE {INCOMING_ACCOUNTS} (account text, customer_id uuid) ON COMMIT DROP;
             CREATE TEMP TABLE {ENDED} (customer_id uuid) ON COMMIT DROP",
            columns.join(", ")
        )
    }

    /// The statements that apply changes. Those of ended customers and of accounts that left come first. The number of
    /// the ended ones is that of the one at [`Tables::REMOVES`].
    pub fn apply(&self) -> [String; 4] {
        let (customers, accounts) = (self.customers(), self.accounts());
        [
            format!("DELETE FROM {customers} c USING {ENDED} e WHERE c.customer_id = e.customer_id"),
            format!(
                "DELETE FROM {accounts} a USING (SELECT customer_id FROM {INCOMING} UNION SELECT customer_id FROM {ENDED}) c \
                 WHERE a.customer_id = c.customer_id AND NOT EXISTS (SELECT FROM {INCOMING_ACCOUNTS} n \
                 WHERE n.account = a.account)"
            ),
            self.upsert_customers(),
            self.upsert_accounts(),
        ]
    }

    /// The statements that make the tables what came.
    pub fn replace(&self) -> [String; 4] {
        let (customers, accounts) = (self.customers(), self.accounts());
        [
            format!(
                "DELETE FROM {customers} c WHERE NOT EXISTS (SELECT FROM {INCOMING} n WHERE n.customer_id = c.customer_id)"
            ),
            format!(
                "DELETE FROM {accounts} a WHERE NOT EXISTS (SELECT FROM {INCOMING_ACCOUNTS} n WHERE n.account = a.account)"
            ),
            self.upsert_customers(),
            self.upsert_accounts(),
        ]
    }

    /// The positions of the statements that remove and that write customers.
    pub const REMOVES: usize = 0;
    /// Likewise.
    pub const WRITES: usize = 2;

    /// Rows that are the same are not written again.
    fn upsert_customers(&self) -> String {
        let names = CUSTOMER_COLUMNS.map(|(name, _)| name).join(", ");
        let set = CUSTOMER_COLUMNS.map(|(name, _)| format!("{name} = EXCLUDED.{name}")).join(", ");
        let old = CUSTOMER_COLUMNS.map(|(name, _)| format!("c.{name}")).join(", ");
        let new = CUSTOMER_COLUMNS.map(|(name, _)| format!("EXCLUDED.{name}")).join(", ");
        format!(
            "INSERT INTO {} AS c ({names}) SELECT {names} FROM {INCOMING} ON CONFLICT (customer_id) DO UPDATE SET {set} \
             WHERE ({old}) IS DISTINCT FROM ({new})",
            self.customers()
        )
    }

    fn upsert_accounts(&self) -> String {
        format!(
            "INSERT INTO {} AS a (account, customer_id) SELECT account, customer_id FROM {INCOMING_ACCOUNTS} \
             ON CONFLICT (account) DO UPDATE SET customer_id = EXCLUDED.customer_id \
             WHERE a.customer_id <> EXCLUDED.customer_id",
            self.accounts()
        )
    }
}

/// Customers that come.
pub const INCOMING: &str = "pg_temp.onefold_customers";
/// Accounts that come.
pub const INCOMING_ACCOUNTS: &str = "pg_temp.onefold_accounts";
/// Customers that ended.
pub const ENDED: &str = "pg_temp.onefold_ended";

/// A name as it stands in a statement.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_and_checked() {
        let tables = Tables::new("My \"schema\"", "customers", "crosswalk").unwrap();
        assert_eq!(tables.accounts(), "\"My \"\"schema\"\"\".\"crosswalk\"");
        for [schema, customers, accounts] in [
            ["", "customers", "accounts"],
            ["onefold", "same", "same"],
            ["onefold", "sync_state", "accounts"],
            ["onefold", "customers", "a\0"],
        ] {
            assert!(Tables::new(schema, customers, accounts).is_err(), "{schema} {customers} {accounts}");
        }
        assert!(Tables::new("onefold", "customers", &"x".repeat(64)).is_err());
    }
}
