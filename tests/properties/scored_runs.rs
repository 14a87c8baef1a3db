//! Runs that score pairs: how they are divided, repeated and split does not matter, and their integers balance.

use onefold_lake::RunId;
use onefold_lake::keys;
use onefold_lake::version::manifest::ScoreSummary;
use onefold_lake::version::review;
use onefold_scoring::model::{Model, RunModel};
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::version::Version;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::data::cases;

const CONFIG: &str = r#"
[[source]]
name = "crm"
format = "jsonl"
[source.fields]
id = "/id"
updated_at = "/at"
given_name = "/given"
family_name = "/family"
email = "/email"
phone_number = "/phone"
birthdate = "/born"
"address.street_address" = "/street"
"address.postal_code" = "/code"
[publish]
max_customer_drop_ratio = 1.0
"#;

const GIVEN_NAMES: [&str; 6] = ["Anna", "Anne", "Otto", "Ottto", "Jürgen", "Maria"];
const FAMILY_NAMES: [&str; 5] = ["Weber", "Webber", "Schmidt", "Okonkwo", "Lindqvist"];
const EMAILS: [&str; 5] = ["anna@x.de", "otto77@x.de", "otto77@y.de", "m.okonkwo@z.com", "info@z.com"];
const PHONES: [&str; 3] = ["+49 351 8055090", "+49 351 8055091", "+1 212 345 6789"];
const BIRTHDATES: [&str; 4] = ["1931-12-14", "1931-12-15", "1985-05-06", "1985-06-05"];
const STREETS: [&str; 3] = ["Hauptstr. 1", "Hauptstr. 11", "12 High St"];
const CODES: [&str; 3] = ["01234", "01235", "99901"];

type AnyText = Option<&'static str>;
/// An id, names and contacts, and the rest.
type AnyRow = (u32, (AnyText, AnyText, AnyText, AnyText), (AnyText, AnyText, AnyText));

/// Rows of few ids and fewer values. A row of an id that came before is another version of its account.
fn any_rows() -> impl Strategy<Value = Vec<Value>> {
    let one = |values: &'static [&'static str]| proptest::option::weighted(0.7, select(values));
    let names = (one(&GIVEN_NAMES), one(&FAMILY_NAMES), one(&EMAILS), one(&PHONES));
    let others = (one(&BIRTHDATES), one(&STREETS), one(&CODES));
    let row = (0u32..25, names, others);
    proptest::collection::vec(row, 1..40).prop_map(|rows| {
        // No two versions have one time, so it does not matter in which file they come.
        let row = |(minute, (id, names, others)): (usize, AnyRow)| {
            json!({"id": id, "at": format!("2026-01-01T00:{minute:02}:00Z"), "given": names.0, "family": names.1,
                   "email": names.2, "phone": names.3, "born": others.0, "street": others.1, "code": others.2})
        };
        rows.into_iter().enumerate().map(row).collect()
    })
}

fn lines(rows: &[Value]) -> String {
    rows.iter().map(|row| format!("{row}\n")).collect()
}

/// A pipeline with these rows, in so many files.
fn with_rows(rows: &[Value], files: usize) -> Pipeline {
    let pipeline = Pipeline::of(CONFIG);
    for (number, rows) in rows.chunks(rows.len().div_ceil(files).max(1)).enumerate() {
        pipeline.drop_file("crm", &format!("{number}.jsonl"), lines(rows));
    }
    pipeline
}

fn model(pipeline: &Pipeline, run: &RunId) -> RunModel {
    serde_json::from_slice(&pipeline.get(&keys::processed_model(run)).expect("a model")).expect("a model")
}

/// What people are asked, file by file, without the customers' ids: they depend on when the first account came.
fn asked(pipeline: &Pipeline, version: &Version) -> Vec<Value> {
    let mut asked = Vec::new();
    for file in &version.manifest.files.review {
        let bytes = pipeline.get(&file.key).expect("a file");
        let mut lines: Vec<Value> = match file.key.strip_suffix(".zst") {
            Some(_) => review::parse(&file.key, &bytes).expect("lines"),
            None => vec![serde_json::from_slice(&bytes).expect("JSON")],
        };
        lines.iter_mut().filter_map(Value::as_object_mut).for_each(|line| _ = line.remove("customers"));
        asked.push(json!({"file": file.key.rsplit_once('/').expect("a folder").1, "lines": lines}));
    }
    asked
}

