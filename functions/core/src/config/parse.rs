//! From TOML text to a checked [`Config`].

use std::collections::BTreeSet;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::toml_reader::{Notes, Placed, Section, one_of, texts};
use super::{
    Config, Enrich, Faults, Format, Guard, ListField, Mapping, MatchRule, Pointers, Publish, Source, Survive,
    TextMapping, TimeField,
};
use crate::field::{Field, TextField};
use crate::normalise::{Step, calling_code};
use crate::timestamp::TimeFormat;

pub(super) fn parse(text: &str) -> Result<Config, Faults> {
    let mut notes = Notes::new(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        notes.fault(error.span().unwrap_or(0..0), format!("not TOML: {}", error.message()));
    }
    let root = Section { table: document.get_ref(), span: 0..0, title: "the configuration".to_owned() };
    root.only(&["source", "normalise", "enrich", "match", "guard", "survive", "publish"], &mut notes);

    let sources = sources(&root, &mut notes);
    let normalise = normalise(&root, &mut notes);
    let enrich = root.sections("enrich", &mut notes).iter().filter_map(|section| enrich(section, &mut notes)).collect();
    let matches = matches(&root, &mut notes);
    let guard = guard(&root, &mut notes);
    let survive = survive(&root, &mut notes);
    let publish = publish(&root, &mut notes);
    notes.finish(Config { sources, normalise, enrich, matches, guard, survive, publish })
}

fn sources(root: &Section<'_>, notes: &mut Notes<'_>) -> Vec<Source> {
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
    section.only(&["name", "kind", "format", "trust", "region", "required", "fields"], notes);
    let name = section.required_text("name", notes).and_then(|(name, span)| {
        let mut bytes = name.bytes();
        let fits = bytes.next().is_some_and(|first| first.is_ascii_lowercase() || first.is_ascii_digit())
            && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-')
            && name.len() <= 40;
        if !fits {
            notes.fault(
                span,
                format!("the name {name:?} must be 1 to 40 of a-z, 0-9, _ and -, and start with a letter or digit"),
            );
        }
        fits.then(|| name.to_owned())
    });
    if let Some((kind, span)) = section.text("kind", notes)
        && kind != "files"
    {
        notes.fault(span, format!("unknown kind {kind:?}; {}", one_of(&["files"])));
    }
    let format = section.required_text("format", notes).and_then(|(name, span)| {
        let format = Format::from_name(name);
        if format.is_none() {
            notes.fault(span, format!("unknown format {name:?}; {}", one_of(&["jsonl", "csv"])));
        }
        format
    });
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
    let mapping = match section.section("fields", notes) {
        Some(fields) => mapping(&fields, notes),
        None => {
            if section.get("fields").is_none() {
                notes.fault(section.span.clone(), "[[source]] needs [source.fields], which says where the fields are");
            }
            Mapping::default()
        }
    };
    Some(Source { name: name?, format: format?, trust, region, required, mapping })
}

/// Names under `[source.fields]` that are no text fields.
const OTHER_FIELDS: [&str; 8] = [
    "id",
    "updated_at",
    "full_name",
    "location.latitude",
    "location.longitude",
    "salary",
    "interests",
    "attributes.<name>",
];

