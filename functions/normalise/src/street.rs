//! Streets and house numbers without abbreviations and punctuation, for comparing.

use std::borrow::Cow;

use super::casefold::fold;
use super::table::look_up;
use super::text::ascii;
use super::word_filter::WordFilter;

/// Words of addresses: how they are read, and the one form of all their spellings. The abbreviations are libpostal's
/// (MIT).
const WORDS: &str = include_str!("tables/street_words.tsv");
static FILTER: WordFilter = WordFilter::of_table(WORDS.as_bytes());

/// Ends of words that are types of streets, their one form, and whether they are so only with a dot behind them.
const TYPE_ENDS: [(&str, &str, bool); 17] = [
    ("strasse", "st", false),
    ("strase", "st", false),
    ("straat", "st", false),
    ("str", "st", false),
    ("platz", "pl", false),
    ("pl", "pl", true),
    ("allee", "all", false),
    ("plein", "plein", false),
    ("pln", "plein", true),
    ("laan", "ln", false),
    ("ln", "ln", true),
    ("gracht", "gracht", false),
    ("gr", "gracht", true),
    ("kade", "kade", false),
    ("kd", "kade", true),
    ("dijk", "dijk", false),
    ("dk", "dijk", true),
];

/// A street and a house number in one form: `12 Main St, Apt. 4` and `12 MAIN STREET #4` become `12 main st # 4`,
/// `Lindenstraße 7` and `Lindenstr. 7` become `linden st 7`.
pub(super) fn street(value: Cow<'_, str>) -> Cow<'_, str> {
    let folded = folded(&value);
    let words = joined(words(&folded));
    let mut street: Vec<Cow<'_, str>> = Vec::with_capacity(words.len() + 2);
    let mut is_named = false;
    for (at, word) in words.iter().enumerate() {
        push(&mut street, &word.text, word.has_dot, words.get(at + 1), is_named);
        is_named |= word.is_name();
    }
    join_house_letter(&mut street);
    let street = street.join(" ");
    if street == value { value } else { Cow::Owned(street) }
}

/// In lower case ASCII, without apostrophes.
fn folded(value: &str) -> String {
    if value.is_ascii() {
        let letters = value.bytes().filter(|byte| !matches!(byte, b'\'' | b'`'));
        return letters.map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    }
    // A degree sign stands for º: `n° 7`.
    ascii(fold(Cow::Owned(value.replace('°', "º")))).to_ascii_lowercase().replace('\'', "")
}

/// How a word of addresses is read, and its one form.
fn reading(word: &str) -> Option<(&'static str, &'static str)> {
    let reading = entry(word)?.split('\t').next()?;
    Some(reading.split_once(' ').unwrap_or((reading, "")))
}

/// What the table has of a word.
fn entry(word: &str) -> Option<&'static str> {
    let may_be_there = !word.is_empty() && FILTER.may_have(word.as_bytes());
    if may_be_there { look_up(WORDS, word) } else { None }
}

/// A word of an address.
#[derive(Debug)]
struct Word<'t> {
    text: Cow<'t, str>,
    /// Whether a dot is behind it.
    has_dot: bool,
    /// Whether the next word follows that dot without a blank: `v.le`.
    is_glued: bool,
}

impl Word<'_> {
    fn is_name(&self) -> bool {
        self.text.bytes().any(|byte| byte.is_ascii_alphabetic())
    }

    fn starts_with_digit(&self) -> bool {
        self.text.starts_with(|letter: char| letter.is_ascii_digit())
    }

    /// Whether an apartment's number can begin here.
    fn is_number(&self) -> bool {
        let is_sign = self.text == "#" || reading(&self.text).is_some_and(|(kind, _)| kind == "number");
        is_sign || self.starts_with_digit() || self.text.len() == 1
    }
}

