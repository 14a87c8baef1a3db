//! What people are asked about: which compared pairs are drawn, and what an answer is worth.

mod draw;
mod gain;

pub use draw::{Below, DOUBTFUL_MAX, Draw, Lot, SAMPLED_MAX, Stratum, pair_hash};
pub use gain::{gain, group_bits};
