//! Versions, which runs publish: listed, rolled back, fetched into a folder, restored from it, compared, explained,
//! asked for their models and reports, reviewed, and searched for customers and for persons to erase.

mod asked;
pub mod diff;
pub mod difference;
pub mod erase;
pub mod explanation;
pub mod fetch;
pub mod list;
pub mod lookup;
pub mod model;
pub mod out_folder;
pub mod page;
pub mod restore;
pub mod review;
pub mod rollback;
pub mod sync;
