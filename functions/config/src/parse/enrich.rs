//! [[enrich]]: values looked up in reference tables.

use std::ops::Range;

use super::text_field;
use crate::schema::{Key, Kind};
use crate::toml_reader::{Notes, Section, texts};
use crate::{Enrich, Hash, Lookup, Source, Target, Threshold};

/// What values can be looked up as.
const HASHES: [&str; 1] = ["sha256"];
/// What separates interests by default.
const SPLIT: &str = ";";

pub(super) fn keys() -> Vec<Key> {
    let field =
        Kind::AnyOf(vec![Kind::TextFieldOr(ENRICHED.into()), Kind::Text(Some("^attributes\\.[A-Za-z0-9_.-]+$"))]);
    let on = Kind::AnyOf(vec![Kind::TextFieldOr(Vec::new()), Kind::Text(Some("^attributes\\."))]).or_several();
    let table = Kind::Text(Some("^[A-Za-z0-9_.-]+$"));
    let key = Kind::Text(None).or_several();
    vec![
        Key::new("field", field, "The field that is filled where it is empty: any field, or `attributes.<name>`.")
            .required(),
        Key::new("table", table, "The table: `reference/<table>.csv` or `.parquet`.").required(),
        Key::new(
            "on",
            on,
            "What is looked up: a text field or `attributes.<name>`, or a list of fields that must all agree.",
        )
        .required(),
        Key::integer("prefix", 1, "Looks up only so many first characters of the last field of `on`."),
        Key::one_of("hash", HASHES, "Looks up the digest of the value instead of the value."),
        Key::boolean("ignore_case", "Whether to ignore case, and blanks around a value.").or(false),
        Key::new(
            "key",
            key,
            "The table's column to look in, or one for each field of `on`. If not given, the table's first columns.",
        ),
        Key::text("value", "The table's column that holds the value. If not given, the last part of the field's name."),
        Key::table(
            "columns",
            column_keys(),
            "For `location`, in place of `value`: the table's columns. If not given, `latitude` and `longitude`.",
        ),
        Key::text("split", "What separates `interests` in the table's column.").or(SPLIT),
        Key::table("threshold", threshold_keys(), "Rows of the table below a number are not used."),
        Key::boolean("overwrite", "Whether the table's value replaces one that the source gave.").or(false),
    ]
}

fn column_keys() -> Vec<Key> {
    vec![
        Key::text("latitude", "The column of the latitude, in degrees.").required(),
        Key::text("longitude", "The column of the longitude, in degrees.").required(),
    ]
}

fn threshold_keys() -> Vec<Key> {
    vec![
        Key::text("column", "The column of numbers.").required(),
        Key::new("min", Kind::Number, "The least number of a row that is used.").required(),
    ]
}

/// What a table can fill beside text fields and attributes.
const ENRICHED: [&str; 3] = ["location", "salary", "interests"];

pub(super) fn enrich(root: &Section<'_>, sources: &[Source], notes: &mut Notes<'_>) -> Vec<Enrich> {
    // The attributes of a faulty source are not known.
    let is_known = root.sections("source", notes).len() == sources.len();
    let of_sources = sources.iter().flat_map(|source| &source.mapping.attributes).map(|(name, _)| name.clone());
    let mut attributes: Option<Vec<String>> = is_known.then(|| of_sources.collect());
    let mut lookups = Vec::new();
    for section in root.sections("enrich", notes) {
        let lookup = lookup(&section, attributes.as_deref(), notes);
        if let (Some(attributes), Some(Enrich { target: Target::Attribute(name), .. })) = (&mut attributes, &lookup) {
            attributes.push(name.clone());
        }
        lookups.extend(lookup);
    }
    lookups
}

