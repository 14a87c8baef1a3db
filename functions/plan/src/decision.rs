//! Deciding what a run does, from what it builds on alone.

use onefold_graph::node::NodeHasher;
use onefold_lake::RunId;
use onefold_lake::calls::{PlanResult, StartInput};
use onefold_lake::keys;
use onefold_lake::run::plan::{Plan, ReadObject, Split};
use onefold_lake::run::receipt::Moved;
use onefold_lake::version::manifest::config_digest;
use onefold_normalise::timestamp::Timestamp;
use onefold_store::Object;

use crate::setup::{PreviousVersion, SetUp};

/// What a run does.
#[derive(Debug)]
pub(crate) struct Decided {
    pub(crate) plan: Plan,
    pub(crate) splits: Vec<Split>,
    /// The objects that are read for the first time.
    pub(crate) inputs: Vec<ReadObject>,
    pub(crate) moved: Moved,
    pub(crate) result: PlanResult,
}

/// Decides what a run does that was started with `input`.
pub(crate) fn decide(
    run: &RunId,
    started_at: Timestamp,
    input: &StartInput,
    set_up: &SetUp,
    hasher: &NodeHasher,
) -> Decided {
    let SetUp { config, previous, tables, corrections, suppression, sources, model, .. } = set_up;
    let splits = sources.splits();
    let input_of = |(source, object): (&str, &Object)| ReadObject {
        source: source.to_owned(),
        object: object.key.clone(),
        etag: object.etag.clone(),
        run: run.clone(),
    };
    let inputs: Vec<ReadObject> = sources.objects().map(input_of).collect();
    let suppression = suppression.digest();
    let plan = Plan {
        run: run.clone(),
        started_at: started_at.milliseconds(),
        previous: previous.as_ref().map(|previous| previous.pinned.clone()),
        tables: tables.clone(),
        shards: input.shards,
        partitions: input.partitions,
        splits: splits.len() as u32,
        snapshots: sources.snapshots(config),
        skipped: sources.skipped.clone(),
        corrections: corrections.pinned.clone(),
        notes: corrections.checked.notes.clone(),
        source_notes: sources.notes(),
        dry_run: input.dry_run,
        erases: previous.as_ref().is_some_and(|previous| previous.suppression != suppression),
        suppression,
        model: model.as_ref().map(|model| model.run.clone()),
    };
    let moved = Moved {
        records_in: inputs.len() as u64,
        records_out: splits.len() as u64,
        bytes_in: sources.objects().map(|(_, object)| object.size).sum(),
        ..Moved::default()
    };
    let is_changed = previous.as_ref().is_some_and(|previous| has_changed(previous, set_up, hasher));
    let result = PlanResult {
        run: run.clone(),
        work: plan.splits > 0 || is_changed || plan.erases || (input.train && previous.is_some()),
        resumed: false,
        publish: false,
        new_objects: inputs.len() as u64,
        splits: plan.splits,
        splits_key: keys::run_splits(run),
    };
    Decided { plan, splits, inputs, moved, result }
}

