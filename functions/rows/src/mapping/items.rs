//! Items of arrays in rows of JSON.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Slot;

/// A value that may be an item of a list.
pub(super) enum Item<'a> {
    /// Null.
    None,
    /// Text, or the text of a number or boolean.
    Text(Cow<'a, str>),
    /// A list or an object.
    Other,
}

/// The items of a list.
#[derive(Default)]
pub(super) struct Items<'a> {
    texts: Vec<Cow<'a, str>>,
    has_others: bool,
}

impl<'a> Items<'a> {
    pub(super) fn add(&mut self, item: Item<'a>) {
        match item {
            Item::None => {}
            Item::Text(text) => self.texts.push(text),
            Item::Other => self.has_others = true,
        }
    }

    pub(super) fn slot(self) -> Slot<'a> {
        if self.has_others { Slot::Mixed(self.texts) } else { Slot::List(self.texts) }
    }
}

/// Reads a value as an item.
pub(super) struct ItemVisitor;

impl<'de> DeserializeSeed<'de> for ItemVisitor {
    type Value = Item<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = Item<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Item::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Item::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Item::Text(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Item::Text(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Item::Text(Cow::Owned(number.to_string())))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Item::Text(Cow::Borrowed(if value { "true" } else { "false" })))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Item::None)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut sequence: S) -> Result<Self::Value, S::Error> {
        let mut is_empty = true;
        while sequence.next_element::<IgnoredAny>()?.is_some() {
            is_empty = false;
        }
        Ok(if is_empty { Item::None } else { Item::Other })
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Item::Other)
    }
}
