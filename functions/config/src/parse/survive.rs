//! [survive]: how values survive into a customer.

use std::collections::BTreeSet;
use std::ops::Range;

use onefold_normalise::field::{Field, TextField};
use serde_json::json;
use toml::de::{DeTable, DeValue};

use super::of_text_fields;
use crate::schema::{Key, Kind};
use crate::survive::{Rule, Survive, Unit};
use crate::toml_reader::{Notes, Section, SpannedValue, texts};
use crate::{Enrich, Source, Target};

/// What a default, and so any single value, can go by.
const OF_ANY: [Rule; 4] = [Rule::Latest, Rule::Oldest, Rule::Trusted, Rule::MostFrequent];
/// Lists that hold the values of all members.
const LISTS: [&str; 3] = ["interests", "emails", "phone_numbers"];
const UNITS_FORM: &str = "units must be an array of units, each an array of fields, as [\"address\", \"location\"], or \
                          with a rule, as { fields = [\"address\", \"location\"], rule = \"trusted\" }";
const UNITS_DOC: &str = "Lists of fields that survive together, from one account. The address stays a unit if neither a \
                         unit nor a rule names any of it, unless the list is empty.";

pub(super) fn keys() -> Vec<Key> {
    let of = |rules: Vec<Rule>| Kind::OneOf(rules.into_iter().map(Rule::name).collect());
    let fields = Kind::Array(Box::new(unit_name()));
    let unit = Kind::AnyOf(vec![fields, Kind::Table(unit_keys())]);
    let doc = "The rule of this field, where it is part of no unit.";
    let text = |field: TextField| Key::new(field.name(), of(rules_of(&[Field::Text(field)], false)), doc);
    let attributes = || of(rules_of(&[], true));
    let list = |name| Key::one_of(name, [Rule::Union.name()], "All values of all members.").or("union");
    let address: Vec<Field> = address().collect();
    let default = OF_ANY.map(Rule::name);
    [
        Key::one_of("default", default, "The rule of all fields and units without one of their own.").or("latest"),
        Key::new("units", Kind::Array(Box::new(unit)), UNITS_DOC).or(json!([["address", "location"]])),
        Key::new("address", of(rules_of(&address, false)), "The rule of every member of the address."),
        Key::new("location", of(rules_of(&[Field::Location], false)), doc),
        Key::new("salary", of(rules_of(&[Field::Salary], false)), doc),
        Key::new("attributes", attributes(), "The rule of attributes without one of their own."),
        Key::new("attributes.<name>", attributes(), "The rule of this attribute."),
    ]
    .into_iter()
    .chain(LISTS.map(list))
    .chain(of_text_fields(text, Key::new("<name>", of(rules_of(&[], true)), doc)))
    .collect()
}

fn unit_keys() -> Vec<Key> {
    let fields = Kind::Array(Box::new(unit_name()));
    vec![
        Key::new("fields", fields, "The fields that survive together.").required(),
        Key::one_of(
            "rule",
            OF_ANY.into_iter().chain([Rule::Longest, Rule::MostComplete]).map(Rule::name),
            "The rule that chooses the account. Without it a unit goes by `default`; one with the whole address goes by \
             `most_complete` where `default` is `latest`.",
        ),
    ]
}

/// What can be part of a unit.
fn unit_name() -> Kind {
    Kind::TextFieldOr(vec!["address", "location", "salary"])
}

