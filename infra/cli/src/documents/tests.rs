//! Every command that prints has a document, which the manual shows as it is.

use std::collections::BTreeSet;

use clap::{Command, CommandFactory};
use onefold_lake::calls::EraseResult;
use onefold_tests::manual;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::*;
use crate::args::Arguments;

/// What a page writes for a manifest, and a manifest.
const MANIFEST: (&str, &str) = (
    "{…}",
    r#"{"format":1,"run":"20261122T193647Z-07d34da9","previous":null,"started_at":"2026-11-22T19:36:47Z","counts":{},
        "blocked":[],"dropped_values":{},"files":{"customers":[],"members":[],"member_links":[],"changes":[],"inputs":[]},
        "config":"4a","matching":"25"}"#,
);

/// Reads a document and writes it again.
type Again = fn(&str) -> serde_json::Result<Value>;

/// The commands whose documents json.md shows.
const SHOWN: [(&str, Again); 16] = [
    ("check", again::<CheckDocument>),
    ("diff", again::<DiffDocument>),
    ("erase", again::<EraseResult>),
    ("fetch", again::<FetchDocument>),
    ("init", again::<InitDocument>),
    ("local down", again::<LocalCloudDocument>),
    ("local up", again::<LocalCloudDocument>),
    ("publish", again::<RunDocument>),
    ("push", again::<PushDocument>),
    ("rollback", again::<RollbackDocument>),
    ("run", again::<RunDocument>),
    ("runs", again::<RunsDocument>),
    ("start", again::<RunDocument>),
    ("sync", again::<SyncDocument>),
    ("try", again::<TryDocument>),
    ("versions", again::<VersionsDocument>),
];

/// The commands whose documents other pages show.
const SHOWN_ELSEWHERE: [&str; 6] = ["explain", "lookup", "model", "report", "review", "schema"];

/// The commands that print no document, and refuse to.
const WITHOUT: [&str; 1] = ["completions"];

fn again<T: DeserializeOwned + Serialize>(text: &str) -> serde_json::Result<Value> {
    serde_json::to_value(serde_json::from_str::<T>(text)?)
}

/// The commands of the grammar that do something, without those of the cloud in a local one.
fn commands() -> BTreeSet<String> {
    fn collect(command: &Command, name: &str, found: &mut BTreeSet<String>) {
        for inner in command.get_subcommands() {
            let name = format!("{name} {}", inner.get_name()).trim_start().to_owned();
            if inner.has_subcommands() {
                collect(inner, &name, found);
            } else {
                found.insert(name);
            }
        }
    }
    let mut found = BTreeSet::new();
    collect(&Arguments::command(), "", &mut found);
    let is_twice = |name: &String| name.strip_prefix("local ").is_some_and(|name| found.contains(name));
    found.iter().filter(|name| !is_twice(name)).cloned().collect()
}

#[test]
fn every_command_that_prints_has_a_document() {
    let known = SHOWN.iter().map(|(name, _)| *name).chain(SHOWN_ELSEWHERE).chain(WITHOUT);
    assert_eq!(commands(), known.map(str::to_owned).collect());
    let mut grammar = Arguments::command();
    grammar.build();
    for name in commands() {
        let command = name.split(' ').try_fold(&grammar, |command, word| command.find_subcommand(word)).unwrap();
        assert!(command.get_arguments().any(|argument| argument.get_long() == Some("json")), "{name} has no --json");
    }
}

/// The section about a command.
fn section<'p>(page: &'p str, name: &str) -> &'p str {
    let is_of = |section: &&str| section.lines().next().is_some_and(|line| line.contains(&format!("`onefold {name}`")));
    page.split("\n## ").skip(1).find(is_of).unwrap_or_else(|| panic!("{name} has no section"))
}

#[test]
fn the_manual_shows_the_document_of_every_command() {
    let page = manual::page("infra/manual/json.md").text;
    for name in SHOWN_ELSEWHERE {
        section(&page, name);
    }
    for (name, again) in SHOWN {
        let (_, block) =
            section(&page, name).split_once("```json\n").unwrap_or_else(|| panic!("{name} has no example"));
        let text = block.split("```").next().unwrap().replace(MANIFEST.0, MANIFEST.1);
        let shown: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut written = again(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        // Manifests have members that the example leaves out.
        if let Some(manifest) = written.get_mut("manifest") {
            *manifest = shown["manifest"].clone();
        }
        assert_eq!(written, shown, "{name}");
    }
}