/// The words of a text in lower case ASCII: letters and digits. Letters and digits behind them are two words, digits and
/// letters behind them one.
fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut start = 0;
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let is_part = byte.is_ascii_alphanumeric();
        let is_number_behind = byte.is_ascii_digit() && at > start && bytes[at - 1].is_ascii_alphabetic();
        if is_part && !is_number_behind {
            continue;
        }
        push_word(&mut words, &text[start..at], bytes.get(at..).unwrap_or_default());
        if *byte == b'#' {
            words.push(Word { text: Cow::Borrowed("#"), has_dot: false, is_glued: false });
        }
        start = if is_part { at } else { at + 1 };
    }
    push_word(&mut words, &text[start..], &[]);
    words
}

/// Adds a word, unless it is empty; `behind` is what follows it.
fn push_word<'t>(words: &mut Vec<Word<'t>>, text: &'t str, behind: &[u8]) {
    if text.is_empty() {
        return;
    }
    let has_dot = behind.first() == Some(&b'.');
    let is_glued = has_dot && behind.get(1).is_some_and(u8::is_ascii_alphabetic);
    words.push(Word { text: Cow::Borrowed(text), has_dot, is_glued });
}

/// The words, where two around a dot are one if that is a word of addresses: `v.le`.
fn joined(words: Vec<Word<'_>>) -> Vec<Word<'_>> {
    let mut joined: Vec<Word<'_>> = Vec::with_capacity(words.len());
    for word in words {
        if let Some(before) = joined.last_mut().filter(|before| before.is_glued) {
            let both = [&*before.text, &*word.text].concat();
            if entry(&both).is_some() {
                *before = Word { text: Cow::Owned(both), ..word };
                continue;
            }
        }
        joined.push(word);
    }
    joined
}

/// Adds a word in its one form.
fn push<'w>(street: &mut Vec<Cow<'w, str>>, word: &'w str, has_dot: bool, next: Option<&Word<'_>>, is_named: bool) {
    let form = match reading(word) {
        Some(("type", form)) => form,
        Some(("first", form)) if !is_named => form,
        Some(("number", _)) if next.is_some_and(Word::starts_with_digit) => return,
        Some(("unit", _)) if next.is_some_and(Word::is_number) => "#",
        Some(("unit", form)) if !form.is_empty() => form,
        _ => return push_name(street, word, has_dot),
    };
    let is_repeated = form == "#" && street.last().is_some_and(|last| last == "#");
    if !form.is_empty() && !is_repeated {
        street.push(Cow::Borrowed(form));
    }
}

/// Adds a word that is a name; a type of street at its end is a word of its own.
fn push_name<'w>(street: &mut Vec<Cow<'w, str>>, word: &'w str, has_dot: bool) {
    const SHORTEST_NAME: usize = 2;
    let end = TYPE_ENDS.into_iter().find_map(|(end, form, needs_dot)| {
        // Most words have another letter at the end, which is quick to see.
        let has_last = word.as_bytes().last() == end.as_bytes().last();
        let name = has_last.then(|| word.strip_suffix(end))?.filter(|name| name.len() >= SHORTEST_NAME)?;
        (!needs_dot || has_dot).then_some((name, form))
    });
    match end {
        Some((name, form)) => {
            push(street, name, false, None, true);
            street.push(Cow::Borrowed(form));
        }
        None if word == "#" && street.last().is_some_and(|last| last == "#") => {}
        None => street.push(Cow::Borrowed(word)),
    }
}

