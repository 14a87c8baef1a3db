//! A version that is held back is as if it had never been, until somebody publishes it; and one that is rolled back is as
//! if it had never been, too.

use std::collections::BTreeMap;

use onefold_lake::keys::{self, VersionPart};
use onefold_shell::ErrorKind;
use onefold_store::memory::InjectedFault;
use onefold_tests::pipeline::{Knobs, Outcome, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;
use onefold_tests::version::Version;
use onefold_version::VersionStatus;
use proptest::prelude::*;

use crate::data::{any_rows, cases, drop_rows, publish};

fn first() -> Vec<Row> {
    vec![
        Row::new("crm", "1").with("email", "a@x.de").at(10),
        Row::new("crm", "2").with("email", "b@x.de").at(10),
        Row::new("shop", "1").with("email", "c@x.de").at(10),
    ]
}

/// Makes one customer of all.
fn second() -> Vec<Row> {
    vec![
        Row::new("crm", "2").with("email", "a@x.de").at(20),
        Row::new("shop", "1").with("email", "a@x.de").at(20),
        Row::new("list", "1").with("email", "a@x.de").at(20),
    ]
}

/// Settings without limits, and with a limit that the second rows break.
fn open_and_closed() -> (String, String) {
    let open = Settings::default().config();
    let limits = "[publish]\nmax_accounts_of_largest_customer = 3\nmax_changed_ratio = 0.1\n";
    let closed = open.replace("[publish]\n", limits);
    assert_ne!(open, closed);
    (open, closed)
}

/// All objects of a run's version but its manifest, its report, and its configuration, in which the limits are.
fn files(pipeline: &Pipeline, number: u32) -> BTreeMap<String, Vec<u8>> {
    let run = Pipeline::run_of(number);
    let others = [keys::manifest(&run), keys::processed_config(&run)];
    let keys =
        pipeline.list(&keys::version(&run)).into_iter().filter(|key| !others.contains(key) && !keys::is_measured(key));
    keys.map(|key| (key.clone(), pipeline.get(&key).expect("an object").to_vec())).collect()
}

/// A lake with a version, and new rows that the gate holds back.
fn gated(config: &str) -> Pipeline {
    let mut pipeline = Pipeline::new(&Settings::default());
    pipeline.configure(config);
    drop_rows(&pipeline, "a", &first());
    publish(&mut pipeline, &Knobs::default());
    drop_rows(&pipeline, "b", &second());
    pipeline
}

#[test]
fn what_the_gate_holds_back_is_kept_and_can_be_published_as_it_is() {
    let (open, closed) = open_and_closed();
    let mut ungated = gated(&open);
    ungated.run(&Knobs::default()).expect("nothing is in the way");

    let mut pipeline = gated(&closed);
    let (current, run) = (pipeline.get(keys::CURRENT), Pipeline::run_of(2));
    let error = pipeline.run(&Knobs::default()).expect_err("the gate is closed");
    assert_eq!(error.kind, ErrorKind::Gated);
    for said in ["max_accounts_of_largest_customer = 3", "max_changed_ratio = 0.1", "onefold publish 20261122T"] {
        assert!(error.text().contains(said), "{}", error.text());
    }
    assert_eq!(pipeline.get(keys::CURRENT), current);
    let held = Version::read(&pipeline, &run).manifest;
    assert_eq!(held.gated.len(), 2);
    assert_eq!(files(&pipeline, 2), files(&ungated, 2), "it is kept whole");

    assert_eq!(pipeline.resume(&run, &Knobs::default()).expect_err("nobody has published it").kind, ErrorKind::Gated);
    assert!(matches!(pipeline.publish(&run), Ok(Outcome::Published(_))));
    assert_eq!(pipeline.get(keys::CURRENT), ungated.get(keys::CURRENT));
    assert_eq!(files(&pipeline, 2), files(&ungated, 2));
    let published = Version::read(&pipeline, &run).manifest;
    assert_eq!((published.is_held(), &published.published_over), (false, &held.gated));
    assert!(matches!(pipeline.resume(&run, &Knobs::default()), Ok(Outcome::Published(_))), "its receipt says so");

    // What is built on it is what is built on one that was never held.
    for pipeline in [&mut pipeline, &mut ungated] {
        pipeline.configure(&open);
        drop_rows(pipeline, "c", &[Row::new("crm", "9").with("email", "a@x.de").at(30)]);
    }
    ungated.pass_over();
    ungated.pass_over();
    ungated.pass_over();
    let after = [&mut pipeline, &mut ungated].map(|pipeline| publish(pipeline, &Knobs::default()).customers);
    assert_eq!(after[0], after[1]);
}

#[test]
fn a_publish_that_is_killed_at_any_write_is_taken_up_again() {
    let (_, closed) = open_and_closed();
    let run = Pipeline::run_of(2);
    for writes in 0..10 {
        let mut pipeline = gated(&closed);
        pipeline.run(&Knobs::default()).expect_err("the gate is closed");
        let before = pipeline.get(keys::CURRENT);
        pipeline.store.fail(InjectedFault::write().nth(writes).from_then_on());
        assert_eq!(pipeline.publish(&run).expect_err("a write fails").kind, ErrorKind::Transient);
        pipeline.store.heal();
        let is_committed = pipeline.get(keys::CURRENT) != before;
        assert_eq!(
            is_committed,
            writes >= 2,
            "lease, commit, manifest, three lists, two of the report, lease, receipt"
        );
        let is_marked = Version::read(&pipeline, &run).manifest.is_held();
        assert_eq!(is_marked, writes <= 2, "the marks come off behind the commit");
        let expected = if is_committed {
            [VersionStatus::Kept, VersionStatus::Current]
        } else {
            [VersionStatus::Current, VersionStatus::Gated]
        };
        assert_eq!(pipeline.statuses(), expected, "whatever its manifest says");
        // Resumed without the word to publish, what is committed stays, and nothing else is.
        let resumed = pipeline.resume(&run, &Knobs::default());
        assert_eq!(resumed.is_ok(), is_committed);
        assert!(matches!(pipeline.publish(&run), Ok(Outcome::Published(_))));
        assert!(!Version::read(&pipeline, &run).manifest.is_held());
    }
}

#[test]
fn what_was_overtaken_is_not_published() {
    let (open, closed) = open_and_closed();
    let mut pipeline = gated(&closed);
    pipeline.run(&Knobs::default()).expect_err("the gate is closed");
    pipeline.configure(&open);
    pipeline.run(&Knobs::default()).expect("another run publishes");
    let (current, run) = (pipeline.get(keys::CURRENT), Pipeline::run_of(2));
    let error = pipeline.publish(&run).expect_err("it was overtaken");
    assert_eq!(error.kind, ErrorKind::Conflict);
    assert!(error.text().contains(Pipeline::run_of(3).as_str()), "{}", error.text());
    assert_eq!(pipeline.get(keys::CURRENT), current);
    assert!(Version::read(&pipeline, &run).manifest.is_held(), "it still says why");
}

#[test]
fn a_run_without_a_version_cannot_be_published() {
    let mut pipeline = gated(&open_and_closed().0);
    pipeline.store.fail(InjectedFault::write().nth(20).from_then_on());
    pipeline.run(&Knobs::default()).expect_err("it is killed");
    pipeline.store.heal();
    let error = pipeline.publish(&Pipeline::run_of(2)).expect_err("there is no version");
    assert_eq!(error.kind, ErrorKind::InvalidInput);
    assert!(error.text().contains("resume it without publish"), "{}", error.text());
}

#[test]
fn a_dry_run_says_what_the_gate_would_and_can_be_published() {
    let (_, closed) = open_and_closed();
    let mut pipeline = gated(&closed);
    let current = pipeline.get(keys::CURRENT);
    let outcome = pipeline.dry_run(&Knobs::default()).expect("a dry run ends well");
    assert!(matches!(outcome, Outcome::Dry(_)));
    let held = Version::read(&pipeline, outcome.run()).manifest;
    assert!(held.dry_run && held.gated.len() == 2 && held.counts.customers_merged == 2, "{held:?}");
    assert_eq!(pipeline.get(keys::CURRENT), current);
    assert!(matches!(pipeline.resume(outcome.run(), &Knobs::default()), Ok(Outcome::Dry(_))), "it stays one");
    assert!(matches!(pipeline.publish(outcome.run()), Ok(Outcome::Published(_))));
    assert!(!Version::read(&pipeline, outcome.run()).manifest.is_held());
}

#[test]
fn only_what_was_published_is_gone_back_to() {
    let (open, closed) = open_and_closed();
    let mut pipeline = gated(&closed);
    let [one, gated, dry, other] = [1, 2, 3, 4].map(Pipeline::run_of);
    let refuses = |pipeline: &Pipeline, to, said: &str| {
        let error = pipeline.roll_back(to).expect_err(said).to_string();
        assert!(error.contains(said), "{error}");
    };
    refuses(&pipeline, None, "has none before it");
    refuses(&pipeline, Some(&one), "is the current one already");
    pipeline.run(&Knobs::default()).expect_err("the gate is closed");
    pipeline.dry_run(&Knobs::default()).expect("a dry run");
    refuses(&pipeline, Some(&gated), "the gate held");
    refuses(&pipeline, Some(&dry), "was a dry run");
    refuses(&pipeline, Some(&other), "is kept");
    pipeline.configure(&open);
    let latest = publish(&mut pipeline, &Knobs::default()).manifest;
    assert_eq!(latest.run, other);
    let rolled = pipeline.roll_back(None).expect("there is one before it");
    assert_eq!((rolled.from, rolled.to.run), (other.clone(), one.clone()));
    let expected = [VersionStatus::Current, VersionStatus::Gated, VersionStatus::DryRun, VersionStatus::Kept];
    assert_eq!(pipeline.statuses(), expected);
    // And forward again: it was published once.
    pipeline.roll_back(Some(&other)).expect("it is kept");
    assert_eq!(
        pipeline.statuses(),
        [VersionStatus::Kept, VersionStatus::Gated, VersionStatus::DryRun, VersionStatus::Current]
    );

    let config = keys::processed_config(&one);
    let whole = pipeline.get(&config).expect("a configuration");
    pipeline.put(&config, "something else");
    refuses(&pipeline, None, &format!("is not whole: the manifest says that {config} has"));
    pipeline.put(&config, whole);
    let file = &rolled.to.files.members[0].key;
    pipeline.put(file, "something else");
    refuses(&pipeline, None, "is not whole");
}

#[test]
fn a_held_version_that_is_not_whole_is_not_published() {
    let mut pipeline = gated(&open_and_closed().1);
    pipeline.run(&Knobs::default()).expect_err("the gate is closed");
    let (current, run) = (pipeline.get(keys::CURRENT), Pipeline::run_of(2));
    for key in [keys::processed_blocked(&run), keys::processed(&run, VersionPart::Customers, 0)] {
        let whole = pipeline.get(&key).expect("an object");
        pipeline.put(&key, "");
        let error = pipeline.publish(&run).expect_err("an object is damaged");
        assert_eq!(error.kind, ErrorKind::Corrupt);
        assert!(error.text().contains(&key), "{}", error.text());
        assert_eq!(pipeline.get(keys::CURRENT), current);
        pipeline.put(&key, whole);
    }
    assert!(matches!(pipeline.publish(&run), Ok(Outcome::Published(_))));
}

proptest! {
    #![proptest_config(cases(16))]

    #[test]
    fn a_dry_run_leaves_nothing_behind(rows in any_rows(8), more in any_rows(8)) {
        let version = |is_dry_run_before: bool| {
            let mut pipeline = Pipeline::new(&Settings::default());
            drop_rows(&pipeline, "a", &rows);
            pipeline.drop_file("crm", "empty.jsonl", "");
            publish(&mut pipeline, &Knobs::default());
            drop_rows(&pipeline, "b", &more);
            pipeline.drop_file("crm", "none.jsonl", "");
            if is_dry_run_before {
                pipeline.dry_run(&Knobs::default()).expect("a dry run");
            } else {
                pipeline.pass_over();
            }
            publish(&mut pipeline, &Knobs::default());
            (files(&pipeline, 3), pipeline.get(&keys::manifest(&Pipeline::run_of(3))))
        };
        prop_assert_eq!(version(true), version(false));
    }

    #[test]
    fn a_version_that_is_rolled_back_never_was(rows in any_rows(8), bad in any_rows(8), more in any_rows(8)) {
        let version = |is_rolled_back: bool| {
            let mut pipeline = Pipeline::new(&Settings::default());
            drop_rows(&pipeline, "a", &rows);
            pipeline.drop_file("crm", "empty.jsonl", "");
            publish(&mut pipeline, &Knobs::default());
            drop_rows(&pipeline, "b", &bad);
            pipeline.drop_file("crm", "none.jsonl", "");
            if is_rolled_back {
                publish(&mut pipeline, &Knobs::default());
                pipeline.roll_back(None).expect("there is one before it");
            } else {
                pipeline.pass_over();
            }
            drop_rows(&pipeline, "c", &more);
            publish(&mut pipeline, &Knobs::default());
            (files(&pipeline, 3), pipeline.get(&keys::manifest(&Pipeline::run_of(3))))
        };
        prop_assert_eq!(version(true), version(false));
    }
}
