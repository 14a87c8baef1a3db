//! Runs that are disturbed: a lake for them, how they are taken up, and what they come to.

use std::collections::BTreeMap;

use onefold_lake::keys;
use onefold_lake::keys::Stage;
use onefold_shell::ErrorKind;
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;

use crate::data::drop_rows;

fn first_rows() -> Vec<Row> {
    vec![
        Row::new("crm", "1").with("email", "a@x.de").at(10),
        Row::new("crm", "2").with("email", "b@x.de").with("phone_number", "2123456789").at(10),
        Row::new("shop", "1").with("phone_number", "212 345 6789").with("full_name", "Weber, Anna").at(11),
        Row::new("list", "1").with("email", "A@x.de").with("address.locality", "New\nYork").at(12),
    ]
}

fn second_rows() -> Vec<Row> {
    vec![
        Row::new("crm", "2").with("email", "a@x.de").at(20),
        Row::new("crm", "3").with("email", "b@x.de").at(20),
        Row::new("list", "1").at(20).marked("closed"),
        Row::new("shop", "2").with("phone_number", "212 345 6789").at(11),
    ]
}

/// A lake before the run that is disturbed: its second one if there is a version before.
pub fn lake(versions_before: usize) -> Pipeline {
    let mut pipeline = Pipeline::new(&Settings { snapshots: vec!["shop"], exports: true, ..Settings::default() });
    drop_rows(&pipeline, "a", &first_rows());
    pipeline.drop_file("crm", "bad.jsonl", "{\"id\":\n");
    if versions_before > 0 {
        pipeline.run(&Knobs::default()).expect("a version before");
        drop_rows(&pipeline, "b", &second_rows());
    }
    pipeline
}

/// The same with scored pairs beside the rules.
pub fn scored_lake(versions_before: usize) -> Pipeline {
    let pipeline = lake(versions_before);
    let config = pipeline.get(keys::CONFIG).expect("a configuration");
    pipeline.configure(&(String::from_utf8_lossy(&config) + "\n[score]\n"));
    pipeline
}

/// The objects of scored pairs that an execution made, or of what is there of them.
pub fn scored(pipeline: &Pipeline, number: u32) -> BTreeMap<String, Vec<u8>> {
    let keys = pipeline.list(&format!("match/{}/", Pipeline::run_of(number)));
    keys.into_iter().map(|key| (key.clone(), pipeline.get(&key).expect("an object").to_vec())).collect()
}

/// The objects of the version that an execution made, or of what is there of it.
pub fn version(pipeline: &Pipeline, number: u32) -> BTreeMap<String, Vec<u8>> {
    let keys = pipeline.list(&keys::version(&Pipeline::run_of(number)));
    let keys = keys.into_iter().filter(|key| !keys::is_measured(key));
    keys.map(|key| (key.clone(), pipeline.get(&key).expect("an object").to_vec())).collect()
}

/// Goes on with a run that was killed: from its start if it was not planned, as a redrive does.
pub fn go_on(pipeline: &mut Pipeline, number: u32, knobs: &Knobs) -> Result<(), ErrorKind> {
    let run = Pipeline::run_of(number);
    let is_planned = pipeline.get(&keys::receipt(&run, Stage::Plan, "plan")).is_some();
    let outcome = if is_planned { pipeline.resume(&run, knobs) } else { pipeline.run_again(knobs) };
    outcome.map(|_| ()).map_err(|error| error.kind)
}
