//! The chunks of a source's files are the same to the byte in every try: however their bytes arrive, and wherever an
//! invocation stops.

use std::sync::Arc;

use onefold_config::{Config, FileFormat, SourceKind};
use onefold_graph::node::NodeHasher;
use onefold_lake::RunId;
use onefold_lake::run::receipt::Moved;
use onefold_shell::NoTasks;
use onefold_store::memory::MemoryStore;
use onefold_store::{Condition, Store};
use proptest::prelude::*;

use super::*;
use crate::Destination;

const POLARS: &[u8] = include_bytes!("../../../../tests/files/polars-zstd.parquet");

/// How files are read.
#[derive(Clone, Copy, Debug)]
struct Way {
    /// By which bodies come in pieces.
    seed: u64,
    chunk_bytes: usize,
    split_bytes: u64,
    /// Whether every invocation stops as soon as it can.
    hurried: bool,
}

/// The raw chunks of some files, and how often reading stopped.
fn chunks(format: FileFormat, files: &[(String, Vec<u8>)], way: Way) -> (BTreeMap<String, Bytes>, usize) {
    let text = format!(
        "[[source]]\nname = \"s\"\nformat = \"{}\"\n[source.fields]\nid = \"/id\"\n[[match]]\nkey = \"email\"\n",
        format.name()
    );
    let source = Config::parse(&text).unwrap().sources.remove(0);
    let SourceKind::Files(settings) = &source.kind else { panic!("it is of files") };
    let connector = FilesSource { chunk_bytes: way.chunk_bytes, ..FilesSource::new(&source, settings) };
    let store = Arc::new(MemoryStore::seeded(way.seed));
    let hasher = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
    let context = Context::new(store.clone(), hasher, Arc::new(NoTasks), None);
    if way.hurried {
        context.set_deadline(1);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let stops = runtime.block_on(async {
        for (name, bytes) in files {
            let key = format!("landing/s/{name}");
            store.put(&key, bytes.clone().into(), Condition::Always).await.unwrap();
        }
        let objects = store.list("landing/s/").await.unwrap();
        let mut stops = 0;
        for (split, pieces) in splits::splits(settings, &objects, way.split_bytes).iter().enumerate() {
            stops += read(&connector, pieces, split as u32, &context).await;
        }
        stops
    });
    let mut contents = store.contents();
    contents.retain(|key, _| key.starts_with("raw/"));
    (contents, stops)
}

/// Reads a split to its end; says how often reading stopped.
async fn read(connector: &FilesSource<'_>, pieces: &[ObjectPiece], split: u32, context: &Context) -> usize {
    let run = RunId::parse("20261122T174600Z-1a2b3c4d").unwrap();
    let format = connector.settings.format.rows();
    let to = Destination { context, run: &run, source: "s", split, format, received_at: 0 };
    let (mut from, mut chunk, mut moved, mut stops) = (None, 0, Moved::default(), 0);
    loop {
        let mut sink = Sink::new(to, chunk, moved);
        match connector.read_pieces(pieces, from, &mut sink).await.unwrap() {
            ReadOutcome::Done { .. } => return stops,
            ReadOutcome::Stopped(position) => {
                assert!(position.is_some());
                (from, chunk, moved, stops) = (position, sink.chunk(), sink.moved(), stops + 1);
            }
        }
    }
}

/// Files of a format, whole or compressed.
fn any_files() -> impl Strategy<Value = (FileFormat, Vec<(String, Vec<u8>)>)> {
    let csv = (
        "(\u{feff}|sep=,\n)?",
        "id,a(\r\n|\n|\r)",
        "([a-z]{0,9},([a-z]{0,20}|\"[a-z,\n]{0,20}\"|\"[a-z]{0,4})\n){0,20}",
    )
        .prop_map(|(mark, header, rows)| mark + &header + &rows);
    let csv = csv.prop_filter("its line ends are mixed", |text| !text.contains("id,a\r") || text.contains("id,a\r\n"));
    let lines = "(\\{\"id\":[0-9]{1,40}\\}\n|[a-z \"]{0,60}\n|[a-z]{80,200}\n){0,20}(\\{\"id\":1\\})?";
    let array = "\\[(\\{\"id\":1[0-9]{0,29}\\},\n?){0,20}\\{\\}\\]";
    let text = prop_oneof![
        csv.prop_map(|text| (FileFormat::Csv, text)),
        "(id,a\r([a-z]{0,9},[a-z]{0,9}\r){0,20})".prop_map(|text| (FileFormat::Csv, text)),
        lines.prop_map(|text| (FileFormat::JsonLines, text)),
        array.prop_map(|text| (FileFormat::JsonArray, text)),
    ];
    let packed = (text, 0..3usize).prop_map(|((format, text), packing)| {
        let (end, bytes) = match packing {
            0 => ("", text.into_bytes()),
            1 => (".zst", zstd::bulk::compress(text.as_bytes(), 1).unwrap()),
            _ => (".gz", crate::testing::gzip(text.as_bytes())),
        };
        (format, end, bytes)
    });
    prop::collection::vec(packed, 1..6).prop_map(|files| {
        let format = files[0].0;
        let files = files.into_iter().filter(|file| file.0 == format).enumerate();
        (format, files.map(|(number, (_, end, bytes))| (format!("{number}{end}"), bytes)).collect())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn chunks_are_the_same_however_bytes_arrive_and_wherever_reading_stops(
        (format, files) in any_files(),
        chunk_bytes in 20usize..150,
        split_bytes in 60u64..2000,
        seeds in any::<[u64; 3]>(),
    ) {
        let way = Way { seed: 0, chunk_bytes, split_bytes, hurried: false };
        let expected = chunks(format, &files, way).0;
        for seed in seeds {
            prop_assert_eq!(&chunks(format, &files, Way { seed, ..way }).0, &expected);
            prop_assert_eq!(&chunks(format, &files, Way { seed, hurried: true, ..way }).0, &expected);
        }
    }
}

#[test]
fn chunks_of_parquet_are_the_same_wherever_reading_stops() {
    let files = [("a.parquet".to_owned(), POLARS.to_vec()), ("b.parquet".to_owned(), POLARS.to_vec())];
    let way = Way { seed: 0, chunk_bytes: 500, split_bytes: 1 << 20, hurried: false };
    let expected = chunks(FileFormat::Parquet, &files, way).0;
    assert!(expected.len() > 1);
    for seed in 1..9 {
        for hurried in [false, true] {
            assert!(
                chunks(FileFormat::Parquet, &files, Way { seed, hurried, ..way }).0 == expected,
                "{seed} {hurried}"
            );
        }
    }
}

/// The test above would say nothing if reading never stopped.
#[test]
fn a_hurried_reader_stops() {
    let text: String = (0..200).map(|id| format!("{{\"id\":{id}}}\n")).collect();
    let way = Way { seed: 3, chunk_bytes: 300, split_bytes: 1 << 20, hurried: true };
    let (chunks, stops) = chunks(FileFormat::JsonLines, &[("a".to_owned(), text.into_bytes())], way);
    assert!(chunks.len() > 5 && stops > 0, "{} chunks, {stops} stops", chunks.len());
}
