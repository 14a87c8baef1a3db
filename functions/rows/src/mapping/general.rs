//! The general way to read rows of JSON: whatever the parser takes.

use std::fmt;

use onefold_config::pointer;
use onefold_identity::account::TextSeed;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::items::{Item, ItemVisitor, Items};
use super::{PointerNode, RowPlan, Slot};

/// Reads a row into the slots.
pub(super) struct RowSeed<'p, 's, 'a> {
    pub(super) plan: &'p RowPlan,
    pub(super) slots: &'s mut Vec<Slot<'a>>,
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

    fn fill(&mut self, value: Slot<'de>) {
        let plan = self.plan;
        plan.nodes[self.node].fill(self.slots, value);
    }

    fn fill_item(&mut self, item: Item<'de>) {
        match item {
            Item::Text(text) => self.fill(Slot::Text(text)),
            Item::None | Item::Other => {}
        }
    }

    /// The same slots at another node.
    fn at(&mut self, node: usize) -> NodeVisitor<'_, '_, 'de> {
        NodeVisitor { plan: self.plan, node, slots: self.slots }
    }

    /// Reads a value's JSON text at a node.
    fn read_at<E: de::Error>(&mut self, node: usize, text: &'de str) -> Result<(), E> {
        self.at(node).deserialize(&mut serde_json::Deserializer::from_str(text)).map_err(E::custom)
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
        if self.branch().value.is_none() && self.branch().is_leaf() {
            return Ok(());
        }
        serde_json::Deserializer::from_str(text).deserialize_any(self).map_err(de::Error::custom)
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
        let PointerNode { children, each, .. } = &plan.nodes[self.node];
        // Members mostly come in the same order, so the search begins behind the last one.
        let mut expected = 0;
        while let Some(name) = map.next_key_seed(TextSeed)? {
            let matches = |at: &usize| children[*at].name == name;
            let position = (expected..children.len()).find(matches).or_else(|| (0..expected).find(matches));
            expected = position.map_or(expected, |position| position + 1);
            match (position.map(|position| children[position].node), *each) {
                (Some(named), Some(each)) => {
                    let text = map.next_value::<&RawValue>()?.get();
                    self.read_at(named, text)?;
                    self.read_at(each, text)?;
                }
                (Some(node), None) | (None, Some(node)) => map.next_value_seed(self.at(node))?,
                (None, None) => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }

    fn visit_seq<S: SeqAccess<'de>>(mut self, mut sequence: S) -> Result<(), S::Error> {
        let plan = self.plan;
        let PointerNode { children, each, value, .. } = &plan.nodes[self.node];
        if plan.nodes[self.node].is_leaf() {
            let mut items = Items::default();
            while let Some(item) = sequence.next_element_seed(ItemVisitor)? {
                items.add(item);
            }
            self.fill(items.slot());
            return Ok(());
        }
        let mut items = Items::default();
        let mut index = 0usize;
        loop {
            let placed = children.iter().find(|child| pointer::index(&child.name) == Some(index));
            let more = match (placed.map(|child| child.node), *each, value) {
                (None, None, None) => sequence.next_element::<IgnoredAny>()?.is_some(),
                (Some(node), None, None) | (None, Some(node), None) => {
                    sequence.next_element_seed(self.at(node))?.is_some()
                }
                (placed, each, _) => match sequence.next_element::<&RawValue>()? {
                    Some(text) => {
                        let mut item = serde_json::Deserializer::from_str(text.get());
                        items.add(ItemVisitor.deserialize(&mut item).map_err(de::Error::custom)?);
                        for node in placed.into_iter().chain(each) {
                            self.read_at(node, text.get())?;
                        }
                        true
                    }
                    None => false,
                },
            };
            if !more {
                self.fill(items.slot());
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
