//! From a source's rows to accounts: map, normalise, enrich, make match keys; or reject, with the reason.

mod chunk;
mod enrich;
mod row;

pub use chunk::{ChunkOutput, Segment};
pub use row::Reject;

use crate::config::{Config, Source};
use crate::enrich::{LookupTable, TableError, TableText};
use crate::field::{TEXT_FIELDS, TextField};
use crate::mapping::MappingPlan;
use crate::matching::Matcher;

/// The reference tables of a configuration, one for each lookup, in its order.
#[derive(Debug, Default)]
pub struct Tables(Vec<LookupTable>);

impl Tables {
    /// Reads the tables of all lookups; `text` gives a table by name.
    ///
    /// # Errors
    /// The faults of each lookup's table.
    pub fn parse<'t>(config: &Config, text: impl Fn(&str) -> TableText<'t>) -> Result<Self, Vec<TableError>> {
        let mut tables = Vec::new();
        let mut faults = Vec::new();
        for lookup in &config.enrich {
            match LookupTable::parse(lookup, text(&lookup.table)) {
                Ok(table) => tables.push(table),
                Err(error) => faults.push(error),
            }
        }
        if faults.is_empty() { Ok(Self(tables)) } else { Err(faults) }
    }
}

/// Turns the rows of one source into accounts.
pub struct Translator<'c> {
    config: &'c Config,
    source: &'c Source,
    tables: &'c Tables,
    plan: MappingPlan,
    matcher: Matcher,
    /// The text fields in the order in which they are normalised.
    order: [TextField; TEXT_FIELDS],
}

impl<'c> Translator<'c> {
    /// A translator for one source of the configuration.
    pub fn new(config: &'c Config, source: &'c Source, tables: &'c Tables, matcher: Matcher) -> Self {
        let mut order = TextField::ALL;
        // The phone normaliser looks at the country.
        order.sort_by_key(|field| *field != TextField::Country);
        Self { config, source, tables, plan: MappingPlan::new(&source.mapping), matcher, order }
    }
}

#[cfg(test)]
mod tests;
