//! Versions, which runs publish: listed, rolled back, fetched into a folder, restored from it, compared, explained,
//! asked for their models, reviewed, and searched for persons to erase.

mod asked;
pub mod difference;
pub mod erase;
pub mod explanation;
pub mod fetch;
pub mod list;
pub mod model;
pub mod out_folder;
pub mod restore;
pub mod review;
pub mod rollback;
