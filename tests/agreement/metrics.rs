//! Alarms and dashboard ask for metrics that are written, and say what the manual explains.

use std::collections::BTreeSet;

use announce::{METRICS, NAMESPACE, STAGE_SECONDS};
use onefold_lake::keys::Stage;
use onefold_tests::manual;
use serde_json::{Value, json};

use crate::project::{functions, template, texts};

fn names() -> BTreeSet<&'static str> {
    METRICS.into_iter().map(|(name, _)| name).chain([STAGE_SECONDS]).collect()
}

/// The properties of the alarms, by the names of their resources.
fn alarms() -> Vec<(&'static String, &'static Value)> {
    let resources = template()["Resources"].as_object().expect("resources").iter();
    let alarms = resources.filter(|(_, resource)| resource["Type"] == "AWS::CloudWatch::Alarm");
    alarms.map(|(name, resource)| (name, &resource["Properties"])).collect()
}

#[test]
fn alarms_watch_metrics_that_announce_writes() {
    let ours: Vec<_> = alarms().into_iter().filter(|(_, alarm)| alarm["Namespace"] == NAMESPACE).collect();
    assert!(ours.len() >= 3);
    for (name, alarm) in ours {
        assert!(names().contains(alarm["MetricName"].as_str().expect("a name")), "{name}");
        assert_eq!(alarm["Dimensions"], json!([{"Name": "Stack", "Value": {"Ref": "AWS::StackName"}}]), "{name}");
    }
}

/// An error of a stage fails its run, or its chunk becomes a dead letter. Other functions have an alarm of their own.
#[test]
fn functions_outside_of_the_workflow_have_an_alarm() {
    let watched: BTreeSet<&str> = alarms()
        .into_iter()
        .filter(|(_, alarm)| alarm["MetricName"] == "Errors")
        .map(|(_, alarm)| alarm["Dimensions"][0]["Value"]["Ref"].as_str().expect("a function"))
        .collect();
    let functions = functions();
    let outside: Vec<&String> =
        functions.keys().filter(|name| Stage::ALL.iter().all(|stage| stage.name() != *name)).collect();
    let resource = |name: &String| format!("{}{}Function", name[..1].to_uppercase(), &name[1..]);
    assert!(outside.len() >= 4, "{outside:?}");
    for name in outside {
        assert!(watched.contains(resource(name).as_str()), "{name} has no alarm: {watched:?}");
    }
}

#[test]
fn every_alarm_notifies_the_topic_and_the_address() {
    for (name, alarm) in alarms() {
        let told = texts(&alarm["AlarmActions"]);
        for target in ["AlarmTopicArn", "AlarmTopic"] {
            assert!(told.contains(&target), "{name} does not notify {target}");
        }
    }
}

/// CloudWatch evaluates an alarm over at most seven days, and over one day if its period is below an hour.
#[test]
fn alarms_look_no_further_back_than_cloudwatch_lets_them() {
    let limit = &template()["Parameters"]["LateAfterHours"];
    for (name, alarm) in alarms() {
        let period = alarm["Period"].as_u64().expect("a period");
        let most = alarm["EvaluationPeriods"].as_u64().or(limit["MaxValue"].as_u64()).expect("a number");
        let days = if period >= 3600 { 7 } else { 1 };
        assert!(period * most <= days * 86_400, "{name}");
    }
}

#[test]
fn the_manual_says_of_each_alarm_what_to_do() {
    let text = manual::page("infra/manual/operating.md").text;
    for (name, alarm) in alarms() {
        let alarm = alarm["AlarmName"]["Fn::Sub"].as_str().expect("a name").replace("${AWS::StackName}", "<stack>");
        let heading = format!("\n### `{alarm}`\n");
        let (_, section) = text.split_once(&heading).unwrap_or_else(|| panic!("no section on {name}: {heading}"));
        let section = section.split("\n#").next().unwrap_or_default();
        assert!(section.contains("**Do:**") && section.len() > 100, "{heading} says what to do");
    }
}

#[test]
fn the_manual_lists_every_metric() {
    let text = manual::page("infra/manual/operating.md").text;
    for name in names() {
        assert!(text.contains(&format!("`{name}`")), "{name}");
    }
}

/// The text is JSON only after its references were replaced, and they hold nothing that JSON would have to escape.
#[test]
fn the_dashboard_shows_metrics_that_there_are() {
    let body = template()["Resources"]["OperatingDashboard"]["Properties"]["DashboardBody"]["Fn::Sub"].as_str();
    let body: Value = serde_json::from_str(body.expect("a text")).expect("JSON");
    let widgets = body["widgets"].as_array().expect("widgets");
    let mut shown = BTreeSet::new();
    for widget in widgets {
        let metrics = widget["properties"]["metrics"].as_array().into_iter().flatten();
        let mut namespace = "";
        for metric in metrics {
            let first = metric[0].as_str().unwrap_or_default();
            namespace = if first == "." { namespace } else { first };
            let name = metric[1].as_str().filter(|_| namespace == NAMESPACE);
            shown.extend(name);
        }
    }
    assert!(shown.is_subset(&names()), "{shown:?}");
    assert!(shown.len() > 10, "{shown:?}");
    let referred = texts(&template()["Resources"]["OperatingDashboard"]).concat();
    let always = alarms().into_iter().filter(|(name, _)| template()["Resources"][name.as_str()]["Condition"].is_null());
    for (name, _) in always {
        assert!(referred.contains(&format!("${{{name}.Arn}}")), "the dashboard does not show {name}");
    }
}

/// What costs by the month is asked for.
#[test]
fn what_costs_by_the_month_is_off_by_default() {
    for (parameter, off) in [("Dashboard", json!("false")), ("LateAfterHours", json!(0)), ("DailyCostLimit", json!(0))]
    {
        assert_eq!(template()["Parameters"][parameter]["Default"], off, "{parameter}");
    }
}

/// So costs can be told apart by stack.
#[test]
fn what_can_have_tags_has_those_of_the_stack() {
    const WITH_TAGS: [&str; 5] = [
        "AWS::S3::Bucket",
        "AWS::SQS::Queue",
        "AWS::Logs::LogGroup",
        "AWS::SNS::Topic",
        "AWS::Serverless::StateMachine",
    ];
    let globals = &template()["Globals"]["Function"];
    let resources = template()["Resources"].as_object().expect("resources").iter();
    let tagged = resources.filter(|(_, resource)| WITH_TAGS.iter().any(|kind| resource["Type"] == *kind));
    let all = tagged.map(|(name, resource)| (name.as_str(), &resource["Properties"])).chain([("functions", globals)]);
    for (name, properties) in all {
        let tags = properties["Tags"].to_string();
        assert!(tags.contains("application") && tags.contains(r#"{"Ref":"AWS::StackName"}"#), "{name}: {tags}");
    }
}

/// SAM gives functions the right to write traces, and state machines not.
#[test]
fn the_state_machine_may_write_traces() {
    let machine = &template()["Resources"]["StateMachine"]["Properties"];
    assert_eq!(machine["Tracing"]["Enabled"]["Fn::If"][0], "TracingIsOn");
    assert!(texts(&machine["Policies"]).contains(&"xray:PutTraceSegments"));
}