fn lookup(section: &Section<'_>, attributes: Option<&[String]>, notes: &mut Notes<'_>) -> Option<Enrich> {
    section.only(&keys(), notes);
    let target = section.required_text("field", notes).and_then(|(name, span)| target(name, span, notes));
    let table = section.required_text("table", notes).and_then(|(name, span)| table(name, span, notes));
    let on = on(section, attributes, notes);
    let prefix = section.integer("prefix", 1, notes).and_then(|number| usize::try_from(number).ok());
    let hash = hash(section, prefix, on.as_ref().map(Vec::len), notes);
    let key = match section.get("key") {
        Some(place) => key(texts(place.clone(), "key", notes), place.1, on.as_ref().map(Vec::len), notes),
        None => Vec::new(),
    };
    let columns = columns(section, target.as_ref(), notes);
    let split = section.text("split", notes).and_then(|(split, span)| {
        if target.as_ref().is_some_and(|target| *target != Target::Interests) {
            notes.fault(span, "split is only for interests; leave it out");
        } else if split.is_empty() {
            notes.fault(span, "split must not be empty; write what separates the interests, as \";\"");
        }
        (!split.is_empty()).then(|| split.to_owned())
    });
    let [ignore_case, overwrite] = ["ignore_case", "overwrite"].map(|name| section.boolean(name, notes));
    let threshold = threshold(section, notes);
    // All keys are read before this, so that all faults are reported.
    Some(Enrich {
        target: target?,
        table: table?,
        on: on?,
        prefix,
        hash,
        ignore_case: ignore_case.unwrap_or_default(),
        key,
        columns,
        split: split.unwrap_or_else(|| SPLIT.to_owned()),
        threshold,
        overwrite: overwrite.unwrap_or_default(),
    })
}

/// How an attribute must be named to be filled, so that its name needs no escapes.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

fn target(name: &str, span: Range<usize>, notes: &mut Notes<'_>) -> Option<Target> {
    if let Some(attribute) = name.strip_prefix("attributes.") {
        if !is_plain(attribute) {
            notes.fault(span, format!("the attribute {attribute:?} must be a name of letters, digits, _, - and ."));
            return None;
        }
        return Some(Target::Attribute(attribute.to_owned()));
    }
    let target = match name {
        "location" => Some(Target::Location),
        "salary" => Some(Target::Salary),
        "interests" => Some(Target::Interests),
        _ => notes.text_field(name).map(Target::Text),
    };
    if target.is_none() {
        let names = notes.text_field_names();
        let known: Vec<&str> = names.into_iter().chain(ENRICHED).chain(["attributes.<name>"]).collect();
        notes.unknown(span, "field", name, &known);
    }
    target
}

fn table(name: &str, span: Range<usize>, notes: &mut Notes<'_>) -> Option<String> {
    let fits = is_plain(name);
    if !fits {
        notes.fault(
            span,
            format!(
                "the table {name:?} must be a name of letters, digits, _, - and ., for reference/<name>.csv or .parquet"
            ),
        );
    }
    fits.then(|| name.to_owned())
}

/// The values that are looked up; `None` if any is faulty.
fn on(section: &Section<'_>, attributes: Option<&[String]>, notes: &mut Notes<'_>) -> Option<Vec<Lookup>> {
    let Some(place) = section.get("on") else {
        notes.fault(section.span.clone(), format!("{} needs on", section.title));
        return None;
    };
    let span = place.1.clone();
    let names = texts(place, "on", notes);
    if names.is_empty() {
        notes.fault(span, "on must name the field that is looked up, or several");
        return None;
    }
    names
        .into_iter()
        .map(|(name, span)| match name.strip_prefix("attributes.") {
            None => text_field(name, span, notes).map(Lookup::Text),
            Some(attribute) if attributes.is_none_or(|known| known.iter().any(|known| known == attribute)) => {
                Some(Lookup::Attribute(attribute.to_owned()))
            }
            Some(_) => {
                notes.fault(span, format!("no source has {name:?}; map it under [source.fields]"));
                None
            }
        })
        // All are read first, so that all faults are reported.
        .collect::<Vec<_>>()
        .into_iter()
        .collect()
}

