//! A source that fails and need not be read is passed over: the rest is published, what it had stays, and the
//! manifest says so.

use onefold_shell::ErrorKind;
use onefold_tests::pipeline::{Knobs, Outcome, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;
use onefold_tests::version::{Version, text};

use crate::data::publish;

/// An array that is broken after some elements.
const BROKEN: &str = "[{\"id\":1,\"email\":\"new@x.de\"},{\"id\":2,}]";

/// A pipeline with a source of JSON arrays beside the others.
fn pipeline(required: bool) -> Pipeline {
    let pipeline = Pipeline::new(&Settings::default());
    let source = format!(
        "[[source]]\nname = \"partner\"\nformat = \"json\"\nrequired = {required}\n[source.fields]\nid = \"/id\"\nemail = \"/email\"\n"
    );
    pipeline.configure(&(source + &Settings::default().config()));
    pipeline
}

fn emails(version: &Version) -> Vec<(&str, &str)> {
    let email = |account: &'_ serde_json::Value| account["email"].as_str().map(str::to_owned);
    let accounts = version.accounts.iter().filter(|(_, account)| email(account).is_some());
    accounts.map(|(reference, account)| (reference.as_str(), account["email"].as_str().unwrap_or_default())).collect()
}

#[test]
fn a_source_that_must_be_read_fails_the_run() {
    let mut pipeline = pipeline(true);
    pipeline.drop_file("partner", "a.json", BROKEN);
    let error = pipeline.run(&Knobs::default()).expect_err("it is broken");
    assert_eq!(error.kind, ErrorKind::InvalidInput);
    for words in ["the source \"partner\"", "landing/partner/a.json", "element 2", "byte 29"] {
        assert!(error.text().contains(words), "{}", error.text());
    }
    assert!(!error.text().contains("new@x.de"), "{}", error.text());
}

#[test]
fn what_a_skipped_source_had_stays_and_it_is_read_again() {
    let mut pipeline = pipeline(false);
    pipeline.drop_file("partner", "a.json", "[{\"id\":1,\"email\":\"old@x.de\"}]");
    publish(&mut pipeline, &Knobs::default());
    pipeline.drop_file("partner", "b.json", BROKEN);
    pipeline.drop_file("crm", "a.jsonl", Row::new("crm", "1").with("email", "c@x.de").line());
    for knobs in [Knobs::default(), Knobs { twice: true, hurried: true, ..Knobs::default() }] {
        let version = publish(&mut pipeline, &knobs);
        assert_eq!(emails(&version), [("crm:1", "c@x.de"), ("partner:1", "old@x.de")]);
        let [skipped] = &version.manifest.skipped[..] else { panic!("{:?}", version.manifest.skipped) };
        assert_eq!(skipped.source, "partner");
        assert!(
            skipped.reason.contains("landing/partner/b.json") && !skipped.reason.contains("@"),
            "{}",
            skipped.reason
        );
        let inputs = text(&pipeline, &version.manifest.files.inputs[0].key);
        assert!(inputs.contains("landing/partner/a.json") && inputs.contains("landing/crm/a.jsonl"), "{inputs}");
        assert!(!inputs.contains("landing/partner/b.json"), "what was not read is not known: {inputs}");
    }
    pipeline.drop_file("partner", "b.json", "[{\"id\":1,\"email\":\"new@x.de\"}]");
    let version = publish(&mut pipeline, &Knobs::default());
    assert_eq!(emails(&version).len(), 2);
    assert!(version.manifest.skipped.is_empty());
    assert!(matches!(pipeline.run(&Knobs::default()), Ok(Outcome::NothingNew(_))));
}

/// What was not read of a snapshot is not gone.
#[test]
fn a_snapshot_that_was_skipped_takes_nobody_as_gone() {
    let mut pipeline = pipeline(false);
    let config = format!(
        "[[source]]\nname = \"partner\"\nformat = \"json\"\nrequired = false\nsnapshot = true\n[source.fields]\nid = \"/id\"\nemail = \"/email\"\n{}",
        Settings::default().config()
    );
    pipeline.configure(&config);
    pipeline.drop_file("partner", "a.json", "[{\"id\":1,\"email\":\"old@x.de\"},{\"id\":2,\"email\":\"b@x.de\"}]");
    publish(&mut pipeline, &Knobs::default());
    pipeline.drop_file("partner", "a.json", BROKEN);
    let version = publish(&mut pipeline, &Knobs::default());
    assert_eq!(emails(&version), [("partner:1", "old@x.de"), ("partner:2", "b@x.de")]);
    assert_eq!(version.manifest.incomplete_snapshots, ["partner"]);
    pipeline.drop_file("partner", "a.json", "[{\"id\":2,\"email\":\"b@x.de\"}]");
    let version = publish(&mut pipeline, &Knobs::default());
    assert_eq!(version.members.keys().map(String::as_str).collect::<Vec<_>>(), ["partner:2"], "this one is whole");
}
