//! One JSON array, cut into its elements as it streams in. It is the whole document, or stands where a pointer points.
//!
//! The scanner follows strings, escapes and depth only. `serde_json` checks each element when it is whole. At most one
//! element is held. A fault ends the reading, because a wrong quote turns text into structure, so what follows cannot
//! be trusted.

use memchr::memchr2;
use serde::de::IgnoredAny;

use super::descent::{Descent, SkippedValue};

/// Longest element in bytes. Rows are far shorter; a longer element means that a quote is not closed.
const ELEMENT_BYTES_MAX: usize = 16 << 20;

/// Why the bytes are no JSON array. Positions are bytes of the (decompressed) object, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ArrayError {
    /// Something else begins here.
    #[error(
        "is not one JSON array: at byte {byte} there is no [; if it holds one object a line, write format = \"jsonl\"; if the array is in an object, write items = \"/name\""
    )]
    NotAnArray { byte: u64 },
    /// Nothing, or something else, is where the pointer points.
    #[error("has no array where items points: that shows at byte {byte}; check items in the source's settings")]
    NoItems { byte: u64 },
    /// An element is not JSON.
    #[error(
        "is not JSON: element {number}, which begins at byte {byte}, is broken, and so what follows cannot be trusted; mend the file and drop it again"
    )]
    BrokenElement { number: u64, byte: u64 },
    /// An element does not end.
    #[error(
        "is not read on: element {number}, which begins at byte {byte}, is longer than 16 MiB; is a quote not closed?"
    )]
    LongElement { number: u64, byte: u64 },
    /// Something follows the array.
    #[error("goes on at byte {byte}, behind the end of its array; it must hold one array")]
    Trailing { byte: u64 },
    /// The array does not end.
    #[error("is cut off: its array is not closed at its end, byte {byte}; drop it again, whole")]
    CutOff { byte: u64 },
}

/// Cuts an array that comes piece by piece.
#[derive(Debug, Default)]
pub(crate) struct ArrayScanner {
    state: ScanState,
    /// The way to the array, if it is not the whole document, and the value that is skipped behind it.
    way: Option<(Descent, SkippedValue)>,
    /// Brackets and braces that are open within the element.
    depth: u64,
    /// The bytes of the element from earlier pieces.
    carried: Vec<u8>,
    /// Position of the next byte.
    byte: u64,
    /// Position behind the bracket or comma before the element.
    start: u64,
    /// How many elements are whole.
    count: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ScanState {
    /// Before the array; so many bytes of a byte order mark were seen.
    #[default]
    Before,
    /// In an element, or the white space around it.
    Element,
    /// In a string of an element.
    Text,
    /// Behind a backslash in a string.
    Escape,
    /// Behind the array.
    Behind,
}

const BYTE_ORDER_MARK: &[u8; 3] = b"\xef\xbb\xbf";

impl ArrayScanner {
    /// A scanner of the array that a JSON Pointer points at; if it is empty, of the whole document.
    pub(crate) fn at(pointer: &str) -> Self {
        let way = (!pointer.is_empty()).then(|| (Descent::new(pointer), SkippedValue::default()));
        Self { way, ..Self::default() }
    }

