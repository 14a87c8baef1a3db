//! The metrics of an execution, in CloudWatch's embedded metric format: a line of the log that CloudWatch takes numbers
//! from. (docs.aws.amazon.com: "Specification: Embedded metric format")
//!
//! Stack and stage are the only dimensions, because each combination of dimensions is a metric that is paid for. The run is
//! a property of the line and not a dimension.
//!
//! The lines are written by AWS's `metrique`, which takes an entry with its numbers and its time. Others that were looked at
//! in November 2026: `metrics_cloudwatch_embedded` 0.10 has one recorder a process, whose time is the clock's or the same for
//! all lines; `metrics_cloudwatch` 5.0 sends requests to CloudWatch, which this function may not.

use std::time::{Duration, UNIX_EPOCH};

use metrique_writer_core::format::Format;
use metrique_writer_core::unit::NegativeScale;
use metrique_writer_core::{Entry, EntryWriter, IoStreamError, MetricFlags, Observation, Unit, Value, ValueWriter};
use metrique_writer_format_emf::Emf;
use onefold_lake::calls::EndedExecution;
use onefold_lake::version::manifest::Manifest;
use onefold_normalise::timestamp::Timestamp;
use onefold_report::Report;
use onefold_shell::StageError;

use crate::ended::Ended;

/// The namespace of all metrics.
pub const NAMESPACE: &str = "Onefold";

const SECONDS: Unit = Unit::Second(NegativeScale::One);

/// The metrics by stack, with their units.
pub const METRICS: [(&str, Unit); 17] = [
    ("VersionsPublished", Unit::Count),
    ("VersionsHeld", Unit::Count),
    ("RunsFailed", Unit::Count),
    ("RunSeconds", SECONDS),
    ("RowsRead", Unit::Count),
    ("RowsRejected", Unit::Count),
    ("Accounts", Unit::Count),
    ("Members", Unit::Count),
    ("Customers", Unit::Count),
    ("CustomersCreated", Unit::Count),
    ("CustomersMerged", Unit::Count),
    ("SecondsSincePrevious", SECONDS),
    ("ExpectedPrecision", Unit::None),
    ("ExpectedRecall", Unit::None),
    ("CpuSeconds", SECONDS),
    ("FunctionSeconds", SECONDS),
    ("Dollars", Unit::None),
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

type Values = Vec<(&'static str, Observation)>;

/// A line of the log.
struct Line<'l> {
    milliseconds: u64,
    stack: &'l str,
    run: &'l str,
    /// Of the metrics of a stage.
    stage: Option<&'l str>,
    values: &'l Values,
}

/// A number with its unit.
struct Measured(Observation, Unit);

impl Value for Measured {
    fn write(&self, writer: impl ValueWriter) {
        writer.metric([self.0], self.1, [], MetricFlags::empty());
    }
}

impl Entry for Line<'_> {
    fn write<'a>(&'a self, writer: &mut impl EntryWriter<'a>) {
        writer.timestamp(UNIX_EPOCH + Duration::from_millis(self.milliseconds));
        writer.value("Stack", self.stack);
        writer.value("run_id", self.run);
        if let Some(stage) = self.stage {
            writer.value("Stage", stage);
        }
        for (name, value) in self.values {
            let unit = METRICS.iter().find(|(known, _)| known == name).map_or(SECONDS, |(_, unit)| *unit);
            writer.value(*name, &Measured(*value, unit));
        }
    }
}