fn hash(section: &Section<'_>, prefix: Option<usize>, on: Option<usize>, notes: &mut Notes<'_>) -> Option<Hash> {
    let (name, span) = section.text("hash", notes)?;
    if name != "sha256" {
        notes.unknown(span, "hash", name, &HASHES);
        return None;
    }
    if prefix.is_some() {
        notes.fault(span, "a hash has no prefix that means anything; leave one of prefix and hash out");
    } else if on.is_some_and(|on| on > 1) {
        notes.fault(span, "hash is for one field; name only one in on");
    }
    Some(Hash::Sha256)
}

fn key(
    columns: Vec<(&str, Range<usize>)>,
    span: Range<usize>,
    on: Option<usize>,
    notes: &mut Notes<'_>,
) -> Vec<String> {
    if on.is_some_and(|on| on != columns.len()) {
        notes.fault(span, "key must name as many columns as on names fields, in the same order");
    }
    columns.into_iter().map(|(column, _)| column.to_owned()).collect()
}

fn columns(section: &Section<'_>, target: Option<&Target>, notes: &mut Notes<'_>) -> Vec<String> {
    match (target, section.section("columns", notes), section.text("value", notes)) {
        (Some(Target::Location), Some(columns), None) => {
            columns.only(&column_keys(), notes);
            ["latitude", "longitude"]
                .into_iter()
                .filter_map(|name| columns.required_text(name, notes))
                .map(|(column, _)| column.to_owned())
                .collect()
        }
        (Some(Target::Location), None, None) => vec!["latitude".to_owned(), "longitude".to_owned()],
        (Some(Target::Location), _, Some((_, span))) => {
            notes.fault(span, "location has two columns: write columns = { latitude = \"…\", longitude = \"…\" }");
            Vec::new()
        }
        (_, Some(columns), _) => {
            notes.fault(columns.span, "columns is only for location; write value = \"…\"");
            Vec::new()
        }
        (_, None, Some((column, _))) => vec![column.to_owned()],
        (Some(target), None, None) => vec![target.name().rsplit('.').next().unwrap_or_default().to_owned()],
        (None, None, None) => Vec::new(),
    }
}

fn threshold(section: &Section<'_>, notes: &mut Notes<'_>) -> Option<Threshold> {
    let threshold = section.section("threshold", notes)?;
    threshold.only(&threshold_keys(), notes);
    let column = threshold.required_text("column", notes).map(|(column, _)| column.to_owned());
    if threshold.get("min").is_none() {
        notes.fault(threshold.span.clone(), format!("{} needs min", threshold.title));
    }
    let min = threshold.number("min", notes);
    Some(Threshold { column: column?, min: min? })
}

#[cfg(test)]
mod tests {
    use onefold_normalise::field::TextField;

    use super::*;
    use crate::Config;

    const START: &str = "[[source]]\nname = \"crm\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\n\
        attributes.job = \"/job\"\n[[match]]\nkey = \"email\"\n[[enrich]]\n";

    fn parse(lookup: &str) -> Enrich {
        Config::parse(&format!("{START}{lookup}")).unwrap().enrich.remove(0)
    }

    /// Asserts that there is exactly one fault, at a line of the lookup, with some words.
    fn check(lookup: &str, line: usize, words: &str) {
        let faults = Config::parse(&format!("{START}{lookup}")).unwrap_err().0;
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert_eq!(faults[0].line, line + 9, "{faults:?}");
        assert!(faults[0].message.contains(words), "{faults:?}");
    }

    const LEAST: &str = "field = \"gender\"\ntable = \"names\"\non = \"given_name\"\n";

    #[test]
    fn what_is_not_said_has_a_default() {
        let least = parse(LEAST);
        assert_eq!(least.target, Target::Text(TextField::Gender));
        assert_eq!(least.on, [Lookup::Text(TextField::GivenName)]);
        assert_eq!(least.columns, ["gender"]);
        assert!(least.key.is_empty() && least.threshold.is_none() && least.hash.is_none());
        assert!(!least.overwrite && !least.ignore_case);
        let location = parse("field = \"location\"\ntable = \"a\"\non = \"address.postal_code\"\n");
        assert_eq!(location.columns, ["latitude", "longitude"]);
        assert_eq!(parse("field = \"attributes.job\"\ntable = \"a\"\non = \"email\"\n").columns, ["job"]);
    }

