//! What a source's rows have, place by place.

use std::collections::{BTreeMap, BTreeSet};

use onefold_core::csv::{Boundary, FieldReader, boundary};
use onefold_core::normalise::is_placeholder;
use serde_json::Value;

use super::head::Head;
use super::sniff::{Format, Layout};

/// What the rows looked at have.
#[derive(Debug, Default)]
pub struct Columns {
    /// How many rows were looked at.
    pub rows: usize,
    /// What there is, in the order of first sight.
    pub all: Vec<Column>,
    numbers: BTreeMap<String, usize>,
}

/// A column, or a place in JSON rows.
#[derive(Debug, Default)]
pub struct Column {
    /// Its JSON Pointer.
    pub pointer: String,
    /// The names that lead to it.
    pub path: Vec<String>,
    /// Its plain values that say something, as text.
    pub values: Vec<String>,
    /// How many of its values are lists.
    pub lists: usize,
    distinct: BTreeSet<String>,
}

impl Column {
    /// How many plain values differ.
    pub fn distinct(&self) -> usize {
        self.distinct.len()
    }
}

impl Columns {
    /// Takes in the rows of a file, until there are `most` in all.
    pub fn read(&mut self, head: &Head, layout: &Layout, most: usize) {
        let text = layout.text(head);
        match layout.format {
            Format::JsonLines => self.json_lines(&text, head.is_whole, most),
            Format::JsonArray => self.json_array(&text, most),
            Format::Csv(delimiter) => self.csv(text.as_bytes(), delimiter, head.is_whole, most),
            Format::Parquet => {}
        }
    }

    fn json_lines(&mut self, text: &str, is_whole: bool, most: usize) {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty()).peekable();
        while let Some(line) = lines.next() {
            let may_be_cut = !is_whole && lines.peek().is_none();
            if self.rows == most || may_be_cut {
                return;
            }
            // A line that is no row is refused by the run, and says nothing about the others.
            if let Ok(row) = serde_json::from_str::<Value>(line) {
                self.row(&row);
            }
        }
    }

    fn json_array(&mut self, text: &str, most: usize) {
        let mut rest = text.trim_start().strip_prefix('[').unwrap_or_default();
        while self.rows < most {
            let mut items = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
            let Some(Ok(item)) = items.next() else { return };
            let end = items.byte_offset();
            self.row(&item);
            rest = rest.get(end..).unwrap_or_default().trim_start();
            rest = rest.strip_prefix(',').unwrap_or_default();
        }
    }

    fn csv(&mut self, bytes: &[u8], delimiter: u8, is_whole: bool, most: usize) {
        let mut reader = FieldReader::new(delimiter);
        let mut header: Option<Vec<String>> = None;
        let mut rest = bytes;
        while !rest.is_empty() && self.rows < most {
            let length = match boundary(rest, delimiter, is_whole) {
                Boundary::Complete(length) => length,
                // What a run refuses says nothing about the others.
                Boundary::Broken(length) => {
                    rest = &rest[length..];
                    continue;
                }
                Boundary::Open => return,
            };
            let (record, after) = rest.split_at(length);
            rest = after;
            if record.trim_ascii().is_empty() {
                continue;
            }
            reader.read(record);
            let texts = reader.fields().map(|field| String::from_utf8_lossy(field).into_owned());
            match &header {
                None => header = Some(texts.map(|name| name.trim().to_owned()).collect()),
                Some(header) if header.len() == reader.len() => {
                    let texts: Vec<String> = texts.collect();
                    self.rows += 1;
                    for (name, text) in header.iter().zip(&texts) {
                        self.text(std::slice::from_ref(name), text);
                    }
                }
                Some(_) => {}
            }
        }
    }

    fn row(&mut self, row: &Value) {
        if row.is_object() {
            self.rows += 1;
            self.value(&mut Vec::new(), row);
        }
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
        let column = self.column(path);
        let text = text.trim();
        if !text.is_empty() && !is_placeholder(text) {
            column.values.push(text.to_owned());
            column.distinct.insert(text.to_owned());
        }
    }

    fn column(&mut self, path: &[String]) -> &mut Column {
        let escaped = path.iter().map(|name| name.replace('~', "~0").replace('/', "~1"));
        let pointer: String = escaped.flat_map(|name| ["/".to_owned(), name]).collect();
        let next = self.all.len();
        let number = *self.numbers.entry(pointer.clone()).or_insert(next);
        if number == next {
            self.all.push(Column { pointer, path: path.to_vec(), ..Column::default() });
        }
        &mut self.all[number]
    }
}
