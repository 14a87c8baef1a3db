//! The folder of results, which holds one whole version.
//!
//! A version is gathered in `OUT/.new`. When it is complete the folder is renamed to `OUT/.ready`, and its entries replace
//! the old ones, the manifest last. Whatever interrupts this, OUT holds the old version or the new one, or `.ready` exists
//! and the next command completes the change.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use onefold_lake::version::manifest::{FORMAT, Manifest};

use crate::error::Error;
use crate::files::remove;

/// The file of the manifest.
pub const MANIFEST: &str = "manifest.json";
/// The file of the run's receipts, one a line.
pub const RECEIPTS: &str = "receipts.jsonl";
/// The file of the model. A version that scores no pairs has none.
const MODEL: &str = "model.json";
/// The file of the report's numbers. A version of an earlier program has neither it nor its page.
pub const REPORT: &str = "report.json";
/// The page that shows the report's numbers.
pub const PAGE: &str = "report.html";
/// The files that not every version has.
const OPTIONAL: [&str; 3] = [MODEL, REPORT, PAGE];
/// The folder of a version that was not published.
pub const HELD: &str = "held";
/// The folder of refused rows.
pub const REJECTS: &str = "rejects";
/// The entries of a version: folders, then files, the manifest last.
const FOLDERS: [&str; 9] =
    ["customers", "members", "changes", "blocked", "index", "retired", "review", "parquet", REJECTS];
const FILES: [&str; 10] = [
    "inputs.jsonl",
    "config.toml",
    "corrections.json",
    "blocked.keys",
    "blocked.json",
    MODEL,
    REPORT,
    PAGE,
    RECEIPTS,
    MANIFEST,
];

/// A folder of results.
#[derive(Clone, Debug)]
pub struct OutFolder {
    path: PathBuf,
}

impl OutFolder {
    /// Opens a folder, which need not exist, and completes an interrupted change of versions.
    ///
    /// # Errors
    /// Also if the folder holds names of results but no version, unless it `may_replace` everything.
    pub fn open(path: &Path, may_replace: bool) -> Result<Self, Error> {
        let folder = Self { path: path.to_owned() };
        folder.finish_swap()?;
        let is_in_the_way = |name: &&str| path.join(name).exists();
        let is_no_version = !may_replace && !path.join(MANIFEST).exists();
        if is_no_version && let Some(name) = entries().find(is_in_the_way) {
            let fault = format!("{} holds `{name}` but no {MANIFEST}, so it is no folder of results", path.display());
            return Err(Error::Unready(format!("{fault}; choose another one, or remove what is in it")));
        }
        Ok(folder)
    }

    /// The path of the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The page of the version in the folder; `None` if an earlier program made it.
    pub fn page(&self) -> Option<PathBuf> {
        Some(self.path.join(PAGE)).filter(|page| page.is_file())
    }

    /// The folder in it for a version that was not published.
    pub fn held(&self) -> Result<Self, Error> {
        Self::open(&self.path.join(HELD), true)
    }

    /// Removes a version that was not published, once another one is.
    pub fn forget_held(&self) -> Result<(), Error> {
        remove(&self.path.join(HELD))
    }

    /// The manifest of the version in the folder, if there is one.
    pub fn manifest(&self) -> Result<Option<Manifest>, Error> {
        let path = self.path.join(MANIFEST);
        match fs::read(&path) {
            Ok(content) => parse_manifest(&content, path.display()).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::file("read", &path)(error)),
        }
    }

    /// Creates the folder for the next version, with all entries of a version, empty.
    pub fn begin(&self) -> Result<PathBuf, Error> {
        let new = self.path.join(".new");
        remove(&new)?;
        for name in FOLDERS {
            let folder = new.join(name);
            fs::create_dir_all(&folder).map_err(Error::file("make the folder", &folder))?;
        }
        for name in FILES {
            let file = new.join(name);
            fs::write(&file, "").map_err(Error::file("write", &file))?;
        }
        Ok(new)
    }

    /// Replaces the version in the folder by the one that was gathered.
    pub fn commit(&self) -> Result<(), Error> {
        let new = self.path.join(".new");
        fs::rename(&new, self.path.join(".ready")).map_err(Error::file("rename", &new))?;
        self.finish_swap()
    }

    /// Moves the entries of `.ready` to their places. It can be interrupted and repeated. The old manifest is removed first,
    /// so none ever lies beside the files of another version.
    fn finish_swap(&self) -> Result<(), Error> {
        let ready = self.path.join(".ready");
        if ready.join(MANIFEST).exists() {
            remove(&self.path.join(MANIFEST))?;
        }
        for name in entries() {
            let (from, to) = (ready.join(name), self.path.join(name));
            if from.exists() {
                remove(&to)?;
                if OPTIONAL.contains(&name) && is_empty(&from)? {
                    remove(&from)?;
                    continue;
                }
                fs::rename(&from, &to).map_err(Error::file("rename", &from))?;
            }
        }
        remove(&ready)
    }
}

