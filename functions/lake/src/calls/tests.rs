//! The state machine and receipts keep these documents, and an execution that was begun by an earlier program goes on
//! with them: their JSON stays as it is.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::*;
use crate::keys::RunId;
use crate::version::manifest::{ParquetFiles, VersionFile};

const RUN: &str = "20261122T174600Z-1a2b3c4d";

fn run() -> RunId {
    RunId::parse(RUN).unwrap()
}

/// Asserts that a value is written as this text, and read back.
#[track_caller]
fn assert_json<T: Serialize + DeserializeOwned>(value: &T, text: &str) {
    let text = text.replace("RUN", RUN);
    assert_eq!(serde_json::to_string(value).unwrap(), text);
    assert_eq!(serde_json::to_string(&serde_json::from_str::<T>(&text).unwrap()).unwrap(), text);
}

/// Asserts that a request is understood, and not with a key that nobody knows.
#[track_caller]
fn assert_request<T: DeserializeOwned>(text: &str) {
    let text = text.replace("RUN", RUN);
    serde_json::from_str::<T>(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let with_another = format!("{},\"other\":1}}", text.trim_end().strip_suffix('}').unwrap());
    assert!(serde_json::from_str::<T>(&with_another).is_err(), "{with_another} is taken");
}

#[test]
fn results_are_written_as_they_always_were() {
    assert_json(
        &PlanResult {
            run: run(),
            work: true,
            resumed: false,
            publish: false,
            new_objects: 1,
            splits: 2,
            splits_key: "k".to_owned(),
        },
        r#"{"run":"RUN","work":true,"resumed":false,"publish":false,"new_objects":1,"splits":2,"splits_key":"k"}"#,
    );
    assert_json(
        &ExtractResult {
            source: "crm".to_owned(),
            chunks: 1,
            lines: 2,
            watermark: Some("w".to_owned()),
            skipped: None,
            notes: Vec::new(),
        },
        r#"{"source":"crm","chunks":1,"lines":2,"watermark":"w","skipped":null}"#,
    );
    assert_json(
        &TranslateResult { raw: "e".to_owned(), rows: 3, accounts: 2, rejected: 1, ..TranslateResult::default() },
        r#"{"raw":"e","blank":0,"rows":3,"accounts":2,"rejected":1,"repeated":0,"suppressed":0,"dropped":{},"nodes":0,"text_bytes":0}"#,
    );
    assert_json(&SettleResult { chunks: 3, requeued: 1 }, r#"{"chunks":3,"requeued":1}"#);
    assert_json(
        &DivideResult {
            shards: 1,
            mappers: 2,
            partitions: 3,
            slices: 4,
            scores: true,
            exports: 1,
            mappers_key: "m".to_owned(),
            partitions_key: "p".to_owned(),
            exports_key: "e".to_owned(),
        },
        r#"{"shards":1,"mappers":2,"partitions":3,"slices":4,"scores":true,"exports":1,"mappers_key":"m","partitions_key":"p","exports_key":"e"}"#,
    );
    assert_json(&PartitionResult { accounts: 1 }, r#"{"accounts":1}"#);
    assert_json(&MergeResult { customers: 1 }, r#"{"customers":1}"#);
    let file = VersionFile { key: "k".to_owned(), bytes: 1, records: 2, text_bytes: 3 };
    assert_json(
        &ExportResult { files: ParquetFiles { members: vec![file], ..ParquetFiles::default() } },
        r#"{"files":{"customers":[],"members":[{"key":"k","bytes":1,"records":2,"text_bytes":3}],"changes":[]}}"#,
    );
    assert_json(
        &CompactResult {
            run: run(),
            published: true,
            purge: false,
            manifest_key: "k".to_owned(),
            rows_read: 1,
            rejected: 2,
            members: 3,
            customers: 4,
        },
        r#"{"run":"RUN","published":true,"purge":false,"manifest_key":"k","rows_read":1,"rejected":2,"members":3,"customers":4}"#,
    );
    assert_json(&PurgeResult { objects: 2, versions: 1 }, r#"{"objects":2,"versions":1}"#);
}

/// An execution that an earlier program began goes on without what that program did not have.
#[test]
fn results_of_earlier_programs_are_read() {
    let text = r#"{"shards":1,"mappers":2,"partitions":3,"slices":4,"mappers_key":"m","partitions_key":"p"}"#;
    let divided: DivideResult = serde_json::from_str(text).unwrap();
    assert_eq!((divided.scores, divided.exports, divided.exports_key.as_str()), (false, 0, ""));
}

#[test]
fn what_lookup_answers_is_written_as_it_always_was() {
    let found = LookupResult {
        run: run(),
        by: vec!["email".to_owned()],
        customers: vec![serde_json::json!({"customer_id": "01"})],
        more: false,
        became: Vec::new(),
        deleted: false,
    };
    assert_json(&found, r#"{"run":"RUN","by":["email"],"customers":[{"customer_id":"01"}],"more":false}"#);
}

#[test]
fn what_link_answers_is_told_by_its_form() {
    assert_json(
        &LinkResult::Advance(AdvanceResult {
            converged: false,
            round: 1,
            work: RoundWork::OneShard,
            shards: vec![LinkShard { shard: 0 }],
        }),
        r#"{"converged":false,"round":1,"work":"one_shard","shards":[{"shard":0}]}"#,
    );
    let round = RoundResult { moved: 1, superseded: 2, accounts: 3, ..RoundResult::default() };
    assert_json(&LinkResult::Round(round), r#"{"moved":1,"superseded":2,"accounts":3}"#);
}

#[test]
fn what_block_answers_is_told_by_its_form() {
    assert_json(
        &BlockResult::Advance(BlockAdvanceResult {
            done: false,
            round: 1,
            work: BlockWork::RefineByBirthdate,
            workers: vec![BlockWorker { worker: 0 }],
            tiles_key: "t".to_owned(),
        }),
        r#"{"done":false,"round":1,"work":"refine_by_birthdate","workers":[{"worker":0}],"tiles_key":"t"}"#,
    );
    assert_json(
        &BlockResult::Describe(DescribeResult { lines: 3, described: 2, gone: 1 }),
        r#"{"lines":3,"described":2,"gone":1}"#,
    );
    assert_json(
        &BlockResult::Round(BlockRoundResult { accounts: 1, ..BlockRoundResult::default() }),
        r#"{"accounts":1,"superseded":0,"deleted":0,"values":0,"keys":0,"pairs":0,"parts":0,"great_rows":0,"dropped_rows":0}"#,
    );
}

#[test]
fn how_far_a_split_is_read_is_the_next_request() {
    let text = r#"{"run":"RUN","split":{"split":0,"source":"crm","read":{"http":{"watermark":null}}},"cursor":{"position":{"piece":1,"byte":2,"line":null},"chunk":3,"records":4,"bytes_in":5,"bytes_out":6},"done":false}"#;
    let progress: ExtractProgress = serde_json::from_str(&text.replace("RUN", RUN)).unwrap();
    assert_json(&progress, text);
    let ExtractProgress { run, split, cursor, .. } = progress;
    assert_json(&ExtractRequest { run, split, cursor }, &text.replace(r#","done":false"#, ""));
}

#[test]
fn requests_with_an_unknown_key_are_rejected() {
    assert_request::<PlanRequest>(r#"{"execution":"e","started_at":"t"}"#);
    assert_request::<StartInput>(r#"{"resume":"RUN","publish":true}"#);
    assert_request::<ExtractRequest>(
        r#"{"run":"RUN","split":{"split":0,"source":"crm","read":{"http":{"watermark":null}}}}"#,
    );
    assert_request::<SettleRequest>(r#"{"run":"RUN","task_token":"t","resumed":false}"#);
    assert_request::<DivideRequest>(r#"{"run":"RUN"}"#);
    assert_request::<LinkRequest>(r#"{"step":"advance","run":"RUN","round":0}"#);
    assert_request::<LinkRequest>(r#"{"step":"round","run":"RUN","round":1,"work":"large_star","shard":0}"#);
    assert_request::<BlockRequest>(r#"{"step":"advance","run":"RUN","round":0}"#);
    assert_request::<BlockRequest>(r#"{"step":"round","run":"RUN","round":1,"work":"count_refined","worker":0}"#);
    assert_request::<PartitionRequest>(include_str!("../../../../tests/events/partition.json"));
    assert_request::<MergeRequest>(include_str!("../../../../tests/events/merge-0.json"));
    assert_request::<ExportRequest>(include_str!("../../../../tests/events/export.json"));
    assert_request::<CompactRequest>(r#"{"run":"RUN"}"#);
    assert_request::<PurgeRequest>(r#"{"run":"RUN"}"#);
    assert_request::<EraseRequest>(r#"{"emails":["a@b.de"]}"#);
    assert_request::<ExplainRequest>(r#"{"of":"crm:8"}"#);
    assert_request::<LookupRequest>(r#"{"of":"anna@weber.de","field":"email","run":"RUN"}"#);
}

/// The queue sends much that Settle does not need.
#[test]
fn dead_letters_are_read_out_of_what_sqs_sends() {
    let event = r#"{"Records":[{"messageId":"m","receiptHandle":"h","body":"b","attributes":{"ApproximateReceiveCount":"8"},"awsRegion":"eu-central-1"},{"messageId":"n"}]}"#;
    let SettleRequest::DeadLetters { records } = serde_json::from_str(event).unwrap() else {
        panic!("dead letters are no request to wait");
    };
    let bodies: Vec<Option<String>> = records.into_iter().map(|record| record.body).collect();
    assert_eq!(bodies, [Some("b".to_owned()), None]);
}

#[test]
fn an_execution_is_started_with_what_is_given_alone() {
    assert_json(&StartInput::default(), "{}");
    let input = StartInput { resume: Some(RUN.to_owned()), publish: true, shards: Some(4), ..StartInput::default() };
    assert_json(&input, r#"{"resume":"RUN","publish":true,"shards":4}"#);
}

#[test]
fn nothing_personal_is_shown_of_a_request() {
    let request: EraseRequest = serde_json::from_str(r#"{"emails":["a@weber.de"]}"#).unwrap();
    assert_eq!(format!("{request:?}"), "EraseRequest { dry_run: false, .. }");
    let request: LookupRequest = serde_json::from_str(r#"{"of":"a@weber.de"}"#).unwrap();
    assert_eq!(format!("{request:?}"), "LookupRequest { run: None, .. }");
    let request: ExplainRequest = serde_json::from_str(r#"{"of":"a@weber.de"}"#).unwrap();
    assert_eq!(format!("{request:?}"), "ExplainRequest { run: None, .. }");
}