/// What must not depend on how a run went: its customers, what scoring came to, its model, and what people are asked.
fn outcome(pipeline: &Pipeline) -> (Vec<Value>, ScoreSummary, RunModel, Vec<Value>) {
    let version = Version::current(pipeline);
    let scores = version.manifest.scores.clone().expect("scores");
    let of_this_run = String::new();
    let model = model(pipeline, &version.manifest.run);
    let model = RunModel { model: Model { learnt_in: of_this_run.clone(), ..model.model }, ..model };
    let asked = asked(pipeline, &version);
    (version.values(), ScoreSummary { learnt_in: of_this_run.clone(), model: of_this_run, ..scores }, model, asked)
}

proptest! {
    #![proptest_config(cases(30))]

    #[test]
    fn how_a_run_is_divided_does_not_matter(
        rows in any_rows(), shards in 2u32..5, partitions in 1u32..4, files in 1usize..4, rotate in 0usize..5,
    ) {
        let mut one = with_rows(&rows, 1);
        one.run(&Knobs::default()).unwrap();
        let expected = outcome(&one);
        let mut turned = rows;
        turned.reverse();
        let mut other = with_rows(&turned, files);
        let knobs = Knobs { shards, partitions, rotate, batch: 1, twice: true, duplicates: true, ..Knobs::default() };
        other.run(&knobs).unwrap();
        prop_assert_eq!(outcome(&other), expected);
    }

    /// The last run learns a model anew, so it has that of a run that reads everything.
    #[test]
    fn how_many_runs_read_the_rows_does_not_matter(rows in any_rows(), end in 1usize..40, shards in 1u32..3) {
        let mut one = with_rows(&rows, 1);
        one.run(&Knobs::default()).unwrap();
        let (first, rest) = rows.split_at(end.min(rows.len()));
        let knobs = Knobs { shards, ..Knobs::default() };
        let mut other = with_rows(first, 1);
        other.run(&knobs).unwrap();
        other.drop_file("crm", "rest.jsonl", lines(rest));
        other.run_to_train(&knobs).unwrap();
        prop_assert_eq!(outcome(&other), outcome(&one));
    }
}

/// Two accounts for each of so many people, of which the second one has a slip or two.
fn people(count: u32) -> Vec<Value> {
    let words = ["ba", "ko", "li", "mer", "no", "ra", "su", "ten", "vi", "zo", "han", "dr"];
    let word = |number: u32, seed: u32| {
        let mixed = (number + 1).wrapping_mul(seed);
        let part = |shift: u32| words[(mixed >> shift) as usize % words.len()];
        format!("{}{}{}", part(3), part(9), part(17))
    };
    let row = |number: u32, twin: u32| {
        let given = word(number, 0x9e37_79b9);
        let family = word(number, 0x85eb_ca6b);
        let email = format!("{given}.{family}{}@x.de", number % 97);
        let born = format!("{}-{:02}-{:02}", 1940 + number % 60, 1 + number % 12, 1 + number % 28);
        let slip = twin == 1 && number.is_multiple_of(3);
        let given = if slip { format!("{given}h") } else { given };
        json!({"id": number * 2 + twin, "given": given, "family": family, "email": if slip { None } else { Some(email) },
               "phone": format!("+49 351 {}", 1_000_000 + number * 7919 % 8_000_000), "born": born})
    };
    (0..count).flat_map(|number| [row(number, 0), row(number, 1)]).collect()
}

