//! Copies a version, or its changes, into the tables. It holds a few megabytes of lines.

use std::pin::Pin;

use bytes::Bytes;
use futures_util::SinkExt;
use onefold_lake::FormatError;
use onefold_lake::version::manifest::VersionFile;
use onefold_version::{OpenVersion, VersionError};
use tokio_postgres::{CopyInSink, Transaction};

use super::row::{CUSTOMER_COLUMNS, Line, push_accounts, push_customer, push_row};
use super::tables::{ENDED, INCOMING, INCOMING_ACCOUNTS, Tables};
use crate::error::Error;

/// About how many bytes are sent at a time.
const SENT_BYTES: usize = 1 << 20;

/// A version that is copied within a transaction.
pub struct Copying<'c> {
    pub transaction: &'c Transaction<'c>,
    pub version: &'c OpenVersion<'c>,
    pub tables: &'c Tables,
}

/// What was copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Customers that were written.
    pub customers: u64,
    /// Customers that were removed.
    pub ended: u64,
    /// Records in which U+0000 was replaced.
    pub replaced: u64,
}

/// Which rows are made of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rows {
    Customers,
    Accounts,
    Ended,
}

impl Copying<'_> {
    /// Makes the tables this version, whatever they hold.
    pub async fn load(&self) -> Result<Copied, Error> {
        let files = &self.version.manifest().files.customers;
        if self.are_empty().await? {
            let replaced = self.copy(files, Rows::Customers, &self.tables.customers()).await?;
            self.copy(files, Rows::Accounts, &self.tables.accounts()).await?;
            return Ok(Copied { customers: self.version.manifest().counts.customers, ended: 0, replaced });
        }
        self.bring(files, self.tables.replace()).await
    }

    /// Applies the changes of this version to the one that it builds on.
    pub async fn apply(&self) -> Result<Copied, Error> {
        self.bring(&self.version.manifest().files.changes, self.tables.apply()).await
    }

    /// Copies files into tables that go with the transaction, and brings the tables to them.
    async fn bring(&self, files: &[VersionFile], statements: [String; 4]) -> Result<Copied, Error> {
        let preparing = Error::database("make room for what comes");
        self.transaction.batch_execute(&self.tables.incoming()).await.map_err(preparing)?;
        let replaced = self.copy(files, Rows::Customers, INCOMING).await?;
        self.copy(files, Rows::Accounts, INCOMING_ACCOUNTS).await?;
        self.copy(files, Rows::Ended, ENDED).await?;
        let analyse = format!("ANALYZE {INCOMING}; ANALYZE {INCOMING_ACCOUNTS}; ANALYZE {ENDED}");
        self.transaction.batch_execute(&analyse).await.map_err(Error::database("look at what comes"))?;
        let mut rows = [0; 4];
        for (statement, rows) in statements.iter().zip(&mut rows) {
            let written = self.transaction.execute(statement, &[]).await;
            *rows = written.map_err(Error::database("write into the tables"))?;
        }
        Ok(Copied { customers: rows[Tables::WRITES], ended: rows[Tables::REMOVES], replaced })
    }

    async fn are_empty(&self) -> Result<bool, Error> {
        let select = format!(
            "SELECT NOT EXISTS (SELECT FROM {}) AND NOT EXISTS (SELECT FROM {})",
            self.tables.customers(),
            self.tables.accounts()
        );
        let row = self.transaction.query_one(&select, &[]).await;
        row.map(|row| row.get(0)).map_err(Error::database("look into the tables"))
    }

    /// Copies rows of files into a table. Returns in how many U+0000 was replaced.
    async fn copy(&self, files: &[VersionFile], rows: Rows, table: &str) -> Result<u64, Error> {
        let columns = match rows {
            Rows::Customers => CUSTOMER_COLUMNS.map(|(name, _)| name).join(", "),
            Rows::Accounts => "account, customer_id".to_owned(),
            Rows::Ended => "customer_id".to_owned(),
        };
        let statement = format!("COPY {table} ({columns}) FROM STDIN");
        let copying = || Error::database("copy into the tables");
        let sink: CopyInSink<Bytes> = self.transaction.copy_in(&statement).await.map_err(copying())?;
        let mut sink = Box::pin(sink);
        let mut replaced = 0;
        for file in files {
            replaced += self.copy_file(file, rows, &mut sink).await?;
        }
        sink.as_mut().finish().await.map_err(copying())?;
        Ok(replaced)
    }

    async fn copy_file(
        &self,
        file: &VersionFile,
        rows: Rows,
        sink: &mut Pin<Box<CopyInSink<Bytes>>>,
    ) -> Result<u64, Error> {
        let reading = || Error::version("read the version");
        let mut lines = self.version.lines(file).map_err(reading())?;
        let (mut text, mut replaced) = (Vec::new(), 0);
        while let Some(more) = lines.next().await.map_err(reading())? {
            for line in more.lines() {
                let pushed = push(line, rows, &mut text);
                let is_replaced = pushed.map_err(|error| VersionError::Damaged(FormatError::json(&file.key, &error)));
                replaced += u64::from(is_replaced.map_err(reading())?);
                if text.len() >= SENT_BYTES {
                    send(&mut text, sink).await?;
                }
            }
        }
        send(&mut text, sink).await?;
        Ok(replaced)
    }
}

async fn send(text: &mut Vec<u8>, sink: &mut Pin<Box<CopyInSink<Bytes>>>) -> Result<(), Error> {
    let sent = sink.send(Bytes::from(std::mem::take(text))).await;
    sent.map_err(Error::database("copy into the tables"))
}

/// Appends the rows that a line makes. Returns whether U+0000 was replaced in them.
fn push(line: &str, rows: Rows, out: &mut Vec<u8>) -> Result<bool, serde_json::Error> {
    match (Line::read(line)?, rows) {
        (Line::Is(record), Rows::Customers) => push_customer(record, out),
        (Line::Is(record), Rows::Accounts) => push_accounts(record, out).map(|()| false),
        (Line::Ended(customer_id), Rows::Ended) => {
            push_row([Some(customer_id.as_ref())], out);
            Ok(false)
        }
        _ => Ok(false),
    }
}
