//! Reading a TOML table member by member. Every fault is noted with its place, and reading goes on.

use std::ops::Range;

use onefold_normalise::field::{OwnField, TextField};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::schema::Key;
use super::{ConfigFault, ConfigFaults, LineSpan, field, nearest};

/// How many characters of a wrong value are shown.
const SHOWN_MAX: usize = 40;

/// What is known so far of a text: its faults, and the text fields that it may name.
pub(super) struct Notes<'t> {
    text: &'t str,
    faults: Vec<ConfigFault>,
    text_fields: Vec<TextField>,
    /// The fields of which an account can have several values.
    of_several: Vec<TextField>,
}

impl<'t> Notes<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let of_several = vec![TextField::Email, TextField::PhoneNumber];
        Self { text, faults: Vec::new(), text_fields: TextField::ALL.into(), of_several }
    }

    /// Adds fields of one's own to those that the text may name.
    pub(super) fn declare(&mut self, fields: &[OwnField]) {
        self.text_fields.extend(fields.iter().copied().map(TextField::Own));
    }

    /// Notes that a field is an identifier, so that an account can have several values of it.
    pub(super) fn declare_identifier(&mut self, field: OwnField) {
        self.of_several.push(TextField::Own(field));
    }

    /// Whether an account can have several values of a text field.
    pub(super) fn takes_several(&self, field: TextField) -> bool {
        self.of_several.contains(&field)
    }

    /// The text fields that the text may name, by number.
    pub(super) fn text_fields(&self) -> &[TextField] {
        &self.text_fields
    }

    /// The names of these.
    pub(super) fn text_field_names(&self) -> Vec<&'static str> {
        self.text_fields.iter().map(|field| field.name()).collect()
    }

    /// The one of a full name.
    pub(super) fn text_field(&self, name: &str) -> Option<TextField> {
        field::text_field(&self.text_fields, name)
    }

    /// Notes a fault at a place of the text.
    pub(super) fn fault(&mut self, span: Range<usize>, message: impl Into<String>) {
        let LineSpan { line, column, length } = LineSpan::of(self.text, span);
        self.faults.push(ConfigFault { line, column, message: message.into(), length });
    }

    /// Notes a value that is not what it must be.
    pub(super) fn wrong(&mut self, span: Range<usize>, name: &str, must_be: &str) {
        let found = self.text.get(span.clone()).unwrap_or_default();
        let shown: String = found.lines().next().unwrap_or_default().chars().take(SHOWN_MAX).collect();
        let dots = if shown.len() < found.len() { "…" } else { "" };
        self.fault(span, format!("{name} must be {must_be}; it is {shown}{dots}"));
    }

    /// Notes a name that is not known, with the nearest known name.
    pub(super) fn unknown(&mut self, span: Range<usize>, what: &str, name: &str, known: &[&str]) {
        self.fault(span, format!("unknown {what} {name:?}; {}", one_of(name, known)));
    }

    /// Notes a name that is not known in a place, with the nearest known name.
    pub(super) fn unknown_in(&mut self, span: Range<usize>, what: &str, name: &str, place: &str, known: &[&str]) {
        self.fault(span, format!("unknown {what} {name:?} in {place}; {}", one_of(name, known)));
    }

    /// `value` if there was no fault, else all of them in the order of the text.
    pub(super) fn finish<T>(mut self, value: T) -> Result<T, ConfigFaults> {
        if self.faults.is_empty() {
            return Ok(value);
        }
        self.faults.sort();
        self.faults.dedup();
        Err(ConfigFaults(self.faults))
    }
}

/// A table of the configuration and where it stands.
#[derive(Clone)]
pub(super) struct Section<'t> {
    pub(super) table: &'t DeTable<'t>,
    pub(super) span: Range<usize>,
    /// Its name in messages, such as `[[source]]`.
    pub(super) title: String,
}

/// A value and where it stands.
pub(super) type SpannedValue<'t> = (&'t DeValue<'t>, Range<usize>);

impl<'t> Section<'t> {
    /// Notes every member that is not among the keys, with the nearest key.
    pub(super) fn only(&self, keys: &[Key], notes: &mut Notes<'_>) {
        let known: Vec<&str> = keys.iter().map(|key| key.name).collect();
        for name in self.table.keys() {
            let text = name.get_ref().as_ref();
            if !known.contains(&text) {
                notes.unknown_in(name.span(), "name", text, &self.title, &known);
            }
        }
    }

