//! What one function writes and another reads is a type of `onefold-lake`, which both use.

use std::fs;
use std::path::{Path, PathBuf};

use onefold_lake::keys::{self, Stage};

use crate::project::text;
use crate::tools;

/// What a document is declared with.
const DERIVED: [&str; 2] = ["Serialize", "Deserialize"];

/// The functions: the stages, and those that people call.
fn functions() -> impl Iterator<Item = &'static str> {
    Stage::ALL.map(Stage::name).into_iter().chain(keys::CALLED)
}

/// The files of a crate of the functions that declare a document.
fn declaring(of: &str) -> Vec<PathBuf> {
    let files = sources(&tools::project().join(format!("functions/{of}/src")));
    assert!(files.len() >= 2, "{of} has few files");
    files.into_iter().filter(|path| declares_a_document(&code(path))).collect()
}

/// The files of Rust in a folder and below it.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let files = paths.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// The code of a file, without its tests.
fn code(path: &Path) -> String {
    let is_test = path.file_stem().is_some_and(|stem| stem == "tests") || path.iter().any(|folder| folder == "tests");
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    if is_test { String::new() } else { text[..end].to_owned() }
}

/// Whether a text derives or implements one of these traits; a bound of a generic function is neither.
fn declares_a_document(code: &str) -> bool {
    let is_declared = |line: &str| {
        let line = line.trim_start();
        let declares = ["#[derive(", "#[cfg_attr(", "impl"].iter().any(|start| line.starts_with(start));
        declares && DERIVED.iter().any(|derived| line.contains(derived))
    };
    code.lines().any(is_declared)
}

#[test]
fn only_the_lake_declares_documents() {
    for of in functions().chain(["version"]) {
        let none = Vec::<PathBuf>::new();
        assert_eq!(declaring(of), none, "documents are declared in functions/lake: see functions/lake/src/calls.rs");
    }
    assert!(declaring("lake").len() >= 20, "the documents of the lake are found");
}

#[test]
fn no_function_needs_serde() {
    for function in functions() {
        let manifest: toml::Table = text(&format!("functions/{function}/Cargo.toml")).parse().expect("TOML");
        let dependencies = manifest["dependencies"].as_table().expect("dependencies");
        assert!(!dependencies.contains_key("serde"), "{function} needs serde, which is for declaring documents");
    }
}

#[test]
fn declarations_are_found() {
    assert!(declares_a_document("#[derive(Clone, Debug, Deserialize)]\nstruct A;"));
    assert!(declares_a_document("    impl Serialize for A {"));
    assert!(!declares_a_document("async fn call<R: Serialize>(request: R) {}"));
}
