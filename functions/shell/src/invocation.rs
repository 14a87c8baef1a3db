//! What an invocation is about, for the lines that it logs.

use onefold_lake::RunId;
use serde_json::Value;
use tracing::Span;
use tracing::field::Empty;

/// The numbers of requests, by the names that they have in logs, and where in a request they are.
const NUMBERS: [(&str, &str); 5] = [
    ("split", "/split/split"),
    ("mapper", "/mapper/mapper"),
    ("partition", "/partition/partition"),
    ("round", "/round"),
    ("shard", "/shard"),
];

/// The span of an invocation: the stage, the request's id (another one at each attempt), the run, and which part of it.
/// All but the run are numbers: a request that is not of the stage's form could hold anything.
pub(crate) fn span(stage: &str, request_id: &str, request: &Value) -> Span {
    let span = tracing::error_span!(
        "invocation",
        stage,
        request_id,
        run_id = Empty,
        split = Empty,
        mapper = Empty,
        partition = Empty,
        round = Empty,
        shard = Empty
    );
    if let Some(run) = run(request) {
        span.record("run_id", tracing::field::display(run));
    }
    for (name, pointer) in NUMBERS {
        if let Some(number) = request.pointer(pointer).and_then(Value::as_u64) {
            span.record(name, number);
        }
    }
    span
}

/// The run that a request is about. Plan's names it only if it is resumed; otherwise it follows from the execution.
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
