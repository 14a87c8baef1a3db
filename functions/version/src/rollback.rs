//! Rolls `processed/CURRENT` back to a kept version.

use onefold_lake::version::current::{self, CurrentVersion};
use onefold_lake::version::manifest::{FORMAT, Manifest};
use onefold_lake::{FormatError, RunId};
use onefold_store::{Store, TransactionError};

use crate::complete::find_missing;
use crate::error::VersionError;
use crate::follow::follow_current;
use crate::list::{ListedVersion, VersionStatus, list};

/// A change of the current version.
#[derive(Clone, Debug, PartialEq)]
pub struct RolledBack {
    /// The run of the version that was current before.
    pub from: RunId,
    /// The manifest of the version that is current now.
    pub to: Manifest,
}

/// Why a rollback failed.
#[derive(Debug, thiserror::Error)]
pub enum RollbackError {
    /// The rollback is not allowed, or there is no such version.
    #[error(transparent)]
    Refused(RollbackRefusal),
    /// The versions cannot be read, or `processed/CURRENT` cannot be written.
    #[error(transparent)]
    Version(VersionError),
    /// The version is the current one now, but the lists under `current/` were not written.
    #[error(
        "the version of the run {run} is the current one now, but the lists of files under current/, which tables read, were \
         not written; `onefold rollback {run}` writes them"
    )]
    NotFollowed {
        /// Its run.
        run: RunId,
        /// Why.
        source: VersionError,
    },
}

/// Why a rollback is not allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RollbackRefusal {
    /// There is no current version.
    #[error("nothing has been published, so there is nothing to go back from")]
    NothingPublished,
    /// The current version builds on no other.
    #[error("the current version, of the run {current}, has none before it")]
    NoneBefore {
        /// Its run.
        current: RunId,
    },
    /// There is no such version.
    #[error("no version of the run {run} is kept")]
    NotKept {
        /// The run that was asked for.
        run: RunId,
    },
    /// The version is the current one already.
    #[error("the version of the run {run} is the current one already")]
    AlreadyCurrent {
        /// Its run.
        run: RunId,
    },
    /// The version was never published: see [`VersionStatus::Gated`].
    #[error("the gate held the version of the run {run} back")]
    Gated {
        /// Its run.
        run: RunId,
    },
    /// The version was never published: see [`VersionStatus::DryRun`].
    #[error("the run {run} was a dry run")]
    DryRun {
        /// Its run.
        run: RunId,
    },
    /// The version was never published: see [`VersionStatus::Unpublished`].
    #[error("the version of the run {run} was never published")]
    Unpublished {
        /// Its run.
        run: RunId,
    },
    /// A newer program wrote the version.
    #[error("the version of the run {run} has a format that is newer than this program")]
    NewerFormat {
        /// Its run.
        run: RunId,
    },
    /// The version was made without the current version's suppression list.
    #[error(
        "the version of the run {run} may hold persons who were erased since; it cannot be gone back to, and the purge of \
         the run {current} removes it"
    )]
    MayHoldErased {
        /// Its run.
        run: RunId,
        /// The run of the current version.
        current: RunId,
    },
    /// An object of the version is missing or has another size.
    #[error("the version of the run {run} is not whole: {missing}")]
    Incomplete {
        /// Its run.
        run: RunId,
        /// Which object, and the sizes.
        missing: String,
    },
    /// `processed/CURRENT` was changed meanwhile.
    #[error(
        "another version was made the current one meanwhile, or somebody who was erased was removed from older ones; look \
         at the versions and try again"
    )]
    Overtaken,
}

/// Makes a published version the current one: the version of `to`, or by default the one that the current version
/// builds on. This is one conditional write. A run that is working at the time fails when it publishes.
///
/// # Errors
/// [`RollbackRefusal`] if the version does not exist, was never published, is incomplete or may hold erased persons, or
/// if the current version changed meanwhile.
pub async fn roll_back(store: &dyn Store, to: Option<&RunId>) -> Result<RolledBack, RollbackError> {
    // The transaction begins first, so its commit fails if the current version changes during the checks below.
    let transaction = current::begin(store).await.map_err(of_transaction)?;
    let current = transaction.value().cloned().ok_or(RollbackError::Refused(RollbackRefusal::NothingPublished))?;
    let versions = list(store).await.map_err(RollbackError::Version)?;
    let manifest = match target(&versions, &current, to) {
        Ok(manifest) => manifest,
        Err(refusal) => {
            // An earlier try may have stopped before it wrote the lists.
            if let RollbackRefusal::AlreadyCurrent { run } = &refusal {
                follow(store, run).await?;
            }
            return Err(RollbackError::Refused(refusal));
        }
    };
    let missing = find_missing(store, &manifest).await.map_err(VersionError::List).map_err(RollbackError::Version)?;
    if let Some(missing) = missing {
        return Err(RollbackError::Refused(RollbackRefusal::Incomplete { run: manifest.run, missing }));
    }
    let next = CurrentVersion::after(Some(&current), manifest.run.clone());
    transaction.commit(store, &next).await.map_err(of_transaction)?;
    follow(store, &manifest.run).await?;
    Ok(RolledBack { from: current.run, to: manifest })
}

