//! The keys of the configuration. The parser refuses all other keys by these tables, and editors get them as a JSON
//! Schema.
//!
//! Each section's keys are a function `keys()` beside its parser, a [`Key`] a line. A new key is one more line there.

use onefold_normalise::field::TextField;
use serde_json::{Map, Value, json};

/// A key of a section.
#[derive(Clone, Debug)]
pub struct Key {
    /// The name in the file. A name with dots can also be written as a table: `address.country`. `<name>` is any name;
    /// alone it stands for the declared fields.
    pub name: &'static str,
    /// The values that it takes.
    pub kind: Kind,
    /// What it means, in a sentence.
    pub doc: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// The value where it is not there.
    pub default: Option<Value>,
}

/// The values that a key takes.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Text, with a regular expression (ECMA 262) that it fits.
    Text(Option<&'static str>),
    /// The name of a text field, standard or declared, or one of these.
    TextFieldOr(Vec<&'static str>),
    /// One of some names.
    OneOf(Vec<&'static str>),
    /// A whole number from a least one on.
    Integer(i64),
    /// A whole number from a least to a greatest one.
    Range(i64, i64),
    /// A number.
    Number,
    /// A number above 0, up to a greatest one.
    Positive(f64),
    /// A number from 0 to 1.
    Ratio,
    /// `true` or `false`.
    Boolean,
    /// An array.
    Array(Box<Kind>),
    /// A table with keys of any name.
    Named(Box<Kind>),
    /// A table with these keys.
    Table(Vec<Key>),
    /// An array of tables with these keys.
    Tables(Vec<Key>),
    /// An array of tables, some of whose keys depend on the value of another.
    TablesBy(KeysByValue),
    /// Any of these.
    AnyOf(Vec<Kind>),
}

/// The keys of a table that depend on one of them.
#[derive(Clone, Debug)]
pub struct KeysByValue {
    /// The keys that are always there, with the one that decides.
    pub common: Vec<Key>,
    /// The name of that one.
    pub by: &'static str,
    /// The keys that there are with each of its values.
    pub ways: Vec<(&'static str, Vec<Key>)>,
}

impl KeysByValue {
    /// All keys. None that depends on the deciding key is required here.
    pub fn keys(&self) -> Vec<Key> {
        let of_ways = self.ways.iter().flat_map(|(_, keys)| keys.iter().cloned().map(Key::optional));
        self.common.iter().cloned().chain(of_ways).collect()
    }

    fn schema(&self) -> Value {
        let default = self.common.iter().find(|key| key.name == self.by).and_then(|key| key.default.as_ref());
        let mut schema = table(&self.keys());
        schema["allOf"] = self.ways.iter().map(|(way, keys)| self.condition(way, keys, default)).collect();
        schema
    }

    /// What holds with a value of the key that decides.
    fn condition(&self, way: &str, keys: &[Key], default: Option<&Value>) -> Value {
        let mut when = json!({"properties": {self.by: {"const": way}}});
        if default.is_none_or(|default| default != way) {
            when["required"] = json!([self.by]);
        }
        let required: Vec<&str> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
        let others = self.ways.iter().filter(|(other, _)| *other != way).flat_map(|(_, keys)| keys);
        let refused = others.filter(|other| keys.iter().all(|key| key.name != other.name));
        let refused: Map<String, Value> = refused.map(|key| (key.name.to_owned(), false.into())).collect();
        json!({"if": when, "then": {"required": required, "properties": refused}})
    }
}

impl Kind {
    /// One such value or an array of them.
    pub fn or_several(self) -> Self {
        Self::AnyOf(vec![self.clone(), Self::Array(Box::new(self))])
    }

    fn schema(&self) -> Value {
        match self {
            Self::Text(None) => json!({"type": "string"}),
            Self::Text(Some(pattern)) => json!({"type": "string", "pattern": pattern}),
            Self::TextFieldOr(others) => {
                let known: Vec<&str> = TextField::ALL.map(TextField::name).iter().chain(others).copied().collect();
                json!({"anyOf": [{"enum": known}, {"type": "string", "pattern": OWN_NAME}]})
            }
            Self::OneOf(names) => json!({"type": "string", "enum": names}),
            Self::Integer(least) => json!({"type": "integer", "minimum": least}),
            Self::Range(least, most) => json!({"type": "integer", "minimum": least, "maximum": most}),
            Self::Number => json!({"type": "number"}),
            Self::Positive(most) => json!({"type": "number", "exclusiveMinimum": 0, "maximum": most}),
            Self::Ratio => json!({"type": "number", "minimum": 0, "maximum": 1}),
            Self::Boolean => json!({"type": "boolean"}),
            Self::Array(items) => json!({"type": "array", "items": items.schema()}),
            Self::Named(values) => json!({"type": "object", "additionalProperties": values.schema()}),
            Self::Table(keys) => table(keys),
            Self::Tables(keys) => json!({"type": "array", "items": table(keys)}),
            Self::TablesBy(choice) => json!({"type": "array", "items": choice.schema()}),
            Self::AnyOf(kinds) => json!({"anyOf": kinds.iter().map(Kind::schema).collect::<Vec<_>>()}),
        }
    }
}

impl Key {
    /// A key of any kind.
    pub fn new(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, kind, doc, required: false, default: None }
    }

    /// A key for text.
    pub fn text(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Kind::Text(None), doc)
    }

    /// A key for one of some names.
    pub fn one_of(name: &'static str, names: impl IntoIterator<Item = &'static str>, doc: &'static str) -> Self {
        Self::new(name, Kind::OneOf(names.into_iter().collect()), doc)
    }

    /// A key for a whole number from `least` on.
    pub fn integer(name: &'static str, least: i64, doc: &'static str) -> Self {
        Self::new(name, Kind::Integer(least), doc)
    }

    /// A key for a number from 0 to 1.
    pub fn ratio(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Kind::Ratio, doc)
    }

    /// A key for `true` or `false`.
    pub fn boolean(name: &'static str, doc: &'static str) -> Self {
        Self::new(name, Kind::Boolean, doc)
    }

    /// A section: a table.
    pub fn table(name: &'static str, keys: Vec<Key>, doc: &'static str) -> Self {
        Self::new(name, Kind::Table(keys), doc)
    }

    /// A section that may be there several times: an array of tables.
    pub fn tables(name: &'static str, keys: Vec<Key>, doc: &'static str) -> Self {
        Self::new(name, Kind::Tables(keys), doc)
    }

    /// This key, which must be there.
    pub fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// This key, which need not be there.
    pub fn optional(self) -> Self {
        Self { required: false, ..self }
    }

    /// This key, with what holds where it is not there.
    pub fn or(self, default: impl Into<Value>) -> Self {
        Self { default: Some(default.into()), ..self }
    }

    fn schema(&self) -> Value {
        let mut schema = self.kind.schema();
        schema["description"] = self.doc.into();
        if let Some(default) = &self.default {
            schema["default"] = default.clone();
        }
        schema
    }
}

