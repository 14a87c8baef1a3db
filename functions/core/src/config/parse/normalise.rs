//! [normalise]: chains of normalisers.

use super::mapping::flatten;
use crate::config::schema::{Key, Kind};
use crate::config::toml_reader::{Notes, Section, texts};
use crate::field::TextField;
use crate::normalise::Step;

pub(super) fn keys() -> Vec<Key> {
    let steps = || Kind::OneOf(Step::ALL.map(Step::name).into()).or_several();
    let doc = "A normaliser or a list of them, run in order.";
    TextField::ALL.map(|field| Key::new(field.name(), steps(), doc)).into()
}

pub(super) fn normalise(root: &Section<'_>, notes: &mut Notes<'_>) -> [Vec<Step>; crate::field::TEXT_FIELDS] {
    let mut chains = [const { Vec::new() }; crate::field::TEXT_FIELDS];
    let Some(section) = root.section("normalise", notes) else {
        return chains;
    };
    for (name, name_span, placed) in flatten(section.table, "") {
        let Some(field) = TextField::from_name(&name) else {
            notes.unknown_in(name_span, "field", &name, "[normalise]", &TextField::ALL.map(TextField::name));
            continue;
        };
        for (step_name, span) in texts(placed, &name, notes) {
            match Step::from_name(step_name) {
                Some(step) => chains[field.index()].push(step),
                None => notes.unknown(span, "normaliser", step_name, &Step::ALL.map(Step::name)),
            }
        }
    }
    chains
}
