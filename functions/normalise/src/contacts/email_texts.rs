//! The e-mail addresses in a text.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::Parts;
use crate::text::is_invisible;

/// The e-mail addresses that stand in a text: of `Anna <anna@x.de>`, `mailto:anna@x.de?subject=Hi`, `'anna@x.de'`,
/// `anna@x.de; a.weber@y.de`, `anna@x.de (old)` only the addresses.
///
/// Blanks, `; , / |`, line ends and brackets separate them. Invisible characters, blanks around the `@`, quotes around an
/// address and punctuation behind it are left out. A text without `@` stays whole.
#[inline]
pub fn emails(text: Cow<'_, str>) -> Parts<'_> {
    if is_one(&text) { Parts::one(text) } else { trimmed_or_parts(text) }
}

/// As [`emails`]. Most texts that are no bare address are one with blanks around it.
fn trimmed_or_parts(text: Cow<'_, str>) -> Parts<'_> {
    if let Cow::Borrowed(written) = text {
        let bare = written.trim_ascii();
        if bare.contains('@') && is_one(bare) {
            return Parts::one(Cow::Borrowed(bare));
        }
    }
    parts(text)
}

/// Whether a text is surely one address at most, and nothing has to be taken off.
#[inline]
fn is_one(text: &str) -> bool {
    let bytes = text.as_bytes();
    // Without an early exit, so that many bytes are compared at once.
    let (is_plain, ats) = bytes
        .iter()
        .fold((true, 0), |(all, ats), byte| (all & PLAIN[usize::from(*byte)], ats + usize::from(*byte == b'@')));
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return true };
    is_plain && ats < 2 && last.is_ascii_alphanumeric() && !matches!(first, b'\'' | b'`')
}

/// The bytes that are no part of anything around an address.
static PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let usual = b"!#$%&'*+-=?^_`{}~.@";
    let mut byte = 0;
    while byte < 128 {
        plain[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let mut place = 0;
    while place < usual.len() {
        plain[usual[place] as usize] = true;
        place += 1;
    }
    plain
};

#[cold]
fn parts(text: Cow<'_, str>) -> Parts<'_> {
    let seen: String = text.chars().filter(|letter| !is_invisible(*letter)).map(usual_letter).collect();
    if !seen.contains('@') {
        return Parts::one(text);
    }
    let seen = without_blanks_around_at(&seen);
    let mut found = Vec::new();
    for entry in entries(&seen) {
        match in_angle_brackets(entry) {
            Some(address) => add(address, &mut found),
            None => add(entry, &mut found),
        }
    }
    Parts::of(found, text)
}

fn usual_letter(letter: char) -> char {
    match letter {
        '＠' | '﹫' => '@',
        '＜' | '‹' => '<',
        '＞' | '›' => '>',
        '；' => ';',
        '，' | '、' => ',',
        '“' | '”' | '„' | '«' | '»' => '"',
        '‘' | '’' | '‚' => '\'',
        '\n' | '\r' => '\n',
        _ if letter.is_whitespace() => ' ',
        _ => letter,
    }
}

fn without_blanks_around_at(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for (number, part) in text.split('@').enumerate() {
        if number > 0 {
            joined.truncate(joined.trim_end_matches(' ').len());
            joined.push('@');
        }
        joined.push_str(if number > 0 { part.trim_start_matches(' ') } else { part });
    }
    joined
}

/// The entries of a list. A separator in quotes or in angle brackets is none.
fn entries(text: &str) -> Vec<&str> {
    let mut entries = Vec::new();
    let (mut start, mut is_quoted) = (0, false);
    // A quote that is never closed is no quote.
    let has_pairs = text.matches('"').count().is_multiple_of(2);
    for (place, letter) in text.char_indices() {
        match letter {
            '"' if has_pairs => is_quoted = !is_quoted,
            ';' | ',' | '|' | '\n' if !is_quoted => {
                entries.push(&text[start..place]);
                start = place + 1;
            }
            _ => {}
        }
    }
    entries.push(&text[start..]);
    entries
}

/// The text in the last angle brackets of an entry that have an `@`.
fn in_angle_brackets(entry: &str) -> Option<&str> {
    let start = entry.rfind('<')?;
    let inner = entry[start + 1..].split('>').next()?;
    inner.contains('@').then_some(inner)
}

/// Adds the addresses of an entry.
fn add(entry: &str, found: &mut Vec<String>) {
    // A local part in quotes may have anything in it (RFC 5322).
    if let Some(at) = entry.find("\"@") {
        let start = entry[..at].rfind('"').unwrap_or(0);
        found.push(entry[start..].trim().to_owned());
        return;
    }
    let words = entry.split([' ', '(', ')', '[', ']', '<', '>', '"']).flat_map(between_slashes);
    found.extend(words.filter(|word| word.contains('@')).map(address).filter(|address| !address.is_empty()));
}

/// The texts between slashes, if all of them are addresses: a local part may have a slash.
fn between_slashes(word: &str) -> Vec<&str> {
    let are_addresses = word.contains('/') && word.split('/').all(|part| part.contains('@'));
    if are_addresses { word.split('/').collect() } else { vec![word] }
}

/// An address without `mailto:` (RFC 6068), quotes around it and punctuation behind it.
fn address(word: &str) -> String {
    let word = word.trim_matches(['\'', '`', '"']);
    let bare = match scheme_end(word) {
        Some(end) => {
            let address = word[end..].split('?').next().unwrap_or_default();
            percent_decode_str(address).decode_utf8_lossy().into_owned()
        }
        None => word.to_owned(),
    };
    bare.trim_start_matches(['\'', ':', '/'])
        .trim_end_matches(['.', ';', ',', ':', '!', '?', '\'', '/', '-', '_'])
        .to_owned()
}

/// Where a scheme or label in front of an address ends: `mailto:`, `E-Mail:`.
fn scheme_end(word: &str) -> Option<usize> {
    let colon = word.find(':')?;
    let at = word.find('@')?;
    (colon < at).then_some(colon + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        emails(Cow::Borrowed(text)).into_iter().map(Cow::into_owned).collect()
    }

    #[test]
    fn only_the_address_is_left() {
        for text in [
            "Anna Weber <anna@x.de>",
            "\"Weber, Anna\" <anna@x.de>",
            "Weber, Anna <anna@x.de>",
            "\"anna@y.de\" <anna@x.de>",
            "<anna@x.de>",
            "Anna Weber anna@x.de",
            "mailto:anna@x.de",
            "MAILTO:anna@x.de?subject=Hi%20there",
            "<mailto:anna@x.de>",
            "E-Mail: anna@x.de",
            "'anna@x.de'",
            "`anna@x.de`",
            " `anna@x.de",
            "\"anna@x.de\"",
            "„anna@x.de“",
            "anna@x.de.",
            "anna@x.de;",
            "anna@x.de,",
            " anna@x.de ",
            "\u{a0}anna@x.de\u{a0}",
            "anna@x.de (old)",
            "anna@x.de [privat]",
            "[anna@x.de](mailto:anna@x.de)",
            "anna @x.de",
            "anna@ x.de",
            "anna＠x.de",
            "anna\u{200b}@x.de",
            "\u{feff}anna@x.de\u{202c}",
            "an\u{ad}na@x.\u{2060}de\u{7f}",
            "anna@x.de; anna@x.de",
            "n/a, anna@x.de",
        ] {
            assert_eq!(of(text), ["anna@x.de"], "{text:?}");
        }
        // RFC 6068, section 6.1.
        assert_eq!(of("mailto:gorby%25kremvax@example.com"), ["gorby%kremvax@example.com"]);
        assert_eq!(of("mailto:unlikely%3Faddress@example.com?blat=foop"), ["unlikely?address@example.com"]);
    }

    #[test]
    fn several_addresses_are_taken_apart() {
        for text in [
            "anna@x.de; bob@y.de",
            "anna@x.de;bob@y.de;",
            "anna@x.de, bob@y.de",
            "anna@x.de bob@y.de",
            "anna@x.de / bob@y.de",
            "anna@x.de/bob@y.de",
            "anna@x.de | bob@y.de",
            "anna@x.de\nbob@y.de",
            "anna@x.de oder bob@y.de",
            "anna@x.de und Bob <bob@y.de>",
            "Anna <anna@x.de>, \"Bob, der\" <bob@y.de>",
            "mailto:anna@x.de,bob@y.de",
            "anna@x.de (bob@y.de)",
        ] {
            assert_eq!(of(text).last().map(String::as_str), Some("bob@y.de"), "{text:?}");
        }
        assert_eq!(of("anna@x.de; Bob <bob@y.de> / c@z.de"), ["anna@x.de", "bob@y.de"]);
    }

    #[test]
    fn what_is_one_address_or_none_stays_as_it_is() {
        for text in [
            "",
            "anna@x.de",
            "Anna.Weber+shop@X.DE",
            "o'neil@x.de",
            "ulf.@x.de",
            "jürgen@x.de",
            "vera@müller.de",
            "\"john doe\"@x.de",
            "a/b@x.de",
            "none",
            "n/a",
            "anna at x.de",
            "xaver@@x.de",
        ] {
            assert_eq!(of(text), [text], "{text:?}");
        }
        assert_eq!(of("bodo@x,de"), ["bodo@x"]);
        for text in ["o'neil@x.de", " anna@x.de\n"] {
            assert!(matches!(emails(Cow::Borrowed(text)).first, Cow::Borrowed(_)), "{text:?}");
        }
    }
}
