//! Taking the mapped values out of a source's rows.
//!
//! A [`RowPlan`] turns the pointers of the configuration into a tree, or into column numbers for CSV. It walks the tree
//! along with the JSON text, once, and fills one [`Slot`] for each pointer.

mod plain;

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use onefold_config::{Mapping, pointer};
use onefold_identity::account::TextSeed;
use onefold_identity::json;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The value at a pointer in a row.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Slot<'a> {
    /// Missing, or null.
    #[default]
    Absent,
    /// Text, or the text of a number or boolean.
    Text(Cow<'a, str>),
    /// An array's texts and numbers.
    List(Vec<Cow<'a, str>>),
    /// JSON text, for ids and attributes.
    Raw(&'a str),
    /// An object where a plain value should be.
    WrongShape,
}

impl<'a> Slot<'a> {
    /// All texts that it has.
    pub fn texts(&self) -> impl Iterator<Item = &str> + use<'_, 'a> {
        let (one, several) = match self {
            Self::Text(text) => (Some(&**text), &[][..]),
            Self::Raw(text) => (Some(*text), &[][..]),
            Self::List(items) => (None, &items[..]),
            Self::Absent | Self::WrongShape => (None, &[][..]),
        };
        one.into_iter().chain(several.iter().map(|item| &**item))
    }
}

/// A list or an object stands where text should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotText;

/// The first text among the chosen slots that is not blank; `None` if there is no value.
///
/// # Errors
/// There is no text, but an object or a list that is not empty.
pub fn text<'a>(slots: &[Slot<'a>], choice: &[usize]) -> Result<Option<Cow<'a, str>>, NotText> {
    let mut found = Ok(None);
    for slot in choice {
        match slots.get(*slot) {
            Some(Slot::Text(text)) if !text.trim_ascii().is_empty() => return Ok(Some(text.clone())),
            Some(Slot::WrongShape) => found = Err(NotText),
            Some(Slot::List(items)) if !items.is_empty() => found = Err(NotText),
            _ => {}
        }
    }
    found
}

/// How a slot is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SlotForm {
    /// Text or list.
    Value,
    /// JSON text.
    Raw,
}

/// Where the values of a mapping are found in a source's rows.
#[derive(Clone, Debug, Default)]
pub struct RowPlan {
    /// Unescaped pointer tokens and form of each slot.
    slots: Vec<(Vec<String>, SlotForm)>,
    nodes: Vec<PointerNode>,
}

/// A value's slots, in order of preference.
pub type SlotChoice = Vec<usize>;

/// A node of the tree of pointers.
#[derive(Clone, Debug, Default)]
struct PointerNode {
    children: Vec<PointerStep>,
    /// The child that came first in the last row: rows of one source mostly have their members in the same order.
    first: Cell<usize>,
    /// The slots that take the value here, as text or list and as JSON text.
    value: Option<usize>,
    raw: Option<usize>,
}

/// A named step to a child node.
#[derive(Clone, Debug)]
struct PointerStep {
    name: String,
    /// The name as a JSON string, with quotes.
    quoted: String,
    node: usize,
    /// The child that came next in the last row.
    next: Cell<usize>,
}

impl RowPlan {
    /// An empty plan.
    pub fn new() -> Self {
        Self { slots: Vec::new(), nodes: vec![PointerNode::default()] }
    }

    /// Adds pointers for a plain value or a list.
    pub fn add_value(&mut self, pointers: &[String]) -> SlotChoice {
        pointers.iter().map(|pointer| self.add(pointer, SlotForm::Value)).collect()
    }

    /// Adds pointers for a value that is kept as JSON text.
    pub fn add_raw(&mut self, pointers: &[String]) -> SlotChoice {
        pointers.iter().map(|pointer| self.add(pointer, SlotForm::Raw)).collect()
    }

