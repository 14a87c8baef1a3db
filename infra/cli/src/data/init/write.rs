//! Writes the configuration, with a reason for every guessed line.

mod rules;
mod scores;

use std::collections::BTreeMap;

use onefold_config::Config;
use rules::push_rules;
use scores::declarations;

use super::fields::{FieldGuess, FieldGuesses, Sureness, Written, guess};
use super::look::{SeenFiles, SeenSource};
use super::phones::{self, Phones};
use super::sniff::{GuessedFormat, GuessedLayout};
use crate::table::plural;

/// How many columns without a field are named.
const OTHERS_MAX: usize = 30;

/// A configuration that was guessed.
#[derive(Debug)]
pub struct Guessed {
    /// Its text, which is valid if any source is in force.
    pub text: String,
    /// The text to print: a line for each source, with what is open.
    pub summary: String,
    /// The number of sources that are left out.
    pub left_out: usize,
}

/// Writes a configuration for sources.
pub fn configuration(seen: &[SeenSource]) -> Guessed {
    let mut text = String::from(
        "#:schema ./onefold.schema.json\n\
         # Written by `onefold init` from a look at the first rows of each source. Lines say how sure they are: sure and\n\
         # likely ones are in force, unsure ones are comments.\n",
    );
    let (mut summary, mut in_force) = (Vec::new(), Vec::new());
    for source in seen {
        match section(source) {
            Ok(section) => {
                text.push_str(&section.text);
                summary.extend(section.summary());
                in_force.push(section);
            }
            Err(LeftOut { why, text: proposal }) => {
                let told = one_line(&format!("{}: left out, as {why}", source.name));
                text.push_str(&format!("\n# {told}\n{proposal}"));
                summary.push(told);
            }
        }
    }
    push_rules(&mut text, &in_force);
    if in_force.is_empty() {
        summary.push("no source is in force, so there is nothing to run yet".to_owned());
    }
    let left_out = seen.len() - in_force.len();
    Guessed { text, summary: summary.join("\n"), left_out }
}

/// The section of a source.
struct Section<'s> {
    seen: &'s SeenSource,
    look: &'s SeenFiles,
    guesses: FieldGuesses,
    phones: Option<Phones>,
    text: String,
}

/// A source whose guesses are too doubtful for a run.
struct LeftOut {
    /// Why it is left out, and what to do.
    why: String,
    /// Its section as a comment.
    text: String,
}

/// The section of a source, unless it is left out.
fn section(source: &SeenSource) -> Result<Section<'_>, LeftOut> {
    let left_out = |why: String| LeftOut { why, text: String::new() };
    let look = source.look.as_ref().map_err(|why| left_out(why.clone()))?;
    let guesses = guess(&source.name, &look.columns);
    let phones = phones::look(&look.columns, &guesses);
    let mut text = source_head(&source.name, &look.layout);
    push_cautions(&mut text, source, look);
    push_region(&mut text, phones.as_ref());
    text.push_str("# unique_persons = true # if no two accounts of it are one person's\n");
    text.push_str("\n[source.fields]\n");
    if guesses.in_force("id").is_none() {
        push_fields(&mut text, &guesses, true);
        let why = why_without_id(source, &guesses);
        let what_to_do = "write where its id is, and take the marks away";
        return Err(LeftOut { why: format!("{why}; {what_to_do}"), text: commented(&text) });
    }
    push_fields(&mut text, &guesses, false);
    // A name or pointer that the configuration refuses leaves out this source, not all of them.
    match Config::parse(&(text.clone() + &declarations([&guesses]))) {
        Ok(_) => Ok(Section { seen: source, look, guesses, phones, text: format!("\n{text}") }),
        Err(faults) => {
            let faults: Vec<String> = faults.0.into_iter().map(|fault| fault.message).collect();
            Err(LeftOut { why: faults.join("; "), text: commented(&text) })
        }
    }
}

/// The reason why a source has no id.
fn why_without_id(source: &SeenSource, guesses: &FieldGuesses) -> String {
    match guesses.fields.iter().find(|guess| guess.field == "id") {
        Some(guess) => format!("no column tells its rows apart ({}: {})", guess.pointer, guess.why),
        None => format!("no column of landing/{}/ tells its rows apart", source.name),
    }
}

/// A text without control characters, which a comment of TOML must not hold. Names of files and columns may have them.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// A text as a comment, line by line.
fn commented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "#\n".to_owned() } else { format!("# {line}\n") }).collect()
}

impl Section<'_> {
    /// The lines to print about the source.
    fn summary(&self) -> Vec<String> {
        let fields = self.guesses.fields.iter().filter(|guess| guess.sureness > Sureness::Unsure).count();
        let mut lines = vec![format!(
            "{}: {} ({} of {} looked at), {}, {} unsure, {} not mapped",
            self.seen.name,
            self.look.layout.format.name(),
            plural(self.look.columns.rows, "row"),
            plural(self.seen.files, "file"),
            plural(fields, "field"),
            self.guesses.fields.len() - fields,
            plural(self.guesses.others.len(), "column"),
        )];
        if let Some(phones) = self.phones.as_ref().filter(|phones| phones.lack_region()) {
            lines.push(format!("  {}; write region", without_country(phones)));
        }
        let proposed = self.guesses.fields.iter().filter(|guess| guess.sureness == Sureness::Unsure);
        let of_contacts = proposed.filter(|guess| matches!(guess.field.as_str(), "email" | "phone_number"));
        lines.extend(
            of_contacts.map(|guess| format!("  {} is only proposed and not read yet: {}", guess.field, guess.why)),
        );
        lines
    }
}

