//! Writes what follows the sources: normalisers, match keys and limits for the guessed fields.

use onefold_normalise::Step;

use super::Section;
use crate::data::init::phones::{self, Phones};

/// Writes the rules for the sources that are in force.
pub fn push_rules(out: &mut String, sections: &[Section<'_>]) {
    let has = |field: &str| sections.iter().any(|section| section.guesses.in_force(field).is_some());
    let phones: Vec<&Phones> = sections.iter().filter_map(|section| section.phones.as_ref()).collect();
    push_normalisers(out, &has, are_names_in_one_case(sections), phones::normaliser(&phones));
    push_match_keys(out, sections);
    out.push_str(
        "\n[guard]\n# A key that more accounts share is nobody's contact detail, and connects nothing.\n\
         max_accounts_per_key = 25\n\n[publish]\nmax_reject_ratio = 0.01       # more rejected rows fail a run\n\
         max_customer_drop_ratio = 0.2 # so does a loss of more customers\n",
    );
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

fn push_match_keys(out: &mut String, sections: &[Section<'_>]) {
    let has = |field: &str| sections.iter().any(|section| section.guesses.in_force(field).is_some());
    out.push_str("\n# Accounts that agree on a key are one customer.\n");
    let contacts: Vec<&str> = ["email", "phone_number"].into_iter().filter(|field| has(field)).collect();
    for field in &contacts {
        out.push_str(&format!("[[match]]\nkey = [\"{field}\"]\n"));
    }
    let are_born =
        sections.iter().filter(|section| is_named(section) && section.guesses.in_force("birthdate").is_some());
    match (contacts.is_empty(), are_born.count()) {
        (true, 1..) => out.push_str(&format!("[[match]]\n{NAME_AND_BIRTH}")),
        // Within one source, contact details come from one system.
        (false, 2..) => {
            let contacts: Vec<String> = contacts.iter().map(|field| format!("\"{field}\"")).collect();
            out.push_str(
                "# For accounts that lack a contact detail; others of one name and birth date may be strangers.\n",
            );
            out.push_str(&format!("[[match]]\n{NAME_AND_BIRTH}unless_differ = [{}]\n", contacts.join(", ")));
        }
        (true, 0) => push_no_match_key(out, sections),
        _ => {}
    }
}

const NAME_AND_BIRTH: &str = "key = [\"given_name\", \"family_name\", \"birthdate\"]\n";

/// A configuration must have a key.
fn push_no_match_key(out: &mut String, sections: &[Section<'_>]) {
    out.push_str(
        "# Careful: there is neither e-mail address nor phone number, so this key matches nothing yet.\n\
         [[match]]\nkey = [\"email\"]\n",
    );
    let is_at_home = |section: &Section<'_>| section.guesses.in_force("address.postal_code").is_some();
    if sections.iter().any(|section| is_named(section) && is_at_home(section)) {
        out.push_str(
            "# unsure: two people of one name may have one postal code\n\
             # [[match]]\n# key = [\"given_name\", \"family_name\", \"address.postal_code\"]\n",
        );
    }
}

/// Whether the accounts of a source have given and family names.
fn is_named(section: &Section<'_>) -> bool {
    let has = |field: &str| section.guesses.in_force(field).is_some();
    has("full_name") || (has("given_name") && has("family_name"))
}
