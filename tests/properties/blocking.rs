//! Which pairs are compared is a function of the set of latest accounts: the same however a run is divided, read or repeated,
//! and what a naive walk over all blocks finds.

use std::collections::{BTreeMap, BTreeSet};

use onefold_config::Config;
use onefold_graph::node::Node;
use onefold_lake::calls::{BlockAdvanceResult, BlockRequest, BlockResult, BlockRoundResult, BlockWorker};
use onefold_lake::data::{pairs, records, shuffle};
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::layout::{Layout, Mapper};
use onefold_lake::run::matching::{Blocking, PairList, Tile};
use onefold_lake::run::receipt::Receipt;
use onefold_lake::{RunId, decompress};
use onefold_scoring::blocking::{BlockSizes, GreatKey, PassSet, Passes, caps};
use onefold_scoring::counts::{Counts, FieldCounts};
use onefold_scoring::{FieldKind, ScoredFields, frequency, record};
use onefold_shell::{Context, StageError};
use onefold_tests::pipeline::{Knobs, Pipeline};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const CONFIG: &str = r#"
[[source]]
name = "crm"
format = "jsonl"
[source.fields]
id = "/id"
updated_at = "/at"
deleted = "/gone"
given_name = "/given"
family_name = "/family"
email = "/email"
birthdate = "/born"
address.postal_code = "/zip"
address.locality = "/city"
[score]
[publish]
max_reject_ratio = 0.9
max_customer_drop_ratio = 1.0
"#;

/// A row: its id, its time, whether it is deleted, and its values by number.
type Row = (u8, u8, bool, [u8; 6]);

fn any_row() -> impl Strategy<Value = Row> {
    let few = |values: u8| 0..values;
    // A value of 0 is none. Few values make great blocks.
    let values = (few(5), few(4), few(40), few(6), few(3), few(3)).prop_map(|(a, b, c, d, e, f)| [a, b, c, d, e, f]);
    (any::<u8>(), 0u8..3, prop::bool::weighted(0.05), values)
}

fn line((id, at, is_gone, values): &Row) -> String {
    let text = |names: &[&str], value: u8| match value {
        0 => Value::Null,
        value => names.get(usize::from(value) - 1).map_or(Value::Null, |name| json!(name)),
    };
    let [given, family, email, born, zip, city] = *values;
    let row = json!({
        "id": id, "at": format!("2026-01-0{}T00:00:00Z", at + 1), "gone": is_gone,
        "given": text(&["Anna", "Berta", "Clara", "Dora"], given),
        "family": text(&["Weber", "Schmidt", "Kaya"], family),
        "email": if email == 0 { Value::Null } else { json!(format!("person{email}@mail.de")) },
        "born": text(&["1980-02-01", "1980-03-01", "1991-02-01", "1985-12-24", "1979-07-30"], born),
        "zip": text(&["10115", "80331"], zip),
        "city": text(&["Berlin", "Munich"], city),
    });
    row.to_string() + "\n"
}

/// Runs of some rows, cut into files and runs at these places.
fn run(rows: &[Row], files: usize, runs: usize, knobs: &Knobs) -> (Pipeline, RunId) {
    let mut pipeline = Pipeline::of(CONFIG);
    let mut last = None;
    for (run, of_run) in rows.chunks(rows.len().div_ceil(runs).max(1)).enumerate() {
        for (file, of_file) in of_run.chunks(of_run.len().div_ceil(files)).enumerate() {
            let text: String = of_file.iter().map(line).collect();
            pipeline.drop_file("crm", &format!("{run}-{file}.jsonl"), text);
        }
        last = Some(pipeline.run(knobs).expect("a run").run().clone());
    }
    (pipeline, last.expect("there are rows"))
}

fn document<T: DeserializeOwned>(pipeline: &Pipeline, key: &str) -> T {
    serde_json::from_slice(&pipeline.get(key).unwrap_or_else(|| panic!("no {key}"))).expect("a document")
}

/// The accounts of all slices in their order, each with its record and the frequency classes of its values.
fn accounts(pipeline: &Pipeline, run: &RunId) -> Vec<(Node, Vec<u8>, Vec<u8>)> {
    let layout: Layout = document(pipeline, &keys::layout(run));
    let mut all = Vec::new();
    for slice in 0..layout.matching.expect("pairs are scored").slices {
        let [of_records, of_classes] = ["records", "classes"].map(|what| keys::match_slice(run, slice, what));
        let classes = decompress(&of_classes, &pipeline.get(&of_classes).expect("classes")).expect("classes");
        let bytes = pipeline.get(&of_records).expect("records");
        records::each_with_classes(&of_records, &bytes, &classes, |reference, record, classes| {
            assert_eq!(reference.range(layout.matching.expect("pairs are scored").slices), slice);
            all.push((reference, record.to_vec(), classes.to_vec()));
            Ok(())
        })
        .expect("records");
    }
    all
}

