//! Bytes that others write, changed at random; and our own formats, changed at every place.
//!
//! Readers of users' bytes run as the stages do. Whatever the bytes are, nothing panics, the fault is told as the user's,
//! and what is published is JSON that every reader takes. `PROPTEST_CASES` says how many cases each reader gets
//! (`make fuzz`: very many). A case that fails is printed, and its seed is kept beside the test; what is worth keeping for
//! good becomes a file of the corpus.

mod documents;
mod files;
mod formats;
mod mutations;
mod pages;
mod run;
