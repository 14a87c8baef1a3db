//! The processes of the local cloud: MiniStack, and the functions that it runs.
//!
//! They are all in one process group, with a watchdog that only waits for the end of a pipe. This process alone holds the
//! other end. The pipe ends when the command is done with the cloud, and when the command dies, even by SIGKILL; the
//! watchdog then ends the whole group, itself included. One way out covers every case, and nothing is left behind.

use std::ffi::OsString;
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::{sleep, timeout};

use crate::cloud::{Clients, LOCAL_CREDENTIAL, LOCAL_REGION};
use crate::error::Error;
use crate::local::project::Project;
use crate::local::state_folder::StateFolder;

/// Reads the id of MiniStack's process, and waits for the end of the pipe. Then it asks all processes of the group to end,
/// and kills those that are left after three seconds. MiniStack ends its functions itself if it has the time.
const WATCHDOG: &str = r#"
    trap '' TERM INT HUP
    read -r ministack
    read -r _
    kill -TERM 0
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
        kill -0 "$ministack" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL 0
"#;
/// Waits until no process of a group is left, zombies included, but for two seconds at most: in some containers nothing
/// reaps zombies.
const WAIT_FOR_GROUP: &str = r#"
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        kill -s 0 -- "-$1" 2>/dev/null || break
        sleep 0.1
    done
"#;
/// How long MiniStack may take to answer for the first time.
const START_SECONDS_MAX: u64 = 60;
/// How long to wait for the watchdog to end.
const STOP: Duration = Duration::from_secs(10);

/// A running local cloud. It ends when this value is dropped; `stop` also waits for the end.
#[derive(Debug)]
pub struct LocalCloud {
    site: Site,
    ministack: Child,
    watchdog: Child,
    leash: ChildStdin,
}

/// The place of a local cloud: its address, its log, its processes and its temporary files.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its address, such as `http://127.0.0.1:4566`.
    pub endpoint: String,
    /// The file of its log.
    pub log: PathBuf,
    address: SocketAddr,
    /// The process group of all its processes.
    group: i32,
    temporary: PathBuf,
}

impl LocalCloud {
    /// Starts the processes, on the given port or on a free one. They do not answer yet.
    pub async fn boot(project: &Project, state: &StateFolder, port: Option<u16>) -> Result<Self, Error> {
        let address = match port {
            Some(port) => SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            None => free_address()?,
        };
        let log_path = state.cloud_log();
        let log = File::create(&log_path).map_err(Error::file("write", &log_path))?;
        let log_too = log.try_clone().map_err(Error::file("write", &log_path))?;

        let mut watchdog = Command::new("/bin/sh");
        watchdog.args(["-c", WATCHDOG]).env_clear().env("PATH", search_path()).process_group(0);
        watchdog.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut watchdog = watchdog.spawn().map_err(cannot("start /bin/sh"))?;
        let group = watchdog.id().and_then(|id| i32::try_from(id).ok());
        let leash = watchdog.stdin.take();
        let (Some(group), Some(mut leash)) = (group, leash) else {
            return Err(Error::Unready("the watchdog of the local cloud ended at once".to_owned()));
        };

        let endpoint = format!("http://{address}");
        let site = Site { endpoint, log: log_path, address, group, temporary: state.temporary() };
        let mut ministack = site.command(&project.ministack());
        ministack
            .env("BIND_HOST", address.ip().to_string())
            .env("GATEWAY_PORT", address.port().to_string())
            .env("MINISTACK_HOST", address.ip().to_string())
            .env("LAMBDA_EXECUTOR", "local")
            .env("LAMBDA_ACCOUNT_CONCURRENCY", "1000")
            // Listeners on other ports, which nothing here needs.
            .env("SFTP_ENABLED", "0")
            .env("IOT_MTLS_ENABLED", "0")
            .stdout(log)
            .stderr(log_too);
        let ministack = ministack.spawn().map_err(cannot(format!("start {}", project.ministack().display())))?;
        if let Some(id) = ministack.id() {
            leash.write_all(format!("{id}\n").as_bytes()).await.map_err(cannot("write to the watchdog"))?;
        }
        Ok(Self { site, ministack, watchdog, leash })
    }

