//! Input that is wrong: rows are refused one by one and the run goes on; a configuration is refused as a whole.

use std::fs;

use crate::command::{folder, onefold};
use crate::data::{self, LATE, LATE_REJECTS};
use crate::results::Results;
use crate::scenarios::turn;

#[test]
fn every_fault_of_the_configuration_is_told_with_its_line() {
    let _turn = turn();
    let data = data::everything("faults-data");
    let path = data.join("onefold.toml");
    let mut text = fs::read_to_string(&path).expect("a configuration");
    let faults = [
        ("as = \"unix_ms\"", "as = \"moon\"", "moon"),
        ("phone_number = \"e164\"", "phone_number = \"e146\"", "e146"),
        ("on = \"given_name\"", "on = \"given_nam\"", "given_nam"),
        ("threshold = 0 ", "threshold = \"zero\" ", "threshold"),
    ];
    for (right, wrong, _) in faults {
        assert!(text.contains(right), "the sample's configuration has {right}");
        text = text.replacen(right, wrong, 1);
    }
    fs::write(&path, &text).expect("a configuration");

    let out = folder("faults-out");
    let [data, out_path] = [&data, &out].map(|path| path.to_str().expect("a path of UTF-8"));
    // What does not fit the folders is told beside it, before a local cloud is booted.
    fs::write(path.with_file_name("truth.csv"), "id,customer\ncrm:1,1\n").expect("a truth");
    let mut answered = onefold(["local", "run", "--data", data, "--out", out_path])
        .exits(1)
        .says("5 faults must be put right first")
        .says("truth.csv: line 1: the first line must name the columns uid and person");
    for (_, wrong, named) in faults {
        let line = 1 + text.lines().position(|line| line.contains(wrong)).expect("its line");
        answered = answered.says(&format!("onefold.toml:{line}:")).says(named);
    }
    assert!(!out.join("manifest.json").exists() && !out.join(".onefold").exists(), "nothing was started");
}

#[test]
fn rejected_rows_are_told_with_line_and_reason() {
    let _turn = turn();
    let data = data::everything("rejects-data");
    let out = Results(folder("rejects-out"));
    let [data, out_path] = [&data, &out.0].map(|path| path.to_str().expect("a path of UTF-8"));
    onefold(["local", "run", "--data", data, "--out", out_path]).exits(0);

    let rejects = out.lines("rejects");
    for reject in &rejects {
        assert!(reject["line"].is_u64() && reject["byte"].is_u64(), "{reject}");
        let [source, object, reason] =
            ["source", "object", "reason"].map(|name| reject[name].as_str().unwrap_or_default());
        assert!(object.starts_with(&format!("landing/{source}/")) && !reason.is_empty(), "{reject}");
    }
    let late: Vec<_> = rejects.iter().filter(|reject| reject["object"] == LATE).collect();
    assert_eq!(late.iter().filter_map(|reject| reject["line"].as_u64()).collect::<Vec<_>>(), LATE_REJECTS);
    assert_eq!(late[0]["raw"], "{\"id\":900002,\"firstName\":");
    assert_eq!((&late[1]["field"], &late[1]["raw"]), (&"id".into(), &"{\"firstName\":\"Nobody\"}".into()));
    erased_persons_are_in_no_folder_of_results(data, &out);
    let broken = rejects.len() - late.len();
    assert!(broken >= 1, "the generator breaks a line in a thousand");
}

/// What `--out` is for: a folder of results has no cloud that could be asked.
fn erased_persons_are_in_no_folder_of_results(data: &str, out: &Results) {
    let out_path = out.0.to_str().expect("a path of UTF-8");
    let customers = out.customers();
    let members = customers.values().map(|customer| customer["members"].as_array().expect("members"));
    let largest = members.max_by_key(|members| members.len()).expect("a customer").clone();
    let erased: Vec<&str> = largest.iter().map(|reference| reference.as_str().expect("a reference")).collect();
    let (one, accounts) = (erased[0], erased.len());
    onefold(["erase", one, "--out", out_path, "--yes"]).exits(0).says(&format!("1 customer with {accounts} account"));
    let before = out.counts();
    onefold(["local", "run", "--data", data, "--out", out_path]).exits(0).says("erased");
    let after = out.counts();
    assert_eq!((after.erased, after.members), (accounts as u64, before.members - accounts as u64));

    // Whoever starts from nothing reads everything again.
    onefold(["local", "run", "--fresh", "--data", data, "--out", out_path]).exits(0).says("refused as erased");
    assert_eq!(out.counts().members, before.members - accounts as u64);
    let lines = ["customers", "members", "changes", "rejects"].map(|folder| out.lines(folder)).concat();
    for reference in erased {
        let quoted = format!("\"{reference}\"");
        assert!(!lines.iter().any(|line| line.to_string().contains(&quoted)), "{reference} is somewhere");
    }
}
