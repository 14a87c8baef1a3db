//! From a source's row to an account: reading rows, mapping their fields, normalising and enriching their values.
//!
//! It also reads the other tables that people write: reference tables and corrections.
//!
//! It deliberately lacks I/O, a clock and randomness: the same input gives the same output to the byte.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod corrections_file;
pub mod csv;
pub mod enrich;
pub mod mapping;
mod raw_json;
pub mod setup_checks;
pub mod translate;
