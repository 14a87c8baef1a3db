//! A run of all stages over bytes that may be anything.

use onefold_lake::decompress;
use onefold_lake::keys::Key;
use onefold_shell::ErrorKind;
use onefold_tests::pipeline::{Knobs, Pipeline};
use serde_json::Value;

/// What all stages may leave of a byte that they are given, and of no byte at all.
const BYTES_OF_BYTE: usize = 400;
const BYTES_OF_NOTHING: usize = 256 << 10;

/// Fields of every kind; names as the corpus has them.
pub const FIELDS: &str = r#"
[source.fields]
id = ["/id/$oid", "/id"]
full_name = "/name"
email = ["/email", "/emails/0"]
phone_number = "/phone"
birthdate = { at = "/born", as = "rfc3339" }
updated_at = { at = "/at", as = "rfc3339" }
deleted = "/gone"
salary = "/pay"
location.latitude = "/lat"
location.longitude = "/lon"
interests = { at = "/likes", split = ";" }
"address.postal_code" = "/zip"
"address.country" = "/country"
attributes.note = "/note"
attributes.all = "/email"
"#;

/// What stands behind the sources.
pub const REST: &str = r#"
[normalise]
given_name = ["trim", "collapse", "nfc", "capitalise"]
email = "email"
phone_number = "digits"
"address.country" = "country"
"address.postal_code" = "postal_code"

[[match]]
key = "email"

[[match]]
key = "phone_number"

[[match]]
key = ["family_name", "given_name"]

[publish]
max_reject_ratio = 1.0
"#;

/// Runs all stages. The fault is the user's if there is one, and all that is published is sound.
pub fn check(config: &str, objects: &[(&str, &[u8])]) {
    let mut pipeline = Pipeline::of(config);
    for (key, bytes) in objects {
        pipeline.put(key, bytes.to_vec());
    }
    match pipeline.run(&Knobs::default()) {
        Ok(outcome) => {
            check_text(&pipeline, &format!("processed/{}/", outcome.run()));
            check_text(&pipeline, &format!("rejects/{}/", outcome.run()));
        }
        Err(error) => {
            let is_of_user = matches!(error.kind, ErrorKind::InvalidInput | ErrorKind::Gated);
            assert!(is_of_user, "{:?}: {}", error.kind, error.text());
        }
    }
    let keys = pipeline.list("");
    let others = keys.iter().filter(|key| objects.iter().all(|(given, _)| given != key));
    others.for_each(|key| assert!(Key::parse(key).is_some(), "{key} is no key"));
    let given: usize = objects.iter().map(|(_, bytes)| bytes.len()).sum();
    let left: usize = keys.iter().filter_map(|key| pipeline.get(key)).map(|bytes| bytes.len()).sum();
    assert!(left <= BYTES_OF_NOTHING + given * BYTES_OF_BYTE, "{left} bytes are left of {given}");
}

/// Every line of every file is JSON, and of those that are published no text has a control character but tabs and line
/// ends. (Rejects hold rows as they came.)
fn check_text(pipeline: &Pipeline, prefix: &str) {
    for key in pipeline.list(prefix).iter().filter(|key| key.ends_with(".jsonl.zst")) {
        let text = decompress(key, &pipeline.get(key).unwrap()).unwrap();
        for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let value: Value = serde_json::from_slice(line).unwrap_or_else(|error| panic!("{key}: {error}"));
            assert!(key.starts_with("rejects/") || is_clean(&value), "{key}: {value}");
        }
    }
}

fn is_clean(value: &Value) -> bool {
    let is_text = |text: &str| !text.chars().any(|letter| letter.is_control() && !matches!(letter, '\t' | '\n' | '\r'));
    match value {
        Value::String(text) => is_text(text),
        Value::Array(items) => items.iter().all(is_clean),
        Value::Object(members) => members.iter().all(|(name, value)| is_text(name) && is_clean(value)),
        _ => true,
    }
}
