//! Where a source's rows come from: a variant for each connector, with its settings.

use super::{HttpSettings, Postgres};

/// A connector and its settings.
#[derive(Clone, Debug)]
pub enum SourceKind {
    /// Objects dropped under `landing/<source>/`.
    Files(FilesSettings),
    /// A JSON API.
    Http(Box<HttpSettings>),
    /// Rows of a PostgreSQL database.
    Postgres(Postgres),
}

impl SourceKind {
    /// The names of all kinds.
    pub const NAMES: [&str; 3] = ["files", "http", "postgres"];

    /// The text of the source's raw chunks.
    pub const fn rows(&self) -> RowFormat {
        match self {
            Self::Files(files) => files.format.rows(),
            Self::Http(_) | Self::Postgres(_) => RowFormat::JsonLines,
        }
    }

    /// What separates the fields of CSV in raw chunks.
    pub const fn delimiter(&self) -> u8 {
        match self {
            Self::Files(files) => files.delimiter,
            Self::Http(_) | Self::Postgres(_) => b',',
        }
    }
}

/// Settings of the connector `files`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilesSettings {
    /// What its objects hold.
    pub format: FileFormat,
    /// What separates fields, where the objects hold CSV.
    pub delimiter: u8,
    /// How text is written.
    pub encoding: Encoding,
    /// JSON Pointer of the array in an object that holds JSON; empty if the array is all of it.
    pub items: String,
}

/// What dropped files hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// One JSON object a line.
    JsonLines,
    /// One JSON array of objects.
    JsonArray,
    /// Delimited values with a header (RFC 4180).
    Csv,
    /// CSV whose delimiter is the tabulator.
    Tsv,
    /// Apache Parquet.
    Parquet,
}

impl FileFormat {
    const ALL: [Self; 5] = [Self::JsonLines, Self::JsonArray, Self::Csv, Self::Tsv, Self::Parquet];

    /// The name in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::JsonLines => "jsonl",
            Self::JsonArray => "json",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Parquet => "parquet",
        }
    }

    /// All names.
    pub fn names() -> Vec<&'static str> {
        Self::ALL.map(Self::name).into()
    }

    /// The format of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The text of its raw chunks.
    pub const fn rows(self) -> RowFormat {
        match self {
            Self::JsonLines | Self::JsonArray | Self::Parquet => RowFormat::JsonLines,
            Self::Csv | Self::Tsv => RowFormat::Csv,
        }
    }
}

/// How the text of files is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// The code page of Windows in Western Europe and America. It differs from ISO 8859-1 in control characters only.
    Windows1252,
}

impl Encoding {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Utf8, Self::Windows1252];

    /// The name in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Windows1252 => "windows-1252",
        }
    }
}

/// The text of raw chunks, in UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFormat {
    /// One JSON object a line.
    JsonLines,
    /// Delimited values with a header (RFC 4180).
    Csv,
}

impl RowFormat {
    /// The extension in keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::JsonLines => "jsonl",
            Self::Csv => "csv",
        }
    }

    /// The format of an extension.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::JsonLines, Self::Csv].into_iter().find(|format| format.name() == name)
    }
}
