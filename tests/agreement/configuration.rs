//! The JSON Schema of the configuration fits the configurations of the project, and refuses what the parser refuses.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use onefold_config::{Config, json_schema};

use crate::project::text;
use crate::tools;

/// What a validator that knows nothing of Onefold finds wrong with some files.
fn faults(files: &[&Path]) -> String {
    let mut validator = Command::new(tools::tool("python3"))
        .arg(tools::project().join("tests/agreement/validate.py"))
        .args(files)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let mut input = validator.stdin.take().expect("a pipe");
    input.write_all(json_schema().to_string().as_bytes()).expect("the schema is read");
    drop(input);
    let output = validator.wait_with_output().expect("python3 ends");
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn the_configurations_of_the_project_fit_the_schema() {
    let files = [
        "tests/sample/onefold.toml",
        "tests/bench/onefold.toml",
        "tests/bench/matching.toml",
        "tests/events/pipeline.toml",
        "tests/events/sources.toml",
    ];
    let files = files.map(|file| tools::project().join(file));
    assert_eq!(faults(&files.each_ref().map(|file| file.as_path())), "");
}

#[test]
fn a_configuration_with_faults_does_not_fit() {
    let file = std::env::temp_dir().join(format!("onefold-schema-{}.toml", std::process::id()));
    let sample = text("tests/sample/onefold.toml");
    let faulty =
        sample.replace("trust = 1 ", "trsut = 1 ").replace("\"e164\"", "\"e146\"").replace("\"/sid\"", "\"sid\"");
    std::fs::write(&file, faulty).expect("written");
    let found = faults(&[&file]);
    std::fs::remove_file(&file).expect("removed");
    for place in ["$.source[0]: ", "$.source[1].fields.id: ", "$.normalise.phone_number: "] {
        assert!(found.contains(place), "{place}: {found}");
    }
    assert_eq!(found.lines().count(), 3, "{found}");
}

/// What the schema says of the wrong in a source of one kind: what is missing, and what is another kind's.
#[test]
fn a_source_needs_what_its_kind_needs_and_no_more() {
    let rest = "[source.fields]\nid = \"/id\"\n[[match]]\nkey = \"email\"\n";
    let http = "http = { url = \"https://x.example\", items = \"\" }\n";
    let postgres = "postgres = { secret = \"s\", table = \"public.t\", key = \"id\" }\n";
    let file = std::env::temp_dir().join(format!("onefold-schema-kinds-{}.toml", std::process::id()));
    for (members, is_sound) in [
        ("format = \"csv\"\n".to_owned(), true),
        ("kind = \"files\"\nformat = \"csv\"\n".to_owned(), true),
        (format!("kind = \"http\"\n{http}"), true),
        (format!("kind = \"postgres\"\n{postgres}"), true),
        (String::new(), false),
        ("kind = \"files\"\n".to_owned(), false),
        ("kind = \"http\"\n".to_owned(), false),
        ("kind = \"postgres\"\n".to_owned(), false),
        (http.to_owned(), false),
        (format!("format = \"csv\"\n{http}"), false),
        (format!("kind = \"http\"\nformat = \"csv\"\n{http}"), false),
        (format!("kind = \"http\"\n{http}{postgres}"), false),
        (format!("kind = \"postgres\"\ndelimiter = \",\"\n{postgres}"), false),
    ] {
        let text = format!("[[source]]\nname = \"crm\"\n{members}{rest}");
        std::fs::write(&file, &text).expect("written");
        let found = faults(&[&file]);
        assert_eq!(found.is_empty(), is_sound, "{text}{found}");
        assert_eq!(Config::parse(&text).is_ok(), is_sound, "{text}");
    }
    std::fs::remove_file(&file).expect("removed");
}
