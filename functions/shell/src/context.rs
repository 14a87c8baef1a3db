//! The context of a function: its clients and settings, built once for all invocations.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::config::{BehaviorVersion, Region};
use aws_types::SdkConfig;
use onefold_config::Config;
use onefold_graph::node::{Node, NodeHasher};
use onefold_identity::corrections::{Corrections, Pairs};
use onefold_identity::match_keys::Matcher;
use onefold_identity::suppression::Suppression;
use onefold_lake::data::table::StoredTable;
use onefold_lake::run::plan::Plan;
use onefold_lake::{RunId, keys};
use onefold_normalise::timestamp::Timestamp;
use onefold_rows::translate::Tables;
use onefold_store::Store;
use onefold_store::folder::FolderStore;
use onefold_store::s3::{self, Patience, S3Store};

use crate::bus::{EventBridge, EventBus};
use crate::environment::Environment;
use crate::error::StageError;
use crate::folder_bucket::FolderBucket;
use crate::invocation::Invocation;
use crate::memory::MemoryBudget;
use crate::queue::{Queue, SqsQueue};
use crate::secrets::{NoSecrets, Secrets, SecretsManager};
use crate::signed::SignedClient;
use crate::tasks::{SfnTasks, Tasks};

/// The objects that a run pinned. They are read once and kept for later invocations.
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
    /// The suppression list. Only functions with the match-key secret have it, because its entries are hashes.
    suppression: Option<Suppression>,
}

impl Pinned {
    /// Creates match keys by the run's rules and corrections.
    ///
    /// # Errors
    /// The function lacks the match-key secret.
    pub fn matcher(&self, context: &Context) -> Result<Matcher, StageError> {
        Ok(Matcher::new(&self.config, context.hasher()?.clone()).correcting(self.corrections.clone()))
    }

    /// When the run started.
    ///
    /// # Errors
    /// `Corrupt`: the plan has no time.
    pub fn started_at(&self) -> Result<Timestamp, StageError> {
        Timestamp::from_milliseconds(self.plan.started_at)
            .ok_or_else(|| StageError::corrupt("the run's start is out of range"))
    }

    /// The suppression list.
    ///
    /// # Errors
    /// The function lacks the match-key secret.
    pub fn suppression(&self) -> Result<&Suppression, StageError> {
        self.suppression.as_ref().ok_or_else(no_secret)
    }
}

/// The clients and settings of a function.
pub struct Context {
    /// The lake.
    pub store: Arc<dyn Store>,
    /// Creates nodes with the deployment's match-key secret.
    hasher: Option<NodeHasher>,
    /// Completes Settle's task.
    pub tasks: Arc<dyn Tasks>,
    /// The queue of raw chunks, to send chunks again.
    pub queue: Option<Arc<dyn Queue>>,
    /// The credentials for sources.
    pub secrets: Arc<dyn Secrets>,
    /// The event bus; `None` if nothing is sent.
    pub bus: Option<Arc<dyn EventBus>>,
    /// The function's memory.
    pub memory: MemoryBudget,
    /// The memory of Link. Divide needs it.
    pub link_memory: MemoryBudget,
    /// The memory of Merge. Divide needs it.
    pub merge_memory: MemoryBudget,
    pinned: Mutex<Option<Arc<Pinned>>>,
    tables: Mutex<Option<(RunId, Arc<Tables>)>>,
    /// When the invocation's time is over, in milliseconds since the epoch; 0 if it has no limit.
    deadline_ms: AtomicI64,
    /// The current invocation; `None` if Lambda does not call the stage.
    invocation: Mutex<Option<Arc<Invocation>>>,
}

