//! What the pages for contributors name is there, and what is there is named.

use std::collections::BTreeSet;
use std::fs;

use onefold_lake::keys::{self, Stage};
use onefold_tests::manual::{self, Page};

const ARCHITECTURE: &str = "ARCHITECTURE.md";
const CONTRIBUTING: &str = "infra/manual/contributing.md";

/// Files that a page may name without their folder, as several folders have one.
const IN_SEVERAL_FOLDERS: [&str; 3] = ["lib.rs", "main.rs", "tests.rs"];

/// The paths that a page names, each with its place and from the project's folder on.
///
/// A path that begins with `src/` is in the crate that the heading above it names, and a file alone in the folder that was
/// named last.
fn paths(page: &Page) -> Vec<(String, String)> {
    let mut top = names("");
    top.remove("target");
    let is_heading = |line: usize| page.text.lines().nth(line - 1).is_some_and(|text| text.starts_with('#'));
    let (mut of_heading, mut folder) = (String::new(), String::new());
    let mut paths = Vec::new();
    for (line, span) in page.code_spans() {
        let (first, is_file) = (span.split('/').next().unwrap_or_default(), span.ends_with(".rs"));
        let path = if span.contains(['<', '{', ' ', '=']) || IN_SEVERAL_FOLDERS.contains(&span.as_str()) {
            continue;
        } else if first == "src" {
            format!("{of_heading}/{span}")
        } else if top.contains(first) {
            span
        } else if is_file {
            format!("{folder}/{span}")
        } else {
            continue;
        };
        if is_heading(line) {
            of_heading.clone_from(&path);
        }
        let is_folder = manual::project().join(&path).is_dir();
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        folder = if is_folder { path.clone() } else { parent.to_owned() };
        paths.push((format!("{}:{line}", page.path), path));
    }
    paths
}

/// What is in a folder of the project.
fn names(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(manual::project().join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect()
}

#[test]
fn every_path_in_the_pages_for_contributors_exists() {
    for page in [ARCHITECTURE, CONTRIBUTING].map(manual::page) {
        let paths = paths(&page);
        assert!(paths.len() > 20, "{}: {}", page.path, paths.len());
        for (place, path) in paths {
            assert!(manual::project().join(&path).exists(), "{place}: there is no {path}");
        }
    }
}

#[test]
fn the_code_map_has_every_crate() {
    let page = manual::page(ARCHITECTURE);
    let spans: BTreeSet<String> = page.code_spans().into_iter().map(|(_, span)| span).collect();
    let functions: BTreeSet<String> =
        Stage::ALL.map(Stage::name).into_iter().chain(keys::CALLED).map(str::to_owned).collect();
    for name in names("functions") {
        let expected = if functions.contains(&name) { name } else { format!("functions/{name}") };
        assert!(spans.contains(&expected), "the code map has no `{expected}`");
    }
}

/// The code cites invariants by their numbers.
#[test]
fn invariants_have_their_numbers() {
    let text = manual::page(ARCHITECTURE).text;
    let (_, section) = text.split_once("\n## Invariants\n").expect("the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let numbers: Vec<&str> = section.lines().filter_map(|line| Some(line.split_once(". **")?.0)).collect();
    assert_eq!(numbers, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
}

#[test]
fn architecture_is_an_overview() {
    let bytes = manual::page(ARCHITECTURE).text.len();
    assert!(bytes <= 28_000, "{bytes} bytes: what one file alone is about belongs into that file");
}

#[test]
fn paths_are_found_from_their_heading_and_their_neighbours() {
    let text = "`functions/lake/src/none.rs`, `lib.rs`, `runs/<run>`, `make x`\n### `functions/lake`\n`src/keys.rs`: `gone.rs`\n\
                `tests/support`, `row.rs`, `landing/`\n"
        .to_owned();
    let found: Vec<String> =
        paths(&Page { path: "page.md".to_owned(), text }).into_iter().map(|(_, path)| path).collect();
    let expected = [
        "functions/lake/src/none.rs",
        "functions/lake",
        "functions/lake/src/keys.rs",
        "functions/lake/src/gone.rs",
        "tests/support",
        "tests/support/row.rs",
    ];
    assert_eq!(found, expected);
}
