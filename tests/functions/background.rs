//! Programs that run beside a test and end with it.
//!
//! They stay in the test's process group, so that Ctrl-C ends them too.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// Between two looks at a program.
const PAUSE: Duration = Duration::from_millis(20);
/// How often is looked whether a program listens: for a minute.
const START_LOOKS: u32 = 3000;
/// How often is looked whether a program has ended: for ten seconds.
const STOP_LOOKS: u32 = 500;

/// A program that listens on a port.
pub struct Background {
    child: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Background {
    /// Starts a program that will listen at an address, and waits until it does. Its output goes to a log.
    pub fn start(mut command: Command, address: SocketAddr, log: PathBuf) -> Self {
        let file = File::create(&log).expect("a log");
        let file_too = file.try_clone().expect("a log");
        let child = command.stdin(Stdio::null()).stdout(file).stderr(file_too).spawn();
        let child = child.unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        let mut started = Self { child, address, log };
        started.wait_until_it_listens();
        started
    }

    fn wait_until_it_listens(&mut self) {
        for _ in 0..START_LOOKS {
            if TcpStream::connect(self.address).is_ok() {
                return;
            }
            let has_ended = self.child.try_wait().expect("its state").is_some();
            assert!(!has_ended, "it ended instead of listening; see {}", self.log.display());
            sleep(PAUSE);
        }
        panic!("it does not listen; see {}", self.log.display());
    }

    /// Its log.
    pub fn log(&self) -> &Path {
        &self.log
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // cargo-lambda ends its functions when it is interrupted, but not when it is killed.
        let interrupt = format!("kill -INT {}", self.child.id());
        let _ = Command::new("/bin/sh").args(["-c", &interrupt]).status();
        for _ in 0..STOP_LOOKS {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            sleep(PAUSE);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address of this machine that nobody listens on.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its address")
}
