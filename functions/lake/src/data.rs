//! Formats of data: accounts, and what the stages derive from them.

pub mod blocked;
pub mod edges;
pub mod labels;
pub mod links;
pub mod rawchunk;
pub mod shuffle;
pub mod table;