/// Joins a number and the letter behind it, at the end or before an apartment: `12 a` becomes `12a`.
fn join_house_letter(street: &mut Vec<Cow<'_, str>>) {
    let mut at = 1;
    while at < street.len() {
        let is_letter =
            street[at].len() == 1 && street[at] != "#" && !street[at].bytes().all(|byte| byte.is_ascii_digit());
        let is_behind_number = street[at - 1].bytes().all(|byte| byte.is_ascii_digit());
        let is_at_end = street.get(at + 1).is_none_or(|next| next == "#");
        if is_letter && is_behind_number && is_at_end {
            let letter = street.remove(at);
            street[at - 1].to_mut().push_str(&letter);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table;

    fn of(text: &str) -> String {
        street(Cow::Borrowed(text)).into_owned()
    }

    fn check_same(expected: &str, spellings: &[&str]) {
        for spelling in spellings {
            assert_eq!(of(spelling), expected, "{spelling}");
        }
        assert_eq!(of(expected), expected);
    }

    #[test]
    fn the_table_is_sound() {
        assert!(table::is_sound(WORDS));
        for line in WORDS.lines() {
            let mut columns = line.split('\t');
            let (_, reading) = (columns.next(), columns.next().unwrap());
            let kind = reading.split(' ').next().unwrap();
            assert!(["type", "first", "unit", "number"].contains(&kind), "{line}");
            assert!(columns.next().is_some_and(|languages| languages.len() >= 2), "{line}");
        }
    }

    #[test]
    fn one_address_has_one_form() {
        check_same(
            "12 main st # 4",
            &[
                "12 Main St Apt 4",
                "12 Main Street #4",
                "12 MAIN ST, APT. 4",
                "12 Main St., Unit No. 4",
                "12 Main St Apt #4",
                "12 Main St Suite4",
            ],
        );
        check_same(
            "linden st 7",
            &[
                "Lindenstraße 7",
                "Lindenstr. 7",
                "LINDENSTRASSE 7",
                "Lindenstr.7",
                "Linden-Straße 7",
                "Lindenstr. Nr. 7",
            ],
        );
        check_same("berliner st 12a", &["Berliner Straße 12a", "Berliner Str. 12 A", "Berlinerstr. 12 a"]);
        check_same("markt pl 1", &["Marktplatz 1", "Marktpl. 1", "Markt-Platz 1"]);
        check_same("# 2 8 high rd", &["Flat 2, 8 High Rd", "flat 2 8 High Road"]);
        check_same("5th ave e", &["5th Ave. East", "Fifth Avenue E"]);
        check_same("12 st john st", &["12 St John St", "12 Saint John Street", "12 St. John St."]);
        check_same("8 oconnell st", &["8 O'Connell St", "8 O’Connell Street"]);
        check_same("5 rue victor hugo", &["5 rue Victor-Hugo", "5, Rue Victor Hugo"]);
        check_same("5 ave foch # 3", &["5 av. Foch, appt 3", "5 avenue Foch app. 3"]);
        check_same("3 blvd st michel", &["3 bd Saint-Michel", "3 Boulevard St. Michel"]);
        check_same("calle mayor 5", &["C/ Mayor 5", "C. Mayor, 5", "Calle Mayor nº 5", "Calle Mayor n° 5"]);
        check_same("ave de la paz 7", &["Avda. de la Paz, 7", "Av. de la Paz 7", "Avenida de la Paz 7"]);
        check_same("via roma 3", &["Via Roma, 3", "V. Roma 3"]);
        check_same("viale monza 9", &["V.le Monza 9", "Viale Monza 9"]);
        check_same("pl garibaldi 2", &["P.za Garibaldi 2", "Piazza Garibaldi, 2"]);
        check_same("corso como 1", &["C.so Como 1", "Corso Como, 1"]);
        check_same("kerk st 4", &["Kerkstraat 4", "Kerkstr. 4"]);
        check_same("juliana ln 4", &["Julianalaan 4", "Julianaln. 4"]);
        check_same("rue augusta 10", &["Rua Augusta, 10", "R. Augusta nº 10"]);
        check_same("dluga 5 # 2", &["ul. Długa 5 lok. 2", "Długa 5 lok 2", "Ulica Długa 5, mieszkanie 2"]);
        check_same("al jana pawla 3", &["al. Jana Pawła 3", "Aleja Jana Pawła 3"]);
    }

    #[test]
    fn two_addresses_have_two_forms() {
        for (left, right) in [
            ("12 Main St Apt 4", "12 Main St Apt 5"),
            ("12 Main St", "12 Main Ave"),
            ("12 Main St", "1 2 Main St"),
            ("Lindenstr. 7", "Lindenstr. 7a"),
            ("Lindenstr. 7", "Lindenplatz 7"),
            ("Via Roma 1", "Viale Roma 1"),
            ("12 N Main St", "12 S Main St"),
            ("Apartado 4", "Unit 4"),
        ] {
            assert_ne!(of(left), of(right), "{left}");
        }
        assert_eq!(of("-"), "");
    }
}