impl Figures<'_> {
    /// The lines to write: one of the run, and one for each stage.
    ///
    /// # Errors
    /// `Internal` if a line is not of the format.
    pub(crate) fn lines(&self) -> Result<Vec<String>, StageError> {
        let count = |flag: bool| Observation::Unsigned(flag.into());
        let mut values: Values = vec![
            ("VersionsPublished", count(self.ended.is_published)),
            ("VersionsHeld", count(self.ended.is_held)),
            ("RunsFailed", count(self.ended.has_failed)),
            ("RunSeconds", seconds(self.time() - self.execution.start_date)),
        ];
        // Publishing a held version reads no row again, and its seconds and dollars were told when it was made.
        if !self.ended.has_worked {
            return Ok(vec![self.line(None, &values)?]);
        }
        values.extend(self.manifest.into_iter().flat_map(|manifest| self.of_version(manifest)));
        values.extend(self.report.into_iter().flat_map(of_report));
        let mut lines = vec![self.line(None, &values)?];
        for stage in self.report.into_iter().flat_map(|report| &report.timeline.stages) {
            let values = vec![(STAGE_SECONDS, of_milliseconds(stage.elapsed_ms))];
            lines.push(self.line(Some(&stage.stage), &values)?);
        }
        Ok(lines)
    }

    fn of_version(&self, manifest: &Manifest) -> Values {
        let counts = &manifest.counts;
        let mut values: Values = [
            ("RowsRead", counts.rows_read),
            ("RowsRejected", counts.rejected),
            ("Accounts", counts.accounts),
            ("Members", counts.members),
            ("Customers", counts.customers),
            ("CustomersCreated", counts.customers_created),
            ("CustomersMerged", counts.customers_merged),
        ]
        .map(|(name, count)| (name, Observation::Unsigned(count)))
        .into();
        let since = since_previous_ms(manifest).filter(|_| self.ended.is_published);
        values.extend(since.map(|since| ("SecondsSincePrevious", seconds(since))));
        let (precision, recall) =
            manifest.scores.as_ref().map_or((None, None), |scores| (scores.precision, scores.recall));
        values.extend(precision.map(|share| ("ExpectedPrecision", Observation::Floating(share))));
        values.extend(recall.map(|share| ("ExpectedRecall", Observation::Floating(share))));
        values
    }

    fn line(&self, stage: Option<&str>, values: &Values) -> Result<String, StageError> {
        let dimensions = ["Stack", "Stage"].into_iter().take(if stage.is_some() { 2 } else { 1 });
        let mut format = Emf::all_validations(NAMESPACE.to_owned(), vec![dimensions.map(str::to_owned).collect()]);
        let (stack, run) = (self.ended.stack.as_str(), self.ended.run.as_str());
        let line = Line { milliseconds: self.time().try_into().unwrap_or(0), stack, run, stage, values };
        let mut text = Vec::new();
        format.format(&line, &mut text).map_err(|error| no_line(&error))?;
        Ok(String::from_utf8_lossy(&text).trim_end().to_owned())
    }

    /// The end of the execution, in milliseconds since the epoch.
    fn time(&self) -> i64 {
        self.execution.stop_date.unwrap_or(self.execution.start_date)
    }
}

fn no_line(error: &IoStreamError) -> StageError {
    StageError::internal(format!("the metrics of the run cannot be written: {error}"))
}

fn of_report(report: &Report) -> Values {
    let elapsed_ms: u64 = report.timeline.stages.iter().map(|stage| stage.elapsed_ms).sum();
    vec![
        ("CpuSeconds", of_milliseconds(report.cost.cpu_ms)),
        ("FunctionSeconds", of_milliseconds(elapsed_ms)),
        ("Dollars", Observation::Floating(report.cost.dollars.total)),
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

/// The format has no negative numbers.
fn seconds(milliseconds: i64) -> Observation {
    of_milliseconds(milliseconds.try_into().unwrap_or(0))
}

fn of_milliseconds(milliseconds: u64) -> Observation {
    Observation::Floating(milliseconds as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::tests::{execution, manifest, report};

    fn documents(manifest: Option<&Manifest>, report: Option<&Report>, input: &str) -> Vec<Value> {
        let mut execution = execution();
        execution.input = Some(input.to_owned());
        execution.output = Some(format!("{{\"published\":{}}}", manifest.is_some()));
        let ended = Ended::of(&execution, None).unwrap();
        let lines = Figures { execution: &execution, ended: &ended, manifest, report }.lines().unwrap();
        lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn metrics(document: &Value) -> &Vec<Value> {
        document["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap()
    }

    fn names(document: &Value) -> Vec<&str> {
        metrics(document).iter().map(|metric| metric["Name"].as_str().unwrap()).collect()
    }

    #[test]
    fn a_version_with_scores_and_a_report_has_every_metric() {
        let documents = documents(Some(&manifest()), Some(&report()), "{}");
        let run = &documents[0];
        assert_eq!(names(run), METRICS.map(|(name, _)| name));
        assert_eq!(run["_aws"]["Timestamp"], 1_795_369_660_123_i64);
        assert_eq!(run["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["Stack"]]));
        assert_eq!((&run["Stack"], &run["RunSeconds"]), (&json!("onefold"), &json!(100)));
        assert_eq!((&run["SecondsSincePrevious"], &run["Customers"]), (&json!(86_400), &json!(7)));
        assert_eq!((&run["ExpectedPrecision"], &run["Dollars"]), (&json!(0.99), &json!(0.5)));
        assert_eq!((&run["VersionsPublished"], &run["run_id"]), (&json!(1), &json!(manifest().run.as_str())));
        let units: Vec<&Value> = metrics(run).iter().map(|metric| &metric["Unit"]).collect();
        assert_eq!((units[0], units[3], units[12]), (&json!("Count"), &json!("Seconds"), &Value::Null));
        let stage = &documents[1];
        assert_eq!(stage["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["Stack", "Stage"]]));
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
