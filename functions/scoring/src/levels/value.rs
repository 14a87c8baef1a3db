//! A value as [`Records`](super::Records) keep it.

use crate::similarity::{Letters, Text};
use crate::{FREQUENCIES, FieldKind, Level, record};

/// The bytes before a value's text: the lengths of text and extra (six bits each) with the frequency class (four bits), then
/// the letters of the text (31 bits) with a bit that says whether another value of the field follows.
pub(super) const HEAD_BYTES: usize = 6;
const FOLLOWED: u8 = 0x80;
/// The frequency class of a value that eight accounts have.
const USUAL: u8 = 3;

/// A value that is compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value<'r> {
    pub text: Text<'r>,
    /// What the record has as extra; of an e-mail address, the digits of its local part.
    pub extra: &'r [u8],
    pub frequency: u8,
}

impl Value<'_> {
    /// Whether two values of a field are equal.
    #[inline]
    pub(super) fn equals(self, other: Self, kind: FieldKind) -> bool {
        self.text == other.text && (kind != FieldKind::Address || self.extra == other.extra)
    }

    /// Whether both are names that many have: at least eight accounts have either, and fewer than eight times as many have the
    /// one as the other. A typing error is rarer than what it should have been, so these are two names: Uwe and Ute.
    pub(super) fn are_both_usual(self, other: Self) -> bool {
        self.frequency.min(other.frequency) >= USUAL && self.frequency.abs_diff(other.frequency) < USUAL
    }

    /// Whether a unit belongs to the address of this place among the account's.
    pub(super) fn is_in_line(self, line: usize) -> bool {
        if self.extra.is_empty() { line == 0 } else { self.extra.iter().any(|digit| usize::from(digit & 15) == line) }
    }

    /// The level of equal values. Both have the same frequency class, if the counts are right.
    pub(super) fn equal_level(self, other: Self) -> Level {
        crate::EQUAL + self.frequency.min(other.frequency)
    }
}

/// Appends a value.
pub(super) fn push(bytes: &mut Vec<u8>, kind: FieldKind, value: record::Value<'_>, frequency: u8) {
    let digits: Vec<u8>;
    let text = Text::new(value.text);
    let extra = if kind == FieldKind::Email {
        digits = super::email::local_part(text.bytes()).iter().copied().filter(u8::is_ascii_digit).collect();
        Text::new(&digits)
    } else {
        Text::new(value.extra)
    };
    let frequency = u16::from(frequency.min(FREQUENCIES as u8 - 1));
    let lengths = text.bytes().len() as u16 | (extra.bytes().len() as u16) << 6 | frequency << 12;
    bytes.extend_from_slice(&lengths.to_le_bytes());
    bytes.extend_from_slice(&text.letters().bits().to_le_bytes());
    bytes.extend_from_slice(text.bytes());
    bytes.extend_from_slice(extra.bytes());
}

/// Says in a value's head that another value of the field follows.
pub(super) fn mark_followed(head: &mut [u8]) {
    head[HEAD_BYTES - 1] |= FOLLOWED;
}

/// Some values, one behind the other.
#[derive(Clone, Copy)]
pub(super) struct Values<'r>(Option<&'r [u8]>);

impl<'r> Values<'r> {
    pub(super) const fn none() -> Self {
        Self(None)
    }

    /// The value that begins here, and those that follow.
    pub(super) const fn at(bytes: &'r [u8]) -> Self {
        Self(Some(bytes))
    }
}

impl<'r> Iterator for Values<'r> {
    type Item = Value<'r>;

    #[inline]
    fn next(&mut self) -> Option<Value<'r>> {
        let bytes = self.0?;
        let (head, rest) = bytes.split_first_chunk::<HEAD_BYTES>()?;
        let lengths = u16::from_le_bytes([head[0], head[1]]);
        let (text, rest) = rest.split_at_checked(usize::from(lengths & 63))?;
        let (extra, rest) = rest.split_at_checked(usize::from(lengths >> 6 & 63))?;
        let letters = u32::from_le_bytes([head[2], head[3], head[4], head[5]]);
        self.0 = (head[5] & FOLLOWED != 0).then_some(rest);
        let text = Text::with_letters(text, Letters::from_bits(letters));
        Some(Value { text, extra, frequency: (lengths >> 12) as u8 })
    }
}