impl Context {
    /// Creates a context without credentials for sources.
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
            bus: None,
            memory: MemoryBudget::default(),
            link_memory: MemoryBudget::default(),
            merge_memory: MemoryBudget::default(),
            pinned: Mutex::new(None),
            tables: Mutex::new(None),
            deadline_ms: AtomicI64::new(0),
            invocation: Mutex::new(None),
        }
    }

    /// Sets the credentials for sources.
    pub fn with_secrets(self, secrets: Arc<dyn Secrets>) -> Self {
        Self { secrets, ..self }
    }

    /// Sets the event bus.
    pub fn with_bus(self, bus: Option<Arc<dyn EventBus>>) -> Self {
        Self { bus, ..self }
    }

    /// Sets the memory of this function.
    pub fn with_memory(self, memory: MemoryBudget) -> Self {
        Self { memory, ..self }
    }

    /// Sets the memory of Link and of Merge.
    pub fn dividing_for(self, link_memory: MemoryBudget, merge_memory: MemoryBudget) -> Self {
        Self { link_memory, merge_memory, ..self }
    }

    /// Creates the context of a function on AWS or on the local cloud.
    pub fn from_environment(environment: Environment) -> Self {
        let config = sdk_config(&environment);
        let is_plain_http = environment.is_plain_http();
        let s3 = aws_sdk_s3::config::Builder::from(&config)
            // Hosts named like buckets do not resolve on the local cloud.
            .force_path_style(is_plain_http);
        let patience = if is_plain_http { Patience::LOCAL } else { Patience::AWS };
        let bucket = S3Store::new(s3::client(s3, patience), environment.bucket, patience);
        let queue = environment
            .queue_url
            .map(|url| Arc::new(SqsQueue { client: aws_sdk_sqs::Client::new(&config), url }) as Arc<dyn Queue>);
        let tasks = Arc::new(SfnTasks(aws_sdk_sfn::Client::new(&config)));
        let secrets = Arc::new(SecretsManager(aws_sdk_secretsmanager::Client::new(&config)));
        let bus = environment.event_bus.map(|bus| {
            let client = SignedClient::new(&config, &environment.region, "events");
            Arc::new(EventBridge { client, bus }) as Arc<dyn EventBus>
        });
        let store: Arc<dyn Store> = match environment.folder {
            None => Arc::new(bucket),
            Some(folder) => Arc::new(FolderBucket {
                folder: Arc::new(FolderStore::new(&folder)),
                bucket: Arc::new(bucket),
                queue: queue.clone(),
            }),
        };
        let context = Self::new(store, environment.hasher, tasks, queue).with_secrets(secrets).with_bus(bus);
        let (link, merge) = (environment.link_memory, environment.merge_memory);
        context
            .with_memory(environment.memory.unwrap_or_default())
            .dividing_for(link.unwrap_or_default(), merge.unwrap_or_default())
    }

    /// Creates nodes with the deployment's match-key secret.
    ///
    /// # Errors
    /// The function lacks the secret.
    pub fn hasher(&self) -> Result<&NodeHasher, StageError> {
        self.hasher.as_ref().ok_or_else(no_secret)
    }

    /// Sets when the invocation's time is over.
    pub fn set_deadline(&self, deadline_ms: i64) {
        self.deadline_ms.store(deadline_ms, Ordering::Relaxed);
    }

    /// Sets the current invocation.
    pub(crate) fn set_invocation(&self, invocation: Invocation) {
        *self.invocation.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(invocation));
    }

    /// Formats an error as one line for the state machine and the log: what failed, why, what to do, and in which
    /// invocation.
    pub fn line(&self, error: &StageError) -> String {
        let invocation = self.invocation.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let text = error.whole_text();
        invocation.map_or_else(|| text.clone(), |invocation| format!("{text} [{invocation}]"))
    }

    /// The remaining time of the invocation; `None` if it has no limit.
    pub fn time_left(&self) -> Option<Duration> {
        let deadline = u64::try_from(self.deadline_ms.load(Ordering::Relaxed)).ok().filter(|deadline| *deadline > 0)?;
        #[expect(clippy::disallowed_methods, reason = "how much time an invocation has is no part of its output")]
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Some(Duration::from_millis(deadline).saturating_sub(now))
    }

    /// Whether the invocation has less time left than `reserve`.
    pub fn is_near_deadline(&self, reserve: Duration) -> bool {
        self.time_left().is_some_and(|left| left < reserve)
    }

    /// The objects that the run pinned.
    ///
    /// # Errors
    /// An object is missing or damaged.
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
    /// A table is invalid, or has changed since it was pinned.
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

/// The settings of all clients. In Lambda they are in the environment, so the chain of providers of `aws-config`, with its
/// clients of other services, is not needed.
fn sdk_config(environment: &Environment) -> SdkConfig {
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http_client(environment.is_plain_http()))
        .region(Region::new(environment.region.clone()));
    config.set_credentials_provider(environment.credentials.clone().map(SharedCredentialsProvider::new));
    config.set_endpoint_url(environment.endpoint.clone());
    config.build()
}

/// TLS by rustls with ring. The local cloud has none, because loading certificates would take most of the start-up.
fn http_client(is_plain_http: bool) -> aws_sdk_s3::config::SharedHttpClient {
    use aws_smithy_http_client::{Builder, tls};
    if is_plain_http {
        return Builder::new().build_http();
    }
    Builder::new().tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring)).build_https()
}