    fn add(&mut self, pointer: &str, shape: SlotForm) -> usize {
        let tokens: Vec<String> = pointer::tokens(pointer).map(Cow::into_owned).collect();
        let mut node = 0;
        for token in &tokens {
            node = match self.nodes[node].children.iter().find(|child| child.name == *token) {
                Some(child) => child.node,
                None => {
                    self.nodes.push(PointerNode::default());
                    let child = self.nodes.len() - 1;
                    let mut quoted = Vec::new();
                    json::push_string(&mut quoted, token);
                    let quoted = String::from_utf8_lossy(&quoted).into_owned();
                    self.nodes[node].children.push(PointerStep {
                        name: token.clone(),
                        quoted,
                        node: child,
                        next: Cell::default(),
                    });
                    child
                }
            };
        }
        let next = self.slots.len();
        let place = match shape {
            SlotForm::Value => &mut self.nodes[node].value,
            SlotForm::Raw => &mut self.nodes[node].raw,
        };
        let slot = *place.get_or_insert(next);
        if slot == next {
            self.slots.push((tokens, shape));
        }
        slot
    }

    /// Reads a row of JSON Lines into `slots`.
    ///
    /// # Errors
    /// The row is no JSON object. The message holds no value of the row.
    pub fn read_json<'a>(&self, line: &'a str, slots: &mut Vec<Slot<'a>>) -> Result<(), serde_json::Error> {
        slots.clear();
        slots.resize(self.slots.len(), Slot::Absent);
        if plain::read(self, line, slots).is_some() {
            return Ok(());
        }
        self.read_any_json(line, slots)
    }

    fn read_any_json<'a>(&self, line: &'a str, slots: &mut Vec<Slot<'a>>) -> Result<(), serde_json::Error> {
        slots.clear();
        slots.resize(self.slots.len(), Slot::Absent);
        let mut deserializer = serde_json::Deserializer::from_str(line);
        RowSeed { plan: self, slots }.deserialize(&mut deserializer)?;
        deserializer.end()
    }

    /// The column of each slot in a CSV file with this header: the one that is named as the pointer's only token.
    pub fn columns(&self, header: &[String]) -> Vec<Option<usize>> {
        let column = |tokens: &[String]| match tokens {
            [name] => header.iter().position(|column| column.trim() == name),
            _ => None,
        };
        self.slots.iter().map(|(tokens, _)| column(tokens)).collect()
    }

    /// The names that are read and that a header has several times, in the order of the mapping.
    fn repeated(&self, header: &[String]) -> Vec<String> {
        let times = |name: &String| header.iter().filter(|column| column.trim() == name).count();
        let names = self.slots.iter().filter_map(|(tokens, _)| match &tokens[..] {
            [name] if times(name) > 1 => Some(name),
            _ => None,
        });
        let mut repeated: Vec<String> = Vec::new();
        for name in names {
            if !repeated.contains(name) {
                repeated.push(name.clone());
            }
        }
        repeated
    }
}

struct RowSeed<'p, 's, 'a> {
    plan: &'p RowPlan,
    slots: &'s mut Vec<Slot<'a>>,
}

impl<'de> DeserializeSeed<'de> for RowSeed<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        // The row must be an object even if all pointers lead elsewhere.
        deserializer.deserialize_map(NodeVisitor { plan: self.plan, node: 0, slots: self.slots })
    }
}

/// Reads the value at a node of the tree.
struct NodeVisitor<'p, 's, 'a> {
    plan: &'p RowPlan,
    node: usize,
    slots: &'s mut Vec<Slot<'a>>,
}

impl<'de> NodeVisitor<'_, '_, 'de> {
    fn branch(&self) -> &PointerNode {
        &self.plan.nodes[self.node]
    }

    fn fill(&mut self, slot: Slot<'de>) {
        if let Some(number) = self.branch().value {
            self.slots[number] = slot;
        }
    }

    fn fill_item(&mut self, item: Option<Cow<'de, str>>) {
        self.fill(item.map_or(Slot::Absent, Slot::Text));
    }
}

impl<'de> DeserializeSeed<'de> for NodeVisitor<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Some(raw_slot) = self.branch().raw else {
            return deserializer.deserialize_any(self);
        };
        let text = <&'de RawValue as serde::Deserialize>::deserialize(deserializer)?.get();
        self.slots[raw_slot] = if text == "null" { Slot::Absent } else { Slot::Raw(text) };
        if self.branch().value.is_none() && self.branch().children.is_empty() {
            return Ok(());
        }
        serde_json::Deserializer::from_str(text).deserialize_any(self).map_err(serde::de::Error::custom)
    }
}

