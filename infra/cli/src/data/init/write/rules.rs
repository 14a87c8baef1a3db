//! Writes what follows the sources: normalisers, scores and limits for the guessed fields.

use onefold_normalise::Step;

use super::Section;
use super::scores::push_scores;
use crate::data::init::phones::{self, Phones};

/// The publish gate.
const GATE: &str = "
[publish]
max_reject_ratio = 0.01       # more rejected rows fail a run
max_customer_drop_ratio = 0.2 # so does a loss of more customers
";

/// Writes the rules for the sources that are in force.
pub fn push_rules(out: &mut String, sections: &[Section<'_>]) {
    let has = |field: &str| sections.iter().any(|section| section.guesses.in_force(field).is_some());
    let phones: Vec<&Phones> = sections.iter().filter_map(|section| section.phones.as_ref()).collect();
    push_normalisers(out, &has, are_names_in_one_case(sections), phones::normaliser(&phones));
    push_scores(out, sections);
    out.push_str("\n[guard]\n# max_per_source = 1 # no customer has two accounts of one source\n");
    if has("birthdate") {
        out.push_str("# max_distinct = { birthdate = 1 } # no customer has two birth dates\n");
    }
    out.push_str(GATE);
}

/// Whether most names are all in capital or all in small letters. Only then they are spelled anew, as McDonald would become
/// Mcdonald.
fn are_names_in_one_case(sections: &[Section<'_>]) -> bool {
    let column = |section: &Section<'_>, field: &str| {
        let guess = section.guesses.in_force(field)?;
        section.look.columns.at(&guess.pointer).map(|column| column.values.clone())
    };
    let fields = ["given_name", "family_name", "full_name"];
    let names = sections.iter().flat_map(|section| fields.iter().filter_map(|field| column(section, field)));
    let names: Vec<String> = names.flatten().collect();
    let in_one_case = names.iter().filter(|name| name.to_uppercase() == **name || name.to_lowercase() == **name);
    in_one_case.count() * 2 > names.len()
}

fn push_normalisers(out: &mut String, has: &impl Fn(&str) -> bool, is_shouted: bool, phones: Step) {
    let name = if is_shouted { "[\"collapse\", \"nfc\", \"capitalise\"]" } else { "[\"collapse\", \"nfc\"]" };
    let has_name = has("full_name");
    let phone = match phones {
        Step::E164 => "\"e164\" # numbers that are valid in their country; others are dropped",
        _ => "\"digits\" # calling code and digits; most are not valid in their country's numbering plan",
    };
    let chains = [
        ("given_name", has("given_name") || has_name, name),
        ("family_name", has("family_name") || has_name, name),
        ("email", has("email"), "\"email\" # one spelling for a mailbox"),
        ("phone_number", has("phone_number"), phone),
        ("\"address.postal_code\"", has("address.postal_code"), "\"postal_code\""),
        ("\"address.country\"", has("address.country"), "\"country\" # names and codes become ISO 3166-1 alpha-2"),
    ];
    out.push_str("\n[normalise]\n");
    for (field, _, chain) in chains.into_iter().filter(|(_, is_there, _)| *is_there) {
        out.push_str(&format!("{field} = {chain}\n"));
    }
}
