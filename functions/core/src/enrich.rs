//! Reference tables: values from third parties, looked up by a field of the account.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

use crate::config::Enrich;
use crate::csv::{Boundary, FieldReader, boundary};
use crate::field::Field;

/// A table ready for one lookup of the configuration.
#[derive(Debug)]
pub struct LookupTable {
    index: HashTable<u32>,
    keys: Vec<String>,
    values: Vec<String>,
}

/// A fault in a reference table.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TableError {
    /// The header lacks a column.
    #[error("reference/{table}.csv has no column {column:?}; name one of its columns in [[enrich]]")]
    NoColumn {
        /// The table's name.
        table: String,
        /// The column that the configuration names.
        column: String,
    },
    /// There is no header.
    #[error("reference/{table}.csv is empty; its first line must name the columns")]
    Empty {
        /// The table's name.
        table: String,
    },
    /// Rows that cannot be used.
    #[error("reference/{table}.csv: {faults}")]
    Rows {
        /// The table's name.
        table: String,
        /// Each with its line; the first twenty.
        faults: String,
    },
}

impl LookupTable {
    /// Reads a table (CSV with a header) for one lookup.
    ///
    /// # Errors
    /// All faults of the table at once, by line.
    pub fn parse(lookup: &Enrich, bytes: &[u8]) -> Result<Self, TableError> {
        let table = || lookup.table.clone();
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let mut records = Records { bytes, line: 1 };
        let mut reader = FieldReader::new(b',');
        let Some((_, header)) = records.next() else {
            return Err(TableError::Empty { table: table() });
        };
        reader.read(header);
        let names: Vec<String> = reader.fields().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        let column = |name: &str| {
            names
                .iter()
                .position(|known| known == name)
                .ok_or_else(|| TableError::NoColumn { table: table(), column: name.to_owned() })
        };
        let key_column = lookup.key.as_deref().map_or(Ok(0), column)?;
        let value_columns = lookup.columns.iter().map(|name| column(name)).collect::<Result<Vec<_>, _>>()?;

        let mut found = Self { index: HashTable::new(), keys: Vec::new(), values: Vec::new() };
        let mut faults = Vec::new();
        for (line, record) in records {
            reader.read(record);
            match row(lookup.field, &reader, key_column, &value_columns) {
                Ok(Some((key, value))) => {
                    if !found.insert(key, value) {
                        faults.push(format!("line {line}: this key is there twice"));
                    }
                }
                Ok(None) => {}
                Err(fault) => faults.push(format!("line {line}: {fault}")),
            }
        }
        if faults.is_empty() {
            return Ok(found);
        }
        let more = faults.len().saturating_sub(20);
        faults.truncate(20);
        if more > 0 {
            faults.push(format!("and {more} more"));
        }
        Err(TableError::Rows { table: table(), faults: faults.join("; ") })
    }

    fn insert(&mut self, key: String, value: String) -> bool {
        let hash = xxh3_64(key.as_bytes());
        if self.find(&key).is_some() {
            return false;
        }
        let number = self.keys.len() as u32;
        self.keys.push(key);
        self.values.push(value);
        let keys = &self.keys;
        self.index.insert_unique(hash, number, |at| xxh3_64(keys[*at as usize].as_bytes()));
        true
    }

    fn find(&self, key: &str) -> Option<&str> {
        let hash = xxh3_64(key.as_bytes());
        let number = self.index.find(hash, |at| self.keys[*at as usize] == key)?;
        self.values.get(*number as usize).map(String::as_str)
    }

    /// The value for a key: text, a JSON number for `salary`, a JSON object for `location`.
    pub fn get(&self, key: &str, prefix: Option<usize>) -> Option<&str> {
        let Some(prefix) = prefix else {
            return self.find(key);
        };
        let end = key.char_indices().nth(prefix).map_or(key.len(), |(position, _)| position);
        self.find(&key[..end])
    }
}

