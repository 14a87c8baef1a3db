//! What a function has at hand, built once for all its invocations.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use onefold_config::Config;
use onefold_graph::node::{Node, NodeHasher};
use onefold_identity::corrections::{Corrections, Pairs};
use onefold_identity::match_keys::Matcher;
use onefold_identity::suppression::Suppression;
use onefold_lake::data::table::StoredTable;
use onefold_lake::run::plan::Plan;
use onefold_lake::{RunId, keys};
use onefold_rows::translate::Tables;
use onefold_store::Store;
use onefold_store::s3::{self, Patience, S3Store};

use crate::environment::Environment;
use crate::error::StageError;
use crate::invocation::Invocation;
use crate::memory::MemoryBudget;
use crate::queue::{Queue, SqsQueue};
use crate::secrets::{NoSecrets, Secrets, SecretsManager};
use crate::tasks::{SfnTasks, Tasks};

/// What a run pinned, read once and kept for the invocations that follow.
#[derive(Debug)]
pub struct Pinned {
    /// The plan.
    pub plan: Plan,
    /// The configuration.
    pub config: Config,
    /// The configuration's text.
    pub config_text: String,
    /// The corrections.
    pub corrections: Arc<Corrections>,
    /// The suppression list; only functions that have the match-key secret can tell whom it is about.
    suppression: Option<Suppression>,
}

impl Pinned {
    /// Makes match keys by the run's rules and corrections.
    ///
    /// # Errors
    /// The function does not have the match-key secret.
    pub fn matcher(&self, context: &Context) -> Result<Matcher, StageError> {
        Ok(Matcher::new(&self.config, context.hasher()?.clone()).correcting(self.corrections.clone()))
    }

    /// The suppression list.
    ///
    /// # Errors
    /// The function does not have the match-key secret.
    pub fn suppression(&self) -> Result<&Suppression, StageError> {
        self.suppression.as_ref().ok_or_else(no_secret)
    }
}

/// What a function has at hand.
pub struct Context {
    /// The lake.
    pub store: Arc<dyn Store>,
    /// Makes nodes with the deployment's match-key secret.
    hasher: Option<NodeHasher>,
    /// Completes Settle's task.
    pub tasks: Arc<dyn Tasks>,
    /// Takes raw chunks back.
    pub queue: Option<Arc<dyn Queue>>,
    /// What sources are read with.
    pub secrets: Arc<dyn Secrets>,
    /// The function's memory.
    pub memory: MemoryBudget,
    /// Link's memory, for Divide.
    pub link_memory: MemoryBudget,
    /// Merge's memory, for Divide.
    pub merge_memory: MemoryBudget,
    pinned: Mutex<Option<Arc<Pinned>>>,
    tables: Mutex<Option<(RunId, Arc<Tables>)>>,
    /// When the invocation's time is over, in milliseconds since the epoch; 0 if it has no limit.
    deadline_ms: AtomicI64,
    /// Which invocation is under way; `None` where a stage is not called by Lambda.
    invocation: Mutex<Option<Arc<Invocation>>>,
}

impl Context {
    /// A context of given parts, and without secrets of sources.
    pub fn new(
        store: Arc<dyn Store>,
        hasher: impl Into<Option<NodeHasher>>,
        tasks: Arc<dyn Tasks>,
        queue: Option<Arc<dyn Queue>>,
    ) -> Self {
        Self {
            store,
            hasher: hasher.into(),
            tasks,
            queue,
            secrets: Arc::new(NoSecrets),
            memory: MemoryBudget::default(),
            link_memory: MemoryBudget::default(),
            merge_memory: MemoryBudget::default(),
            pinned: Mutex::new(None),
            tables: Mutex::new(None),
            deadline_ms: AtomicI64::new(0),
            invocation: Mutex::new(None),
        }
    }

    /// The context with secrets.
    pub fn with_secrets(self, secrets: Arc<dyn Secrets>) -> Self {
        Self { secrets, ..self }
    }

    /// The context with the function's memory.
    pub fn with_memory(self, memory: MemoryBudget) -> Self {
        Self { memory, ..self }
    }

    /// The context with the memory of Link and of Merge.
    pub fn dividing_for(self, link_memory: MemoryBudget, merge_memory: MemoryBudget) -> Self {
        Self { link_memory, merge_memory, ..self }
    }

    /// The context of a function on AWS or on the local cloud.
    pub async fn from_environment(environment: Environment) -> Self {
        let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
            .http_client(http_client(environment.is_plain_http))
            .load()
            .await;
        let s3 = aws_sdk_s3::config::Builder::from(&config)
            // Names as hosts do not resolve on the local cloud.
            .force_path_style(environment.is_plain_http);
        let patience = if environment.is_plain_http { Patience::LOCAL } else { Patience::AWS };
        let store = S3Store::new(s3::client(s3, patience), environment.bucket, patience);
        let queue = environment
            .queue_url
            .map(|url| Arc::new(SqsQueue { client: aws_sdk_sqs::Client::new(&config), url }) as Arc<dyn Queue>);
        let tasks = Arc::new(SfnTasks(aws_sdk_sfn::Client::new(&config)));
        let secrets = Arc::new(SecretsManager(aws_sdk_secretsmanager::Client::new(&config)));
        let context = Self::new(Arc::new(store), environment.hasher, tasks, queue).with_secrets(secrets);
        let (link, merge) = (environment.link_memory, environment.merge_memory);
        context
            .with_memory(environment.memory.unwrap_or_default())
            .dividing_for(link.unwrap_or_default(), merge.unwrap_or_default())
    }

