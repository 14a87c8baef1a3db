//! `onefold rollback`: makes an earlier version the current one.

use onefold_lake::RunId;
use onefold_lake::calls::RolledBackRequest;
use onefold_version::{RollbackError, RollbackRefusal};

use crate::Outcome;
use crate::cloud::Cloud;
use crate::documents::RollbackDocument;
use crate::error::Error;
use crate::screen::{answer, warn};
use crate::table::plural;

/// Makes the version of `to` the current one; without `to`, the version that the current one was built on.
pub async fn roll_back(cloud: &Cloud, to: Option<&RunId>) -> Result<Outcome, Error> {
    let rolled = onefold_version::roll_back(cloud.store.as_ref(), to).await.map_err(|error| match error {
        RollbackError::Refused(refusal) => Error::Unready(with_advice(&refusal)),
        RollbackError::Version(error) => Error::version("go back to a version")(error),
        error @ RollbackError::NotFollowed { .. } => Error::Unready(error.to_string()),
    })?;
    let document =
        RollbackDocument { run: rolled.to.run, instead_of: rolled.from, customers: rolled.to.counts.customers };
    answer(&document, || in_words(&document))?;
    if let Err(error) = announce(cloud, document.instead_of).await {
        warn(format_args!("Nobody was told of it: the event `Onefold Version Published` was not sent. {error}"));
    }
    Ok(Outcome::Done)
}

/// Lets the function Announce send the event.
async fn announce(cloud: &Cloud, rolled_back_from: RunId) -> Result<(), Error> {
    let request = RolledBackRequest { stack: cloud.stack.clone(), rolled_back_from };
    cloud.call::<_, serde_json::Value>("announce", &request).await.map(drop)
}

fn in_words(RollbackDocument { run, instead_of, customers }: &RollbackDocument) -> String {
    format!(
        "The current version is that of {run} again ({}), instead of that of {instead_of}. The next run builds on it, and reads \
         again what it has not read.",
        plural(*customers, "customer")
    )
}

/// Why a version is not gone back to, and which command helps.
fn with_advice(refusal: &RollbackRefusal) -> String {
    let publish =
        |run: &RunId| format!("`onefold publish {run}` publishes it, if no other version was published since");
    let advice = match refusal {
        RollbackRefusal::NotKept { .. } => "`onefold versions` lists those that are".to_owned(),
        RollbackRefusal::Gated { run } | RollbackRefusal::DryRun { run } => publish(run),
        RollbackRefusal::Unpublished { run } => format!(
            "`onefold start --resume {run}` takes the run up again, and `onefold versions` lists the versions that were"
        ),
        RollbackRefusal::Overtaken => "`onefold versions` lists them".to_owned(),
        RollbackRefusal::NothingPublished
        | RollbackRefusal::NoneBefore { .. }
        | RollbackRefusal::AlreadyCurrent { .. }
        | RollbackRefusal::NewerFormat { .. }
        | RollbackRefusal::MayHoldErased { .. }
        | RollbackRefusal::Incomplete { .. } => return refusal.to_string(),
    };
    format!("{refusal}; {advice}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_refused_learns_which_command_helps() {
        let run = RunId::parse("20261122T174600Z-1a2b3c4d").unwrap();
        let cases = [
            (
                RollbackRefusal::NotKept { run: run.clone() },
                "no version of the run 20261122T174600Z-1a2b3c4d is kept; `onefold versions` lists those that are",
            ),
            (
                RollbackRefusal::Gated { run: run.clone() },
                "the gate held the version of the run 20261122T174600Z-1a2b3c4d back; `onefold publish \
                 20261122T174600Z-1a2b3c4d` publishes it, if no other version was published since",
            ),
            (
                RollbackRefusal::DryRun { run: run.clone() },
                "the run 20261122T174600Z-1a2b3c4d was a dry run; `onefold publish 20261122T174600Z-1a2b3c4d` publishes it, \
                 if no other version was published since",
            ),
            (
                RollbackRefusal::Unpublished { run: run.clone() },
                "the version of the run 20261122T174600Z-1a2b3c4d was never published; `onefold start --resume \
                 20261122T174600Z-1a2b3c4d` takes the run up again, and `onefold versions` lists the versions that were",
            ),
            (
                RollbackRefusal::AlreadyCurrent { run },
                "the version of the run 20261122T174600Z-1a2b3c4d is the current one already",
            ),
        ];
        for (refusal, expected) in cases {
            assert_eq!(with_advice(&refusal), expected);
        }
        assert!(with_advice(&RollbackRefusal::Overtaken).contains("try again; `onefold versions`"));
    }
}
