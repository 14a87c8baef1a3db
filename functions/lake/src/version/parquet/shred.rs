//! Takes lines of JSON apart into columns.

use std::borrow::Cow;
use std::fmt;

use onefold_normalise::timestamp::Timestamp;
use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::column::ColumnBuffer;
use super::node::{Group, Node, NodeKind};

const DAY_MS: i64 = 86_400_000;

/// A place for the next value. It puts the value into the columns of a node.
pub(super) struct Place<'c> {
    pub(super) node: &'c Node,
    pub(super) buffers: &'c mut [ColumnBuffer],
    /// How much of the path to the node is there.
    pub(super) def: u8,
    /// The repetition level of the first value.
    pub(super) rep: u8,
}

impl Place<'_> {
    /// A place within this one.
    fn within<'p>(&'p mut self, node: &'p Node, rep: u8) -> Place<'p> {
        Place { node, buffers: self.buffers, def: self.node.def, rep }
    }

    fn first(&mut self) -> Option<&mut ColumnBuffer> {
        self.buffers.get_mut(self.node.columns.start)
    }

    /// There is no value.
    fn nothing<E: de::Error>(self) -> Result<(), E> {
        for column in &mut self.buffers[self.node.columns.clone()] {
            if !column.push_null(self.def, self.rep) {
                return Err(E::custom("a member that every line has is missing"));
            }
        }
        Ok(())
    }

    fn text<E: de::Error>(mut self, text: &str) -> Result<(), E> {
        let (node, rep) = (self.node, self.rep);
        let is_put = match &node.kind {
            NodeKind::Text | NodeKind::Json => self.first().is_some_and(|column| column.push_text(text, rep)),
            NodeKind::Time => {
                let time = Timestamp::parse(text).ok_or_else(|| E::custom("a time is not RFC 3339"))?;
                self.first().is_some_and(|column| column.push_time(time.milliseconds(), rep))
            }
            NodeKind::BirthDate => self.birthdate(text),
            // One value stands for a list of one.
            NodeKind::List(item) => return self.within(item, rep).text(text),
            NodeKind::Flag | NodeKind::Number | NodeKind::Struct(_) | NodeKind::Map(_) => false,
        };
        put(is_put)
    }

    fn birthdate(self, text: &str) -> bool {
        let (def, rep) = (self.def, self.rep);
        let [date, other] = &mut self.buffers[self.node.columns.clone()] else { return false };
        match day(text) {
            Some(day) => date.push_day(day, rep) && other.push_null(def, rep),
            None => date.push_null(def, rep) && other.push_text(text, rep),
        }
    }

    fn number<E: de::Error>(mut self, number: f64) -> Result<(), E> {
        let rep = self.rep;
        put(self.first().is_some_and(|column| column.push_number(number, rep)))
    }

    /// Puts a member that no column is for into the map of the others.
    fn others<E: de::Error>(mut self, others: &[(String, Cow<'_, str>)]) -> Result<(), E> {
        let node = self.node;
        let NodeKind::Map(value) = &node.kind else { return put(false) };
        if others.is_empty() {
            return self.nothing();
        }
        for (number, (name, text)) in others.iter().enumerate() {
            let rep = if number == 0 { self.rep } else { node.rep };
            put(self.first().is_some_and(|column| column.push_text(name, rep)))?;
            self.within(value, rep).text(text)?;
        }
        Ok(())
    }
}

fn put<E: de::Error>(is_put: bool) -> Result<(), E> {
    if is_put { Ok(()) } else { Err(E::custom("a value is of another kind than its column")) }
}

/// Days from 1970-01-01 to a day `YYYY-MM-DD`.
fn day(text: &str) -> Option<i32> {
    let is_digit = |at: &usize| text.as_bytes()[*at].is_ascii_digit();
    if text.len() != 10 || ![0, 1, 2, 3, 5, 6, 8, 9].iter().all(is_digit) {
        return None;
    }
    let midnight = Timestamp::parse(&[text, "T00:00:00Z"].concat())?;
    // The first year that all readers know.
    let first = Timestamp::parse("0001-01-01T00:00:00Z")?;
    (midnight >= first).then(|| i32::try_from(midnight.milliseconds() / DAY_MS).ok())?
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if !matches!(self.node.kind, NodeKind::Json) {
            return deserializer.deserialize_any(self);
        }
        match json_text(<&RawValue>::deserialize(deserializer)?) {
            Some(text) => self.text(&text),
            None => self.nothing(),
        }
    }
}

