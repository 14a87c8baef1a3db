//! The report of a version: the numbers that people look at, without a value of any account.
//!
//! Compact makes a [`Report`] of what the stages counted and writes it into the version as `report.json`, and the [`page`]
//! of it as `report.html`.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod page;
mod prices;
mod report;

pub use page::{number, page};
pub use prices::list_prices;
pub use report::*;
