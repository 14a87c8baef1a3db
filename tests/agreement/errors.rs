//! The names of errors: which there are, and which are tried again. And how one error becomes another.

use std::fs;
use std::path::Path;

use onefold_shell::{DEAD_LETTER, ErrorKind};

use crate::project::{machine_text, states, text, words_with};

/// What a try again can help with, by whose error it is.
const LAMBDA_SERVICE: [&str; 4] = [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
];

#[test]
fn only_names_that_the_code_has_are_used() {
    let known: Vec<&str> = ErrorKind::ALL.into_iter().map(ErrorKind::name).chain([DEAD_LETTER]).collect();
    for file in ["statemachine/onefold.asl.json", "infra/template.yaml", "infra/samconfig.toml"] {
        for name in words_with("Onefold.", &text(file)) {
            assert!(known.contains(&name.as_str()), "{file} names {name}");
        }
    }
    assert!(machine_text().contains(ErrorKind::Transient.name()));
}

#[test]
fn of_the_functions_errors_only_transient_ones_are_tried_again() {
    for state in states().iter().filter(|state| state.is("Task")) {
        let names: Vec<String> = state.retriers().into_iter().flat_map(|(names, _)| names).collect();
        let of_functions: Vec<&String> = names.iter().filter(|name| name.starts_with("Onefold.")).collect();
        assert_eq!(of_functions, [ErrorKind::Transient.name()], "{}", state.name);
        for of_lambda in LAMBDA_SERVICE {
            assert!(names.iter().any(|name| name == of_lambda), "{} does not try again on {of_lambda}", state.name);
        }
        for everything in ["States.ALL", "States.TaskFailed"] {
            assert!(!names.iter().any(|name| name == everything), "{} tries everything again", state.name);
        }
    }
}

/// Running out of memory or time looks like this, and the third try would end as the first.
#[test]
fn an_invocation_that_dies_is_tried_again_twice_at_most() {
    for state in states().iter().filter(|state| state.is("Task")) {
        let retriers = state.retriers();
        let of_death = retriers.iter().find(|(names, _)| names.iter().any(|name| name == "Lambda.Unknown"));
        let (_, attempts) = of_death.unwrap_or_else(|| panic!("{} does not try again on Lambda.Unknown", state.name));
        assert!((1..=2).contains(attempts), "{} tries again {attempts} times", state.name);
    }
}

#[test]
fn every_task_is_tried_again_in_the_same_way() {
    let states = states();
    let tasks: Vec<_> = states.iter().filter(|state| state.is("Task")).collect();
    assert!(tasks.len() >= 8);
    for task in &tasks {
        assert_eq!(task.value["Retry"], tasks[0].value["Retry"], "{} and {}", task.name, tasks[0].name);
    }
}

/// Then the console shows where and why, and a redrive enters the state that failed.
#[test]
fn a_failure_is_its_states_own() {
    for state in states() {
        assert_eq!(state.is("Fail"), state.name == "Gated", "{}", state.name);
        assert_eq!(state.value.get("Catch").is_some(), state.name == "Compact", "{}", state.name);
    }
}

/// Nothing broke, so it is not told as a failure of Compact is.
#[test]
fn a_closed_gate_has_a_fail_state_of_its_own() {
    let states = states();
    let by_name = |name: &str| &states.iter().find(|state| state.name == name).expect("a state").value;
    let closed = serde_json::json!([
        {"ErrorEquals": [ErrorKind::Gated.name()], "ResultPath": "$.error", "Next": "Gated"}
    ]);
    assert_eq!(by_name("Compact")["Catch"], closed);
    let fail = serde_json::json!({"Type": "Fail", "ErrorPath": "$.error.Error", "CausePath": "$.error.Cause"});
    assert_eq!(by_name("Gated"), &&fail, "it says what Compact said");
}

/// What an error means depends on what was being done. A conversion of every error of a type cannot know that.
#[test]
fn no_error_becomes_another_without_saying_what_was_being_done() {
    let project = crate::tools::project();
    let mut sources = Vec::new();
    for room in ["functions", "infra/cli"] {
        gather_sources(&project.join(room), &mut sources);
    }
    assert!(sources.len() > 200, "{} sources", sources.len());
    for (path, text) in &sources {
        assert!(!text.contains("#[from]"), "{path} converts an error by #[from]");
        let of_errors = |line: &&str| {
            let converts = line.trim_start().strip_prefix("impl From<").and_then(|line| line.split_once("> for "));
            converts.is_some_and(|(from, into)| [from, into].iter().any(|name| is_error(name)))
        };
        assert_eq!(text.lines().find(of_errors), None, "in {path}");
    }
}

fn is_error(name: &str) -> bool {
    let name = name.trim_end_matches([' ', '{', '}']);
    ["Error", "Fault", "Failure", "Diagnostic"].iter().any(|end| name.ends_with(end))
}

/// The sources of Rust under a folder, by path.
fn gather_sources(folder: &Path, sources: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            gather_sources(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push((path.display().to_string(), fs::read_to_string(&path).expect("text")));
        }
    }
}
