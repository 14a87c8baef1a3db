//! Writes how accounts are matched: fields that identify a person, [score], and a rule as a comment.

use super::Section;
use crate::data::init::fields::{FieldGuesses, Sureness};
use crate::data::init::identifiers::is_identifier;

/// Fields that speak for a person by themselves. Without two of them hardly anybody can be found.
const TELLING: [&str; 5] = ["email", "phone_number", "birthdate", "address.street_address", "full_name"];

const SCORE: &str = "
# Accounts that are likely one person's become one customer. How likely is learnt from the accounts; nothing must be set.
[score]
# threshold = 0          # in bits: 0 links what is more likely one person than not; each bit more doubles the odds
# min_precision = 0.99   # instead of threshold: so large a share of the links is expected to be right
# without = [\"organization\"] # fields that are not compared
# model = \"20261122T174600Z-1a2b3c4d\" # the run whose model is used; if not given, that of the previous version
";

/// Declares the identifiers of some sources; what is only proposed becomes a comment.
pub fn declarations<'g>(all: impl IntoIterator<Item = &'g FieldGuesses>) -> String {
    let guesses = all.into_iter().flat_map(|guesses| &guesses.fields).filter(|guess| is_identifier(&guess.field));
    let mut found: Vec<(&str, bool)> =
        guesses.map(|guess| (guess.field.as_str(), guess.sureness > Sureness::Unsure)).collect();
    // A field that one source has for certain is declared, even if another one only may have it.
    found.sort_by_key(|(field, is_in_force)| (*field, !is_in_force));
    found.dedup_by_key(|(field, _)| *field);
    let declared = |(field, is_in_force): (&str, bool)| {
        let mark = if is_in_force { "" } else { "# " };
        format!("\n{mark}[field.{field}]\n{mark}identifier = true\n")
    };
    found.into_iter().map(declared).collect()
}

/// Writes the section of scores, and how a rule is added.
pub fn push_scores(out: &mut String, sections: &[Section<'_>]) {
    let has = |field: &str| sections.iter().any(|section| section.guesses.in_force(field).is_some());
    let identifiers = declarations(sections.iter().map(|section| &section.guesses));
    if !identifiers.is_empty() {
        out.push_str("\n# Numbers that one person has alone.");
        out.push_str(&identifiers);
    }
    let names = usize::from(has("given_name") && has("family_name"));
    let telling = TELLING.into_iter().filter(|field| has(field)).count() + names;
    if telling < 2 && identifiers.is_empty() {
        out.push_str(
            "\n# Careful: there is too little in these sources to tell persons by. See what `onefold try` compares.",
        );
    }
    out.push_str(SCORE);
    push_rule(out, &has);
}

/// Shows a rule that fits the fields.
fn push_rule(out: &mut String, has: &impl Fn(&str) -> bool) {
    out.push_str(
        "\n# A rule joins accounts for certain, beside scores. Without [score] rules alone decide. For example:\n",
    );
    let key = ["email", "phone_number"].into_iter().find(|field| has(field)).unwrap_or("email");
    out.push_str(&format!("# [[match]]\n# key = \"{key}\"\n"));
    // Two people may share an address, and one may go by a nickname.
    let differs = [
        ("given_name", "{ field = \"given_name\", as = [\"ascii\", \"nickname\"] }"),
        ("full_name", "{ field = \"given_name\", as = [\"ascii\", \"nickname\"] }"),
        ("birthdate", "\"birthdate\""),
    ];
    let mut differs: Vec<&str> = differs.iter().filter(|(field, _)| has(field)).map(|(_, value)| *value).collect();
    differs.dedup();
    if !differs.is_empty() {
        out.push_str(&format!("# unless_differ = [{}] # people who share it stay apart\n", differs.join(", ")));
    }
}
