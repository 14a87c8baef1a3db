//! Addresses and numbers in the texts that they stand in: `Anna <anna@x.de>, bob@y.de`, `030 1234567 / 0151 2345678`.

use std::borrow::Cow;

mod email_texts;
mod phone_texts;

pub use email_texts::emails;
pub use phone_texts::phone_numbers;

/// The parts of a text, in its order, each once; at least one, which is the whole text if nothing else is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts<'a> {
    first: Cow<'a, str>,
    more: Vec<Cow<'a, str>>,
}

impl<'a> Parts<'a> {
    /// A text that is one part.
    #[inline]
    fn one(text: Cow<'a, str>) -> Self {
        Self { first: text, more: Vec::new() }
    }

    /// The parts that are given, or else the text.
    fn of(parts: Vec<String>, text: Cow<'a, str>) -> Self {
        let mut found: Vec<Cow<'a, str>> = Vec::with_capacity(parts.len());
        for part in parts {
            if !found.iter().any(|known| *known == part) {
                found.push(Cow::Owned(part));
            }
        }
        if found.is_empty() || found.len() == 1 && found[0] == text {
            return Self::one(text);
        }
        let first = found.remove(0);
        Self { first, more: found }
    }
}

impl<'a> Parts<'a> {
    /// Calls `each` with the parts, in their order.
    #[inline]
    pub fn for_each(self, mut each: impl FnMut(Cow<'a, str>)) {
        each(self.first);
        self.more.into_iter().for_each(each);
    }
}

impl<'a> IntoIterator for Parts<'a> {
    type Item = Cow<'a, str>;
    type IntoIter = std::iter::Chain<std::iter::Once<Cow<'a, str>>, std::vec::IntoIter<Cow<'a, str>>>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(self.first).chain(self.more)
    }
}
