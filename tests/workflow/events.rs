//! The events that a local cloud sends.

use std::process::Command;

use serde_json::Value;

use crate::tools;

/// A queue that gets the events of a local cloud.
pub struct Events {
    endpoint: String,
}

impl Events {
    /// Begins to listen.
    pub fn of(endpoint: &str) -> Self {
        let events = Self { endpoint: endpoint.to_owned() };
        events.listen("subscribe");
        events
    }

    /// The detail types and details of the events since the last call. It waits until none has come for five seconds.
    pub fn received(&self) -> Vec<(String, Value)> {
        let read = |line: &str| {
            let mut event: Value = serde_json::from_str(line).expect("JSON");
            (event["detail-type"].as_str().expect("a detail type").to_owned(), event["detail"].take())
        };
        self.listen("events").lines().map(read).collect()
    }

    fn listen(&self, what: &str) -> String {
        let script = tools::project().join("tests/workflow/listen.py");
        let listened = Command::new(tools::tool("python3"))
            .arg(script)
            .args([what, &self.endpoint])
            .output()
            .expect("python3 starts");
        assert!(listened.status.success(), "{}", String::from_utf8_lossy(&listened.stderr));
        String::from_utf8(listened.stdout).expect("UTF-8")
    }
}
