//! What the functions' own code needs to be run by the command, on this machine.

use std::sync::Arc;

use onefold_graph::node::NodeHasher;
use onefold_shell::{Context, NoTasks};
use onefold_store::Store;

use crate::error::Error;

/// The nodes of keys are not shown, so any secret does.
const NO_SECRET: &str = "00000000000000000000000000000000";

/// Hashes what nobody sees.
pub fn hasher() -> Result<NodeHasher, Error> {
    NodeHasher::from_hex(NO_SECRET).map_err(|error| Error::malformed("the secret", error))
}

/// What a function has at hand, with a store, the match-key secret if it needs one, and nothing else.
pub fn context(store: Arc<dyn Store>, hasher: impl Into<Option<NodeHasher>>) -> Context {
    Context::new(store, hasher, Arc::new(NoTasks), None)
}