/// All pairs of all tiles, and in how many blocks each was found, up to three.
fn found(pipeline: &Pipeline, run: &RunId) -> BTreeMap<(Node, Node), u32> {
    let list: PairList = document(pipeline, &keys::match_pairs(run));
    let tiles: Vec<Tile> = {
        let text = pipeline.get(&keys::match_tiles(run)).expect("tiles");
        text.split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).expect("a tile"))
            .collect()
    };
    assert_eq!(tiles.len() as u32, list.tiles);
    let all = accounts(pipeline, run);
    let layout: Layout = document(pipeline, &keys::layout(run));
    let slices = layout.matching.expect("pairs are scored").slices;
    let of_slice = |slice: u32| all.iter().map(|(node, ..)| *node).filter(move |node| node.range(slices) == slice);
    let rows: Vec<Vec<Node>> = (0..slices).map(|slice| of_slice(slice).collect()).collect();
    let (mut found, mut given) = (BTreeMap::new(), 0);
    for part in &list.parts {
        let key = part.key(run);
        for tile in &tiles {
            let mut text = Vec::new();
            let read = shuffle::read(pipeline.store.as_ref(), &key, tile.tile, list.tiles, &mut text);
            pipeline.block_on(read).expect("pairs");
            let mut last = None;
            for pair in pairs::parse(&key, &text).expect("pairs") {
                assert!(last < Some((pair.first, pair.second)), "sorted, each once");
                last = Some((pair.first, pair.second));
                let nodes =
                    (rows[tile.first as usize][pair.first as usize], rows[tile.second as usize][pair.second as usize]);
                assert!(nodes.0 < nodes.1);
                let blocks: &mut u32 = found.entry(nodes).or_default();
                *blocks = (*blocks + pair.blocks).min(3);
                given += 1;
            }
        }
    }
    assert_eq!(given, list.pairs, "every pair is in a tile");
    found
}

/// What is found by walking over all blocks, one by one.
#[derive(Debug, PartialEq)]
struct Naive {
    pairs: BTreeMap<(Node, Node), u32>,
    caps: Vec<u32>,
    counts: Counts,
    has_refined: bool,
}

type NaiveBlocks = BTreeMap<(u16, u64), BTreeSet<usize>>;

fn naive(accounts: &[(Node, Vec<u8>, Vec<u8>)]) -> Naive {
    let fields = ScoredFields::of(&Config::parse(CONFIG).expect("a configuration"));
    let passes = Passes::of(&fields);
    let mut blocks = NaiveBlocks::new();
    for (row, (_, record, _)) in accounts.iter().enumerate() {
        passes.keys(record, &mut |pass, hash| {
            blocks.entry((pass, hash)).or_default().insert(row);
        });
    }
    let caps_of = |blocks: &NaiveBlocks| {
        let mut sizes = vec![BlockSizes::default(); passes.len()];
        blocks.iter().for_each(|((pass, _), rows)| sizes[usize::from(*pass)].count(rows.len() as u64));
        caps(&sizes, accounts.len() as u64)
    };
    let caps = caps_of(&blocks);
    // Passes most of whose accounts are in blocks that are too great.
    let mut divided = PassSet::default();
    for pass in 0..passes.len() as u16 {
        let great =
            blocks.iter().filter(|((of, _), rows)| *of == pass && rows.len() > caps[usize::from(pass)] as usize);
        if great.map(|(_, rows)| rows.len()).sum::<usize>() > accounts.len() / 2 {
            divided.insert(pass);
        }
    }
    // Blocks that were divided are never greater than before.
    let refined_caps = |blocks: &NaiveBlocks| -> Vec<u32> {
        caps.iter().zip(caps_of(blocks)).map(|(cap, refined)| refined.min(*cap)).collect()
    };
    let mut pairs = BTreeMap::new();
    let mut give = |blocks: NaiveBlocks, caps: &[u32], is_refined: bool| {
        let mut great = NaiveBlocks::new();
        for ((pass, hash), rows) in blocks {
            let cap = caps[usize::from(pass)] as usize;
            let is_great = rows.len() > cap && cap > 0;
            // A refined block of a contact, of more than 50, gives neighbours only.
            let has_neighbours = is_refined && passes.is_of_contact(pass) && rows.len() > 50;
            let counted = if is_refined { 2 } else { 1 + passes.spared(pass, divided) };
            let most = if is_great { 2 * usize::from(has_neighbours) } else { rows.len() };
            for one in rows.iter().filter(|_| cap > 0) {
                for other in rows.range(one + 1..).take(most) {
                    let found: &mut u32 = pairs.entry((accounts[*one].0, accounts[*other].0)).or_default();
                    *found = (*found + counted).min(3);
                }
            }
            if is_great {
                great.insert((pass, hash), rows);
            }
        }
        great
    };
    let great = give(blocks, &caps, false);
    let has_refined = !great.is_empty();
    let mut great_in = vec![PassSet::default(); accounts.len()];
    for ((pass, _), rows) in &great {
        rows.iter().for_each(|row| great_in[*row].insert(*pass));
    }
    let mut refined = NaiveBlocks::new();
    for ((pass, hash), rows) in great {
        for row in rows {
            passes.refined(&passes.features(&accounts[row].1), great_in[row], GreatKey { pass, hash }, &mut |hash| {
                refined.entry((pass, hash)).or_default().insert(row);
            });
        }
    }
    let still_great = give(refined.clone(), &refined_caps(&refined), true);
    let mut refined = NaiveBlocks::new();
    for ((pass, hash), rows) in still_great {
        for row in rows {
            passes.refined_by_birthdate(&passes.features(&accounts[row].1), GreatKey { pass, hash }, &mut |hash| {
                refined.entry((pass, hash)).or_default().insert(row);
            });
        }
    }
    give(refined.clone(), &refined_caps(&refined), true);
    Naive { pairs, caps, counts: naive_counts(&fields, accounts), has_refined }
}

