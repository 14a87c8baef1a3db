//! The values of a row, cleaned of control characters, and the counts of values that were dropped or changed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use memchr::{memchr2, memchr3};
use onefold_identity::attribute::{self, AttributeText};
use onefold_normalise::field::{OWN_FIELDS_MAX, TEXT_FIELDS, TextField};
use onefold_normalise::placeholder::NoValue;
use onefold_normalise::spreadsheet::{without_formula, without_fraction, without_mark};
use onefold_normalise::without_controls;

use crate::mapping::{self, NotText, RowPlan, Slot, Texts};
use crate::raw_json;

/// A row that was read.
#[derive(Clone, Copy)]
pub(super) struct RowValues<'r, 'a> {
    /// Its values.
    pub slots: &'r [Slot<'a>],
    /// Whether no value can have a control character or half a surrogate pair.
    pub is_clean: bool,
    /// Whether it is a record of CSV, and may be one that a spreadsheet wrote.
    pub is_csv: bool,
}

/// A count for each text field, by its number.
#[derive(Debug)]
struct FieldCounts([u64; TEXT_FIELDS + OWN_FIELDS_MAX]);

impl Default for FieldCounts {
    fn default() -> Self {
        Self([0; TEXT_FIELDS + OWN_FIELDS_MAX])
    }
}

impl FieldCounts {
    fn add(&mut self, others: &Self) {
        self.0.iter_mut().zip(others.0).for_each(|(count, other)| *count += other);
    }

    /// The counts that are not 0, of these fields.
    fn of(&self, fields: &[TextField]) -> impl Iterator<Item = (TextField, u64)> {
        let counted = fields.iter().map(|field| (*field, self.0[field.index()]));
        counted.filter(|(_, count)| *count > 0)
    }
}

/// The values of accounts by field: those that were kept, and those that could not be used as they are.
#[derive(Debug, Default)]
pub(super) struct DroppedValues {
    /// Values that accounts have.
    kept: FieldCounts,
    /// Texts that stand for a missing value.
    placeholders: FieldCounts,
    /// Values that their field's normalisers refused.
    unusable: FieldCounts,
    /// Other values, by field and reason: `email: a list or an object`.
    others: BTreeMap<String, u64>,
}

impl DroppedValues {
    /// Counts what became of the value of a text field.
    #[inline]
    pub(super) fn count(&mut self, field: TextField, outcome: Result<(), NoValue>) {
        let counts = match outcome {
            Ok(()) => &mut self.kept,
            Err(NoValue::Placeholder) => &mut self.placeholders,
            Err(NoValue::Unusable) => &mut self.unusable,
        };
        counts.0[field.index()] += 1;
    }

    /// Counts a value by field and reason.
    #[cold]
    pub(super) fn note(&mut self, field: &str, reason: &str) {
        *self.others.entry(format!("{field}: {reason}")).or_default() += 1;
    }

    /// Adds the counts of a row.
    pub(super) fn add(&mut self, of_row: Self) {
        self.kept.add(&of_row.kept);
        self.placeholders.add(&of_row.placeholders);
        self.unusable.add(&of_row.unusable);
        for (name, count) in of_row.others {
            *self.others.entry(name).or_default() += count;
        }
    }

    /// How many values accounts have, by the name of the field.
    pub(super) fn kept(&self, fields: &[TextField]) -> BTreeMap<String, u64> {
        self.kept.of(fields).map(|(field, count)| (field.name().to_owned(), count)).collect()
    }

    /// All counts of values that could not be used as they are and that are not 0, by name.
    pub(super) fn into_counts(self, fields: &[TextField]) -> BTreeMap<String, u64> {
        let unusable = self.unusable.of(fields).map(|(field, count)| (field.name().to_owned(), count));
        let placeholders = self.placeholders.of(fields);
        let placeholders = placeholders.map(|(field, count)| (format!("{}: {PLACEHOLDER}", field.name()), count));
        let mut counts: BTreeMap<String, u64> = unusable.chain(placeholders).collect();
        counts.extend(self.others);
        counts
    }
}

/// How many values of a field are lost, by the counts of dropped values: neither placeholders nor values that are only
/// changed.
pub fn lost(dropped: &BTreeMap<String, u64>, field: &str) -> u64 {
    let count = |name: &str| dropped.get(name).copied().unwrap_or_default();
    count(field) + count(&format!("{field}: {NOT_TEXT}"))
}