/// Writes the lists of files of the current version, that of `run`.
async fn follow(store: &dyn Store, run: &RunId) -> Result<(), RollbackError> {
    follow_current(store).await.map_err(|source| RollbackError::NotFollowed { run: run.clone(), source })
}

/// The version to roll back to, if its listing allows that.
fn target(
    versions: &[ListedVersion],
    current: &CurrentVersion,
    to: Option<&RunId>,
) -> Result<Manifest, RollbackRefusal> {
    let find = |run: &RunId| versions.iter().find(|version| version.manifest.run == *run);
    let from = find(&current.run).map(|version| &version.manifest);
    let before = || from.and_then(|manifest| manifest.previous.clone());
    let run = to.cloned().or_else(before);
    let run = run.ok_or_else(|| RollbackRefusal::NoneBefore { current: current.run.clone() })?;
    let Some(version) = find(&run) else { return Err(RollbackRefusal::NotKept { run }) };
    check_status(version)?;
    let manifest = &version.manifest;
    if manifest.format > FORMAT {
        return Err(RollbackRefusal::NewerFormat { run });
    }
    if from.is_some_and(|from| takes_away(from, manifest)) {
        return Err(RollbackRefusal::MayHoldErased { run, current: current.run.clone() });
    }
    Ok(manifest.clone())
}

/// Checks that the status of a version allows a rollback.
fn check_status(version: &ListedVersion) -> Result<(), RollbackRefusal> {
    let run = version.manifest.run.clone();
    match version.status {
        VersionStatus::Kept => Ok(()),
        VersionStatus::Current => Err(RollbackRefusal::AlreadyCurrent { run }),
        VersionStatus::Gated => Err(RollbackRefusal::Gated { run }),
        VersionStatus::DryRun => Err(RollbackRefusal::DryRun { run }),
        VersionStatus::Unpublished => Err(RollbackRefusal::Unpublished { run }),
    }
}

/// Whether Purge for the version `purging` removes the version `other`: it does if `other` was made without the same
/// suppression list, and its run did not start later.
fn takes_away(purging: &Manifest, other: &Manifest) -> bool {
    !purging.suppression.is_empty()
        && other.suppression != purging.suppression
        && other.run.started() <= purging.run.started()
}

fn of_transaction(error: TransactionError) -> RollbackError {
    RollbackError::Version(match error {
        TransactionError::Overtaken { .. } => return RollbackError::Refused(RollbackRefusal::Overtaken),
        TransactionError::Damaged { key, source } | TransactionError::Format { key, source } => {
            VersionError::Damaged(FormatError::json(&key, &source))
        }
        TransactionError::Read(error) => VersionError::Read(error),
        TransactionError::Write(error) => VersionError::Write(error),
    })
}

#[cfg(test)]
mod tests {
    use onefold_lake::keys;
    use onefold_store::Operation;
    use onefold_store::memory::{InjectedFault, MemoryStore};

    use super::*;
    use crate::open::current_run;
    use crate::testing::{EARLIER, LATER, block_on, manifest, put, run, with_versions};

    fn later() -> Manifest {
        Manifest { previous: Some(run(EARLIER)), ..manifest(LATER) }
    }

