//! The tables of keys that the manual prints, made of what [`crate::schema`] says of each key.

use std::fmt::Write;

use onefold_normalise::Step;

use crate::schema::{Key, KeysByValue, Kind};

/// A list of more names than this is a list of fields or normalisers, which the manual describes elsewhere.
const NAMES_SHOWN_MAX: usize = 8;

/// A name for each table of keys, and the table in Markdown.
pub fn key_tables() -> Vec<(String, String)> {
    let mut tables = vec![("sections".to_owned(), sections(&crate::keys()))];
    for key in crate::keys() {
        match key.kind {
            Kind::TablesBy(choice) => tables.extend(tables_of_choice(key.name, choice)),
            Kind::Named(values) if table_of(&values).is_some() => {
                tables.push((key.name.to_owned(), with_nested(table_of(&values).unwrap_or_default())));
            }
            Kind::Table(keys) | Kind::Tables(keys) => tables.push((key.name.to_owned(), with_nested(&keys))),
            _ => {}
        }
    }
    tables
}

/// The keys that are always there, and then those of each way and of each table in it.
fn tables_of_choice(name: &str, choice: KeysByValue) -> Vec<(String, String)> {
    let mut tables = vec![(name.to_owned(), table(&choice.common))];
    let named = |inner: &str, keys: &[Key]| (format!("{name} {inner}"), with_nested(keys));
    for (way, keys) in &choice.ways {
        let settings = keys.iter().find_map(|key| table_of(&key.kind).filter(|_| key.name == *way));
        tables.push(named(way, settings.unwrap_or(keys)));
    }
    let of_common = choice.common.iter().filter_map(|key| Some(named(key.name, table_of(&key.kind)?)));
    tables.extend(of_common);
    tables
}

fn sections(keys: &[Key]) -> String {
    let mut text = "| section | what it is |\n|---|---|\n".to_owned();
    for key in keys {
        let name = match &key.kind {
            Kind::Table(_) => format!("[{}]", key.name),
            Kind::Named(_) => format!("[{}.<name>]", key.name),
            _ => format!("[[{}]]", key.name),
        };
        // As GitHub makes it of the heading.
        let anchor: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let _ = writeln!(text, "| [`{name}`](#{anchor}) | {} |", key.doc);
    }
    text
}

/// The table of some keys, and behind it a table for each of them that is a table itself.
fn with_nested(keys: &[Key]) -> String {
    let mut text = table(keys);
    for key in keys {
        if let Some(inner) = table_of(&key.kind).filter(|inner| same_for_all(inner).is_none()) {
            let _ = write!(text, "\nKeys of `{}`:\n\n{}", key.name, with_nested(inner));
        }
    }
    let written_as_tables = tables_among(keys);
    if !written_as_tables.is_empty() {
        let _ = write!(text, "\nWhere a value is a table, these are its keys:\n\n{}", table(&written_as_tables));
    }
    text
}

fn table(keys: &[Key]) -> String {
    let mut rows: Vec<(Vec<String>, String)> = Vec::new();
    for key in keys {
        let name = format!("`{}`", key.name);
        let rest = format!("{} | {} | {}", value(&key.kind), default(key), key.doc);
        // Keys that differ in their names only share a row.
        match rows.iter_mut().find(|(_, of_row)| *of_row == rest) {
            Some((names, _)) => names.push(name),
            None => rows.push((vec![name], rest)),
        }
    }
    let mut text = "| key | value | default | meaning |\n|---|---|---|---|\n".to_owned();
    for (names, rest) in rows {
        let _ = writeln!(text, "| {} | {rest} |", names.join(", "));
    }
    text
}

fn table_of(kind: &Kind) -> Option<&[Key]> {
    if let Kind::Table(keys) = kind { Some(keys) } else { None }
}

/// What stands right of every key of a table, if that is the same for all.
fn same_for_all(keys: &[Key]) -> Option<String> {
    let first = value(&keys.first()?.kind);
    let is_the_same = |key: &Key| value(&key.kind) == first && key.doc == keys[0].doc;
    (keys.len() > 1 && keys.iter().all(is_the_same)).then_some(first)
}

