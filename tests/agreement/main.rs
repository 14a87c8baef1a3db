//! Code, state machine and template must agree on names, keys, limits and times; nothing but these tests checks that.

mod access;
mod architecture;
mod configuration;
mod dependencies;
mod documents;
mod environment;
mod errors;
mod events;
mod functions;
mod manual;
mod metrics;
mod policies;
mod project;
mod schemas;
mod sizes;
mod tables;
mod times;
#[path = "../functions/tools.rs"]
mod tools;
