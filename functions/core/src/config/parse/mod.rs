//! From TOML text to a checked [`Config`], a section a file.

mod enrich;
mod files;
mod guard;
mod http;
mod mapping;
mod matching;
mod normalise;
mod postgres;
mod publish;
mod source;
mod survive;

use std::ops::Range;

use toml::de::DeTable;

use super::toml_reader::{Notes, Section, one_of};
use super::{Config, Faults};
use crate::field::TextField;

pub(super) fn parse(text: &str) -> Result<Config, Faults> {
    let mut notes = Notes::new(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        notes.fault(error.span().unwrap_or(0..0), format!("not TOML: {}", error.message()));
    }
    let root = Section { table: document.get_ref(), span: 0..0, title: "the configuration".to_owned() };
    root.only(&["source", "normalise", "enrich", "match", "guard", "survive", "publish"], &mut notes);

    let sources = source::sources(&root, &mut notes);
    let normalise = normalise::normalise(&root, &sources, &mut notes);
    let enrich = enrich::enrich(&root, &sources, &mut notes);
    let matches = matching::matches(&root, &mut notes);
    let guard = guard::guard(&root, &mut notes);
    let survive = survive::survive(&root, &sources, &enrich, &mut notes);
    let publish = publish::publish(&root, &mut notes);
    notes.finish(Config { sources, normalise, enrich, matches, guard, survive, publish })
}

fn text_field(name: &str, span: Range<usize>, notes: &mut Notes<'_>) -> Option<TextField> {
    let field = TextField::from_name(name);
    if field.is_none() {
        notes.fault(span, format!("unknown field {name:?}; {}", one_of(&TextField::ALL.map(TextField::name))));
    }
    field
}
