//! Invariant 1, of memory: how much of it the functions have decides how a run is divided, and nothing else. What does
//! not fit is refused, and the run goes on when there is more.

use onefold_lake::RunId;
use onefold_lake::keys;
use onefold_lake::run::layout::Layout;
use onefold_shell::{ErrorKind, MemoryBudget, StageError};
use onefold_store::memory::InjectedFault;
use onefold_tests::pipeline::{Knobs, Memory, Outcome, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;
use onefold_tests::version::Version;
use proptest::prelude::*;

use crate::data::{any_rows, cases, drop_rows, version_of};

/// Memory of which so many bytes are left to link for accounts and keys, besides what it needs to read.
fn for_accounts(bytes: u64) -> MemoryBudget {
    let reading = MemoryBudget::of_usable(0).link_bytes(0, 0, 1);
    MemoryBudget::of_usable(reading + bytes)
}

fn layout(pipeline: &Pipeline, run: &RunId) -> Layout {
    let bytes = pipeline.get(&keys::layout(run)).expect("a layout");
    serde_json::from_slice(&bytes).expect("a layout")
}

/// Whether the error says how much memory would be enough for a function.
fn asks_for(error: &StageError, parameter: &str) -> bool {
    error.kind == ErrorKind::InvalidInput
        && error.text().contains(&format!("deploy with {parameter}="))
        && error.text().ends_with(", then resume the run")
}

/// Runs with little memory, and with twice as much whenever that is refused. Gives the version and how often it was
/// refused.
fn run_within(pipeline: &mut Pipeline, mut link_bytes: u64, mut merge_bytes: u64) -> (RunId, u32) {
    let mut refused = 0;
    let mut run = None;
    loop {
        let (link, merge) = (for_accounts(link_bytes), MemoryBudget::of_usable(merge_bytes));
        pipeline.memory.set(Memory { link, merge, ..Memory::default() });
        let planned = run.get_or_insert_with(|| pipeline.next_run()).clone();
        let found = match refused {
            0 => pipeline.run_as_there_is_memory(),
            _ => pipeline.resume(&planned, &Knobs::default()),
        };
        match found {
            Ok(Outcome::Published(answer)) => return (answer.run, refused),
            Ok(other) => panic!("{other:?}"),
            Err(error) if asks_for(&error, "LinkMemory") => link_bytes *= 2,
            Err(error) if asks_for(&error, "MergeMemory") => merge_bytes *= 2,
            Err(error) => panic!("{error}"),
        }
        refused += 1;
    }
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn the_memory_does_not_matter(rows in any_rows(30), link_bytes in 100u64..6_000, merge_bytes in 1_000u64..100_000) {
        let expected = version_of(&rows, &Settings::default()).without_ids();
        let mut pipeline = Pipeline::new(&Settings::default());
        drop_rows(&pipeline, "a", &rows);
        pipeline.drop_file("crm", "empty.jsonl", "");
        let (run, _) = run_within(&mut pipeline, link_bytes, merge_bytes);
        prop_assert_eq!(Version::read(&pipeline, &run).without_ids(), expected);
    }
}

/// Accounts of which every two share an address.
fn pairs(accounts: u32) -> Vec<Row> {
    (0..accounts).map(|id| Row::new("crm", &id.to_string()).at(1).with("email", &format!("a{}@x.de", id / 2))).collect()
}

#[test]
fn of_less_memory_a_run_has_more_shards_and_is_refused_if_these_do_not_fit() {
    let with = |bytes: u64| {
        let mut pipeline = Pipeline::new(&Settings::default());
        drop_rows(&pipeline, "a", &pairs(40));
        let (run, refused) = run_within(&mut pipeline, bytes, 1 << 20);
        (layout(&pipeline, &run).shards, refused)
    };
    assert_eq!(with(1 << 20), (1, 0));
    let (shards, refused) = with(3_000);
    assert!(shards > 1 && refused == 0, "{shards} shards, refused {refused} times");
    let (shards, refused) = with(100);
    assert!(shards > 1 && refused > 0, "{shards} shards, refused {refused} times");
}

/// A run for which there was memory enough, and which failed at the first write of such a key.
fn failed_at(is_meant: fn(&str) -> bool) -> (Pipeline, RunId) {
    let mut pipeline = Pipeline::new(&Settings::default());
    drop_rows(&pipeline, "a", &pairs(40));
    let run = pipeline.next_run();
    pipeline.store.fail(InjectedFault::write().where_key(is_meant).from_then_on());
    pipeline.run_as_there_is_memory().expect_err("there is such a write");
    pipeline.store.heal();
    (pipeline, run)
}

#[test]
fn a_run_that_is_divided_stays_so() {
    let (mut pipeline, run) = failed_at(|key| key.ends_with(".labels"));
    pipeline.memory.set(Memory { link: for_accounts(3_000), ..Memory::default() });
    let error = pipeline.resume(&run, &Knobs::default()).expect_err("the one shard does not fit any more");
    assert!(asks_for(&error, "LinkMemory"), "{error}");
    assert!(error.text().contains("40 accounts with ") && error.text().contains(" in one shard "), "{error}");

    pipeline.memory.set(Memory::default());
    pipeline.resume(&run, &Knobs::default()).expect("it fits");
    assert_eq!(layout(&pipeline, &run).shards, 1);
}

#[test]
fn partition_refuses_what_does_not_fit() {
    let (mut pipeline, run) = failed_at(|key| key.contains("/receipts/partition/"));
    pipeline.memory.set(Memory { others: MemoryBudget::of_usable(1_000), ..Memory::default() });
    let error = pipeline.resume(&run, &Knobs::default()).expect_err("a frame has more text");
    assert!(asks_for(&error, "FunctionMemory"), "{error}");
    assert!(error.text().starts_with("partition has ") && error.text().contains("interim/"), "{error}");
    pipeline.memory.set(Memory::default());
    pipeline.resume(&run, &Knobs::default()).expect("it fits");
}

#[test]
fn a_chunk_that_translate_cannot_hold_is_given_up_and_goes_on_with_more_memory() {
    let (mut pipeline, run) = failed_at(|key| key.starts_with("raw/"));
    pipeline.memory.set(Memory { others: MemoryBudget::of_usable(5_000), ..Memory::default() });
    let error = pipeline.resume(&run, &Knobs::default()).expect_err("a chunk does not fit");
    assert_eq!(error.text(), "Onefold.DeadLetter");
    pipeline.memory.set(Memory::default());
    pipeline.resume(&run, &Knobs::default()).expect("it fits");
}

#[test]
fn plan_names_every_table_that_translate_cannot_hold() {
    let mut pipeline = Pipeline::new(&Settings::default());
    drop_rows(&pipeline, "a", &pairs(2));
    let rows = |name: &str| (0..20_000).map(|row| format!("{name}{row},x,1\n")).collect::<String>();
    pipeline.put("reference/gender.csv", format!("name,gender,probability\n{}", rows("n")));
    pipeline.put("reference/pay.csv", format!("device,country,salary\n{}", rows("d")));
    let others = MemoryBudget::of_usable(MemoryBudget::translate_bytes(100_000));
    pipeline.memory.set(Memory { others, ..Memory::default() });
    let error = pipeline.run_as_there_is_memory().expect_err("two tables do not fit");
    assert_eq!(error.kind, ErrorKind::InvalidInput, "{error}");
    for table in ["gender", "pay"] {
        assert!(error.text().contains(&format!("and the reference table {table:?} would need ")), "{error}");
    }
    assert!(!error.text().contains("places") && error.text().contains("FunctionMemory="), "{error}");

    // Either fits by itself.
    let others = MemoryBudget::of_usable(MemoryBudget::translate_bytes(300_000));
    pipeline.memory.set(Memory { others, ..Memory::default() });
    let error = pipeline.run_as_there_is_memory().expect_err("they do not fit together");
    assert!(error.text().contains("the reference tables together would need "), "{error}");
    pipeline.memory.set(Memory::default());
    pipeline.run_as_there_is_memory().expect("they fit");
}

/// Many accounts that meet are in one slice, however many slices there are.
#[test]
fn a_component_that_merge_cannot_hold_is_refused_and_goes_on_with_more_memory() {
    let mut pipeline = Pipeline::new(&Settings::default());
    let chain = (0..60).map(|id| {
        let row = Row::new("crm", &id.to_string()).at(1).with("email", &format!("a{}@x.de", id / 2));
        row.with("phone_number", &format!("+4930123456{:02}", (id + 1) / 2))
    });
    drop_rows(&pipeline, "a", &chain.collect::<Vec<_>>());
    let (run, refused) = run_within(&mut pipeline, 1 << 20, 40_000);
    assert!(refused > 0, "merge holds all accounts at once");
    let version = Version::read(&pipeline, &run);
    assert_eq!((version.members.len(), version.customers.len()), (60, 1));
}