    /// Why it is refused; the current version stays.
    fn refusal(store: &MemoryStore, to: Option<&str>) -> RollbackRefusal {
        let before = store.contents();
        match block_on(roll_back(store, to.map(run).as_ref())) {
            Err(RollbackError::Refused(refusal)) => {
                assert_eq!(store.contents(), before, "nothing is written");
                refusal
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_version_before_is_gone_back_to_and_the_epoch_stays() {
        let store = with_versions(&[manifest(EARLIER), later()]);
        let fenced = CurrentVersion::new(run(LATER)).fenced();
        put(&store, keys::CURRENT, serde_json::to_vec(&fenced).unwrap());
        let rolled = block_on(roll_back(&store, None)).unwrap();
        assert_eq!(rolled, RolledBack { from: run(LATER), to: manifest(EARLIER) });
        let (current, _) = block_on(store.get(keys::CURRENT)).unwrap();
        let current: CurrentVersion = serde_json::from_slice(&current).unwrap();
        assert_eq!(current, CurrentVersion { run: run(EARLIER), epoch: 1 });
    }

    #[test]
    fn there_must_be_a_version_to_go_back_to() {
        assert_eq!(refusal(&MemoryStore::default(), None), RollbackRefusal::NothingPublished);
        let store = with_versions(&[manifest(EARLIER)]);
        block_on(follow_current(&store)).unwrap();
        assert_eq!(refusal(&store, None), RollbackRefusal::NoneBefore { current: run(EARLIER) });
        assert_eq!(refusal(&store, Some(EARLIER)), RollbackRefusal::AlreadyCurrent { run: run(EARLIER) });
        assert_eq!(refusal(&store, Some(LATER)), RollbackRefusal::NotKept { run: run(LATER) });
    }

    #[test]
    fn only_what_was_published_is_gone_back_to() {
        let refused = |earlier: Manifest| refusal(&with_versions(&[earlier, manifest(LATER)]), Some(EARLIER));
        let run = run(EARLIER);
        let gated = Manifest { gated: vec!["why".to_owned()], ..manifest(EARLIER) };
        assert_eq!(refused(gated), RollbackRefusal::Gated { run: run.clone() });
        let dry = Manifest { dry_run: true, ..manifest(EARLIER) };
        assert_eq!(refused(dry), RollbackRefusal::DryRun { run: run.clone() });
        assert_eq!(refused(manifest(EARLIER)), RollbackRefusal::Unpublished { run });
    }

    #[test]
    fn what_cannot_be_read_or_may_hold_the_erased_is_not_gone_back_to() {
        let run = run(EARLIER);
        let newer = Manifest { format: FORMAT + 1, ..manifest(EARLIER) };
        assert_eq!(refusal(&with_versions(&[newer, later()]), None), RollbackRefusal::NewerFormat { run: run.clone() });

        let erased = Manifest { suppression: "4a".to_owned(), ..later() };
        let store = with_versions(&[manifest(EARLIER), erased.clone()]);
        let expected = RollbackRefusal::MayHoldErased { run: run.clone(), current: erased.run.clone() };
        assert_eq!(refusal(&store, None), expected);
        let obeys = Manifest { suppression: "4a".to_owned(), ..manifest(EARLIER) };
        assert!(block_on(roll_back(&with_versions(&[obeys, erased]), None)).is_ok(), "it obeyed the same list");

        let mut cut = manifest(EARLIER);
        let key = format!("processed/{EARLIER}/inputs.jsonl");
        cut.files.inputs.push(onefold_lake::version::manifest::VersionFile {
            key,
            bytes: 7,
            records: 1,
            text_bytes: 7,
        });
        let refused = refusal(&with_versions(&[cut, later()]), None);
        assert!(matches!(&refused, RollbackRefusal::Incomplete { run: of, .. } if *of == run), "{refused:?}");
    }

    #[test]
    fn a_rollback_that_stopped_before_the_lists_is_repeated() {
        let store = with_versions(&[manifest(EARLIER), later()]);
        let list = keys::current_files(keys::VersionPart::Members);
        store.fail(InjectedFault::of(Operation::Put).nth(1));
        let error = block_on(roll_back(&store, None)).unwrap_err();
        assert!(matches!(&error, RollbackError::NotFollowed { run: to, .. } if *to == run(EARLIER)), "{error:?}");
        assert!(error.to_string().contains(&format!("`onefold rollback {EARLIER}`")), "{error}");
        assert!(!store.holds(&list));
        let again = block_on(roll_back(&store, Some(&run(EARLIER)))).unwrap_err();
        assert_eq!(again.to_string(), RollbackRefusal::AlreadyCurrent { run: run(EARLIER) }.to_string());
        assert!(store.holds(&list));
    }

    #[test]
    fn a_store_that_fails_is_no_refusal() {
        let store = with_versions(&[manifest(EARLIER), later()]);
        store.fail(InjectedFault::of(Operation::Put).from_then_on());
        let error = block_on(roll_back(&store, None)).unwrap_err();
        assert!(matches!(error, RollbackError::Version(VersionError::Write(_))), "{error:?}");
        store.heal();
        assert_eq!(block_on(current_run(&store)).unwrap(), Some(run(LATER)));
    }
}