pub(super) fn survive(root: &Section<'_>, sources: &[Source], enrich: &[Enrich], notes: &mut Notes<'_>) -> Survive {
    let none = DeTable::new();
    let nothing = Section { table: &none, span: 0..0, title: "[survive]".to_owned() };
    let section = root.section("survive", notes).unwrap_or(nothing);
    let default = section.get("default").and_then(|value| rule(value, "default", &OF_ANY, notes)).unwrap_or_default();
    let mut survive = Survive {
        texts: vec![default; notes.text_fields().len()],
        location: default,
        salary: default,
        attributes: default,
        named_attributes: Vec::new(),
        units: units(&section, default, notes),
    };
    let attributes: BTreeSet<&str> = sources
        .iter()
        .flat_map(|source| source.mapping.attributes.iter().map(|(name, _)| name.as_str()))
        .chain(enrich.iter().filter_map(|enrich| match &enrich.target {
            Target::Attribute(name) => Some(name.as_str()),
            _ => None,
        }))
        .collect();
    let has_units = section.get("units").is_some();
    for (name, place, value) in members(&section, notes) {
        match name.as_str() {
            "default" | "units" => {}
            list if LISTS.contains(&list) => _ = rule(value, list, &[Rule::Union], notes),
            _ => single(&name, place, value, &attributes, has_units, &mut survive, notes),
        }
    }
    survive
}

/// The rule of one field, of the address, of the attributes or of one of them.
fn single(
    name: &str,
    place: Range<usize>,
    value: SpannedValue<'_>,
    attributes: &BTreeSet<&str>,
    has_units: bool,
    survive: &mut Survive,
    notes: &mut Notes<'_>,
) {
    let fields = fields_of(name, notes);
    if let Some(attribute) = name.strip_prefix("attributes.") {
        if !attributes.contains(attribute) {
            notes.fault(place, format!("no source and no table gives the attribute {attribute:?}"));
        } else if let Some(rule) = rule(value, name, &rules_of(&[], true), notes) {
            survive.named_attributes.push((attribute.to_owned(), rule));
        }
        return;
    }
    if name == "attributes" {
        survive.attributes = rule(value, name, &rules_of(&[], true), notes).unwrap_or_default();
        return;
    }
    if fields.is_empty() {
        let known: Vec<&str> = ["default", "units", "address", "location", "salary", "attributes", "attributes.<name>"]
            .into_iter()
            .chain(LISTS)
            .chain(notes.text_field_names())
            .collect();
        notes.unknown_in(place, "name", name, "[survive]", &known);
        return;
    }
    let Some(rule) = rule(value, name, &rules_of(&fields, false), notes) else { return };
    if survive.units.iter().any(|unit| unit.fields.iter().any(|field| fields.contains(field))) {
        let advice =
            if has_units { "take it out of units" } else { "write units = [] to let its fields survive alone" };
        notes.fault(
            place,
            format!(
                "{name:?} is part of a unit and survives by the unit's rule; {advice}, or give the unit the rule: \
                     units = [{{ fields = [\"address\", \"location\"], rule = \"trusted\" }}]"
            ),
        );
        return;
    }
    for field in fields {
        match field {
            Field::Text(field) => survive.texts[field.index()] = rule,
            Field::Location => survive.location = rule,
            Field::Salary => survive.salary = rule,
            Field::Interests | Field::Attributes => {}
        }
    }
}

/// The rules that make sense of single values: for text also its length, for dates and numbers also their order.
fn rules_of(fields: &[Field], is_attribute: bool) -> Vec<Rule> {
    let is_text = is_attribute || fields.iter().all(|field| matches!(field, Field::Text(_)));
    let has_order = matches!(fields, [Field::Salary | Field::Text(TextField::Birthdate)]);
    let mut rules = OF_ANY.to_vec();
    if is_text && !has_order {
        rules.push(Rule::Longest);
    }
    if has_order {
        rules.extend([Rule::Min, Rule::Max]);
    }
    rules
}

/// The rules that make sense of a unit; its length is that of its text.
fn rules_of_unit(fields: &[Field]) -> Vec<Rule> {
    let has_text = fields.iter().any(|field| matches!(field, Field::Text(_)));
    let of_several = (fields.len() > 1).then_some(Rule::MostComplete);
    OF_ANY.into_iter().chain(has_text.then_some(Rule::Longest)).chain(of_several).collect()
}

