//! Reading a TOML table member by member, noting every fault with its place instead of stopping at the first.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Fault, Faults};

/// The faults found so far in a text.
pub(super) struct Notes<'t> {
    text: &'t str,
    faults: Vec<Fault>,
}

impl<'t> Notes<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, faults: Vec::new() }
    }

    /// Notes a fault at a place of the text.
    pub(super) fn fault(&mut self, span: Range<usize>, message: impl Into<String>) {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |position| position + 1);
        self.faults.push(Fault {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: message.into(),
        });
    }

    /// `value` if there was no fault, else all of them in the order of the text.
    pub(super) fn finish<T>(mut self, value: T) -> Result<T, Faults> {
        if self.faults.is_empty() {
            return Ok(value);
        }
        self.faults.sort();
        self.faults.dedup();
        Err(Faults(self.faults))
    }
}

/// A table of the configuration and where it stands.
#[derive(Clone)]
pub(super) struct Section<'t> {
    pub(super) table: &'t DeTable<'t>,
    pub(super) span: Range<usize>,
    /// How messages call it, as `[[source]]`.
    pub(super) title: String,
}

/// A value and where it stands.
pub(super) type Placed<'t> = (&'t DeValue<'t>, Range<usize>);

impl<'t> Section<'t> {
    /// Notes every member that is not in `known`, with the known name that is nearest.
    pub(super) fn only(&self, known: &[&str], notes: &mut Notes<'_>) {
        for name in self.table.keys() {
            let text = name.get_ref().as_ref();
            if !known.contains(&text) {
                notes.fault(name.span(), format!("unknown name {text:?} in {}; {}", self.title, one_of(known)));
            }
        }
    }

    /// The member of a name.
    pub(super) fn get(&self, name: &str) -> Option<Placed<'t>> {
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
                notes.fault(span, format!("{name} must be a table, written [{name}]"));
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
                        notes.fault(item.span(), format!("{name} must be tables, each written {title}"));
                        None
                    }
                })
                .collect(),
            Some((_, span)) => {
                notes.fault(span, format!("{name} must be tables, each written {title}"));
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
                notes.fault(span, format!("{name} must be text in quotes"));
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
        let (value, span) = self.get(name)?;
        let number = match value {
            DeValue::Integer(number) => i64::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok(),
            _ => None,
        };
        if number.is_none_or(|number| number < least) {
            notes.fault(span, format!("{name} must be a whole number from {least} on"));
            return None;
        }
        number
    }

    /// A number that is finite.
    pub(super) fn number(&self, name: &str, notes: &mut Notes<'_>) -> Option<f64> {
        let (value, span) = self.get(name)?;
        let number = as_number(value).filter(|number| number.is_finite());
        if number.is_none() {
            notes.fault(span, format!("{name} must be a number"));
        }
        number
    }

    /// A number above 0, up to `limit`.
    pub(super) fn positive(&self, name: &str, limit: f64, notes: &mut Notes<'_>) -> Option<f64> {
        let (value, span) = self.get(name)?;
        let number = as_number(value).filter(|number| *number > 0.0 && *number <= limit);
        if number.is_none() {
            notes.fault(span, format!("{name} must be a number above 0, and at most {limit}"));
        }
        number
    }

    /// A number from 0 to 1.
    pub(super) fn ratio(&self, name: &str, notes: &mut Notes<'_>) -> Option<f64> {
        let (value, span) = self.get(name)?;
        let number = as_number(value);
        if !number.is_some_and(|number| (0.0..=1.0).contains(&number)) {
            notes.fault(span, format!("{name} must be a number from 0 to 1"));
            return None;
        }
        number
    }

    /// `true` or `false`.
    pub(super) fn boolean(&self, name: &str, notes: &mut Notes<'_>) -> Option<bool> {
        match self.get(name)? {
            (DeValue::Boolean(value), _) => Some(*value),
            (_, span) => {
                notes.fault(span, format!("{name} must be true or false"));
                None
            }
        }
    }
}

fn as_number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(number) => number.as_str().replace('_', "").parse().ok(),
        DeValue::Float(number) => number.as_str().replace('_', "").parse().ok(),
        _ => None,
    }
}

/// A text or an array of texts, each with its place.
pub(super) fn texts<'t>((value, span): Placed<'t>, name: &str, notes: &mut Notes<'_>) -> Vec<(&'t str, Range<usize>)> {
    let wrong = format!("{name} must be text in quotes, or an array of such");
    match value {
        DeValue::String(text) => vec![(text.as_ref(), span)],
        DeValue::Array(items) => items
            .iter()
            .filter_map(|item| match item.get_ref() {
                DeValue::String(text) => Some((text.as_ref(), item.span())),
                _ => {
                    notes.fault(item.span(), wrong.clone());
                    None
                }
            })
            .collect(),
        _ => {
            notes.fault(span, wrong);
            Vec::new()
        }
    }
}

/// "it must be one of a, b, c".
pub(super) fn one_of(known: &[&str]) -> String {
    format!("it must be one of {}", known.join(", "))
}
