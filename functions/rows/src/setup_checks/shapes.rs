//! Lists and objects in rows of JSON where a field takes text.

use onefold_config::pointer::{Selector, escaped, selectors};
use onefold_config::{Config, Pointers, Source};
use onefold_normalise::field::TextField;
use serde_json::Value;

use super::SetupFinding;
use crate::mapping::{self, MappingPlan, NotText, Slot, SlotChoice};

/// A phone number has so many digits at least.
const PHONE_DIGITS: usize = 6;

/// A field of a source that takes text.
struct TextPlace<'s> {
    name: &'s str,
    field: Option<TextField>,
    at: &'s Pointers,
    choice: &'s SlotChoice,
    takes_several: bool,
}

/// The fields that find lists or objects in rows of JSON, so that values are lost. `number` is the source's; `rows` are
/// the first rows of a file.
pub fn check_shapes(config: &Config, number: usize, file: &str, rows: &[&str]) -> Vec<SetupFinding> {
    let Some(source) = config.sources.get(number) else {
        return Vec::new();
    };
    let plan = MappingPlan::new(&source.mapping);
    let rows: Vec<(&str, Vec<Slot<'_>>)> = rows.iter().filter_map(|row| Some((*row, slots_of(&plan, row)?))).collect();
    let finding = |place: TextPlace<'_>| {
        let lost: Vec<&str> = rows.iter().filter(|(_, slots)| place.loses(&plan, slots)).map(|(row, _)| *row).collect();
        (!lost.is_empty()).then(|| SetupFinding {
            section: "source",
            number,
            key: "fields",
            message: place.message(&lost, rows.len(), file),
        })
    };
    places(source, &plan).into_iter().filter_map(finding).collect()
}

/// The fields of a source that take text.
fn places<'s>(source: &'s Source, plan: &'s MappingPlan) -> Vec<TextPlace<'s>> {
    let mapping = &source.mapping;
    let texts = mapping.texts.iter().zip(&plan.texts).map(|(text, choice)| TextPlace {
        name: text.field.name(),
        field: Some(text.field),
        at: &text.at,
        choice,
        takes_several: text.takes_several,
    });
    let others = [("full_name", &mapping.full_name, &plan.full_name), ("salary", &mapping.salary, &plan.salary)];
    let others = others.into_iter().filter_map(|(name, at, choice)| {
        Some(TextPlace { name, field: None, at: at.as_ref()?, choice, takes_several: false })
    });
    others.chain(texts).collect()
}

impl TextPlace<'_> {
    /// Whether a row has a list or an object in place of a value.
    fn loses(&self, plan: &MappingPlan, slots: &[Slot<'_>]) -> bool {
        match self.takes_several {
            true => plan.rows.texts(slots, self.choice).has_others,
            false => mapping::text(slots, self.choice) == Err(NotText),
        }
    }

    fn message(&self, lost: &[&str], rows: usize, file: &str) -> String {
        let (found, wanted) = match self.takes_several {
            true => ("what is neither text nor a list of texts", "loses it"),
            false => ("a list or an object", "takes text only"),
        };
        let advice = match self.pointer_in(lost) {
            Some(pointer) => format!("point at the text in it, as by {pointer:?}"),
            None => "point at a text in it".to_owned(),
        };
        let Self { name, .. } = self;
        format!("{name} finds {found} in {} of the first {rows} rows of {file}, and {wanted}; {advice}", lost.len())
    }

    /// A pointer to a text in what is lost: rather one that can be a value of the field.
    fn pointer_in(&self, lost: &[&str]) -> Option<String> {
        let mut pointers = Vec::new();
        for row in lost.iter().filter_map(|row| serde_json::from_str::<Value>(row).ok()) {
            for at in self.at {
                let path: Vec<Selector> = selectors(at).collect();
                let behind = values_at(&row, &path).into_iter().filter_map(|value| self.behind(value));
                pointers.extend(behind.map(|(rest, fits)| (fits, format!("{at}{rest}"))));
            }
        }
        let fitting = pointers.iter().find(|(fits, _)| *fits).or(pointers.first());
        fitting.map(|(_, pointer)| pointer.clone())
    }

    /// The way from a list or an object to a text in it, and whether that can be a value of the field.
    fn behind(&self, value: &Value) -> Option<(String, bool)> {
        let step = |name: String, value: &Value| match value {
            Value::Array(_) | Value::Object(_) => {
                self.behind(value).map(|(rest, fits)| (format!("/{name}{rest}"), fits))
            }
            Value::Null => None,
            _ => Some((format!("/{name}"), self.fits(value))),
        };
        let ways: Vec<(String, bool)> = match value {
            Value::Array(items) if self.takes_several => {
                items.iter().filter_map(|item| step("*".to_owned(), item)).collect()
            }
            Value::Array(items) => items.iter().zip(0..).filter_map(|(item, at)| step(at.to_string(), item)).collect(),
            Value::Object(members) => members.iter().filter_map(|(name, value)| step(escaped(name), value)).collect(),
            _ => Vec::new(),
        };
        let fitting = ways.iter().find(|(_, fits)| *fits).or(ways.first());
        fitting.cloned()
    }

    /// Whether a value looks like one of the field.
    fn fits(&self, value: &Value) -> bool {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match self.field {
            Some(TextField::Email) => text.contains('@'),
            Some(TextField::PhoneNumber) => text.bytes().filter(u8::is_ascii_digit).count() >= PHONE_DIGITS,
            _ => value.is_string(),
        }
    }
}

