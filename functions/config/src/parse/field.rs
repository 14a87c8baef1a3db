//! [field.<name>]: text fields of one's own.

use std::ops::Range;

use onefold_normalise::Step;
use onefold_normalise::field::{OWN_FIELDS_MAX, OwnField, TextField};
use toml::de::DeValue;

use super::normalise::{accounts_steps, own_chain};
use crate::DeclaredField;
use crate::schema::{Key, Kind};
use crate::toml_reader::{Notes, Section};

pub(super) fn keys() -> Vec<Key> {
    let steps = Kind::OneOf(accounts_steps().map(Step::name).collect()).or_several();
    vec![
        Key::boolean("identifier", "Whether a person may have many values, each of which is theirs alone.").or(false),
        Key::new("normalise", steps, "A normaliser or a list of them, run in order."),
    ]
}

/// The declared fields, by name, with their chains of normalisers. The other sections know them by `notes`.
pub(super) fn declared(root: &Section<'_>, notes: &mut Notes<'_>) -> Vec<(DeclaredField, Vec<Step>)> {
    let Some(section) = root.section("field", notes) else { return Vec::new() };
    let mut named: Vec<(&str, Section<'_>)> = Vec::new();
    for (key, value) in section.table {
        let name = key.get_ref().as_ref();
        match value.get_ref() {
            DeValue::Table(table) if is_name(name, key.span(), notes) => {
                named.push((name, Section { table, span: key.span(), title: format!("[field.{name}]") }));
            }
            DeValue::Table(_) => {}
            _ => notes.wrong(value.span(), &format!("field.{name}"), &format!("a table, written [field.{name}]")),
        }
    }
    if named.len() > OWN_FIELDS_MAX {
        notes.fault(
            section.span,
            format!("there are {} fields of your own; at most {OWN_FIELDS_MAX} are possible", named.len()),
        );
    }
    // The order in which fields are declared must not matter.
    named.sort_by_key(|(name, _)| *name);
    let numbers = (0..).map(|number: usize| number.min(OWN_FIELDS_MAX - 1) as u8);
    let fields: Vec<OwnField> = numbers.zip(&named).map(|(number, (name, _))| OwnField::new(name, number)).collect();
    notes.declare(&fields);
    fields.into_iter().zip(&named).map(|(field, (_, section))| read(field, section, notes)).collect()
}

fn read(field: OwnField, section: &Section<'_>, notes: &mut Notes<'_>) -> (DeclaredField, Vec<Step>) {
    section.only(&keys(), notes);
    let identifier = section.boolean("identifier", notes).unwrap_or_default();
    if identifier {
        notes.declare_identifier(field);
    }
    let chain = section.get("normalise").map(|placed| own_chain(placed, field, notes)).unwrap_or_default();
    (DeclaredField { field, identifier }, chain)
}

fn is_name(name: &str, span: Range<usize>, notes: &mut Notes<'_>) -> bool {
    if !OwnField::is_well_formed(name) {
        notes.fault(
            span,
            format!(
                "{name:?} cannot be the name of a field; it must begin with a letter from a to z and have only a to z, 0 to \
                 9 and _, 40 characters at most"
            ),
        );
        return false;
    }
    if let Some(standard) = TextField::ALL.into_iter().find(|field| field.name() == name || field.member() == name) {
        notes.fault(
            span,
            format!(
                "{} is a standard field: use it without declaring it, and write its normalisers under [normalise]",
                standard.name()
            ),
        );
        return false;
    }
    if OwnField::is_taken(name) {
        notes.fault(
            span,
            format!("{name:?} is the name of something else in records; choose another, as \"my_{name}\""),
        );
        return false;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Comparer, Config, DistinctLimit};

    const START: &str = "[[source]]\nname = \"crm\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\nssn = \"/s\"\n\
        [[match]]\nkey = \"ssn\"\n[field.ssn]\nidentifier = true\nnormalise = [\"trim\", \"digits_only\"]\n";

    fn faults(text: &str) -> Vec<String> {
        let faults = Config::parse(&format!("{START}{text}")).unwrap_err().0;
        faults.into_iter().map(|fault| fault.message).collect()
    }

    #[test]
    fn a_declared_field_is_a_text_field_everywhere() {
        let text = "[field.card]\n[[enrich]]\nfield = \"card\"\ntable = \"cards\"\non = [\"ssn\", \"middle_name\"]\n\
            [[match]]\nkey = [{ field = \"card\", as = \"lowercase\" }, \"address.postal_code\"]\nunless_differ = \"ssn\"\n\
            [guard.max_distinct]\nssn = 1\n[guard.blocked_values]\ncard = \"0*\"\n[survive]\nssn = \"trusted\"\n\
            units = [[\"card\", \"organization\"]]\n";
        let config = Config::parse(&format!("{START}{text}")).unwrap();
        let [card, ssn] = ["card", "ssn"].map(|name| config.text_field(name).unwrap());
        assert_eq!(config.own_fields.len(), 2);
        assert_eq!(config.identifiers().collect::<Vec<_>>(), [ssn]);
        assert_eq!(config.normalise[ssn.index()], [Step::Trim, Step::DigitsOnly]);
        assert!(config.normalise[card.index()].is_empty());
        assert_eq!(config.sources[0].mapping.texts[0].field, ssn);
        assert_eq!(config.enrich[0].target.name(), "card");
        let names: Vec<String> = config.matches.iter().map(crate::MatchRule::name).collect();
        assert_eq!(names, ["ssn", "address.postal_code+card(lowercase)"], "standard fields come first");
        assert_eq!(config.guard.max_distinct, [DistinctLimit { comparer: Comparer::exact(ssn), most: 1 }]);
        assert_eq!(config.guard.blocked_values.blocked[card.index()], ["0*"]);
        assert_eq!(config.survive.texts[ssn.index()], crate::Rule::Trusted);
        assert_eq!(config.survive.units[0].fields.len(), 2);
    }

    #[test]
    fn the_order_of_declaration_does_not_matter() {
        let declared = |names: [&str; 2]| {
            let sections = names.map(|name| format!("[field.{name}]\n")).concat();
            Config::parse(&format!("{START}{sections}")).unwrap().text_fields
        };
        let fields = declared(["zip2", "card"]);
        assert_eq!(fields, declared(["card", "zip2"]));
        assert!(fields.is_sorted());
        assert!(fields.iter().enumerate().all(|(number, field)| field.index() == number));
    }

    #[test]
    fn a_record_has_the_fields_that_are_used() {
        let names = |text: &str| {
            let config = Config::parse(&format!("{START}{text}")).unwrap();
            config.fields_of_record().into_iter().map(TextField::name).collect::<Vec<_>>()
        };
        let basic = |more: &[&'static str]| {
            let plain = TextField::BASIC_PLAIN.iter().map(|field| field.name()).chain(more.iter().copied());
            plain.chain(TextField::ADDRESS.map(TextField::name)).collect::<Vec<_>>()
        };
        assert_eq!(names(""), basic(&["ssn"]));
        let enrich = "[field.card]\n[[enrich]]\nfield = \"middle_name\"\ntable = \"t\"\non = \"ssn\"\n";
        assert_eq!(names(enrich), basic(&["middle_name", "card", "ssn"]));
    }

    #[test]
    fn what_cannot_be_a_field_is_refused_with_advice() {
        for (text, words) in [
            ("[field.SSN]", "\"SSN\" cannot be the name of a field; it must begin"),
            ("[field.\"tax-number\"]", "cannot be the name of a field"),
            ("[field.email]", "email is a standard field: use it without declaring it"),
            ("[field.country]", "address.country is a standard field"),
            ("[field.salary]", "\"salary\" is the name of something else in records; choose another, as \"my_salary\""),
            ("[field.other_values]", "something else in records"),
            ("[field.card]\nidentifer = true", "did you mean \"identifier\"?"),
            ("[field.card]\nidentifier = 1", "identifier must be true or false"),
            ("[field.card]\nnormalise = \"trimm\"", "did you mean \"trim\"?"),
            ("[field.card]\nnormalise = \"soundex\"", "\"soundex\" is for match keys"),
            (
                "[normalise]\nssn = \"trim\"",
                "the normalisers of \"ssn\" belong to its declaration: write normalise = […] under [field.ssn]",
            ),
            ("[survive]\nsnn = \"latest\"", "did you mean \"ssn\"?"),
            (
                "[[match]]\nkey = \"sn\"",
                "address.country, middle_name, honorific_prefix, honorific_suffix, organization, ssn",
            ),
        ] {
            let faults = faults(text);
            assert!(faults.len() == 1 && faults[0].contains(words), "{text}: {faults:?}");
        }
        assert!(faults("[field]\ncard = 1")[0].contains("a table, written [field.card]"));
        let many: String = (0..32).map(|number| format!("[field.f{number}]\n")).collect();
        assert_eq!(faults(&many), ["there are 33 fields of your own; at most 32 are possible"]);
    }
}
