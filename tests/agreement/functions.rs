//! Every stage is a crate, a function of the template, and a state or an event source that calls it.

use std::collections::BTreeSet;

use onefold_lake::keys::{self, Stage};

use crate::project::{functions, machine_text, states, template, text, words_with};

fn stages() -> BTreeSet<String> {
    Stage::ALL.into_iter().map(|stage| stage.name().to_owned()).collect()
}

/// Every function: the stages, and those that people call.
fn all() -> BTreeSet<String> {
    stages().into_iter().chain(keys::CALLED.map(str::to_owned)).collect()
}

#[test]
fn stages_are_functions_and_crates() {
    let functions = functions();
    assert_eq!(functions.keys().cloned().collect::<BTreeSet<_>>(), all());
    for (stage, function) in functions {
        assert_eq!(function["CodeUri"], format!("../target/lambda/{stage}"));
        let manifest: toml::Table = text(&format!("functions/{stage}/Cargo.toml")).parse().expect("TOML");
        assert_eq!(manifest["package"]["name"].as_str(), Some(stage.as_str()));
        let main = text(&format!("functions/{stage}/src/main.rs"));
        assert!(main.contains(&format!("{stage}::run(request, context)")), "{stage}'s main serves something else");
    }
}

#[test]
fn every_function_is_called() {
    let by_states: BTreeSet<String> = states().iter().filter_map(|state| state.stage()).collect();
    let resources = template()["Resources"].as_object().expect("resources").values();
    let by_queues: BTreeSet<String> = resources
        .filter(|resource| resource["Type"] == "AWS::Lambda::EventSourceMapping")
        .map(|mapping| {
            let function = mapping["Properties"]["FunctionName"]["Ref"].as_str().expect("a function");
            function.strip_suffix("Function").expect("a function").to_lowercase()
        })
        .collect();
    assert_eq!(by_queues, ["settle", "translate"].map(str::to_owned).into());
    assert_eq!(by_states.union(&by_queues).cloned().collect::<BTreeSet<_>>(), stages());
}

#[test]
fn substitutions_are_those_that_the_state_machine_uses() {
    let given = template()["Resources"]["StateMachine"]["Properties"]["DefinitionSubstitutions"].as_object();
    let given: BTreeSet<String> = given.expect("substitutions").keys().cloned().collect();
    let used: BTreeSet<String> = words_with("${", &machine_text()).iter().map(|word| word[2..].to_owned()).collect();
    assert_eq!(used, given);
}
