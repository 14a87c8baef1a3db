//! The whole workflow on the local cloud, through the built command `onefold`: what an operator does and sees.
//!
//! Needs what `make tools` and `make build` make. The scenarios take turns, as each has a local cloud of its own that
//! wants all of the machine. (Linux only: processes are found in `/proc`.)

mod command;
mod data;
mod events;
#[path = "../functions/lake.rs"]
#[allow(dead_code, reason = "the tests of the functions use more of it")]
mod lake;
mod processes;
mod results;
mod scenarios;
#[path = "../functions/tools.rs"]
mod tools;
mod upcloud;