/// The names of declared fields.
const OWN_NAME: &str = "^[a-z][a-z0-9_]{0,39}$";

/// The schema of a table with these keys and no others.
fn table(keys: &[Key]) -> Value {
    let mut properties = Map::new();
    let mut patterns = Map::new();
    let mut others = Value::from(false);
    for key in keys {
        if key.name == "<name>" {
            others = key.schema();
            continue;
        }
        let Some((outer, inner)) = key.name.split_once('.') else {
            properties.insert(key.name.to_owned(), key.schema());
            continue;
        };
        // As one name, and as a table in the table.
        let within = properties
            .entry(outer)
            .or_insert_with(|| json!({"type": "object", "properties": {}, "additionalProperties": false}));
        if inner == "<name>" {
            within["additionalProperties"] = key.schema();
            patterns.insert(format!("^{outer}\\."), key.schema());
        } else {
            within["properties"][inner] = key.schema();
            properties.insert(key.name.to_owned(), key.schema());
        }
    }
    let mut schema = json!({"type": "object", "properties": properties, "additionalProperties": others});
    if !patterns.is_empty() {
        schema["patternProperties"] = patterns.into();
    }
    let required: Vec<&str> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    schema
}

/// The configuration as a JSON Schema (draft 7, which editors of TOML understand).
///
/// It has all keys, the kind of their values, which of them are required, and how that depends on a source's kind.
/// Other dependencies between keys are checked by [`super::Config::parse`] only.
pub fn json_schema() -> Value {
    let mut schema = table(&super::keys());
    schema["$schema"] = "http://json-schema.org/draft-07/schema#".into();
    schema["title"] = "Onefold configuration".into();
    schema
}

#[cfg(test)]
mod tests;
