//! `onefold versions`: lists the versions that are kept.

use onefold_version::{ListedVersion, VersionStatus};

use crate::Outcome;
use crate::cloud::Cloud;
use crate::documents::{VersionEntry, VersionsDocument};
use crate::error::Error;
use crate::screen::answer;
use crate::table::{TextTable, count};

/// Prints one line per version: its run, its customers and accounts, and whether it is current, kept or held back.
pub async fn list(cloud: &Cloud) -> Result<Outcome, Error> {
    let versions = onefold_version::list(cloud.store.as_ref()).await.map_err(Error::version("list the versions"))?;
    if versions.is_empty() {
        return Err(Error::NotPublished(format!("there are no versions in {}", cloud.store.address(""))));
    }
    answer(&document(&versions), || table(&versions))?;
    Ok(Outcome::Done)
}

fn document(versions: &[ListedVersion]) -> VersionsDocument {
    let entry = |ListedVersion { manifest, status }: &ListedVersion| VersionEntry {
        run: manifest.run.clone(),
        status: name(*status).to_owned(),
        previous: manifest.previous.clone(),
        started_at: manifest.started_at.clone(),
        customers: manifest.counts.customers,
        accounts: manifest.counts.members,
    };
    VersionsDocument { versions: versions.iter().map(entry).collect() }
}

/// The status for programs.
const fn name(status: VersionStatus) -> &'static str {
    match status {
        VersionStatus::Current => "current",
        VersionStatus::Kept => "kept",
        VersionStatus::Gated => "gated",
        VersionStatus::DryRun => "dry_run",
        VersionStatus::Unpublished => "unpublished",
    }
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
