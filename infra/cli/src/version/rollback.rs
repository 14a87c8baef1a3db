//! `onefold rollback`: makes an earlier version the current one.

use onefold_lake::RunId;
use onefold_version::versions;

use crate::Outcome;
use crate::cloud::Cloud;
use crate::error::Error;
use crate::screen::say;
use crate::table::count;

/// Makes the version of `to` the current one; without `to`, the version that the current one was built on.
pub async fn roll_back(cloud: &Cloud, to: Option<&RunId>) -> Result<Outcome, Error> {
    let rolled = versions::roll_back(cloud.store.as_ref(), to).await?;
    say(format_args!(
        "The current version is that of {} again ({} customers), instead of that of {}. The next run builds on it, and reads \
         again what it has not read.",
        rolled.to.run,
        count(rolled.to.counts.customers),
        rolled.from
    ));
    Ok(Outcome::Done)
}