/// The keys of the tables that some keys take among other kinds of values, each once.
fn tables_among(keys: &[Key]) -> Vec<Key> {
    fn collect(kind: &Kind, found: &mut Vec<Key>) {
        match kind {
            Kind::Table(keys) if same_for_all(keys).is_none() => {
                for key in keys {
                    if found.iter().all(|other| other.name != key.name) {
                        found.push(key.clone());
                    }
                }
            }
            Kind::Array(items) => collect(items, found),
            Kind::AnyOf(kinds) => kinds.iter().for_each(|kind| collect(kind, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for key in keys.iter().filter(|key| table_of(&key.kind).is_none()) {
        collect(&key.kind, &mut found);
    }
    found
}

fn default(key: &Key) -> String {
    match &key.default {
        _ if key.required => "required".to_owned(),
        Some(value) => format!("`{value}`"),
        None => String::new(),
    }
}

/// What stands right of a key, in words.
fn value(kind: &Kind) -> String {
    match kind {
        Kind::Text(pattern) => text(pattern.unwrap_or_default()).to_owned(),
        Kind::TextFieldOr(others) => if others.is_empty() { "text field" } else { "field" }.to_owned(),
        Kind::OneOf(names) => one_of(names),
        Kind::Integer(i64::MIN) => "whole number".to_owned(),
        Kind::Integer(least) => format!("whole number from {least}"),
        Kind::Range(least, most) => format!("{least} to {most}"),
        Kind::Number => "number".to_owned(),
        Kind::Positive(most) => format!("number above 0, up to {most}"),
        Kind::Ratio => "0 to 1".to_owned(),
        Kind::Boolean => "`true` or `false`".to_owned(),
        Kind::Array(items) if matches!(**items, Kind::AnyOf(_)) => format!("list, each {}", value(items)),
        Kind::Array(items) => format!("list of {}s", value(items)),
        Kind::Named(values) => format!("table of {}", value(values)),
        Kind::Table(keys) => {
            same_for_all(keys).map_or_else(|| names(keys), |same| format!("`{{ field = … }}`: {same}"))
        }
        Kind::Tables(_) | Kind::TablesBy(_) => "tables".to_owned(),
        Kind::AnyOf(kinds) => any_of(kinds),
    }
}

/// The names of a table's keys, as it is written in one line.
fn names(keys: &[Key]) -> String {
    let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
    if names.len() > NAMES_SHOWN_MAX { "table".to_owned() } else { format!("`{{ {} }}`", names.join(", ")) }
}

/// What a text that fits a pattern is.
fn text(pattern: &str) -> &'static str {
    match pattern {
        "^/" | "^(/.*)?$" => "pointer",
        "^[0-9]+[smhd]$" => "duration",
        attribute if attribute.starts_with("^attributes") => "`attributes.<name>`",
        _ => "text",
    }
}

fn one_of(names: &[&str]) -> String {
    let are_steps =
        || names.iter().all(|name| name.starts_with("prefix:") || Step::ALL.iter().any(|step| step.name() == *name));
    if names.len() > NAMES_SHOWN_MAX {
        if are_steps() { "normaliser" } else { "field" }.to_owned()
    } else {
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    }
}

/// Any of some kinds; a list of what else there may be comes last, and does not say so again.
fn any_of(kinds: &[Kind]) -> String {
    let told: Vec<String> = kinds.iter().map(value).collect();
    let is_list_of_another = |kind: &Kind| matches!(kind, Kind::Array(items) if told.contains(&value(items)));
    let (lists, others): (Vec<&Kind>, Vec<&Kind>) = kinds.iter().partition(|kind| is_list_of_another(kind));
    let mut words: Vec<String> = others.into_iter().map(value).collect();
    words.extend(lists.first().map(|_| "a list".to_owned()));
    match words.as_slice() {
        [one, other] => format!("{one} or {other}"),
        [first @ .., last] if !first.is_empty() => format!("{}, or {last}", first.join(", ")),
        _ => words.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_differ_in_their_names_only_share_a_row() {
        let keys = [
            Key::text("a", "Text."),
            Key::integer("n", 2, "A number.").or(3),
            Key::text("b", "Text.").or(serde_json::Value::Null).optional(),
        ];
        let expected = "| key | value | default | meaning |\n|---|---|---|---|\n| `a` | text |  | Text. |\n\
                        | `n` | whole number from 2 | `3` | A number. |\n| `b` | text | `null` | Text. |\n";
        assert_eq!(table(&keys), expected);
        let same = [Key::text("a", "Text."), Key::text("b", "Text.")];
        assert!(table(&same).ends_with("| `a`, `b` | text |  | Text. |\n"));
    }

    #[test]
    fn a_table_among_values_has_its_keys_below() {
        let pointer = || Kind::Text(Some("^/"));
        let inner = Kind::Table(vec![Key::new("at", pointer(), "Where.").required()]);
        let key = Key::new("id", Kind::AnyOf(vec![pointer(), Kind::Array(Box::new(pointer())), inner]), "An id.");
        assert_eq!(value(&Kind::Text(None).or_several()), "text or a list");
        let text = with_nested(&[key]);
        assert!(text.contains("| `id` | pointer, `{ at }`, or a list |  | An id. |\n"), "{text}");
        assert!(text.ends_with("| `at` | pointer | required | Where. |\n"), "{text}");
    }

    #[test]
    fn every_section_and_every_kind_of_source_has_a_table() {
        let tables = key_tables();
        let names: Vec<&str> = tables.iter().map(|(name, _)| name.as_str()).collect();
        let expected = [
            "sections",
            "source",
            "source files",
            "source http",
            "source postgres",
            "source fields",
            "field",
            "normalise",
            "enrich",
            "match",
            "score",
            "guard",
            "survive",
            "publish",
            "export",
        ];
        assert_eq!(names, expected);
    }
}
