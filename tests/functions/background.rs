//! Programs that run beside a test and end with it.
//!
//! They stay in the test's process group, so that Ctrl-C ends them too.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a program may take to listen.
const START: Duration = Duration::from_secs(60);
/// How long a program may take to end when it is asked to.
const STOP: Duration = Duration::from_secs(10);

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
        let until = Instant::now() + START;
        while TcpStream::connect(self.address).is_err() {
            let has_ended = self.child.try_wait().expect("its state").is_some();
            assert!(!has_ended && Instant::now() < until, "it does not listen; see {}", self.log.display());
            sleep(Duration::from_millis(50));
        }
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
        let until = Instant::now() + STOP;
        while Instant::now() < until && matches!(self.child.try_wait(), Ok(None)) {
            sleep(Duration::from_millis(20));
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
