//! A state waits longer than its function may take, and a message stays hidden longer than its batch may take.

use serde_json::Value;

use crate::project::{MACHINE, functions, states, template};

#[test]
fn states_wait_longer_than_their_functions_take() {
    let functions = functions();
    for state in states().iter().filter(|state| state.is("Task")) {
        let limit = state.value["TimeoutSeconds"].as_u64().unwrap_or_else(|| panic!("{} has no limit", state.name));
        let stage = state.stage().unwrap_or_else(|| panic!("{} invokes no function", state.name));
        let timeout = functions[&stage]["Timeout"].as_u64().expect("a timeout");
        assert!(limit > timeout, "{} waits {limit} s for {timeout} s of {stage}", state.name);
        let of_run = MACHINE["TimeoutSeconds"].as_u64().expect("the run has a limit");
        let of_time =
            |(names, tries): (Vec<String>, u64)| names.contains(&"States.Timeout".to_owned()).then_some(tries);
        let tries = 1 + state.retriers().into_iter().find_map(of_time).unwrap_or_default();
        assert!(limit * tries < of_run, "{} waits longer than the run may take", state.name);
    }
}

/// The lease of a run that nobody can ask about ends with it.
#[test]
fn a_lease_is_as_long_as_the_longest_run() {
    assert_eq!(MACHINE["TimeoutSeconds"].as_i64(), Some(onefold_lake::run::lease::RUN_SECONDS_MAX));
}

/// AWS advises six times the function's timeout.
#[test]
fn messages_stay_hidden_while_they_are_worked_on() {
    let functions = functions();
    for (queue, stage) in [("TranslateQueue", "translate"), ("DeadLetterQueue", "settle")] {
        let timeout = functions[stage]["Timeout"].as_u64().expect("a timeout");
        assert!(hidden_s(queue) >= 6 * timeout, "{queue}");
    }
}

/// How long a queue hides a message that is being worked on.
fn hidden_s(queue: &str) -> u64 {
    let seconds = match &template()["Resources"][queue]["Properties"]["VisibilityTimeout"] {
        Value::Object(of) => &template()["Parameters"][of["Ref"].as_str().expect("a parameter")]["Default"],
        number => number,
    };
    seconds.as_u64().expect("seconds")
}

/// Otherwise the run would fail for want of time, and nobody would say which chunk it was.
#[test]
fn a_chunk_that_always_ends_its_invocation_is_given_up_while_settle_waits() {
    let redrive = &template()["Resources"]["TranslateQueue"]["Properties"]["RedrivePolicy"];
    let times = redrive["maxReceiveCount"].as_u64().expect("a limit");
    let settle = MACHINE["States"]["Settle"]["TimeoutSeconds"].as_u64().expect("a limit");
    assert!(times * hidden_s("TranslateQueue") < settle);
}
