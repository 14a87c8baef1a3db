//! Ctrl-C in the middle of a run.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::command::{command, folder};
use crate::scenarios::turn;
use crate::{data, processes};

/// Between two looks for a function.
const PAUSE: Duration = Duration::from_millis(10);

#[test]
fn ctrl_c_leaves_no_process_behind() {
    let _turn = turn();
    let data = data::everything("interruption-data");
    let out = folder("interruption-out");
    let mut onefold = command()
        .args(["local", "run", "--data"])
        .arg(&data)
        .arg("--out")
        .arg(&out)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("the command starts");

    // In the middle: a function works for the local cloud.
    let is_a_function = |id: &u32| {
        let command_line = fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default();
        command_line.contains("bootstrap") && processes::group_of(*id).is_some()
    };
    let function = loop {
        if let Some(function) = processes::that_know(&out).into_iter().find(is_a_function) {
            break function;
        }
        assert_eq!(onefold.try_wait().expect("its state"), None, "it ended too soon");
        sleep(PAUSE);
    };
    let groups = [onefold.id(), processes::group_of(function).expect("its group")];
    let interrupt = format!("kill -INT -{}", onefold.id());
    assert!(Command::new("/bin/sh").args(["-c", &interrupt]).status().expect("/bin/sh").success());

    let status = onefold.wait().expect("it ends");
    assert_eq!(status.code(), Some(130), "128 and the signal's number");
    let left = || [processes::that_know(&out), processes::of_group(groups[0]), processes::of_group(groups[1])].concat();
    assert_eq!(left(), Vec::<u32>::new(), "processes are left when the command has ended");
    assert!(!out.join("manifest.json").exists(), "nothing is published");
}
