//! What is next: nothing, the changes of a version, or a whole version.

use onefold_lake::RunId;
use onefold_lake::version::manifest::{Manifest, VersionFile};
use onefold_store::Store;
use onefold_version::{OpenVersion, VersionError};

use crate::error::Error;

/// How many versions are followed one by one.
const CHAIN_MAX: usize = 100;

/// The next step towards a version.
#[derive(Debug, PartialEq)]
pub enum Step {
    /// The tables are this version.
    Nothing,
    /// Apply the changes of a version to the one that it builds on, which the tables are.
    Apply(Box<Manifest>),
    /// Bring the tables to a version, whatever they hold.
    Load {
        /// The version.
        manifest: Box<Manifest>,
        /// Why its changes are not enough, for people.
        why: String,
    },
}

/// The next step from the version of `state` to that of `target`.
///
/// # Errors
/// A manifest cannot be read.
pub async fn next(store: &dyn Store, target: &Manifest, state: Option<&RunId>) -> Result<Step, Error> {
    let load = |why: &str| Ok(Step::Load { manifest: Box::new(target.clone()), why: why.to_owned() });
    let Some(state) = state else { return load("the tables were empty") };
    if *state == target.run {
        return Ok(Step::Nothing);
    }
    let mut changes = 0;
    let mut next = target.clone();
    for _ in 0..CHAIN_MAX {
        changes += records(&next.files.changes);
        let Some(previous) = next.previous.clone() else {
            return load(&format!("{} did not come from the version of {state}", target.run));
        };
        // To replace everything takes less than so many changes.
        if changes > target.counts.customers.saturating_add(1000) {
            return load("so much has changed");
        }
        if previous == *state {
            return Ok(Step::Apply(Box::new(next)));
        }
        next = match OpenVersion::of_run(store, &previous).await {
            Ok(version) => version.into_manifest(),
            Err(VersionError::NoVersion { .. }) => return load(&format!("the version of {previous} is not kept")),
            Err(error) => return Err(Error::version("follow the versions")(error)),
        };
    }
    load("so many versions lie between")
}

fn records(files: &[VersionFile]) -> u64 {
    files.iter().map(|file| file.records).sum()
}