/// Key and value of a row; `None` if the value is empty.
fn row(
    field: Field,
    reader: &FieldReader,
    key_column: usize,
    value_columns: &[usize],
) -> Result<Option<(String, String)>, String> {
    let text = |column: usize| -> Result<&str, String> {
        let bytes = reader.field(column).ok_or_else(|| format!("there are only {} columns", reader.len()))?;
        std::str::from_utf8(bytes).map(str::trim).map_err(|_| "the text is not UTF-8".to_owned())
    };
    let key = text(key_column)?;
    let values = value_columns.iter().map(|column| text(*column)).collect::<Result<Vec<_>, _>>()?;
    if key.is_empty() {
        return Err("the key is empty".to_owned());
    }
    let value = match (field, values.as_slice()) {
        (_, values) if values.iter().all(|value| value.is_empty()) => return Ok(None),
        (Field::Location, [latitude, longitude]) => location(latitude, longitude)
            .ok_or_else(|| "latitude and longitude must be numbers within 90 and 180 degrees".to_owned())?,
        (Field::Salary, [salary]) => number(salary).ok_or_else(|| "the salary must be a number".to_owned())?,
        (_, [value, ..]) => (*value).to_owned(),
        (_, []) => return Ok(None),
    };
    Ok(Some((key.to_owned(), value)))
}

/// A JSON number from text, if it is one.
pub(crate) fn number(text: &str) -> Option<String> {
    let number: f64 = text.trim().parse().ok()?;
    number.is_finite().then(|| number.to_string())
}

/// The JSON text of a location, if both are degrees.
pub(crate) fn location(latitude: &str, longitude: &str) -> Option<String> {
    let within = |text: &str, limit: f64| {
        let degrees: f64 = text.trim().parse().ok()?;
        (degrees.abs() <= limit).then_some(degrees)
    };
    let (latitude, longitude) = (within(latitude, 90.0)?, within(longitude, 180.0)?);
    // With a point even where nothing is behind it: a reader should not see now a whole number, now another.
    Some(format!("{{\"latitude\":{latitude:?},\"longitude\":{longitude:?}}}"))
}

/// The records of a whole table that are not blank, each with its line.
struct Records<'a> {
    bytes: &'a [u8],
    line: usize,
}

impl<'a> Iterator for Records<'a> {
    type Item = (usize, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        while !self.bytes.is_empty() {
            let length = match boundary(self.bytes, b',', true) {
                Boundary::Complete(length) | Boundary::Broken(length) => length,
                Boundary::Open => self.bytes.len(),
            };
            let (record, rest) = self.bytes.split_at(length);
            let line = self.line;
            self.line += record.iter().filter(|byte| **byte == b'\n').count();
            self.bytes = rest;
            if !record.trim_ascii().is_empty() {
                return Some((line, record));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::TextField;

    fn lookup(field: Field, prefix: Option<usize>, columns: &[&str]) -> Enrich {
        Enrich {
            field,
            table: "t".to_owned(),
            on: TextField::PostalCode,
            prefix,
            key: None,
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        }
    }

    #[test]
    fn looks_up_by_key_and_by_prefix() {
        let location = lookup(Field::Location, Some(3), &["lat", "lon"]);
        let table = LookupTable::parse(&location, b"zip3,lon,lat\n012,7.50,47.0\n99,1,2\n").unwrap();
        assert_eq!(table.get("01234", Some(3)), Some(r#"{"latitude":47.0,"longitude":7.5}"#));
        assert_eq!(table.get("0", Some(3)), None);
        assert_eq!(table.get("99", Some(3)), Some(r#"{"latitude":2.0,"longitude":1.0}"#));
        let gender = lookup(Field::Text(TextField::Gender), None, &["gender"]);
        let table = LookupTable::parse(&gender, "name,gender\r\nJürgen,m\r\n\r\n\"Anna\",f\r\n".as_bytes()).unwrap();
        assert_eq!(table.get("Jürgen", None), Some("m"));
        assert_eq!(table.get("Anna", None), Some("f"));
        assert_eq!(table.get("Ann", None), None);
    }

    #[test]
    fn names_every_fault_by_its_line() {
        let location = lookup(Field::Location, None, &["lat", "lon"]);
        let error = LookupTable::parse(&location, b"k,lat,lon\na,1,x\nb,1\na,1,2\na,1,2\n,1,2\n").unwrap_err();
        let text = error.to_string();
        for expected in [
            "line 2: latitude",
            "line 3: there are only 2 columns",
            "line 5: this key is there twice",
            "line 6: the key is empty",
        ] {
            assert!(text.contains(expected), "{text}");
        }
        let missing = LookupTable::parse(&lookup(Field::Salary, None, &["wage"]), b"k,v\n").unwrap_err();
        assert!(missing.to_string().contains("\"wage\""));
        assert!(matches!(LookupTable::parse(&location, b""), Err(TableError::Empty { .. })));
    }
}
