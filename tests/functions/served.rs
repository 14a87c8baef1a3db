//! All functions, served by `cargo lambda watch`, with a bucket to work in.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;

use aws_sdk_secretsmanager::config::{BehaviorVersion, Credentials, Region};
use serde_json::Value;

use crate::background::{Background, free_address};
use crate::lake::Lake;
use crate::tools;

/// The bucket's name.
pub const BUCKET: &str = "onefold-functions";
/// The secret under which the walk's match keys are hashed.
const KEY: &str = "000102030405060708090a0b0c0d0e0f";

/// The functions.
pub struct Served {
    /// Where they read and write.
    pub lake: Lake,
    /// Dropped first: it has the functions, and they need the other.
    watch: Background,
    port: u16,
    secrets: aws_sdk_secretsmanager::Client,
    _cloud: Background,
}

/// Why an invocation failed: what `cargo lambda invoke` printed.
#[derive(Debug)]
pub struct Failed(pub String);

impl Served {
    /// Serves them.
    pub fn start() -> Self {
        let logs = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let cloud_address = free_address();
        let endpoint = format!("http://{cloud_address}");
        let mut ministack = Command::new(tools::tool("ministack"));
        ministack
            .env("BIND_HOST", cloud_address.ip().to_string())
            .env("GATEWAY_PORT", cloud_address.port().to_string())
            .env("MINISTACK_HOST", cloud_address.ip().to_string())
            .env("SFTP_ENABLED", "0")
            .env("IOT_MTLS_ENABLED", "0")
            .current_dir(logs);
        let cloud = Background::start(ministack, cloud_address, logs.join("functions-ministack.log"));
        let lake = Lake::new(&endpoint, BUCKET);
        lake.wait(lake.client.create_bucket().bucket(BUCKET).send()).expect("the bucket is made");

        // One build of all is faster than one of each function when it is first invoked.
        let built = cargo().args(["build", "--release", "--bins", "--quiet"]).status().expect("cargo starts");
        assert!(built.success(), "the functions are not built");
        let address = free_address();
        let mut watch = cargo_lambda();
        watch
            .args(["watch", "--release", "--ignore-changes", "--quiet", "--color", "never"])
            .args(["--invoke-address", &address.ip().to_string(), "--invoke-port", &address.port().to_string()])
            .env("ONEFOLD_BUCKET", BUCKET)
            .env("ONEFOLD_KEY", KEY)
            .env("ONEFOLD_QUEUE_URL", format!("{endpoint}/000000000000/onefold-translate"))
            .env("AWS_ENDPOINT_URL", &endpoint)
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        let watch = Background::start(watch, address, logs.join("functions-watch.log"));
        let config = aws_sdk_secretsmanager::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(&endpoint)
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .build();
        let secrets = aws_sdk_secretsmanager::Client::from_conf(config);
        Self { lake, watch, port: address.port(), secrets, _cloud: cloud }
    }

    /// Stores a secret where functions ask for it.
    pub fn store_secret(&self, name: &str, value: &str) {
        let create = self.secrets.create_secret().name(name).secret_string(value);
        self.lake.wait(create.send()).expect("the secret is stored");
    }

    /// What the functions have logged.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.watch.log()).expect("a log")).into_owned()
    }

    /// Invokes a function with the event of a file in `tests/events`.
    pub fn invoke(&self, function: &str, event: &str) -> Result<Value, Failed> {
        let event = event_file(event);
        self.invoke_with(function, &["--data-file", event.to_str().expect("a path of UTF-8")])
    }

    /// Invokes a function with a text.
    pub fn invoke_text(&self, function: &str, text: &str) -> Result<Value, Failed> {
        self.invoke_with(function, &["--data-ascii", text])
    }

    fn invoke_with(&self, function: &str, data: &[&str]) -> Result<Value, Failed> {
        let mut invoke = cargo_lambda();
        invoke.args(["invoke", function, "--invoke-address", "127.0.0.1", "--invoke-port", &self.port.to_string()]);
        let output = invoke.args(data).output().expect("cargo starts");
        let [answer, error] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        if !output.status.success() {
            return Err(Failed(error));
        }
        let log = self.watch.log().display();
        Ok(Value::from_str(&answer)
            .unwrap_or_else(|fault| panic!("{function} answered {answer:?}: {fault}; see {log}")))
    }
}

/// A file of `tests/events`.
pub fn event_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("events").join(name)
}

/// `cargo lambda`, in the project's folder.
fn cargo_lambda() -> Command {
    let bin = tools::tool("cargo-lambda");
    let bin = bin.parent().expect("it is in a folder");
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([bin.to_owned()].into_iter().chain(env::split_paths(&path))).expect("a search path");
    let mut command = cargo();
    command.arg("lambda").env("PATH", path);
    command
}

/// `cargo`, in the project's folder.
fn cargo() -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(tools::project());
    // What cargo tells this test about itself would make build scripts believe that something changed.
    let of_cargo = env::vars_os().map(|(name, _)| name).filter(|name| {
        let name = name.to_string_lossy();
        name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_MANIFEST_")
            || name == "CARGO"
            // What is tested is what `make build` built, not what clippy did.
            || name == "RUSTC_WORKSPACE_WRAPPER"
            || name == "CLIPPY_ARGS"
            || name == "LD_LIBRARY_PATH"
    });
    for name in of_cargo {
        command.env_remove(name);
    }
    command
}