/// A text stands for a missing value.
pub const PLACEHOLDER: &str = "a placeholder";
/// A value was not text.
pub(super) const NOT_TEXT: &str = "a list or an object";
/// An account had enough values of its fields.
pub(super) const TOO_MANY: &str = "more values than an account can have";
/// A match rule would have made more keys of an account than it may.
pub(super) const TOO_MANY_KEYS: &str = "more keys than an account can have";
/// A value was no list.
pub(super) const NOT_A_LIST: &str = "an object";
/// A value is kept without its control characters.
pub(super) const CONTROLS: &str = "control characters taken out";
/// A value is kept with U+FFFD in place of what is no character.
pub(super) const SURROGATES: &str = "half a surrogate pair replaced";

/// Whether no value of a row of JSON can have a control character or half a surrogate pair: the row's text has no
/// escape, no U+007F, and no first byte (of two) of U+0080 to U+009F. JSON allows the others as escapes only.
pub(super) fn is_clean_json(row: &[u8]) -> bool {
    memchr3(b'\\', 0x7f, 0xc2, row).is_none()
}

/// Likewise for a record of CSV, which may hold tabs and line ends.
pub(super) fn is_clean_csv(record: &[u8]) -> bool {
    let record = record.strip_suffix(b"\n").unwrap_or(record);
    let record = record.strip_suffix(b"\r").unwrap_or(record);
    // Without an early exit, so that many bytes are compared at once.
    let least = record.iter().copied().fold(u8::MAX, u8::min);
    let has_controls = least < b' ' && record.iter().any(|byte| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r'));
    !has_controls && memchr2(0x7f, 0xc2, record).is_none()
}

impl<'a> RowValues<'_, 'a> {
    /// The first of some slots that holds a value that is not blank.
    pub(super) fn value(&self, choice: &[usize]) -> Option<Cow<'a, str>> {
        mapping::text(self.slots, choice).ok().flatten()
    }

    /// The text of a field: as [`RowValues::value`], without control characters and what a spreadsheet put around it.
    pub(super) fn text(&self, field: &str, choice: &[usize], dropped: &mut DroppedValues) -> Option<Cow<'a, str>> {
        match mapping::text(self.slots, choice) {
            Ok(value) => self.cleaned(value?, field, dropped),
            Err(NotText) => {
                dropped.note(field, NOT_TEXT);
                None
            }
        }
    }

    /// The text of the only slot of a field, if there is surely nothing around it: no white space, no control characters
    /// and no marks of a spreadsheet. Most texts are so.
    #[inline]
    pub(super) fn plain_text(&self, choice: &[usize]) -> Option<&'a str> {
        let [only] = choice else { return None };
        let Some(Slot::Text(Cow::Borrowed(text))) = self.slots.get(*only) else { return None };
        (self.is_clean && has_plain_ends(text)).then_some(*text)
    }

    /// Whether there is one place for a value, and no list in it.
    #[inline]
    pub(super) fn is_single(&self, choice: &[usize]) -> bool {
        matches!(choice, [only] if !matches!(self.slots.get(*only), Some(Slot::List(_) | Slot::Mixed(_))))
    }

    /// The texts of a field that has several values: as [`RowValues::text`], those of all slots.
    pub(super) fn texts(
        &self,
        plan: &RowPlan,
        field: &str,
        choice: &[usize],
        dropped: &mut DroppedValues,
    ) -> Vec<Cow<'a, str>> {
        let Texts { found, has_others } = plan.texts(self.slots, choice);
        if has_others {
            dropped.note(field, NOT_TEXT);
        }
        found.into_iter().filter_map(|text| self.cleaned(text, field, dropped)).collect()
    }

    /// A text without control characters and what a spreadsheet put around it, if anything is left.
    pub(super) fn cleaned(&self, text: Cow<'a, str>, field: &str, dropped: &mut DroppedValues) -> Option<Cow<'a, str>> {
        let text = self.without_formula(text);
        if self.is_clean {
            return (!text.is_empty()).then_some(text);
        }
        let Some(cleaned) = without_controls(&text) else { return Some(text) };
        dropped.note(field, CONTROLS);
        (!cleaned.trim_ascii().is_empty()).then_some(Cow::Owned(cleaned))
    }

    /// A text without `="…"` around it, if a spreadsheet can have written it.
    pub(super) fn without_formula<'t>(&self, text: Cow<'t, str>) -> Cow<'t, str> {
        if self.is_csv { without_formula(text) } else { text }
    }

    /// The JSON text of the first of some slots that has a value of an attribute.
    pub(super) fn raw(&self, name: &str, choice: &[usize], dropped: &mut DroppedValues) -> Option<Cow<'a, str>> {
        choice.iter().find_map(|slot| {
            let json = self.json(*slot, name, dropped)?;
            match attribute::kind(&json) {
                AttributeText::Value => Some(json),
                AttributeText::Empty => None,
                AttributeText::Placeholder => {
                    dropped.note(&["attributes.", name].concat(), PLACEHOLDER);
                    None
                }
            }
        })
    }

    /// The JSON text of a slot.
    fn json(&self, slot: usize, name: &str, dropped: &mut DroppedValues) -> Option<Cow<'a, str>> {
        match self.slots.get(slot)? {
            Slot::Raw(text) if self.is_clean => Some(Cow::Borrowed(*text)),
            Slot::Raw(text) => Some(mended(text, name, dropped)),
            Slot::Text(text) if !text.is_empty() => {
                let field = ["attributes.", name].concat();
                let text = self.cleaned(text.clone(), &field, dropped)?;
                let mut out = Vec::new();
                onefold_identity::json::push_string(&mut out, &text);
                String::from_utf8(out).ok().map(Cow::Owned)
            }
            _ => None,
        }
    }
}

