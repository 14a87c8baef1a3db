//! `processed/<run>/manifest.json`: the content of a version and its origin.

use std::collections::BTreeMap;

use onefold_identity::counts::VersionCounts;
use onefold_store::Object;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use crate::keys::{ParquetPart, RunId};
use crate::run::note::SourceNote;
use crate::run::plan::SkippedSource;
use crate::version::review::Measured;

/// The number of the format. Readers reject higher numbers.
pub const FORMAT: u32 = 1;

/// The most files with rejected rows in a manifest.
pub const REFUSED_FILES_MAX: usize = 100;

/// The digest of a configuration's text. Another digest means that the configuration changed.
pub fn config_digest(config: &str) -> String {
    format!("{:032x}", xxh3_128(config.as_bytes()))
}

/// The digest of a model's text.
pub fn model_digest(model: &[u8]) -> String {
    format!("{:032x}", xxh3_128(model))
}

/// The manifest of a version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`]
    pub format: u32,
    /// The run that made the version.
    pub run: RunId,
    /// The run whose version this one builds on; `None` for a first version.
    pub previous: Option<RunId>,
    /// The start of the run, RFC 3339.
    pub started_at: String,
    /// The counts of accounts, customers and changes.
    pub counts: VersionCounts,
    /// The blocked match keys that most accounts share, at most 100, the most shared first. `counts` has the number of
    /// all.
    pub blocked: Vec<BlockedKey>,
    /// How often each guard acted on a member or customer: `blocked_values`, `ambiguous_keys`, `never`, `refused`,
    /// `max_distinct.<field>`, `max_per_source.<source>`, `max_accounts_per_customer`. The files in `files.blocked` have
    /// the details.
    #[serde(default)]
    pub guards: BTreeMap<String, u64>,
    /// Values in this run's rows that could not be used as they are, by field and reason.
    pub dropped_values: BTreeMap<String, u64>,
    /// The sources that are snapshots. The links of their members carry their marks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub snapshots: Vec<String>,
    /// The snapshot sources that had rejected rows in this run. No account of theirs was treated as deleted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incomplete_snapshots: Vec<String>,
    /// The version's files.
    pub files: VersionFiles,
    /// Digest of the configuration. It shows whether the configuration changed.
    pub config: String,
    /// Digest of the match rules and of the secret that made the member links.
    pub matching: String,
    /// Keyed digest of the corrections, empty if there are none. It shows whether they changed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub corrections: String,
    /// Digest of the suppression list, empty if the list is. It shows whether the list changed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub suppression: String,
    /// Fingerprint of the secret by which the index finds identifiers. Empty if it finds none, as an earlier program made
    /// it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub indexed_by: String,
    /// What scoring pairs came to; `None` where only rules decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scores: Option<ScoreSummary>,
    /// Remarks about possible mistakes in the set-up, such as corrections that change nothing. They are no errors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Rows of this run by source.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sources: BTreeMap<String, SourceCounts>,
    /// Files with rejected rows, the worst first, at most [`REFUSED_FILES_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused_files: Vec<RefusedFile>,
    /// Remarks about this run's sources. They are no errors: see [`crate::run::note`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source_notes: Vec<SourceNote>,
    /// The watermark of each source that has one. The next run continues there.
    #[serde(default)]
    pub watermarks: BTreeMap<String, String>,
    /// Sources that failed and that this run skipped. Their accounts are those of the previous version and those that
    /// were read before the failure.
    #[serde(default)]
    pub skipped: Vec<SkippedSource>,
    /// Why the gate held the version back, or would have in a dry run. Empty in a published version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gated: Vec<String>,
    /// Whether the run was a dry run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// Why the gate had held the version back, if it was published anyway.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published_over: Vec<String>,
}

impl Manifest {
    /// Whether the version waits to be published: the gate held it back, or its run was a dry run.
    pub fn is_held(&self) -> bool {
        self.dry_run || !self.gated.is_empty()
    }

    /// The manifest as it is after somebody publishes the version.
    #[must_use]
    pub fn released(self) -> Self {
        let published_over = if self.gated.is_empty() { self.published_over } else { self.gated };
        Self { gated: Vec::new(), dry_run: false, published_over, ..self }
    }

    /// All objects of the version except the manifest itself and the report.
    pub fn objects(&self) -> impl Iterator<Item = &VersionFile> {
        let VersionFiles {
            customers,
            members,
            member_links,
            changes,
            blocked,
            index,
            retired,
            inputs,
            settings,
            parquet,
            review,
            ..
        } = &self.files;
        // The changes of a first version are its customer files.
        let changes = changes.iter().filter(|file| !customers.contains(file));
        [customers, members, member_links, blocked, index, retired, inputs, settings, review]
            .into_iter()
            .flatten()
            .chain(changes)
            .chain(parquet.all())
    }

