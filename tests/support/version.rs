//! Reading a published version.

use std::collections::{BTreeMap, BTreeSet};

use onefold_lake::keys::ParquetPart;
use onefold_lake::version::manifest::{Manifest, VersionFile, VersionFiles};
use onefold_lake::{RunId, keys};
use serde_json::Value;

use crate::exported;
use crate::pipeline::Pipeline;

/// A published version, as readers see it.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its manifest.
    pub manifest: Manifest,
    /// By customer id.
    pub customers: BTreeMap<String, Value>,
    /// Reference and customer id of each account.
    pub members: BTreeMap<String, String>,
    /// The accounts, by reference.
    pub accounts: BTreeMap<String, Value>,
    /// The references of the accounts that their source marks as deleted.
    pub tombstones: BTreeSet<String>,
    /// The change feed, sorted.
    pub changes: Vec<Value>,
}

impl Version {
    /// The version that a run made.
    ///
    /// # Panics
    /// A file is missing, an id or a reference is there twice, or a deleted account has values or a customer.
    pub fn read(pipeline: &Pipeline, run: &RunId) -> Self {
        let manifest = pipeline.get(&keys::manifest(run)).expect("a manifest");
        let manifest: Manifest = serde_json::from_slice(&manifest).expect("a manifest");
        assert_exported(pipeline, &manifest);
        let mut customers = BTreeMap::new();
        for customer in lines(pipeline, &manifest.files.customers) {
            let id = customer["customer_id"].as_str().expect("a customer has an id").to_owned();
            assert!(customers.insert(id, customer).is_none(), "two customers have one id");
        }
        let (mut members, mut accounts, mut tombstones) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        for member in lines(pipeline, &manifest.files.members) {
            let reference = member["account"]["ref"].as_str().expect("an account has a reference").to_owned();
            assert_eq!(member["customer_id"].is_null(), member["account"]["deleted"] == true, "{reference}");
            if member["customer_id"].is_null() {
                let names = member["account"].as_object().expect("an object").keys();
                let values =
                    names.filter(|name| !["ref", "updated_at", "received_at", "deleted"].contains(&name.as_str()));
                assert_eq!(values.count(), 0, "{reference} is deleted and has values");
                assert!(tombstones.insert(reference), "a deleted account is there twice");
                continue;
            }
            let customer = member["customer_id"].as_str().expect("a member has a customer").to_owned();
            accounts.insert(reference.clone(), member["account"].clone());
            assert!(members.insert(reference, customer).is_none(), "an account is there twice");
        }
        let mut changes = lines(pipeline, &manifest.files.changes);
        changes.sort_by_key(Value::to_string);
        assert!(tombstones.iter().all(|reference| !members.contains_key(reference)), "a deleted account is a member");
        Self { manifest, customers, members, accounts, tombstones, changes }
    }

    /// The version that `processed/CURRENT` names.
    ///
    /// # Panics
    /// There is none, or a file of it is missing.
    pub fn current(pipeline: &Pipeline) -> Self {
        let current = pipeline.get(keys::CURRENT).expect("a current version");
        let current: onefold_lake::version::current::CurrentVersion =
            serde_json::from_slice(&current).expect("a current version");
        Self::read(pipeline, &current.run)
    }

    /// The customers without what depends on history, their ids, sorted by members.
    pub fn without_ids(&self) -> Vec<Value> {
        self.customers_without(&["customer_id"])
    }

    /// The customers as the oracle gives them.
    pub fn values(&self) -> Vec<Value> {
        self.customers_without(&["customer_id", "held_by"])
    }

    fn customers_without(&self, names: &[&str]) -> Vec<Value> {
        let mut customers: Vec<Value> = self.customers.values().cloned().collect();
        for customer in customers.iter_mut().filter_map(Value::as_object_mut) {
            customer.retain(|name, _| !names.contains(&name.as_str()));
        }
        customers.sort_by_key(|customer| customer["members"].to_string());
        customers
    }
}

/// Asserts that the rows of Parquet are the lines of JSON, in their order, if there is Parquet.
fn assert_exported(pipeline: &Pipeline, manifest: &Manifest) {
    let VersionFiles { customers, members, changes, parquet, .. } = &manifest.files;
    if parquet.is_empty() {
        return;
    }
    // In a first version the changes are the customers.
    let changes: &[VersionFile] = if manifest.previous.is_some() { changes } else { &[] };
    for (part, files, exported) in [
        (ParquetPart::Customers, customers.as_slice(), &parquet.customers),
        (ParquetPart::Members, members.as_slice(), &parquet.members),
        (ParquetPart::Changes, changes, &parquet.changes),
    ] {
        let expected: Vec<Value> = lines(pipeline, files).iter().map(|line| exported::row_of(part, line)).collect();
        assert_eq!(exported::rows_of(pipeline, exported), expected, "{}", part.name());
    }
}

/// The text of an object of JSON Lines.
///
/// # Panics
/// It is not there, or not readable by `zstdcat`.
pub fn text(pipeline: &Pipeline, key: &str) -> String {
    let bytes = pipeline.get(key).unwrap_or_else(|| panic!("there is no {key}"));
    let bytes = if key.ends_with(".zst") { zstd::decode_all(&bytes[..]).expect("zstd") } else { bytes.to_vec() };
    String::from_utf8(bytes).expect("UTF-8")
}

/// The rejected rows of a run, in the order of their objects.
pub fn rejects(pipeline: &Pipeline, run: &RunId) -> Vec<Value> {
    let keys = pipeline.list(&keys::rejects_of(run));
    keys.iter().flat_map(|key| json_lines(&text(pipeline, key))).collect()
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// The lines of some files; their number must be what the manifest says.
fn lines(pipeline: &Pipeline, files: &[VersionFile]) -> Vec<Value> {
    let read = |file: &VersionFile| {
        let lines = json_lines(&text(pipeline, &file.key));
        assert_eq!(lines.len() as u64, file.records, "{}", file.key);
        lines
    };
    files.iter().flat_map(read).collect()
}
