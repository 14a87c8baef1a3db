//! The variables that functions read are those that the template sets.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::policies::ACCESS;
use crate::project::{functions, template, text, words_with};

/// The names of our variables; others, such as those of the C library, are for others to read.
fn names(variables: &Value) -> BTreeSet<String> {
    let names = variables.as_object().into_iter().flat_map(|variables| variables.keys());
    names.filter(|name| name.starts_with("ONEFOLD_")).cloned().collect()
}

#[test]
fn what_is_read_is_set_and_what_is_set_is_read() {
    let environment = text("functions/shell/src/environment.rs");
    let code = environment.split("#[cfg(test)]").next().expect("code");
    let read: BTreeSet<String> = words_with("ONEFOLD_", code).into_iter().collect();
    let required: BTreeSet<String> =
        words_with("required(\"ONEFOLD_", code).iter().map(|word| word[10..].to_owned()).collect();

    let of_all = names(&template()["Globals"]["Function"]["Environment"]["Variables"]);
    let of_the_local_cloud = BTreeSet::from(["ONEFOLD_FOLDER".to_owned()]);
    assert_eq!(of_all, &required | &of_the_local_cloud, "what every function needs, every function has");
    let mut set = of_all;
    for (stage, function) in functions() {
        let own = names(&function["Environment"]["Variables"]);
        let sources = ["lib.rs", "event.rs"].map(|file| {
            let path = crate::tools::project().join(format!("functions/{stage}/src/{file}"));
            std::fs::read_to_string(path).unwrap_or_default()
        });
        // Extract needs it where the bucket is a folder, which sends no events.
        let needs_queue = stage == "extract" || sources.iter().any(|source| source.contains("context.queue"));
        assert_eq!(own.contains("ONEFOLD_QUEUE_URL"), needs_queue, "the queue of {stage}");
        assert_eq!(own.contains("ONEFOLD_KEY"), ACCESS[stage.as_str()].hashes, "the match-key secret of {stage}");
        set.extend(own);
    }
    assert_eq!(set, read);
}