    /// Checks that every object of the version has its size in `listed`, a listing of the version.
    ///
    /// # Errors
    /// The first object that is missing or has another size.
    pub fn check_complete(&self, listed: &[Object]) -> Result<(), IncompleteError> {
        let sizes: BTreeMap<&str, u64> = listed.iter().map(|object| (object.key.as_str(), object.size)).collect();
        let fault = self.objects().find_map(|file| {
            let found = sizes.get(file.key.as_str()).copied();
            (found != Some(file.bytes)).then(|| IncompleteError { key: file.key.clone(), bytes: file.bytes, found })
        });
        fault.map_or(Ok(()), Err)
    }
}

/// An object of a version is missing or has another size.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the manifest says that {key} has {bytes} bytes, but {}", found.map_or_else(|| "it is not there".to_owned(), |found| format!("it has {found}")))]
pub struct IncompleteError {
    /// The object.
    pub key: String,
    /// The size that it should have.
    pub bytes: u64,
    /// The size that it has; `None` if it is missing.
    pub found: Option<u64>,
}

/// What scoring pairs came to in a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreSummary {
    /// [`model_digest`] of the version's model.
    pub model: String,
    /// The run that the model was learnt in.
    pub learnt_in: String,
    /// Whether there was little to learn from.
    pub is_prior: bool,
    /// Pairs of accounts that were compared.
    pub pairs: u64,
    /// Links among them: pairs whose score is at or above the threshold.
    pub links: u64,
    /// In 1024ths of a bit.
    pub threshold: i64,
    /// The expected share of right ones among the links; `None` if the threshold is too low to say.
    pub precision: Option<f64>,
    /// The expected share of the links among all pairs of one person; likewise.
    pub recall: Option<f64>,
    /// At least so many pairs of one person are expected not to have been compared.
    pub missed: f64,
    /// Rows of blocks that no division made small enough: their pairs were not compared there.
    pub dropped_rows: u64,
    /// What people's answers about a sample measure; `None` without such answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<MeasuredScores>,
}

/// What people's answers about a sample measure of the links.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredScores {
    /// The share of right ones among the links; `None` without answers about links.
    pub precision: Option<Measured>,
    /// The share of the links among the compared pairs of one person; `None` without answers about other pairs.
    pub recall: Option<Measured>,
    /// Where these and the expected ones differ by more than chance explains.
    pub notes: Vec<String>,
}

/// How many rows of a source a run read, and how many of them it used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceCounts {
    /// Rows that the source gave.
    pub rows_read: u64,
    /// Rows that became accounts.
    pub accounts: u64,
    /// Rows rejected. `accounts` and `rejected` add up to `rows_read`.
    pub rejected: u64,
    /// Rejected rows that are older versions of an account in the same chunk.
    pub repeated: u64,
    /// Rejected rows of erased persons.
    pub suppressed: u64,
    /// Values that could not be used as they are, by field and reason.
    pub dropped_values: BTreeMap<String, u64>,
    /// Values that accounts have, by text field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kept_values: BTreeMap<String, u64>,
}

impl SourceCounts {
    /// Rows rejected because they are wrong, so neither repeated nor suppressed ones.
    pub fn faulty(&self) -> u64 {
        self.rejected.saturating_sub(self.repeated + self.suppressed)
    }
}

/// A file with rejected rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusedFile {
    /// The source's name.
    pub source: String,
    /// The object's key.
    pub object: String,
    /// Rows that it gave.
    pub rows_read: u64,
    /// Rows rejected because they are wrong, so no repeated ids and no erased persons.
    pub rejected: u64,
}

/// A blocked match key, without its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BlockedKey {
    /// The fields of its rule.
    pub key: Vec<String>,
    /// How many accounts share it.
    pub accounts: u32,
}

/// The files of a version, by content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionFiles {
    /// One customer per line.
    pub customers: Vec<VersionFile>,
    /// One member or tombstone per line.
    pub members: Vec<VersionFile>,
    /// The links of each member file, in the same order.
    pub member_links: Vec<VersionFile>,
    /// One change per line. If the version builds on none, these are the customer files: a line that is not a change is
    /// the record of a new customer.
    pub changes: Vec<VersionFile>,
    /// What guards did, one line for each time.
    #[serde(default)]
    pub blocked: Vec<VersionFile>,
    /// The index of accounts and customers: see [`crate::version::index`]. The second kind of file holds the positions
    /// of partitions.
    #[serde(default)]
    pub index: Vec<VersionFile>,
    /// The customer ids that were retired in this version or before, one per line, in the order of versions.
    #[serde(default)]
    pub retired: Vec<VersionFile>,
    /// Every object that was read up to this version, one per line.
    pub inputs: Vec<VersionFile>,
    /// The configuration, the corrections and the blocked keys. The next run compares its own with them.
    #[serde(default)]
    pub settings: Vec<VersionFile>,
    /// The keys of `report.json` and what shows it. They hold measurements, so their sizes differ between tries. No run and
    /// no reader of customers needs them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub report: Vec<String>,
    /// Customers, members and changes as Parquet. There are none if `[export]` does not ask for them.
    #[serde(default, skip_serializing_if = "ParquetFiles::is_empty")]
    pub parquet: ParquetFiles,
    /// What people are asked about the version: see [`crate::version::review`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub review: Vec<VersionFile>,
}