    /// Takes the next bytes; writes the elements that end in them to `lines`, one a line.
    pub(crate) fn push(&mut self, bytes: &[u8], lines: &mut Vec<u8>) -> Result<(), ArrayError> {
        let mut position = 0;
        // Where the element's bytes of this piece begin.
        let mut from = 0;
        while let Some(byte) = bytes.get(position) {
            let at = self.byte + position as u64;
            match (self.state, byte) {
                (ScanState::Before, byte) if at < 3 && BYTE_ORDER_MARK.get(at as usize) == Some(byte) => {}
                (ScanState::Before, _) if !self.is_found(*byte, at)? => {}
                (ScanState::Behind, _) if self.is_way_out(*byte) => {}
                (ScanState::Before | ScanState::Behind, b' ' | b'\t' | b'\r' | b'\n') => {}
                (ScanState::Before, b'[') => {
                    self.state = ScanState::Element;
                    self.start = at + 1;
                    from = position + 1;
                }
                (ScanState::Before, _) => return Err(ArrayError::NotAnArray { byte: at }),
                (ScanState::Element, b'"') => self.state = ScanState::Text,
                (ScanState::Element, b'[' | b'{') => self.depth += 1,
                (ScanState::Element, b']' | b'}') if self.depth > 0 => self.depth -= 1,
                (ScanState::Element, b',' | b']') if self.depth == 0 => {
                    self.end_element(&bytes[from..position], *byte == b']', lines)?;
                    self.start = at + 1;
                    from = position + 1;
                }
                (ScanState::Element, _) => {}
                (ScanState::Text, _) => match memchr2(b'"', b'\\', &bytes[position..]) {
                    Some(offset) => {
                        position += offset;
                        self.state = if bytes[position] == b'"' { ScanState::Element } else { ScanState::Escape };
                    }
                    None => position = bytes.len() - 1,
                },
                (ScanState::Escape, _) => self.state = ScanState::Text,
                (ScanState::Behind, _) => return Err(ArrayError::Trailing { byte: at }),
            }
            position += 1;
        }
        self.byte += bytes.len() as u64;
        if matches!(self.state, ScanState::Element | ScanState::Text | ScanState::Escape) {
            self.carried.extend_from_slice(&bytes[from..]);
            if self.carried.len() > ELEMENT_BYTES_MAX {
                return Err(ArrayError::LongElement { number: self.count + 1, byte: self.start });
            }
        }
        Ok(())
    }

    /// Checks that the array was whole, when all bytes have come.
    pub(crate) fn finish(&self) -> Result<(), ArrayError> {
        let byte = self.byte;
        let is_inside = self.way.as_ref().is_some_and(|(descent, _)| descent.is_inside());
        match self.state {
            ScanState::Behind | ScanState::Before if is_inside => Err(ArrayError::CutOff { byte }),
            ScanState::Behind => Ok(()),
            ScanState::Before if self.way.is_some() => Err(ArrayError::NoItems { byte }),
            ScanState::Before => Err(ArrayError::NotAnArray { byte }),
            ScanState::Element | ScanState::Text | ScanState::Escape => Err(ArrayError::CutOff { byte }),
        }
    }

    /// Whether the array may begin here: anywhere, or where the way ends.
    fn is_found(&mut self, byte: u8, at: u64) -> Result<bool, ArrayError> {
        match &mut self.way {
            None => Ok(true),
            Some((descent, _)) => descent.step(byte).map_err(|_| ArrayError::NoItems { byte: at }),
        }
    }

    /// Whether a byte behind the array belongs to what is around it.
    fn is_way_out(&mut self, byte: u8) -> bool {
        self.way.as_mut().is_some_and(|(descent, passing)| descent.step_out(passing, byte).is_ok())
    }

    fn end_element(&mut self, rest: &[u8], is_last: bool, lines: &mut Vec<u8>) -> Result<(), ArrayError> {
        if is_last {
            self.state = ScanState::Behind;
        }
        // Most elements lie within a piece, and are checked without a copy.
        let whole = if self.carried.is_empty() {
            rest
        } else {
            self.carried.extend_from_slice(rest);
            &self.carried
        };
        let element = whole.trim_ascii();
        let is_empty_array = is_last && self.count == 0 && element.is_empty();
        if !is_empty_array {
            if serde_json::from_slice::<IgnoredAny>(element).is_err() {
                let blanks = whole.len() - whole.trim_ascii_start().len();
                return Err(ArrayError::BrokenElement { number: self.count + 1, byte: self.start + blanks as u64 });
            }
            self.count += 1;
            let start = lines.len();
            lines.extend_from_slice(element);
            // Line breaks can only be white space: within a string JSON does not allow them.
            lines[start..].iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = b' ');
            lines.push(b'\n');
        }
        self.carried.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use onefold_config::pointer::escaped;
    use proptest::prelude::*;
    use serde_json::Value;
    use serde_json::value::RawValue;

