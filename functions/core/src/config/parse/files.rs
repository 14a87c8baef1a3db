//! The members of a [[source]] of kind "files".

use crate::config::toml_reader::{Notes, Section, one_of};
use crate::config::{FileFormat, FilesSettings};

pub(super) const MEMBERS: &[&str] = &["format"];

pub(super) fn files(section: &Section<'_>, notes: &mut Notes<'_>) -> Option<FilesSettings> {
    let (name, span) = section.required_text("format", notes)?;
    let format = FileFormat::from_name(name);
    if format.is_none() {
        notes.fault(span, format!("unknown format {name:?}; {}", one_of(&FileFormat::names())));
    }
    Some(FilesSettings { format: format?, delimiter: b',' })
}
