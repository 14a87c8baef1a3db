//! The current invocation, for log lines and errors.

use std::fmt;

use onefold_lake::RunId;
use serde_json::Value;
use tracing::Span;
use tracing::field::Empty;

/// The numbers in requests: their names in logs, and their JSON Pointers.
const NUMBERS: [(&str, &str); 5] = [
    ("split", "/split/split"),
    ("mapper", "/mapper/mapper"),
    ("partition", "/partition/partition"),
    ("round", "/round"),
    ("shard", "/shard"),
];

/// Names an invocation: the stage, the request's id (new for each attempt), the run, and the numbers of its part. Other
/// values are not taken from the request, because an invalid request could hold anything.
#[derive(Debug)]
pub(crate) struct Invocation {
    stage: String,
    request_id: String,
    run: Option<RunId>,
    /// Names and numbers.
    numbers: Vec<(&'static str, u64)>,
}

impl Invocation {
    pub(crate) fn new(stage: &str, request_id: &str, request: &Value) -> Self {
        let number = |(name, pointer)| Some((name, request.pointer(pointer)?.as_u64()?));
        Self {
            stage: stage.to_owned(),
            request_id: request_id.to_owned(),
            run: run(request),
            numbers: NUMBERS.into_iter().filter_map(number).collect(),
        }
    }

    /// The span for all log lines of the invocation.
    pub(crate) fn span(&self) -> Span {
        let span = tracing::error_span!(
            "invocation",
            stage = self.stage,
            request_id = self.request_id,
            run_id = Empty,
            split = Empty,
            mapper = Empty,
            partition = Empty,
            round = Empty,
            shard = Empty
        );
        if let Some(run) = &self.run {
            span.record("run_id", tracing::field::display(run));
        }
        for (name, number) in &self.numbers {
            span.record(*name, *number);
        }
        span
    }
}

impl fmt::Display for Invocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "stage {}", self.stage)?;
        if let Some(run) = &self.run {
            write!(formatter, ", run {run}")?;
        }
        for (name, number) in &self.numbers {
            write!(formatter, ", {name} {number}")?;
        }
        write!(formatter, ", request {}", self.request_id)
    }
}

/// The run of a request. A request to Plan names it only for a resumed run; otherwise it follows from the execution.
fn run(request: &Value) -> Option<RunId> {
    let text = |pointer: &str| request.pointer(pointer).and_then(Value::as_str);
    let named = text("/run").or_else(|| text("/input/resume"));
    match (named, text("/started_at"), text("/execution")) {
        (Some(named), ..) => RunId::parse(named).ok(),
        (None, Some(started_at), Some(execution)) => RunId::new(started_at, execution).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_names_its_run() {
        let id = "20261122T174600Z-1a2b3c4d";
        let named = |request: &Value| run(request).map(|run| run.to_string());
        assert_eq!(named(&json!({"run": id})).as_deref(), Some(id));
        let planned = json!({"execution": "e", "started_at": "2026-11-22T17:46:00Z", "input": {}});
        let of_execution = RunId::new("2026-11-22T17:46:00Z", "e").ok().map(|run| run.to_string());
        assert!(of_execution.is_some());
        assert_eq!(named(&planned), of_execution);
        let resumed = json!({"execution": "f", "started_at": "2026-11-22T17:46:00Z", "input": {"resume": id}});
        assert_eq!(named(&resumed).as_deref(), Some(id));
        for other in [json!({}), json!(7), json!({"run": "anna@weber.de"}), json!({"run": ["a"]})] {
            assert_eq!(named(&other), None, "{other}");
        }
    }
}
