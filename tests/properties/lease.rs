//! Of two runs at once the second stops before it does any work.

use std::sync::Arc;

use onefold_graph::node::NodeHasher;
use onefold_lake::calls::{EraseRequest, PlanRequest, PlanResult, PurgeRequest};
use onefold_lake::keys;
use onefold_lake::run::lease::Lease;
use onefold_shell::{Context, ErrorKind, NoTasks, StageError};
use onefold_store::Store;
use onefold_store::memory::MemoryStore;
use onefold_tests::pipeline::{Knobs, Outcome, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;
use onefold_tests::stepped::{SteppedStore, interleave};
use serde_json::{Value, json};

use crate::data::{drop_rows, publish};

fn lake() -> Pipeline {
    let pipeline = Pipeline::new(&Settings::default());
    drop_rows(&pipeline, "a", &[Row::new("crm", "1").with("email", "a@x.de").at(10)]);
    pipeline
}

/// Memory is never waited for.
fn now<A>(work: impl Future<Output = A>) -> A {
    interleave(work, async {}, (0, 0)).0
}

async fn plan(number: u32, input: Value, context: Context) -> Result<PlanResult, StageError> {
    let (execution, started_at) = Pipeline::execution(number);
    let request = PlanRequest { execution_arn: Some(execution.clone()), execution, started_at, input };
    plan::run(request, &context).await
}

/// Begins an execution that goes on.
fn begin(pipeline: &mut Pipeline, number: u32) {
    let (name, _) = Pipeline::execution(number);
    pipeline.tasks.start(&name);
    now(plan(number, json!({}), pipeline.context(pipeline.store.clone()))).expect("nobody is in its way");
    pipeline.pass_over();
}

fn end(pipeline: &Pipeline, number: u32) {
    pipeline.tasks.end(&Pipeline::execution(number).0);
}

fn lease(store: &dyn Store) -> Option<Lease> {
    let (bytes, _) = now(store.get(keys::ACTIVE)).ok()?;
    Some(serde_json::from_slice(&bytes).expect("a lease"))
}

#[test]
fn the_second_of_two_runs_stops_at_plan_and_says_why() {
    let mut pipeline = lake();
    begin(&mut pipeline, 1);
    let [one, other] = [1, 2].map(Pipeline::run_of);
    let error = pipeline.run(&Knobs::default()).expect_err("one is under way");
    assert_eq!(error.kind, ErrorKind::Conflict);
    for said in [one.as_str(), "2026-11-22T17:00:01.25Z", "execution-1", "2026-11-23T17:00:01.25Z", "stop"] {
        assert!(error.text().contains(said), "{said}: {}", error.text());
    }
    assert_eq!(pipeline.list(&format!("{}{other}/", keys::RUNS)), [""; 0], "it did nothing");
    // To take up the one that is under way would be to do everything twice.
    assert_eq!(pipeline.resume(&one, &Knobs::default()).expect_err("it runs").kind, ErrorKind::Conflict);

    end(&pipeline, 1);
    assert!(matches!(pipeline.resume(&one, &Knobs::default()), Ok(Outcome::Published(_))), "it takes its lease over");
    assert_eq!(lease(pipeline.store.as_ref()).map(|lease| (lease.run, lease.is_over)), Some((one, true)));
}

#[test]
fn a_run_that_died_is_in_nobodys_way() {
    let mut pipeline = lake();
    begin(&mut pipeline, 1);
    end(&pipeline, 1);
    let version = publish(&mut pipeline, &Knobs::default());
    assert_eq!(version.manifest.run, Pipeline::run_of(2));
    let error = pipeline.resume(&Pipeline::run_of(1), &Knobs::default()).expect_err("it was overtaken");
    assert_eq!(error.kind, ErrorKind::Conflict);
}

#[test]
fn dry_runs_are_in_nobodys_way_until_they_are_published() {
    let mut pipeline = lake();
    begin(&mut pipeline, 1);
    let dry = pipeline.dry_run(&Knobs::default()).expect("nothing is published");
    let again = pipeline.resume(dry.run(), &Knobs::default()).expect("nor is now");
    assert!(matches!(again, Outcome::Dry(_)));
    assert_eq!(pipeline.publish(dry.run()).expect_err("one is under way").kind, ErrorKind::Conflict);
    end(&pipeline, 1);
    assert!(matches!(pipeline.publish(dry.run()), Ok(Outcome::Published(_))));
}

#[test]
fn whatever_ends_gives_its_lease_back() {
    let is_over = |pipeline: &Pipeline| {
        let lease = lease(pipeline.store.as_ref()).expect("it was taken");
        (lease.run, lease.is_over)
    };
    let mut pipeline = lake();
    publish(&mut pipeline, &Knobs::default());
    assert_eq!(is_over(&pipeline), (Pipeline::run_of(1), true), "published");
    assert!(matches!(pipeline.run(&Knobs::default()), Ok(Outcome::NothingNew(_))));
    assert_eq!(is_over(&pipeline), (Pipeline::run_of(2), true), "nothing to do");

    pipeline.erase(EraseRequest { emails: vec!["a@x.de".to_owned()], ..EraseRequest::default() }).expect("listed");
    publish(&mut pipeline, &Knobs { purges: false, ..Knobs::default() });
    assert_eq!(is_over(&pipeline), (Pipeline::run_of(3), false), "the purge is to come");
    let run = Pipeline::run_of(3);
    now(purge::run(PurgeRequest { run }, &pipeline.context(pipeline.store.clone()))).expect("a purge");
    assert_eq!(is_over(&pipeline), (Pipeline::run_of(3), true), "purged");

    let config = Settings::default().config();
    pipeline.configure(&config.replace("[publish]\n", "[publish]\nmax_accounts_of_largest_customer = 1\n"));
    let rows =
        [Row::new("crm", "2").with("email", "b@x.de").at(10), Row::new("crm", "3").with("email", "b@x.de").at(10)];
    drop_rows(&pipeline, "b", &rows);
    assert_eq!(pipeline.run(&Knobs::default()).expect_err("the gate is closed").kind, ErrorKind::Gated);
    assert_eq!(is_over(&pipeline), (Pipeline::run_of(4), true), "held");
}

/// Where Step Functions cannot be asked, a lease ends with the time that an execution has.
#[test]
fn a_lease_does_not_outlive_its_execution() {
    let pipeline = lake();
    let ask = |name: &str, started_at: &str| {
        let hasher = NodeHasher::from_hex(&"0".repeat(32)).expect("a secret");
        let context = Context::new(pipeline.store.clone(), hasher, Arc::new(NoTasks), None);
        let request = PlanRequest {
            execution: name.to_owned(),
            execution_arn: Some(name.to_owned()),
            started_at: started_at.to_owned(),
            input: json!({}),
        };
        now(plan::run(request, &context)).map(|_| ()).map_err(|error| error.kind)
    };
    assert_eq!(ask("one", "2026-11-22T17:00:01.250Z"), Ok(()));
    assert_eq!(ask("one", "2026-11-22T17:00:01.250Z"), Ok(()), "tried again");
    assert_eq!(ask("two", "2026-11-23T17:00:01.249Z"), Err(ErrorKind::Conflict));
    assert_eq!(ask("three", "2026-11-23T17:00:01.250Z"), Ok(()));
    assert_eq!(ask("four", "2026-11-23T17:00:01.251Z"), Err(ErrorKind::Conflict));
}

#[test]
fn of_two_that_begin_at_once_one_does() {
    let pipeline = lake();
    for number in [1, 2] {
        pipeline.tasks.start(&Pipeline::execution(number).0);
    }
    for steps in (0..6).flat_map(|one| (0..6).map(move |other| (one, other))) {
        let store = Arc::new(MemoryStore::default());
        for key in pipeline.list("") {
            now(store.put(&key, pipeline.get(&key).expect("an object"), onefold_store::Condition::Always))
                .expect("a write");
        }
        let stepped = || pipeline.context(Arc::new(SteppedStore::new(store.clone())));
        let planned = interleave(plan(1, json!({}), stepped()), plan(2, json!({}), stepped()), steps);
        let holder = lease(store.as_ref()).expect("a lease").run;
        for (number, planned) in [(1, planned.0), (2, planned.1)] {
            let run = Pipeline::run_of(number);
            assert_eq!(planned.is_ok(), run == holder, "{steps:?}: {planned:?}");
            if run != holder {
                // What was changed beneath it is looked at by the next try.
                let again = now(plan(number, json!({}), pipeline.context(store.clone())));
                assert_eq!(again.expect_err("another one holds it").kind, ErrorKind::Conflict);
            }
        }
    }
}
