//! `current/<part>/files.txt`: the addresses of the current version's files of customers, members or changes, one a line;
//! `current/parquet/<part>/files.txt`: those of the same as Parquet.
//!
//! Tables of Athena, Spark and Trino read such a list by Hive's `SymlinkTextInputFormat`. So they follow the current
//! version without a change of the catalog. The list names files, because folders of a version hold other files too, and
//! the changes of a first version are its customer files.

use crate::keys::{self, ParquetPart, VersionPart};
use crate::version::manifest::{Manifest, VersionFile};

/// The text of a list. `address` gives the address of a key.
pub fn text(manifest: &Manifest, part: VersionPart, address: impl Fn(&str) -> String) -> String {
    lines(files(manifest, part), address)
}

/// The text of a list of Parquet files.
///
/// If the version was written without Parquet, the list names a file that is missing. A query then fails and shows that
/// name. It would find no rows in an empty list, as if there were no customers.
pub fn parquet_text(manifest: &Manifest, part: ParquetPart, address: impl Fn(&str) -> String) -> String {
    let Manifest { run, files, .. } = manifest;
    if files.parquet.is_empty() && !files.members.is_empty() {
        return address(&keys::parquet(run, part, 0)) + "\n";
    }
    lines(files.parquet.of(part), address)
}

fn lines(files: &[VersionFile], address: impl Fn(&str) -> String) -> String {
    files.iter().map(|file| address(&file.key) + "\n").collect()
}

fn files(manifest: &Manifest, part: VersionPart) -> &[VersionFile] {
    let files = &manifest.files;
    match part {
        VersionPart::Customers => &files.customers,
        VersionPart::Members => &files.members,
        VersionPart::MemberLinks => &files.member_links,
        VersionPart::Changes => &files.changes,
        VersionPart::Blocked => &files.blocked,
        VersionPart::Index => &files.index,
        VersionPart::Retired => &files.retired,
    }
}
