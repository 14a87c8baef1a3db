//! The store on S3, against two emulators of it and against a server that misbehaves.

#[path = "../functions/background.rs"]
mod background;
mod bodies;
mod breaking;
mod bucket;
mod conformance;
mod errors;
mod multipart;
#[path = "../functions/tools.rs"]
mod tools;
mod writes;
