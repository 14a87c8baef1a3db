//! Dependencies point inward: stages → shell, lake, store, core, and those that read sources → connect → these; shell →
//! lake, store, core; lake → store, core; store and core → nothing of ours.

use std::collections::BTreeSet;

use onefold_lake::keys::{self, Stage};

use crate::project::text;

/// The crates that a crate of the functions is made of, those of its tests left out.
fn dependencies(of: &str) -> BTreeSet<String> {
    let manifest: toml::Table = text(&format!("functions/{of}/Cargo.toml")).parse().expect("TOML");
    manifest["dependencies"].as_table().expect("dependencies").keys().cloned().collect()
}

/// Those among them that are ours.
fn ours(of: &str) -> BTreeSet<String> {
    let stages = Stage::ALL.map(|stage| stage.name().to_owned());
    dependencies(of).into_iter().filter(|name| name.starts_with("onefold") || stages.contains(name)).collect()
}

#[test]
fn dependencies_point_inward() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<String>>();
    assert_eq!(ours("core"), names(&[]));
    assert_eq!(ours("store"), names(&[]));
    assert_eq!(ours("lake"), names(&["onefold-core", "onefold-store"]));
    assert_eq!(ours("shell"), names(&["onefold-core", "onefold-lake", "onefold-store"]));
    let inner = names(&["onefold-core", "onefold-lake", "onefold-shell", "onefold-store"]);
    assert_eq!(ours("connect"), inner);
    for called in keys::CALLED {
        assert_eq!(ours(called), inner);
    }
    for stage in Stage::ALL {
        let mut inner = inner.clone();
        if matches!(stage, Stage::Plan | Stage::Extract) {
            inner.insert("onefold-connect".to_owned());
        }
        let outside: Vec<String> = ours(stage.name()).difference(&inner).cloned().collect();
        assert_eq!(outside, Vec::<String>::new(), "{stage} depends on these");
    }
}

#[test]
fn the_domain_does_no_io() {
    for outer in ["tokio", "aws", "lambda", "futures", "tracing", "rand", "chrono"] {
        let found: Vec<String> = dependencies("core").into_iter().filter(|name| name.starts_with(outer)).collect();
        assert_eq!(found, Vec::<String>::new(), "core depends on these");
    }
}

#[test]
fn only_the_shell_owns_the_lambda_runtime() {
    for of in Stage::ALL.map(Stage::name).into_iter().chain(keys::CALLED).chain(["core", "store", "lake", "connect"]) {
        let names = dependencies(of);
        assert!(!names.contains("lambda_runtime") && !names.contains("aws-config"), "{of}");
    }
}
