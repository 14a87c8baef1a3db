//! A function as Lambda runs it: a process of its own that asks a server for invocations. The process is this very
//! program, told to be the function; the server is a test.
#![allow(clippy::expect_used, reason = "all of this is a test")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

use onefold_shell::{Context, StageError};
use onefold_store::{Operation, StoreError};
use serde_json::{Value, json};

/// What every value holds.
const MARK: &str = "zzpersonalzz";
const RUN: &str = "20261122T174600Z-1a2b3c4d";

const KEY: &str = "runs/20261122T174600Z-1a2b3c4d/plan.json";
/// What a store answers: the numbers of its request are in it.
const ANSWER: &str = "status 503, SlowDown (request 4442587FB7D0A2F9, extended)";

/// The line above the function, which panics four and six lines below.
const ABOVE: u32 = line!();
/// The function: fails as it is asked to.
async fn stage(request: Value, _context: &Context) -> Result<Value, StageError> {
    match request["how"].as_str() {
        Some("panics") => panic!("{}", request["value"]),
        Some("reads") => Err(StageError::reading(StoreError::unavailable(Operation::Get, KEY, ANSWER))),
        Some("cuts") => Ok(json!(&request["value"].as_str().unwrap_or_default()[..1])),
        _ => Err(StageError::internal("it fails")),
    }
}

#[tokio::test]
#[ignore = "the function that the tests start"]
async fn function() {
    onefold_shell::serve("merge", stage).await.expect("it is served");
}

/// What came of an invocation.
struct Invoked {
    /// What the function answered.
    answer: Value,
    /// What it printed.
    printed: String,
}

/// Invokes the function in a process of its own.
fn invoke(request: &Value) -> Invoked {
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = server.local_addr().expect("an address").to_string();
    let mut function = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "function", "--ignored", "--nocapture"])
        .env("AWS_LAMBDA_RUNTIME_API", &address)
        .env("AWS_LAMBDA_FUNCTION_NAME", "onefold-merge")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("ONEFOLD_BUCKET", "bucket")
        .env("RUST_BACKTRACE", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let answer = serve_one(&server, request);
    function.kill().expect("it is there");
    let output = function.wait_with_output().expect("it ended");
    let printed = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    Invoked { answer, printed }
}

/// The Lambda runtime's API, for one invocation: gives the request, and takes the answer.
fn serve_one(server: &TcpListener, request: &Value) -> Value {
    for connection in server.incoming() {
        let mut reader = BufReader::new(connection.expect("a connection"));
        while let Some((path, body)) = read_request(&mut reader) {
            if !path.ends_with("/invocation/next") {
                return json!({"path": path, "body": serde_json::from_slice::<Value>(&body).expect("JSON")});
            }
            let body = request.to_string();
            let head = format!(
                "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: request-7\r\nlambda-runtime-deadline-ms: 9999999999999\r\n\
                 lambda-runtime-invoked-function-arn: arn\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            reader.get_mut().write_all((head + &body).as_bytes()).expect("a response");
        }
    }
    unreachable!("a server waits for ever")
}

/// The path and the body of the next request; `None` if the connection is closed.
fn read_request(reader: &mut BufReader<TcpStream>) -> Option<(String, Vec<u8>)> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_owned());
    }
    let path = lines.first()?.split(' ').nth(1)?.to_owned();
    let headers: BTreeMap<String, String> = lines
        .iter()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let mut body = Vec::new();
    if let Some(length) = headers.get("content-length") {
        body.resize(length.parse().expect("a length"), 0);
        reader.read_exact(&mut body).expect("a body");
    } else if headers.contains_key("transfer-encoding") {
        body = read_chunks(reader);
    }
    Some((path, body))
}

/// A body whose length was not known when it was begun.
fn read_chunks(reader: &mut BufReader<TcpStream>) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let mut size = String::new();
        reader.read_line(&mut size).expect("a size");
        let size = usize::from_str_radix(size.trim(), 16).expect("hexadecimal digits");
        let mut chunk = vec![0; size + 2];
        reader.read_exact(&mut chunk).expect("a chunk");
        if size == 0 {
            return body;
        }
        body.extend_from_slice(&chunk[..size]);
    }
}

/// The line of JSON that says what failed, with the fields of its spans.
fn failure(printed: &str) -> BTreeMap<String, Value> {
    let lines = printed.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let line = lines.into_iter().find(|line| line["fields"]["message"] == "failed");
    let line = line.unwrap_or_else(|| panic!("nothing says what failed: {printed}"));
    let spans = line["spans"].as_array().expect("spans").iter().chain([&line["fields"]]);
    spans.flat_map(|span| span.as_object().expect("fields").clone()).collect()
}

#[test]
fn what_a_panic_says_is_told_nowhere() {
    for (how, value, place) in [("panics", MARK, ABOVE + 4), ("cuts", "ü zzpersonalzz", ABOVE + 6)] {
        let Invoked { answer, printed } = invoke(&json!({"how": how, "value": value, "run": RUN}));
        assert!(!printed.contains(MARK), "{printed}");
        assert!(!answer.to_string().contains(MARK), "{answer}");
        let place = format!("tests/served.rs:{place}");
        let said = answer["body"]["errorMessage"].as_str().expect("a message");
        assert_eq!(answer["body"]["errorType"], "Onefold.Internal");
        assert!(said.contains(&place) && printed.contains(&place), "{said}: {printed}");
        let failed = failure(&printed);
        assert_eq!((&failed["run_id"], &failed["error"]), (&json!(RUN), &json!("Onefold.Internal")));
    }
}

#[test]
fn the_line_that_says_what_failed_says_of_which_invocation() {
    let request = json!({"run": RUN, "partition": {"partition": 7, "partitions": 9}, "how": "fails", "value": MARK});
    let Invoked { answer, printed } = invoke(&request);
    assert_eq!(answer["path"], "/2018-06-01/runtime/invocation/request-7/error");
    let line = format!(
        "it fails; this is a fault of Onefold or of its set-up: report it with this line \
         [stage merge, run {RUN}, partition 7, request request-7]"
    );
    assert_eq!(answer["body"]["errorMessage"], line);
    let failed = failure(&printed);
    let fields = ["stage", "request_id", "run_id", "partition", "error", "reason"].map(|name| &failed[name]);
    let expected = [json!("merge"), json!("request-7"), json!(RUN), json!(7), json!("Onefold.Internal"), json!(line)];
    assert_eq!(fields, expected.each_ref());
    assert!(!printed.contains(MARK), "{printed}");
}

#[test]
fn the_line_names_the_object_the_stores_request_and_what_to_do() {
    let request = json!({"run": RUN, "split": {"split": 3}, "how": "reads"});
    let Invoked { answer, printed } = invoke(&request);
    let line = format!(
        "get of {KEY} failed: {ANSWER}; it may work later: try again, or resume the run \
         [stage merge, run {RUN}, split 3, request request-7]"
    );
    assert_eq!(answer["body"]["errorType"], "Onefold.Transient");
    assert_eq!(answer["body"]["errorMessage"], line);
    assert_eq!(failure(&printed)["reason"], json!(line), "the log says it in the same words");
}

/// A request that is not of the stage's form can hold anything anywhere.
#[test]
fn fields_that_name_an_invocation_hold_no_values() {
    let request = json!({"run": MARK, "partition": {"partition": MARK}, "shard": MARK, "split": {"split": MARK}});
    let printed = invoke(&request).printed;
    assert!(!printed.contains(MARK), "{printed}");
    assert_eq!(failure(&printed)["stage"], "merge");
}