fn mapping(fields: &Section<'_>, notes: &mut Notes<'_>) -> Mapping {
    let mut mapping = Mapping::default();
    let mut seen = BTreeSet::new();
    for (name, name_span, placed) in flatten(fields.table, "") {
        if !seen.insert(name.clone()) {
            notes.fault(name_span, format!("{name} is mapped twice"));
            continue;
        }
        let value = FieldValue::read(&name, placed, notes);
        match name.as_str() {
            "id" => mapping.id = value.plain(notes),
            "updated_at" => {
                let default = value.default.as_ref().and_then(|(text, span)| {
                    let time = TimeFormat::Rfc3339.parse(text);
                    if time.is_none() {
                        notes.fault(
                            span.clone(),
                            format!("the default {text:?} must be RFC 3339, as 1970-01-01T00:00:00Z"),
                        );
                    }
                    time
                });
                value.refuse_split(notes);
                mapping.updated_at =
                    Some(TimeField { at: value.at, format: value.format.unwrap_or(TimeFormat::Rfc3339), default });
            }
            "full_name" => mapping.full_name = Some(value.plain(notes)),
            "location.latitude" => mapping.latitude = Some(value.plain(notes)),
            "location.longitude" => mapping.longitude = Some(value.plain(notes)),
            "salary" => mapping.salary = Some(value.plain(notes)),
            "interests" => {
                value.refuse_format(notes);
                mapping.interests = Some(ListField { at: value.at, split: value.split.map(|(split, _)| split) });
            }
            _ => {
                if let Some(attribute) = name.strip_prefix("attributes.") {
                    mapping.attributes.push((attribute.to_owned(), value.plain(notes)));
                } else if let Some(field) = TextField::from_name(&name) {
                    value.refuse_split(notes);
                    if field != TextField::Birthdate {
                        value.refuse_format(notes);
                    }
                    mapping.texts.push(TextMapping {
                        field,
                        at: value.at,
                        default: value.default.map(|(default, _)| default),
                        format: value.format,
                    });
                } else {
                    let known: Vec<&str> =
                        OTHER_FIELDS.into_iter().chain(TextField::ALL.map(TextField::name)).collect();
                    notes.fault(name_span, format!("unknown field {name:?}; {}", one_of(&known)));
                }
            }
        }
    }
    if !seen.contains("id") {
        notes.fault(fields.span.clone(), "[source.fields] needs id, which tells the source's accounts apart");
    }
    if mapping.latitude.is_some() != mapping.longitude.is_some() {
        notes.fault(fields.span.clone(), "location needs both location.latitude and location.longitude");
    }
    mapping.attributes.sort();
    mapping
}

/// The members of a table, those of `address`, `location` and `attributes` under their full names.
fn flatten<'t>(table: &'t DeTable<'t>, prefix: &str) -> Vec<(String, Range<usize>, Placed<'t>)> {
    let mut all = Vec::new();
    for (key, value) in table {
        let name = format!("{prefix}{}", key.get_ref());
        match value.get_ref() {
            DeValue::Table(inner) if matches!(name.as_str(), "address" | "location" | "attributes") => {
                all.extend(flatten(inner, &format!("{name}.")));
            }
            other => all.push((name, key.span(), (other, value.span()))),
        }
    }
    all
}

/// What stands right of a field's name: pointers, or a table with pointers and more.
#[derive(Default)]
struct FieldValue {
    at: Pointers,
    format: Option<TimeFormat>,
    format_span: Range<usize>,
    split: Option<(String, Range<usize>)>,
    default: Option<(String, Range<usize>)>,
}

impl FieldValue {
    fn read(name: &str, placed: Placed<'_>, notes: &mut Notes<'_>) -> Self {
        let DeValue::Table(table) = placed.0 else {
            return Self { at: pointers(placed, name, notes), ..Self::default() };
        };
        let section = Section { table, span: placed.1.clone(), title: name.to_owned() };
        section.only(&["at", "as", "split", "default"], notes);
        let mut value = Self::default();
        match section.get("at") {
            Some(at) => value.at = pointers(at, "at", notes),
            None => notes.fault(placed.1, format!("{name} needs at = \"/pointer\"")),
        }
        if let Some((format, span)) = section.text("as", notes) {
            value.format = TimeFormat::from_name(format);
            value.format_span = span.clone();
            if value.format.is_none() {
                notes.fault(span, format!("unknown time format {format:?}; it must be one of rfc3339, date, unix_s, unix_ms, or a strptime format such as \"%d.%m.%Y\""));
            }
        }
        value.split = section.text("split", notes).map(|(split, span)| {
            if split.is_empty() {
                notes.fault(span.clone(), "split must not be empty");
            }
            (split.to_owned(), span)
        });
        value.default = section.text("default", notes).map(|(default, span)| (default.to_owned(), span));
        value
    }

    /// The pointers of a field that takes nothing else.
    fn plain(self, notes: &mut Notes<'_>) -> Pointers {
        self.refuse_split(notes);
        self.refuse_format(notes);
        if let Some((_, span)) = self.default {
            notes.fault(span, "this field takes no default");
        }
        self.at
    }

    fn refuse_split(&self, notes: &mut Notes<'_>) {
        if let Some((_, span)) = &self.split {
            notes.fault(span.clone(), "split is only for lists");
        }
    }

    fn refuse_format(&self, notes: &mut Notes<'_>) {
        if self.format.is_some() {
            notes.fault(self.format_span.clone(), "as is only for updated_at and birthdate");
        }
    }
}

