//! Which accounts are one customer, and what that customer is.
//!
//! An *account* is one system's record of a customer; a *customer* is what accounts of one person are folded into; a
//! *match key* is a normalised value that accounts share if they may belong to one person.
//!
//! * [`account`], [`attribute`], [`reference`], [`provenance`]: an account, its text and its name
//! * [`match_keys`], [`blocked_values`]: which keys an account has, and which values make none
//! * [`corrections`]: what people say about pairs
//! * [`pool`], [`shared_keys`], [`comparison`], [`judge`]: accounts with their keys, which of them share one, and the one
//!   decision on a pair
//! * [`scores`]: the scored pairs of a slice
//! * [`cluster`]: customers are the components of linked pairs, and grow by scores, within the limits of the guard
//! * [`survive`], [`customer`], [`customer_id`]: the values that survive, the customer's text and its id
//! * [`merge`]: all of this for one partition, in four steps, with the change feed
//! * [`explain`]: what the judge says, for people to read
//! * [`question`]: what people are asked
//! * [`snapshot`], [`suppression`]: which accounts of the previous version must go
//! * [`json`], [`plain_json`], [`edit_distance`]: text, fast
//!
//! It deliberately lacks I/O, a clock, randomness, tokio and AWS: time and input arrive as arguments, so that the same
//! input gives the same output to the byte. `clippy.toml` bans the rest.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod account;
pub mod attribute;
pub mod blocked_set;
pub mod blocked_values;
pub mod cluster;
pub mod comparison;
pub mod corrections;
pub mod counts;
pub mod customer;
pub mod customer_id;
pub mod edit_distance;
pub mod explain;
pub mod identifiers;
pub mod json;
pub mod json_error;
pub mod judge;
pub mod match_keys;
pub mod merge;
pub mod plain_json;
pub mod pool;
pub mod pool_corrections;
pub mod provenance;
pub mod question;
pub mod reference;
pub mod scores;
pub mod shared_keys;
pub mod snapshot;
pub mod statistics;
pub mod suppression;
pub mod survive;
pub mod unblocked_texts;