/// The Parquet files of a version. `text_bytes` are those of the same as JSON Lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParquetFiles {
    /// One customer per row.
    pub customers: Vec<VersionFile>,
    /// One member or tombstone per row.
    pub members: Vec<VersionFile>,
    /// One change per row. There are none if the version builds on none: all its customers are new.
    pub changes: Vec<VersionFile>,
}

impl ParquetFiles {
    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.all().next().is_none()
    }

    /// All files.
    pub fn all(&self) -> impl Iterator<Item = &VersionFile> {
        [&self.customers, &self.members, &self.changes].into_iter().flatten()
    }

    /// The files of a part.
    pub fn of(&self, part: ParquetPart) -> &[VersionFile] {
        match part {
            ParquetPart::Customers => &self.customers,
            ParquetPart::Members => &self.members,
            ParquetPart::Changes => &self.changes,
        }
    }

    /// The files of a part, to add to.
    pub fn of_mut(&mut self, part: ParquetPart) -> &mut Vec<VersionFile> {
        match part {
            ParquetPart::Customers => &mut self.customers,
            ParquetPart::Members => &mut self.members,
            ParquetPart::Changes => &mut self.changes,
        }
    }

    /// Adds the files of another range of partitions.
    pub fn append(&mut self, other: Self) {
        let Self { customers, members, changes } = other;
        self.customers.extend(customers);
        self.members.extend(members);
        self.changes.extend(changes);
    }
}

/// A file of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionFile {
    /// Its key.
    pub key: String,
    /// Its stored size.
    pub bytes: u64,
    /// The number of lines or links.
    pub records: u64,
    /// Its decompressed size.
    pub text_bytes: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As an earlier program wrote it.
    const OF_EARLIER: &str = r#"{"format":1,"run":"20261122T193647Z-07d34da9","previous":null,"started_at":"2026-11-22T19:36:47Z",
            "counts":{"rows_read":1,"accounts":1,"rejected":0,"repeated":0,"previous_members":0,"members":1,"superseded":0,
            "customers":1,"largest_customer":1,"customers_created":1,"customers_updated":0,"customers_merged":0,
            "customers_split":0,"blocked_keys":0},"blocked":[],"dropped_values":{},"files":{"customers":[],"members":[],
            "member_links":[],"changes":[],"inputs":[]},"config":"4a","matching":"25"}"#;

    /// A version outlives the program that wrote it.
    #[test]
    fn manifests_without_watermarks_are_read() {
        let manifest: Manifest = serde_json::from_str(OF_EARLIER).unwrap();
        assert!(manifest.watermarks.is_empty() && manifest.skipped.is_empty());
        assert_eq!(manifest.counts.members, 1);
    }

    /// What the next run needs is of the version no less than what readers see.
    #[test]
    fn a_version_without_any_of_its_objects_is_not_complete() {
        let file = |key: &str| vec![VersionFile { key: key.to_owned(), bytes: 7, records: 1, text_bytes: 9 }];
        let files = VersionFiles {
            customers: file("customers"),
            members: file("members"),
            member_links: file("links"),
            changes: file("changes"),
            blocked: file("blocked"),
            index: file("index"),
            retired: file("retired"),
            inputs: file("inputs"),
            settings: [file("config.toml"), file("blocked.keys")].concat(),
            report: vec!["report.json".to_owned()],
            parquet: ParquetFiles {
                customers: file("customers.parquet"),
                members: file("members.parquet"),
                changes: file("changes.parquet"),
            },
            review: file("queue"),
        };
        let manifest = Manifest { files, ..serde_json::from_str(OF_EARLIER).unwrap() };
        let object = |key: &str| Object { key: key.to_owned(), size: 7, etag: String::new(), modified_at: 0 };
        let keys = [
            "blocked",
            "blocked.keys",
            "changes",
            "changes.parquet",
            "config.toml",
            "customers",
            "customers.parquet",
            "index",
            "inputs",
            "links",
            "members",
            "members.parquet",
            "queue",
            "retired",
        ];
        let listed = keys.map(object);
        assert_eq!(manifest.check_complete(&listed), Ok(()));
        for missing in 0..keys.len() {
            let mut others = listed.to_vec();
            others.remove(missing);
            let error = IncompleteError { key: keys[missing].to_owned(), bytes: 7, found: None };
            assert_eq!(manifest.check_complete(&others), Err(error));
            let mut cut_off = listed.to_vec();
            cut_off[missing].size = 6;
            let error = IncompleteError { key: keys[missing].to_owned(), bytes: 7, found: Some(6) };
            assert_eq!(manifest.check_complete(&cut_off), Err(error));
        }
    }
}