impl<'de> Visitor<'de> for NodeVisitor<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<M: MapAccess<'de>>(mut self, mut map: M) -> Result<(), M::Error> {
        self.fill(Slot::WrongShape);
        let plan = self.plan;
        let children = &plan.nodes[self.node].children;
        // Members mostly come in the same order, so the search begins behind the last one.
        let mut expected = 0;
        while let Some(name) = map.next_key_seed(TextSeed)? {
            let matches = |at: &usize| children[*at].name == name;
            let position = (expected..children.len()).find(matches).or_else(|| (0..expected).find(matches));
            match position {
                Some(position) => {
                    expected = position + 1;
                    map.next_value_seed(NodeVisitor { plan, node: children[position].node, slots: self.slots })?;
                }
                None => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }

    fn visit_seq<S: SeqAccess<'de>>(mut self, mut sequence: S) -> Result<(), S::Error> {
        let plan = self.plan;
        let children = &plan.nodes[self.node].children;
        if children.is_empty() {
            let mut items = Vec::new();
            while let Some(item) = sequence.next_element_seed(ItemVisitor)? {
                items.extend(item);
            }
            self.fill(Slot::List(items));
            return Ok(());
        }
        let mut index = 0usize;
        loop {
            let more = match children.iter().find(|child| pointer::index(&child.name) == Some(index)) {
                Some(child) => {
                    sequence.next_element_seed(NodeVisitor { plan, node: child.node, slots: self.slots })?.is_some()
                }
                None => sequence.next_element::<IgnoredAny>()?.is_some(),
            };
            if !more {
                return Ok(());
            }
            index += 1;
        }
    }

    fn visit_borrowed_str<E: de::Error>(mut self, text: &'de str) -> Result<(), E> {
        let item = ItemVisitor.visit_borrowed_str(text)?;
        self.fill_item(item);
        Ok(())
    }

    fn visit_str<E: de::Error>(mut self, text: &str) -> Result<(), E> {
        let item = ItemVisitor.visit_str(text)?;
        self.fill_item(item);
        Ok(())
    }

    fn visit_u64<E: de::Error>(mut self, number: u64) -> Result<(), E> {
        let item = ItemVisitor.visit_u64(number)?;
        self.fill_item(item);
        Ok(())
    }

    fn visit_i64<E: de::Error>(mut self, number: i64) -> Result<(), E> {
        let item = ItemVisitor.visit_i64(number)?;
        self.fill_item(item);
        Ok(())
    }

    fn visit_f64<E: de::Error>(mut self, number: f64) -> Result<(), E> {
        let item = ItemVisitor.visit_f64(number)?;
        self.fill_item(item);
        Ok(())
    }

    fn visit_bool<E: de::Error>(mut self, value: bool) -> Result<(), E> {
        let item = ItemVisitor.visit_bool(value)?;
        self.fill_item(item);
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Reads a plain value as text. Null, lists and objects give `None`.
struct ItemVisitor;

impl<'de> DeserializeSeed<'de> for ItemVisitor {
    type Value = Option<Cow<'de, str>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(number.to_string())))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(if value { "true" } else { "false" })))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut sequence: S) -> Result<Self::Value, S::Error> {
        while sequence.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

/// The plan of a mapping and the slots of each of its fields.
#[derive(Clone, Debug)]
pub struct MappingPlan {
    /// Where values are found.
    pub rows: RowPlan,
    /// Slots of the id.
    pub id: SlotChoice,
    /// Slots of the time.
    pub updated_at: SlotChoice,
    /// Slots of the mark of deletion.
    pub deleted: SlotChoice,
    /// Slots of the full name.
    pub full_name: SlotChoice,
    /// Slots of each text field, in the order of the mapping.
    pub texts: Vec<SlotChoice>,
    /// Slots of the latitude.
    pub latitude: SlotChoice,
    /// Slots of the longitude.
    pub longitude: SlotChoice,
    /// Slots of the salary.
    pub salary: SlotChoice,
    /// Slots of the interests.
    pub interests: SlotChoice,
    /// Slots of each attribute, in the order of the mapping.
    pub attributes: Vec<SlotChoice>,
}

impl MappingPlan {
    /// Plans a mapping.
    pub fn new(mapping: &Mapping) -> Self {
        let mut rows = RowPlan::new();
        let none: &[String] = &[];
        // As JSON text: a long number that is read as a floating-point one would become another id.
        let id = rows.add_raw(&mapping.id);
        let updated_at = rows.add_value(mapping.updated_at.as_ref().map_or(none, |time| &time.at));
        let deleted = rows.add_value(mapping.deleted.as_ref().map_or(none, |mark| &mark.at));
        let full_name = rows.add_value(mapping.full_name.as_deref().unwrap_or(none));
        let texts = mapping.texts.iter().map(|text| rows.add_value(&text.at)).collect();
        let latitude = rows.add_value(mapping.latitude.as_deref().unwrap_or(none));
        let longitude = rows.add_value(mapping.longitude.as_deref().unwrap_or(none));
        let salary = rows.add_value(mapping.salary.as_deref().unwrap_or(none));
        let interests = rows.add_value(mapping.interests.as_ref().map_or(none, |list| &list.at));
        let attributes = mapping.attributes.iter().map(|(_, at)| rows.add_raw(at)).collect();
        Self { rows, id, updated_at, deleted, full_name, texts, latitude, longitude, salary, interests, attributes }
    }

    /// The names of columns that are read and that a CSV header has several times.
    pub fn repeated(&self, header: &[String]) -> Vec<String> {
        self.rows.repeated(header)
    }

    /// The first pointer of each field for which a CSV header has no column.
    pub fn unanswered(&self, header: &[String]) -> Vec<String> {
        let columns = self.rows.columns(header);
        let single = [
            &self.id,
            &self.updated_at,
            &self.deleted,
            &self.full_name,
            &self.latitude,
            &self.longitude,
            &self.salary,
            &self.interests,
        ];
        let choices = single.into_iter().chain(&self.texts).chain(&self.attributes);
        choices
            .filter(|choice| choice.iter().all(|slot| columns[*slot].is_none()))
            .filter_map(|choice| choice.first())
            .map(|slot| format!("/{}", self.rows.slots[*slot].0.join("/")))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read<'a>(pointers: &[&str], line: &'a str) -> Result<Vec<Slot<'a>>, serde_json::Error> {
        let mut plan = RowPlan::new();
        for pointer in pointers {
            match pointer.strip_prefix('=') {
                Some(raw) => plan.add_raw(&[raw.to_owned()]),
                None => plan.add_value(&[(*pointer).to_owned()]),
            };
        }
        let mut slots = Vec::new();
        plan.read_json(line, &mut slots).map(|()| slots)
    }

    fn text(text: &str) -> Slot<'_> {
        Slot::Text(Cow::Borrowed(text))
    }

    #[test]
    fn finds_what_pointers_point_at() {
        let row = r#"{"z":{"x":[{"y":"deep"},7]},"a/b":1.5,"m~n":true,"n":null,"l":["p",2,null,{}],"o":{}}"#;
        let pointers = ["/z/x/0/y", "/z/x/1", "/a~1b", "/m~0n", "/n", "/l", "/o", "/none", "=/z", "=/l"];
        let found = read(&pointers, row).unwrap();
        let list = Slot::List(vec!["p".into(), "2".into()]);
        let expected = [
            text("deep"),
            text("7"),
            text("1.5"),
            text("true"),
            Slot::Absent,
            list,
            Slot::WrongShape,
            Slot::Absent,
            Slot::Raw(r#"{"x":[{"y":"deep"},7]}"#),
            Slot::Raw(r#"["p",2,null,{}]"#),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn names_may_need_escapes() {
        let row = r#"{"a\"b":1,"c\\d":2,"é":3}"#;
        assert_eq!(read(&["/a\"b", "/c\\d", "/é"], row).unwrap(), [text("1"), text("2"), text("3")]);
        assert!(read(&["/a\"b"], r#"{"a"b":1}"#).is_err());
    }

    #[test]
    fn a_row_is_one_json_object() {
        for wrong in ["", "7", "[]", "{", "{\"a\":1", "{\"a\":1} x", "#### broken record", "{\"a\":}"] {
            assert!(read(&["/a"], wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn agrees_with_the_pointers_of_serde_json() {
        let row = r#"{"a":{"b":["x",{"c":"y"}],"":"empty"},"é":"\u00e9\n"}"#;
        let whole: serde_json::Value = serde_json::from_str(row).unwrap();
        for pointer in ["/a/b/0", "/a/b/1/c", "/a/", "/é", "/a/b/2", "/x"] {
            let expected = whole.pointer(pointer).and_then(|value| value.as_str()).map_or(Slot::Absent, text);
            assert_eq!(read(&[pointer], row).unwrap(), [expected], "{pointer}");
        }
    }

    /// JSON as rows have it, with members that the plan below knows.
    fn any_json() -> impl Strategy<Value = String> {
        let scalar = prop_oneof![
            Just("null".to_owned()),
            any::<bool>().prop_map(|value| value.to_string()),
            any::<i64>().prop_map(|number| number.to_string()),
            (0u32..2000).prop_map(|number| number.to_string()),
            "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,3})?([eE][-+]?[0-9]{1,3})?",
            r#""[a-zA-Zé \[{]{0,9}(\\\\[nt"])?""#,
        ];
        scalar.prop_recursive(3, 12, 4, |inner| {
            let blank = || prop_oneof![4 => Just(""), 1 => Just(" ")];
            let items = proptest::collection::vec(inner.clone(), 0..4);
            let members = proptest::collection::vec(("[abc]", blank(), inner), 0..5);
            let object = (members, blank()).prop_map(|(members, blank)| {
                let members: Vec<_> =
                    members.iter().map(|(name, blank, value)| format!("\"{name}\"{blank}:{blank}{value}")).collect();
                format!("{{{blank}{}{blank}}}", members.join(&format!("{blank},{blank}")))
            });
            prop_oneof![items.prop_map(|items| format!("[{}]", items.join(","))), object]
        })
    }

    proptest! {
        #[test]
        fn the_short_way_agrees_with_the_general_parser(
            value in any_json(), end in "(\r?\n| )?", cut in any::<prop::sample::Index>(), with in ".?"
        ) {
            let pointers = ["/a", "/b/a", "/b/b", "/c/0", "/d"].map(str::to_owned);
            let mut plan = RowPlan::new();
            plan.add_value(&pointers);
            plan.add_raw(&["/b/c".to_owned(), "/b/b".to_owned(), "/e".to_owned()]);
            let row = format!("{{\"d\":{value},\"x\":[{value}],\"e\":{value},\"b\":{value},\"a\":{value}}}{end}");
            let places: Vec<usize> = row.char_indices().map(|(place, _)| place).collect();
            let place = places[cut.index(places.len())];
            let changed = [&row[..place], &with, &row[place..].chars().skip(1).collect::<String>()].concat();
            for line in [value.as_str(), &row, &row[..place], &changed] {
                let (mut short, mut general) = (Vec::new(), Vec::new());
                let is_short_valid = plan.read_json(line, &mut short).is_ok();
                prop_assert_eq!(is_short_valid, plan.read_any_json(line, &mut general).is_ok(), "{}", line);
                if is_short_valid {
                    prop_assert_eq!(short, general, "{}", line);
                }
            }
        }
    }

    #[test]
    fn columns_are_pointers_of_one_token() {
        let mut plan = RowPlan::new();
        plan.add_value(&["/b".to_owned(), "/no".to_owned(), "/a".to_owned()]);
        let header = ["a".to_owned(), " b ".to_owned()];
        assert_eq!(plan.columns(&header), [Some(1), None, Some(0)]);
    }
}
