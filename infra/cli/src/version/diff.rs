//! `onefold diff`: compares the customers of two versions.
//!
//! Customers of different versions lie in different orders, so accounts are joined by buckets: both versions are read
//! once, side by side, and the customer of each account goes to the bucket of its reference. Joined accounts go to the
//! buckets of their customers, where it shows what became of each. Buckets are files without a name; memory holds one of
//! them at a time: about 300 MiB for versions of up to 40 million accounts, and in proportion for larger ones. The files
//! take about 150 bytes an account.

mod buckets;
mod facts;
mod join;
mod pair;
mod read;
#[cfg(test)]
mod tests;
mod text;

use std::sync::Arc;

use buckets::Buckets;
use facts::Summary;
use onefold_lake::version::manifest::Manifest;
use onefold_store::Store;
use onefold_version::{ChangedSetting, VersionComparison};
use pair::VersionPair;
use read::{Side, read};
use tokio::runtime::Handle;

use crate::Outcome;
use crate::args::DiffOptions;
use crate::documents::{DiffCounts, DiffDocument, Totals};
use crate::error::Error;
use crate::screen::answer;

/// About how many accounts are joined at a time.
const ACCOUNTS_A_BUCKET: u64 = 1_000_000;
/// The most buckets. Each takes five open files, of which some systems allow 256.
const BUCKETS_MAX: u64 = 40;

/// A version and where it is read from.
#[derive(Clone)]
struct ComparedVersion {
    store: Arc<dyn Store>,
    manifest: Manifest,
}

/// Compares two versions and prints what differs.
pub async fn execute(options: DiffOptions, stack: &str, endpoint: Option<&str>) -> Result<Outcome, Error> {
    let most = options.top as usize;
    let pair = VersionPair::find(options, stack, endpoint).await?;
    let document = compare(&pair, most).await?;
    answer(&document, || text::of(&document))?;
    Ok(Outcome::Done)
}

/// Compares two versions; `most` is how many of the customers that changed most are named.
async fn compare(pair: &VersionPair, most: usize) -> Result<DiffDocument, Error> {
    let accounts = pair.before.manifest.counts.members.max(pair.after.manifest.counts.members);
    compare_in(pair, (accounts / ACCOUNTS_A_BUCKET).clamp(1, BUCKETS_MAX) as usize, most).await
}

async fn compare_in(
    VersionPair { before, after }: &VersionPair,
    buckets: usize,
    most: usize,
) -> Result<DiffDocument, Error> {
    let reading = [(before, Side::Before), (after, Side::After)].map(|(version, side)| {
        let (version, handle) = (version.clone(), Handle::current());
        // On a thread each, because decompressing takes longer than reading.
        tokio::task::spawn_blocking(move || handle.block_on(read(&version, side, buckets)))
    });
    let [before_read, after_read] = reading;
    let panicked = || Error::task("read a version");
    let before_read = before_read.await.map_err(panicked()).flatten()?;
    let after_read = after_read.await.map_err(panicked()).flatten()?;
    let joining = move || join_and_sum(before_read, after_read, buckets, most);
    let summary = tokio::task::spawn_blocking(joining).await.map_err(panicked()).flatten()?;
    Ok(document(&before.manifest, &after.manifest, summary))
}

fn join_and_sum(before: read::Read, after: read::Read, buckets: usize, most: usize) -> Result<Summary, Error> {
    let mut facts = Buckets::new(buckets)?;
    let mut summary = Summary::new(most);
    summary.accounts = join::join(before.accounts, after.accounts, &mut facts)?;
    summary.sum(facts, [before.records, after.records])?;
    Ok(summary)
}

fn document(before: &Manifest, after: &Manifest, summary: Summary) -> DiffDocument {
    let totals = |before: u64, after: u64| Totals { before, after };
    let (was, is) = (&before.counts, &after.counts);
    let settings = VersionComparison::new(Some(before), after).settings;
    DiffDocument {
        before: before.run.clone(),
        after: after.run.clone(),
        settings: settings.into_iter().map(|setting| name(setting).to_owned()).collect(),
        counts: DiffCounts {
            customers: totals(was.customers, is.customers),
            accounts: totals(was.members, is.members),
            moved: summary.accounts.moved,
            added: summary.accounts.added,
            gone: summary.accounts.gone,
            ..summary.customers
        },
        most_changed: summary.most_changed(),
    }
}

const fn name(setting: ChangedSetting) -> &'static str {
    match setting {
        ChangedSetting::Configuration => "configuration",
        ChangedSetting::MatchRules => "match_rules",
        ChangedSetting::Corrections => "corrections",
        ChangedSetting::SuppressionList => "suppression_list",
    }
}
