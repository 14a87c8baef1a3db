//! Scored data, run by run into one folder: what a model decided stays decided until another one is learnt.

use std::fs;
use std::path::Path;

use onefold_lake::version::manifest::Manifest;

use crate::command::{Answered, folder, onefold};
use crate::data;
use crate::results::Results;
use crate::scenarios::turn;

fn run(data: &Path, out: &Results, more: &[&str]) -> Answered {
    let [data, out] = [data, &out.0].map(|path| path.to_str().expect("a path of UTF-8"));
    onefold(["local", "run", "--data", data, "--out", out].iter().chain(more))
}

/// The run whose model scored a version, and how many pairs it scored.
fn model(manifest: &Manifest) -> (String, u64) {
    let scores = manifest.scores.as_ref().expect("the version is scored");
    assert!(scores.links > 0 && scores.pairs >= scores.links, "{scores:?}");
    (scores.learnt_in.clone(), scores.pairs)
}

#[test]
fn a_second_run_scores_with_the_model_of_the_first() {
    let _turn = turn();
    let everything = data::everything("scored-data");
    let some = data::first_files("scored-first-data", &everything);
    let out = Results(folder("scored-out"));

    run(&some, &out, &[]).exits(0);
    let first = out.manifest();
    let (learnt_in, pairs) = model(&first);
    assert_eq!(learnt_in, first.run.as_str(), "a first run learns its model");
    let (model_text, ids) = (fs::read(out.0.join("model.json")).expect("a model"), out.ids());

    run(&everything, &out, &[]).exits(0).says("building on the version of");
    let second = out.manifest();
    assert_eq!(second.previous.as_ref(), Some(&first.run));
    let (learnt_then, pairs_then) = model(&second);
    assert_eq!(learnt_then, learnt_in, "the next one takes it");
    assert!(pairs_then > pairs, "all accounts are compared, not only new ones");
    let model_then = fs::read(out.0.join("model.json")).expect("a model");
    let probabilities = |text: &[u8]| {
        let model: serde_json::Value = serde_json::from_slice(text).expect("JSON");
        model["model"].clone()
    };
    assert_eq!(probabilities(&model_then), probabilities(&model_text));
    assert!(!probabilities(&model_text).is_null());
    let ids_then = out.ids();
    assert!(ids.keys().all(|account| ids_then.contains_key(account)), "no account is lost");
    let kept = ids.iter().filter(|(account, id)| ids_then[*account] == **id).count();
    assert!(kept * 10 > ids.len() * 9, "{kept} of {} accounts keep their customer's id", ids.len());

    let before = out.manifest_text();
    run(&everything, &out, &[]).exits(0).says("Nothing new");
    assert_eq!(out.manifest_text(), before);

    run(&everything, &out, &["--train"]).exits(0);
    let third = out.manifest();
    assert_eq!(model(&third).0, third.run.as_str(), "with --train, a run learns anew");
    assert_eq!(third.counts.rows_read, 0, "and reads no row again");
    assert_eq!(third.counts.members, second.counts.members);
}
