//! Executions as Step Functions tells of them, and what is sent.

use std::sync::{Arc, Mutex};

use onefold_lake::calls::ExecutionStatusChange;
use onefold_report::StageTimes;
use onefold_shell::{ErrorKind, EventBus, NoTasks};
use onefold_store::memory::MemoryStore;
use onefold_store::{Condition, Store};
use serde_json::json;

use super::*;

/// As EventBridge delivers it: docs.aws.amazon.com, "Automating Step Functions event delivery with EventBridge".
const EVENT: &str = include_str!("../../../tests/events/announce.json");
const PREVIOUS: &str = "20261121T174600Z-1a2b3c4d";

pub(crate) fn execution() -> EndedExecution {
    serde_json::from_str::<ExecutionStatusChange>(EVENT).unwrap().detail
}

/// The manifest of the execution's run.
pub(crate) fn manifest() -> Manifest {
    let run = RunId::new("2026-11-22T17:46:00Z", "walk").unwrap();
    let text = json!({
        "format": 1, "run": run, "previous": PREVIOUS, "started_at": "2026-11-22T17:46:00Z",
        "counts": {"rows_read": 9, "customers": 7}, "blocked": [], "dropped_values": {},
        "files": {"customers": [], "members": [], "member_links": [], "changes": [], "inputs": []},
        "config": "", "matching": "",
        "scores": {
            "model": "", "learnt_in": PREVIOUS, "is_prior": false, "pairs": 1, "links": 1, "threshold": 0,
            "precision": 0.99, "recall": 0.9, "missed": 0.0, "dropped_rows": 0
        },
    });
    serde_json::from_value(text).unwrap()
}

pub(crate) fn report() -> Report {
    let mut report = Report::default();
    report.cost.dollars.total = 0.5;
    let merge = StageTimes { stage: "merge".to_owned(), elapsed_ms: 2_500, ..StageTimes::default() };
    report.timeline.stages = vec![merge];
    report
}

/// A bus that keeps what it is sent, or takes nothing.
#[derive(Default)]
struct Bus {
    sent: Mutex<Vec<Announcement>>,
    is_down: bool,
}

#[async_trait::async_trait]
impl EventBus for Bus {
    async fn send(&self, announcement: &Announcement) -> Result<(), StageError> {
        if self.is_down {
            return Err(StageError::transient("the bus is down"));
        }
        self.sent.lock().unwrap().push(announcement.clone());
        Ok(())
    }
}

/// A bucket with the execution's version, as the current one if `is_current`.
async fn bucket(is_current: bool) -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::default());
    let manifest = manifest();
    let mut objects = vec![
        (keys::manifest(&manifest.run), serde_json::to_string(&manifest).unwrap()),
        (keys::processed_report(&manifest.run), serde_json::to_string(&report()).unwrap()),
    ];
    if is_current {
        objects.push((keys::CURRENT.to_owned(), json!({"run": manifest.run}).to_string()));
    }
    for (key, text) in objects {
        store.put(&key, text.into(), Condition::Always).await.unwrap();
    }
    store
}

/// What is sent about an execution or a rollback, and the answer.
async fn announced(
    request: &AnnounceRequest,
    store: Arc<MemoryStore>,
    is_down: bool,
) -> (Vec<Announcement>, Result<AnnounceResult, StageError>) {
    let bus = Arc::new(Bus { is_down, ..Bus::default() });
    let context = Context::new(store, None, Arc::new(NoTasks), None).with_bus(Some(bus.clone()));
    let answer = run(request.clone(), &context).await;
    let sent = bus.sent.lock().unwrap().clone();
    (sent, answer)
}

fn ended(change: impl FnOnce(&mut EndedExecution)) -> AnnounceRequest {
    let mut execution = execution();
    change(&mut execution);
    AnnounceRequest::Ended(ExecutionStatusChange { detail: execution })
}

fn failed(error: &str) -> AnnounceRequest {
    ended(|execution| {
        execution.status = "FAILED".to_owned();
        execution.error = Some(error.to_owned());
        execution.output = None;
        execution.cause = Some("why".to_owned());
    })
}

