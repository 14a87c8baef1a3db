//! [[enrich]]: values looked up in reference tables.

use super::{text_field, text_field_name};
use crate::config::Enrich;
use crate::config::schema::{Key, Kind};
use crate::config::toml_reader::{Notes, Section};
use crate::field::Field;

pub(super) fn keys() -> Vec<Key> {
    vec![
        Key::one_of("field", enriched(), "The field that is filled where it is empty.").required(),
        Key::new("table", Kind::Text(Some("^[A-Za-z0-9_.-]+$")), "Looks in reference/<table>.csv.").required(),
        Key::new("on", text_field_name(), "The account's text field that is looked up, exactly.").required(),
        Key::integer("prefix", 1, "Looks up only the first so many characters."),
        Key::text("key", "The table's column to look in; its first one if not given."),
        Key::text("value", "The table's column that holds the value; the field's last name if not given."),
        Key::table("columns", column_keys(), "The table's two columns of a location."),
    ]
}

fn column_keys() -> Vec<Key> {
    vec![
        Key::text("latitude", "The column of the latitude, in degrees.").required(),
        Key::text("longitude", "The column of the longitude, in degrees.").required(),
    ]
}

/// The fields that a table can fill.
fn enriched() -> Vec<&'static str> {
    Field::all().filter(|field| *field != Field::Attributes).map(Field::name).collect()
}

pub(super) fn enrich(section: &Section<'_>, notes: &mut Notes<'_>) -> Option<Enrich> {
    section.only(&keys(), notes);
    let field = section.required_text("field", notes).and_then(|(name, span)| {
        let field = Field::from_name(name).filter(|field| *field != Field::Attributes);
        if field.is_none() {
            notes.unknown(span, "field", name, &enriched());
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
            columns.only(&column_keys(), notes);
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
