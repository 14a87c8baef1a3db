//! Helpers for tests: versions in memory.

use onefold_identity::reference::place;
use onefold_lake::keys::{self, VersionPart};
use onefold_lake::version::current::CurrentVersion;
use onefold_lake::version::index::{self, PartitionFrames};
use onefold_lake::version::manifest::{Manifest, VersionFile};
use onefold_lake::{RunId, compress};
use onefold_store::memory::MemoryStore;
use onefold_store::{Condition, Store};

pub(crate) const EARLIER: &str = "20261122T174600Z-1a2b3c4d";
pub(crate) const LATER: &str = "20261123T174600Z-1a2b3c4d";

/// The content of a partition. Each field is a text of lines.
struct Partition {
    members: &'static str,
    customers: &'static str,
    blocked: &'static str,
    /// The entries of the index.
    names: &'static [&'static str],
}

const PARTITIONS: [Partition; 3] = [
    Partition {
        members: "{\"customer_id\":\"c-1\",\"account\":{\"ref\":\"crm:1\",\"received_at\":\"2026-01-01T00:00:00Z\"}}\n\
                  {\"customer_id\":\"c-1\",\"account\":{\"ref\":\"shop:2\",\"received_at\":\"2026-01-01T00:00:00Z\"}}\n\
                  {\"customer_id\":null,\"account\":{\"ref\":\"crm:9\",\"received_at\":\"2026-01-01T00:00:00Z\",\"deleted\":true}}\n\
                  {\"customer_id\":\"c-3\",\"account\":{\"ref\":\"crm:11\",\"received_at\":\"2026-01-01T00:00:00Z\"}}\n",
        customers: "{\"customer_id\":\"c-1\",\"name\":\"c-3\"}\n{\"customer_id\":\"c-3\"}\n",
        blocked: "{\"guard\":\"blocked_values\",\"account\":\"crm:11\"}\n{\"guard\":\"blocked_values\",\"account\":\"crm:1\"}\n",
        names: &["c-1", "c-3", "crm:1", "crm:9", "crm:11", "shop:2"],
    },
    Partition {
        members: "{\"customer_id\":\"c-2\",\"account\":{\"ref\":\"crm:3\",\"received_at\":\"2026-01-01T00:00:00Z\"}}\n",
        customers: "{\"customer_id\":\"c-2\"}\n",
        blocked: "",
        names: &["c-2", "crm:3"],
    },
    Partition { members: "", customers: "", blocked: "", names: &[] },
];

/// A manifest without files.
pub(crate) fn manifest(run: &str) -> Manifest {
    let text = format!(
        r#"{{"format":1,"run":"{run}","previous":null,"started_at":"2026-11-22T17:46:00Z",
        "counts":{{"rows_read":0,"accounts":0,"rejected":0,"repeated":0,"previous_members":0,"members":0,"superseded":0,
        "customers":0,"largest_customer":0,"customers_created":0,"customers_updated":0,"customers_merged":0,
        "customers_split":0,"blocked_keys":0}},"blocked":[],"dropped_values":{{}},"files":{{"customers":[],"members":[],
        "member_links":[],"changes":[],"inputs":[]}},"config":"","matching":""}}"#
    );
    serde_json::from_str(&text).unwrap()
}

pub(crate) fn run(text: &str) -> RunId {
    RunId::parse(text).unwrap()
}

/// Runs a future to its end.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

pub(crate) fn put(store: &MemoryStore, key: &str, content: impl Into<Vec<u8>>) {
    let content: Vec<u8> = content.into();
    block_on(store.put(key, content.into(), Condition::Always)).unwrap();
}

pub(crate) fn put_manifest(store: &MemoryStore, manifest: &Manifest) {
    put(store, &keys::manifest(&manifest.run), serde_json::to_vec(manifest).unwrap());
}

/// A store with these versions. The last one is current.
pub(crate) fn with_versions(manifests: &[Manifest]) -> MemoryStore {
    let store = MemoryStore::default();
    for manifest in manifests {
        put_manifest(&store, manifest);
        put(&store, keys::CURRENT, serde_json::to_vec(&CurrentVersion::new(manifest.run.clone())).unwrap());
    }
    store
}

/// A store with one version, of the run [`EARLIER`]. It has three partitions in one file per kind. The last partition
/// is empty.
pub(crate) fn with_partitions() -> (MemoryStore, Manifest) {
    let run = run(EARLIER);
    let (mut members, mut customers, mut blocked, mut index) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut frames = String::new();
    for partition in PARTITIONS {
        let places = partition.names.iter().map(|name| place(name));
        let section = index::format(places.map(|place| index::entry(place, 0)).collect());
        let (customers, members) =
            (append_text(&mut customers, partition.customers), append_text(&mut members, partition.members));
        let frame = PartitionFrames {
            file: 0,
            customers,
            members,
            blocked: append_text(&mut blocked, partition.blocked),
            index: append(&mut index, &section),
            frames: if section.is_empty() { Vec::new() } else { vec![(length(customers), length(members))] },
        };
        frames.push_str(&(serde_json::to_string(&frame).unwrap() + "\n"));
    }
    let retired = retired_file(&[("c-0", &["c-01", "c-1"]), ("c-01", &["c-2"]), ("gone", &[])]);
    let mut version = manifest(EARLIER);
    let store = MemoryStore::default();
    let put_file = |key: String, content: Vec<u8>, records: u64| {
        let file = VersionFile { key: key.clone(), bytes: content.len() as u64, records, text_bytes: 0 };
        put(&store, &key, content);
        vec![file]
    };
    version.files.members = put_file(keys::processed(&run, VersionPart::Members, 0), members, 5);
    version.files.customers = put_file(keys::processed(&run, VersionPart::Customers, 0), customers, 3);
    version.files.blocked = put_file(keys::processed(&run, VersionPart::Blocked, 0), blocked, 2);
    version.files.retired = put_file(keys::processed(&run, VersionPart::Retired, 0), retired, 3);
    version.files.index = put_file(keys::processed(&run, VersionPart::Index, 0), index, 8);
    version.files.index.extend(put_file(keys::processed_frames(&run), frames.into(), 3));
    let config =
        "[[source]]\nname = \"crm\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\n[[match]]\nkey = \"email\"\n";
    version.files.settings = put_file(keys::processed_config(&run), config.into(), 7);
    let corrections = r#"{"always":[["crm:1","shop:2"]],"never":[]}"#;
    version.files.settings.extend(put_file(keys::processed_corrections(&run), corrections.into(), 1));
    put_manifest(&store, &version);
    put(&store, keys::CURRENT, serde_json::to_vec(&CurrentVersion::new(run)).unwrap());
    (store, version)
}

fn append(file: &mut Vec<u8>, bytes: &[u8]) -> (u64, u64) {
    let start = file.len() as u64;
    file.extend_from_slice(bytes);
    (start, file.len() as u64)
}

const fn length(range: (u64, u64)) -> u64 {
    range.1 - range.0
}

/// Appends nothing if the text is empty.
fn append_text(file: &mut Vec<u8>, text: &str) -> (u64, u64) {
    let frame = if text.is_empty() { Vec::new() } else { compress(text.as_bytes()).unwrap() };
    append(file, &frame)
}

fn retired_file(ids: &[(&str, &[&str])]) -> Vec<u8> {
    let line = |(id, into): &(&str, &[&str])| {
        let into = serde_json::to_string(into).unwrap();
        format!("{{\"customer_id\":\"{id}\",\"into\":{into},\"run\":\"{EARLIER}\"}}\n")
    };
    compress(ids.iter().map(line).collect::<String>().as_bytes()).unwrap()
}
