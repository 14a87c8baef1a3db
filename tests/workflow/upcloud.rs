//! A local cloud that stays up: `onefold local up`.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use onefold_lake::keys;
use onefold_store::folder::FolderStore;

use crate::command::{Answered, command, folder, onefold};
use crate::lake::Lake;
use crate::tools;

/// A local cloud. It ends with this value.
pub struct UpCloud {
    /// Its bucket.
    pub lake: Lake,
    endpoint: String,
    up: Child,
}

impl UpCloud {
    /// Boots one whose bucket is a folder.
    pub fn boot() -> Self {
        let (up, endpoint, folder) = boot(&[], "folder");
        let lake = Lake::of(&endpoint, |_| Box::new(FolderStore::new(Path::new(&folder))));
        Self { lake, endpoint, up }
    }

    /// Boots one whose objects are in the bucket.
    pub fn boot_with_s3() -> Self {
        let (up, endpoint, bucket) = boot(&["--s3"], "bucket");
        Self { lake: Lake::new(&endpoint, &bucket), endpoint, up }
    }

    /// The logical names of the resources of a stack, with SAM's.
    pub fn resources(&self, stack: &str) -> BTreeSet<String> {
        let address = self.endpoint.strip_prefix("http://").expect("a local address");
        let form = format!("Action=DescribeStackResources&Version=2010-05-15&StackName={stack}");
        let head = "Content-Type: application/x-www-form-urlencoded\r\nConnection: close";
        let credential = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/cloudformation/aws4_request";
        let mut connection = TcpStream::connect(address).expect("the local cloud");
        let request = format!(
            "POST / HTTP/1.1\r\nHost: {address}\r\n{head}\r\nAuthorization: {credential}\r\nContent-Length: {}\r\n\r\n{form}",
            form.len()
        );
        connection.write_all(request.as_bytes()).expect("a request");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).expect("an answer");
        let names = answer.split("<LogicalResourceId>").skip(1).filter_map(|rest| rest.split_once('<'));
        names.map(|(name, _)| name.to_owned()).collect()
    }

    /// Whether it is over.
    pub fn is_over(&mut self) -> bool {
        self.up.try_wait().expect("its state").is_some()
    }

    /// Runs the command there.
    pub fn onefold(&self, arguments: &[&str]) -> Answered {
        onefold(["--endpoint", &self.endpoint].iter().chain(arguments))
    }

    /// Its address.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Starts a run and follows it, beside the test.
    pub fn start(&self) -> Child {
        let mut start = command();
        start.args(["--endpoint", &self.endpoint, "start"]).stdout(Stdio::null()).stderr(Stdio::null());
        start.spawn().expect("the command starts")
    }

    /// The runs that were planned, in their order.
    pub fn runs(&self) -> Vec<String> {
        let plans = self.lake.objects(keys::RUNS).into_iter().filter_map(|object| {
            let run = object.key.strip_prefix(keys::RUNS)?.strip_suffix("/plan.json")?;
            // Plan's receipt has the same name, deeper down.
            (!run.contains('/')).then(|| run.to_owned())
        });
        plans.collect()
    }

    /// Plans a run and does nothing else of it, by invoking the function as the state machine would. So a test can
    /// change what it likes before the rest of the run takes place, and need not be quick about it.
    pub fn plan(&self) -> String {
        let request = r#"{"execution":"planned","started_at":"2026-11-22T17:46:00Z","input":{}}"#;
        let invoked = Command::new(tools::tool("cargo-lambda"))
            .args(["lambda", "invoke", "onefold-plan", "--remote", "--endpoint-url", &self.endpoint])
            .args(["--data-ascii", request])
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .output()
            .expect("cargo-lambda starts");
        let answer: serde_json::Value = serde_json::from_slice(&invoked.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&invoked.stderr)));
        answer["run"].as_str().expect("a run").to_owned()
    }

    /// Whether anything was published.
    pub fn has_published(&self) -> bool {
        !self.lake.objects("processed/CURRENT").is_empty()
    }
}

/// Boots a local cloud. Returns its process, its address, and where its objects are, by the name of the line that says it.
fn boot(options: &[&str], place: &str) -> (Child, String, String) {
    let errors = folder("up").join("errors.log");
    let mut up = command()
        .args(["local", "up"])
        .args(options)
        .stdout(Stdio::piped())
        .stderr(File::create(&errors).expect("a log"))
        .spawn()
        .expect("the command starts");
    let mut lines = BufReader::new(up.stdout.take().expect("its output")).lines();
    let mut told = |name: &str| {
        let line = lines.find_map(|line| line.ok()?.strip_prefix(name).map(|rest| rest.trim().to_owned()));
        line.unwrap_or_else(|| panic!("`onefold local up` does not say its {name}; see {}", errors.display()))
    };
    let (endpoint, place) = (told("endpoint"), told(place));
    (up, endpoint, place)
}

impl Drop for UpCloud {
    fn drop(&mut self) {
        let interrupt = format!("kill -INT {}", self.up.id());
        let _ = Command::new("/bin/sh").args(["-c", &interrupt]).status();
        let _ = self.up.wait();
    }
}