#[tokio::test]
async fn a_published_version_is_told_with_its_counts() {
    let request: AnnounceRequest = serde_json::from_str(EVENT).unwrap();
    let (sent, answer) = announced(&request, bucket(true).await, false).await;
    let [Announcement::Published(published)] = &sent[..] else { panic!("{sent:?}") };
    let version = &published.version;
    assert_eq!((&version.stack, version.counts.customers), (&"onefold".to_owned(), 7));
    assert_eq!(version.previous, RunId::parse(PREVIOUS).ok());
    assert_eq!(version.manifest, format!("memory:///{}", version.manifest_key));
    let answer = answer.unwrap();
    assert_eq!((answer.events, answer.metrics.len()), (vec!["Onefold Version Published".to_owned()], 2));
}

#[tokio::test]
async fn a_held_version_is_told_with_the_reasons() {
    let store = bucket(false).await;
    let held = Manifest { gated: vec!["too many rejects".to_owned()], ..manifest() };
    let text = serde_json::to_string(&held).unwrap();
    store.put(&keys::manifest(&held.run), text.into(), Condition::Always).await.unwrap();
    let (sent, _) = announced(&failed(ErrorKind::Gated.name()), store, false).await;
    let [Announcement::Held(held)] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!(held.reasons, ["too many rejects"]);
}

#[tokio::test]
async fn a_failed_run_is_told_with_its_error() {
    let (sent, _) = announced(&failed("Onefold.Corrupt"), bucket(false).await, false).await;
    let [Announcement::Failed(failed)] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!((failed.error.as_str(), failed.cause.as_str()), ("Onefold.Corrupt", "why"));
    let (sent, _) = announced(&self::failed("Onefold.Transient"), bucket(true).await, false).await;
    let kinds: Vec<&str> = sent.iter().map(Announcement::detail_type).collect();
    assert_eq!(kinds, ["Onefold Version Published", "Onefold Run Failed"], "Purge failed");
}

#[tokio::test]
async fn a_dry_run_and_a_run_with_nothing_new_send_nothing() {
    for output in [r#"{"published":false}"#, r#"{"work":false}"#] {
        let request = ended(|execution| execution.output = Some(output.to_owned()));
        let (sent, answer) = announced(&request, bucket(false).await, false).await;
        assert_eq!((sent, answer.unwrap().events), (Vec::new(), Vec::new()), "{output}");
    }
}

#[tokio::test]
async fn a_rollback_is_told_with_what_it_went_back_from() {
    let rolled_back_from = RunId::parse(PREVIOUS).unwrap();
    let request = RolledBackRequest { stack: "onefold".to_owned(), rolled_back_from: rolled_back_from.clone() };
    let (sent, _) = announced(&AnnounceRequest::RolledBack(request), bucket(true).await, false).await;
    let [Announcement::Published(published)] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!(published.rolled_back_from, Some(rolled_back_from));
    assert_eq!(published.version.run, manifest().run);
}

#[tokio::test]
async fn a_bus_that_takes_nothing_is_an_error_and_without_one_nothing_is_sent() {
    let request: AnnounceRequest = serde_json::from_str(EVENT).unwrap();
    let (_, answer) = announced(&request, bucket(true).await, true).await;
    assert_eq!(answer.unwrap_err().kind, ErrorKind::Transient);
    let context = Context::new(bucket(true).await, None, Arc::new(NoTasks), None);
    assert_eq!(run(request, &context).await.unwrap().events, Vec::<String>::new());
}

/// What Announce reads of a version must be there, and what earlier programs did not write need not.
#[tokio::test]
async fn a_version_without_a_report_has_metrics_of_its_manifest() {
    let store = bucket(true).await;
    store.delete(&[keys::processed_report(&manifest().run)]).await.unwrap();
    let request: AnnounceRequest = serde_json::from_str(EVENT).unwrap();
    let (_, answer) = announced(&request, store.clone(), false).await;
    assert_eq!(answer.unwrap().metrics.len(), 1);
    store.delete(&[keys::manifest(&manifest().run)]).await.unwrap();
    let (_, answer) = announced(&request, store, false).await;
    assert_eq!(answer.unwrap_err().kind, ErrorKind::Corrupt);
}
