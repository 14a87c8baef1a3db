//! Versions, which runs publish: listed, rolled back, fetched into a folder, restored from it, compared, explained,
//! asked for their models and reports, and searched for persons to erase.

mod asked;
pub mod difference;
pub mod erase;
pub mod explanation;
pub mod fetch;
pub mod list;
pub mod model;
pub mod out_folder;
pub mod page;
pub mod restore;
pub mod rollback;
