//! The command as a program reads it: one document on the standard output, nothing else there, and the exit code.

#![expect(clippy::unwrap_used, reason = "a test says what it expects")]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use onefold_lake::{RunId, keys};
use onefold_store::Store;
use onefold_tests::case::{BY_EMAIL, source};
use onefold_tests::pipeline::{Knobs, Pipeline};
use serde_json::Value;

/// A folder that is removed at the end of a test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("onefold-json-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, content: &[u8]) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Puts a version into a folder of results.
    fn results(&self, name: &str, pipeline: &Pipeline, run: &RunId) -> String {
        let prefix = keys::version(run);
        for key in pipeline.list(&prefix) {
            let (content, _) = pipeline.block_on(pipeline.store.get(&key)).unwrap();
            self.write(&format!("{name}/{}", key.strip_prefix(&prefix).unwrap()), &content);
        }
        self.path(name)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What the command printed, and its exit code.
struct Answered {
    out: String,
    err: String,
    code: i32,
}

impl Answered {
    /// The document, which is all of the standard output.
    #[track_caller]
    fn document(&self, code: i32) -> Value {
        assert_eq!(self.code, code, "{}", self.err);
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }
}

fn onefold(arguments: &[&str], variables: &[(&str, &str)]) -> Answered {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onefold"));
    command.args(arguments).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env_remove("ONEFOLD_DATABASE");
    let output = command.envs(variables.iter().copied()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Answered { out: text(output.stdout), err: text(output.stderr), code: output.status.code().unwrap() }
}

fn json(arguments: &[&str]) -> Answered {
    onefold(&[arguments, &["--json"]].concat(), &[])
}

#[test]
fn commands_of_a_data_folder_answer_with_documents() {
    let scratch = Scratch::new("data");
    let row = |id: u32| format!("{id},Anna,Klein,anna{id}@x.de\n");
    let rows = (1..30).map(row).collect::<String>();
    scratch.write("landing/crm/a.csv", format!("id,first_name,last_name,email\n{rows}").as_bytes());
    let data = scratch.path("");
    let initiated = json(&["init", &data]).document(0);
    assert_eq!((&initiated["is_complete"], &initiated["left_out"]), (&true.into(), &0.into()));
    let checked = json(&["check", &data]).document(0);
    assert_eq!((&checked["is_sound"], &checked["errors"]), (&true.into(), &0.into()), "{checked}");
    let tried = json(&["try", "crm", "--data", &data, "--rows", "2"]).document(0);
    assert_eq!(tried["rows"][1]["account"]["email"], "anna2@x.de");
    assert!(json(&["schema"]).document(0)["properties"].is_object());

    scratch.write("onefold.toml", b"[[source]]\nname = 1\n");
    let checked = json(&["check", &data]).document(1);
    assert_eq!((&checked["is_sound"], &checked["findings"][2]["line"]), (&false.into(), &2.into()), "{checked}");
}

#[test]
fn commands_of_a_folder_of_results_answer_with_documents() {
    let scratch = Scratch::new("results");
    let mut pipeline = Pipeline::of(&(source("crm", "jsonl", "") + BY_EMAIL));
    let mut out = Vec::new();
    for (number, rows) in [
        "{\"id\":1,\"email\":\"a@x.de\"}\n{\"id\":2,\"email\":\"b@x.de\"}\n{\"id\":3,\"email\":\"c@x.de\"}\n",
        "{\"id\":4,\"email\":\"a@x.de\"}\n{\"id\":5,\"email\":\"d@x.de\"}\n",
    ]
    .iter()
    .enumerate()
    {
        pipeline.drop_file("crm", &format!("{number}.jsonl"), *rows);
        let run = pipeline.run(&Knobs::default()).unwrap().run().clone();
        out.push(scratch.results(&number.to_string(), &pipeline, &run));
    }
    let [one, two] = &out[..] else { panic!("two versions") };
    let differs = json(&["diff", "--out", one, "--out", two]).document(0);
    let counts = &differs["counts"];
    assert_eq!((&counts["created"], &counts["changed"], &counts["added"]), (&1.into(), &1.into(), &2.into()));
    let explained = json(&["explain", "crm:4", "--out", two]).document(0);
    assert!(explained.to_string().contains("crm:1"), "{explained}");
    let unknown = json(&["explain", "crm:44", "--out", two]);
    assert!(unknown.document(1).is_object() && unknown.err.contains("there is no account"), "{}", unknown.err);
    let erased = json(&["erase", "crm:1", "--out", two]).document(0);
    assert_eq!((&erased["customers"], &erased["accounts"], &erased["listed"]), (&1.into(), &2.into(), &false.into()));

    let model = json(&["model", "--out", two]);
    assert!(model.code == 1 && model.out.is_empty() && model.err.contains("add [score]"), "{}", model.err);
    let same = json(&["diff", "--out", one, "--out", one]);
    assert!(same.code == 1 && same.out.is_empty() && same.err.contains("both are the version of"), "{}", same.err);
    let text = onefold(&["diff", "--out", one, "--out", two], &[]);
    assert!(text.out.contains("  created                     1\n"), "{}", text.out);
}

#[test]
fn a_command_that_fails_prints_no_document() {
    for arguments in [
        &["versions", "--endpoint", "http://127.0.0.1:9"][..],
        &["runs", "--endpoint", "http://127.0.0.1:9"],
        &["completions", "bash"],
        &["sync", "--out", "nowhere"],
    ] {
        let answered = json(arguments);
        assert!(answered.code == 1 && answered.out.is_empty() && answered.err.starts_with("error: "), "{arguments:?}");
    }
}

#[test]
fn colours_are_there_only_if_they_are_asked_for() {
    let scratch = Scratch::new("colours");
    scratch.write("onefold.toml", b"[[source]]\nname = 1\n");
    let file = scratch.path("onefold.toml");
    let has_colours = |variables: &[(&str, &str)]| onefold(&["check", &file], variables).out.contains('\u{1b}');
    assert!(!has_colours(&[]), "this is no terminal");
    assert!(has_colours(&[("CLICOLOR_FORCE", "1")]));
    assert!(!has_colours(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
}
