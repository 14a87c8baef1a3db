//! Which pairs of accounts are compared: those that agree in a few features (the passes of blocking).
//!
//! Passes follow from the fields alone. Nobody sets them.

mod cover;
mod feature;
mod first_found;
mod hash;
mod pass;
mod sizes;
mod useful;

pub use cover::PassSet;
pub use feature::Features;
pub use first_found::FirstFound;
pub use pass::{GreatKey, Passes};
pub use sizes::{BLOCK_MAX, BlockSizes, caps, pairs, ranks};
pub use useful::useful;

#[cfg(test)]
mod tests;
