//! What is looked up in reference tables.

use std::borrow::Cow;

use onefold_normalise::field::{Field, TextField};

/// A value looked up in a reference table.
#[derive(Clone, Debug)]
pub struct Enrich {
    /// What is filled where it is empty.
    pub target: Target,
    /// `reference/<table>.csv` or `reference/<table>.parquet`
    pub table: String,
    /// The account's values that are looked up, all of them together.
    pub on: Vec<Lookup>,
    /// Look up only the first so many characters of the last one.
    pub prefix: Option<usize>,
    /// Look up the value's digest, as the table has no plain values.
    pub hash: Option<Hash>,
    /// Whether case, and blanks around a value, make no difference.
    pub ignore_case: bool,
    /// The table's columns to look in, one for each of `on`; its first ones if there is none.
    pub key: Vec<String>,
    /// The table's columns that hold the value; two for a location: latitude and longitude.
    pub columns: Vec<String>,
    /// What separates the interests in the table's column.
    pub split: String,
    /// Which rows are sure enough to be used.
    pub threshold: Option<Threshold>,
    /// Whether the table's value takes the place of one that the source gave.
    pub overwrite: bool,
}

impl Enrich {
    /// Whether two lookups make the same of the same table: they may differ in what of an account they look up.
    pub fn reads_like(&self, other: &Self) -> bool {
        let read = |enrich: &Self| {
            let Self { target, table, on, hash, ignore_case, key, columns, split, threshold, .. } = enrich.clone();
            (target, table, on.len(), hash, ignore_case, key, columns, split, threshold)
        };
        read(self) == read(other)
    }
}

/// What a lookup fills.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A field that holds text.
    Text(TextField),
    /// `location`
    Location,
    /// `salary`
    Salary,
    /// `interests`
    Interests,
    /// `attributes.<name>`, as text; the name needs no escapes in JSON.
    Attribute(String),
}

impl Target {
    /// The full name, as the configuration and `provenance` write it.
    pub fn name(&self) -> Cow<'static, str> {
        match self {
            Self::Text(field) => Cow::Borrowed(field.name()),
            Self::Location => Cow::Borrowed(Field::Location.name()),
            Self::Salary => Cow::Borrowed(Field::Salary.name()),
            Self::Interests => Cow::Borrowed(Field::Interests.name()),
            Self::Attribute(name) => Cow::Owned(["attributes.", name].concat()),
        }
    }
}

/// A value of an account that is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// A field that holds text.
    Text(TextField),
    /// `attributes.<name>`, where it is text, a number or a boolean.
    Attribute(String),
}

/// How a value is hashed before it is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256 of the UTF-8 text, as 64 hexadecimal digits.
    Sha256,
}

/// Rows of a table whose number in a column is lower are not used.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// The table's column.
    pub column: String,
    /// The least number that is used.
    pub min: f64,
}
