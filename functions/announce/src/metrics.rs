//! The metrics of an execution, in CloudWatch's embedded metric format: a line of the log that CloudWatch takes numbers
//! from. (docs.aws.amazon.com: "Specification: Embedded metric format")
//!
//! The numbers of a run are known at once and written once, so a recorder of counters would only be a detour. Stack and
//! stage are the only dimensions, because each combination of dimensions is a metric that is paid for. The run is a
//! property of the line and not a dimension.

use onefold_lake::calls::EndedExecution;
use onefold_lake::version::manifest::Manifest;
use onefold_normalise::timestamp::Timestamp;
use onefold_report::Report;
use serde_json::{Map, Value, json};

use crate::ended::Ended;

/// The namespace of all metrics.
pub const NAMESPACE: &str = "Onefold";

/// The metrics by stack, with their units.
pub const METRICS: [(&str, &str); 17] = [
    ("VersionsPublished", "Count"),
    ("VersionsHeld", "Count"),
    ("RunsFailed", "Count"),
    ("RunSeconds", "Seconds"),
    ("RowsRead", "Count"),
    ("RowsRejected", "Count"),
    ("Accounts", "Count"),
    ("Members", "Count"),
    ("Customers", "Count"),
    ("CustomersCreated", "Count"),
    ("CustomersMerged", "Count"),
    ("SecondsSincePrevious", "Seconds"),
    ("ExpectedPrecision", "None"),
    ("ExpectedRecall", "None"),
    ("CpuSeconds", "Seconds"),
    ("FunctionSeconds", "Seconds"),
    ("Dollars", "None"),
];

/// The metric by stack and stage: the seconds of a stage's invocations together.
pub const STAGE_SECONDS: &str = "StageSeconds";

/// What metrics are made of.
pub(crate) struct Figures<'f> {
    pub(crate) execution: &'f EndedExecution,
    pub(crate) ended: &'f Ended,
    /// That of the run's version, if it has one.
    pub(crate) manifest: Option<&'f Manifest>,
    /// Likewise. Versions of earlier programs have none.
    pub(crate) report: Option<&'f Report>,
}

type Values = Vec<(&'static str, Value)>;

impl Figures<'_> {
    /// The lines to write: one of the run, and one for each stage.
    pub(crate) fn documents(&self) -> Vec<Value> {
        let (published, held) = (u8::from(self.ended.is_published), u8::from(self.ended.is_held));
        let mut values: Values = vec![
            ("VersionsPublished", published.into()),
            ("VersionsHeld", held.into()),
            ("RunsFailed", u8::from(self.ended.has_failed).into()),
            ("RunSeconds", seconds(self.time() - self.execution.start_date)),
        ];
        // Publishing a held version reads no row again, and its seconds and dollars were told when it was made.
        if !self.ended.has_worked {
            return vec![self.document(&values)];
        }
        values.extend(self.manifest.into_iter().flat_map(|manifest| self.of_version(manifest)));
        values.extend(self.report.into_iter().flat_map(of_report));
        let stages = self.report.into_iter().flat_map(|report| &report.timeline.stages);
        let of_stages = stages.map(|stage| self.of_stage(&stage.stage, stage.elapsed_ms));
        std::iter::once(self.document(&values)).chain(of_stages).collect()
    }

    fn of_version(&self, manifest: &Manifest) -> Values {
        let counts = &manifest.counts;
        let mut values: Values = vec![
            ("RowsRead", counts.rows_read.into()),
            ("RowsRejected", counts.rejected.into()),
            ("Accounts", counts.accounts.into()),
            ("Members", counts.members.into()),
            ("Customers", counts.customers.into()),
            ("CustomersCreated", counts.customers_created.into()),
            ("CustomersMerged", counts.customers_merged.into()),
        ];
        let since = since_previous_ms(manifest).filter(|_| self.ended.is_published);
        values.extend(since.map(|since| ("SecondsSincePrevious", seconds(since))));
        let (precision, recall) =
            manifest.scores.as_ref().map_or((None, None), |scores| (scores.precision, scores.recall));
        values.extend(precision.map(|share| ("ExpectedPrecision", share.into())));
        values.extend(recall.map(|share| ("ExpectedRecall", share.into())));
        values
    }

    /// A line with metrics of the run.
    fn document(&self, values: &Values) -> Value {
        let metrics: Vec<Value> = METRICS
            .iter()
            .filter(|(name, _)| values.iter().any(|(given, _)| given == name))
            .map(|(name, unit)| json!({"Name": name, "Unit": unit}))
            .collect();
        let members = values.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        self.line(json!([["Stack"]]), metrics, members.collect())
    }

    fn of_stage(&self, stage: &str, elapsed_ms: u64) -> Value {
        let metric = json!({"Name": STAGE_SECONDS, "Unit": "Seconds"});
        let elapsed = seconds(i64::try_from(elapsed_ms).unwrap_or(i64::MAX));
        let members = [("Stage", stage.into()), (STAGE_SECONDS, elapsed)];
        let members = members.map(|(name, value)| (name.to_owned(), value));
        self.line(json!([["Stack", "Stage"]]), vec![metric], Map::from_iter(members))
    }

    fn line(&self, dimensions: Value, metrics: Vec<Value>, mut members: Map<String, Value>) -> Value {
        let directive = json!({"Namespace": NAMESPACE, "Dimensions": dimensions, "Metrics": metrics});
        members.insert("_aws".to_owned(), json!({"Timestamp": self.time(), "CloudWatchMetrics": [directive]}));
        members.insert("Stack".to_owned(), self.ended.stack.as_str().into());
        members.insert("run_id".to_owned(), self.ended.run.as_str().into());
        Value::Object(members)
    }

    /// The end of the execution, in milliseconds since the epoch.
    fn time(&self) -> i64 {
        self.execution.stop_date.unwrap_or(self.execution.start_date)
    }
}

