//! A data folder: the configuration, and the files that belong to it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use onefold_config::Config;
use onefold_lake::keys;
use onefold_rows::corrections_file::{self, CorrectionsFile};

use crate::error::{Error, describe};
use crate::files::for_each_file;

/// The name of the configuration in a data folder.
pub const CONFIG: &str = "onefold.toml";

/// A folder with onefold.toml, landing/, reference/ and corrections/.
#[derive(Clone, Debug)]
pub struct DataFolder {
    root: PathBuf,
}

impl DataFolder {
    /// The data folder at a path.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The path of the folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The path of the configuration.
    pub fn config_path(&self) -> PathBuf {
        self.root.join(CONFIG)
    }

    /// Reads the configuration.
    ///
    /// # Errors
    /// It does not exist or has faults.
    pub fn config(&self) -> Result<Config, Error> {
        let path = self.config_path();
        Config::parse(&config_text(&path)?).map_err(|faults| {
            Error::malformed(path.display(), format!("{faults}; `onefold check` shows them one by one"))
        })
    }

    /// The names of the folders in landing/, in order.
    pub fn landing_names(&self) -> Result<Vec<String>, Error> {
        let landing = self.root.join("landing");
        let mut names = Vec::new();
        if landing.is_dir() {
            for entry in fs::read_dir(&landing).map_err(Error::file("list", &landing))? {
                let entry = entry.map_err(Error::file("list", &landing))?;
                if entry.path().is_dir() {
                    names.push(entry.file_name().to_string_lossy().into_owned());
                }
            }
        }
        names.retain(|name| !name.starts_with('.'));
        names.sort_unstable();
        Ok(names)
    }

    /// The files of corrections, with their keys.
    pub fn corrections(&self) -> Result<Vec<(PathBuf, String)>, Error> {
        let mut found = Vec::new();
        for_each_file(&self.root.join("corrections"), |path, name| {
            let key = format!("{}{name}", keys::CORRECTIONS);
            if keys::is_corrections(&key) {
                found.push((path, key));
            }
        })?;
        Ok(found)
    }

    /// The faults for which Plan would refuse the corrections, each with file and line. `sources` are the names of all sources.
    pub fn faults_of_corrections(&self, sources: &[&str]) -> Vec<String> {
        let read = |(path, key): (PathBuf, String)| Ok((key, fs::read(&path).map_err(Error::file("read", &path))?));
        let files = self.corrections();
        let files: Result<Vec<_>, Error> = files.and_then(|files| files.into_iter().map(read).collect());
        match files {
            Ok(files) => {
                let files: Vec<CorrectionsFile<'_>> =
                    files.iter().map(|(name, bytes)| CorrectionsFile { name, bytes }).collect();
                corrections_file::check(&files, sources).err().unwrap_or_default()
            }
            Err(error) => vec![describe(&error)],
        }
    }

    /// Whether landing/ or reference/ exists.
    pub fn has_data(&self) -> bool {
        self.root.join("landing").is_dir() || self.root.join("reference").is_dir()
    }
}

/// Reads the text of a configuration. The error for a missing file says how to write one.
pub fn config_text(path: &Path) -> Result<String, Error> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Error::Unready(format!(
            "there is no {}; `onefold init` writes one from a look at the files in landing/",
            path.display()
        ))),
        Err(error) => Err(Error::file("read", path)(error)),
    }
}
