//! The fast way to read rows of JSON: those without escapes.

use std::borrow::Cow;

use onefold_identity::plain_json::PlainJson;

use super::{PointerNode, RowPlan, Slot};

/// So many digits always fit into an `i64`.
const DIGITS_MAX: usize = 18;

/// Fills the slots of a row. `None` if the row is not of this simple form, valid or not; the slots may then hold
/// anything.
pub(super) fn read<'a>(plan: &RowPlan, line: &'a str, slots: &mut [Slot<'a>]) -> Option<()> {
    let line = line.strip_suffix('\n').unwrap_or(line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    let mut row = PlainRow { plan, json: PlainJson::new(line)?, slots };
    row.object(0)?;
    row.json.is_over().then_some(())
}

/// A row being read.
struct PlainRow<'p, 's, 'a> {
    plan: &'p RowPlan,
    json: PlainJson<'a>,
    slots: &'s mut [Slot<'a>],
}

impl<'a> PlainRow<'_, '_, 'a> {
    fn fill(&mut self, node: usize, slot: Slot<'a>) {
        self.plan.nodes[node].fill(self.slots, slot);
    }

    /// Reads an object at a node of the tree.
    fn object(&mut self, node: usize) -> Option<()> {
        self.fill(node, Slot::WrongShape);
        if !self.json.take_mark("{") {
            return None;
        }
        let plan = self.plan;
        let PointerNode { children, each, first, .. } = &plan.nodes[node];
        if let Some(each) = each {
            // A member that is needed in two ways is read in the general way.
            return children.is_empty().then(|| self.members(*each))?;
        }
        let mut expected = first;
        loop {
            // An expected member needs no search, and the end of its name is known.
            let position = match children.get(expected.get()).is_some_and(|child| self.json.take(&child.quoted)) {
                true => Some(expected.get()),
                false => {
                    let name = self.json.string()?;
                    children.iter().position(|child| child.name == name)
                }
            };
            if !self.json.take_mark(":") {
                return None;
            }
            match position {
                Some(position) => {
                    expected.set(position);
                    expected = &children[position].next;
                    self.value(children[position].node)?;
                }
                None => _ = self.json.value()?,
            }
            if !self.json.take_mark(",") {
                return self.json.take_mark("}").then_some(());
            }
        }
    }

    /// Reads the values of all members of an object, behind its bracket, at a node.
    fn members(&mut self, node: usize) -> Option<()> {
        loop {
            self.json.string()?;
            if !self.json.take_mark(":") {
                return None;
            }
            self.value(node)?;
            if !self.json.take_mark(",") {
                return self.json.take_mark("}").then_some(());
            }
        }
    }

    /// Reads the value at a node of the tree.
    // Called for every member, mostly by `object`.
    #[inline(always)]
    fn value(&mut self, node: usize) -> Option<()> {
        let branch = &self.plan.nodes[node];
        if let Some(raw_slot) = branch.raw {
            let text = self.json.value()?;
            self.slots[raw_slot] = if text == "null" { Slot::Absent } else { Slot::Raw(text) };
            // A value that is needed in two ways is read in the general way.
            return (branch.value.is_none() && branch.is_leaf()).then_some(());
        }
        match self.json.peek()? {
            b'{' => self.object(node),
            b'[' if branch.is_leaf() => {
                let items = self.items()?;
                self.fill(node, Slot::List(items));
                Some(())
            }
            b'[' => match branch.each {
                Some(each) if branch.children.is_empty() && branch.value.is_none() => self.each(each),
                _ => None,
            },
            _ => {
                if let Some(text) = self.scalar()? {
                    self.fill(node, Slot::Text(Cow::Borrowed(text)));
                }
                Some(())
            }
        }
    }

    /// Reads every item of an array at a node.
    fn each(&mut self, node: usize) -> Option<()> {
        if !self.json.take_mark("[") {
            return None;
        }
        if self.json.take_mark("]") {
            return Some(());
        }
        loop {
            self.value(node)?;
            if !self.json.take_mark(",") {
                return self.json.take_mark("]").then_some(());
            }
        }
    }

    /// The texts and numbers of an array.
    fn items(&mut self) -> Option<Vec<Cow<'a, str>>> {
        let mut items = Vec::new();
        if !self.json.take_mark("[") {
            return None;
        }
        if self.json.take_mark("]") {
            return Some(items);
        }
        loop {
            items.extend(self.scalar()?.map(Cow::Borrowed));
            if !self.json.take_mark(",") {
                return self.json.take_mark("]").then_some(items);
            }
        }
    }

    /// The text of a plain value; `Some(None)` is null.
    fn scalar(&mut self) -> Option<Option<&'a str>> {
        match self.json.peek()? {
            b'"' => self.json.string().map(Some),
            // Numbers are written anew, and only whole numbers are known to stay the same.
            b'0'..=b'9' => {
                let number = self.json.number()?;
                let is_whole = number.len() <= DIGITS_MAX && number.bytes().all(|byte| byte.is_ascii_digit());
                is_whole.then_some(Some(number))
            }
            b'n' | b't' | b'f' => self.json.value().map(|word| (word != "null").then_some(word)),
            _ => None,
        }
    }
}