fn pointers(placed: Placed<'_>, name: &str, notes: &mut Notes<'_>) -> Pointers {
    let span = placed.1.clone();
    let all = texts(placed, name, notes);
    if all.is_empty() {
        notes.fault(span, format!("{name} needs a JSON Pointer such as \"/email\""));
    }
    all.into_iter()
        .map(|(pointer, span)| {
            if !pointer.starts_with('/') {
                notes.fault(span, format!("{pointer:?} is no JSON Pointer (RFC 6901): it must start with /"));
            }
            pointer.to_owned()
        })
        .collect()
}

fn normalise(root: &Section<'_>, notes: &mut Notes<'_>) -> [Vec<Step>; crate::field::TEXT_FIELDS] {
    let mut chains = [const { Vec::new() }; crate::field::TEXT_FIELDS];
    let Some(section) = root.section("normalise", notes) else {
        return chains;
    };
    for (name, name_span, placed) in flatten(section.table, "") {
        let Some(field) = TextField::from_name(&name) else {
            notes.fault(
                name_span,
                format!("unknown field {name:?} in [normalise]; {}", one_of(&TextField::ALL.map(TextField::name))),
            );
            continue;
        };
        for (step_name, span) in texts(placed, &name, notes) {
            match Step::from_name(step_name) {
                Some(step) => chains[field.index()].push(step),
                None => notes
                    .fault(span, format!("unknown normaliser {step_name:?}; {}", one_of(&Step::ALL.map(Step::name)))),
            }
        }
    }
    chains
}

fn text_field(name: &str, span: Range<usize>, notes: &mut Notes<'_>) -> Option<TextField> {
    let field = TextField::from_name(name);
    if field.is_none() {
        notes.fault(span, format!("unknown field {name:?}; {}", one_of(&TextField::ALL.map(TextField::name))));
    }
    field
}

fn enrich(section: &Section<'_>, notes: &mut Notes<'_>) -> Option<Enrich> {
    section.only(&["field", "table", "on", "prefix", "key", "value", "columns"], notes);
    let field = section.required_text("field", notes).and_then(|(name, span)| {
        let field = Field::from_name(name).filter(|field| *field != Field::Attributes);
        if field.is_none() {
            let known: Vec<&str> = Field::all().filter(|field| *field != Field::Attributes).map(Field::name).collect();
            notes.fault(span, format!("unknown field {name:?}; {}", one_of(&known)));
        }
        field
    });
    let table = section.required_text("table", notes).and_then(|(name, span)| {
        let fits = !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
        if !fits {
            notes.fault(
                span,
                format!("the table {name:?} must be a name of letters, digits, _, - and ., for reference/<name>.csv"),
            );
        }
        fits.then(|| name.to_owned())
    });
    let on = section.required_text("on", notes).and_then(|(name, span)| text_field(name, span, notes));
    let prefix = section.integer("prefix", 1, notes).and_then(|number| usize::try_from(number).ok());
    let key = section.text("key", notes).map(|(key, _)| key.to_owned());
    let columns = match (field, section.section("columns", notes), section.text("value", notes)) {
        (Some(Field::Location), Some(columns), None) => {
            columns.only(&["latitude", "longitude"], notes);
            ["latitude", "longitude"]
                .into_iter()
                .filter_map(|name| columns.required_text(name, notes))
                .map(|(column, _)| column.to_owned())
                .collect()
        }
        (Some(Field::Location), None, None) => vec!["latitude".to_owned(), "longitude".to_owned()],
        (Some(Field::Location), _, Some((_, span))) => {
            notes.fault(span, "location has two columns: write columns = { latitude = \"…\", longitude = \"…\" }");
            Vec::new()
        }
        (_, Some(columns), _) => {
            notes.fault(columns.span, "columns is only for location; write value = \"…\"");
            Vec::new()
        }
        (_, None, Some((column, _))) => vec![column.to_owned()],
        (Some(field), None, None) => vec![field.name().rsplit('.').next().unwrap_or_default().to_owned()],
        (None, None, None) => Vec::new(),
    };
    Some(Enrich { field: field?, table: table?, on: on?, prefix, key, columns })
}