    /// Its place.
    pub fn site(&self) -> Site {
        self.site.clone()
    }

    /// Waits until the local cloud ends by itself, and returns the error that this is.
    pub async fn ended(&mut self) -> Error {
        let status: std::io::Result<ExitStatus> = self.ministack.wait().await;
        let tail = match status {
            Ok(_) => tail(&self.site.log),
            Err(error) => error.to_string(),
        };
        Error::LocalCloudEnded { log: self.site.log.clone(), tail }
    }

    /// Ends all processes and waits until they have ended.
    pub async fn stop(self) {
        let Self { site, mut ministack, mut watchdog, leash } = self;
        drop(leash);
        let ended = async {
            // If one of these fails, there is nothing else to try.
            let _ = (ministack.wait().await, watchdog.wait().await);
            let mut wait = Command::new("/bin/sh");
            wait.args(["-c", WAIT_FOR_GROUP, "wait", &site.group.to_string()]).stdin(Stdio::null());
            let _ = wait.status().await;
        };
        let _ = timeout(STOP, ended).await;
    }
}

impl Site {
    /// The place of a cloud that another process has booted.
    ///
    /// # Errors
    /// The endpoint is none of a local cloud.
    pub fn of_other(endpoint: String, log: PathBuf, temporary: PathBuf) -> Result<Self, Error> {
        let address = endpoint.strip_prefix("http://").and_then(|address| address.parse().ok());
        let address = address.ok_or_else(|| Error::malformed(&endpoint, "this is no address of a local cloud"))?;
        Ok(Self { endpoint, log, address, group: 0, temporary })
    }

    /// A command that belongs to the local cloud: it ends with it, and its environment names no other cloud.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", search_path())
            .env("LANG", "C.UTF-8")
            .env("HOME", &self.temporary)
            .env("TMPDIR", &self.temporary)
            .env("PYTHONUNBUFFERED", "1")
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_ACCESS_KEY_ID", LOCAL_CREDENTIAL)
            .env("AWS_SECRET_ACCESS_KEY", LOCAL_CREDENTIAL)
            .env("AWS_REGION", LOCAL_REGION)
            .env("AWS_DEFAULT_REGION", LOCAL_REGION)
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .process_group(self.group)
            .stdin(Stdio::null());
        command
    }

    /// Waits until the local cloud answers.
    pub async fn wait_until_it_answers(&self) -> Result<Clients, Error> {
        let answers = async {
            while TcpStream::connect(self.address).await.is_err() {
                sleep(Duration::from_millis(50)).await;
            }
            let clients = Clients::of_local_cloud(&self.endpoint);
            clients.greet().await?;
            Ok(clients)
        };
        let in_time = timeout(Duration::from_secs(START_SECONDS_MAX), answers).await;
        in_time.unwrap_or_else(|_| {
            let fault = format!("the local cloud does not answer after {START_SECONDS_MAX} s");
            Err(Error::Unready(format!("{fault}; its log {} ends with\n{}", self.log.display(), tail(&self.log))))
        })
    }

    /// The folder of temporary files.
    pub fn temporary(&self) -> &Path {
        &self.temporary
    }
}

/// The last lines of a log.
pub fn tail(log: &Path) -> String {
    const LINES: usize = 15;
    let text = std::fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = &lines[lines.len().saturating_sub(LINES)..];
    if last.is_empty() {
        return "  (nothing)".to_owned();
    }
    last.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// An address of this machine that nobody listens on.
fn free_address() -> Result<SocketAddr, Error> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(cannot("find a free port"))?;
    listener.local_addr().map_err(cannot("find a free port"))
}

/// The search path of programs.
fn search_path() -> OsString {
    std::env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into())
}

fn cannot(action: impl Into<String>) -> impl FnOnce(std::io::Error) -> Error {
    let action = action.into();
    move |source| Error::Program { action, source }
}
