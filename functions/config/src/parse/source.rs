//! [[source]]: the systems that accounts come from.

use std::collections::BTreeSet;

use onefold_normalise::calling_code;

use super::mapping::{self, mapping};
use super::{files, http, postgres};
use crate::schema::{Key, KeysByValue, Kind};
use crate::toml_reader::{Notes, Section};
use crate::{Mapping, Source, SourceKind};

/// References of a source with this name would look like values of tables.
const RESERVED: &str = "reference";

/// The keys of sources, by their kind.
pub(super) fn keys() -> KeysByValue {
    let [files, http, postgres] = SourceKind::NAMES;
    let ways = vec![(files, files::keys()), (http, http::keys()), (postgres, postgres::keys())];
    KeysByValue { common: common_keys(), by: "kind", ways }
}

/// The keys that every kind has.
fn common_keys() -> Vec<Key> {
    let name = Kind::Text(Some("^[a-z0-9][a-z0-9_-]{0,39}$"));
    let region = Kind::Text(Some("^[A-Z]{2}$"));
    vec![
        Key::new("name", name, "The folder under `landing/`, and the start of references: 1 to 40 of `a-z 0-9 _ -`.")
            .required(),
        Key::one_of("kind", SourceKind::NAMES, "How the source is read.").or("files"),
        Key::integer("trust", 0, "Breaks ties of time: the value of the source with the higher trust wins.").or(0),
        Key::new(
            "region",
            region,
            "The country (ISO 3166-1) that `e164`, `digits` and `postal_code` assume for accounts without one.",
        ),
        Key::boolean(
            "required",
            "Whether a run fails if the source fails, or has never had a file. If not, the source is skipped.",
        )
        .or(true),
        Key::boolean("snapshot", "Whether what a run reads of the source is its whole state.").or(false),
        Key::boolean(
            "unique_persons",
            "Whether each account of the source is another person's. A customer then has at most one of them.",
        )
        .or(false),
        Key::table("fields", mapping::keys(), "Where each field is in a row, as JSON Pointers (RFC 6901).").required(),
    ]
}

/// The names of all sources, also of those with faults.
pub(super) fn names<'t>(root: &Section<'t>, notes: &mut Notes<'_>) -> Vec<&'t str> {
    let sections = root.sections("source", notes);
    sections.iter().filter_map(|section| Some(section.text("name", notes)?.0)).collect()
}

pub(super) fn sources(root: &Section<'_>, notes: &mut Notes<'_>) -> Vec<Source> {
    let sections = root.sections("source", notes);
    if sections.is_empty() && root.get("source").is_none() {
        notes.fault(0..0, "there is no source; add a [[source]] with name, format and [source.fields]");
    }
    let mut names = BTreeSet::new();
    let mut sources = Vec::new();
    for section in sections {
        if let Some((name, span)) = section.text("name", notes)
            && !names.insert(name)
        {
            notes.fault(span, format!("the source {name:?} is there twice; give one another name"));
        }
        sources.extend(source(&section, notes));
    }
    sources
}

fn source(section: &Section<'_>, notes: &mut Notes<'_>) -> Option<Source> {
    let name = section.required_text("name", notes).and_then(|(name, span)| {
        let fits = Source::is_name(name);
        if !fits {
            notes.fault(
                span.clone(),
                format!("the name {name:?} must be 1 to 40 of a-z, 0-9, _ and -, and start with a letter or digit"),
            );
        }
        if name == RESERVED {
            let what_to_do = "it is kept for provenance, where reference:<table> is a value of a table; take another";
            notes.fault(span, format!("a source cannot be named {name:?}; {what_to_do}"));
        }
        fits.then(|| name.to_owned())
    });
    let kind = kind(section, notes);
    let trust = section.integer("trust", 0, notes).unwrap_or(0);
    let region = section.text("region", notes).and_then(|(region, span)| {
        let known = calling_code(region).is_some();
        if !known {
            notes.fault(
                span,
                format!("unknown region {region:?}; it must be an ISO 3166-1 alpha-2 code such as \"US\""),
            );
        }
        known.then(|| region.to_owned())
    });
    let required = section.boolean("required", notes).unwrap_or(true);
    let snapshot = section.boolean("snapshot", notes).unwrap_or(false);
    let unique_persons = section.boolean("unique_persons", notes).unwrap_or(false);
    let mapping = match section.section("fields", notes) {
        Some(fields) => mapping(&fields, notes),
        None => {
            if section.get("fields").is_none() {
                notes.fault(section.span.clone(), "[[source]] needs [source.fields], which says where the fields are");
            }
            Mapping::default()
        }
    };
    Some(Source { name: name?, kind: kind?, trust, region, required, snapshot, unique_persons, mapping })
}

/// The kind and its settings. A new kind is an arm here, and a file beside this one.
fn kind(section: &Section<'_>, notes: &mut Notes<'_>) -> Option<SourceKind> {
    let (name, span) = section.text("kind", notes).unwrap_or(("files", 0..0));
    let (members, kind) = match name {
        "files" => (files::keys(), files::files(section, notes).map(SourceKind::Files)),
        "http" => (http::keys(), http::http(section, notes).map(|settings| SourceKind::Http(Box::new(settings)))),
        "postgres" => (postgres::keys(), postgres::postgres(section, notes).map(SourceKind::Postgres)),
        _ => {
            notes.unknown(span, "kind", name, &SourceKind::NAMES);
            return None;
        }
    };
    section.only(&[common_keys(), members].concat(), notes);
    kind
}