    /// Makes nodes with the deployment's match-key secret.
    ///
    /// # Errors
    /// The function does not have it.
    pub fn hasher(&self) -> Result<&NodeHasher, StageError> {
        self.hasher.as_ref().ok_or_else(no_secret)
    }

    /// Sets when the invocation's time is over.
    pub fn set_deadline(&self, deadline_ms: i64) {
        self.deadline_ms.store(deadline_ms, Ordering::Relaxed);
    }

    /// Sets which invocation is under way.
    pub(crate) fn set_invocation(&self, invocation: Invocation) {
        *self.invocation.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(invocation));
    }

    /// The one line that says of an error what failed, why, what to do, and in which invocation: for the state machine and
    /// the log.
    pub fn line(&self, error: &StageError) -> String {
        let invocation = self.invocation.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let text = error.whole_text();
        invocation.map_or_else(|| text.clone(), |invocation| format!("{text} [{invocation}]"))
    }

    /// How much of the invocation's time is left; `None` if it has no limit.
    pub fn time_left(&self) -> Option<Duration> {
        let deadline = u64::try_from(self.deadline_ms.load(Ordering::Relaxed)).ok().filter(|deadline| *deadline > 0)?;
        #[expect(clippy::disallowed_methods, reason = "how much time an invocation has is no part of its output")]
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Some(Duration::from_millis(deadline).saturating_sub(now))
    }

    /// Whether less than `reserve` of the invocation's time is left.
    pub fn is_near_deadline(&self, reserve: Duration) -> bool {
        self.time_left().is_some_and(|left| left < reserve)
    }

    /// What the run pinned.
    ///
    /// # Errors
    /// The run was not planned, or its objects are damaged.
    pub async fn pinned(&self, run: &RunId) -> Result<Arc<Pinned>, StageError> {
        let known = self.pinned.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| known.plan.run == *run) {
            return Ok(known);
        }
        let plan: Plan = self.json(&keys::run_plan(run)).await?;
        let key = keys::run_config(run);
        let (text, _) = self.get(&key).await?;
        let config_text = String::from_utf8_lossy(&text).into_owned();
        let config = Config::parse(&config_text).map_err(|faults| StageError::invalid_input(key).caused_by(faults))?;
        let pairs = match plan.corrections.is_empty() {
            true => Pairs::default(),
            false => self.json(&keys::run_corrections(run)).await?,
        };
        let corrections = Arc::new(Corrections::new(pairs));
        let suppressed: Vec<Node> = match plan.suppression.is_empty() {
            true => Vec::new(),
            false => self.json(&keys::run_suppression(run)).await?,
        };
        let suppression = self.hasher.clone().map(|hasher| Suppression::new(hasher, suppressed));
        let pinned = Arc::new(Pinned { plan, config, config_text, corrections, suppression });
        *self.pinned.lock().unwrap_or_else(PoisonError::into_inner) = Some(pinned.clone());
        Ok(pinned)
    }

    /// The reference tables that the run pinned.
    ///
    /// # Errors
    /// A table is not the one that was pinned, or has faults.
    pub async fn tables(&self, pinned: &Pinned) -> Result<Arc<Tables>, StageError> {
        let known = self.tables.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, tables)) = known.filter(|(run, _)| *run == pinned.plan.run) {
            return Ok(tables);
        }
        let mut stored = Vec::new();
        for table in &pinned.plan.tables {
            let key = keys::reference(&table.name, table.format);
            let (bytes, etag) = self.get(&key).await?;
            if etag != table.etag {
                return Err(StageError::invalid_input(format!(
                    "{key} was changed while the run was under way; start a new run"
                )));
            }
            let content = StoredTable::read(&table.name, table.format, bytes)
                .map_err(|error| StageError::invalid_input(error.to_string()))?;
            stored.push((&table.name, content));
        }
        let find = |name: &str| stored.iter().find(|(known, _)| *known == name).map(|(_, table)| table.text());
        let tables = Tables::parse(&pinned.config, find).map_err(|errors| {
            let faults: Vec<String> = errors.iter().map(ToString::to_string).collect();
            StageError::invalid_input(faults.join("; "))
        })?;
        let tables = Arc::new(tables);
        *self.tables.lock().unwrap_or_else(PoisonError::into_inner) = Some((pinned.plan.run.clone(), tables.clone()));
        Ok(tables)
    }
}

fn no_secret() -> StageError {
    StageError::internal("ONEFOLD_KEY, the match-key secret, is not set for this function, which hashes with it")
}

/// TLS by rustls with ring; none for the local cloud, where loading certificates would be most of a start.
fn http_client(is_plain_http: bool) -> aws_sdk_s3::config::SharedHttpClient {
    use aws_smithy_http_client::{Builder, tls};
    if is_plain_http {
        return Builder::new().build_http();
    }
    Builder::new().tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring)).build_https()
}
