//! Small cases of the field: some files and a configuration, run through all stages, and what comes of them.
//!
//! A case is a folder under `tests/cases/` with `onefold.toml` and `landing/<source>/…`, as a data folder has them, or
//! the same in a test's own text.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use onefold_lake::RunId;
use onefold_shell::StageError;
use serde_json::Value;

use crate::pipeline::{Knobs, Outcome, Pipeline};
use crate::version::{Version, rejects};

/// Text and files that a run is made of.
#[derive(Clone, Debug, Default)]
pub struct Case {
    config: String,
    /// Key and bytes.
    objects: Vec<(String, Vec<u8>)>,
    knobs: Knobs,
}

/// What came of a case.
pub struct Ran {
    /// By reference.
    pub accounts: BTreeMap<String, Value>,
    /// What was refused, in the order of its objects.
    pub rejects: Vec<Value>,
    /// The references of each customer's accounts.
    pub customers: BTreeSet<BTreeSet<String>>,
    /// The notes of the manifest, those on sources as they are shown.
    pub notes: Vec<String>,
    /// The sources that were skipped, and why.
    pub skipped: BTreeMap<String, String>,
    /// Values that could not be used, by field.
    pub dropped: BTreeMap<String, u64>,
    /// The version, published or held.
    pub version: Version,
    /// The bucket, for a further run.
    pub pipeline: Pipeline,
}

impl Case {
    /// A case without files.
    pub fn new(config: &str) -> Self {
        Self { config: config.to_owned(), ..Self::default() }
    }

    /// The case of a folder under `tests/cases/`.
    ///
    /// # Panics
    /// It is not there, or has no `onefold.toml`.
    pub fn folder(name: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases").join(name);
        let config =
            std::fs::read_to_string(root.join("onefold.toml")).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut files = Vec::new();
        for part in ["landing", "reference", "corrections"] {
            collect(&root.join(part), &mut files);
        }
        files.sort();
        let objects = files.into_iter().map(|file| {
            let bytes = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let key = file.strip_prefix(&root).expect("a file of the folder").to_string_lossy().into_owned();
            (key, bytes)
        });
        Self { config, objects: objects.collect(), knobs: Knobs::default() }
    }

    /// The case with a file more; `name` is `<source>/<file>`.
    #[must_use]
    pub fn file(mut self, name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.objects.push((format!("landing/{name}"), bytes.into()));
        self
    }

    /// The case with a reference table; `name` is `<table>.csv`.
    #[must_use]
    pub fn table(mut self, name: &str, csv: &str) -> Self {
        self.objects.push((format!("reference/{name}"), csv.into()));
        self
    }

    /// The case, run in another way.
    #[must_use]
    pub fn with(self, knobs: Knobs) -> Self {
        Self { knobs, ..self }
    }

    /// Runs all stages.
    ///
    /// # Errors
    /// The error of the stage that failed, or the gate's.
    pub fn run(&self) -> Result<Ran, StageError> {
        let mut pipeline = Pipeline::of(&self.config);
        for (key, bytes) in &self.objects {
            pipeline.put(key, bytes.clone());
        }
        let outcome = pipeline.run(&self.knobs)?;
        assert!(!matches!(outcome, Outcome::NothingNew(_)), "the case has nothing to read");
        Ok(Ran::of(outcome.run(), pipeline))
    }

    /// Runs all stages.
    ///
    /// # Panics
    /// A stage failed, or the gate held the version back.
    pub fn published(&self) -> Ran {
        self.run().unwrap_or_else(|error| panic!("{:?}: {}", error.kind, error.text()))
    }

    /// The message of the run's error.
    ///
    /// # Panics
    /// The run was published.
    pub fn fault(&self) -> String {
        match self.run() {
            Ok(ran) => panic!("it was published, with {:?}", ran.accounts.keys()),
            Err(error) => error.text(),
        }
    }
}

impl Ran {
    fn of(run: &RunId, pipeline: Pipeline) -> Self {
        let version = Version::read(&pipeline, run);
        let mut customers: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for (reference, customer) in &version.members {
            customers.entry(customer).or_default().insert(reference.clone());
        }
        let on_sources = version.manifest.source_notes.iter();
        let on_sources = on_sources.map(|told| format!("{}: {}", told.source, told.note));
        let notes = version.manifest.notes.iter().cloned().chain(on_sources).collect();
        let skipped = version.manifest.skipped.iter();
        Self {
            accounts: version.accounts.clone(),
            rejects: rejects(&pipeline, run),
            customers: customers.into_values().collect(),
            notes,
            skipped: skipped.map(|skipped| (skipped.source.clone(), skipped.reason.clone())).collect(),
            dropped: version.manifest.dropped_values.clone(),
            version,
            pipeline,
        }
    }

    /// The references of all accounts, or of those of one source, without its name.
    pub fn ids(&self, source: &str) -> Vec<&str> {
        let prefix = format!("{source}:");
        self.accounts.keys().filter_map(|reference| reference.strip_prefix(prefix.as_str())).collect()
    }

    /// What an account has at a pointer.
    ///
    /// # Panics
    /// There is no such account.
    pub fn value(&self, reference: &str, pointer: &str) -> &Value {
        let account =
            self.accounts.get(reference).unwrap_or_else(|| panic!("no {reference}: {:?}", self.accounts.keys()));
        account.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// Line and reason of each reject of a source.
    pub fn refused(&self, source: &str) -> Vec<(Option<u64>, &str)> {
        let of_source = self.rejects.iter().filter(|reject| reject["source"] == source);
        of_source.map(|reject| (reject["line"].as_u64(), reject["reason"].as_str().unwrap_or_default())).collect()
    }

    /// Whether the accounts of these references are one customer.
    pub fn are_one(&self, references: &[&str]) -> bool {
        let members = |reference: &&str| self.version.members.get(*reference);
        let mut of = references.iter().map(members);
        let first = of.next().flatten();
        first.is_some() && of.all(|customer| customer == first)
    }
}

/// The files under a folder that may not be there.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("an entry of a folder").path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

/// A source of files with the fields that most cases need; `settings` are further lines of the section.
pub fn source(name: &str, format: &str, settings: &str) -> String {
    format!(
        "[[source]]\nname = \"{name}\"\nformat = \"{format}\"\n{settings}\n[source.fields]\nid = \"/id\"\nemail = \"/email\"\n\
         \"attributes.note\" = \"/note\"\n\n"
    )
}

/// The rest of a configuration: people are one by their e-mail address, and nothing holds the version back.
pub const BY_EMAIL: &str =
    "[normalise]\nemail = \"email\"\n\n[[match]]\nkey = \"email\"\n\n[publish]\nmax_reject_ratio = 1.0\n";