/// The start of a source's section: its name, format, delimiter and encoding.
pub fn source_head(name: &str, layout: &GuessedLayout) -> String {
    let format = &layout.format;
    let mut out =
        format!("[[source]]\nname = {}\nkind = \"files\"\nformat = {}\n", quoted(name), quoted(format.name()));
    match format {
        GuessedFormat::Csv(delimiter) if !matches!(delimiter, b',' | b'\t') => {
            out.push_str(&format!("delimiter = {}\n", quoted(&char::from(*delimiter).to_string())));
        }
        GuessedFormat::Json(items) if !items.is_empty() => {
            out.push_str(&format!("items = {} # likely: it is the longest array of objects\n", quoted(items)));
        }
        _ => {}
    }
    if layout.is_windows_1252() {
        out.push_str("encoding = \"windows-1252\" # likely: the bytes are not UTF-8\n");
    }
    out
}

/// Writes comments on what a run would refuse or not read.
fn push_cautions(out: &mut String, source: &SeenSource, look: &SeenFiles) {
    let mut say = |words: String| out.push_str(&format!("# Careful: {words}.\n"));
    source.faults.iter().for_each(|fault| say(one_line(fault)));
    if source.others > 0 {
        say(format!("{} of the files looked at are written in another way", source.others));
    }
    if look.layout.broken > 0 && !look.layout.is_windows_1252() {
        let places = plural(look.layout.broken, "place");
        say(format!("in {places} the text is not UTF-8, unlike the rest; such rows are refused"));
    }
    if look.columns.refused > 0 {
        let rows = look.columns.rows + look.columns.refused;
        say(format!(
            "{} of {rows} rows looked at cannot be read; `onefold try {}` says why",
            look.columns.refused, source.name
        ));
    }
}

/// Writes the country of phone numbers without a calling code.
fn push_region(out: &mut String, phones: Option<&Phones>) {
    let Some(phones) = phones.filter(|phones| phones.homeless > 0) else { return };
    let why = without_country(phones);
    let Some(guess) = &phones.region else {
        out.push_str(&format!("# unsure: {why}\n# region = \"…\" # their country, such as \"DE\"\n"));
        return;
    };
    let (word, mark) = if phones.lack_region() { ("unsure", "# ") } else { ("likely", "") };
    out.push_str(&format!("# {word}: {why}; {}\n{mark}region = {}\n", guess.why, quoted(&guess.region)));
}

fn without_country(phones: &Phones) -> String {
    let Phones { all, homeless, .. } = phones;
    format!("{homeless} of {all} phone numbers have no calling code and no country, so they would be dropped")
}

/// Writes the fields, each with its reason, and the columns without a field. If the section `is_left_out`, all of it becomes
/// a comment, so the id is written as if it were in force.
fn push_fields(out: &mut String, guesses: &FieldGuesses, is_left_out: bool) {
    if is_left_out && guesses.fields.iter().all(|guess| guess.field != "id") {
        out.push_str("# unsure: a column that every row has, each row another value, and that no two people share\nid = \"/…\"\n");
    }
    for guess in &guesses.fields {
        push_field(out, guess, is_left_out && guess.field == "id");
    }
    push_others(out, &guesses.others);
}

fn push_field(out: &mut String, guess: &FieldGuess, is_written: bool) {
    let (word, mark) = match guess.sureness {
        Sureness::Sure => ("sure", ""),
        Sureness::Likely => ("likely", ""),
        Sureness::Unsure => ("unsure", if is_written { "" } else { "# " }),
    };
    let name = if guess.field.contains('.') { quoted(&guess.field) } else { guess.field.clone() };
    let at = match &guess.also[..] {
        [] => quoted(&guess.pointer),
        also => {
            let all: Vec<String> = std::iter::once(&guess.pointer).chain(also).map(|pointer| quoted(pointer)).collect();
            format!("[{}]", all.join(", "))
        }
    };
    let value = match &guess.written {
        // `date` is the default of birthdate.
        Written::In("date") if guess.field == "birthdate" => at,
        Written::In(format) => format!("{{ at = {at}, as = {} }}", quoted(format)),
        Written::SplitBy(split) => format!("{{ at = {at}, split = {} }}", quoted(&split.to_string())),
        Written::Equal(text) => format!("{{ at = {at}, equals = {} }}", quoted(text)),
        Written::Plainly => at,
    };
    out.push_str(&format!("# {word}: {}\n{mark}{name} = {value}\n", guess.why));
}

fn push_others(out: &mut String, others: &[String]) {
    if others.is_empty() {
        return;
    }
    out.push_str("# Not mapped, so not read. What Onefold has no field for can be kept as an attribute:\n");
    let mut names: BTreeMap<String, u32> = BTreeMap::new();
    for pointer in others.iter().take(OTHERS_MAX) {
        let name = attribute_name(pointer);
        let number = names.entry(name.clone()).and_modify(|number| *number += 1).or_insert(1);
        let name = if *number == 1 { name } else { format!("{name}_{number}") };
        out.push_str(&format!("# \"attributes.{name}\" = {}\n", quoted(pointer)));
    }
    if let Some(more @ 1..) = others.len().checked_sub(OTHERS_MAX) {
        out.push_str(&format!("# … and {more} more\n"));
    }
}

/// The name of an attribute for a column: its last name in small letters, digits and `_`.
fn attribute_name(pointer: &str) -> String {
    let last = pointer.rsplit('/').next().unwrap_or_default();
    let name: String = last
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' })
        .collect();
    if name.is_empty() { "value".to_owned() } else { name }
}

/// A text in TOML's quotes: as in JSON, but character 127 is escaped as well.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}
