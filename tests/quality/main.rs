//! Runs all stages on a data folder, in memory, and writes whose each account is.
//!
//!     quality DATA OUT
//!
//! DATA is a folder as `onefold local run --data` takes it. All that it holds is put into the bucket under its own name, so
//! the model of an earlier version can be given as well. OUT gets `members.csv` (account, customer), `accounts.jsonl` (the
//! normalised values that were compared), `manifest.json`, and `model.json` if the version has one.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use onefold_lake::keys;
use onefold_lake::version::manifest::{Manifest, VersionFile};
use onefold_tests::pipeline::{Outcome, Pipeline};
use onefold_tests::version::text;
use serde_json::Value;

fn main() {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [data, out] = &arguments[..] else { panic!("usage: quality DATA OUT") };
    fs::create_dir_all(out).expect("a folder");
    let mut pipeline = bucket_of(data);
    let outcome = pipeline.run_as_there_is_memory().unwrap_or_else(|error| panic!("{}", error.text()));
    assert!(!matches!(outcome, Outcome::NothingNew(_)), "there is nothing to read in {}", data.display());
    let manifest = pipeline.get(&keys::manifest(outcome.run())).expect("a manifest");
    fs::write(out.join("manifest.json"), &manifest).expect("a file");
    let manifest: Manifest = serde_json::from_slice(&manifest).expect("a manifest");
    write_members(&pipeline, &manifest.files.members, out);
    if let Some(model) = pipeline.get(&keys::processed_model(outcome.run())) {
        fs::write(out.join("model.json"), model).expect("a file");
    }
}

/// A bucket with the objects of a data folder.
fn bucket_of(data: &Path) -> Pipeline {
    let config = fs::read_to_string(data.join("onefold.toml")).expect("onefold.toml");
    let pipeline = Pipeline::of(&config);
    let mut folders = vec![data.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry of a folder").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let key = path.strip_prefix(data).expect("a file of the folder").to_string_lossy().into_owned();
            pipeline.put(&key, fs::read(&path).expect("a file"));
        }
    }
    pipeline
}

fn write_members(pipeline: &Pipeline, files: &[VersionFile], out: &Path) {
    let create = |name: &str| BufWriter::new(File::create(out.join(name)).expect("a file"));
    let (mut members, mut accounts) = (create("members.csv"), create("accounts.jsonl"));
    writeln!(members, "account,customer").expect("a write");
    for file in files {
        for line in text(pipeline, &file.key).lines() {
            let member: Value = serde_json::from_str(line).expect("a member");
            let Some(customer) = member["customer_id"].as_str() else { continue };
            let account = &member["account"];
            let reference = account["ref"].as_str().expect("an account has a reference");
            writeln!(members, "{reference},{customer}").expect("a write");
            writeln!(accounts, "{account}").expect("a write");
        }
    }
}