/// The values that a pointer finds in a row.
fn values_at<'v>(row: &'v Value, path: &[Selector]) -> Vec<&'v Value> {
    path.iter().fold(vec![row], |values, selector| {
        let selected = |value: &'v Value| -> Vec<&'v Value> {
            match (value, selector) {
                (Value::Object(members), Selector::Name(name)) => members.get(name).into_iter().collect(),
                (Value::Object(members), Selector::Wildcard) => members.values().collect(),
                (Value::Array(items), Selector::Name(name)) => {
                    onefold_config::pointer::index(name).and_then(|at| items.get(at)).into_iter().collect()
                }
                (Value::Array(items), Selector::Wildcard) => items.iter().collect(),
                _ => Vec::new(),
            }
        };
        values.into_iter().flat_map(selected).collect()
    })
}

/// The values of a row of JSON; `None` if it is none.
fn slots_of<'r>(plan: &MappingPlan, row: &'r str) -> Option<Vec<Slot<'r>>> {
    let mut slots = Vec::new();
    plan.rows.read_json(row, &mut slots).ok()?;
    Some(slots)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(fields: &str, rows: &[&str]) -> Vec<String> {
        let text = format!(
            "[[source]]\nname = \"crm\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\n{fields}\n[[match]]\nkey = \"email\"\n"
        );
        let findings = check_shapes(&Config::parse(&text).unwrap(), 0, "a.jsonl", rows);
        assert!(
            findings.iter().all(|finding| (finding.section, finding.number, finding.key) == ("source", 0, "fields"))
        );
        findings.into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn a_list_or_an_object_in_place_of_a_text_is_told() {
        let rows = [
            r#"{"name":["Anna"]}"#,
            r#"{"name":{"n":1},"nick":"Ann"}"#,
            r#"{"name":[]}"#,
            "no row",
            r#"{"name":{"n":1,"full":{"of":"Ann"}}}"#,
        ];
        let expected = "full_name finds a list or an object in 2 of the first 4 rows of a.jsonl, and takes text only; point at \
                        the text in it, as by \"/name/0\"";
        assert_eq!(told("full_name = [\"/name\", \"/nick\"]", &rows), [expected]);
        assert!(told("given_name = \"/name\"", &rows[4..])[0].ends_with("as by \"/name/full/of\""));
        assert!(told("given_name = \"/name\"", &[r#"{"name":{"a":[null]}}"#])[0].ends_with("; point at a text in it"));
    }

    #[test]
    fn of_a_field_of_several_values_all_items_are_pointed_at() {
        let rows = [
            r#"{"phones":["+491"],"emails":["a@x.de",["b@x.de"]]}"#,
            r#"{"phones":[{"kind":"home","no":"+49 30 1234560"},{"kind":"mobile"}],"emails":{"*":"c@x.de"}}"#,
        ];
        let expected = [
            "email finds what is neither text nor a list of texts in 2 of the first 2 rows of a.jsonl, and loses it; point at the \
             text in it, as by \"/emails/*\"",
            "phone_number finds what is neither text nor a list of texts in 1 of the first 2 rows of a.jsonl, and loses it; point \
             at the text in it, as by \"/phones/*/no\"",
        ];
        assert_eq!(told("email = \"/emails\"\nphone_number = \"/phones\"", &rows), expected);
        assert!(told("email = \"/emails\"", &rows[1..])[0].ends_with("\"/emails/~*\""));
        let mended = "phone_number = [\"/phones\", \"/phones/*/no\"]\nemail = [\"/emails/*\", \"/emails/*/*\"]";
        assert_eq!(told(mended, &rows), [""; 0]);
    }
}
