//! The way into a JSON document, to the array that a JSON Pointer (RFC 6901) points at, as the document streams in; and
//! the way out again behind the array.
//!
//! Names of members on the way are read, all else is only followed by its quotes and brackets. A pointer finds the
//! first member of a name, and there is no way back from what it found.

use std::borrow::Cow;

use onefold_config::pointer;

/// Longest name of a member in bytes, as it is written.
const NAME_BYTES_MAX: usize = 1 << 16;

/// There is no array where the pointer points, or what is around it is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Astray;

/// A descent under way.
#[derive(Debug)]
pub(super) struct Descent {
    /// The pointer's names, from the outermost on.
    names: Vec<String>,
    /// What closes each object or array that was entered. As many names are found, but for the innermost's.
    open: Vec<u8>,
    state: State,
    /// The name that is being read, as it is written.
    name: Vec<u8>,
    /// Number of the element, in an array that was entered.
    element: usize,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Before the value that the names so far lead to.
    Value,
    /// Before the name of a member.
    Name,
    /// In the name of a member, perhaps behind a backslash.
    InName { is_escaped: bool },
    /// Between name and value; whether it is the name that is looked for.
    Colon { is_it: bool },
    /// In a value that is passed over.
    Aside(Passing),
}

/// Follows what is passed over.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Passing {
    /// Brackets that are open.
    depth: u64,
    text: Text,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Text {
    #[default]
    Outside,
    Inside,
    Escaped,
}

impl Passing {
    /// Takes a byte; gives it if it is the comma or the bracket that ends the value.
    fn step(&mut self, byte: u8) -> Option<u8> {
        match (self.text, byte) {
            (Text::Escaped, _) => self.text = Text::Inside,
            (Text::Inside, b'\\') => self.text = Text::Escaped,
            (Text::Inside, b'"') => self.text = Text::Outside,
            (Text::Inside, _) => {}
            (Text::Outside, b'"') => self.text = Text::Inside,
            (Text::Outside, b'[' | b'{') => self.depth += 1,
            (Text::Outside, b',' | b']' | b'}') if self.depth == 0 => return Some(byte),
            (Text::Outside, b']' | b'}') => self.depth -= 1,
            (Text::Outside, _) => {}
        }
        None
    }
}

impl Descent {
    /// A descent to what a pointer, which is not empty, points at.
    pub(super) fn new(pointer: &str) -> Self {
        let names = pointer::tokens(pointer).map(Cow::into_owned).collect();
        Self { names, open: Vec::new(), state: State::Value, name: Vec::new(), element: 0 }
    }

    /// Takes a byte of the document before the array; whether it is the bracket that begins the array.
    ///
    /// # Errors
    /// There is no array.
    pub(super) fn step(&mut self, byte: u8) -> Result<bool, Astray> {
        let is_blank = matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        match (&mut self.state, byte) {
            (State::Value | State::Name | State::Colon { .. }, _) if is_blank => {}
            (State::Value, b'[') if self.open.len() == self.names.len() => return Ok(true),
            (State::Value, b'{' | b'[') if self.open.len() < self.names.len() => self.enter(byte),
            (State::Name, b'"') => {
                self.name.clear();
                self.name.push(byte);
                self.state = State::InName { is_escaped: false };
            }
            (State::InName { is_escaped }, _) => {
                self.name.push(byte);
                let is_over = byte == b'"' && !*is_escaped;
                *is_escaped = byte == b'\\' && !*is_escaped;
                if is_over {
                    let name: String = serde_json::from_slice(&self.name).map_err(|_| Astray)?;
                    self.state = State::Colon { is_it: self.wanted() == Some(name.as_str()) };
                } else if self.name.len() > NAME_BYTES_MAX {
                    return Err(Astray);
                }
            }
            (State::Colon { is_it }, b':') => {
                self.state = if *is_it { State::Value } else { State::Aside(Passing::default()) };
            }
            (State::Aside(passing), _) => match (passing.step(byte), self.open.last()) {
                (None, _) => {}
                (Some(b','), Some(b'}')) => self.state = State::Name,
                (Some(b','), _) => {
                    self.element += 1;
                    self.begin_element();
                }
                // It ends, and the name was not there.
                (Some(_), _) => return Err(Astray),
            },
            _ => return Err(Astray),
        }
        Ok(false)
    }

    /// Whether anything was entered that has to end.
    pub(super) fn is_inside(&self) -> bool {
        !self.open.is_empty()
    }

    /// Takes a byte behind the array.
    ///
    /// # Errors
    /// It closes what is not open, or stands behind the document.
    pub(super) fn step_out(&mut self, passing: &mut Passing, byte: u8) -> Result<(), Astray> {
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
            self.state = State::Name;
        } else {
            self.open.push(b']');
            self.element = 0;
            self.begin_element();
        }
    }

    fn begin_element(&mut self) {
        let is_it = self.wanted().and_then(pointer::index) == Some(self.element);
        self.state = if is_it { State::Value } else { State::Aside(Passing::default()) };
    }
}
