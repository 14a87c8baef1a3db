//! The command line: subcommands, options and help texts.

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use onefold_lake::RunId;

/// Turns the customer accounts of many systems into one record per customer.
#[derive(Debug, Parser)]
#[command(
    name = "onefold",
    version,
    after_help = "Credentials and region come from where the AWS CLI takes them (environment, profile, single sign-on).\n\
                  Without an AWS account: onefold local run --data DIR --out OUT\n\n\
                  To set a data folder up: onefold init, onefold check, onefold try SOURCE, then run."
)]
pub struct Arguments {
    /// The deployed stack, which is also the name of its state machine.
    #[arg(long, global = true, value_name = "NAME", default_value = "onefold")]
    pub stack: String,

    /// The address of a local cloud, as `onefold local up` prints it. AWS, its profiles and credentials are then left
    /// alone.
    #[arg(long, global = true, value_name = "URL")]
    pub endpoint: Option<String>,

    /// Print one JSON document to the standard output, and text for people to the error output.
    #[arg(long, global = true)]
    pub json: bool,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Something with a deployed stack.
    #[command(flatten)]
    Cloud(CloudCommand),

    /// Something with a data folder, on this machine.
    #[command(flatten)]
    Data(DataCommand),

    /// Say why accounts are one customer or not, and what became of a customer.
    #[command(
        after_help = "onefold explain crm:8            the account's customer: each value and where it came from, and\n\
                                                 what holds its accounts together\n\
                            onefold explain anna@weber.de    the same, of whoever has an e-mail address, a phone number or\n\
                                                             another identifier\n\
                            onefold explain crm:8 shop:25    why the two are one customer, or are not\n\
                            onefold explain CUSTOMER_ID      the customer; of an id that ended, what became of it\n\n\
                            It shows people's data, on your terminal only."
    )]
    Explain(ExplainOptions),

    /// Find the customers that have an e-mail address, a phone number or another identifier.
    #[command(
        after_help = "onefold lookup anna@weber.de           however it is written, as the configuration normalises it\n\
                            onefold lookup '+49 30 1234567'\n\
                            onefold lookup 12345 --field card      of one identifier, which the configuration declares\n\
                            onefold lookup crm:8                   of an account, or by a customer's id\n\n\
                            It shows people's data, on your terminal only. Ended ids lead to the customers that have their\n\
                            accounts now. The exit code is 1 if nobody is found."
    )]
    Lookup(LookupOptions),

    /// Show the model by which a version scored pairs: what is expected of it, and what each comparison level says.
    #[command(after_help = "onefold model               of the current version\n\
                            onefold model RUN           of another one, also of a dry run or one that was held back\n\
                            onefold model --out OUT     of the version in a folder of results\n\n\
                            It has no value of any account.")]
    Model(ModelOptions),

    /// Compare the customers of two versions: how many differ, and which changed most.
    #[command(after_help = "onefold diff                    the current version, beside the one before it\n\
                            onefold diff RUN                a dry run, a held version or an earlier one, beside the current one\n\
                            onefold diff RUN current        any two, the earlier one first\n\
                            onefold diff --out OUT          the version in OUT/held beside the one in OUT\n\
                            onefold diff --out OLD --out NEW\n\n\
                            It names customers and no value of any account. It needs about 300 MiB of memory, and in \
                            the folder for\ntemporary files 150 bytes an account.")]
    Diff(DiffOptions),

    /// Fetch the report of a version, a page for a browser: what came in, what became of it, and what it cost.
    #[command(after_help = "onefold report               of the current version, into report-RUN.html\n\
                            onefold report RUN           of another one, also of a dry run or one that was held back\n\
                            onefold report --out OUT     the one in a folder of results\n\
                            onefold report --open        and open it in the browser\n\n\
                            It has no value of any account, but ids and references of accounts.")]
    Report(ReportOptions),

    /// Show pairs of accounts side by side, write what you say of them into corrections/review.csv, and measure by that.
    #[command(
        after_help = "onefold review --out OUT --data DIR               the pairs whose answers are worth most\n\
                            onefold review --sample 100 --out OUT --data DIR  pairs drawn at random, to measure precision and recall\n\
                            onefold review --sample 0 --out OUT --data DIR    asks nothing, and says what the answers so far measure\n\
                            onefold review --html review.html --out OUT --data DIR\n\n\
                            Keys: s same, d different, k skip, b back, q quit. Every answer is written at once, and the next run\n\
                            obeys it. From a pipe, each line is a key.\n\
                            It shows people's data, on your terminal or in the page only."
    )]
    Review(ReviewOptions),

    /// Erase persons: put them on the suppression list, which every later run obeys.
    #[command(
        after_help = "A person is all accounts of a customer. From the next run on nothing that Onefold wrote holds \
                            them, and they are\nrefused if a source sends them again. Without --yes it only says how \
                            many that would be.\n\n\
                            onefold erase crm:8 --yes\n\
                            onefold erase --email anna@weber.de --phone '+49 30 1234567' --yes"
    )]
    Erase(EraseOptions),

    /// Keep tables of customers and of their accounts in PostgreSQL, by the change feed.
    #[command(after_help = "onefold sync postgresql://onefold@db.example/crm\n\
                            ONEFOLD_DATABASE='postgresql://onefold:PASSWORD@db.example/crm' onefold sync\n\n\
                            Each transaction brings the tables to one version. Repeat the command after each run, \
                            or whenever you like.")]
    Sync(SyncOptions),

    /// Print the script that completes this command's words in a shell.
    #[command(after_help = "bash:  onefold completions bash > ~/.local/share/bash-completion/completions/onefold\n\
                            zsh:   onefold completions zsh > ~/.zfunc/_onefold   (with fpath+=~/.zfunc before compinit)\n\
                            fish:  onefold completions fish > ~/.config/fish/completions/onefold.fish")]
    Completions(CompletionsOptions),

    /// Do it without AWS: boot a local cloud, deploy to it, run a command, and stop everything.
    #[command(
        subcommand_required = true,
        after_help = "The local cloud lives as long as the command, unless `onefold local up` keeps one running, which\n\
                      `onefold local run` finds by itself. What has to outlast it is kept in OUT: the next\n\
                      `onefold local run` with the same OUT builds on the version found there.\n\n\
                      MiniStack is taken from the Python environment target/venv, or from where the variable\n\
                      ONEFOLD_VENV points."
    )]
    Local(LocalOptions),
}

