//! Writing JSON text straight into a buffer, for the formats that are written millions of times a run.

/// The lowest bit of each byte of a word.
pub(crate) const ONES: u64 = u64::from_ne_bytes([1; 8]);
/// The highest bit of each byte of a word.
pub(crate) const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);

/// Appends `text` as a JSON string.
#[inline]
pub fn push_string(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    if needs_escapes(bytes) {
        push_escaped(out, bytes);
    } else {
        out.extend_from_slice(bytes);
    }
    out.push(b'"');
}

/// Whether there is a quote, a backslash or a control character; eight bytes at a time, by the arithmetic of
/// "Bit Twiddling Hacks" (Anderson), "Determine if a word has a byte less than n" and "equal to n".
#[inline]
fn needs_escapes(bytes: &[u8]) -> bool {
    let special = |word: &[u8; 8]| {
        let word = u64::from_ne_bytes(*word);
        // With this bit changed, a quote is a blank and no other byte is; control characters stay below it.
        let blank_or_less = (word ^ (ONES * 2)).wrapping_sub(ONES * 0x21);
        let backslash = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
        (blank_or_less | backslash) & !word & HIGHS
    };
    match bytes.last_chunk::<8>() {
        // The last word may overlap the one before it.
        Some(last) => bytes.as_chunks::<8>().0.iter().fold(special(last), |found, word| found | special(word)) != 0,
        None => short_word(bytes).is_some_and(|word| special(&word) != 0),
    }
}

/// All of up to seven bytes in one word, some of them twice, and letters where there are too few.
#[inline]
fn short_word(bytes: &[u8]) -> Option<[u8; 8]> {
    let &first = bytes.first()?;
    Some(match (bytes.first_chunk(), bytes.last_chunk()) {
        (Some(&[a, b, c, d]), Some(&[e, f, g, h])) => [a, b, c, d, e, f, g, h],
        _ => [first, bytes[bytes.len() / 2], bytes[bytes.len() - 1], b'a', b'a', b'a', b'a', b'a'],
    })
}

// Rare: what it needs of registers, [`push_string`] should not have to make room for.
#[cold]
#[inline(never)]
fn push_escaped(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut written = 0;
    for (position, &byte) in bytes.iter().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&bytes[written..position]);
        written = position + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            control => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                out.extend_from_slice(b"\\u00");
                out.push(HEX[usize::from(control >> 4)]);
                out.push(HEX[usize::from(control & 15)]);
            }
        }
    }
    out.extend_from_slice(&bytes[written..]);
}

/// Appends an array of strings.
pub fn push_strings<'a>(out: &mut Vec<u8>, texts: impl IntoIterator<Item = &'a str>) {
    out.push(b'[');
    for (number, text) in texts.into_iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        push_string(out, text);
    }
    out.push(b']');
}

/// Appends `"name":`, with a comma before it unless it is the first member of its object.
///
/// `name` is a name of ours and needs no escapes.
#[inline]
pub fn push_name(out: &mut Vec<u8>, name: &str) {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

/// Appends `"name":"text"`.
#[inline]
pub fn push_member(out: &mut Vec<u8>, name: &str, text: &str) {
    push_name(out, name);
    push_string(out, text);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_byte_that_needs_an_escape_is_noticed_everywhere() {
        for byte in 0..=u8::MAX {
            let expected = byte < b' ' || byte == b'"' || byte == b'\\';
            for length in [0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 20] {
                for place in 0..length {
                    let mut bytes = vec![b'a'; length];
                    bytes[place] = byte;
                    assert_eq!(needs_escapes(&bytes), expected, "{byte} at {place} of {length}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn strings_are_read_back(text in any::<String>()) {
            let mut out = Vec::new();
            push_string(&mut out, &text);
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }

        #[test]
        fn objects_are_read_back(texts in proptest::collection::vec(any::<String>(), 0..4)) {
            let mut out = vec![b'{'];
            push_member(&mut out, "first", "x");
            push_name(&mut out, "all");
            push_strings(&mut out, texts.iter().map(String::as_str));
            out.push(b'}');
            let found: serde_json::Value = serde_json::from_slice(&out).unwrap();
            prop_assert_eq!(found, serde_json::json!({"first": "x", "all": texts}));
        }
    }
}
