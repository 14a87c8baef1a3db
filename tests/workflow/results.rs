//! What is in a folder of results.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use onefold_identity::counts::VersionCounts;
use onefold_lake::version::manifest::Manifest;
use serde_json::Value;

/// A folder of results.
pub struct Results(pub PathBuf);

impl Results {
    /// The bytes of the manifest.
    pub fn manifest_text(&self) -> Vec<u8> {
        fs::read(self.0.join("manifest.json")).expect("a manifest")
    }

    /// The manifest.
    pub fn manifest(&self) -> Manifest {
        serde_json::from_slice(&self.manifest_text()).expect("a manifest")
    }

    /// What was counted.
    pub fn counts(&self) -> VersionCounts {
        self.manifest().counts
    }

    /// The lines of the compressed files of a folder.
    pub fn lines(&self, folder: &str) -> Vec<Value> {
        let mut lines = Vec::new();
        for path in files(&self.0.join(folder)) {
            if path.extension().is_some_and(|extension| extension == "zst") {
                let text = zstd::decode_all(fs::File::open(&path).expect("a file")).expect("zstd");
                let text = String::from_utf8(text).expect("UTF-8");
                lines.extend(text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")));
            }
        }
        lines
    }

    /// The customers by their members, without their ids, which depend on history.
    pub fn customers(&self) -> BTreeMap<String, Value> {
        let customers = self.lines("customers").into_iter().map(|mut customer| {
            let id = customer.as_object_mut().and_then(|members| members.remove("customer_id"));
            assert!(id.is_some(), "a customer without an id: {customer}");
            (customer["members"].to_string(), customer)
        });
        customers.collect()
    }

    /// The id of the customer that each account belongs to.
    pub fn ids(&self) -> BTreeMap<String, String> {
        let mut ids = BTreeMap::new();
        for customer in self.lines("customers") {
            let id = customer["customer_id"].as_str().expect("an id");
            for member in customer["members"].as_array().expect("members") {
                let member = member.as_str().expect("a reference").to_owned();
                let before = ids.insert(member, id.to_owned());
                assert_eq!(before, None, "an account of two customers: {customer}");
            }
        }
        ids
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of results");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}
