//! The pipeline's configuration: one TOML file, checked as a whole before anything runs.
//!
//! [`Config::parse`] reports all faults at once, each with its line and what to do about it. A checked configuration is
//! plain data, in which no name must be resolved any more.

#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod deletion;
mod enrich;
mod export;
mod field;
mod http;
mod kind;
mod line_span;
mod matching;
mod nearest;
mod parse;
pub mod pointer;
mod postgres;
mod publish;
mod schema;
mod score;
mod survive;
mod tables;
mod toml_reader;

#[cfg(test)]
mod tests;

use std::fmt;

pub use deletion::DeletionMark;
pub use enrich::{Enrich, Hash, Lookup, Target, Threshold};
pub use export::Export;
pub use field::DeclaredField;
pub use http::{CursorAt, HttpAuth, HttpPatience, HttpSettings, HttpWatermark, PageEnd, PageSize, Paging};
pub use kind::{Encoding, FileFormat, FilesSettings, RowFormat, SourceKind};
pub use line_span::LineSpan;
pub use matching::{
    BlockedValues, ComparedField, Comparer, ComparisonLevel, Condition, DistinctLimit, FULL_NAME, Guard, MatchRule,
    Requirement, SourceLimits,
};
pub use nearest::nearest;
pub use postgres::{Postgres, PostgresWatermark, Relation};
pub use publish::Publish;
pub use schema::json_schema;
pub use score::{ScoreSettings, ScoreThreshold};
pub use survive::{Rule, Survive, Unit};
pub use tables::key_tables;

pub use onefold_normalise::timestamp::TimeFormat;

use onefold_normalise::Step;
use onefold_normalise::field::TextField;

/// The sections of the configuration and their keys.
fn keys() -> Vec<schema::Key> {
    parse::keys()
}

/// A configuration that has been checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// The systems that accounts come from, in the order of the file.
    pub sources: Vec<Source>,
    /// All text fields, by number: the standard ones, and those that are declared.
    pub text_fields: Vec<TextField>,
    /// The fields that are declared, by name.
    pub own_fields: Vec<DeclaredField>,
    /// The chain of normalisers of each text field, by the field's number.
    pub normalise: Vec<Vec<Step>>,
    /// Values looked up in reference tables, in order.
    pub enrich: Vec<Enrich>,
    /// The match keys.
    pub matches: Vec<MatchRule>,
    /// How scored pairs decide, if they do: beside the match rules, or alone if there is none.
    pub score: Option<ScoreSettings>,
    /// Limits against wrong merges.
    pub guard: Guard,
    /// How values survive into a customer.
    pub survive: Survive,
    /// What must hold before a version is published.
    pub publish: Publish,
    /// In which formats a version is written beside JSON Lines.
    pub export: Export,
}

/// A system that accounts come from.
#[derive(Clone, Debug)]
pub struct Source {
    /// Name in references and keys: `[a-z0-9][a-z0-9_-]{0,39}`.
    pub name: String,
    /// Where its rows come from.
    pub kind: SourceKind,
    /// Of two values with the same time, the source with the higher trust wins.
    pub trust: i64,
    /// Country (ISO 3166-1 alpha-2) that the phone normaliser assumes for accounts without one.
    pub region: Option<String>,
    /// Whether a run fails if the source fails, or has never had any object. Otherwise it is skipped.
    pub required: bool,
    /// Whether each run reads the source's whole state, so that accounts it lacks are gone.
    pub snapshot: bool,
    /// Whether the source has one account a person, so that no customer has two of them.
    pub unique_persons: bool,
    /// Where the fields are in a row.
    pub mapping: Mapping,
}

