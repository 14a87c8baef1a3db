//! [source.fields]: where the fields are in a row.

use std::collections::BTreeSet;
use std::ops::Range;

use onefold_normalise::field::TextField;
use onefold_normalise::timestamp::TimeFormat;
use toml::de::{DeTable, DeValue};

use super::of_text_fields;
use super::pointer_setting::{WholeDocument, check_pointer, refuse_wildcard};
use crate::schema::{Key, Kind};
use crate::toml_reader::{Notes, Section, SpannedValue, texts};
use crate::{DeletionMark, ListField, Mapping, Pointers, TextMapping, TimeField};

/// Names of time formats, as messages list them.
pub(super) const TIME_FORMATS: [&str; 5] =
    ["rfc3339", "date", "unix_s", "unix_ms", "or a strptime format such as \"%d.%m.%Y\""];

/// What becomes of a time that cannot be read.
const UNREADABLE: [&str; 2] = ["refused", "none"];

/// The fields that can be mapped.
pub(super) fn keys() -> Vec<Key> {
    let plain = || value(&["at"]);
    let other = vec![
        Key::new("id", plain(), "Tells the source's accounts apart. The account's reference is `<source>:<id>`.")
            .required(),
        Key::new("updated_at", value(&["at", "as", "default", "unreadable"]), "When the row changed last."),
        Key::new("deleted", deleted(), "What marks an account as deleted: true or false, or one of some texts."),
        Key::new("full_name", plain(), "`First Last` or `Last, First`, put into the fields of a name."),
        Key::new("location.latitude", plain(), "Degrees. Needs `location.longitude`."),
        Key::new("location.longitude", plain(), "Degrees. Needs `location.latitude`."),
        Key::new("salary", plain(), "A number."),
        Key::new("interests", value(&["at", "split"]), "An array, or text with `split`."),
        Key::new("attributes.<name>", plain(), "Anything else, kept as it is."),
    ];
    let text = |field: TextField| match field {
        TextField::Birthdate => Key::new(field.name(), value(&["at", "as", "default"]), "A date."),
        _ => Key::new(field.name(), value(&["at", "default"]), "Text."),
    };
    let own = Key::new("<name>", value(&["at", "split", "default"]), "Text of a field of your own.");
    other.into_iter().chain(of_text_fields(text, own)).collect()
}

/// A field's value: a pointer, several, or a table with these members.
fn value(members: &[&str]) -> Kind {
    Kind::AnyOf(vec![pointer(), Kind::Array(Box::new(pointer())), Kind::Table(member_keys(members))])
}

/// What marks an account as deleted.
fn deleted() -> Kind {
    Kind::AnyOf(vec![pointer(), Kind::Array(Box::new(pointer())), Kind::Table(deletion_keys())])
}

fn deletion_keys() -> Vec<Key> {
    let equals = Kind::Text(None).or_several();
    let doc = "For `deleted`: the text that marks an account as deleted, or a list of texts. Any other text does not.";
    member_keys(&["at"]).into_iter().chain([Key::new("equals", equals, doc)]).collect()
}

fn pointer() -> Kind {
    Kind::Text(Some("^/"))
}

/// The keys of a field's table with these names.
fn member_keys(names: &[&str]) -> Vec<Key> {
    let all = [
        Key::new(
            "at",
            pointer().or_several(),
            "Where the value is. Of a list, the first pointer that finds a value counts; for `email`, `phone_number` and \
             identifiers all do.",
        )
        .required(),
        Key::text("as", "How times are written: `rfc3339`, `date`, `unix_s`, `unix_ms`, or a strptime format."),
        Key::text("split", "For `interests` and identifiers of your own: what separates the items of a text."),
        Key::text("default", "The value of rows that have none."),
        Key::one_of(
            "unreadable",
            UNREADABLE,
            "For `updated_at`: whether the row of a time that cannot be read is refused, or the time counts as none.",
        )
        .or(UNREADABLE[0]),
    ];
    all.into_iter().filter(|key| names.contains(&key.name)).collect()
}

