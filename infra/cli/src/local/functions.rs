//! Runs the functions' own code in the command: the context and the hasher that it needs.

use std::sync::Arc;

use onefold_graph::node::NodeHasher;
use onefold_shell::{Context, NoTasks};
use onefold_store::Store;

use crate::error::Error;

/// Hashes of match keys are not shown, so any secret will do.
const NO_SECRET: &str = "00000000000000000000000000000000";

/// The secret of the local cloud, as `infra/samconfig.toml` has it.
const LOCAL_SECRET: &str = "000102030405060708090a0b0c0d0e0f";

/// The hasher of the local cloud, whose secret is public.
pub fn local_hasher() -> Result<NodeHasher, Error> {
    NodeHasher::from_hex(LOCAL_SECRET).map_err(|error| Error::malformed("the secret", error))
}

/// A hasher for work whose hashes are never shown.
pub fn hasher() -> Result<NodeHasher, Error> {
    NodeHasher::from_hex(NO_SECRET).map_err(|error| Error::malformed("the secret", error))
}

/// The context of a function with a store and, if it needs the match-key secret, a hasher. There is no queue.
pub fn context(store: Arc<dyn Store>, hasher: impl Into<Option<NodeHasher>>) -> Context {
    Context::new(store, hasher, Arc::new(NoTasks), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With another one, the local cloud would not know who was erased from a folder, and nobody would be found there.
    #[test]
    fn the_local_secret_is_that_of_the_local_cloud() {
        let config = include_str!("../../../samconfig.toml");
        assert!(config.contains(&format!("\"MatchKeySecret={LOCAL_SECRET}\"")));
    }
}
