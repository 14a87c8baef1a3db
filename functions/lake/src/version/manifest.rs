//! `processed/<run>/manifest.json`: what a version consists of and what made it.

use std::collections::BTreeMap;

use onefold_identity::counts::VersionCounts;
use onefold_store::Object;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use crate::keys::RunId;
use crate::run::note::SourceNote;
use crate::run::plan::SkippedSource;

/// The format's number. Readers refuse a higher one.
pub const FORMAT: u32 = 1;

/// Files of which rows were refused that a manifest lists.
pub const REFUSED_FILES_MAX: usize = 100;

/// The digest by which a change of the configuration is noticed.
pub fn config_digest(config: &str) -> String {
    format!("{:032x}", xxh3_128(config.as_bytes()))
}

/// A version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`]
    pub format: u32,
    /// The run that made the version.
    pub run: RunId,
    /// The run that made the version before it.
    pub previous: Option<RunId>,
    /// When the run started, RFC 3339.
    pub started_at: String,
    /// How many of what.
    pub counts: VersionCounts,
    /// Match keys that linked nothing because too many accounts shared them: the 100 most shared, those first. How many
    /// there are is among the counts.
    pub blocked: Vec<BlockedKey>,
    /// How often each guard acted on a member or customer of this version: `blocked_values`, `max_distinct.<field>`,
    /// `max_accounts_per_customer`. What exactly is in the files `blocked`.
    #[serde(default)]
    pub guards: BTreeMap<String, u64>,
    /// Values of this run's rows that could not be used, by field.
    pub dropped_values: BTreeMap<String, u64>,
    /// The sources that are snapshots: the links of their members bear their marks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub snapshots: Vec<String>,
    /// The sources of which this run read a snapshot and refused rows: nothing was taken as gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incomplete_snapshots: Vec<String>,
    /// The version's files.
    pub files: VersionFiles,
    /// Digest of the configuration, by which its change is noticed.
    pub config: String,
    /// Digest of the match rules and the secret under which the member links were made.
    pub matching: String,
    /// Keyed digest of the corrections, by which their change is noticed; empty if there are none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub corrections: String,
    /// Digest of the suppression list, by which its change is noticed; empty if nobody was on it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub suppression: String,
    /// What was no fault of the set-up and may be a mistake, such as corrections that say nothing new.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What this run read, by source.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sources: BTreeMap<String, SourceCounts>,
    /// Files of which rows were refused, the worst first, no more than [`REFUSED_FILES_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused_files: Vec<RefusedFile>,
    /// What is told of this run's sources that is no fault, by source: see [`crate::run::note`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source_notes: Vec<SourceNote>,
    /// Up to where each source is read that is read by a watermark; the next run goes on from there.
    #[serde(default)]
    pub watermarks: BTreeMap<String, String>,
    /// Sources that failed in this run and need not be read: their accounts are those of the version before,
    /// and what was read before they failed.
    #[serde(default)]
    pub skipped: Vec<SkippedSource>,
    /// Why the gate held the version back, or would have: it was not published. Empty in one that was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gated: Vec<String>,
    /// Whether the run was to publish nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// What the gate had said of a version that was published all the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published_over: Vec<String>,
}

impl Manifest {
    /// Whether the version waits for somebody to publish it: the gate held it back, or its run was a dry run.
    pub fn is_held(&self) -> bool {
        self.dry_run || !self.gated.is_empty()
    }

    /// The manifest once somebody publishes the version.
    #[must_use]
    pub fn released(self) -> Self {
        let published_over = if self.gated.is_empty() { self.published_over } else { self.gated };
        Self { gated: Vec::new(), dry_run: false, published_over, ..self }
    }

    /// All objects of the version but the manifest itself.
    pub fn objects(&self) -> impl Iterator<Item = &VersionFile> {
        let VersionFiles { customers, members, member_links, changes, blocked, index, retired, inputs, settings } =
            &self.files;
        // The changes of a first version are its files of customers.
        let changes = changes.iter().filter(|file| !customers.contains(file));
        [customers, members, member_links, blocked, index, retired, inputs, settings]
            .into_iter()
            .flatten()
            .chain(changes)
    }