/// The rule of a unit without one of its own. What is left of an address must not replace a whole one.
fn default_of_unit(fields: &[Field], default: Rule) -> Rule {
    let has_address = address().all(|member| fields.contains(&member));
    if has_address && default == Rule::Latest { Rule::MostComplete } else { default }
}

/// The members of the address.
fn address() -> impl Iterator<Item = Field> {
    TextField::ADDRESS.into_iter().map(Field::Text)
}

fn rule((value, span): SpannedValue<'_>, name: &str, possible: &[Rule], notes: &mut Notes<'_>) -> Option<Rule> {
    let DeValue::String(text) = value else {
        notes.fault(span, format!("{name} must be the name of a rule, in quotes"));
        return None;
    };
    let rule = Rule::from_name(text);
    if let Some(rule) = rule.filter(|rule| possible.contains(rule)) {
        return Some(rule);
    }
    let names: Vec<&str> = possible.iter().map(|rule| rule.name()).collect();
    if rule == Some(Rule::MostComplete) {
        let names = names.join(", ");
        let message = format!(
            "{text:?} is a rule of units of several fields, and makes no sense for {name}; it must be one of {names}"
        );
        notes.fault(span, message);
    } else if rule.is_some() {
        notes.fault(span, format!("{text:?} makes no sense for {name}; it must be one of {}", names.join(", ")));
    } else {
        notes.unknown_in(span, "rule", text, name, &names);
    }
    None
}

/// The members of the section; those of tables within it, as of `attributes.plan`, under their full names.
fn members<'t>(section: &Section<'t>, notes: &mut Notes<'_>) -> Vec<(String, Range<usize>, SpannedValue<'t>)> {
    let mut members = Vec::new();
    for (key, value) in section.table {
        let name = key.get_ref().as_ref();
        match value.get_ref() {
            DeValue::Table(inner) if matches!(name, "address" | "attributes") => {
                for (key, value) in inner {
                    let name = format!("{name}.{}", key.get_ref());
                    members.push((name, key.span(), (value.get_ref(), value.span())));
                }
            }
            DeValue::Table(_) => notes.fault(value.span(), format!("{name} must be the name of a rule, in quotes")),
            value_of => members.push((name.to_owned(), key.span(), (value_of, value.span()))),
        }
    }
    members
}

/// The units that are listed. The address is one as well if no unit and no rule names any of its members, unless the list
/// is empty.
fn units(section: &Section<'_>, default: Rule, notes: &mut Notes<'_>) -> Vec<Unit> {
    let Some((value, span)) = section.get("units") else {
        return vec![unit_of_address(true, default)];
    };
    let DeValue::Array(listed) = value else {
        notes.fault(span, UNITS_FORM);
        return Vec::new();
    };
    let mut seen = BTreeSet::new();
    let mut units: Vec<Unit> =
        listed.iter().map(|value| unit((value.get_ref(), value.span()), default, &mut seen, notes)).collect();
    let is_named = |field: Field| seen.contains(&field) || section.get(field.name()).is_some();
    let is_address_named = section.get("address").is_some() || address().any(is_named);
    if !units.is_empty() && !is_address_named {
        units.push(unit_of_address(!is_named(Field::Location), default));
    }
    units
}

/// The unit of the address, with or without the location.
fn unit_of_address(has_location: bool, default: Rule) -> Unit {
    let fields: Vec<Field> = address().chain(has_location.then_some(Field::Location)).collect();
    Unit { rule: default_of_unit(&fields, default), fields }
}

