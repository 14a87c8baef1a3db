//! `onefold versions`: lists the versions that are kept.

use onefold_version::{ListedVersion, VersionStatus};

use crate::Outcome;
use crate::cloud::Cloud;
use crate::error::Error;
use crate::screen::say;
use crate::table::{TextTable, count};

/// Prints one line per version: its run, its customers and accounts, and whether it is current, kept or held back.
pub async fn list(cloud: &Cloud) -> Result<Outcome, Error> {
    let versions = onefold_version::list(cloud.store.as_ref()).await.map_err(Error::version("list the versions"))?;
    if versions.is_empty() {
        return Err(Error::NotPublished(format!("there are no versions in s3://{}", cloud.bucket)));
    }
    say(table(&versions).trim_end());
    Ok(Outcome::Done)
}

fn table(versions: &[ListedVersion]) -> String {
    let mut table = TextTable::default();
    table.row(["run", "customers", "accounts", "standing"].map(str::to_owned));
    for ListedVersion { manifest, status } in versions {
        let status = match status {
            VersionStatus::Current => "current",
            VersionStatus::Kept => "kept",
            VersionStatus::Gated => "held back by the gate",
            VersionStatus::DryRun => "dry run",
            VersionStatus::Unpublished => "not published",
        };
        let (customers, members) = (count(manifest.counts.customers), count(manifest.counts.members));
        table.row([manifest.run.to_string(), customers, members, status.to_owned()]);
    }
    table.text()
}
