//! What tests across crates share: the oracle, rows to feed it and the pipeline with, and a driver that runs the
//! real stages in order against a store in memory.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod browser;
pub mod case;
pub mod exported;
pub mod fakes;
pub mod forgetful;
pub mod hooked;
pub mod http_server;
pub mod manual;
pub mod oracle;
pub mod pipeline;
pub mod postgres;
pub mod row;
pub mod settings;
pub mod stepped;
pub mod tables;
pub mod version;
