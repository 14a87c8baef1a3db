//! [[source]]: the systems that accounts come from.

use std::collections::BTreeSet;

use super::mapping::mapping;
use super::{files, http, postgres};
use crate::config::toml_reader::{Notes, Section, one_of};
use crate::config::{Mapping, Source, SourceKind};
use crate::normalise::calling_code;

/// A source of this name would give accounts references that read like values of tables.
const RESERVED: &str = "reference";

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
        let mut bytes = name.bytes();
        let fits = bytes.next().is_some_and(|first| first.is_ascii_lowercase() || first.is_ascii_digit())
            && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-')
            && name.len() <= 40;
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
    let mapping = match section.section("fields", notes) {
        Some(fields) => mapping(&fields, notes),
        None => {
            if section.get("fields").is_none() {
                notes.fault(section.span.clone(), "[[source]] needs [source.fields], which says where the fields are");
            }
            Mapping::default()
        }
    };
    Some(Source { name: name?, kind: kind?, trust, region, required, snapshot, mapping })
}

/// Members of every kind.
const COMMON: [&str; 7] = ["name", "kind", "trust", "region", "required", "snapshot", "fields"];

/// The kind and its settings. A new kind is an arm here, and a file beside this one.
fn kind(section: &Section<'_>, notes: &mut Notes<'_>) -> Option<SourceKind> {
    let (name, span) = section.text("kind", notes).unwrap_or(("files", 0..0));
    let (members, kind) = match name {
        "files" => (files::MEMBERS, files::files(section, notes).map(SourceKind::Files)),
        "http" => (http::MEMBERS, http::http(section, notes).map(|settings| SourceKind::Http(Box::new(settings)))),
        "postgres" => (postgres::MEMBERS, postgres::postgres(section, notes).map(SourceKind::Postgres)),
        _ => {
            notes.fault(span, format!("unknown kind {name:?}; {}", one_of(&SourceKind::NAMES)));
            return None;
        }
    };
    section.only(&[&COMMON, members].concat(), notes);
    kind
}
