//! The keys by which accounts find rows of tables.

use std::borrow::Cow;
use std::fmt::Write;

use onefold_config::{Enrich, Hash, Lookup};
use onefold_identity::account::Account;
use sha2::{Digest, Sha256};

/// Separates the parts of a key of several fields: the unit separator of ASCII.
const SEPARATOR: char = '\u{1f}';

/// Why a row has no key.
pub(super) enum KeyFault {
    Empty,
    HasSeparator,
    NoDigest,
}

/// The key of an account; `None` if it lacks one of the values.
pub(super) fn of_account<'k>(lookup: &Enrich, account: &'k Account<'_>) -> Option<Cow<'k, str>> {
    let [only] = lookup.on.as_slice() else {
        return joined(lookup, account).map(Cow::Owned);
    };
    let value = value(only, account)?;
    let value = match lookup.prefix {
        Some(characters) => prefix(value, characters),
        None => value,
    };
    let value = folded(lookup, value);
    Some(match lookup.hash {
        Some(Hash::Sha256) => Cow::Owned(sha256(&value)),
        None => value,
    })
}

fn joined(lookup: &Enrich, account: &Account<'_>) -> Option<String> {
    let mut key = String::new();
    for (number, on) in lookup.on.iter().enumerate() {
        let mut value = value(on, account)?;
        if number > 0 {
            key.push(SEPARATOR);
        }
        if let Some(characters) = lookup.prefix
            && number + 1 == lookup.on.len()
        {
            value = prefix(value, characters);
        }
        // No row has such a key, and it must not equal another one.
        if value.contains(SEPARATOR) {
            return None;
        }
        key.push_str(&folded(lookup, value));
    }
    Some(key)
}

/// The key of a row of the table, from its cells.
pub(super) fn of_row<'r>(lookup: &Enrich, cells: &[&'r str]) -> Result<Cow<'r, str>, KeyFault> {
    if cells.iter().any(|cell| cell.trim().is_empty()) {
        return Err(KeyFault::Empty);
    }
    let [only] = cells else {
        if cells.iter().any(|cell| cell.contains(SEPARATOR)) {
            return Err(KeyFault::HasSeparator);
        }
        let parts: Vec<Cow<'_, str>> = cells.iter().map(|cell| folded(lookup, Cow::Borrowed(*cell))).collect();
        return Ok(Cow::Owned(parts.join(&SEPARATOR.to_string())));
    };
    match lookup.hash {
        None => Ok(folded(lookup, Cow::Borrowed(*only))),
        Some(Hash::Sha256) if only.len() == 64 && only.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            Ok(Cow::Owned(only.to_ascii_lowercase()))
        }
        Some(Hash::Sha256) => Err(KeyFault::NoDigest),
    }
}

/// The text of a value. Attributes are JSON: a string gives its text, a number or a boolean is taken as written.
fn value<'k>(on: &Lookup, account: &'k Account<'_>) -> Option<Cow<'k, str>> {
    match on {
        Lookup::Text(field) => account.text(*field).map(Cow::Borrowed),
        Lookup::Attribute(name) => {
            let (_, json) = account.attributes.iter().find(|(known, _)| known == name)?;
            match json.as_bytes().first()? {
                b'"' => match json.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
                    Some(text) if !text.contains('\\') => Some(Cow::Borrowed(text)),
                    _ => serde_json::from_str(json).ok().map(Cow::Owned),
                },
                b'{' | b'[' | b'n' => None,
                _ => Some(Cow::Borrowed(json)),
            }
        }
    }
}

/// The first characters of a text, without blanks behind them: of `M1 1AE` the first three are `M1`.
fn prefix(value: Cow<'_, str>, characters: usize) -> Cow<'_, str> {
    let end = value.char_indices().nth(characters).map_or(value.len(), |(position, _)| position);
    match value {
        Cow::Borrowed(value) if end < value.len() => Cow::Borrowed(value[..end].trim_end()),
        Cow::Owned(value) if end < value.len() => Cow::Owned(value[..end].trim_end().to_owned()),
        whole => whole,
    }
}

fn folded<'t>(lookup: &Enrich, text: Cow<'t, str>) -> Cow<'t, str> {
    if lookup.ignore_case { Cow::Owned(text.trim().to_lowercase()) } else { text }
}

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string does not fail.
        _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_fips_180_4() {
        assert_eq!(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn a_prefix_counts_characters_and_ends_before_blanks() {
        let cases = [("M1 1AE", 3, "M1"), ("SW1A 1AA", 4, "SW1A"), ("0", 3, "0"), ("Jürg", 2, "Jü"), ("M1 ", 3, "M1 ")];
        for (text, characters, expected) in cases {
            assert_eq!(prefix(Cow::Borrowed(text), characters), expected);
            assert_eq!(prefix(Cow::Owned(text.to_owned()), characters), expected);
        }
    }
}
