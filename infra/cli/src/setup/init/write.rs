//! The configuration's text, with a reason on every line that was guessed.

use std::collections::BTreeMap;

use super::Seen;
use super::fields::{Guess, Guesses, Sureness, attribute_name, guess};
use super::sniff::{Format, Layout};

/// How many columns that are no field are named.
const OTHERS_MAX: usize = 30;

/// The text of a configuration for what was seen, and what to say about it.
pub fn configuration(seen: &[Seen]) -> (String, String) {
    let mut out = String::from(
        "#:schema ./onefold.schema.json\n\
         # Written by `onefold init` from a look at the first rows of each source. Lines say how sure they are: sure and\n\
         # likely ones are in force, unsure ones are comments.\n",
    );
    let mut summary = Vec::new();
    let mut fields = Vec::new();
    for source in seen {
        let guesses = guess(&source.name, &source.columns);
        push_source(&mut out, source, &guesses);
        let in_force = guesses.fields.iter().filter(|guess| guess.sureness > Sureness::Unsure);
        fields.extend(in_force.clone().map(|guess| guess.field.clone()));
        let unsure = guesses.fields.len() - in_force.clone().count();
        summary.push(format!(
            "{}: {} ({} rows of {} files looked at), {} fields, {unsure} unsure, {} columns not mapped",
            source.name,
            source.layout.format.name(),
            source.columns.rows,
            source.files,
            in_force.count(),
            guesses.others.len(),
        ));
    }
    let has = |field: &str| fields.iter().any(|known| known == field);
    push_normalisers(&mut out, &has);
    push_match_keys(&mut out, &has);
    out.push_str(
        "\n[guard]\n# A key that more accounts share is nobody's contact detail, and connects nothing.\n\
         max_accounts_per_key = 25\n\n[publish]\nmax_reject_ratio = 0.01       # more rejected rows fail a run\n\
         max_customer_drop_ratio = 0.2 # so does a loss of more customers\n",
    );
    (out, summary.join("\n"))
}

/// The start of a source's section: what says how its files are written.
pub fn source_head(name: &str, layout: &Layout) -> String {
    let Layout { format, is_windows_1252 } = layout;
    let mut out =
        format!("[[source]]\nname = {}\nkind = \"files\"\nformat = {}\n", quoted(name), quoted(format.name()));
    if let Format::Csv(delimiter) = format
        && !matches!(delimiter, b',' | b'\t')
    {
        out.push_str(&format!("delimiter = {}\n", quoted(&char::from(*delimiter).to_string())));
    }
    if *is_windows_1252 {
        out.push_str("encoding = \"windows-1252\" # likely: the bytes are not UTF-8\n");
    }
    out
}

fn push_source(out: &mut String, source: &Seen, guesses: &Guesses) {
    out.push_str(&format!("\n{}", source_head(&source.name, &source.layout)));
    if source.others > 0 {
        out.push_str(&format!("# Careful: {} of the files looked at are written in another way.\n", source.others));
    }
    push_region(out, source, guesses);
    out.push_str("\n[source.fields]\n");
    for guess in &guesses.fields {
        push_field(out, guess);
    }
    if !guesses.others.is_empty() {
        out.push_str("# Not mapped, so not read. What Onefold has no field for can be kept as an attribute:\n");
        let mut names: BTreeMap<String, u32> = BTreeMap::new();
        for pointer in guesses.others.iter().take(OTHERS_MAX) {
            let name = attribute_name(pointer);
            let number = names.entry(name.clone()).and_modify(|number| *number += 1).or_insert(1);
            let name = if *number == 1 { name } else { format!("{name}_{number}") };
            out.push_str(&format!("# \"attributes.{name}\" = {}\n", quoted(pointer)));
        }
        if let Some(more @ 1..) = guesses.others.len().checked_sub(OTHERS_MAX) {
            out.push_str(&format!("# … and {more} more\n"));
        }
    }
}