/// The commands that work on a deployed stack, in AWS or in the local cloud.
#[derive(Debug, Subcommand)]
pub enum CloudCommand {
    /// Start a run, follow it, and show what came out.
    Start(StartOptions),

    /// Upload a data folder: onefold.toml, landing/, reference/ and corrections/. What is there
    /// already is skipped.
    Push(PushOptions),

    /// Download a published version, with its rejects and receipts.
    Fetch(FetchOptions),

    /// Push, start and fetch in one go, and show what came out.
    Run(RunOptions),

    /// Publish the version of a run that the gate held back, or that was a dry run, as it is.
    Publish(PublishOptions),

    /// List the runs, the newest first: how each ended, when it started, how long it took, and its counts.
    Runs(RunsOptions),

    /// List the versions that are kept.
    Versions,

    /// Make an earlier version the current one again; the next run builds on it.
    Rollback(RollbackOptions),
}

/// The options of `onefold erase`.
#[derive(Debug, Args)]
pub struct EraseOptions {
    /// References of accounts, such as crm:8.
    #[arg(value_name = "REFERENCE")]
    pub references: Vec<String>,

    /// An e-mail address; may be given several times.
    #[arg(long = "email", value_name = "ADDRESS")]
    pub emails: Vec<String>,

    /// A phone number with its calling code; may be given several times.
    #[arg(long = "phone", value_name = "NUMBER")]
    pub phone_numbers: Vec<String>,

    /// Erase from this folder of results of the local cloud, instead of a stack.
    #[arg(long, value_name = "OUT", conflicts_with = "endpoint")]
    pub out: Option<PathBuf>,

    /// Do it, and not only say who that would be.
    #[arg(long)]
    pub yes: bool,
}

/// The options of `onefold explain`.
#[derive(Debug, Args)]
pub struct ExplainOptions {
    /// The reference of an account, such as crm:8, the id of a customer, or an identifier: an e-mail address, a phone
    /// number or another one.
    #[arg(value_name = "REFERENCE|CUSTOMER_ID|IDENTIFIER")]
    pub of: String,

