//! What the tests of connectors share: a context without anything but a store in memory.

use std::io::Write;
use std::sync::Arc;

use onefold_graph::node::NodeHasher;
use onefold_shell::{Context, NoTasks};
use onefold_store::Condition;
use onefold_store::memory::MemoryStore;

/// A context with an empty store.
pub(crate) fn context() -> Context {
    let hasher = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
    Context::new(Arc::new(MemoryStore::default()), hasher, Arc::new(NoTasks), None)
}

/// A context whose store has one object, and the object's entity tag.
pub(crate) async fn context_with(object: &str, bytes: &[u8]) -> (Context, String) {
    let context = context();
    context.store.put(object, bytes.to_vec().into(), Condition::Always).await.unwrap();
    let (_, etag) = context.store.get(object).await.unwrap();
    (context, etag)
}

/// Bytes, compressed with gzip.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
