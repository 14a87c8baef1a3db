//! Reading the state machine, the template and sources.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::sync::{LazyLock, OnceLock};

use serde_json::Value;

use crate::tools;

/// The text of a file of the project.
pub fn text(path: &str) -> String {
    let path = tools::project().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The state machine's text.
pub fn machine_text() -> String {
    text("statemachine/onefold.asl.json")
}

/// The state machine.
pub static MACHINE: LazyLock<Value> = LazyLock::new(|| {
    let text = machine_text().replace("${MapConcurrency}", "1");
    serde_json::from_str(&text).expect("the state machine is JSON")
});

/// The template, short forms written out.
pub fn template() -> &'static Value {
    // Unlike a `LazyLock`, this one says again what is wrong if it is asked again.
    static TEMPLATE: OnceLock<Value> = OnceLock::new();
    TEMPLATE.get_or_init(read_template)
}

fn read_template() -> Value {
    let read = Command::new(tools::tool("python3"))
        .arg(tools::project().join("tests/agreement/read_template.py"))
        .arg(tools::project().join("infra/template.yaml"))
        .output()
        .expect("python3 starts");
    let errors = String::from_utf8_lossy(&read.stderr);
    serde_json::from_slice(&read.stdout).unwrap_or_else(|error| panic!("{error}: {errors}"))
}

/// A state.
pub struct State {
    /// Its name.
    pub name: String,
    /// What the machine says of it.
    pub value: &'static Value,
}

impl State {
    /// Whether it has this type.
    pub fn is(&self, kind: &str) -> bool {
        self.value["Type"] == kind
    }

    /// The stage whose function it invokes.
    pub fn stage(&self) -> Option<String> {
        let arn = self.value["Parameters"]["FunctionName"].as_str()?;
        Some(arn.strip_prefix("${")?.strip_suffix("FunctionArn}")?.to_lowercase())
    }

    /// Each retrier's error names and attempts.
    pub fn retriers(&self) -> Vec<(Vec<String>, u64)> {
        let retriers = self.value["Retry"].as_array().cloned().unwrap_or_default();
        let read = |retrier: &Value| {
            let names = serde_json::from_value(retrier["ErrorEquals"].clone()).expect("names");
            (names, retrier["MaxAttempts"].as_u64().expect("attempts are limited"))
        };
        retriers.iter().map(read).collect()
    }
}

/// All states, those within maps too.
pub fn states() -> Vec<State> {
    let mut states = Vec::new();
    gather(&MACHINE["States"], &mut states);
    states
}

fn gather(value: &'static Value, states: &mut Vec<State>) {
    for (name, value) in value.as_object().expect("states") {
        states.push(State { name: name.clone(), value });
        if value["Type"] == "Map" {
            gather(&value["ItemProcessor"]["States"], states);
        }
    }
}

/// The functions of the template by stage.
pub fn functions() -> BTreeMap<String, &'static Value> {
    let resources = template()["Resources"].as_object().expect("resources").values();
    let functions = resources.filter(|resource| resource["Type"] == "AWS::Serverless::Function");
    functions
        .map(|function| {
            let name = function["Properties"]["FunctionName"]["Fn::Sub"].as_str().expect("a name");
            let stage = name.strip_prefix("${AWS::StackName}-").expect("it begins with the stack's name");
            (stage.to_owned(), &function["Properties"])
        })
        .collect()
}

/// Every text in a value.
pub fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(members) => members.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// The words of a text that begin with a prefix, as far as letters, digits and underscores go.
pub fn words_with(prefix: &str, text: &str) -> Vec<String> {
    let starts = text.match_indices(prefix).map(|(start, _)| &text[start..]);
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    starts
        .map(|rest| {
            let behind = &rest[prefix.len()..];
            let length = behind.find(|letter| !is_part(letter)).unwrap_or(behind.len());
            rest[..prefix.len() + length].to_owned()
        })
        .collect()
}
