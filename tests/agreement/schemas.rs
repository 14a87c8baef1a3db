//! What is published is what the JSON Schemas say, which do not change while their format stands.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::row::{self, Row};
use onefold_tests::settings::Settings;
use onefold_tests::version::Version;
use serde_json::{Value, json};

use crate::tools;

/// The numbers of the lines that do not fit a schema.
fn misfits(schema: &str, lines: &[Value]) -> Vec<usize> {
    let script = tools::project().join("tests/schemas/validate.py");
    let mut command = Command::new(tools::tool("python"));
    let command = command.arg(script).arg(schema).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("python starts");
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    child.stdin.take().expect("its input").write_all(text.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{schema}: {}", output.status);
    let numbers = String::from_utf8(output.stdout).expect("UTF-8");
    numbers.lines().map(|number| number.parse().expect("a number")).collect()
}

fn publish(pipeline: &mut Pipeline, name: &str, rows: &[Row]) -> Version {
    for source in row::SOURCES {
        let of_source: Vec<&Row> = rows.iter().filter(|row| row.source == source).collect();
        if !of_source.is_empty() {
            pipeline.drop_file(source, &row::file_name(source, name), row::file(source, of_source));
        }
    }
    let outcome = pipeline.run(&Knobs::default()).unwrap_or_else(|error| panic!("{error:?}"));
    Version::read(pipeline, outcome.run())
}

fn row(id: &str, email: &str, seconds: i64) -> Row {
    Row::new("crm", id).with("email", email).with("given_name", "Anna").with("address.country", "DE").at(seconds)
}

fn versions() -> [Version; 3] {
    versions_under(&Settings::default())
}

/// Three versions, the last of which has a change of every kind.
fn versions_under(settings: &Settings) -> [Version; 3] {
    let mut pipeline = Pipeline::new(settings);
    let mut whole = row("1", "a@x.de", 1).with("birthdate", "1931-12-14").with("address.postal_code", "01234");
    whole = whole.with("ssn", "123-45").with("nick", "Anni").with("middle_name", "Eva");
    whole.salary = Some("50000".to_owned());
    whole.device = Some("ios".to_owned());
    whole.interests = vec!["art".to_owned()];
    let first = publish(&mut pipeline, "a", &[whole, row("5", "c@x.de", 1), row("6", "d@x.de", 1)]);
    let younger = [row("2", "b@x.de", 1), row("3", "b@x.de", 1), row("4", "b@x.de", 1), row("7", "e@x.de", 1)];
    let second = publish(&mut pipeline, "b", &younger);
    let mut gone = row("6", "d@x.de", 2);
    gone.mark = Some("true");
    // The larger part of 2, 3 and 4 joins 1, which has the older id; 5 takes 7 in.
    let changed = [
        row("2", "a@x.de", 2).with("nick", "A."),
        row("3", "a@x.de", 2),
        row("5", "e@x.de", 2),
        gone,
        row("8", "f@x.de", 2),
    ];
    pipeline.correct(&Settings { always: vec![["crm:7", "crm:5"]], ..settings.clone() });
    let third = publish(&mut pipeline, "c", &changed);
    [first, second, third]
}

#[test]
fn what_is_published_fits_the_schemas() {
    let with_more = versions_under(&Settings { has_more_fields: true, ..Settings::default() });
    let has_more = |customer: &Value| customer["ssn"] == "12345" && customer["identifiers"]["ssn"] == json!(["12345"]);
    assert!(with_more.iter().all(|version| version.customers.values().any(has_more)));
    for version in versions().into_iter().chain(with_more) {
        let customers: Vec<Value> = version.customers.into_values().collect();
        assert_eq!(misfits("customer", &customers), Vec::<usize>::new());
        assert_eq!(misfits("change", &version.changes), Vec::<usize>::new());
        let members: Vec<Value> = version
            .accounts
            .iter()
            .map(|(reference, account)| json!({"customer_id": version.members[reference], "account": account}))
            .collect();
        assert!(!members.is_empty());
        assert_eq!(misfits("member", &members), Vec::<usize>::new());
    }
}

#[test]
fn the_schemas_know_every_change() {
    let [first, _, last] = versions();
    let is_said = |customer: &Value| customer["held_by"] == json!([["always", "crm:5", "crm:7"]]);
    assert!(last.customers.values().any(is_said), "people said that two accounts are one person's");
    assert!(first.changes.iter().all(|line| line["change"].is_null()));
    let kinds: BTreeSet<&str> = last.changes.iter().filter_map(|line| line["change"].as_str()).collect();
    for kind in ["created", "updated", "split", "merged", "retired", "deleted", "moved"] {
        assert!(kinds.contains(kind), "there is no {kind}: {kinds:?}");
    }
}

#[test]
fn what_is_not_published_does_not_fit() {
    let [.., last] = versions();
    let mut wrong = Vec::new();
    for line in &last.changes {
        let mut without = line.clone();
        without.as_object_mut().expect("an object").remove("change");
        wrong.push(without);
        let mut more = line.clone();
        more["more"] = json!(1);
        wrong.push(more);
    }
    let all: Vec<usize> = (0..wrong.len()).collect();
    assert_eq!(misfits("change", &wrong), all);
    let tombstone = json!({"customer_id": null, "account": {"ref": "crm:1", "received_at": "2026-11-22T17:00:01Z", "deleted": true}});
    let mut living = tombstone.clone();
    living["account"]["email"] = json!("a@x.de");
    assert_eq!(misfits("member", &[tombstone, living]), [1]);
}
