//! Formats of data: accounts, and what the stages derive from them.

pub mod asked;
pub mod blocked;
pub mod blocks;
pub mod described;
pub mod edges;
pub mod labels;
pub mod links;
pub mod pairs;
pub mod partition_review;
pub mod rawchunk;
pub mod records;
pub mod scores;
pub mod shuffle;
pub mod table;
pub mod vectors;