fn unit(value: SpannedValue<'_>, default: Rule, seen: &mut BTreeSet<Field>, notes: &mut Notes<'_>) -> Unit {
    let mut fields_of = |value: SpannedValue<'_>, notes: &mut Notes<'_>| -> Vec<Field> {
        let names = texts(value, "units", notes);
        names.into_iter().flat_map(|(name, span)| unit_fields(name, span, seen, notes)).collect()
    };
    match value {
        (DeValue::Array(_), _) => {
            let fields = fields_of(value, notes);
            Unit { rule: default_of_unit(&fields, default), fields }
        }
        (DeValue::Table(table), span) => {
            let section = Section { table, span: span.clone(), title: "a unit".to_owned() };
            section.only(&unit_keys(), notes);
            let fields = match section.get("fields") {
                Some(value) => fields_of(value, notes),
                None => {
                    notes.fault(span, UNITS_FORM);
                    Vec::new()
                }
            };
            let of_unit = section.get("rule").and_then(|value| rule(value, "a unit", &rules_of_unit(&fields), notes));
            Unit { rule: of_unit.unwrap_or_else(|| default_of_unit(&fields, default)), fields }
        }
        (_, span) => {
            notes.fault(span, UNITS_FORM);
            Unit { fields: Vec::new(), rule: default }
        }
    }
}

/// The fields that a name stands for: `address` stands for all its members.
fn fields_of(name: &str, notes: &Notes<'_>) -> Vec<Field> {
    match name {
        "address" => address().collect(),
        "location" => vec![Field::Location],
        "salary" => vec![Field::Salary],
        _ => notes.text_field(name).map(Field::Text).into_iter().collect(),
    }
}

