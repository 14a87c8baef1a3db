//! What stands in for AWS on this machine: the processes of the local cloud, and for single questions the functions' own
//! code over a folder.

pub mod deploy;
pub mod functions;
pub mod overlay;
pub mod package;
pub mod processes;
pub mod project;
pub mod settings;
pub mod state_folder;
pub mod up;
pub mod zip;
