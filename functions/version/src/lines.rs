//! Reads the lines of a version's files, however large they are.

use onefold_lake::version::lines::FileLines;
use onefold_lake::version::manifest::VersionFile;

use crate::error::VersionError;
use crate::open::OpenVersion;

/// The lines of a file. It holds a few megabytes of them.
pub struct VersionLines<'s>(FileLines<'s>);

impl OpenVersion<'_> {
    /// Opens one of the files of compressed lines that the manifest names.
    ///
    /// # Errors
    /// Only if memory runs out.
    pub fn lines(&self, file: &VersionFile) -> Result<VersionLines<'_>, VersionError> {
        FileLines::open(self.store, file).map(VersionLines).map_err(VersionError::reading_part)
    }
}

impl VersionLines<'_> {
    /// The next lines, each with its line end; `None` behind the last one.
    ///
    /// # Errors
    /// The file is missing, damaged, or has another number of lines than the manifest says; or the store failed.
    pub async fn next(&mut self) -> Result<Option<String>, VersionError> {
        self.0.next().await.map_err(VersionError::reading_part)
    }
}

#[cfg(test)]
mod tests {
    use onefold_lake::keys::{self, VersionPart};

    use super::*;
    use crate::testing::{block_on, put, with_partitions};

    async fn read(version: &OpenVersion<'_>) -> Result<String, VersionError> {
        let mut lines = version.lines(&version.manifest().files.members[0])?;
        let mut text = String::new();
        while let Some(more) = lines.next().await? {
            text.push_str(&more);
        }
        Ok(text)
    }

    #[test]
    fn all_lines_are_read_or_an_error() {
        let (store, _) = with_partitions();
        let version = block_on(OpenVersion::current(&store)).unwrap();
        assert_eq!(block_on(read(&version)).unwrap().lines().count(), 5);
        put(&store, &keys::processed(version.run(), VersionPart::Members, 0), onefold_lake::compress(b"{}\n").unwrap());
        assert!(matches!(block_on(read(&version)), Err(VersionError::Damaged(_))));
    }
}