    use super::*;

    /// Scans bytes that come in pieces of some size.
    fn scan(bytes: &[u8], piece: usize) -> Result<Vec<String>, ArrayError> {
        scan_at("", bytes, piece)
    }

    /// Scans the array that a pointer points at.
    fn scan_at(pointer: &str, bytes: &[u8], piece: usize) -> Result<Vec<String>, ArrayError> {
        let mut scanner = ArrayScanner::at(pointer);
        let mut lines = Vec::new();
        for piece in bytes.chunks(piece) {
            scanner.push(piece, &mut lines)?;
        }
        scanner.finish()?;
        Ok(String::from_utf8(lines).unwrap().lines().map(str::to_owned).collect())
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[\\PC\"\\\\\\n,\\[\\]{}]{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z\"\\\\]{0,3}", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// The pointers to all that is in a value, and one to nothing beside each.
    fn collect_pointers(value: &Value, pointer: String, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => members.iter().for_each(|(name, inner)| {
                collect_pointers(inner, format!("{pointer}/{}", escaped(name)), found);
            }),
            Value::Array(elements) => elements.iter().enumerate().for_each(|(number, inner)| {
                collect_pointers(inner, format!("{pointer}/{number}"), found);
            }),
            _ => {}
        }
        found.extend([format!("{pointer}/none"), pointer]);
    }

    proptest! {
        #[test]
        fn elements_are_what_they_were(
            elements in prop::collection::vec(any_json(), 0..5),
            is_pretty in any::<bool>(),
            piece in 1usize..40,
        ) {
            let array = Value::from(elements.clone());
            let text = if is_pretty { serde_json::to_string_pretty(&array) } else { serde_json::to_string(&array) };
            let lines = scan(text.unwrap().as_bytes(), piece).unwrap();
            let found: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
            prop_assert_eq!(found, elements);
        }

        /// Every pointer into a document finds the array that `serde_json` finds, or none as that does.
        #[test]
        fn pointers_find_what_serde_json_finds(document in any_json(), is_pretty in any::<bool>(), piece in 1usize..40) {
            let pretty = serde_json::to_string_pretty(&document).unwrap();
            let text = if is_pretty { pretty } else { document.to_string() };
            let mut pointers = Vec::new();
            collect_pointers(&document, String::new(), &mut pointers);
            for pointer in pointers {
                let expected = document.pointer(&pointer).and_then(Value::as_array);
                let found = scan_at(&pointer, text.as_bytes(), piece).ok().map(|lines| {
                    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
                });
                prop_assert_eq!(found.as_ref(), expected, "{} in {}", pointer, text);
            }
        }

        /// Accepts what `serde_json` accepts as an array, and nothing else.
        #[test]
        fn agrees_with_serde_json(text in "[\\[\\]{},:\"\\\\ 1ean\n]{0,14}", piece in 1usize..16) {
            for text in [text.clone(), format!("[{text}]")] {
                let expected = serde_json::from_str::<Vec<Box<RawValue>>>(&text).ok();
                let expected: Option<Vec<String>> = expected.map(|elements| {
                    elements.iter().map(|element| element.get().replace('\n', " ")).collect()
                });
                prop_assert_eq!(scan(text.as_bytes(), piece).ok(), expected, "{:?}", text);
            }
        }
    }

    #[test]
    fn every_chunking_gives_the_same() {
        let text = "\u{feff} [ {\"a\":\"x,]}\\\"\\\\\"} ,\n{\"b\":[1,{\"c\":\"ä\"}],\n \"d\":{}}, 3 ]\r\n";
        for piece in 1..=text.len() {
            let expected = ["{\"a\":\"x,]}\\\"\\\\\"}", "{\"b\":[1,{\"c\":\"ä\"}],  \"d\":{}}", "3"];
            assert_eq!(scan(text.as_bytes(), piece).unwrap(), expected, "{piece}");
        }
        assert_eq!(scan(b"[ ]", 1), Ok(vec![]));
    }

    #[test]
    fn faults_have_their_place() {
        for (text, expected) in [
            ("{\"id\":1}\n{\"id\":2}\n", ArrayError::NotAnArray { byte: 0 }),
            ("", ArrayError::NotAnArray { byte: 0 }),
            ("[{\"id\":1},\n {\"id\":2,}]", ArrayError::BrokenElement { number: 2, byte: 12 }),
            ("[{\"id\":1},]", ArrayError::BrokenElement { number: 2, byte: 10 }),
            ("[{]}]", ArrayError::BrokenElement { number: 1, byte: 1 }),
            ("[{\"id\":1}] []", ArrayError::Trailing { byte: 11 }),
            ("[{\"id\":1},{\"id\"", ArrayError::CutOff { byte: 15 }),
        ] {
            for piece in 1..=text.len().max(1) {
                assert_eq!(scan(text.as_bytes(), piece), Err(expected), "{text} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn an_array_is_found_where_its_pointer_points() {
        let text = "\u{feff} { \"x\":\"}],\\\"\", \"a/b\" : [ [9], {\"m~n\":[{\"id\":1}, {\"id\":[2]}] ,\"y\":{}}, [] ], \"q\\u0022\":[3],
            \"deep\":{\"er\":[ ]}, \"text\":\"[1]\", \"\":[4,\"]\"] } \n";
        for piece in 1..=text.len() {
            let found = |pointer: &str| scan_at(pointer, text.as_bytes(), piece);
            assert_eq!(found("/a~1b/1/m~0n").unwrap(), ["{\"id\":1}", "{\"id\":[2]}"]);
            assert_eq!(found("/a~1b/0").unwrap(), ["9"]);
            assert_eq!(found("/a~1b/2").unwrap(), [""; 0]);
            assert_eq!(found("/q\"").unwrap(), ["3"], "names are decoded");
            assert_eq!(found("/deep/er").unwrap(), [""; 0]);
            assert_eq!(found("/").unwrap(), ["4", "\"]\""], "a name may be empty");
            for astray in ["/deep", "/text", "/none", "/a~1b/3", "/a~1b/01", "/a~1b/-", "/x", "/deep/er/0"] {
                assert!(matches!(found(astray), Err(ArrayError::NoItems { .. })), "{astray}: {:?}", found(astray));
            }
        }
    }

    #[test]
    fn what_is_around_an_array_must_end_too() {
        let found = |text: &str| scan_at("/a/b", text.as_bytes(), 3);
        assert_eq!(found("{\"a\":{\"b\":[1],\"c\":[{}]},\"d\":\"}\"}\n").unwrap(), ["1"]);
        for (text, expected) in [
            ("{\"a\":{\"b\":[1]}", ArrayError::CutOff { byte: 14 }),
            ("{\"a\":{\"b\":[1", ArrayError::CutOff { byte: 12 }),
            ("{\"a\":{\"x\":[1", ArrayError::CutOff { byte: 12 }),
            ("{\"a\":{\"b\":[1]]}", ArrayError::Trailing { byte: 13 }),
            ("{\"a\":{\"b\":[1]}} {}", ArrayError::Trailing { byte: 16 }),
            ("{\"a\":{\"b\":[1,}}]}}", ArrayError::BrokenElement { number: 2, byte: 13 }),
            ("{\"a\":{\"b\":{}}}", ArrayError::NoItems { byte: 10 }),
            ("{\"a\":{}}", ArrayError::NoItems { byte: 6 }),
            ("[1]", ArrayError::NoItems { byte: 2 }),
            ("", ArrayError::NoItems { byte: 0 }),
            ("{\"a\" 1}", ArrayError::NoItems { byte: 5 }),
        ] {
            assert_eq!(found(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_does_not_fill_the_memory() {
        let mut text = b"[{\"id\":1},{\"id\":\"".to_vec();
        text.resize(ELEMENT_BYTES_MAX + 100, b'x');
        assert_eq!(scan(&text, 1 << 16), Err(ArrayError::LongElement { number: 2, byte: 10 }));
    }
}
