//! What the pages for users show is what happens: their sessions are played, one page after the other.

use std::path::Path;
use std::process::Command;
use std::slice;

use onefold_tests::manual::{self, Page, Shell};
use serde_json::Value;

use crate::command::{command, folder};
use crate::results::Results;
use crate::scenarios::turn;
use crate::tools;

/// The pages of one story, in which each goes on where the page before ended.
const STORY: [&str; 4] = ["start", "explaining", "operating", "erasing"];

#[test]
fn the_manual_shows_what_happens() {
    let _turn = turn();
    let shell = shell("manual");
    for name in STORY {
        let page = manual::page(&format!("infra/manual/{name}.md"));
        assert!(shell.play(&page) >= 2, "{name} shows sessions");
    }
}

#[test]
fn readme_shows_what_make_run_prints() {
    let _turn = turn();
    let shell = shell("readme");
    let Page { path, text } = manual::page("README.md");
    // The sample, the tools and the programs are made before, and somebody's results may be in target/run.
    let make = format!("make --silent --directory {}", tools::project().display());
    let made = Command::new("sh").args(["-c", &format!("{make} target/sample/onefold.toml")]).output();
    assert!(made.expect("sh starts").status.success(), "the sample is made");
    let [onefold, out] = [shell.programs.join("onefold"), shell.folder.join("run")];
    let variables = format!("ONEFOLD={} OUT={}", onefold.display(), out.display());
    let make = format!("$ {make} --old-file tools --old-file build run {variables}");
    let page = Page { path, text: text.replace("$ make run", &make).replace(": target/run", ": …/run") };
    assert_eq!(shell.play(&page), 1);
    assert_examples_are_in(&Results(out));
}

/// The customers, rejects and manifests that pages show are the sample's, shortened.
fn assert_examples_are_in(results: &Results) {
    let manifest: Value = serde_json::from_slice(&results.manifest_text()).expect("JSON");
    let (customers, rejects) = (results.lines("customers"), results.lines("rejects"));
    let mut examples = 0;
    for path in ["README.md", "infra/manual/results.md"] {
        for block in manual::page(path).blocks().iter().filter(|block| block.language == "json") {
            let Ok(shown) = serde_json::from_str::<Value>(&block.text) else { continue };
            let among = match &shown {
                of_run if of_run["run"].is_string() => slice::from_ref(&manifest),
                customer if customer["members"].is_array() => &customers,
                _ => &rejects,
            };
            assert!(among.iter().any(|whole| is_part_of(&shown, whole)), "{path}:{} is not in the results", block.line);
            examples += 1;
        }
    }
    assert_eq!(examples, 4);
}

/// Whether a value is another one with members and items left out. Names of runs and ids of customers are not compared.
fn is_part_of(shown: &Value, whole: &Value) -> bool {
    match (shown, whole) {
        (Value::Object(shown), Value::Object(whole)) => {
            shown.iter().all(|(name, value)| whole.get(name).is_some_and(|other| is_part_of(value, other)))
        }
        (Value::Array(shown), Value::Array(whole)) => {
            shown.iter().all(|item| whole.iter().any(|other| is_part_of(item, other)))
        }
        (Value::String(shown), Value::String(whole)) => manual::is_like(slice::from_ref(shown), whole),
        _ => shown == whole,
    }
}

#[test]
fn other_pages_show_no_sessions() {
    for page in manual::pages() {
        let is_played =
            page.path == "README.md" || STORY.iter().any(|name| page.path.ends_with(&format!("/{name}.md")));
        let has_sessions = page.blocks().iter().any(|block| block.language == "console");
        assert_eq!(has_sessions, is_played, "{}", page.path);
    }
}

/// A new folder to play in, within the project's other path, as the command looks for the project around it.
fn shell(name: &str) -> Shell {
    let command = command();
    let house = command.get_current_dir().expect("a folder");
    let folder = folder(&format!("house/{name}"));
    assert!(folder.starts_with(house));
    let programs = Path::new(command.get_program()).parent().expect("a folder").to_owned();
    Shell { folder, programs, environment: tools::environment() }
}