    #[test]
    fn reads_every_key() {
        let all = parse(
            "field = \"interests\"\ntable = \"bought\"\non = [\"attributes.job\", \"address.region\"]\nprefix = 2\n\
             ignore_case = true\nkey = [\"a\", \"b\"]\nvalue = \"c\"\nsplit = \"|\"\n\
             threshold = { column = \"p\", min = 0.9 }\noverwrite = true\n",
        );
        assert_eq!(all.on, [Lookup::Attribute("job".to_owned()), Lookup::Text(TextField::Region)]);
        assert_eq!(
            (all.prefix, all.key, all.columns),
            (Some(2), vec!["a".to_owned(), "b".to_owned()], vec!["c".to_owned()])
        );
        assert_eq!(all.threshold, Some(Threshold { column: "p".to_owned(), min: 0.9 }));
        assert!(all.ignore_case && all.overwrite);
        assert_eq!(all.split, "|");
        assert_eq!(parse(&format!("{LEAST}hash = \"sha256\"\n")).hash, Some(Hash::Sha256));
    }

    #[test]
    fn faults_have_their_line_and_say_what_to_do() {
        check(&LEAST.replace("gender", "sex"), 1, "unknown field \"sex\"");
        check(&LEAST.replace("gender", "attributes"), 1, "attributes.<name>");
        check(&LEAST.replace("gender", "attributes.a\u{e9}"), 1, "a name of letters");
        check(&LEAST.replace("names", "a/b"), 2, "must be a name of letters");
        check(&LEAST.replace("\"given_name\"", "[]"), 3, "on must name the field");
        check(&LEAST.replace("given_name", "attributes.rank"), 3, "no source has \"attributes.rank\"");
        check(&LEAST.replace("given_name", "name"), 3, "unknown field \"name\"");
        check(&format!("{LEAST}key = [\"a\", \"b\"]\n"), 4, "as many columns as on names fields");
        check(&format!("{LEAST}hash = \"md5\"\n"), 4, "unknown hash \"md5\"");
        check(&format!("{LEAST}hash = \"sha256\"\nprefix = 2\n"), 4, "leave one of prefix and hash out");
        let two = LEAST.replace("\"given_name\"", "[\"given_name\", \"email\"]");
        check(&format!("{two}hash = \"sha256\"\n"), 4, "name only one in on");
        check(&format!("{LEAST}split = \";\"\n"), 4, "only for interests");
        check(&format!("{LEAST}threshold = {{ column = \"p\" }}\n"), 4, "needs min");
        check(&format!("{LEAST}threshold = {{ min = 1 }}\n"), 4, "needs column");
        check(&format!("{LEAST}threshold = {{ column = \"p\", min = \"high\" }}\n"), 4, "min must be a number");
        check(&format!("{LEAST}overwrite = \"yes\"\n"), 4, "must be true or false");
        check(&format!("{LEAST}columns = {{ latitude = \"a\", longitude = \"b\" }}\n"), 4, "only for location");
        check(&format!("{LEAST}treshold = 1\n"), 4, "unknown name \"treshold\"");
        check("field = \"gender\"\ntable = \"names\"\n", 0, "needs on");
    }

    #[test]
    fn an_attribute_may_come_from_a_source_or_from_a_lookup_before() {
        let fill = "field = \"attributes.group\"\ntable = \"jobs\"\non = \"attributes.job\"\n";
        let then = LEAST.replace("given_name", "attributes.group");
        assert!(Config::parse(&format!("{START}{fill}[[enrich]]\n{then}")).is_ok());
        check(&format!("{then}[[enrich]]\n{fill}"), 3, "no source has \"attributes.group\"");
        // One fault is enough: what the source has is not known.
        let faults = Config::parse(&format!("{START}{then}").replace("jsonl", "xml")).unwrap_err().0;
        assert_eq!(faults.len(), 1, "{faults:?}");
    }
}
