//! From a source's rows to accounts: map, normalise, enrich, make match keys; or reject, with the reason.

mod chunk;
mod enrich;
mod id;
mod items;
mod objects;
mod translator;
mod values;

pub use chunk::{ChunkOutput, Segment};
pub use objects::ObjectRows;
pub use translator::Reject;

use enrich::Provenances;
use onefold_config::{Config, Source};
use onefold_identity::matching::Matcher;
use onefold_identity::suppression::Suppression;
use onefold_normalise::field::{TEXT_FIELDS, TextField};

use crate::enrich::{LookupTable, TableError, TableText};
use crate::mapping::MappingPlan;

/// The reference tables of a configuration.
#[derive(Debug, Default)]
pub struct Tables {
    read: Vec<LookupTable>,
    /// Which of them each lookup of the configuration uses, in its order. Lookups that try a shorter prefix in turn share
    /// one: a table may be large.
    of_lookups: Vec<usize>,
    provenances: Provenances,
}

impl Tables {
    /// Reads the tables of all lookups; `text` gives a table by name.
    ///
    /// # Errors
    /// The faults of all tables.
    pub fn parse<'t>(config: &Config, text: impl Fn(&str) -> TableText<'t>) -> Result<Self, Vec<TableError>> {
        let mut tables = Self { provenances: Provenances::new(&config.enrich), ..Self::default() };
        let mut faults = Vec::new();
        for (number, lookup) in config.enrich.iter().enumerate() {
            let earlier = config.enrich[..number].iter().position(|earlier| earlier.reads_like(lookup));
            if let Some(table) = earlier.and_then(|earlier| tables.of_lookups.get(earlier)) {
                tables.of_lookups.push(*table);
                continue;
            }
            match LookupTable::parse(lookup, text(&lookup.table)) {
                Ok(table) => {
                    tables.of_lookups.push(tables.read.len());
                    tables.read.push(table);
                }
                Err(error) => {
                    // Nothing is read from it, and the lookups that share it have nothing to add.
                    tables.of_lookups.push(usize::MAX);
                    faults.push(error);
                }
            }
        }
        if faults.is_empty() { Ok(tables) } else { Err(faults) }
    }

    /// The table of each lookup of the configuration, in its order.
    fn of_lookups(&self) -> impl Iterator<Item = &LookupTable> {
        self.of_lookups.iter().filter_map(|table| self.read.get(*table))
    }
}

/// Turns the rows of one source into accounts.
pub struct Translator<'c> {
    config: &'c Config,
    source: &'c Source,
    tables: &'c Tables,
    plan: MappingPlan,
    matcher: Matcher,
    /// Whose rows are refused without a trace.
    suppression: Option<&'c Suppression>,
    /// The text fields in the order in which they are normalised.
    order: [TextField; TEXT_FIELDS],
}

impl<'c> Translator<'c> {
    /// A translator for one source of the configuration.
    pub fn new(config: &'c Config, source: &'c Source, tables: &'c Tables, matcher: Matcher) -> Self {
        let mut order = TextField::ALL;
        // The phone normaliser looks at the country.
        order.sort_by_key(|field| *field != TextField::Country);
        Self { config, source, tables, plan: MappingPlan::new(&source.mapping), matcher, suppression: None, order }
    }

    /// Refuses the rows of those who were erased.
    #[must_use]
    pub fn suppressing(self, suppression: &'c Suppression) -> Self {
        Self { suppression: Some(suppression).filter(|list| !list.is_empty()), ..self }
    }
}

#[cfg(test)]
mod tests;
