//! `current/<part>/files.txt`: the addresses of the current version's files of customers, members or changes, one a line.
//!
//! Tables of Athena, Spark and Trino read such a list by Hive's `SymlinkTextInputFormat`. So they follow the current
//! version without a change of the catalog. The list names files, because folders of a version hold other files too, and
//! the changes of a first version are its customer files.

use crate::keys::VersionPart;
use crate::version::manifest::{Manifest, VersionFile};

/// The text of a list. `address` gives the address of a key.
pub fn text(manifest: &Manifest, part: VersionPart, address: impl Fn(&str) -> String) -> String {
    files(manifest, part).iter().map(|file| address(&file.key) + "\n").collect()
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
