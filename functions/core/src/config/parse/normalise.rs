//! [normalise]: chains of normalisers.

use super::mapping::flatten;
use crate::config::toml_reader::{Notes, Section, one_of, texts};
use crate::field::TextField;
use crate::normalise::Step;

pub(super) fn normalise(root: &Section<'_>, notes: &mut Notes<'_>) -> [Vec<Step>; crate::field::TEXT_FIELDS] {
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
