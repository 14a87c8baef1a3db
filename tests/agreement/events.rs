//! The events that are sent are those of the JSON Schemas in `infra/events`, and Announce is called when an execution ends.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use onefold_lake::version::announcement::{Announcement, VersionPublished};
use onefold_shell::StageError;
use onefold_tests::pipeline::{Knobs, Outcome, Pipeline};
use onefold_tests::row::{self, Row};
use onefold_tests::settings::Settings;
use serde_json::{Value, json};

use crate::project::{template, text};
use crate::tools;

/// The schemas, by detail type.
const SCHEMAS: [(&str, &str); 3] = [
    ("Onefold Version Published", "version-published"),
    ("Onefold Version Held", "version-held"),
    ("Onefold Run Failed", "run-failed"),
];

/// The numbers of the details that do not fit a schema.
fn misfits(schema: &str, details: &[Value]) -> Vec<usize> {
    let script = tools::project().join("tests/schemas/validate.py");
    let mut command = Command::new(tools::tool("python"));
    command.arg(script).arg(schema).arg(tools::project().join("infra/events"));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python starts");
    let lines: String = details.iter().map(|detail| format!("{detail}\n")).collect();
    child.stdin.take().expect("its input").write_all(lines.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{schema}: {}", output.status);
    let numbers = String::from_utf8(output.stdout).expect("UTF-8");
    numbers.lines().map(|number| number.parse().expect("a number")).collect()
}

/// The events about a run of so many good and bad rows.
fn events(good: usize, bad: usize, config: &str) -> Vec<Announcement> {
    let mut pipeline = Pipeline::new(&Settings::default());
    pipeline.configure(config);
    let rows: Vec<Row> = (0..good).map(|number| Row::new("crm", &number.to_string()).at(1)).collect();
    let file = row::file("crm", &rows);
    pipeline.drop_file("crm", &row::file_name("crm", "a"), file);
    pipeline.drop_file("crm", &row::file_name("crm", "b"), "{}\n".repeat(bad));
    let ending: Result<Outcome, StageError> = pipeline.run(&Knobs::default());
    pipeline.announce(1, &ending).0
}

fn announced() -> Vec<Announcement> {
    let config = Settings::default().config();
    let closed = config.replace("max_reject_ratio = 1.0", "max_reject_ratio = 0.0");
    [events(3, 0, &config), events(3, 20, &closed), events(3, 0, "[[source]]")].concat()
}

#[test]
fn what_is_sent_fits_the_schemas() {
    let mut sent = announced();
    let Announcement::Published(VersionPublished { version, .. }) = sent[0].clone() else { panic!("{sent:?}") };
    let rolled_back_from = Some(version.run.clone());
    sent.push(Announcement::Published(VersionPublished { version, rolled_back_from }));
    let kinds: Vec<&str> = sent.iter().map(Announcement::detail_type).collect();
    let [published, held, failed] = SCHEMAS.map(|(kind, _)| kind);
    assert_eq!(kinds, [published, held, failed, published]);
    for (kind, schema) in SCHEMAS {
        let of_kind = sent.iter().filter(|announcement| announcement.detail_type() == kind);
        let details: Vec<Value> =
            of_kind.map(|announcement| serde_json::to_value(announcement).expect("JSON")).collect();
        assert_eq!(misfits(schema, &details), Vec::<usize>::new(), "{details:?}");
        let lacking: Vec<Value> = details.iter().flat_map(without_one_member).collect();
        let all: Vec<usize> = (0..lacking.len()).collect();
        assert_eq!(misfits(schema, &lacking), all, "every member is required");
    }
}

/// A detail without each of its members that is always there.
fn without_one_member(detail: &Value) -> Vec<Value> {
    let members = detail.as_object().expect("an object");
    let names = members.keys().filter(|name| *name != "rolled_back_from");
    let without = |name: &String| {
        let mut members = members.clone();
        members.remove(name);
        Value::Object(members)
    };
    names.map(without).collect()
}

#[test]
fn a_schema_is_named_like_its_event() {
    for (kind, file) in SCHEMAS {
        let schema: Value = serde_json::from_str(&text(&format!("infra/events/{file}.schema.json"))).expect("JSON");
        assert_eq!(schema["title"], kind);
        assert!(text("infra/manual/operating.md").contains(&format!("`{kind}`")), "the manual names {kind}");
    }
}

#[test]
fn every_end_of_an_execution_calls_announce() {
    let resources = &template()["Resources"];
    let rule = &resources["ExecutionEnded"]["Properties"];
    let event: Value = serde_json::from_str(&text("tests/events/announce.json")).expect("JSON");
    let pattern = &rule["EventPattern"];
    for name in ["source", "detail-type"] {
        assert_eq!(pattern[name], json!([event[name]]));
    }
    let ends: BTreeSet<&str> =
        pattern["detail"]["status"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert_eq!(ends, ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"].into());
    assert_eq!(pattern["detail"]["stateMachineArn"], json!([{"Ref": "StateMachine"}]));
    assert_eq!(rule["Targets"][0]["Arn"], json!({"Fn::GetAtt": "AnnounceFunction.Arn"}));
    let permission = &resources["ExecutionEndedMayCallAnnounce"]["Properties"];
    assert_eq!(permission["FunctionName"], json!({"Ref": "AnnounceFunction"}));
}