/// The text of a value: of a string its content, of all others their JSON; `None` for null.
fn json_text(value: &RawValue) -> Option<Cow<'_, str>> {
    let json = value.get();
    match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str::<String>(json).ok().map(Cow::Owned),
        Some(b'n') => None,
        _ => Some(Cow::Borrowed(json)),
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value of its column")
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.nothing()
    }

    fn visit_bool<E: de::Error>(mut self, flag: bool) -> Result<(), E> {
        let rep = self.rep;
        put(self.first().is_some_and(|column| column.push_flag(flag, rep)))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<(), E> {
        self.number(number as f64)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<(), E> {
        self.number(number as f64)
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<(), E> {
        self.number(number)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        self.text(text)
    }

    fn visit_seq<S: SeqAccess<'de>>(mut self, mut items: S) -> Result<(), S::Error> {
        let node = self.node;
        match &node.kind {
            NodeKind::List(item) => {
                let (mut rep, mut is_empty) = (self.rep, true);
                while items.next_element_seed(self.within(item, rep))?.is_some() {
                    (rep, is_empty) = (node.rep, false);
                }
                if is_empty { self.nothing() } else { Ok(()) }
            }
            NodeKind::Struct(group) => {
                let rep = self.rep;
                for member in &group.members {
                    let given = items.next_element_seed(self.within(&member.node, rep))?;
                    given.ok_or_else(|| de::Error::custom("an array has too few items"))?;
                }
                Ok(())
            }
            _ => put(false),
        }
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<(), M::Error> {
        let node = self.node;
        match &node.kind {
            NodeKind::Struct(group) => self.members(group, map),
            NodeKind::Map(value) => self.entries(value, map),
            _ => put(false),
        }
    }
}

impl Place<'_> {
    fn entries<'de, M: MapAccess<'de>>(mut self, value: &Node, mut map: M) -> Result<(), M::Error> {
        let node = self.node;
        let (mut rep, mut is_empty) = (self.rep, true);
        while let Some(is_put) = map.next_key_seed(KeyPlace { column: self.first(), rep })? {
            put(is_put)?;
            map.next_value_seed(self.within(value, rep))?;
            (rep, is_empty) = (node.rep, false);
        }
        if is_empty { self.nothing() } else { Ok(()) }
    }

    /// Members mostly come in the order of the columns, so the one behind the last is tried first.
    fn members<'de, M: MapAccess<'de>>(mut self, group: &Group, mut map: M) -> Result<(), M::Error> {
        let rep = self.rep;
        let mut seen = Seen::default();
        let mut others: Vec<(String, Cow<'de, str>)> = Vec::new();
        let mut next = 0;
        while let Some(found) = map.next_key_seed(MemberName { group, next })? {
            match found {
                Ok(place) if seen.insert(place) => {
                    map.next_value_seed(self.within(&group.members[place].node, rep))?;
                    next = place + 1;
                }
                Ok(_) => return Err(de::Error::custom("a member stands twice")),
                Err(name) => {
                    let text = json_text(map.next_value()?);
                    others.extend(text.map(|text| (name, text)));
                }
            }
        }
        for (place, member) in group.members.iter().enumerate() {
            if Some(place) == group.others {
                self.within(&member.node, rep).others(&others)?;
            } else if !seen.contains(place) {
                self.within(&member.node, rep).nothing()?;
            }
        }
        if group.others.is_none() && !others.is_empty() {
            return Err(de::Error::custom("a member has no column"));
        }
        Ok(())
    }
}

/// The members of an object that came. No object has as many as 64 columns.
#[derive(Default)]
struct Seen(u64);

impl Seen {
    fn insert(&mut self, place: usize) -> bool {
        let is_new = !self.contains(place);
        self.0 |= 1u64.wrapping_shl(place as u32);
        is_new
    }

    fn contains(&self, place: usize) -> bool {
        self.0 & 1u64.wrapping_shl(place as u32) != 0
    }
}

/// Finds the member of a name.
struct MemberName<'n> {
    group: &'n Group,
    /// The place that is tried first.
    next: usize,
}

impl<'de> DeserializeSeed<'de> for MemberName<'_> {
    type Value = Result<usize, String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for MemberName<'_> {
    type Value = Result<usize, String>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
        let members = &self.group.members;
        let is_it = |place: &usize| members[*place].names.contains(&name);
        let found = (self.next..members.len()).chain(0..self.next.min(members.len())).find(is_it);
        Ok(found.ok_or_else(|| name.to_owned()))
    }
}

/// Puts the name of an entry into the column of names.
struct KeyPlace<'c> {
    column: Option<&'c mut ColumnBuffer>,
    rep: u8,
}

impl<'de> DeserializeSeed<'de> for KeyPlace<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeyPlace<'_> {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<bool, E> {
        Ok(self.column.is_some_and(|column| column.push_text(name, self.rep)))
    }
}
