//! The columns of a source: the values that its rows have under each pointer.

use std::collections::{BTreeMap, BTreeSet};

use onefold_config::pointer::escaped;
use onefold_normalise::is_placeholder;
use serde_json::Value;

use crate::data::source_reader::SourceRow;

/// The columns of the rows that were read.
#[derive(Debug, Default)]
pub struct Columns {
    /// The number of rows.
    pub rows: usize,
    /// The number of rows that cannot be parsed; a run would refuse them.
    pub refused: usize,
    /// The columns, in the order in which they were first seen.
    pub all: Vec<Column>,
    numbers: BTreeMap<String, usize>,
}

/// A column of CSV, or a pointer in JSON rows.
#[derive(Debug, Default)]
pub struct Column {
    /// Its JSON Pointer, with `*` for the items of a list.
    pub pointer: String,
    /// The names that lead to it; of what is in the items of a list, those that lead to the list.
    pub path: Vec<String>,
    /// Its values as text, also those in lists, without empty texts and placeholders such as "n/a".
    pub values: Vec<String>,
    /// The number of the row of each value.
    pub rows: Vec<usize>,
    /// How many of its values are lists, or in lists.
    pub lists: usize,
    /// Whether the header has its name twice. The values are those of the first.
    pub is_repeated: bool,
    distinct: BTreeSet<String>,
}

impl Column {
    /// The number of different values.
    pub fn distinct(&self) -> usize {
        self.distinct.len()
    }

    /// The value in a row, by the row's number.
    pub fn value(&self, row: usize) -> Option<&str> {
        self.rows.binary_search(&row).ok().map(|at| self.values[at].as_str())
    }
}

impl Columns {
    /// Adds a row. A row that a run would refuse is only counted.
    pub fn read(&mut self, row: &SourceRow) {
        if row.header().is_empty() {
            match serde_json::from_slice(row.raw()) {
                Ok(value @ Value::Object(_)) => {
                    self.value(&Place::default(), &value);
                    self.rows += 1;
                }
                _ => self.refused += 1,
            }
            return;
        }
        let cells = row.cells();
        let mut names = BTreeSet::new();
        for (name, text) in &cells {
            let place = Place::default().member(name.trim());
            if names.insert(name.trim()) {
                self.text(&place, text);
            } else {
                self.column(&place).is_repeated = true;
            }
        }
        let counted = if cells.is_empty() { &mut self.refused } else { &mut self.rows };
        *counted += 1;
    }

    /// The column at a pointer.
    pub fn at(&self, pointer: &str) -> Option<&Column> {
        self.numbers.get(pointer).map(|number| &self.all[*number])
    }

    fn value(&mut self, place: &Place, value: &Value) {
        match value {
            Value::Null => _ = self.column(place),
            Value::Object(members) => {
                members.iter().for_each(|(name, value)| self.value(&place.member(name), value));
            }
            Value::Array(items) => {
                self.column(place).lists += 1;
                for item in items {
                    match item {
                        Value::Object(_) if !place.is_in_list => self.value(&place.items(), item),
                        Value::String(_) | Value::Number(_) => self.value(place, item),
                        _ => {}
                    }
                }
            }
            Value::String(text) => self.text(place, text),
            Value::Bool(_) | Value::Number(_) => self.text(place, &value.to_string()),
        }
    }

    fn text(&mut self, place: &Place, text: &str) {
        let row = self.rows;
        let column = self.column(place);
        let text = text.trim();
        if !text.is_empty() && !is_placeholder(text) {
            column.values.push(text.to_owned());
            column.rows.push(row);
            column.distinct.insert(text.to_owned());
        }
    }

    fn column(&mut self, place: &Place) -> &mut Column {
        let next = self.all.len();
        let number = *self.numbers.entry(place.pointer.clone()).or_insert(next);
        if number == next {
            let Place { pointer, path, is_in_list } = place.clone();
            self.all.push(Column { pointer, path, lists: usize::from(is_in_list), ..Column::default() });
        }
        &mut self.all[number]
    }
}

/// Where a value is in a row.
#[derive(Clone, Debug, Default)]
struct Place {
    pointer: String,
    path: Vec<String>,
    is_in_list: bool,
}

impl Place {
    /// The member of an object.
    fn member(&self, name: &str) -> Self {
        let mut path = self.path.clone();
        if !self.is_in_list {
            path.push(name.to_owned());
        }
        Self { pointer: format!("{}/{}", self.pointer, escaped(name)), path, is_in_list: self.is_in_list }
    }

    /// The items of a list.
    fn items(&self) -> Self {
        Self { pointer: format!("{}/*", self.pointer), path: self.path.clone(), is_in_list: true }
    }
}
