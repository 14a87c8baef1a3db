//! The way into a streamed JSON document, to the array at a JSON Pointer (RFC 6901), and the way out behind the array.
//!
//! Names of members on the way are read. Everything else is only followed by its quotes and brackets. A pointer finds
//! the first member of a name, even if another member of the same name follows.

use std::borrow::Cow;

use onefold_config::pointer;

/// Longest name of a member in bytes, as it is written.
const NAME_BYTES_MAX: usize = 1 << 16;

/// There is no array at the pointer, or the document around it is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Astray;

/// A descent under way.
#[derive(Debug)]
pub(super) struct Descent {
    /// The pointer's names, from the outermost on.
    names: Vec<String>,
    /// The closing bracket of each object or array that was entered. The name in the innermost one is not found yet.
    open: Vec<u8>,
    state: DescentState,
    /// The name that is being read, as it is written.
    name: Vec<u8>,
    /// Number of the element, in an array that was entered.
    element: usize,
}

#[derive(Clone, Copy, Debug)]
enum DescentState {
    /// Before the value that the names so far lead to.
    Value,
    /// Before the name of a member.
    Name,
    /// In the name of a member, perhaps behind a backslash.
    InName { is_escaped: bool },
    /// Between name and value; whether it is the name that is looked for.
    Colon { is_it: bool },
    /// In a value that is passed over.
    Aside(SkippedValue),
}

/// Follows a value that is skipped.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SkippedValue {
    /// Brackets that are open.
    depth: u64,
    text: Quoting,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Quoting {
    #[default]
    Outside,
    Inside,
    Escaped,
}

impl SkippedValue {
    /// Takes a byte. Gives it back if it is the comma or bracket that ends the value.
    fn step(&mut self, byte: u8) -> Option<u8> {
        match (self.text, byte) {
            (Quoting::Escaped, _) => self.text = Quoting::Inside,
            (Quoting::Inside, b'\\') => self.text = Quoting::Escaped,
            (Quoting::Inside, b'"') => self.text = Quoting::Outside,
            (Quoting::Inside, _) => {}
            (Quoting::Outside, b'"') => self.text = Quoting::Inside,
            (Quoting::Outside, b'[' | b'{') => self.depth += 1,
            (Quoting::Outside, b',' | b']' | b'}') if self.depth == 0 => return Some(byte),
            (Quoting::Outside, b']' | b'}') => self.depth -= 1,
            (Quoting::Outside, _) => {}
        }
        None
    }
}

impl Descent {
    /// A descent to what a pointer, which is not empty, points at.
    pub(super) fn new(pointer: &str) -> Self {
        let names = pointer::tokens(pointer).map(Cow::into_owned).collect();
        Self { names, open: Vec::new(), state: DescentState::Value, name: Vec::new(), element: 0 }
    }

    /// Takes a byte of the document before the array. Whether it is the bracket that begins the array.
    ///
    /// # Errors
    /// There is no array.
    pub(super) fn step(&mut self, byte: u8) -> Result<bool, Astray> {
        let is_blank = matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        match (&mut self.state, byte) {
            (DescentState::Value | DescentState::Name | DescentState::Colon { .. }, _) if is_blank => {}
            (DescentState::Value, b'[') if self.open.len() == self.names.len() => return Ok(true),
            (DescentState::Value, b'{' | b'[') if self.open.len() < self.names.len() => self.enter(byte),
            (DescentState::Name, b'"') => {
                self.name.clear();
                self.name.push(byte);
                self.state = DescentState::InName { is_escaped: false };
            }
            (DescentState::InName { is_escaped }, _) => {
                self.name.push(byte);
                let is_over = byte == b'"' && !*is_escaped;
                *is_escaped = byte == b'\\' && !*is_escaped;
                if is_over {
                    let name: String = serde_json::from_slice(&self.name).map_err(|_| Astray)?;
                    self.state = DescentState::Colon { is_it: self.wanted() == Some(name.as_str()) };
                } else if self.name.len() > NAME_BYTES_MAX {
                    return Err(Astray);
                }
            }
            (DescentState::Colon { is_it }, b':') => {
                self.state = if *is_it { DescentState::Value } else { DescentState::Aside(SkippedValue::default()) };
            }
            (DescentState::Aside(passing), _) => match (passing.step(byte), self.open.last()) {
                (None, _) => {}
                (Some(b','), Some(b'}')) => self.state = DescentState::Name,
                (Some(b','), _) => {
                    self.element += 1;
                    self.begin_element();
                }
                // The object or array ends without the name.
                (Some(_), _) => return Err(Astray),
            },
            _ => return Err(Astray),
        }
        Ok(false)
    }

    /// Whether any object or array is still open.
    pub(super) fn is_inside(&self) -> bool {
        !self.open.is_empty()
    }

    /// Takes a byte behind the array.
    ///
    /// # Errors
    /// It closes what is not open, or stands behind the document.
    pub(super) fn step_out(&mut self, passing: &mut SkippedValue, byte: u8) -> Result<(), Astray> {
        let Some(closing) = self.open.last() else {
            return if byte.is_ascii_whitespace() { Ok(()) } else { Err(Astray) };
        };
        match passing.step(byte) {
            None | Some(b',') => Ok(()),
            Some(byte) if byte == *closing => {
                self.open.pop();
                Ok(())
            }
            Some(_) => Err(Astray),
        }
    }

    /// The name that is looked for in what was entered last.
    fn wanted(&self) -> Option<&str> {
        self.names.get(self.open.len().checked_sub(1)?).map(String::as_str)
    }

    fn enter(&mut self, bracket: u8) {
        if bracket == b'{' {
            self.open.push(b'}');
            self.state = DescentState::Name;
        } else {
            self.open.push(b']');
            self.element = 0;
            self.begin_element();
        }
    }

    fn begin_element(&mut self) {
        let is_it = self.wanted().and_then(pointer::index) == Some(self.element);
        self.state = if is_it { DescentState::Value } else { DescentState::Aside(SkippedValue::default()) };
    }
}
