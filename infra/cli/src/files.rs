//! Files and folders of this machine.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Calls `found` for every file below a folder, in the order of their names, with its path and its name relative to
/// `folder`. A folder that does not exist holds nothing. Hidden files are skipped, because editors and desktops leave them.
pub fn for_each_file(folder: &Path, mut found: impl FnMut(PathBuf, &str)) -> Result<(), Error> {
    visit(folder, "", &mut found)
}

fn visit(folder: &Path, relative: &str, found: &mut impl FnMut(PathBuf, &str)) -> Result<(), Error> {
    if !folder.exists() {
        return Ok(());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::file("list", folder))? {
        let entry = entry.map_err(Error::file("list", folder))?;
        match entry.file_name().into_string() {
            Ok(name) => names.push(name),
            Err(_) => return Err(Error::malformed(entry.path().display(), "the name is not UTF-8; rename the file")),
        }
    }
    names.sort_unstable();
    for name in names.into_iter().filter(|name| !name.starts_with('.')) {
        let path = folder.join(&name);
        let relative = if relative.is_empty() { name } else { format!("{relative}/{name}") };
        if path.is_dir() {
            visit(&path, &relative, found)?;
        } else {
            found(path, &relative);
        }
    }
    Ok(())
}

/// Removes a file, or a folder with all that is in it; it need not be there.
pub fn remove(path: &Path) -> Result<(), Error> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::file("remove", path)(error)),
        _ => Ok(()),
    }
}
