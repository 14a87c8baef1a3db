//! SIGKILL in the middle of a run: of the functions, of the command, of the local cloud itself. What is tried again, or
//! taken up, comes to the version that an undisturbed run makes; and two runs at once make one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::command::{command, folder, onefold};
use crate::results::Results;
use crate::scenarios::turn;
use crate::upcloud::UpCloud;
use crate::{data, processes};

/// Between two looks at processes, or at the bucket.
const PAUSE: Duration = Duration::from_millis(10);
/// How often the bucket is looked at for a version: for two minutes.
const LOOKS: u32 = 12_000;

type Customers = BTreeMap<String, Value>;

#[test]
fn what_is_killed_is_tried_again_and_of_two_runs_one_publishes() {
    let _turn = turn();
    let data = data::everything("killed-data");
    let expected = undisturbed(&data);
    functions_are_killed(&data, &expected);
    a_command_is_killed_and_the_run_goes_on(&data, &expected);
    the_local_cloud_is_killed(&data, &expected);
}

fn undisturbed(data: &Path) -> Customers {
    let out = folder("killed-undisturbed");
    onefold([Path::new("local"), Path::new("run"), Path::new("--data"), data, Path::new("--out"), &out]).exits(0);
    Results(out).customers()
}

/// The version that is current in a cloud.
fn published(cloud: &UpCloud, name: &str) -> Customers {
    let out = folder(name);
    cloud.onefold(&["fetch", out.to_str().expect("a path of UTF-8")]).exits(0);
    Results(out).customers()
}

fn push(data: &Path) -> UpCloud {
    let cloud = UpCloud::boot();
    cloud.onefold(&["push", data.to_str().expect("a path of UTF-8")]).exits(0);
    cloud
}

fn kill(process: u32) {
    let _ = Command::new("/bin/kill").args(["-KILL", &process.to_string()]).status();
}

/// The function whose process this is, if it is one.
fn function_of(process: u32) -> Option<String> {
    let command_line = fs::read_to_string(format!("/proc/{process}/cmdline")).ok()?;
    let path = command_line.split('\0').find(|part| part.ends_with("/bootstrap"))?;
    processes::group_of(process)?;
    let variables = fs::read_to_string(format!("/proc/{process}/environ")).unwrap_or_default();
    let name = variables.split('\0').find_map(|variable| variable.strip_prefix("AWS_LAMBDA_FUNCTION_NAME="));
    Some(name.unwrap_or(path).to_owned())
}

/// The local cloud does not notice when an invocation ends that a state waits for by a token. (AWS fails the state.)
const IS_WAITED_FOR: &str = "settle";

/// Runs in which functions are killed, at most: on a busy machine a look at the processes misses some.
const RUNS: usize = 5;

/// The first process of each function is killed while it works; the state machine and the queue try again.
fn functions_are_killed(data: &Path, expected: &Customers) {
    let mut killed = BTreeSet::new();
    for _ in 0..RUNS {
        functions_of_a_run_are_killed(data, expected, &mut killed);
        if killed.len() > 5 {
            return;
        }
    }
    panic!("only these were killed: {killed:?}");
}

fn functions_of_a_run_are_killed(data: &Path, expected: &Customers, killed: &mut BTreeSet<String>) {
    let cloud = push(data);
    let mut start = cloud.start();
    let mut looks = 0..LOOKS;
    while start.try_wait().expect("its state").is_none() {
        looks.next().expect("a run that goes on for minutes goes on for ever");
        for process in processes::that_know(Path::new(cloud.endpoint())) {
            let is_meant = |function: &String| !function.contains(IS_WAITED_FOR) && !killed.contains(function);
            if let Some(function) = function_of(process).filter(is_meant) {
                kill(process);
                killed.insert(function);
            }
        }
        sleep(PAUSE);
    }
    if !start.wait().expect("it ends").success() {
        let run = cloud.runs().pop().expect("a run");
        cloud.onefold(&["start", "--resume", &run]).exits(0);
    }
    assert_eq!(&published(&cloud, "killed-functions"), expected);
}

/// The execution is the cloud's. Beside it a second one is refused before it has done anything.
fn a_command_is_killed_and_the_run_goes_on(data: &Path, expected: &Customers) {
    let cloud = push(data);
    let mut start = cloud.start();
    while cloud.runs().is_empty() {
        assert_eq!(start.try_wait().expect("its state"), None, "it ended too soon");
        sleep(PAUSE);
    }
    cloud.onefold(&["start"]).exits(1).says("Onefold.Conflict").says("under way");
    start.kill().expect("it is killed");
    start.wait().expect("it ended");
    for _ in 0..LOOKS {
        if cloud.has_published() {
            assert_eq!(&published(&cloud, "killed-command"), expected);
            cloud.onefold(&["start"]).exits(0).says("Nothing new");
            return;
        }
        sleep(PAUSE);
    }
    panic!("the run did not go on");
}

/// Nothing is left of it, and the next run begins from nothing.
fn the_local_cloud_is_killed(data: &Path, expected: &Customers) {
    let out = folder("killed-cloud");
    let arguments = [Path::new("local"), Path::new("run"), Path::new("--data"), data, Path::new("--out"), &out];
    let run = || command().args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let is_ministack = |process: &u32| {
        let command_line = fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
        command_line.contains("ministack") && processes::group_of(*process).is_some()
    };
    let mut onefold: Child = run();
    while !processes::that_know(&out).into_iter().any(|process| function_of(process).is_some()) {
        assert_eq!(onefold.try_wait().expect("its state"), None, "it ended too soon");
        sleep(PAUSE);
    }
    processes::that_know(&out).into_iter().filter(is_ministack).for_each(kill);
    assert_eq!(onefold.wait().expect("it ends").code(), Some(1));
    assert_eq!(processes::that_know(&out), Vec::<u32>::new(), "processes are left");
    assert!(!out.join("manifest.json").exists(), "nothing is published");

    // The same by the death of the command, which takes its cloud with it.
    let mut onefold: Child = run();
    while !processes::that_know(&out).into_iter().any(|process| function_of(process).is_some()) {
        assert_eq!(onefold.try_wait().expect("its state"), None, "it ended too soon");
        sleep(PAUSE);
    }
    onefold.kill().expect("it is killed");
    onefold.wait().expect("it ended");
    while !processes::that_know(&out).is_empty() {
        sleep(PAUSE);
    }
    assert!(!out.join("manifest.json").exists(), "nothing is published");
    let objects = out.join(".onefold/bucket");
    assert!(objects.exists(), "what is killed leaves its objects");
    assert!(run().wait().expect("it ends").success());
    assert!(!objects.exists(), "the next command removes them, and its own");
    assert_eq!(&Results(out).customers(), expected);
}
