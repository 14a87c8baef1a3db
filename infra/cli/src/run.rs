//! A run: started, followed to its end, and reported.

pub mod failure;
pub mod follow;
pub mod history;
pub mod progress;
pub mod receipts;
pub mod report;
pub mod runs;
pub mod stage;
pub mod start;
pub mod totals;
#[expect(clippy::disallowed_types, reason = "it is only looked up in, two million times")]
pub mod truth;
