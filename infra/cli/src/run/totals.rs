//! How much there is to do: counts the lines of the lists that the workflow goes through.

/// The items of a JSON Lines list. A last line without a line end counts, empty lines do not.
pub fn items(list: &[u8]) -> u64 {
    list.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count() as u64
}

#[cfg(test)]
mod tests {
    use super::items;

    #[test]
    fn lines_are_counted() {
        assert_eq!(items(b""), 0);
        assert_eq!(items(b"\n\r\n"), 0);
        assert_eq!(items(b"{}\n{}\n"), 2);
        assert_eq!(items(b"{}\n{}"), 2);
    }
}