/// The counts; and asserts that each value has the class that follows from them.
fn naive_counts(fields: &ScoredFields, accounts: &[(Node, Vec<u8>, Vec<u8>)]) -> Counts {
    let is_address: Vec<bool> = fields.iter().map(|field| field.kind == FieldKind::Address).collect();
    let mut counts = Counts { accounts: accounts.len() as u64, fields: vec![FieldCounts::default(); fields.len()] };
    let mut having: BTreeMap<(usize, u64), BTreeSet<Node>> = BTreeMap::new();
    for (node, record, _) in accounts {
        let known: BTreeSet<usize> = record::values(record).map(|(field, _)| field).collect();
        known.into_iter().for_each(|field| counts.fields[field].known += 1);
        for (field, value) in record::values(record) {
            having.entry((field, value.hash(is_address[field]))).or_default().insert(*node);
        }
    }
    for ((field, _), nodes) in &having {
        let (count, class) = (nodes.len() as u64, usize::from(frequency(nodes.len() as u64)));
        counts.fields[*field].accounts[class] += count;
        counts.fields[*field].equal_pairs[class] += u128::from(count * (count - 1) / 2);
    }
    for (_, record, classes) in accounts {
        for ((field, value), class) in record::values(record).zip(classes) {
            assert_eq!(*class, frequency(having[&(field, value.hash(is_address[field]))].len() as u64));
        }
    }
    counts
}

/// Asserts that a run gave what the naive walk gives, and returns it.
fn check(pipeline: &Pipeline, run: &RunId) -> Naive {
    let accounts = accounts(pipeline, run);
    assert!(accounts.is_sorted_by_key(|(node, ..)| *node));
    let expected = naive(&accounts);
    assert_eq!(found(pipeline, run), expected.pairs);
    let blocking: Blocking = document(pipeline, &keys::match_blocking(run));
    let caps: Vec<u32> = blocking.passes.iter().map(|pass| pass.cap).collect();
    assert_eq!(caps, expected.caps);
    assert_eq!(document::<Counts>(pipeline, &keys::match_counts(run)), expected.counts);
    expected
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn pairs_follow_from_the_set_of_accounts(
        rows in prop::collection::vec(any_row(), 1..160),
        files in 1usize..4, runs in 1usize..3, shards in 1u32..5, twice in any::<bool>(),
    ) {
        let (once, last) = run(&rows, 1, 1, &Knobs::default());
        let expected = check(&once, &last);
        let knobs = Knobs { shards, split_bytes: 4_000, twice, ..Knobs::default() };
        let mut rows = rows;
        // Of versions of the same time, the later in a file is not told apart from the earlier in another.
        rows.sort_by_key(|(id, at, _, values)| (*at, *id, *values));
        rows.dedup_by_key(|(id, at, ..)| (*at, *id));
        let (sorted, of_sorted) = run(&rows, 1, 1, &Knobs::default());
        let of_set = check(&sorted, &of_sorted);
        let (other, last) = run(&rows, files, runs, &knobs);
        prop_assert_eq!(&check(&other, &last), &of_set);
        drop(expected);
    }
}

