//! The reference tables of a configuration, as all rows of a run are looked up in them.

use onefold_config::Config;

use super::provenances::Provenances;
use crate::enrich::{LookupTable, TableError, TableText};

/// The reference tables of a configuration.
#[derive(Debug, Default)]
pub struct Tables {
    pub(super) read: Vec<LookupTable>,
    /// The table of each lookup of the configuration, in its order. Lookups that differ in their prefix only share one,
    /// as a table may be large.
    of_lookups: Vec<usize>,
    pub(super) provenances: Provenances,
}

impl Tables {
    /// Reads the tables of all lookups; `text` gives a table by name.
    ///
    /// # Errors
    /// The faults of all tables.
    pub fn parse<'t>(config: &Config, text: impl Fn(&str) -> Option<TableText<'t>>) -> Result<Self, Vec<TableError>> {
        let mut tables = Self { provenances: Provenances::new(&config.enrich), ..Self::default() };
        let mut faults = Vec::new();
        for (number, lookup) in config.enrich.iter().enumerate() {
            let earlier = config.enrich[..number].iter().position(|earlier| earlier.reads_like(lookup));
            if let Some(table) = earlier.and_then(|earlier| tables.of_lookups.get(earlier)) {
                tables.of_lookups.push(*table);
                continue;
            }
            let missing = || TableError::Missing { table: lookup.table.clone() };
            match text(&lookup.table).ok_or_else(missing).and_then(|text| LookupTable::parse(lookup, text)) {
                Ok(table) => {
                    tables.of_lookups.push(tables.read.len());
                    tables.read.push(table);
                }
                Err(error) => {
                    // No table has this number. The lookups that share the table would report the same faults.
                    tables.of_lookups.push(usize::MAX);
                    faults.push(error);
                }
            }
        }
        if faults.is_empty() { Ok(tables) } else { Err(faults) }
    }

    /// The table of each lookup of the configuration, in its order.
    pub(super) fn of_lookups(&self) -> impl Iterator<Item = &LookupTable> {
        self.of_lookups.iter().filter_map(|table| self.read.get(*table))
    }
}
