//! Pieces of a text of many lines, for work that holds only a piece of it.

/// About how long a piece is.
const PIECE_BYTES: usize = 1 << 20;

/// Cuts a text into pieces of about a mebibyte that end after a line.
pub fn pieces(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let bytes = text.as_bytes();
        let end = bytes.get(PIECE_BYTES..).and_then(|rest| memchr::memchr(b'\n', rest));
        let (piece, rest) = text.split_at(end.map_or(text.len(), |end| PIECE_BYTES + end + 1));
        text = rest;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_end_after_a_line_and_are_the_text() {
        let line = "é".repeat(20) + "\n";
        let text = line.repeat(PIECE_BYTES / 30) + "last";
        let cut: Vec<&str> = pieces(&text).collect();
        assert!(cut.len() == 2 && cut[0].ends_with('\n') && cut[0].len() < PIECE_BYTES + 60, "{}", cut.len());
        assert_eq!(cut.concat(), text);
        assert_eq!(pieces("").count(), 0);
    }
}