    /// The member of a name.
    pub(super) fn get(&self, name: &str) -> Option<SpannedValue<'t>> {
        self.table
            .iter()
            .find(|(key, _)| key.get_ref().as_ref() == name)
            .map(|(_, value)| (value.get_ref(), value.span()))
    }

    /// The table under a name, if there is one.
    pub(super) fn section(&self, name: &str, notes: &mut Notes<'_>) -> Option<Section<'t>> {
        let (value, span) = self.get(name)?;
        match value {
            DeValue::Table(table) => Some(Section { table, span, title: format!("[{name}]") }),
            _ => {
                notes.wrong(span, name, &format!("a table, written [{name}]"));
                None
            }
        }
    }

    /// The array of tables under a name; empty if there is none.
    pub(super) fn sections(&self, name: &str, notes: &mut Notes<'_>) -> Vec<Section<'t>> {
        let title = format!("[[{name}]]");
        match self.get(name) {
            None => Vec::new(),
            Some((DeValue::Array(items), _)) => items
                .iter()
                .filter_map(|item: &Spanned<DeValue<'t>>| match item.get_ref() {
                    DeValue::Table(table) => Some(Section { table, span: item.span(), title: title.clone() }),
                    _ => {
                        notes.wrong(item.span(), name, &format!("tables, each written {title}"));
                        None
                    }
                })
                .collect(),
            Some((_, span)) => {
                notes.wrong(span, name, &format!("tables, each written {title}"));
                Vec::new()
            }
        }
    }

    /// A text member.
    pub(super) fn text(&self, name: &str, notes: &mut Notes<'_>) -> Option<(&'t str, Range<usize>)> {
        let (value, span) = self.get(name)?;
        match value {
            DeValue::String(text) => Some((text.as_ref(), span)),
            _ => {
                notes.wrong(span, name, "text in quotes");
                None
            }
        }
    }

    /// A text member that must be there.
    pub(super) fn required_text(&self, name: &str, notes: &mut Notes<'_>) -> Option<(&'t str, Range<usize>)> {
        if self.get(name).is_none() {
            notes.fault(self.span.clone(), format!("{} needs {name}", self.title));
        }
        self.text(name, notes)
    }

    /// A whole number from `least` on.
    pub(super) fn integer(&self, name: &str, least: i64, notes: &mut Notes<'_>) -> Option<i64> {
        integer(self.get(name)?, name, least, notes)
    }

    /// A number that is finite.
    pub(super) fn number(&self, name: &str, notes: &mut Notes<'_>) -> Option<f64> {
        self.number_that(name, f64::is_finite, "a number", notes)
    }

    /// A number above 0, up to `limit`.
    pub(super) fn positive(&self, name: &str, limit: f64, notes: &mut Notes<'_>) -> Option<f64> {
        let expected = format!("a number above 0, and at most {limit}");
        self.number_that(name, |number| number > 0.0 && number <= limit, &expected, notes)
    }

    /// A number from 0 to 1.
    pub(super) fn ratio(&self, name: &str, notes: &mut Notes<'_>) -> Option<f64> {
        self.number_that(name, |number| (0.0..=1.0).contains(&number), "a number from 0 to 1", notes)
    }

    fn number_that(
        &self,
        name: &str,
        is_right: impl Fn(f64) -> bool,
        expected: &str,
        notes: &mut Notes<'_>,
    ) -> Option<f64> {
        let (value, span) = self.get(name)?;
        let number = as_number(value).filter(|number| is_right(*number));
        if number.is_none() {
            notes.wrong(span, name, expected);
        }
        number
    }

    /// `true` or `false`.
    pub(super) fn boolean(&self, name: &str, notes: &mut Notes<'_>) -> Option<bool> {
        match self.get(name)? {
            (DeValue::Boolean(value), _) => Some(*value),
            (_, span) => {
                notes.wrong(span, name, "true or false");
                None
            }
        }
    }
}

/// The number of a value, if it is one.
pub(super) fn as_number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(number) => number.as_str().replace('_', "").parse().ok(),
        DeValue::Float(number) => number.as_str().replace('_', "").parse().ok(),
        _ => None,
    }
}

/// A whole number from `least` on.
pub(super) fn integer((value, span): SpannedValue<'_>, name: &str, least: i64, notes: &mut Notes<'_>) -> Option<i64> {
    let number = match value {
        DeValue::Integer(number) => i64::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok(),
        _ => None,
    };
    if number.is_none_or(|number| number < least) {
        notes.wrong(span, name, &format!("a whole number from {least} on"));
        return None;
    }
    number
}

/// A text or an array of texts, each with its place.
pub(super) fn texts<'t>(
    (value, span): SpannedValue<'t>,
    name: &str,
    notes: &mut Notes<'_>,
) -> Vec<(&'t str, Range<usize>)> {
    const TEXTS: &str = "text in quotes, or an array of such";
    match value {
        DeValue::String(text) => vec![(text.as_ref(), span)],
        DeValue::Array(items) => items
            .iter()
            .filter_map(|item| match item.get_ref() {
                DeValue::String(text) => Some((text.as_ref(), item.span())),
                _ => {
                    notes.wrong(item.span(), name, TEXTS);
                    None
                }
            })
            .collect(),
        _ => {
            notes.wrong(span, name, TEXTS);
            Vec::new()
        }
    }
}

/// "did you mean \"a\"? It must be one of a, b, c", the question only where a name is near.
fn one_of(name: &str, known: &[&str]) -> String {
    let must = format!("must be one of {}", known.join(", "));
    match nearest(name, known.iter().copied()) {
        Some(meant) => format!("did you mean {meant:?}? It {must}"),
        None => format!("it {must}"),
    }
}