    /// The reference of another account.
    #[arg(value_name = "REFERENCE")]
    pub and: Option<String>,

    /// Ask the version in this folder of results, instead of the current one of the stack.
    #[arg(long, value_name = "OUT", conflicts_with_all = ["run", "endpoint"])]
    pub out: Option<PathBuf>,

    /// Ask the version of this run, instead of the current one.
    #[arg(long, value_name = "RUN", value_parser = RunId::parse)]
    pub run: Option<RunId>,

    /// The identifier that is asked for: email, phone_number, or one that the configuration declares (default: any).
    #[arg(long, value_name = "NAME", conflicts_with = "and")]
    pub field: Option<String>,
}

/// The options of `onefold lookup`.
#[derive(Debug, Args)]
pub struct LookupOptions {
    /// An e-mail address, a phone number or another identifier, the reference of an account such as crm:8, or the id of a
    /// customer.
    #[arg(value_name = "IDENTIFIER|REFERENCE|CUSTOMER_ID")]
    pub of: String,

    /// The identifier that is asked for: email, phone_number, or one that the configuration declares (default: any).
    #[arg(long, value_name = "NAME")]
    pub field: Option<String>,

    /// Ask the version in this folder of results of the local cloud, instead of the current one of the stack.
    #[arg(long, value_name = "OUT", conflicts_with_all = ["run", "endpoint"])]
    pub out: Option<PathBuf>,

    /// Ask the version of this run, instead of the current one.
    #[arg(long, value_name = "RUN", value_parser = RunId::parse)]
    pub run: Option<RunId>,
}

/// The options of `onefold model`.
#[derive(Debug, Args)]
pub struct ModelOptions {
    /// Ask the version of this run, instead of the current one.
    #[arg(value_name = "RUN", value_parser = RunId::parse)]
    pub run: Option<RunId>,

    /// Ask the version in this folder of results, instead of the current one of the stack.
    #[arg(long, value_name = "OUT", conflicts_with_all = ["run", "endpoint"])]
    pub out: Option<PathBuf>,

    /// Also list the blocking passes, with the most accounts of a block.
    #[arg(long)]
    pub passes: bool,
}

/// The options of `onefold runs`.
#[derive(Debug, Args)]
pub struct RunsOptions {
    /// How many.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub limit: u32,
}

/// The options of `onefold diff`.
#[derive(Debug, Args)]
pub struct DiffOptions {
    /// The earlier version: a run, `previous` or `current`.
    #[arg(value_name = "RUN", value_parser = NamedVersion::parse)]
    pub before: Option<NamedVersion>,

    /// The later version.
    #[arg(value_name = "RUN", value_parser = NamedVersion::parse)]
    pub after: Option<NamedVersion>,

    /// Compare versions in folders of results, instead of versions of the stack: OUT/held with OUT, or those of two
    /// folders.
    #[arg(long, value_name = "OUT", conflicts_with_all = ["before", "after", "endpoint"])]
    pub out: Vec<PathBuf>,

    /// How many of the customers that changed most are named.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub top: u32,
}

/// A version of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamedVersion {
    /// The one that readers see.
    Current,
    /// The one that it was built on.
    Previous,
    /// That of a run, published or not.
    Of(RunId),
}

impl NamedVersion {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "current" => Ok(Self::Current),
            "previous" => Ok(Self::Previous),
            run => RunId::parse(run).map(Self::Of).map_err(|error| format!("{error}, or current, or previous")),
        }
    }
}

/// The options of `onefold sync`.
#[derive(Debug, Args)]
pub struct SyncOptions {
    /// The database, as postgresql://user:password@host:5432/database or in libpq's key=value form (default: the variable
    /// ONEFOLD_DATABASE, which keeps the password out of the list of processes). The connection is encrypted and the
    /// certificate verified, except with sslmode=disable on this machine.
    #[arg(value_name = "DATABASE")]
    pub database: Option<String>,

    /// The schema of the tables. It is made if it does not exist, and so are the tables.
    #[arg(long, value_name = "NAME", default_value = "onefold")]
    pub schema: String,

