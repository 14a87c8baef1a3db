//! Taking the mapped values out of a source's rows.
//!
//! A [`RowPlan`] turns the pointers of the configuration into a tree, or into column numbers for CSV. It walks the tree
//! along with the JSON text, once, and fills one [`Slot`] for each pointer.

mod general;
mod items;
mod plain;

use std::borrow::Cow;
use std::cell::Cell;

use general::RowSeed;
use onefold_config::Mapping;
use onefold_config::pointer::{self, Selector};
use onefold_identity::json;
use serde::de::DeserializeSeed;

/// The value at a pointer in a row.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Slot<'a> {
    /// Missing, or null.
    #[default]
    Absent,
    /// Text, or the text of a number or boolean.
    Text(Cow<'a, str>),
    /// The texts and numbers of an array, or of all places that a pointer with wildcards finds.
    List(Vec<Cow<'a, str>>),
    /// The same where arrays or objects stand beside them.
    Mixed(Vec<Cow<'a, str>>),
    /// JSON text, for ids and attributes.
    Raw(&'a str),
    /// An object where a plain value should be.
    WrongShape,
}

impl<'a> Slot<'a> {
    /// Replaces the value. Most have no memory to free, which is cheaper to see than to drop them.
    #[inline]
    fn set(&mut self, value: Self) {
        let before = std::mem::replace(self, value);
        match before {
            Self::Absent | Self::Text(Cow::Borrowed(_)) | Self::Raw(_) | Self::WrongShape => std::mem::forget(before),
            Self::Text(Cow::Owned(_)) | Self::List(_) | Self::Mixed(_) => drop(before),
        }
    }

    /// All texts that it has.
    pub fn texts(&self) -> impl Iterator<Item = &str> + use<'_, 'a> {
        let (one, several) = match self {
            Self::Text(text) => (Some(&**text), &[][..]),
            Self::Raw(text) => (Some(*text), &[][..]),
            Self::List(items) | Self::Mixed(items) => (None, &items[..]),
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
            Some(Slot::WrongShape | Slot::Mixed(_)) => found = Err(NotText),
            Some(Slot::List(items)) if !items.is_empty() => found = Err(NotText),
            _ => {}
        }
    }
    found
}

/// The texts of a field that has several values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts<'a> {
    /// All that are not blank: by slot, then as they stand.
    pub found: Vec<Cow<'a, str>>,
    /// Whether there is anything that is no text and that no other of the slots reads.
    pub has_others: bool,
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
    slots: Vec<PlannedSlot>,
    nodes: Vec<PointerNode>,
}

/// What fills a slot.
#[derive(Clone, Debug)]
struct PlannedSlot {
    pointer: String,
    selectors: Vec<Selector>,
}

/// A value's slots, in order of preference.
pub type SlotChoice = Vec<usize>;

/// A node of the tree of pointers.
#[derive(Clone, Debug, Default)]
struct PointerNode {
    children: Vec<PointerStep>,
    /// The child that all members or items lead to.
    each: Option<usize>,
    /// Whether a wildcard leads here, so that there can be several values.
    is_repeated: bool,
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

    fn add(&mut self, pointer: &str, form: SlotForm) -> usize {
        let selectors: Vec<Selector> = pointer::selectors(pointer).collect();
        let node = selectors.iter().fold(0, |node, selector| self.child(node, selector));
        let next = self.slots.len();
        let place = match form {
            SlotForm::Value => &mut self.nodes[node].value,
            SlotForm::Raw => &mut self.nodes[node].raw,
        };
        let slot = *place.get_or_insert(next);
        if slot == next {
            self.slots.push(PlannedSlot { pointer: pointer.to_owned(), selectors });
        }
        slot
    }

    /// The node that a selector leads to.
    fn child(&mut self, node: usize, selector: &Selector) -> usize {
        let next = self.nodes.len();
        let parent = &mut self.nodes[node];
        let known = match selector {
            Selector::Wildcard => parent.each,
            Selector::Name(name) => parent.children.iter().find(|child| child.name == *name).map(|child| child.node),
        };
        if let Some(known) = known {
            return known;
        }
        let is_repeated = parent.is_repeated || *selector == Selector::Wildcard;
        match selector {
            Selector::Wildcard => parent.each = Some(next),
            Selector::Name(name) => parent.children.push(PointerStep::new(name, next)),
        }
        self.nodes.push(PointerNode { is_repeated, ..PointerNode::default() });
        next
    }

    /// All texts among the chosen slots.
    pub fn texts<'a>(&self, slots: &[Slot<'a>], choice: &[usize]) -> Texts<'a> {
        let mut texts = Texts { found: Vec::new(), has_others: false };
        let mut has_unread = false;
        for number in choice {
            let found = match slots.get(*number) {
                Some(Slot::Text(text)) => std::slice::from_ref(text),
                Some(Slot::List(items) | Slot::Mixed(items)) => items,
                _ => &[],
            };
            texts.found.extend(found.iter().filter(|text| !text.trim_ascii().is_empty()).cloned());
            if matches!(slots.get(*number), Some(Slot::WrongShape | Slot::Mixed(_))) {
                has_unread = true;
                texts.has_others |= !self.is_read_below(*number, choice);
            }
        }
        texts.has_others |= has_unread && texts.found.is_empty();
        texts
    }

    /// Whether another of the chosen slots takes what is in the values of a slot.
    fn is_read_below(&self, number: usize, choice: &[usize]) -> bool {
        let selectors = &self.slots[number].selectors;
        choice.iter().any(|other| *other != number && self.slots[*other].selectors.starts_with(selectors))
    }

    /// Reads a row of JSON Lines into `slots`.
    ///
    /// # Errors
    /// The row is no JSON object. The message holds no value of the row.
    pub fn read_json<'a>(&self, line: &'a str, slots: &mut Vec<Slot<'a>>) -> Result<(), serde_json::Error> {
        self.clear(slots);
        if plain::read(self, line, slots).is_some() {
            return Ok(());
        }
        self.read_any_json(line, slots)
    }

    /// Empties the slots of the row before.
    fn clear(&self, slots: &mut Vec<Slot<'_>>) {
        slots.iter_mut().for_each(|slot| slot.set(Slot::Absent));
        slots.resize(self.slots.len(), Slot::Absent);
    }

    fn read_any_json<'a>(&self, line: &'a str, slots: &mut Vec<Slot<'a>>) -> Result<(), serde_json::Error> {
        self.clear(slots);
        let mut deserializer = serde_json::Deserializer::from_str(line);
        RowSeed { plan: self, slots }.deserialize(&mut deserializer)?;
        deserializer.end()
    }

    /// The column of each slot in a CSV file with this header: the one that is named as the pointer's only token.
    pub fn columns(&self, header: &[String]) -> Vec<Option<usize>> {
        let column = |slot: &PlannedSlot| match &slot.selectors[..] {
            [Selector::Name(name)] => header.iter().position(|column| column.trim() == name),
            _ => None,
        };
        self.slots.iter().map(column).collect()
    }

    /// The names that are read and that a header has several times, in the order of the mapping.
    fn repeated(&self, header: &[String]) -> Vec<String> {
        let times = |name: &String| header.iter().filter(|column| column.trim() == name).count();
        let names = self.slots.iter().filter_map(|slot| match &slot.selectors[..] {
            [Selector::Name(name)] if times(name) > 1 => Some(name),
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

impl PointerStep {
    fn new(name: &str, node: usize) -> Self {
        let mut quoted = Vec::new();
        json::push_string(&mut quoted, name);
        let quoted = String::from_utf8_lossy(&quoted).into_owned();
        Self { name: name.to_owned(), quoted, node, next: Cell::default() }
    }
}

impl PointerNode {
    /// Whether nothing below is read.
    fn is_leaf(&self) -> bool {
        self.children.is_empty() && self.each.is_none()
    }

    /// Puts a value that stands here into the slot that takes it.
    #[inline]
    fn fill<'a>(&self, slots: &mut [Slot<'a>], value: Slot<'a>) {
        let Some(number) = self.value else { return };
        if self.is_repeated {
            append(&mut slots[number], value);
        } else {
            slots[number].set(value);
        }
    }
}

/// Adds a value to those that a pointer with wildcards has found before.
fn append<'a>(slot: &mut Slot<'a>, value: Slot<'a>) {
    let (mut all, was_mixed) = match std::mem::take(slot) {
        Slot::List(texts) => (texts, false),
        Slot::Mixed(texts) => (texts, true),
        _ => (Vec::new(), false),
    };
    let mut is_mixed = was_mixed;
    match value {
        Slot::Text(text) => all.push(text),
        Slot::List(texts) => all.extend(texts),
        Slot::Mixed(texts) => {
            all.extend(texts);
            is_mixed = true;
        }
        Slot::WrongShape => is_mixed = true,
        Slot::Absent | Slot::Raw(_) => {}
    }
    *slot = if is_mixed { Slot::Mixed(all) } else { Slot::List(all) };
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
            .map(|slot| self.rows.slots[*slot].pointer.clone())
            .collect()
    }
}

#[cfg(test)]
mod tests;
