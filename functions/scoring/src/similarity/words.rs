//! Words of texts.

use super::Text;

/// The least letters of a text that counts as a word of another.
const WORD_BYTES_MIN: usize = 3;

/// The words of a text: what is between spaces.
pub fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b' ').filter(|word| !word.is_empty())
}

/// Whether the shorter text, of at least three letters, stands in the longer one as whole words.
pub fn contains_word(a: Text<'_>, b: Text<'_>) -> bool {
    let (short, long) = if a.bytes.len() < b.bytes.len() { (a, b) } else { (b, a) };
    if !long.may_have_space() || short.missing_in(long) > 0 {
        return false;
    }
    let (short, long) = (short.bytes, long.bytes);
    if short.len() < WORD_BYTES_MIN || short.len() == long.len() {
        return false;
    }
    let is_edge = |place: Option<usize>| place.and_then(|place| long.get(place)).is_none_or(|byte| *byte == b' ');
    long.windows(short.len())
        .enumerate()
        .any(|(start, part)| part == short && is_edge(start.checked_sub(1)) && is_edge(Some(start + short.len())))
}
