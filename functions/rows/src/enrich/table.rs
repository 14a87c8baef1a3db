//! What lookup tables are built from, and why they cannot be.

use serde::{Deserialize, Serialize};

/// The format of a reference table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TableFormat {
    /// Comma-separated values with a header (RFC 4180).
    #[default]
    Csv,
    /// Apache Parquet.
    Parquet,
}

impl TableFormat {
    /// All formats.
    pub const ALL: [Self; 2] = [Self::Csv, Self::Parquet];

    /// The extension of the object's key.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }
}

/// A table as it is given to be read.
#[derive(Clone, Copy, Debug)]
pub struct TableText<'t> {
    /// The key of its object, for messages.
    pub object: &'t str,
    /// What the object holds.
    pub content: TableContent<'t>,
}

impl<'t> TableText<'t> {
    /// A CSV file.
    pub fn csv(object: &'t str, bytes: &'t [u8]) -> Self {
        Self { object, content: TableContent::Csv(bytes) }
    }
}

/// What the object of a table holds.
#[derive(Clone, Copy, Debug)]
pub enum TableContent<'t> {
    /// The bytes of a CSV file.
    Csv(&'t [u8]),
    /// The rows of a Parquet file.
    Rows(&'t TableRows),
}

/// Rows of text with named columns.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct TableRows {
    names: Vec<String>,
    text: String,
    /// Where each cell ends in the text, row by row.
    ends: Vec<usize>,
}

impl TableRows {
    /// No rows yet.
    pub fn new(names: Vec<String>) -> Self {
        Self { names, ..Self::default() }
    }

    /// The columns' names.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Appends a cell. A row is full when it has a cell for each column.
    pub fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }

    /// How much memory the rows take, in bytes.
    pub fn text_bytes(&self) -> u64 {
        (self.text.len() + self.ends.len() * size_of::<usize>()) as u64
    }

    /// The number of full rows.
    pub fn len(&self) -> usize {
        self.ends.len().checked_div(self.names.len()).unwrap_or_default()
    }

    /// Whether there is no full row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The cell of a row and a column, both counted from 0.
    pub(super) fn cell(&self, row: usize, column: usize) -> Option<&str> {
        let cell = (column < self.names.len()).then(|| row * self.names.len() + column)?;
        let start = cell.checked_sub(1).map_or(Some(&0), |before| self.ends.get(before))?;
        self.text.get(*start..*self.ends.get(cell)?)
    }
}

/// A fault in a reference table. It names columns and rows, never their values.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TableError {
    /// There is no such table.
    #[error("there is no reference table {table:?}; upload it")]
    Missing {
        /// Its name in the configuration.
        table: String,
    },
    /// Columns are missing.
    #[error("{object} has no column {columns}; name one of its columns in [[enrich]]")]
    NoColumn {
        /// The table's object.
        object: String,
        /// The columns that the configuration names, in quotes.
        columns: String,
    },
    /// There are fewer columns than the key has fields.
    #[error(
        "{object} has too few columns; its first ones must hold the key, or name others with key = … in [[enrich]]"
    )]
    TooFewColumns {
        /// The table's object.
        object: String,
    },
    /// There is no header.
    #[error("{object} is empty; its first line must name the columns")]
    Empty {
        /// The table's object.
        object: String,
    },
    /// There is too much of it.
    #[error("{object} has more than 4 GiB of text; leave out what is not looked up")]
    TooLarge {
        /// The table's object.
        object: String,
    },
    /// Rows that cannot be used.
    #[error("{object}: {faults}")]
    Rows {
        /// The table's object.
        object: String,
        /// Each with its line or row; the first twenty.
        faults: String,
    },
}