    /// The table of customers.
    #[arg(long = "customers", value_name = "NAME", default_value = "customers")]
    pub customers: String,

    /// The table of accounts, each with its customer.
    #[arg(long = "accounts", value_name = "NAME", default_value = "accounts")]
    pub accounts: String,

    /// Certificates of further authorities that may vouch for the database, in PEM.
    #[arg(long, value_name = "FILE")]
    pub certificates: Option<PathBuf>,

    /// Take the version in this folder of results, instead of the current one of the stack.
    #[arg(long, value_name = "OUT", conflicts_with = "endpoint")]
    pub out: Option<PathBuf>,
}

/// The options of `onefold completions`.
#[derive(Debug, Args)]
pub struct CompletionsOptions {
    /// The shell.
    pub shell: Shell,
}

/// The options of `onefold report`.
#[derive(Debug, Args)]
pub struct ReportOptions {
    /// The version of this run, instead of the current one.
    #[arg(value_name = "RUN", value_parser = RunId::parse)]
    pub run: Option<RunId>,

    /// The version in this folder of results, instead of the current one of the stack.
    #[arg(long, value_name = "OUT", conflicts_with_all = ["run", "endpoint"])]
    pub out: Option<PathBuf>,

    /// Where to put the page of a stack's version (default: report-RUN.html in this folder).
    #[arg(long, value_name = "FILE", conflicts_with = "out")]
    pub to: Option<PathBuf>,

    /// Open the page in the browser.
    #[arg(long)]
    pub open: bool,
}

/// The options of `onefold review`.
#[derive(Debug, Args)]
pub struct ReviewOptions {
    /// Review the version of this run, instead of the current one.
    #[arg(value_name = "RUN", value_parser = RunId::parse)]
    pub run: Option<RunId>,

    /// Review the version in this folder of results, instead of the current one of the stack.
    #[arg(long, value_name = "OUT", requires = "data", conflicts_with_all = ["run", "endpoint"])]
    pub out: Option<PathBuf>,

    /// Write the answers into corrections/ of this data folder (default: of the stack's bucket).
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// Ask about the first N pairs of the random sample, which measure precision and recall.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=100_000))]
    pub sample: Option<u32>,

    /// Ask about the first N undecided pairs of the queue, the most useful first.
    #[arg(long, value_name = "N", default_value_t = 100, conflicts_with = "sample", value_parser = clap::value_parser!(u32).range(..=100_000))]
    pub queue: u32,

    /// Write a page that asks about them in a browser, without a network.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,

    /// Your name, which is noted beside the answers (default: the name of the user).
    #[arg(long, value_name = "NAME")]
    pub who: Option<String>,
}

/// The options of `onefold publish`.
#[derive(Debug, Args)]
pub struct PublishOptions {
    /// The run.
    #[arg(value_name = "RUN", value_parser = RunId::parse)]
    pub run: RunId,
}

/// The options of `onefold rollback`.
#[derive(Debug, Args)]
pub struct RollbackOptions {
    /// The run whose version is to be the current one (default: the version that the current one was built on).
    #[arg(value_name = "RUN", value_parser = RunId::parse)]
    pub run: Option<RunId>,
}

/// The options of `onefold start`.
#[derive(Debug, Args)]
pub struct StartOptions {
    /// Take up this failed run again: every stage skips what is complete.
    #[arg(long, value_name = "RUN", value_parser = RunId::parse)]
    pub resume: Option<RunId>,

    /// What the run is to be like.
    #[command(flatten)]
    pub sizes: SizeOptions,

    /// Do everything but publish, and show the difference to the current version.
    #[arg(long, conflicts_with = "resume")]
    pub dry_run: bool,

    /// Learn a new model from this run's pairs, although the current version has one.
    #[arg(long, conflicts_with = "resume")]
    pub train: bool,

    /// Start the run and return at once.
    #[arg(long)]
    pub no_wait: bool,
}

/// Into how many pieces a run cuts its work.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct SizeOptions {
    /// How many shards the links are cut into (default: as many as their number asks for).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub shards: Option<u32>,

    /// How many partitions the accounts are cut into (default: as many as their number asks for).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub partitions: Option<u32>,

    /// About how large a split of a large landing object is, in bytes; at least 1 MiB.
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1 << 20..))]
    pub split_bytes: Option<u64>,
}

