//! The tables of keys, the schema that is made of them, and the parser say the same.

use super::*;
use crate::Config;

/// A key, with the headers of the sections that lead to it.
struct Probe {
    headers: String,
    path: String,
    key: Key,
}

/// Every key of the configuration, those of tables within tables too.
fn probes() -> Vec<Probe> {
    fn collect(keys: Vec<Key>, headers: &str, path: &str, found: &mut Vec<Probe>) {
        for key in keys {
            let name = key.name.replace("<name>", "anything");
            let path = if path.is_empty() { format!("{name:?}") } else { format!("{path}.{name:?}") };
            let headers = format!("{headers}{}", context(&path));
            found.push(Probe { headers: headers.clone(), path: path.clone(), key: key.clone() });
            descend(key.kind, &headers, &path, found);
        }
    }
    fn descend(kind: Kind, headers: &str, path: &str, found: &mut Vec<Probe>) {
        match kind {
            Kind::TablesBy(choice) => descend(Kind::Tables(choice.keys()), headers, path, found),
            Kind::Tables(keys) => collect(keys, &format!("{headers}[[{path}]]\n"), path, found),
            Kind::Table(keys) => collect(keys, &format!("{headers}[{path}]\n"), path, found),
            Kind::Named(values) => {
                if let Kind::Table(keys) = *values {
                    collect(keys, &format!("{headers}[{path}.some]\n"), path, found);
                }
            }
            Kind::AnyOf(kinds) => kinds.into_iter().for_each(|kind| descend(kind, headers, path, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    // So that a field may have any name.
    collect(crate::keys(), "field.anything.identifier = false\n", "", &mut found);
    found
}

/// What must stand beside a key for it, and what is in it, to be looked at.
fn context(path: &str) -> &'static str {
    match path {
        "\"source\".\"http\"" => "\"kind\" = \"http\"\n",
        "\"source\".\"postgres\"" => "\"kind\" = \"postgres\"\n",
        "\"enrich\".\"columns\"" => "\"field\" = \"location\"\n",
        "\"source\".\"http\".\"auth\".\"header\"" => "\"secret\" = \"name\"\n",
        "\"source\".\"http\".\"auth\".\"secret\"" => "\"header\" = \"x-api-key\"\n",
        "\"guard\".\"max_distinct\".\"field\"" => "\"most\" = 1\n",
        _ => by_way_of_paging(path).unwrap_or_else(|| by_form_of_limit(path)),
    }
}

/// A limit of values is by field, or a field with when its values agree.
fn by_form_of_limit(path: &str) -> &'static str {
    match path.strip_prefix("\"guard\".\"max_distinct\".") {
        Some("\"as\"" | "\"jaro_winkler\"" | "\"edit_distance\"" | "\"exact\"" | "\"most\"") => {
            "\"field\" = \"given_name\"\n"
        }
        _ => "",
    }
}

/// Each way of paging has keys of its own.
fn by_way_of_paging(path: &str) -> Option<&'static str> {
    match path.strip_prefix("\"source\".\"http\".\"page\".") {
        Some("\"cursor\"" | "\"more\"" | "\"until\"") => Some("\"by\" = \"cursor\"\n"),
        Some("\"at\"") => Some("\"by\" = \"link\"\n"),
        Some("\"param\"" | "\"first\"" | "\"size_param\"" | "\"size\"") => Some("\"by\" = \"number\"\n"),
        _ => None,
    }
}

/// The messages about the last line of a text.
fn told_of_last_line(text: &str) -> Vec<String> {
    let last = text.lines().count();
    let faults = Config::parse(text).unwrap_err().0;
    faults.into_iter().filter(|fault| fault.line == last).map(|fault| fault.message).collect()
}

#[test]
fn every_key_of_the_schema_is_read_by_the_parser() {
    let probes = probes();
    assert!(probes.len() > 60, "{}", probes.len());
    for Probe { headers, path, key } in probes {
        let name = key.name.replace("<name>", "anything");
        // No key takes a date. One that is refused by its name, or not looked at, is not a key.
        let told = told_of_last_line(&format!("{headers}{name:?} = 2020-01-01"));
        assert!(!told.is_empty(), "{path} is not read");
        assert!(!told.iter().any(|message| message.starts_with("unknown ")), "{path}: {told:?}");
    }
}

#[test]
fn what_is_not_in_the_schema_is_refused_and_the_nearest_key_is_named() {
    for Probe { headers, path, key } in probes() {
        if key.name.contains('<') {
            continue;
        }
        // In front: behind, an x may be as near to the plural.
        let told = told_of_last_line(&format!("{headers}\"x{}\" = 2020-01-01", key.name));
        let meant = format!("did you mean {:?}?", key.name);
        let is_told = |message: &String| message.starts_with("unknown ") && message.contains(&meant);
        assert!(told.iter().any(is_told), "{path}: {told:?}");
    }
}

#[test]
fn the_members_of_a_field_are_those_of_the_schema() {
    let schema = json_schema();
    let fields = &schema["properties"]["source"]["items"]["properties"]["fields"]["properties"];
    let members =
        [("at", "at = \"/x\""), ("as", "as = \"date\""), ("split", "split = \";\""), ("default", "default = \"x\"")];
    for (name, field) in fields.as_object().unwrap() {
        let Some(table) =
            field["anyOf"].as_array().and_then(|kinds| kinds.iter().find(|kind| kind["type"] == "object"))
        else {
            continue;
        };
        for (member, text) in members {
            let at = if member == "at" { "" } else { "at = \"/x\", " };
            let text = format!("[[source]]\n[source.fields]\n{name:?} = {{ {at}{text} }}");
            let told: Vec<String> = told_of_last_line(&text)
                .into_iter()
                .filter(|message| !message.contains("RFC 3339") && !message.starts_with("location needs"))
                .collect();
            let is_in_schema = table["properties"].get(member).is_some();
            assert_eq!(told.is_empty(), is_in_schema, "{name}.{member}: {told:?}");
        }
    }
}

#[test]
fn a_name_with_a_dot_may_also_be_a_table() {
    let schema = json_schema();
    let fields = &schema["properties"]["source"]["items"]["properties"]["fields"];
    assert_eq!(fields["properties"]["address.country"], fields["properties"]["address"]["properties"]["country"]);
    assert!(fields["patternProperties"]["^attributes\\."]["anyOf"].is_array());
    assert!(fields["properties"]["attributes"]["additionalProperties"]["anyOf"].is_array());
    assert_eq!(fields["required"], json!(["id"]));
    assert_eq!(schema["properties"]["guard"]["properties"]["max_accounts_per_key"]["default"], 25);
}
