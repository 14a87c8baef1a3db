//! A receipt of Translate is about the bytes of a chunk, not about its name.

use onefold_lake::RunId;
use onefold_lake::data::rawchunk;
use onefold_lake::keys::{self, Chunk, Stage, receipt};
use onefold_store::Store;
use onefold_store::memory::InjectedFault;
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;
use onefold_tests::version::text;
use serde_json::{Value, json};

use crate::data::{drop_rows, publish};

/// What the receipt of a chunk says.
fn receipt_of(pipeline: &Pipeline, run: &RunId, chunk: &Chunk) -> Value {
    let bytes = pipeline.get(&receipt(run, Stage::Translate, &chunk.receipt_name())).expect("a receipt");
    serde_json::from_slice(&bytes).expect("JSON")
}

/// Writes a chunk again, with its first row alone.
fn cut_down(pipeline: &Pipeline, raw: &str) {
    let (rows, mut index) = rawchunk::parse(raw, &pipeline.get(raw).expect("the chunk")).expect("a chunk");
    let first = rows.split_inclusive(|byte| *byte == b'\n').next().expect("a row");
    index.segments[0].length = first.len();
    index.lines = 1;
    pipeline.put(raw, rawchunk::format(first, &index).expect("a chunk"));
}

#[test]
fn a_chunk_that_was_written_again_is_translated_again() {
    let mut pipeline = Pipeline::new(&Settings::default());
    drop_rows(&pipeline, "a", &[Row::new("crm", "1").at(1), Row::new("crm", "2").at(1)]);
    let run = publish(&mut pipeline, &Knobs::default()).manifest.run;
    let [raw] = &pipeline.list("raw/")[..] else { panic!("one chunk") };
    let (chunk, _) = Chunk::parse_raw(raw).expect("a raw chunk");
    let before = receipt_of(&pipeline, &run, &chunk);
    assert_eq!(before["result"]["rows"], 2);

    // A late or doubled event about the same bytes changes nothing.
    let requests = pipeline.store.requests();
    pipeline.translate(raw);
    assert_eq!(pipeline.store.writes_since(requests), 0);

    cut_down(&pipeline, raw);
    pipeline.translate(raw);
    let after = receipt_of(&pipeline, &run, &chunk);
    assert_eq!((&after["result"]["rows"], after["result"]["raw"] == before["result"]["raw"]), (&json!(1), false));
    let accounts = text(&pipeline, &chunk.interim());
    assert!(accounts.lines().count() == 1 && accounts.contains("crm:1"), "{accounts}");
}

#[test]
fn what_was_translated_of_other_bytes_is_not_published() {
    let mut pipeline = Pipeline::new(&Settings::default());
    drop_rows(&pipeline, "a", &[Row::new("crm", "1").at(1), Row::new("crm", "2").at(1)]);
    let run = pipeline.next_run();
    pipeline.store.fail(InjectedFault::write().where_key(|key| key.starts_with("processed/")));
    pipeline.run(&Knobs::default()).expect_err("it cannot write the version");
    pipeline.store.heal();
    let raw = pipeline.list("raw/").remove(0);
    cut_down(&pipeline, &raw);
    let error = pipeline.resume(&run, &Knobs::default()).expect_err("the chunk is another one");
    assert!(error.text().contains(&format!("1 raw chunks, {raw} among them, were written again")), "{}", error.text());
    assert_eq!(pipeline.get(keys::CURRENT), None);
}
