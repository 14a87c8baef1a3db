//! The tables of Glue have the members of the published JSON Schemas, and lie where the lists of files are.

use std::collections::BTreeSet;

use onefold_lake::keys::{self, VersionPart};
use serde_json::Value;

use crate::project::{template, text};

/// The columns of a table: names and types.
fn columns(resource: &str) -> Vec<(String, String)> {
    let columns = &template()["Resources"][resource]["Properties"]["TableInput"]["StorageDescriptor"]["Columns"];
    let word = |column: &Value, name: &str| column[name].as_str().expect("a text").to_owned();
    columns.as_array().expect("columns").iter().map(|column| (word(column, "Name"), word(column, "Type"))).collect()
}

fn schema(name: &str) -> Value {
    serde_json::from_str(&text(&format!("tests/schemas/{name}.schema.json"))).expect("JSON")
}

fn members(schema: &Value) -> BTreeSet<String> {
    schema["properties"].as_object().expect("properties").keys().cloned().collect()
}

/// The members of a struct's type.
fn members_of_type(kind: &str) -> BTreeSet<String> {
    let inner = kind.strip_prefix("struct<").and_then(|rest| rest.strip_suffix('>')).expect("a struct");
    let (mut depth, mut names, mut name) = (0, BTreeSet::new(), String::new());
    for letter in inner.chars() {
        match letter {
            '<' => depth += 1,
            '>' => depth -= 1,
            ':' if depth == 0 => drop(names.insert(std::mem::take(&mut name))),
            ',' if depth == 0 => name.clear(),
            _ => name.push(letter),
        }
    }
    assert_eq!(depth, 0, "{kind}");
    names
}

fn type_of(resource: &str, column: &str) -> String {
    columns(resource).into_iter().find(|(name, _)| name == column).expect("the column").1
}

#[test]
fn columns_are_the_members_of_the_schemas() {
    let customer = members(&schema("customer"));
    let names = |resource| columns(resource).into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>();
    assert_eq!(names("CustomersTable"), customer);
    assert_eq!(members_of_type(&type_of("ChangesTable", "customer")), customer);

    let member = &schema("member")["oneOf"][0];
    assert_eq!(names("MembersTable"), members(member));
    let account = members(&member["properties"]["account"]["allOf"][0]);
    assert_eq!(members_of_type(&type_of("MembersTable", "account")), account);

    let schema = schema("change");
    let kinds = schema["oneOf"].as_array().expect("kinds of changes");
    let changes = kinds.iter().filter(|kind| kind.get("properties").is_some()).flat_map(members).collect();
    assert_eq!(names("ChangesTable"), changes);
}

/// Hive splits a type at its spaces.
#[test]
fn types_have_no_spaces() {
    for resource in ["CustomersTable", "MembersTable", "ChangesTable", "CrosswalkView"] {
        for (name, kind) in columns(resource) {
            assert!(!kind.contains(char::is_whitespace), "{resource}: {name}: {kind:?}");
        }
    }
}

#[test]
fn tables_lie_where_the_lists_of_files_are() {
    for (part, resource) in VersionPart::LISTED.into_iter().zip(["CustomersTable", "MembersTable", "ChangesTable"]) {
        let storage = &template()["Resources"][resource]["Properties"]["TableInput"]["StorageDescriptor"];
        let location = storage["Location"]["Fn::Sub"].as_str().expect("a location");
        let key = location.strip_prefix("s3://${Bucket}/").expect("in the bucket");
        assert_eq!(format!("{key}files.txt"), keys::current_files(part));
        assert_eq!(storage["InputFormat"], "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat");
    }
}

#[test]
fn the_view_is_json_with_the_columns_of_the_catalog() {
    let view = &template()["Resources"]["CrosswalkView"]["Properties"]["TableInput"];
    let encoded = &view["ViewOriginalText"]["Fn::Sub"][1]["Encoded"]["Fn::Base64"]["Fn::Sub"][0];
    let view: Value = serde_json::from_str(encoded.as_str().expect("a text")).expect("JSON");
    let named =
        view["columns"].as_array().expect("columns").iter().map(|column| column["name"].as_str().expect("a name"));
    assert_eq!(named.collect::<Vec<_>>(), columns("CrosswalkView").iter().map(|(name, _)| name).collect::<Vec<_>>());
    let sql = view["originalSql"].as_str().expect("a query");
    for word in ["account.ref", "FROM members", "customer_id"] {
        assert!(sql.contains(word), "{sql}");
    }
}
