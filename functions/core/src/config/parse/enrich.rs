//! [[enrich]]: values looked up in reference tables.

use super::text_field;
use crate::config::Enrich;
use crate::config::toml_reader::{Notes, Section, one_of};
use crate::field::Field;

pub(super) fn enrich(section: &Section<'_>, notes: &mut Notes<'_>) -> Option<Enrich> {
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
