//! The cloud as the command reaches it: clients, calls of functions, and the objects of the bucket.

pub mod clients;
pub mod concurrently;
pub mod etag;
pub mod invoke;
pub mod objects;
pub mod secrets;
pub mod stacks;
pub mod transfer;

pub use clients::{Clients, Cloud, LOCAL_CREDENTIAL, LOCAL_REGION, LocalFolder};
