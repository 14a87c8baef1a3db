//! The tables of Glue have the members of the published JSON Schemas or the columns of the Parquet files, and lie where the
//! lists of files are.

use std::collections::BTreeSet;
use std::iter::Peekable;
use std::str::Lines;

use onefold_lake::keys::{self, ParquetPart, VersionPart};
use serde_json::Value;

use crate::project::{template, text};

const TABLES: [&str; 3] = ["CustomersTable", "MembersTable", "ChangesTable"];

/// What a table reads: the parameter `AthenaFormat`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Format {
    Json,
    Parquet,
}

impl Format {
    const ALL: [Self; 2] = [Self::Json, Self::Parquet];

    /// What the template says for this format.
    fn choice(self, value: &Value) -> &Value {
        let Some(choice) = value.get("Fn::If") else { return value };
        assert_eq!(choice[0], "TablesAreParquet");
        match self {
            Self::Parquet => &choice[1],
            Self::Json => &choice[2],
        }
    }
}

fn storage(resource: &str) -> &'static Value {
    &template()["Resources"][resource]["Properties"]["TableInput"]["StorageDescriptor"]
}

/// The columns of a table: names and types.
fn columns(resource: &str, format: Format) -> Vec<(String, String)> {
    let columns = format.choice(&storage(resource)["Columns"]);
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
    columns(resource, Format::Json).into_iter().find(|(name, _)| name == column).expect("the column").1
}

#[test]
fn columns_of_json_are_the_members_of_the_schemas() {
    let customer = members(&schema("customer"));
    let names = |resource| columns(resource, Format::Json).into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>();
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

/// The schema of Parquet as its library prints it, which a test of that library's user holds to what is written.
struct Printed<'t> {
    lines: Peekable<Lines<'t>>,
}

/// A column of Parquet.
enum Node {
    Leaf(String),
    Group { annotation: String, columns: Vec<(String, Node)> },
}

impl Printed<'_> {
    /// The columns up to the end of their group.
    fn columns(&mut self) -> Vec<(String, Node)> {
        let mut columns = Vec::new();
        while let Some(line) = self.lines.next().map(str::trim).filter(|line| *line != "}") {
            let words: Vec<&str> = line.trim_end_matches([';', '{', ' ']).splitn(4, ' ').collect();
            let (kind, name, annotation) = (words[1], words[2], words.get(3).copied().unwrap_or_default());
            let node = match kind {
                "group" => Node::Group { annotation: annotation.to_owned(), columns: self.columns() },
                leaf => Node::Leaf(format!("{leaf} {annotation}")),
            };
            columns.push((name.to_owned(), node));
        }
        columns
    }
}

/// The type that a column has in Hive. (docs.aws.amazon.com: "Data types in Amazon Athena")
fn hive(node: &Node) -> String {
    match node {
        Node::Leaf(kind) => match kind.trim() {
            "BYTE_ARRAY (STRING)" => "string".to_owned(),
            "INT32 (DATE)" => "date".to_owned(),
            "INT64 (TIMESTAMP(MICROS,true))" => "timestamp".to_owned(),
            "DOUBLE" => "double".to_owned(),
            "BOOLEAN" => "boolean".to_owned(),
            other => panic!("no type of Hive for {other}"),
        },
        Node::Group { annotation, columns } if annotation.is_empty() => {
            let members: Vec<String> = columns.iter().map(|(name, node)| format!("{name}:{}", hive(node))).collect();
            format!("struct<{}>", members.join(","))
        }
        // Both have one group between, which repeats.
        Node::Group { annotation, columns } => {
            let Node::Group { columns: repeated, .. } = &columns[0].1 else { panic!("a group that repeats") };
            let items: Vec<String> = repeated.iter().map(|(_, node)| hive(node)).collect();
            let kind = if annotation == "(MAP)" { "map" } else { "array" };
            format!("{kind}<{}>", items.join(","))
        }
    }
}

#[test]
fn columns_of_parquet_are_those_of_the_files_with_their_types() {
    for (part, resource) in ParquetPart::ALL.into_iter().zip(TABLES) {
        let schema = text(&format!("tests/schemas/{}.parquet.txt", part.name()));
        let mut printed = Printed { lines: schema.lines().peekable() };
        assert_eq!(printed.lines.next(), Some("message onefold {"));
        let expected: Vec<_> = printed.columns().iter().map(|(name, node)| (name.clone(), hive(node))).collect();
        assert!(expected.len() > 5, "{}", part.name());
        assert_eq!(columns(resource, Format::Parquet), expected, "{resource}");
    }
}

/// Hive splits a type at its spaces.
#[test]
fn types_have_no_spaces() {
    for resource in TABLES.into_iter().chain(["CrosswalkView"]) {
        for (name, kind) in Format::ALL.into_iter().flat_map(|format| columns(resource, format)) {
            assert!(!kind.contains(char::is_whitespace), "{resource}: {name}: {kind:?}");
        }
    }
}

#[test]
fn tables_lie_where_the_lists_of_files_are() {
    let of_lines = VersionPart::LISTED.map(keys::current_files);
    let of_parquet = ParquetPart::ALL.map(keys::current_parquet_files);
    for (format, lists) in [(Format::Json, of_lines), (Format::Parquet, of_parquet)] {
        for (list, resource) in lists.into_iter().zip(TABLES) {
            let location = format.choice(&storage(resource)["Location"])["Fn::Sub"].as_str().expect("a location");
            let key = location.strip_prefix("s3://${Bucket}/").expect("in the bucket");
            assert_eq!(format!("{key}files.txt"), list);
        }
    }
}

/// A list is text, whatever the files in it are, which the library of the rows reads.
#[test]
fn tables_read_lists_of_files_of_their_format() {
    for resource in TABLES {
        let storage = storage(resource);
        assert_eq!(storage["InputFormat"], "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat");
        let library = |format: Format| format.choice(&storage["SerdeInfo"]["SerializationLibrary"]);
        assert_eq!(library(Format::Json), "org.openx.data.jsonserde.JsonSerDe");
        assert_eq!(library(Format::Parquet), "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe");
    }
}

#[test]
fn the_view_is_json_with_the_columns_of_the_catalog() {
    let view = &template()["Resources"]["CrosswalkView"]["Properties"]["TableInput"];
    let parts = &view["ViewOriginalText"]["Fn::Sub"][1]["Encoded"]["Fn::Base64"]["Fn::Sub"];
    let account = &parts[1]["Account"];
    for (format, column) in [(Format::Json, "account.ref"), (Format::Parquet, "ref")] {
        assert_eq!(format.choice(account), column);
        let encoded = parts[0].as_str().expect("a text").replace("${Account}", column);
        let view: Value = serde_json::from_str(&encoded).expect("JSON");
        let named =
            view["columns"].as_array().expect("columns").iter().map(|column| column["name"].as_str().expect("a name"));
        let columns = columns("CrosswalkView", format);
        assert_eq!(named.collect::<Vec<_>>(), columns.iter().map(|(name, _)| name).collect::<Vec<_>>());
        let sql = view["originalSql"].as_str().expect("a query");
        for (name, _) in &columns {
            assert!(sql.contains(&format!("AS {name}")) || sql.contains(&format!(", {name} ")), "{name}: {sql}");
        }
        assert!(!sql.contains("${") && sql.contains("FROM members"), "{sql}");
    }
}