#[test]
fn a_model_is_learnt_once_and_pinned_then() {
    let mut pipeline = with_rows(&people(300), 2);
    let first = pipeline.run(&Knobs::default()).unwrap().run().clone();
    let version = Version::current(&pipeline);
    let scores = version.manifest.scores.clone().expect("scores");
    assert_eq!((scores.learnt_in.as_str(), scores.is_prior), (first.as_str(), false));
    assert!(scores.pairs >= 300 && scores.links >= 300, "{scores:?}");
    let sizes = version.customers.values().map(|customer| customer["members"].as_array().expect("members").len());
    assert!(sizes.filter(|size| *size == 2).count() >= 290, "nearly all people are found");

    pipeline.drop_file("crm", "new.jsonl", lines(&people(310)[600..]));
    let second = pipeline.run(&Knobs { shards: 2, ..Knobs::default() }).unwrap().run().clone();
    let scores = Version::current(&pipeline).manifest.scores.expect("scores");
    assert_eq!(scores.learnt_in, first.as_str());
    let (old, new) = (model(&pipeline, &first), model(&pipeline, &second));
    assert_eq!(old.model, new.model, "the probabilities are pinned");
    assert_eq!((old.counts.accounts, new.counts.accounts), (600, 620), "and the counts are the run's own");

    let third = pipeline.run_to_train(&Knobs::default()).unwrap().run().clone();
    let scores = Version::current(&pipeline).manifest.scores.expect("scores");
    assert_eq!(scores.learnt_in, third.as_str());

    let named = format!("{CONFIG}[score]\nmodel = \"{first}\"\n");
    pipeline.configure(&named);
    let fourth = pipeline.run(&Knobs::default()).unwrap().run().clone();
    assert_eq!(model(&pipeline, &fourth).model, old.model);
    let fault = pipeline.run_to_train(&Knobs::default()).unwrap_err().text();
    assert!(fault.contains("so no model can be learnt"), "{fault}");
    pipeline.configure(&format!("{CONFIG}[score]\nmodel = \"{first}\"\nwithout = \"birthdate\"\n"));
    let fault = pipeline.run(&Knobs::default()).unwrap_err().text();
    assert!(fault.contains("that model is for other fields"), "{fault}");
    pipeline.configure(&format!("{CONFIG}[score]\nwithout = \"birthdate\"\n"));
    let last = pipeline.run(&Knobs::default()).unwrap().run().clone();
    assert_eq!(model(&pipeline, &last).model.learnt_in, last.as_str(), "other fields, another model");
}

#[test]
fn a_pinned_model_does_without_the_passes_that_it_dropped() {
    let mut pipeline = with_rows(&people(300), 1);
    let first = pipeline.run(&Knobs::default()).unwrap().run().clone();
    let before = outcome(&pipeline);
    assert_eq!(before.2.dropped_passes(), Vec::<String>::new(), "so few links say nothing of a pass");
    // As if there had been many links: the passes that found none first are dropped. The object has as many bytes as before.
    let key = keys::processed_model(&first);
    let text = String::from_utf8(pipeline.get(&key).expect("a model").to_vec()).expect("UTF-8");
    let dropped = text.replace("\"first_found\":0,\"is_dropped\":false", "\"first_found\":0,\"is_dropped\":true ");
    pipeline.put(&key, dropped.into_bytes());
    let names = model(&pipeline, &first).dropped_passes();
    assert!(names.len() > 3, "{names:?}");

    pipeline.drop_file("crm", "again.jsonl", lines(&people(1)));
    let second = pipeline.run(&Knobs { shards: 2, ..Knobs::default() }).unwrap().run().clone();
    let after = outcome(&pipeline);
    assert_eq!((&after.0, after.1.links), (&before.0, before.1.links), "nothing is lost");
    assert!(after.1.pairs < before.1.pairs, "{} {}", after.1.pairs, before.1.pairs);
    let passes = model(&pipeline, &second).passes;
    let unused: Vec<&String> = passes.iter().filter(|pass| pass.cap == 0).map(|pass| &pass.name).collect();
    assert_eq!(unused, names.iter().collect::<Vec<_>>());
    assert_eq!(model(&pipeline, &second).dropped_passes(), names, "and later runs do without them, too");
    let third = pipeline.run_to_train(&Knobs::default()).unwrap().run().clone();
    assert_eq!(
        model(&pipeline, &third).dropped_passes(),
        Vec::<String>::new(),
        "a model that is learnt anew tries all"
    );
}

/// A model is no place for values.
#[test]
fn no_value_is_in_a_model() {
    let rows = people(200);
    let mut pipeline = with_rows(&rows, 1);
    let run = pipeline.run(&Knobs::default()).unwrap().run().clone();
    let text = String::from_utf8(pipeline.get(&keys::processed_model(&run)).expect("a model").to_vec()).expect("UTF-8");
    let values = rows.iter().flat_map(|row| ["given", "family", "email", "born"].map(|field| row[field].as_str()));
    assert!(values.flatten().all(|value| !text.contains(value)));
}
