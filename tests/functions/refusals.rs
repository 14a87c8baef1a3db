//! What functions refuse, and under which name: the names are what the state machine decides by.

use serde_json::json;

use crate::served::Served;

/// A request that is not of a function's form is the caller's fault, whichever function it is.
pub fn what_is_not_understood_is_refused_by_name(served: &Served) {
    for function in [
        "plan",
        "extract",
        "translate",
        "settle",
        "divide",
        "block",
        "compare",
        "train",
        "score",
        "link",
        "partition",
        "merge",
        "export",
        "compact",
        "purge",
        "erase",
        "explain",
        "lookup",
        "announce",
    ] {
        for request in [r#"{"run":"not a run"}"#, r#"{"surprise":1}"#, "7"] {
            let refused = served.invoke_text(function, request).expect_err(function).0;
            assert!(refused.contains("Onefold.InvalidInput"), "{function} refuses {request} with {refused}");
        }
    }
}

/// A request can be well formed and yet ask for what is not there.
pub fn what_does_not_fit_the_run_is_refused_by_name(served: &Served) {
    let unknown = "20261122T174600Z-00000000";
    let start = |input: serde_json::Value| {
        json!({"execution": "other", "started_at": "2026-11-22T17:46:00Z", "input": input}).to_string()
    };
    for (function, request, name, said) in [
        ("plan", start(json!({"resume": unknown})), "Onefold.InvalidInput", "never planned"),
        ("plan", start(json!({"resmue": unknown})), "Onefold.InvalidInput", "resmue"),
        ("plan", start(json!({"publish": true})), "Onefold.InvalidInput", "needs the run"),
        ("plan", start(json!({"shards": 41})), "Onefold.InvalidInput", "from 1 to 40"),
        ("compact", json!({"run": unknown}).to_string(), "Onefold.Corrupt", "plan.json"),
        ("lookup", json!({"of": "8", "field": "card"}).to_string(), "Onefold.InvalidInput", "email, phone_number"),
        ("lookup", json!({"of": "crm:1", "run": unknown}).to_string(), "Onefold.InvalidInput", "not published"),
    ] {
        // The terminal's width decides where the message is broken into lines.
        let refused = served.invoke_text(function, &request).expect_err(function).0;
        let words = refused.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert!(words.contains(name) && words.contains(said), "{function} refuses {request} with {refused}");
    }

    let note = || {
        let note = served.lake.get(&format!("runs/{unknown}/dead/crm/00000/00000.json"));
        serde_json::from_slice::<serde_json::Value>(&note).expect("JSON")
    };
    let answer = served.invoke("translate", "translate-unknown-run.json").expect("the batch is answered");
    assert_eq!(answer, json!({"batchItemFailures": []}), "waiting does not mend it");
    let reason = note()["reason"].as_str().expect("a reason").to_owned();
    assert!(reason.contains("there is no object raw/"), "{reason}");

    let answer = served.invoke("settle", "settle-dead-letter.json").expect("the dead letter is taken");
    assert_eq!(answer, json!(null));
    let raw = format!("raw/{unknown}/crm/00000/00000.jsonl.zst");
    assert_eq!(note(), json!({"raw": raw}), "a dead letter leaves a note, for Settle to find");
}