/// The options of `onefold push`.
#[derive(Debug, Args)]
pub struct PushOptions {
    /// A folder with onefold.toml, landing/SOURCE/… and, if they are used, reference/TABLE.csv and
    /// corrections/NAME.csv.
    #[arg(value_name = "DIR")]
    pub data: PathBuf,
}

/// The options of `onefold fetch`.
#[derive(Debug, Args)]
pub struct FetchOptions {
    /// Where to put customers/, members/, changes/, rejects/, manifest.json, inputs.jsonl and receipts.jsonl.
    /// They replace what is there under these names; other files stay.
    #[arg(value_name = "OUT")]
    pub out: PathBuf,

    /// Fetch the version that this run published, instead of the current one.
    #[arg(long, value_name = "RUN", value_parser = RunId::parse)]
    pub run: Option<RunId>,
}

/// The options of `onefold run`.
#[derive(Debug, Args)]
pub struct RunOptions {
    /// A folder with onefold.toml, landing/SOURCE/… and, if they are used, reference/TABLE.csv and
    /// corrections/NAME.csv.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,

    /// Where to put the results.
    #[arg(long, value_name = "OUT")]
    pub out: PathBuf,

    /// Who is who, to show how good the result is: CSV with the columns uid (an account such as crm:8) and person
    /// (default: DIR/truth.csv, if there is one).
    #[arg(long, value_name = "FILE")]
    pub truth: Option<PathBuf>,

    /// Do everything but publish, and show the difference to the current version. What would be published is put into
    /// OUT/held.
    #[arg(long)]
    pub dry_run: bool,

    /// Learn a new model from this run's pairs, although the current version has one.
    #[arg(long)]
    pub train: bool,

    /// Publish even if a limit under [publish] is broken: for a run that was held back and looked at in OUT/held.
    #[arg(long, conflicts_with = "dry_run")]
    pub publish_anyway: bool,

    /// What the run is to be like.
    #[command(flatten)]
    pub sizes: SizeOptions,
}

impl RunOptions {
    /// The file of truth: the one that was given, or truth.csv in the data folder if it exists.
    pub fn truth_file(&self) -> Option<PathBuf> {
        let beside_the_data = self.data.join("truth.csv");
        self.truth.clone().or_else(|| beside_the_data.is_file().then_some(beside_the_data))
    }
}

/// The commands that help to set a data folder up. They upload nothing, and need no cloud; only to try a source that
/// is an API or a database its secret may be asked of one.
#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// Write a configuration from a look at the files: formats, fields, time formats, and how sure each is.
    Init(InitOptions),

    /// Check a configuration, its reference tables and its files, as a run would before it starts.
    Check(CheckOptions),

    /// Show what becomes of a source's first rows: row, account, match keys, and what is refused and why.
    Try(TryOptions),

    /// Print the JSON Schema of the configuration, for editors.
    Schema,
}

/// The options of `onefold init`.
#[derive(Debug, Args)]
pub struct InitOptions {
    /// A folder with landing/SOURCE/…; onefold.toml is written into it.
    #[arg(value_name = "DIR", default_value = ".")]
    pub data: PathBuf,

    /// Replace onefold.toml if it is there.
    #[arg(long)]
    pub force: bool,
}

/// The options of `onefold check`.
#[derive(Debug, Args)]
pub struct CheckOptions {
    /// A data folder with onefold.toml, landing/ and reference/, or a configuration file.
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,
}

/// The options of `onefold try`.
#[derive(Debug, Args)]
pub struct TryOptions {
    /// The source, by its name in the configuration.
    #[arg(value_name = "SOURCE")]
    pub source: String,

    /// A data folder with onefold.toml, landing/ and reference/.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub data: PathBuf,

    /// How many rows.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub rows: u32,

    /// Secrets that an API or a database is read with: a TOML file with a line "name" = "value" for each (default:
    /// Secrets Manager, with your credentials).
    #[arg(long, value_name = "FILE")]
    pub secrets: Option<PathBuf>,
}

