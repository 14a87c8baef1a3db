//! Small inputs as they come from the field, with what a user expects of them: a module for each theme.
//!
//! A case is a folder beside this file (`onefold.toml` and `landing/`), or text in its test; either runs through all
//! stages ([`onefold_tests::case`]).

mod addresses;
mod dates;
mod emails;
mod files;
mod household;
mod letters;
mod lists;
mod lookup;
mod names;
mod own_fields;
mod phones;
mod placeholders;
mod review;
mod times;
mod values;
