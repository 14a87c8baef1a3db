//! What runs published: listed, fetched into a folder and restored from it, compared, explained, and erased from.

pub mod difference;
pub mod erase;
pub mod explanation;
pub mod fetch;
pub mod list;
pub mod out_folder;
pub mod restore;
pub mod rollback;