/// The fields that a name in a unit stands for.
fn unit_fields(name: &str, span: Range<usize>, seen: &mut BTreeSet<Field>, notes: &mut Notes<'_>) -> Vec<Field> {
    let fields = fields_of(name, notes);
    if fields.is_empty() {
        notes.fault(span, format!("{name:?} cannot be part of a unit; use address, location, salary or a text field"));
        return fields;
    }
    if !fields.iter().all(|field| seen.insert(*field)) {
        notes.fault(span, format!("{name:?} is in two units"));
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    const START: &str = "[[source]]\nname = \"crm\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\n\
        attributes.plan = \"/plan\"\n[[match]]\nkey = \"email\"\n[survive]\n";

    fn parse(text: &str) -> Survive {
        Config::parse(&format!("{START}{text}")).unwrap().survive
    }

    #[test]
    fn every_field_can_have_a_rule() {
        let survive = parse(
            "default = \"oldest\"\ngiven_name = \"longest\"\nbirthdate = \"min\"\nsalary = \"max\"\n\
             attributes.plan = \"trusted\"\n",
        );
        assert_eq!(survive.texts[TextField::GivenName.index()], Rule::Longest);
        assert_eq!(survive.texts[TextField::FamilyName.index()], Rule::Oldest);
        assert_eq!((survive.texts[TextField::Birthdate.index()], survive.salary), (Rule::Min, Rule::Max));
        assert_eq!((survive.attribute("plan"), survive.attributes), (Rule::Trusted, Rule::Oldest));
        assert_eq!(survive.units[0].rule, Rule::Oldest, "a unit without a rule goes by the default");
    }

    #[test]
    fn attributes_can_have_rules_of_their_own() {
        let survive = parse("default = \"most_frequent\"\n\"attributes.plan\" = \"longest\"\n");
        assert_eq!((survive.attribute("plan"), survive.attribute("job")), (Rule::Longest, Rule::MostFrequent));
        assert_eq!(parse("attributes = \"oldest\"\n").attribute("plan"), Rule::Oldest);
    }

    #[test]
    fn units_have_rules() {
        let survive =
            parse("units = [{ fields = [\"address\"], rule = \"longest\" }, [\"given_name\", \"family_name\"]]\n");
        assert_eq!((survive.units[0].fields.len(), survive.units[0].rule), (5, Rule::Longest));
        assert_eq!((survive.units.len(), survive.units[1].rule), (2, Rule::Latest));
        assert_eq!(parse("units = []\naddress = \"trusted\"\n").texts[TextField::Country.index()], Rule::Trusted);
    }

    #[test]
    fn the_address_is_a_unit_unless_something_else_is_said_of_it() {
        let of_address = |text: &str| {
            let survive = parse(text);
            let unit = survive.units.iter().find(|unit| unit.fields.contains(&Field::Text(TextField::Country)));
            unit.map(|unit| (unit.fields.len(), unit.rule))
        };
        assert_eq!(of_address(""), Some((6, Rule::MostComplete)));
        assert_eq!(of_address("default = \"latest\"\n"), Some((6, Rule::MostComplete)));
        assert_eq!(of_address("default = \"trusted\"\n"), Some((6, Rule::Trusted)));
        let names = "units = [[\"given_name\", \"family_name\"]]\n";
        assert_eq!(of_address(names), Some((6, Rule::MostComplete)));
        assert_eq!(parse(names).units[0].rule, Rule::Latest);
        assert_eq!(of_address("units = [[\"location\", \"salary\"]]\n"), Some((5, Rule::MostComplete)));
        assert_eq!(of_address(&format!("{names}location = \"oldest\"\n")), Some((5, Rule::MostComplete)));
        assert_eq!(of_address("units = [[\"address\", \"location\"]]\n"), Some((6, Rule::MostComplete)));
        assert_eq!(
            of_address("units = [{ fields = [\"address\"], rule = \"latest\" }]\n"),
            Some((5, Rule::Latest)),
            "what is written counts"
        );
        for alone in [
            "units = []\n".to_owned(),
            format!("{names}address = \"latest\"\n"),
            format!("{names}address.country = \"oldest\"\n"),
            format!("{names}\"address.country\" = \"oldest\"\n"),
            "units = [[\"address.region\", \"address.locality\"]]\n".to_owned(),
        ] {
            assert_eq!(of_address(&alone), None, "{alone}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_advice() {
        for (text, words) in [
            ("default = \"newest\"", "unknown rule \"newest\" in default; it must be one of latest, oldest"),
            ("default = \"union\"", "makes no sense for default"),
            ("default = \"longest\"", "makes no sense for default"),
            ("given_name = \"min\"", "it must be one of latest, oldest, trusted, most_frequent, longest"),
            ("salary = \"longest\"", "it must be one of latest, oldest, trusted, most_frequent, min, max"),
            ("interests = \"latest\"", "\"latest\" makes no sense for interests; it must be one of union"),
            ("emails = \"max\"", "it must be one of union"),
            ("given_name = 1", "must be the name of a rule"),
            ("nickname = \"latest\"", "unknown name \"nickname\" in [survive]"),
            ("\"attributes.job\" = \"latest\"", "no source and no table gives the attribute \"job\""),
            ("location = \"trusted\"", "write units = []"),
            ("units = [[\"given_name\"]]\ngiven_name = \"oldest\"", "take it out of units"),
            ("units = [{ fields = [\"location\"], rule = \"longest\" }]", "\"longest\" makes no sense for a unit"),
            ("units = [{ fields = [\"address\"], rule = \"max\" }]", "\"max\" makes no sense for a unit"),
            (
                "given_name = \"most_complete\"",
                "is a rule of units of several fields, and makes no sense for given_name",
            ),
            ("default = \"most_complete\"", "is a rule of units of several fields, and makes no sense for default"),
            ("units = []\naddress = \"most_complete\"", "is a rule of units of several fields"),
            (
                "units = [{ fields = [\"salary\"], rule = \"most_complete\" }]",
                "makes no sense for a unit; it must be one",
            ),
            ("units = [{ rule = \"latest\" }]", "units must be an array of units"),
            ("units = [1]", "units must be an array of units"),
            ("units = [[\"interests\"]]", "cannot be part of a unit"),
            ("units = [[\"address\"], [\"address.region\"]]", "is in two units"),
        ] {
            let faults = Config::parse(&format!("{START}{text}\n")).unwrap_err().0;
            assert_eq!(faults.len(), 1, "{text}: {faults:?}");
            assert!(faults[0].message.contains(words), "{text}: {}", faults[0].message);
            assert!(faults[0].line >= 10 && faults[0].column >= 1, "{text}: {faults:?}");
        }
    }
}
