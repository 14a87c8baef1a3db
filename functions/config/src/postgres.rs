//! Settings of a source that is a PostgreSQL database.

/// `[source.postgres]`: what is read from a database, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postgres {
    /// Name of the secret in AWS Secrets Manager that holds the connection string.
    pub secret: String,
    /// The rows to read.
    pub relation: Relation,
    /// The column that orders and identifies the rows.
    pub key: String,
    /// How many splits the rows are divided into; if not given, it follows from their estimated size.
    pub splits: Option<u32>,
    /// The column by which new rows are found; if not given, every run reads all rows.
    pub watermark: Option<PostgresWatermark>,
    /// Rows that are fetched at once.
    pub rows_per_page: u32,
    /// Certificates (PEM) that are trusted besides the system's.
    pub certificates: Option<String>,
}

/// Rows of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relation {
    /// A table, a view or a materialised view.
    Table {
        /// Its schema.
        schema: String,
        /// Its name.
        table: String,
    },
    /// A `select` without a semicolon.
    Query(String),
}

/// A column that grows with every change of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostgresWatermark {
    /// The column.
    pub column: String,
    /// Seconds before the last watermark that are read again, for rows that are committed late.
    pub overlap_s: Option<u32>,
}

impl Postgres {
    /// Rows that are fetched at once by default.
    pub const ROWS_PER_PAGE: u32 = 2_000;
    /// Most rows that may be fetched at once.
    pub const ROWS_PER_PAGE_MAX: u32 = 100_000;
    /// Most splits of a source: each is a connection to the database.
    pub const SPLITS_MAX: u32 = 64;
}