    /// Asserts that every object of the version is there with its size, given a listing of the version.
    ///
    /// # Errors
    /// What is missing, or has another size.
    pub fn check_complete(&self, listed: &[Object]) -> Result<(), IncompleteError> {
        let sizes: BTreeMap<&str, u64> = listed.iter().map(|object| (object.key.as_str(), object.size)).collect();
        let fault = self.objects().find_map(|file| {
            let found = sizes.get(file.key.as_str()).copied();
            (found != Some(file.bytes)).then(|| IncompleteError { key: file.key.clone(), bytes: file.bytes, found })
        });
        fault.map_or(Ok(()), Err)
    }
}

/// An object of a version is not as the manifest says.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the manifest says that {key} has {bytes} bytes, but {}", found.map_or_else(|| "it is not there".to_owned(), |found| format!("it has {found}")))]
pub struct IncompleteError {
    /// The object.
    pub key: String,
    /// The size that it should have.
    pub bytes: u64,
    /// The size that it has, if it is there.
    pub found: Option<u64>,
}

/// How many rows of a source a run read, and what became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceCounts {
    /// Rows that the source gave.
    pub rows_read: u64,
    /// Rows that became accounts.
    pub accounts: u64,
    /// Rows refused; with the accounts these are the rows read.
    pub rejected: u64,
    /// Those among the refused that were older versions of an account in the same chunk.
    pub repeated: u64,
    /// Those among the refused whose persons were erased.
    pub suppressed: u64,
    /// Values that could not be used, by field.
    pub dropped_values: BTreeMap<String, u64>,
}

impl SourceCounts {
    /// Rows that were refused as they are wrong: not those that are refused as they should be.
    pub fn faulty(&self) -> u64 {
        self.rejected.saturating_sub(self.repeated + self.suppressed)
    }
}

/// A file of which rows were refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusedFile {
    /// The source's name.
    pub source: String,
    /// The object's key.
    pub object: String,
    /// Rows that it gave.
    pub rows_read: u64,
    /// Rows refused, but for repeated ids and persons who were erased.
    pub rejected: u64,
}

/// A blocked match key; its value is not told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BlockedKey {
    /// The rule's fields.
    pub key: Vec<String>,
    /// How many accounts share it.
    pub accounts: u32,
}

/// A version's files by what they hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionFiles {
    /// A customer a line.
    pub customers: Vec<VersionFile>,
    /// A member or a tombstone a line.
    pub members: Vec<VersionFile>,
    /// The links of each member file, in the same order.
    pub member_links: Vec<VersionFile>,
    /// A change a line. Of a version that builds on none these are the files of customers: a line that is no change
    /// is the record of a customer that is new.
    pub changes: Vec<VersionFile>,
    /// What guards did, a line each.
    #[serde(default)]
    pub blocked: Vec<VersionFile>,
    /// In which partition an account or a customer is: see [`crate::version::index`]. The second kind of file says where the
    /// partitions are.
    #[serde(default)]
    pub index: Vec<VersionFile>,
    /// The customer ids that ended in this version or before it, in the order of the versions, one a line.
    #[serde(default)]
    pub retired: Vec<VersionFile>,
    /// Every object that was read up to this version, one a line.
    pub inputs: Vec<VersionFile>,
    /// The configuration, the corrections and the keys that linked nothing, by which the next run knows what changed.
    #[serde(default)]
    pub settings: Vec<VersionFile>,
}

/// A file of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionFile {
    /// Its key.
    pub key: String,
    /// Its size as stored.
    pub bytes: u64,
    /// Lines, or links.
    pub records: u64,
    /// Its size decompressed.
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
        };
        let manifest = Manifest { files, ..serde_json::from_str(OF_EARLIER).unwrap() };
        let object = |key: &str| Object { key: key.to_owned(), size: 7, etag: String::new(), modified_at: 0 };
        let keys = [
            "blocked",
            "blocked.keys",
            "changes",
            "config.toml",
            "customers",
            "index",
            "inputs",
            "links",
            "members",
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
