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
    /// Its JSON Pointer.
    pub pointer: String,
    /// The names that lead to it.
    pub path: Vec<String>,
    /// Its values as text, without lists, empty texts and placeholders such as "n/a".
    pub values: Vec<String>,
    /// The number of the row of each value.
    pub rows: Vec<usize>,
    /// How many of its values are lists.
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
                    self.value(&mut Vec::new(), &value);
                    self.rows += 1;
                }
                _ => self.refused += 1,
            }
            return;
        }
        let cells = row.cells();
        let mut names = BTreeSet::new();
        for (name, text) in &cells {
            let path = [name.trim().to_owned()];
            if names.insert(name.trim()) {
                self.text(&path, text);
            } else {
                self.column(&path).is_repeated = true;
            }
        }
        let counted = if cells.is_empty() { &mut self.refused } else { &mut self.rows };
        *counted += 1;
    }

    /// The column at a pointer.
    pub fn at(&self, pointer: &str) -> Option<&Column> {
        self.numbers.get(pointer).map(|number| &self.all[*number])
    }

    fn value(&mut self, path: &mut Vec<String>, value: &Value) {
        match value {
            Value::Null => _ = self.column(path),
            Value::Object(members) => {
                for (name, value) in members {
                    path.push(name.clone());
                    self.value(path, value);
                    path.pop();
                }
            }
            Value::Array(_) => self.column(path).lists += 1,
            Value::String(text) => self.text(path, text),
            Value::Bool(_) | Value::Number(_) => self.text(path, &value.to_string()),
        }
    }

    fn text(&mut self, path: &[String], text: &str) {
        let row = self.rows;
        let column = self.column(path);
        let text = text.trim();
        if !text.is_empty() && !is_placeholder(text) {
            column.values.push(text.to_owned());
            column.rows.push(row);
            column.distinct.insert(text.to_owned());
        }
    }

    fn column(&mut self, path: &[String]) -> &mut Column {
        let pointer: String = path.iter().flat_map(|name| ["/".to_owned(), escaped(name)]).collect();
        let next = self.all.len();
        let number = *self.numbers.entry(pointer.clone()).or_insert(next);
        if number == next {
            self.all.push(Column { pointer, path: path.to_vec(), ..Column::default() });
        }
        &mut self.all[number]
    }
}