/// The country of phone numbers that do not say it.
fn push_region(out: &mut String, source: &Seen, guesses: &Guesses) {
    let column = |field: &str| {
        let guess = guesses.fields.iter().find(|guess| guess.field == field)?;
        source.columns.all.iter().find(|column| column.pointer == guess.pointer)
    };
    let Some(phones) = column("phone_number") else { return };
    let national = phones.values.iter().filter(|value| !value.starts_with('+') && !value.starts_with("00")).count();
    if national == 0 {
        return;
    }
    let mut countries: BTreeMap<&str, usize> = BTreeMap::new();
    for country in column("address.country").into_iter().flat_map(|column| &column.values) {
        *countries.entry(country).or_default() += 1;
    }
    let why = format!("{national} of {} phone numbers have no country's code", phones.values.len());
    match countries.into_iter().max_by_key(|(_, accounts)| *accounts) {
        Some((country, accounts)) if country.len() == 2 => {
            let why = format!("{why}; {accounts} accounts are in {country}");
            out.push_str(&format!("# unsure: {why}\n# region = {}\n", quoted(country)));
        }
        _ => out.push_str(&format!("# unsure: {why}, so they need their country\n# region = \"US\"\n")),
    }
}

fn push_field(out: &mut String, guess: &Guess) {
    let (word, mark) = match guess.sureness {
        Sureness::Sure => ("sure", ""),
        Sureness::Likely => ("likely", ""),
        Sureness::Unsure => ("unsure", "# "),
    };
    let name = if guess.field.contains('.') { quoted(&guess.field) } else { guess.field.clone() };
    let at = quoted(&guess.pointer);
    let value = match (guess.format, guess.split) {
        // What is assumed anyway need not be written.
        (Some("date"), _) if guess.field == "birthdate" => at,
        (Some(format), _) => format!("{{ at = {at}, as = {} }}", quoted(format)),
        (_, Some(split)) => format!("{{ at = {at}, split = {} }}", quoted(&split.to_string())),
        (None, None) => at,
    };
    out.push_str(&format!("# {word}: {}\n{mark}{name} = {value}\n", guess.why));
}

fn push_normalisers(out: &mut String, has: &impl Fn(&str) -> bool) {
    let has_name = has("full_name");
    let chains = [
        ("given_name", has("given_name") || has_name, "[\"trim\", \"capitalise\"]"),
        ("family_name", has("family_name") || has_name, "[\"trim\", \"capitalise\"]"),
        ("email", has("email"), "[\"trim\", \"lowercase\"] # one spelling for a mailbox"),
        ("phone_number", has("phone_number"), "\"digits\" # calling code and digits"),
        ("\"address.country\"", has("address.country"), "[\"trim\", \"uppercase\"]"),
    ];
    out.push_str("\n[normalise]\n");
    for (field, _, chain) in chains.into_iter().filter(|(_, is_there, _)| *is_there) {
        out.push_str(&format!("{field} = {chain}\n"));
    }
}

fn push_match_keys(out: &mut String, has: &impl Fn(&str) -> bool) {
    out.push_str("\n# Accounts that agree on a key are one customer.\n");
    let mut is_any = false;
    for field in ["email", "phone_number"].into_iter().filter(|field| has(field)) {
        out.push_str(&format!("[[match]]\nkey = [\"{field}\"]\n"));
        is_any = true;
    }
    if is_any {
        return;
    }
    let has_names = (has("given_name") && has("family_name")) || has("full_name");
    let together = ["birthdate", "address.postal_code"].into_iter().find(|field| has(field));
    match together.filter(|_| has_names) {
        Some(field) => out.push_str(&format!("[[match]]\nkey = [\"given_name\", \"family_name\", \"{field}\"]\n")),
        None => out.push_str(
            "# Careful: there is neither e-mail address nor phone number, so this key matches nothing yet.\n\
             [[match]]\nkey = [\"email\"]\n",
        ),
    }
}

/// A text as TOML has it: as JSON, but that the character 127 must be escaped too.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}