/// The options of `onefold local`.
#[derive(Debug, Args)]
pub struct LocalOptions {
    /// Ignore the version in OUT, and replace it.
    #[arg(long, global = true)]
    pub fresh: bool,

    /// Secrets that sources are read with, for the local cloud's Secrets Manager: a TOML file with a line
    /// "name" = "value" for each.
    #[arg(long, global = true, value_name = "FILE")]
    pub secrets: Option<PathBuf>,

    /// Keep the objects in the local cloud's S3, in memory, instead of in a folder. It is slower, and for small data only.
    #[arg(long, global = true)]
    pub s3: bool,

    /// What to do in the local cloud.
    #[command(subcommand)]
    pub command: LocalCommand,
}

/// What to do in the local cloud.
#[derive(Debug, Subcommand)]
pub enum LocalCommand {
    /// Keep the local cloud running until Ctrl-C or `onefold local down`, and print how to reach it. `onefold local run`
    /// then uses it.
    Up(UpOptions),

    /// End the local cloud that `onefold local up` keeps running.
    Down,

    /// Something that can be done in AWS as well.
    #[command(flatten)]
    Cloud(CloudCommand),
}

/// The options of `onefold local up`.
#[derive(Debug, Args)]
pub struct UpOptions {
    /// The port to listen on, at 127.0.0.1 (default: a free one).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,
}

impl LocalCommand {
    /// The folder of results, whose version is restored into the local cloud.
    pub fn out_folder(&self) -> Option<&Path> {
        match self {
            Self::Cloud(CloudCommand::Run(options)) => Some(&options.out),
            Self::Cloud(CloudCommand::Fetch(options)) => Some(&options.out),
            Self::Cloud(_) | Self::Up(_) | Self::Down => None,
        }
    }

    /// What to do instead of a command that is useless in a local cloud, which begins empty and ends with the command.
    pub fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Cloud(CloudCommand::Publish(_)) => Some(
                "a version that was held back is in OUT/held, and its cloud is gone; repeat `onefold local run` with \
                 --publish-anyway, or with other limits under [publish]",
            ),
            Self::Cloud(CloudCommand::Runs(_) | CloudCommand::Versions | CloudCommand::Rollback(_)) => Some(
                "a local cloud keeps runs and versions as long as it runs, and OUT holds the current one only; keep copies of OUT, \
                 or let `onefold local up` run and use this command with --endpoint",
            ),
            _ => None,
        }
    }

    /// The command, if AWS has it as well.
    pub fn cloud_command(&self) -> Option<&CloudCommand> {
        match self {
            Self::Cloud(command) => Some(command),
            Self::Up(_) | Self::Down => None,
        }
    }

    /// The port of `onefold local up`, if one was given.
    pub fn port(&self) -> Option<u16> {
        match self {
            Self::Up(options) => options.port,
            Self::Cloud(_) | Self::Down => None,
        }
    }
}

#[cfg(test)]
mod manual;

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Arguments {
        Arguments::try_parse_from(line.split(' ')).unwrap()
    }

    #[test]
    fn the_grammar_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn fresh_may_stand_behind_run() {
        let arguments = parse("onefold local run --fresh --data d --out o");
        let Command::Local(options) = arguments.command else { panic!("not local: {arguments:?}") };
        assert!(options.fresh);
        assert_eq!(options.command.out_folder(), Some(Path::new("o")));
    }

    #[test]
    fn a_local_cloud_that_ends_with_the_command_has_no_versions() {
        for line in ["publish 20261122T174600Z-1a2b3c4d", "runs", "versions", "rollback"] {
            let Command::Local(options) = parse(&format!("onefold local {line}")).command else { panic!("not local") };
            assert!(options.command.advice().is_some(), "{line}");
        }
        let Command::Local(options) = parse("onefold local run --data d --out o --dry-run").command else {
            panic!("not local")
        };
        assert!(options.command.advice().is_none());
    }

    #[test]
    fn stack_may_stand_anywhere() {
        assert_eq!(parse("onefold start --stack two").stack, "two");
        assert_eq!(parse("onefold --stack two start").stack, "two");
        assert_eq!(parse("onefold start").stack, "onefold");
    }
}