pub(super) fn mapping(fields: &Section<'_>, notes: &mut Notes<'_>) -> Mapping {
    let mut mapping = Mapping::default();
    let mut seen = BTreeSet::new();
    for (name, name_span, placed) in flatten(fields.table, "") {
        if !seen.insert(name.clone()) {
            notes.fault(name_span, format!("{name} is mapped twice"));
            continue;
        }
        if name == "deleted" {
            mapping.deleted = Some(deletion_mark(placed, notes));
            continue;
        }
        let value = FieldValue::read(&name, placed, notes);
        match name.as_str() {
            "id" => mapping.id = value.plain(notes),
            "updated_at" => mapping.updated_at = Some(value.time(notes)),
            "full_name" => mapping.full_name = Some(value.plain(notes)),
            "location.latitude" => mapping.latitude = Some(value.plain(notes)),
            "location.longitude" => mapping.longitude = Some(value.plain(notes)),
            "salary" => mapping.salary = Some(value.plain(notes)),
            "interests" => mapping.interests = Some(value.list(notes)),
            _ => {
                if let Some(attribute) = name.strip_prefix("attributes.") {
                    mapping.attributes.push((attribute.to_owned(), value.plain(notes)));
                } else if let Some(field) = notes.text_field(&name) {
                    mapping.texts.push(value.text(field, notes));
                } else {
                    let of_all = keys();
                    let others = of_all.iter().map(|key| key.name).filter(|name| TextField::from_name(name).is_none());
                    let names = notes.text_field_names();
                    let known: Vec<&str> = others.filter(|name| *name != "<name>").chain(names).collect();
                    notes.unknown(name_span, "field", &name, &known);
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
pub(super) fn flatten<'t>(table: &'t DeTable<'t>, prefix: &str) -> Vec<(String, Range<usize>, SpannedValue<'t>)> {
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
    unreadable: Option<(String, Range<usize>)>,
}

impl FieldValue {
    fn read(name: &str, placed: SpannedValue<'_>, notes: &mut Notes<'_>) -> Self {
        let DeValue::Table(table) = placed.0 else {
            return Self { at: pointers(placed, name, name, notes), ..Self::default() };
        };
        let section = Section { table, span: placed.1.clone(), title: name.to_owned() };
        section.only(&member_keys(&["at", "as", "split", "default", "unreadable"]), notes);
        let mut value = Self::default();
        match section.get("at") {
            Some(at) => value.at = pointers(at, "at", name, notes),
            None => notes.fault(placed.1, format!("{name} needs at = \"/pointer\"")),
        }
        if let Some((format, span)) = section.text("as", notes) {
            value.format = TimeFormat::from_name(format);
            value.format_span = span.clone();
            if value.format.is_none() {
                notes.unknown(span, "time format", format, &TIME_FORMATS);
            }
        }
        value.split = section.text("split", notes).map(|(split, span)| {
            if split.is_empty() {
                notes.fault(span.clone(), "split must not be empty");
            }
            (split.to_owned(), span)
        });
        value.unreadable = section.text("unreadable", notes).map(|(way, span)| {
            if !UNREADABLE.contains(&way) {
                notes.unknown(span.clone(), "way", way, &UNREADABLE);
            }
            (way.to_owned(), span)
        });
        value.default = section.text("default", notes).map(|(default, span)| (default.to_owned(), span));
        value
    }

    /// The pointers of a field that takes nothing else.
    fn plain(self, notes: &mut Notes<'_>) -> Pointers {
        self.refuse_split(notes);
        self.refuse_format(notes);
        self.refuse_default(notes);
        self.refuse_unreadable(notes);
        self.at
    }

    fn time(self, notes: &mut Notes<'_>) -> TimeField {
        self.refuse_split(notes);
        let default = self.default.and_then(|(text, span)| {
            let time = TimeFormat::Rfc3339.parse(&text);
            if time.is_none() {
                notes.fault(span, format!("the default {text:?} must be RFC 3339, as 1970-01-01T00:00:00Z"));
            }
            time
        });
        let unreadable_is_none = self.unreadable.is_some_and(|(way, _)| way == UNREADABLE[1]);
        TimeField { at: self.at, format: self.format.unwrap_or(TimeFormat::Rfc3339), default, unreadable_is_none }
    }

    fn list(self, notes: &mut Notes<'_>) -> ListField {
        self.refuse_format(notes);
        self.refuse_default(notes);
        self.refuse_unreadable(notes);
        ListField { at: self.at, split: self.split.map(|(split, _)| split) }
    }

    fn text(self, field: TextField, notes: &mut Notes<'_>) -> TextMapping {
        self.refuse_unreadable(notes);
        let takes_several = notes.takes_several(field);
        match field {
            TextField::Email | TextField::PhoneNumber => {
                self.refuse_split_with("several addresses or numbers in a text are told apart without split", notes);
            }
            _ if takes_several => {}
            _ => self.refuse_split(notes),
        }
        if field != TextField::Birthdate {
            self.refuse_format(notes);
        }
        TextMapping {
            field,
            at: self.at,
            default: self.default.map(|(default, _)| default),
            takes_several,
            split: self.split.map(|(split, _)| split),
            format: self.format,
        }
    }

    fn refuse_default(&self, notes: &mut Notes<'_>) {
        if let Some((_, span)) = &self.default {
            notes.fault(span.clone(), "this field takes no default");
        }
    }

    fn refuse_unreadable(&self, notes: &mut Notes<'_>) {
        if let Some((_, span)) = &self.unreadable {
            notes.fault(span.clone(), "unreadable is only for updated_at");
        }
    }

    fn refuse_split(&self, notes: &mut Notes<'_>) {
        self.refuse_split_with("split is only for interests and for identifiers of your own", notes);
    }

    fn refuse_split_with(&self, why: &str, notes: &mut Notes<'_>) {
        if let Some((_, span)) = &self.split {
            notes.fault(span.clone(), why);
        }
    }

    fn refuse_format(&self, notes: &mut Notes<'_>) {
        if self.format.is_some() {
            notes.fault(self.format_span.clone(), "as is only for updated_at and birthdate");
        }
    }
}

/// `"/pointer"`, or `{ at = "/pointer", equals = "text" }`.
fn deletion_mark(placed: SpannedValue<'_>, notes: &mut Notes<'_>) -> DeletionMark {
    let DeValue::Table(table) = placed.0 else {
        return DeletionMark { at: pointers(placed, "deleted", "deleted", notes), equals: Vec::new() };
    };
    let section = Section { table, span: placed.1.clone(), title: "deleted".to_owned() };
    section.only(&deletion_keys(), notes);
    let mut mark = DeletionMark::default();
    match section.get("at") {
        Some(at) => mark.at = pointers(at, "at", "deleted", notes),
        None => notes.fault(placed.1, "deleted needs at = \"/pointer\""),
    }
    let Some((value, span)) = section.get("equals") else {
        return mark;
    };
    let found = texts((value, span.clone()), "equals", notes);
    if matches!(value, DeValue::Array(items) if items.is_empty()) {
        notes.fault(span, "equals needs the text that marks an account as deleted, such as \"closed\"");
    }
    for (text, span) in found {
        if text.trim().is_empty() || text.trim() != text {
            notes.fault(
                span,
                format!("equals {text:?} can never be met: values are compared without blanks around them"),
            );
        }
        mark.equals.push(text.to_owned());
    }
    mark
}

/// Whether a field has several values.
fn takes_several(field: &str, notes: &Notes<'_>) -> bool {
    field == "interests" || notes.text_field(field).is_some_and(|field| notes.takes_several(field))
}

/// The pointers of a field. `name` is the setting that holds them.
fn pointers(placed: SpannedValue<'_>, name: &str, field: &str, notes: &mut Notes<'_>) -> Pointers {
    let span = placed.1.clone();
    let all = texts(placed, name, notes);
    if all.is_empty() {
        notes.fault(span, format!("{name} needs a JSON Pointer such as \"/email\""));
    }
    all.into_iter()
        .map(|(pointer, span)| {
            if check_pointer(pointer, span.clone(), WholeDocument::Refused, notes) && !takes_several(field, notes) {
                refuse_wildcard(pointer, span, field, notes);
            }
            pointer.to_owned()
        })
        .collect()
}
