//! [normalise]: chains of normalisers.

use onefold_normalise::Step;
use onefold_normalise::field::{OwnField, TextField};

use super::mapping::flatten;
use crate::schema::{Key, Kind};
use crate::toml_reader::{Notes, Section, SpannedValue, texts};
use crate::{Source, TimeFormat};

pub(super) fn keys() -> Vec<Key> {
    let steps = |field| {
        let fitting = accounts_steps().filter(|step| step.field().is_none_or(|only| only == field));
        Kind::OneOf(fitting.map(Step::name).collect()).or_several()
    };
    let doc = "A normaliser or a list of them, run in order.";
    TextField::ALL.map(|field| Key::new(field.name(), steps(field), doc)).into()
}

/// The chains of the standard fields, by the field's number.
pub(super) fn normalise(root: &Section<'_>, sources: &[Source], notes: &mut Notes<'_>) -> Vec<Vec<Step>> {
    let mut chains = vec![Vec::new(); TextField::ALL.len()];
    let Some(section) = root.section("normalise", notes) else {
        return chains;
    };
    for (name, name_span, placed) in flatten(section.table, "") {
        match notes.text_field(&name) {
            None => notes.unknown_in(name_span, "field", &name, "[normalise]", &TextField::ALL.map(TextField::name)),
            Some(TextField::Own(own)) => notes.fault(name_span, misplaced(own)),
            Some(field) => chains[field.index()] = chain(placed, field, sources, notes),
        }
    }
    chains
}

fn misplaced(own: OwnField) -> String {
    let name = own.name();
    format!("the normalisers of {name:?} belong to its declaration: write normalise = […] under [field.{name}]")
}

fn chain(placed: SpannedValue<'_>, field: TextField, sources: &[Source], notes: &mut Notes<'_>) -> Vec<Step> {
    let mut chain = Vec::new();
    for (step_name, span) in texts(placed, field.name(), notes) {
        match Step::from_name(step_name) {
            None => {
                notes.unknown(span, "normaliser", step_name, &accounts_steps().map(Step::name).collect::<Vec<_>>());
            }
            Some(step) => match objection(step, field, sources) {
                None => chain.push(step),
                Some(objection) => notes.fault(span, objection),
            },
        }
    }
    chain
}

/// The chain of a field of one's own. It may hold a phone number, a date or any other text.
pub(super) fn own_chain(placed: SpannedValue<'_>, field: OwnField, notes: &mut Notes<'_>) -> Vec<Step> {
    chain(placed, TextField::Own(field), &[], notes)
}

/// The normalisers that accounts' values may go through.
pub(super) fn accounts_steps() -> impl Iterator<Item = Step> {
    Step::ALL.into_iter().filter(|step| !step.is_for_keys())
}

/// Why a normaliser cannot stand in a field's chain, and what to do.
fn objection(step: Step, field: TextField, sources: &[Source]) -> Option<String> {
    let name = step.name();
    if step.is_for_keys() {
        return Some(format!(
            "{name:?} is for match keys: an account keeps its values as people write them; remove it here"
        ));
    }
    let is_own = matches!(field, TextField::Own(_));
    if let Some(only) = step.field().filter(|only| !is_own && *only != field) {
        return Some(format!("{name:?} is for {}, not for {}; remove it", only.name(), field.name()));
    }
    let reads_otherwise = |source: &&Source| {
        source
            .mapping
            .texts
            .iter()
            .any(|text| text.field == TextField::Birthdate && !matches!(text.format, None | Some(TimeFormat::Date)))
    };
    if step == Step::Date
        && let Some(source) = sources.iter().find(reads_otherwise)
    {
        return Some(format!(
            "\"date\" makes YYYY-MM-DD of a birth date, and source {:?} then reads it in another format; remove `as` \
             of birthdate there, or \"date\" here",
            source.name
        ));
    }
    None
}
