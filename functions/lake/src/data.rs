//! Formats of data: what holds accounts, and what is made of them on their way.

pub mod blocked;
pub mod edges;
pub mod labels;
pub mod links;
pub mod rawchunk;
pub mod shuffle;
pub mod table;