#[inline]
fn has_plain_ends(text: &str) -> bool {
    let (Some(first), Some(last)) = (text.as_bytes().first(), text.as_bytes().last()) else { return false };
    first.is_ascii_graphic() && last.is_ascii_graphic() && !matches!(first, b'=' | b'\'' | b'#')
}

/// JSON text that every reader takes.
fn mended<'a>(text: &'a str, name: &str, dropped: &mut DroppedValues) -> Cow<'a, str> {
    let Some(mended) = raw_json::mended(text) else { return Cow::Borrowed(text) };
    let field = ["attributes.", name].concat();
    for (is_so, reason) in [(mended.has_controls, CONTROLS), (mended.has_surrogates, SURROGATES)] {
        if is_so {
            dropped.note(&field, reason);
        }
    }
    Cow::Owned(mended.text)
}

/// The text of a field without what spreadsheets and data frames do to numbers: a postal code is no fraction.
pub(super) fn whole(field: TextField, text: Cow<'_, str>) -> Cow<'_, str> {
    if field != TextField::PostalCode || !text.ends_with(".0") {
        return text;
    }
    Cow::Owned(without_fraction(text.trim()).to_owned())
}

/// The text without a leading apostrophe, by which spreadsheets mark text, for fields whose values never start with
/// one.
pub(super) fn unmarked(field: TextField, text: Cow<'_, str>) -> Cow<'_, str> {
    match field {
        TextField::Email | TextField::PhoneNumber | TextField::PostalCode | TextField::Birthdate => without_mark(text),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use onefold_normalise::is_stray_control;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_clean_row_has_nothing_to_take_out(row in "[a-z\u{0}-\u{1f}\u{7e}-\u{a2}é\\\\€]{0,40}(\r?\n)?") {
            let text = row.trim_end_matches('\n').trim_end_matches('\r');
            let has_controls = text.chars().any(is_stray_control);
            prop_assert!(!is_clean_csv(row.as_bytes()) || !has_controls, "{:?}", row);
            let as_json = !text.chars().any(|letter| letter < ' ');
            prop_assert!(!as_json || !is_clean_json(row.as_bytes()) || !has_controls && !text.contains('\\'), "{:?}", row);
            let is_surely_clean = text.chars().all(|letter| letter.is_ascii_graphic() && letter != '\\' || letter == 'é');
            prop_assert!(is_clean_csv(row.as_bytes()) && is_clean_json(row.as_bytes()) || !is_surely_clean, "{:?}", row);
        }
    }
}