/// The names of a version's entries, the manifest last.
pub fn entries() -> impl Iterator<Item = &'static str> {
    FOLDERS.into_iter().chain(FILES)
}

fn is_empty(file: &Path) -> Result<bool, Error> {
    Ok(fs::metadata(file).map_err(Error::file("read", file))?.len() == 0)
}

/// Parses a manifest. `what` is its path or key, for the error.
fn parse_manifest(content: &[u8], what: impl ToString) -> Result<Manifest, Error> {
    let manifest: Manifest =
        serde_json::from_slice(content).map_err(|error| Error::malformed(what.to_string(), error))?;
    if manifest.format > FORMAT {
        return Err(Error::malformed(what, format!("format {} is newer than this command", manifest.format)));
    }
    Ok(manifest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that is removed at the end of a test.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("onefold-out-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        /// Gathers a version whose files all say the same.
        fn gather(&self, text: &str) -> OutFolder {
            let out = OutFolder::open(&self.0, true).unwrap();
            let new = out.begin().unwrap();
            fs::write(new.join("customers/part"), text).unwrap();
            fs::write(new.join(MANIFEST), text).unwrap();
            out
        }

        fn says(&self, name: &str) -> Option<String> {
            fs::read_to_string(self.0.join(name)).ok()
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_version_replaces_the_one_before_it() {
        let scratch = Scratch::new("replaces");
        fs::write(scratch.0.join("notes.txt"), "mine").unwrap();
        scratch.gather("one").commit().unwrap();
        fs::write(scratch.0.join("rejects/old"), "one").unwrap();
        scratch.gather("two").commit().unwrap();
        assert_eq!(scratch.says("customers/part").as_deref(), Some("two"));
        assert_eq!(scratch.says(MANIFEST).as_deref(), Some("two"));
        assert_eq!(scratch.says("rejects/old"), None);
        assert_eq!(scratch.says("notes.txt").as_deref(), Some("mine"));
        assert!(!scratch.0.join(".ready").exists() && !scratch.0.join(".new").exists());
    }

    #[test]
    fn a_model_and_a_report_are_kept_until_a_version_without_one() {
        let run = onefold_lake::RunId::parse("20261122T174600Z-1a2b3c4d").unwrap();
        assert_eq!(onefold_lake::keys::processed_model(&run), onefold_lake::keys::version(&run) + MODEL);
        assert_eq!(onefold_lake::keys::processed_report(&run), onefold_lake::keys::version(&run) + REPORT);
        assert_eq!(onefold_lake::keys::processed_page(&run), onefold_lake::keys::version(&run) + PAGE);
        let scratch = Scratch::new("model");
        let out = scratch.gather("one");
        for name in OPTIONAL {
            fs::write(scratch.0.join(".new").join(name), "{}").unwrap();
        }
        out.commit().unwrap();
        assert_eq!(OPTIONAL.map(|name| scratch.says(name)), [(); 3].map(|()| Some("{}".to_owned())));
        assert_eq!(out.page(), Some(scratch.0.join(PAGE)));
        let out = scratch.gather("two");
        out.commit().unwrap();
        assert_eq!(OPTIONAL.map(|name| scratch.says(name)), [const { None }; 3]);
        assert_eq!(out.page(), None);
        assert!(!scratch.0.join(".ready").exists());
    }

    #[test]
    fn a_version_that_was_not_gathered_whole_changes_nothing() {
        let scratch = Scratch::new("not-whole");
        scratch.gather("one").commit().unwrap();
        drop(scratch.gather("two"));
        OutFolder::open(&scratch.0, false).unwrap();
        assert_eq!(scratch.says("customers/part").as_deref(), Some("one"));
        assert_eq!(scratch.says(MANIFEST).as_deref(), Some("one"));
    }

    #[test]
    fn an_interrupted_change_of_versions_is_brought_to_its_end() {
        let scratch = Scratch::new("interrupted");
        scratch.gather("one").commit().unwrap();
        drop(scratch.gather("two"));
        // As if it had been interrupted behind the first entry.
        fs::rename(scratch.0.join(".new"), scratch.0.join(".ready")).unwrap();
        fs::remove_file(scratch.0.join(MANIFEST)).unwrap();
        fs::remove_dir_all(scratch.0.join("customers")).unwrap();
        fs::rename(scratch.0.join(".ready/customers"), scratch.0.join("customers")).unwrap();
        OutFolder::open(&scratch.0, false).unwrap();
        assert_eq!(scratch.says("customers/part").as_deref(), Some("two"));
        assert_eq!(scratch.says(MANIFEST).as_deref(), Some("two"));
        assert!(!scratch.0.join(".ready").exists());
    }

    #[test]
    fn a_folder_of_something_else_is_not_touched() {
        let scratch = Scratch::new("else");
        fs::create_dir(scratch.0.join("customers")).unwrap();
        assert!(OutFolder::open(&scratch.0, false).is_err());
        assert!(OutFolder::open(&scratch.0, true).is_ok());
    }
}