/// Few people in two towns, so that most blocks are too great, and as many orders of one guest.
fn crowd() -> Vec<Row> {
    let person =
        |id: u8| (id, 0, false, [1 + id % 4, 1 + id / 4 % 3, id % 40, 1 + id / 12 % 5, 1 + id % 2, 1 + id % 2]);
    let guest = |id: u8| (id, 0, false, [1, 1, 39, 0, 1, 1]);
    (0..128).map(person).chain((128..=255).map(guest)).collect()
}

#[test]
fn blocks_that_are_too_great_are_divided() {
    let (pipeline, last) = run(&crowd(), 2, 1, &Knobs { shards: 3, ..Knobs::default() });
    let expected = check(&pipeline, &last);
    assert!(expected.has_refined);
    let rounds = pipeline.list(&keys::receipts_of(&last, Stage::Block));
    assert!(rounds.iter().any(|key| key.ends_with("advance-00009.json")), "all rounds were needed");
    let list: PairList = document(&pipeline, &keys::match_pairs(&last));
    assert!(list.dropped_rows > 0, "and some were too great to the last");
}

#[test]
fn accounts_of_nothing_but_an_address_hang_together() {
    let rows: Vec<Row> = (0..60).map(|id| (id, 0, false, [0, 0, 1, 0, 0, 0])).collect();
    let (pipeline, last) = run(&rows, 1, 1, &Knobs { shards: 2, ..Knobs::default() });
    let mut reached: BTreeMap<Node, Node> = BTreeMap::new();
    let expected = check(&pipeline, &last);
    expected.pairs.keys().for_each(|(one, other)| {
        reached.entry(*other).or_insert(*one);
    });
    assert_eq!(reached.len(), 59, "each but the first has one before it");
}

/// The result of a worker.
fn result(pipeline: &Pipeline, key: &str) -> BlockRoundResult {
    document::<Receipt<BlockRoundResult>>(pipeline, key).result
}

#[test]
fn pairs_in_many_parts_are_the_same_pairs() {
    let (pipeline, last) = run(&crowd(), 2, 1, &Knobs { shards: 2, ..Knobs::default() });
    let expected = check(&pipeline, &last);
    let key = keys::layout(&last);
    let mut layout: Layout = document(&pipeline, &key);
    layout.matching.as_mut().expect("pairs are scored").pairs_at_once = 7;
    pipeline.put(&key, serde_json::to_vec(&layout).expect("JSON"));
    pipeline.remove(&pipeline.list(&keys::receipts_of(&last, Stage::Block)));
    let context = pipeline.context(pipeline.store.clone());
    pipeline.block_on(block_alone(&last, &context)).expect("pairs");
    assert_eq!(check(&pipeline, &last), expected);
    let parts = result(&pipeline, &keys::receipt(&last, Stage::Block, "00003-00000")).parts;
    assert!(parts > 3, "{parts}");
}

/// Block, of a run that is divided.
pub async fn block_alone(run: &RunId, context: &Context) -> Result<(), StageError> {
    for mapper in context.json_lines::<Mapper>(&keys::mappers(run)).await? {
        block::run(BlockRequest::Describe { run: run.clone(), mapper }, context).await?;
    }
    let mut round = 0;
    loop {
        let BlockResult::Advance(next) = block::run(BlockRequest::Advance { run: run.clone(), round }, context).await?
        else {
            panic!("an advance answers with what comes next");
        };
        let BlockAdvanceResult { done, round: following, work, workers, .. } = next;
        if done {
            return Ok(());
        }
        for BlockWorker { worker } in workers {
            block::run(BlockRequest::Round { run: run.clone(), round: following, work, worker }, context).await?;
        }
        round = following;
    }
}

/// A run with scored pairs that is divided, and no further. Its blocks are small.
pub fn before_block() -> (Pipeline, RunId) {
    let rows: Vec<Row> = crowd().into_iter().step_by(12).collect();
    let (pipeline, last) = run(&rows, 2, 1, &Knobs { shards: 2, ..Knobs::default() });
    pipeline.remove(&pipeline.list(&keys::receipts_of(&last, Stage::Block)));
    pipeline.remove(&pipeline.list(&format!("match/{last}/")));
    (pipeline, last)
}

#[test]
fn a_run_without_scores_blocks_nothing() {
    let config = CONFIG.replace("[score]\n", "[[match]]\nkey = [\"email\"]\n");
    let mut pipeline = Pipeline::of(&config);
    pipeline.drop_file("crm", "a.jsonl", line(&(1, 0, false, [1; 6])));
    let run = pipeline.run(&Knobs::default()).expect("a run").run().clone();
    assert_eq!(pipeline.list(&format!("match/{run}/")), Vec::<String>::new());
    let layout = pipeline.get(&keys::layout(&run)).expect("a layout");
    assert!(!String::from_utf8_lossy(&layout).contains("matching"));
}