fn matches(root: &Section<'_>, notes: &mut Notes<'_>) -> Vec<MatchRule> {
    let sections = root.sections("match", notes);
    if sections.is_empty() && root.get("match").is_none() {
        notes.fault(0..0, "there is no match key, so nothing could be merged; add a [[match]] with key = [\"email\"]");
    }
    let mut rules: Vec<MatchRule> = Vec::new();
    for section in sections {
        section.only(&["key"], notes);
        let Some(placed) = section.get("key") else {
            notes.fault(section.span.clone(), "[[match]] needs key = [\"field\", …]");
            continue;
        };
        let span = placed.1.clone();
        let names = texts(placed, "key", notes);
        if names.is_empty() {
            notes.fault(span.clone(), "key needs at least one field");
            continue;
        }
        let wanted = names.len();
        let mut key: Vec<TextField> =
            names.into_iter().filter_map(|(name, span)| text_field(name, span, notes)).collect();
        if key.len() < wanted {
            continue;
        }
        // The order in which a key's fields are written must not matter for what it matches.
        key.sort();
        key.dedup();
        if key.len() < wanted {
            notes.fault(span.clone(), "the key names a field twice");
        }
        let rule = MatchRule { key };
        if rules.contains(&rule) {
            notes.fault(span, format!("the key {} is there twice", rule.name()));
        } else {
            rules.push(rule);
        }
    }
    rules
}

fn guard(root: &Section<'_>, notes: &mut Notes<'_>) -> Guard {
    let section = root.section("guard", notes);
    if let Some(section) = &section {
        section.only(&["max_accounts_per_key"], notes);
    }
    let max = section.and_then(|section| section.integer("max_accounts_per_key", 2, notes));
    Guard { max_accounts_per_key: max.and_then(|max| u32::try_from(max).ok()).unwrap_or(25) }
}

fn survive(root: &Section<'_>, notes: &mut Notes<'_>) -> Survive {
    let address_and_location: Vec<Field> =
        TextField::ADDRESS.into_iter().map(Field::Text).chain([Field::Location]).collect();
    let default = Survive { units: vec![address_and_location] };
    let Some(section) = root.section("survive", notes) else {
        return default;
    };
    section.only(&["default", "interests", "units"], notes);
    for (name, only_rule) in [("default", "latest"), ("interests", "union")] {
        if let Some((rule, span)) = section.text(name, notes)
            && rule != only_rule
        {
            notes.fault(span, format!("unknown rule {rule:?} for {name}; {}", one_of(&[only_rule])));
        }
    }
    match section.get("units") {
        None => default,
        Some((DeValue::Array(units), _)) => {
            let mut seen = BTreeSet::new();
            let units = units
                .iter()
                .map(|unit| {
                    let names = texts((unit.get_ref(), unit.span()), "units", notes);
                    names.into_iter().flat_map(|(name, span)| unit_fields(name, span, &mut seen, notes)).collect()
                })
                .collect();
            Survive { units }
        }
        Some((_, span)) => {
            notes.fault(span, "units must be an array of arrays of fields, as [[\"address\", \"location\"]]");
            default
        }
    }
}

/// The fields that a name in a unit stands for: `address` stands for all its members.
fn unit_fields(name: &str, span: Range<usize>, seen: &mut BTreeSet<Field>, notes: &mut Notes<'_>) -> Vec<Field> {
    let fields = match name {
        "address" => TextField::ADDRESS.into_iter().map(Field::Text).collect(),
        "interests" | "attributes" => Vec::new(),
        _ => Field::from_name(name).into_iter().collect::<Vec<_>>(),
    };
    if fields.is_empty() {
        notes.fault(span, format!("{name:?} cannot be part of a unit; use address, location, salary or a text field"));
        return fields;
    }
    if !fields.iter().all(|field| seen.insert(*field)) {
        notes.fault(span, format!("{name:?} is in two units"));
    }
    fields
}

fn publish(root: &Section<'_>, notes: &mut Notes<'_>) -> Publish {
    let section = root.section("publish", notes);
    if let Some(section) = &section {
        section.only(&["max_reject_ratio", "max_customer_drop_ratio"], notes);
    }
    let mut ratio = |name, default| section.as_ref().and_then(|section| section.ratio(name, notes)).unwrap_or(default);
    Publish {
        max_reject_ratio: ratio("max_reject_ratio", 0.01),
        max_customer_drop_ratio: ratio("max_customer_drop_ratio", 0.2),
    }
}