/// Where a source's fields are, as pointers into its rows.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    /// The account's id within the source.
    pub id: Pointers,
    /// Time of the last change.
    pub updated_at: Option<TimeField>,
    /// What marks an account as deleted.
    pub deleted: Option<DeletionMark>,
    /// `First Last` or `Last, First`, put into the fields of a name.
    pub full_name: Option<Pointers>,
    /// Text fields.
    pub texts: Vec<TextMapping>,
    /// The latitude, in degrees.
    pub latitude: Option<Pointers>,
    /// The longitude, in degrees.
    pub longitude: Option<Pointers>,
    /// The salary, a number.
    pub salary: Option<Pointers>,
    /// An array of strings, or text to split.
    pub interests: Option<ListField>,
    /// Other values that are kept as they are, by name.
    pub attributes: Vec<(String, Pointers)>,
}

/// JSON Pointers (RFC 6901) in order of preference: the first that finds a value counts.
pub type Pointers = Vec<String>;

/// A text field of a source.
#[derive(Clone, Debug)]
pub struct TextMapping {
    /// The field.
    pub field: TextField,
    /// Where it is.
    pub at: Pointers,
    /// The value of rows that have none.
    pub default: Option<String>,
    /// Whether an account can have several values of the field, so that all pointers count.
    pub takes_several: bool,
    /// What separates values in a text, if an account can have several.
    pub split: Option<String>,
    /// How dates are written; only for `birthdate`.
    pub format: Option<TimeFormat>,
}

/// A time of a source.
#[derive(Clone, Debug)]
pub struct TimeField {
    /// Where it is.
    pub at: Pointers,
    /// How it is written.
    pub format: TimeFormat,
    /// The value of rows that have none.
    pub default: Option<onefold_normalise::timestamp::Timestamp>,
    /// Whether a time that cannot be read counts as none. Otherwise its row is refused.
    pub unreadable_is_none: bool,
}

/// A list of a source.
#[derive(Clone, Debug)]
pub struct ListField {
    /// Where it is.
    pub at: Pointers,
    /// What separates the items if the source gives text.
    pub split: Option<String>,
}

impl Mapping {
    /// Whether any field holds the names of a person.
    pub fn has_names(&self) -> bool {
        let is_name = |text: &TextMapping| matches!(text.field, TextField::GivenName | TextField::FamilyName);
        self.full_name.is_some() || self.texts.iter().any(is_name)
    }

    /// Whether the names of a person, wherever they stand, can fill a field.
    pub fn names_may_fill(&self, field: TextField) -> bool {
        match field {
            TextField::GivenName | TextField::FamilyName | TextField::MiddleName => self.full_name.is_some(),
            TextField::HonorificPrefix | TextField::HonorificSuffix | TextField::Organization => self.has_names(),
            _ => false,
        }
    }
}

impl Source {
    /// Whether a text can be a source's name.
    pub fn is_name(text: &str) -> bool {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let mut bytes = text.bytes();
        bytes.next().is_some_and(fits)
            && bytes.all(|byte| fits(byte) || matches!(byte, b'_' | b'-'))
            && text.len() <= 40
    }
}

impl Config {
    /// Parses and checks a whole configuration.
    ///
    /// # Errors
    /// Every fault there is, in the order of the file.
    pub fn parse(text: &str) -> Result<Self, ConfigFaults> {
        parse::parse(text)
    }

    /// The source of a name.
    pub fn source(&self, name: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.name == name)
    }

    /// The names of the sources that are snapshots.
    pub fn snapshots(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().filter(|source| source.snapshot).map(|source| source.name.as_str())
    }

    /// The names of the reference tables that are looked up, each once.
    pub fn tables(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.enrich.iter().map(|enrich| enrich.table.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// A fault in the configuration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConfigFault {
    /// Line in the file, from 1.
    pub line: usize,
    /// Column in the line, from 1, in characters.
    pub column: usize,
    /// What is wrong and what to do.
    pub message: String,
    /// How many characters of the line are at fault.
    pub length: usize,
}

/// Every fault of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFaults(pub Vec<ConfigFault>);

impl fmt::Display for ConfigFaults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.0.len() == 1 { "fault" } else { "faults" };
        write!(formatter, "{} {plural} in the configuration", self.0.len())?;
        for fault in &self.0 {
            write!(formatter, "; line {}, column {}: {}", fault.line, fault.column, fault.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigFaults {}
