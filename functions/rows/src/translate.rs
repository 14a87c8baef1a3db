//! From a source's rows to accounts: map, normalise, enrich, make match keys; or reject, with the reason.

mod chunk;
mod enrich;
mod field_values;
mod id;
mod items;
mod names;
mod objects;
mod provenances;
mod rejects;
mod segment;
mod tables;
mod translator;
mod values;

pub use chunk::{ChunkOutput, translate_chunk};
pub use objects::ObjectRows;
pub use segment::Segment;
pub use tables::Tables;
pub use translator::Translator;
pub use values::{PLACEHOLDER, lost};

#[cfg(test)]
mod tests;
