//! Building a lookup table from the rows of a reference table.

use std::fmt::Display;

use onefold_config::{Enrich, Target};
use onefold_identity::json;
use onefold_normalise::is_stray_control;

use super::key::{self, KeyFault};
use super::{LookupTable, TableContent, TableError, TableRows, TableText, degrees, location, number};
use crate::csv::{FieldReader, column_names, records};

/// How many faults of a table a message lists.
const FAULTS_TOLD: usize = 20;

impl LookupTable {
    /// Reads a table for one lookup.
    ///
    /// # Errors
    /// All faults of the table at once, by line (of CSV) or row (of Parquet).
    pub fn parse(lookup: &Enrich, text: TableText<'_>) -> Result<Self, TableError> {
        let object = text.object.to_owned();
        match text.content {
            TableContent::Csv(bytes) => from_csv(lookup, object, bytes),
            TableContent::Rows(rows) => from_rows(lookup, object, rows),
        }
    }
}

fn from_csv(lookup: &Enrich, object: String, bytes: &[u8]) -> Result<LookupTable, TableError> {
    let mut records = records(bytes, b',').filter(|record| !record.is_blank());
    let Some(header) = records.next() else {
        return Err(TableError::Empty { object });
    };
    let names = column_names(header.bytes, b',');
    let mut builder = TableBuilder::new(lookup, object, &names)?;
    let mut reader = FieldReader::new(b',');
    for record in records {
        reader.read(record.bytes);
        builder.row(&format_args!("line {}", record.line), |column| {
            let bytes = reader.field(column).ok_or_else(|| format!("there are only {} columns", reader.len()))?;
            std::str::from_utf8(bytes).map_err(|_| format!("column {:?} is not UTF-8", names[column]))
        })?;
    }
    builder.finish()
}

fn from_rows(lookup: &Enrich, object: String, rows: &TableRows) -> Result<LookupTable, TableError> {
    let mut builder = TableBuilder::new(lookup, object, rows.names())?;
    for row in 0..rows.len() {
        builder.row(&format_args!("row {}", row + 1), |column| Ok(rows.cell(row, column).unwrap_or_default()))?;
    }
    builder.finish()
}

/// A table that is being read.
struct TableBuilder<'b> {
    lookup: &'b Enrich,
    object: String,
    names: &'b [String],
    /// The numbers of the columns.
    key: Vec<usize>,
    values: Vec<usize>,
    threshold: Option<(usize, f64)>,
    table: LookupTable,
    faults: Vec<String>,
    more_faults: usize,
}

impl<'b> TableBuilder<'b> {
    fn new(lookup: &'b Enrich, object: String, names: &'b [String]) -> Result<Self, TableError> {
        let mut missing: Vec<String> = Vec::new();
        let mut column = |name: &String| {
            let found = names.iter().position(|known| known == name);
            if found.is_none() {
                missing.push(format!("{name:?}"));
            }
            found.unwrap_or_default()
        };
        let mut key: Vec<usize> = lookup.key.iter().map(&mut column).collect();
        let values = lookup.columns.iter().map(&mut column).collect();
        let threshold = lookup.threshold.as_ref().map(|threshold| (column(&threshold.column), threshold.min));
        if !missing.is_empty() {
            return Err(TableError::NoColumn { object, columns: missing.join(", ") });
        }
        if key.is_empty() {
            key = (0..lookup.on.len()).collect();
        }
        if key.len() > names.len() {
            return Err(TableError::TooFewColumns { object });
        }
        let table = LookupTable::default();
        Ok(Self { lookup, object, names, key, values, threshold, table, faults: Vec::new(), more_faults: 0 })
    }

    /// Adds a row. `cell` gives its cells by the number of the column.
    fn row<'r>(
        &mut self,
        place: &dyn Display,
        cell: impl Fn(usize) -> Result<&'r str, String>,
    ) -> Result<(), TableError> {
        match self.key_and_value(&|column| cell(column).map(str::trim)) {
            Ok(None) => {}
            Ok(Some((key, value))) => match self.table.insert(&key, &value) {
                Ok(true) => {}
                Ok(false) => self.fault(place, "this key is there twice"),
                Err(_) => return Err(TableError::TooLarge { object: self.object.clone() }),
            },
            Err(fault) => self.fault(place, &fault),
        }
        Ok(())
    }

    fn fault(&mut self, place: &dyn Display, fault: &str) {
        if self.faults.len() < FAULTS_TOLD {
            self.faults.push(format!("{place}: {fault}"));
        } else {
            self.more_faults += 1;
        }
    }

    /// Key and value of a row; `None` if it is below the threshold or has no value.
    fn key_and_value<'r>(
        &self,
        cell: &dyn Fn(usize) -> Result<&'r str, String>,
    ) -> Result<Option<(String, String)>, String> {
        let cells = |columns: &[usize]| columns.iter().map(|column| cell(*column)).collect::<Result<Vec<_>, _>>();
        let key = cells(&self.key)?;
        let values = cells(&self.values)?;
        if let Some((column, min)) = self.threshold {
            let text = cell(column)?;
            let number: Option<f64> = text.parse().ok().filter(|number: &f64| !number.is_nan());
            match number {
                Some(number) if number < min => return Ok(None),
                Some(_) => {}
                None => return Err(format!("column {:?} must be a number, for the threshold", self.names[column])),
            }
        }
        let key = key::of_row(self.lookup, &key).map_err(|fault| match fault {
            KeyFault::Empty => "the key is empty".to_owned(),
            KeyFault::HasSeparator => "the key has the control character U+001F".to_owned(),
            KeyFault::NoDigest => {
                format!("column {:?} must be a SHA-256 of 64 hexadecimal digits", self.names[self.key[0]])
            }
        })?;
        Ok(self.value(&values)?.map(|value| (key.into_owned(), value)))
    }

    fn value(&self, values: &[&str]) -> Result<Option<String>, String> {
        if values.iter().all(|value| value.is_empty()) {
            return Ok(None);
        }
        let name = |place: usize| self.names[self.values[place]].as_str();
        if let Some(place) = values.iter().position(|value| value.contains(is_stray_control)) {
            return Err(format!("column {:?} has a control character; write the value without", name(place)));
        }
        Ok(match (&self.lookup.target, values) {
            (Target::Location, [latitude, longitude]) => Some(location(latitude, longitude).ok_or_else(|| {
                let (place, what, limit) = match degrees(latitude, 90.0) {
                    None => (0, "latitude", 90),
                    Some(_) => (1, "longitude", 180),
                };
                format!("column {:?} must be a {what}, a number within {limit} degrees", name(place))
            })?),
            (Target::Salary, [salary]) => {
                Some(number(salary).ok_or_else(|| format!("column {:?} must be a number", name(0)))?)
            }
            (Target::Interests, [items]) => {
                let has_items = items.split(&self.lookup.split).any(|item| !item.trim().is_empty());
                has_items.then(|| (*items).to_owned())
            }
            (Target::Attribute(_), [value]) => {
                let mut text = Vec::new();
                json::push_string(&mut text, value);
                String::from_utf8(text).ok()
            }
            (_, values) => values.first().map(|value| (*value).to_owned()),
        })
    }

    fn finish(mut self) -> Result<LookupTable, TableError> {
        if self.faults.is_empty() {
            return Ok(self.table);
        }
        if self.more_faults > 0 {
            self.faults.push(format!("and {} more", self.more_faults));
        }
        Err(TableError::Rows { object: self.object, faults: self.faults.join("; ") })
    }
}
