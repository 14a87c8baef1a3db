//! Dependencies point inward: a crate depends on those of the layers before its own, and on none beside it.

use std::collections::BTreeSet;

use onefold_lake::keys::{self, Stage};

use crate::project::text;

/// The rooms that are no function, each with all rooms that it may depend on.
const ROOMS: [(&str, &[&str]); 12] = [
    ("normalise", &[]),
    ("graph", &[]),
    ("store", &[]),
    ("config", &["normalise"]),
    ("scoring", &["config", "graph", "normalise"]),
    ("identity", &["config", "graph", "normalise", "scoring"]),
    ("rows", &["config", "graph", "identity", "normalise", "scoring"]),
    ("lake", &["config", "graph", "identity", "normalise", "rows", "scoring", "store"]),
    ("version", &["config", "graph", "identity", "lake", "normalise", "rows", "scoring", "store"]),
    ("report", &[]),
    ("shell", &["config", "graph", "identity", "lake", "normalise", "rows", "scoring", "store", "version"]),
    ("connect", &["config", "graph", "identity", "lake", "normalise", "rows", "scoring", "shell", "store", "version"]),
];

/// The rooms that do no I/O.
const PURE: [&str; 7] = ["normalise", "config", "scoring", "graph", "identity", "rows", "report"];

/// The crates that a crate of the functions is made of, those of its tests left out.
fn dependencies(of: &str) -> BTreeSet<String> {
    let manifest: toml::Table = text(&format!("functions/{of}/Cargo.toml")).parse().expect("TOML");
    manifest["dependencies"].as_table().expect("dependencies").keys().cloned().collect()
}

/// Those among them that are ours.
fn ours(of: &str) -> BTreeSet<String> {
    let stages = Stage::ALL.map(|stage| stage.name().to_owned());
    let name = |name: &str| name.strip_prefix("onefold-").map(str::to_owned);
    dependencies(of)
        .into_iter()
        .filter_map(|of| name(&of).or_else(|| Some(of).filter(|of| stages.contains(of))))
        .collect()
}

/// What a crate depends on that it may not.
fn outward(of: &str, inner: impl IntoIterator<Item = &'static str>) -> Vec<String> {
    let inner: BTreeSet<String> = inner.into_iter().map(str::to_owned).collect();
    ours(of).difference(&inner).cloned().collect()
}

#[test]
fn dependencies_point_inward() {
    let none = Vec::<String>::new();
    for (room, inner) in ROOMS {
        assert_eq!(outward(room, inner.iter().copied()), none, "{room} depends on these");
    }
    let rooms = || ROOMS.map(|(room, _)| room).into_iter();
    for called in keys::CALLED {
        assert_eq!(outward(called, rooms().filter(|room| *room != "connect")), none, "{called} depends on these");
    }
    for stage in Stage::ALL {
        let reads_sources = matches!(stage, Stage::Plan | Stage::Extract);
        let inner = rooms().filter(|room| reads_sources || *room != "connect");
        assert_eq!(outward(stage.name(), inner), none, "{stage} depends on these");
    }
}

#[test]
fn the_domain_does_no_io() {
    for room in PURE {
        for outer in ["tokio", "aws", "lambda", "futures", "tracing", "rand", "chrono"] {
            let found: Vec<String> = dependencies(room).into_iter().filter(|name| name.starts_with(outer)).collect();
            assert_eq!(found, Vec::<String>::new(), "{room} depends on these");
        }
    }
}

#[test]
fn only_the_shell_owns_the_lambda_runtime() {
    let rooms = ROOMS.map(|(room, _)| room).into_iter().filter(|room| *room != "shell");
    for of in Stage::ALL.map(Stage::name).into_iter().chain(keys::CALLED).chain(rooms) {
        let names = dependencies(of);
        assert!(!names.contains("lambda_runtime") && !names.contains("aws-config"), "{of}");
    }
}