/// Whether the configuration or the corrections are others than when a version was made.
fn has_changed(previous: &PreviousVersion, set_up: &SetUp, hasher: &NodeHasher) -> bool {
    previous.config != config_digest(&set_up.config_text)
        || previous.corrections != set_up.corrections.checked.pairs.digest(hasher)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corrections::ReadCorrections;
    use crate::sources::PlannedSources;
    use onefold_config::Config;
    use onefold_connect::PlannedSource;
    use onefold_identity::suppression::Suppression;
    use onefold_lake::run::plan::{BaseVersion, ObjectPiece, SplitReading};

    const CONFIG: &str = "[[source]]\nname = \"crm\"\nformat = \"csv\"\nsnapshot = true\n[source.fields]\nid = \"/id\"\n\
        [[source]]\nname = \"shop\"\nformat = \"csv\"\nsnapshot = true\n[source.fields]\nid = \"/id\"\n\
        [[match]]\nkey = \"email\"\n";

    fn hasher() -> NodeHasher {
        NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap()
    }

    fn run() -> RunId {
        RunId::new("2026-11-22T12:00:00Z", "test").unwrap()
    }

    /// A set-up with nothing new, after a version that was made by the same one.
    fn unchanged() -> SetUp {
        let pinned = BaseVersion { run: run(), etag: "e".to_owned() };
        let previous = PreviousVersion {
            pinned,
            config: config_digest(CONFIG),
            corrections: String::new(),
            suppression: String::new(),
            watermarks: Default::default(),
        };
        SetUp {
            config_text: CONFIG.to_owned(),
            config: Config::parse(CONFIG).unwrap(),
            previous: Some(previous),
            tables: Vec::new(),
            corrections: ReadCorrections::default(),
            suppression: Suppression::new(hasher(), []),
            sources: PlannedSources::default(),
            model: None,
        }
    }

    fn decided(set_up: &SetUp) -> Decided {
        let started_at = Timestamp::parse("2026-11-22T12:00:00Z").unwrap();
        decide(&run(), started_at, &StartInput::default(), set_up, &hasher())
    }

    #[test]
    fn there_is_work_if_anything_is_new() {
        assert!(!decided(&unchanged()).result.work);
        let first = SetUp { previous: None, ..unchanged() };
        assert!(!decided(&first).result.work, "a first run without rows would publish nothing");
        let configured = SetUp { config_text: format!("{CONFIG}# new\n"), ..unchanged() };
        assert!(decided(&configured).result.work);
        let mut corrected = unchanged();
        corrected.corrections.checked.pairs.never.insert(["crm:1".to_owned(), "crm:2".to_owned()]);
        assert!(decided(&corrected).result.work);
        let someone = hasher().reference("crm:1");
        let erased = SetUp { suppression: Suppression::new(hasher(), [someone]), ..unchanged() };
        let decided = decided(&erased);
        assert!(decided.result.work && decided.plan.erases);
    }

    #[test]
    fn a_model_that_shall_be_learnt_is_work() {
        let started_at = Timestamp::parse("2026-11-22T12:00:00Z").unwrap();
        let train = StartInput { train: true, ..StartInput::default() };
        let learns = |set_up: &SetUp| decide(&run(), started_at, &train, set_up, &hasher()).result.work;
        assert!(learns(&unchanged()));
        assert!(!learns(&SetUp { previous: None, ..unchanged() }), "there is no account to learn from");
    }

    #[test]
    fn what_is_new_is_divided_and_remembered() {
        let reading = |number: u64| {
            let object = format!("landing/shop/{number}.csv");
            let piece = ObjectPiece { object, etag: "e".to_owned(), received_at: 0, start: 0, end: 9, is_range: false };
            SplitReading::Files { pieces: vec![piece] }
        };
        let object = |number: u64| Object {
            key: format!("landing/shop/{number}.csv"),
            size: 10 + number,
            etag: format!("e{number}"),
            modified_at: 0,
        };
        let shop = PlannedSource {
            readings: vec![reading(0), reading(1)],
            objects: vec![object(0), object(1)],
            ..PlannedSource::default()
        };
        let planned = vec![("crm".to_owned(), PlannedSource::default()), ("shop".to_owned(), shop)];
        let set_up = SetUp { sources: PlannedSources { planned, skipped: Vec::new() }, ..unchanged() };
        let Decided { plan, splits, inputs, moved, result } = decided(&set_up);
        let numbered: Vec<(u32, &str)> = splits.iter().map(|split| (split.split, split.source.as_str())).collect();
        assert_eq!(numbered, [(0, "shop"), (1, "shop")]);
        assert_eq!(plan.snapshots, ["shop"], "there is nothing new of crm");
        let remembered: Vec<(&str, &str)> =
            inputs.iter().map(|input| (input.object.as_str(), input.etag.as_str())).collect();
        assert_eq!(remembered, [("landing/shop/0.csv", "e0"), ("landing/shop/1.csv", "e1")]);
        assert_eq!((moved.records_in, moved.records_out, moved.bytes_in), (2, 2, 21));
        assert_eq!((result.work, result.new_objects, result.splits), (true, 2, 2));
    }
}
