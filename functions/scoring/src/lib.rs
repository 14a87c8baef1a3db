//! Scored pairs: who is one person, by probabilities that are learnt from the run's own pairs, without labels.
//!
//! The model is that of Fellegi and Sunter ("A Theory for Record Linkage", 1969). Three classes of pairs are told apart: one
//! person, relatives (who share a surname, an address, a phone), and strangers. What is learnt are the probabilities of
//! each comparison level among one person's pairs (m), among relatives' (r) and among strangers' (u).
//!
//! * [`ScoredFields`]: which fields are compared, and as what
//! * [`describe`]: from an account's values to its record
//! * [`record`]: an account as it is compared
//! * [`blocking`]: which pairs are compared
//! * [`similarity`]: how near two texts are
//! * [`levels`]: which comparison levels two accounts have
//! * [`Pattern`]: the comparison levels of a pair
//! * [`counts`]: what is counted of a run; all of it are integers that add up in any order
//! * [`model`]: what is learnt
//! * [`train`]: learning a model from counts
//! * [`weights`]: a model as integers, which score a pair
//! * [`customers`]: customers that grow by scores
//! * [`curve`]: what is expected of the links at each threshold
//! * [`review`]: which pairs people are asked about
//! * [`measured`]: what people's answers about a sample say of the links
//!
//! Nothing here reads or writes objects, and nothing depends on the order of accounts.

#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod blocking;
pub mod counts;
pub mod curve;
pub mod customers;
pub mod describe;
mod em;
mod field;
pub mod levels;
pub mod measured;
pub mod model;
mod pattern;
mod priors;
pub mod record;
pub mod review;
pub mod similarity;
pub mod train;
pub mod weights;

pub use field::{FIELDS_MAX, FieldKind, ScoredField, ScoredFields};
pub use pattern::{DIFFER, EQUAL, FREQUENCIES, LEVELS, Level, MISSING, Pattern, SWAPPED, frequency};

/// The version of the comparison levels. A model is of one version.
pub const LEVELS_VERSION: u32 = 2;
