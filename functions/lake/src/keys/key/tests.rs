//! Every key, there and back.

use proptest::prelude::*;

use super::super::*;
use super::*;

const RUN: &str = "20261122T174600Z-1a2b3c4d";

fn any_run() -> impl Strategy<Value = RunId> {
    "[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}".prop_map(|run| RunId::parse(&run).unwrap())
}

fn any_number() -> impl Strategy<Value = u32> {
    prop_oneof![0u32..20, 99_990u32..100_010, any::<u32>()]
}

fn any_chunk() -> impl Strategy<Value = Chunk> {
    (any_run(), "[a-z0-9][a-z0-9_-]{0,39}", any_number(), any_number()).prop_map(|(run, source, split, chunk)| Chunk {
        run,
        source,
        split,
        chunk,
    })
}

fn any_key() -> impl Strategy<Value = Key> {
    let name = "[a-zA-Z0-9_é-]{1,12}";
    let formats = prop::sample::select(vec![RowFormat::JsonLines, RowFormat::Csv]);
    let stages = prop::sample::select(Stage::ALL.to_vec());
    let parts = prop::sample::select(VersionPart::ALL.to_vec());
    let words = prop::sample::select(vec!["edges", "positions", "labels", "blocked", "bearers", "partitions"]);
    prop_oneof![
        Just(Key::Config),
        Just(Key::Current),
        Just(Key::Active),
        prop::sample::select(VersionPart::LISTED.to_vec()).prop_map(Key::CurrentFiles),
        prop::sample::select(ParquetPart::ALL.to_vec()).prop_map(Key::CurrentParquetFiles),
        ("[a-z0-9_.-]{0,9}[a-z0-9]", prop::sample::select(TableFormat::ALL.to_vec()))
            .prop_map(|(table, format)| Key::Table(table, format)),
        ("[a-z0-9][a-z0-9_-]{0,9}", "[a-z /.é=-]{0,12}[a-z]").prop_map(|(source, name)| Key::Landing { source, name }),
        name.prop_map(Key::Corrections),
        ("[0-9a-f]{8}", any::<u128>())
            .prop_map(|(fingerprint, bits)| Key::Suppression { fingerprint, entry: Node::from_bits(bits) }),
        (any_chunk(), formats).prop_map(|(chunk, format)| Key::Raw(chunk, format)),
        (any_chunk(), prop::sample::select(OfChunk::ALL.to_vec())).prop_map(|(chunk, what)| Key::OfChunk(chunk, what)),
        (any_run(), prop::sample::select(OfRun::ALL.to_vec())).prop_map(|(run, what)| Key::OfRun(run, what)),
        (any_run(), name).prop_map(|(run, source)| Key::KeyRanges { run, source }),
        (any_run(), stages, name).prop_map(|(run, stage, name)| Key::Receipt { run, stage, name }),
        (any_run(), any_number(), any_number(), words.clone()).prop_map(|(run, round, shard, what)| Key::LinkRound {
            run,
            round,
            shard,
            what: what.to_owned()
        }),
        (any_run(), any_number(), any_number(), words.clone()).prop_map(|(run, round, worker, what)| Key::MatchRound {
            run,
            round,
            worker,
            what: what.to_owned()
        }),
        (any_run(), any_number(), words.clone()).prop_map(|(run, tile, what)| Key::MatchTile {
            run,
            tile,
            what: what.to_owned()
        }),
        (any_run(), any_number()).prop_map(|(run, mapper)| Key::Described { run, mapper }),
        (any_run(), any_number(), words.clone()).prop_map(|(run, slice, what)| Key::MatchSlice {
            run,
            slice,
            what: what.to_owned()
        }),
        (any_run(), any_number()).prop_map(|(run, mapper)| Key::Shuffle { run, mapper }),
        (any_run(), any_number(), proptest::option::of(parts.clone())).prop_map(|(run, partition, part)| Key::Merged {
            run,
            partition,
            part
        }),
        (any_run(), any_number()).prop_map(|(run, partition)| Key::MergedReview { run, partition }),
        (any_run(), parts, any_number()).prop_map(|(run, part, number)| Key::Processed { run, part, number }),
        (any_run(), prop::sample::select(ParquetPart::ALL.to_vec()), any_number())
            .prop_map(|(run, part, number)| Key::Parquet { run, part, number }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_key_is_read_back(key in any_key()) {
        prop_assert_eq!(Key::parse(&key.to_string()), Some(key));
    }

    #[test]
    fn the_parsers_of_one_kind_agree_with_that_of_all(key in any_key()) {
        let text = key.to_string();
        let raw = match &key { Key::Raw(chunk, format) => Some((chunk.clone(), *format)), _ => None };
        let of_chunk = |what| match &key { Key::OfChunk(chunk, of) if *of == what => Some(chunk.clone()), _ => None };
        let table = match &key { Key::Table(table, format) => Some((table.as_str(), *format)), _ => None };
        let entry = match &key {
            Key::Suppression { fingerprint, entry } => Some((fingerprint.as_str(), *entry)),
            _ => None,
        };
        let version = match &key { Key::OfRun(run, OfRun::Manifest) => Some(run.clone()), _ => None };
        prop_assert_eq!(Chunk::parse_raw(&text), raw);
        prop_assert_eq!(Chunk::parse_dead(&text), of_chunk(OfChunk::Dead));
        prop_assert_eq!(Chunk::parse_purge(&text), of_chunk(OfChunk::Purge));
        prop_assert_eq!(text.strip_prefix(REFERENCE).and_then(parse_reference), table);
        prop_assert_eq!(parse_suppression(&text), entry);
        prop_assert_eq!(parse_manifest(&text), version);
        prop_assert_eq!(is_corrections(&text), matches!(key, Key::Corrections(_)));
        prop_assert_eq!(is_shuffle(&text), matches!(key, Key::Shuffle { .. }));
        let is_of_run = !matches!(
            key,
            Key::Config
                | Key::Current
                | Key::CurrentFiles(_)
                | Key::CurrentParquetFiles(_)
                | Key::Active
                | Key::Table(..)
                | Key::Landing { .. }
                | Key::Corrections(_)
                | Key::Suppression { .. }
        );
        prop_assert_eq!(parse_run(&text).is_some(), is_of_run);
        let of_run = parse_run(&text).map(|(run, name)| format!("{run}/{name}"));
        prop_assert!(of_run.is_none_or(|end| text.ends_with(&end)), "{}", text);
    }

    /// Valid keys with some letters taken out, put in or changed.
    #[test]
    fn no_text_makes_parsing_panic(
        key in any_key(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0usize..4, "[0-9/.a-zé-]{0,2}"), 0..3),
    ) {
        let mut text: Vec<char> = key.to_string().chars().collect();
        for (at, taken, put) in changes {
            let at = at.index(text.len() + 1);
            text.splice(at..(at + taken).min(text.len()), put.chars());
        }
        let text: String = text.into_iter().collect();
        // Whatever is read is written in this way, so no object has two names.
        if let Some(read) = Key::parse(&text) {
            prop_assert_eq!(read.to_string(), text.as_str());
        }
        let chunk = Chunk::parse_raw(&text).map(|(chunk, format)| chunk.raw(format));
        prop_assert!(chunk.is_none_or(|key| key == text));
        prop_assert!(Chunk::parse_dead(&text).is_none_or(|chunk| chunk.dead() == text));
        prop_assert!(Chunk::parse_purge(&text).is_none_or(|chunk| chunk.purge() == text));
        prop_assert!(parse_suppression(&text).is_none_or(|(fingerprint, entry)| suppression(fingerprint, entry) == text));
        prop_assert!(parse_manifest(&text).is_none_or(|run| manifest(&run) == text));
        let _ = (parse_run(&text), parse_reference(&text), RunId::parse(&text), is_corrections(&text), is_shuffle(&text));
    }
}

#[test]
fn a_number_is_written_in_one_way() {
    for (text, expected) in [
        ("00000", Some(0)),
        ("00001", Some(1)),
        ("123456", Some(123_456)),
        ("4294967295", Some(u32::MAX)),
        ("000001", None),
        ("0001", None),
        ("+0001", None),
        ("4294967296", None),
        ("", None),
    ] {
        assert_eq!(number(text), expected, "{text}");
    }
    assert_eq!(Chunk::parse_raw(&format!("raw/{RUN}/crm/000001/00000.csv.zst")), None);
}

#[test]
fn what_is_no_key_is_none() {
    for text in [
        "",
        "/",
        "processed",
        "processed/",
        "landing/",
        "landing/crm/",
        "landing//x",
        "reference/.csv",
        "reference/a/b.csv",
        "corrections/a/b.csv",
        "suppression//0.json",
        "raw//crm/00000/00000.csv.zst",
        "rejects/20261122T174600Z-1a2b3c4d/crm/00003/00012.csv.zst",
        "merged/20261122T174600Z-1a2b3c4d/00004/counts.jsonl",
        "runs/20261122T174600Z-1a2b3c4d/receipts/none/x.json",
        "partitions/20261122T174600Z-1a2b3c4d/plan.json",
        "processed/20261122T174600Z-1a2b3c4d/CURRENT",
        "processed/20261122T174600Z-1a2b3c4d/parquet/blocked/part-00000.parquet",
        "merged/20261122T174600Z-1a2b3c4d/parquet/members/part-00000.parquet",
    ] {
        assert_eq!(Key::parse(text), None, "{text}");
    }
}

/// Keys are an interface: people, policies and lifecycle rules name them.
#[test]
fn keys_are_frozen() {
    let run = RunId::parse(RUN).unwrap();
    let chunk = Chunk { run: run.clone(), source: "crm".to_owned(), split: 3, chunk: 12 };
    let entry = Node::from_bits(0x1a);
    let name = || "00001".to_owned();
    let mut found: Vec<(Key, String)> = vec![
        (Key::Config, "config/pipeline.toml".to_owned()),
        (Key::Current, "processed/CURRENT".to_owned()),
        (Key::Active, "runs/ACTIVE".to_owned()),
        (Key::Table("zip3".to_owned(), TableFormat::Csv), "reference/zip3.csv".to_owned()),
        (Key::Table("zip3".to_owned(), TableFormat::Parquet), "reference/zip3.parquet".to_owned()),
        (Key::Landing { source: "crm".to_owned(), name: "x/y.csv".to_owned() }, "landing/crm/x/y.csv".to_owned()),
        (Key::Corrections("desk".to_owned()), "corrections/desk.csv".to_owned()),
        (
            Key::Suppression { fingerprint: "0a1b2c3d".to_owned(), entry },
            "suppression/0a1b2c3d/0000000000000000000000000000001a.json".to_owned(),
        ),
        (Key::Raw(chunk.clone(), RowFormat::Csv), format!("raw/{RUN}/crm/00003/00012.csv.zst")),
        (Key::Raw(chunk.clone(), RowFormat::JsonLines), format!("raw/{RUN}/crm/00003/00012.jsonl.zst")),
        (Key::KeyRanges { run: run.clone(), source: "crm".to_owned() }, format!("runs/{RUN}/ranges/crm.json")),
        (
            Key::LinkRound { run: run.clone(), round: 2, shard: 1, what: "edges".to_owned() },
            format!("links/{RUN}/00002/00001.edges"),
        ),
        (Key::Described { run: run.clone(), mapper: 7 }, format!("match/{RUN}/described/00007.shuffle")),
        (
            Key::MatchRound { run: run.clone(), round: 2, worker: 1, what: "keys".to_owned() },
            format!("match/{RUN}/00002/00001.keys"),
        ),
        (
            Key::MatchSlice { run: run.clone(), slice: 1, what: "records".to_owned() },
            format!("match/{RUN}/slices/00001.records"),
        ),
        (
            Key::MatchTile { run: run.clone(), tile: 1, what: "links".to_owned() },
            format!("match/{RUN}/tiles/00001.links"),
        ),
        (Key::Shuffle { run: run.clone(), mapper: 7 }, format!("partitions/{RUN}/00007.shuffle")),
        (Key::Merged { run: run.clone(), partition: 4, part: None }, format!("merged/{RUN}/00004/counts.json")),
        (Key::MergedReview { run: run.clone(), partition: 4 }, format!("merged/{RUN}/00004/review.json.zst")),
    ];
    let of_chunk = ["interim/{}.jsonl.zst", "interim/{}.links", "rejects/{}.jsonl.zst"];
    let path = format!("{RUN}/crm/00003/00012");
    let of_chunk = of_chunk
        .map(|text| text.replace("{}", &path))
        .into_iter()
        .chain([format!("runs/{RUN}/dead/crm/00003/00012.json"), format!("runs/{RUN}/purge/crm/00003/00012.json")]);
    found.extend(OfChunk::ALL.into_iter().map(|what| Key::OfChunk(chunk.clone(), what)).zip(of_chunk));
    let of_run = [
        "runs/{}/config.toml",
        "runs/{}/plan.json",
        "runs/{}/corrections.json",
        "runs/{}/suppression.json",
        "runs/{}/model.json",
        "runs/{}/splits.jsonl",
        "runs/{}/inputs.jsonl",
        "runs/{}/read.jsonl",
        "runs/{}/token.json",
        "links/{}/layout.json",
        "links/{}/blocked.keys",
        "links/{}/asked.pairs",
        "match/{}/slices.json",
        "match/{}/blocking.json",
        "match/{}/counts.json",
        "match/{}/pairs.json",
        "match/{}/labels.json",
        "match/{}/tiles.jsonl",
        "match/{}/model.json",
        "match/{}/draw.json",
        "partitions/{}/mappers.jsonl",
        "merged/{}/partitions.jsonl",
        "merged/{}/exports.jsonl",
        "processed/{}/inputs.jsonl",
        "processed/{}/config.toml",
        "processed/{}/corrections.json",
        "processed/{}/model.json",
        "processed/{}/blocked.keys",
        "processed/{}/blocked.json",
        "processed/{}/index/frames.jsonl",
        "processed/{}/report.json",
        "processed/{}/report.html",
        "processed/{}/review/queue.jsonl.zst",
        "processed/{}/review/sample.jsonl.zst",
        "processed/{}/review/strata.json",
        "processed/{}/review/calibration.json",
        "processed/{}/manifest.json",
    ];
    let of_run = of_run.map(|text| text.replace("{}", RUN));
    found.extend(OfRun::ALL.into_iter().map(|what| Key::OfRun(run.clone(), what)).zip(of_run));
    let merged = [
        "customers.jsonl.zst",
        "members.jsonl.zst",
        "members.links",
        "changes.jsonl.zst",
        "blocked.jsonl.zst",
        "index",
        "retired.jsonl.zst",
    ];
    let of_merged = |part| Key::Merged { run: run.clone(), partition: 4, part: Some(part) };
    found.extend(
        VersionPart::ALL.map(of_merged).into_iter().zip(merged.map(|name| format!("merged/{RUN}/00004/{name}"))),
    );
    let processed = [
        "customers/part-00000.jsonl.zst",
        "members/part-00000.jsonl.zst",
        "members/part-00000.links",
        "changes/part-00000.jsonl.zst",
        "blocked/part-00000.jsonl.zst",
        "index/part-00000.hashes",
        "retired/part-00000.jsonl.zst",
    ];
    let of_processed = |part| Key::Processed { run: run.clone(), part, number: 0 };
    found.extend(
        VersionPart::ALL.map(of_processed).into_iter().zip(processed.map(|name| format!("processed/{RUN}/{name}"))),
    );
    for part in ParquetPart::ALL {
        let expected = format!("processed/{RUN}/parquet/{}/part-00002.parquet", part.name());
        found.push((Key::Parquet { run: run.clone(), part, number: 2 }, expected));
    }
    for stage in Stage::ALL {
        let expected = format!("runs/{RUN}/receipts/{stage}/00001.json");
        found.push((Key::Receipt { run: run.clone(), stage, name: name() }, expected));
    }
    for (key, expected) in found {
        assert_eq!(key.to_string(), expected);
        assert_eq!(Key::parse(&expected), Some(key));
    }
    assert_eq!(chunk.raw_of_split(), format!("raw/{RUN}/crm/00003/"));
}
