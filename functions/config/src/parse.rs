//! From TOML text to a checked [`Config`], a section a file.

mod enrich;
mod export;
mod field;
mod files;
mod guard;
mod http;
mod mapping;
mod matching;
mod normalise;
mod pointer_setting;
mod postgres;
mod publish;
mod score;
mod snapshot;
mod source;
mod survive;

use std::ops::Range;

use onefold_normalise::Step;
use onefold_normalise::field::TextField;
use toml::de::DeTable;

use super::schema::{Key, Kind};
use super::toml_reader::{Notes, Section};
use super::{Config, ConfigFaults, DeclaredField};

/// The sections of the configuration.
pub(super) fn keys() -> Vec<Key> {
    vec![
        Key::new("source", Kind::TablesBy(source::keys()), "A system that accounts come from.").required(),
        Key::new(
            "field",
            Kind::Named(Box::new(Kind::Table(field::keys()))),
            "A text field of your own, used by its name wherever a text field is.",
        ),
        Key::table("normalise", normalise::keys(), "Normalisers of each text field, run in order."),
        Key::tables("enrich", enrich::keys(), "A field that is filled from a reference table where it is empty."),
        Key::tables("match", matching::keys(), "A match key: accounts that agree on it are one customer."),
        Key::table("score", score::keys(), "Scored pairs beside the match keys. Without match keys they decide alone."),
        Key::table("guard", guard::keys(), "Limits against wrong merges."),
        Key::table("survive", survive::keys(), "Which of the accounts' values a customer gets."),
        Key::table("publish", publish::keys(), "What must hold before a version is published."),
        Key::table("export", export::keys(), "In which formats a version is written beside JSON Lines."),
    ]
}

pub(super) fn parse(text: &str) -> Result<Config, ConfigFaults> {
    let mut notes = Notes::new(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        notes.fault(error.span().unwrap_or(0..0), format!("not TOML: {}", error.message()));
    }
    let root = Section { table: document.get_ref(), span: 0..0, title: "the configuration".to_owned() };
    root.only(&keys(), &mut notes);

    let (own_fields, chains): (Vec<DeclaredField>, Vec<Vec<Step>>) =
        field::declared(&root, &mut notes).into_iter().unzip();
    let text_fields = notes.text_fields().to_vec();
    let sources = source::sources(&root, &mut notes);
    let mut normalise = normalise::normalise(&root, &sources, &mut notes);
    normalise.extend(chains);
    let enrich = enrich::enrich(&root, &sources, &mut notes);
    let names = source::names(&root, &mut notes);
    let matches = matching::matches(&root, &names, &mut notes);
    let score = score::score(&root, &mut notes);
    let guard = guard::guard(&root, &sources, &names, &mut notes);
    let survive = survive::survive(&root, &sources, &enrich, &mut notes);
    let publish = publish::publish(&root, &mut notes);
    let export = export::export(&root, &mut notes);
    notes.finish(Config {
        sources,
        text_fields,
        own_fields,
        normalise,
        enrich,
        matches,
        score,
        guard,
        survive,
        publish,
        export,
    })
}

fn text_field(name: &str, span: Range<usize>, notes: &mut Notes<'_>) -> Option<TextField> {
    let field = notes.text_field(name);
    if field.is_none() {
        notes.unknown(span, "field", name, &notes.text_field_names());
    }
    field
}

/// A key for each standard text field, and one for those of one's own.
fn of_text_fields(key: impl Fn(TextField) -> Key, own: Key) -> Vec<Key> {
    TextField::ALL.into_iter().map(key).chain([own]).collect()
}
