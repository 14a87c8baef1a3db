//! How near two texts are. All of it is exact integer arithmetic, so a threshold is decided the same on every machine.

mod edits;
mod jaro_winkler;
mod words;

pub(crate) use edits::is_one_edit;
pub use edits::{is_within_one_edit, is_within_two_edits};
pub use jaro_winkler::JaroWinkler;
pub use words::{contains_word, words};

use crate::record::TEXT_BYTES_MAX;

/// An ASCII text of at most [`TEXT_BYTES_MAX`] bytes, so that one `u64` has a bit for each place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'t> {
    // First, as it tells most texts apart.
    letters: Letters,
    bytes: &'t [u8],
}

impl<'t> Text<'t> {
    /// The text of these bytes. What is beyond the most is cut.
    pub fn new(bytes: &'t [u8]) -> Self {
        let bytes = &bytes[..bytes.len().min(TEXT_BYTES_MAX)];
        Self { bytes, letters: Letters::of(bytes) }
    }

    /// The text of these bytes, at most [`TEXT_BYTES_MAX`], whose letters are known.
    pub(crate) const fn with_letters(bytes: &'t [u8], letters: Letters) -> Self {
        Self { bytes, letters }
    }

    /// Its bytes.
    pub const fn bytes(self) -> &'t [u8] {
        self.bytes
    }

    pub(crate) const fn letters(self) -> Letters {
        self.letters
    }

    /// Whether it may have a space; if not, it has none.
    const fn may_have_space(self) -> bool {
        self.letters.0 & 1 << (b' ' & 31) != 0
    }

    /// At least so many bytes of this text are not in the other one. It is a quick bound, not the number.
    fn missing_in(self, other: Self) -> usize {
        (self.letters.0 & !other.letters.0).count_ones() as usize
    }
}

/// Which letters a text has: a bit for each of the 31 remainders of a byte. Several bytes share a bit, and a few have none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Letters(u32);

impl Letters {
    /// The bits that are used.
    pub(crate) const BITS: u32 = 0x7fff_ffff;

    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(bytes.iter().fold(0, |letters, byte| letters | 1 << (byte & 31)) & Self::BITS)
    }

    pub(crate) const fn from_bits(bits: u32) -> Self {
        Self(bits & Self::BITS)
    }

    pub(crate) const fn bits(self) -> u32 {
        self.0
    }
}

/// By byte, the places at which a text has it.
struct Places([u64; 128]);

impl Places {
    fn of(bytes: &[u8]) -> Self {
        let mut places = [0; 128];
        for (place, byte) in bytes.iter().enumerate() {
            places[usize::from(byte & 0x7f)] |= 1 << place;
        }
        Self(places)
    }

    #[inline]
    const fn get(&self, byte: u8) -> u64 {
        self.0[(byte & 0x7f) as usize]
    }
}

#[cfg(test)]
mod tests;
