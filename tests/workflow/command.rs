//! Running the command `onefold`.

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use onefold_lake::keys::{self, Stage};

use crate::tools;

/// What the command answered.
#[derive(Debug)]
pub struct Answered {
    /// The exit code.
    pub code: i32,
    /// All that it printed.
    pub text: String,
}

impl Answered {
    /// Asserts how it ended.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.text);
        self
    }

    /// Asserts that it said something.
    #[track_caller]
    pub fn says(self, what: &str) -> Self {
        assert!(self.text.contains(what), "{what:?} is not in\n{}", self.text);
        self
    }
}

/// Runs the command to its end.
pub fn onefold<A: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = A>) -> Answered {
    let Output { status, stdout, stderr } = command().args(arguments).output().expect("the command starts");
    let text = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    Answered { code: status.code().unwrap_or(-1), text }
}

/// The command, still to be given arguments.
pub fn command() -> Command {
    let program =
        env::var_os("ONEFOLD_BIN").map_or_else(|| tools::project().join("target/release/onefold"), PathBuf::from);
    let program = tools::present(program, "make build").canonicalize().expect("its path");
    let mut command = Command::new(program);
    command.current_dir(house()).env("ONEFOLD_VENV", tools::environment()).stdin(Stdio::null());
    command
}

/// A folder for what tests make, empty at first. They stay there afterwards, to be looked at.
pub fn folder(name: &str) -> PathBuf {
    let folder = scratch().join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn scratch() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("workflow")
}

/// The project under another path, because `onefold local up` claims a folder of the project that it is started in,
/// and somebody may have one up.
fn house() -> PathBuf {
    for function in Stage::ALL.map(Stage::name).into_iter().chain(keys::CALLED) {
        tools::present(tools::project().join("target/lambda").join(function).join("bootstrap"), "make build");
    }
    tools::tool("ministack");
    let house = scratch().join("house");
    fs::create_dir_all(house.join("target")).expect("a folder");
    for part in ["infra", "statemachine", "target/lambda"] {
        if !house.join(part).exists() {
            symlink(tools::project().join(part), house.join(part)).expect("a link");
        }
    }
    house
}