fn of_report(report: &Report) -> Values {
    let elapsed_ms: u64 = report.timeline.stages.iter().map(|stage| stage.elapsed_ms).sum();
    let of_ms = |milliseconds: u64| seconds(i64::try_from(milliseconds).unwrap_or(i64::MAX));
    vec![
        ("CpuSeconds", of_ms(report.cost.cpu_ms)),
        ("FunctionSeconds", of_ms(elapsed_ms)),
        ("Dollars", report.cost.dollars.total.into()),
    ]
}

/// From the start of the run whose version this one builds on to the start of its own.
fn since_previous_ms(manifest: &Manifest) -> Option<i64> {
    let previous = manifest.previous.as_ref()?.started();
    let part = |range: std::ops::Range<usize>| previous.get(range);
    let [year, month, day] = [part(0..4)?, part(4..6)?, part(6..8)?];
    let [hour, minute, second] = [part(9..11)?, part(11..13)?, part(13..15)?];
    let previous = Timestamp::parse(&format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z"))?;
    Some(Timestamp::parse(&manifest.started_at)?.milliseconds() - previous.milliseconds())
}

fn seconds(milliseconds: i64) -> Value {
    (milliseconds as f64 / 1000.0).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{execution, manifest, report};

    fn documents(manifest: Option<&Manifest>, report: Option<&Report>, input: &str) -> Vec<Value> {
        let mut execution = execution();
        execution.input = Some(input.to_owned());
        execution.output = Some(format!("{{\"published\":{}}}", manifest.is_some()));
        let ended = Ended::of(&execution, None).unwrap();
        Figures { execution: &execution, ended: &ended, manifest, report }.documents()
    }

    fn names(document: &Value) -> Vec<&str> {
        let metrics = document["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap();
        metrics.iter().map(|metric| metric["Name"].as_str().unwrap()).collect()
    }

    #[test]
    fn a_version_with_scores_and_a_report_has_every_metric() {
        let documents = documents(Some(&manifest()), Some(&report()), "{}");
        let run = &documents[0];
        assert_eq!(names(run), METRICS.map(|(name, _)| name));
        assert_eq!(run["_aws"]["Timestamp"], 1_795_369_660_123_i64);
        assert_eq!(run["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["Stack"]]));
        assert_eq!((&run["Stack"], &run["RunSeconds"]), (&json!("onefold"), &json!(100.0)));
        assert_eq!((&run["SecondsSincePrevious"], &run["Customers"]), (&json!(86_400.0), &json!(7)));
        assert_eq!((&run["ExpectedPrecision"], &run["Dollars"]), (&json!(0.99), &json!(0.5)));
        let stage = &documents[1];
        assert_eq!(names(stage), [STAGE_SECONDS]);
        assert_eq!((&stage["Stage"], &stage[STAGE_SECONDS]), (&json!("merge"), &json!(2.5)));
        assert_eq!(documents.len(), 2);
    }

    /// The rules of the format: a metric and a dimension are members of the line, a metric is a number.
    #[test]
    fn lines_are_of_the_embedded_metric_format() {
        for document in documents(Some(&manifest()), Some(&report()), "{}") {
            let directive = &document["_aws"]["CloudWatchMetrics"][0];
            assert!(names(&document).iter().all(|name| document[name].is_number()), "{document}");
            for dimension in directive["Dimensions"][0].as_array().unwrap() {
                assert!(document[dimension.as_str().unwrap()].is_string(), "{document}");
            }
            assert!(!document.to_string().contains('\n'));
        }
    }

    #[test]
    fn a_run_without_a_version_has_no_numbers_of_one() {
        let documents = documents(None, None, "{}");
        assert_eq!(names(&documents[0]), ["VersionsPublished", "VersionsHeld", "RunsFailed", "RunSeconds"]);
        assert_eq!(documents.len(), 1);
    }

    #[test]
    fn rows_and_dollars_are_told_once() {
        let input = r#"{"resume":"20261101T000000Z-00000000","publish":true}"#;
        let documents = documents(Some(&manifest()), Some(&report()), input);
        assert_eq!(names(&documents[0]), ["VersionsPublished", "VersionsHeld", "RunsFailed", "RunSeconds"]);
        assert_eq!(documents[0]["VersionsPublished"], 1);
    }
}
