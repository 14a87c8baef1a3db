//! Reference tables: values from third parties, looked up by values of accounts.

mod build;
mod key;
mod table;

use hashbrown::HashTable;
use onefold_config::Enrich;
use onefold_identity::account::Account;
use xxhash_rust::xxh3::xxh3_64;

pub use table::{TableContent, TableError, TableFormat, TableRows, TableText};

/// A table, indexed for one lookup of the configuration.
///
/// All keys and values stand in one text: a table may have a million rows, and two allocations a row would take most of
/// the memory.
#[derive(Debug, Default)]
pub struct LookupTable {
    index: HashTable<u32>,
    text: String,
    /// Where each row's key and value end in the text.
    ends: Vec<(u32, u32)>,
}

impl LookupTable {
    /// Adds a row; `false` if its key is there already.
    fn insert(&mut self, key: &str, value: &str) -> Result<bool, TooLarge> {
        if self.find(key).is_some() {
            return Ok(false);
        }
        let number = u32::try_from(self.ends.len()).map_err(|_| TooLarge)?;
        let key_end = u32::try_from(self.text.len() + key.len()).map_err(|_| TooLarge)?;
        let value_end = u32::try_from(self.text.len() + key.len() + value.len()).map_err(|_| TooLarge)?;
        self.text.push_str(key);
        self.text.push_str(value);
        self.ends.push((key_end, value_end));
        let Self { index, text, ends } = self;
        index.insert_unique(hash(key), number, |row| hash(key_of(text, ends, *row)));
        Ok(true)
    }

    fn find(&self, key: &str) -> Option<&str> {
        let row = *self.index.find(hash(key), |row| key_of(&self.text, &self.ends, *row) == key)?;
        let (key_end, value_end) = *self.ends.get(row as usize)?;
        self.text.get(key_end as usize..value_end as usize)
    }

    /// The value for an account: text, a JSON number for `salary`, a JSON object for `location`, a JSON string for an
    /// attribute, and for `interests` text that is still to be split.
    pub fn get(&self, lookup: &Enrich, account: &Account<'_>) -> Option<&str> {
        self.find(&key::of_account(lookup, account)?)
    }
}

/// The table has more text or more rows than 32 bits can count.
struct TooLarge;

fn hash(key: &str) -> u64 {
    xxh3_64(key.as_bytes())
}

fn key_of<'t>(text: &'t str, ends: &[(u32, u32)], row: u32) -> &'t str {
    let row = row as usize;
    let start = row.checked_sub(1).map_or(0, |before| ends[before].1);
    &text[start as usize..ends[row].0 as usize]
}

/// A JSON number from text, if it is one.
pub(crate) fn number(text: &str) -> Option<String> {
    let number: f64 = text.trim().parse().ok()?;
    number.is_finite().then(|| number.to_string())
}

/// The JSON text of a location, if both are degrees.
pub(crate) fn location(latitude: &str, longitude: &str) -> Option<String> {
    let (latitude, longitude) = (degrees(latitude, 90.0)?, degrees(longitude, 180.0)?);
    // Always with a decimal point, so that readers always see the same type of number.
    Some(format!("{{\"latitude\":{latitude:?},\"longitude\":{longitude:?}}}"))
}

/// A number from `-limit` to `limit`.
fn degrees(text: &str, limit: f64) -> Option<f64> {
    let degrees: f64 = text.trim().parse().ok()?;
    (degrees.abs() <= limit).then_some(degrees)
}

#[cfg(test)]
mod tests;
