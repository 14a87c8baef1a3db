//! Data folders: three thousand generated accounts, and a file whose every line is there for a reason.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::command::folder;
use crate::tools;

/// Where the file is whose lines are known.
pub const LATE: &str = "landing/crm/late.jsonl";
/// Those of its lines that must be rejected: one is cut off, one has no id.
pub const LATE_REJECTS: [u64; 2] = [3, 4];

/// Everything, in a new folder.
pub fn everything(name: &str) -> PathBuf {
    let data = folder(name);
    let generated = Command::new(tools::tool("python3"))
        .arg(tools::project().join("tests/bench/generate.py"))
        .args(["--rows", "3000", "--seed", "7", "--sample", "--out"])
        .arg(&data)
        .output()
        .expect("python3 starts");
    assert!(generated.status.success(), "{}", String::from_utf8_lossy(&generated.stderr));
    // Blank lines behind it make it large enough to be divided.
    fs::write(data.join(LATE), late(&data) + &"\n".repeat(3 << 19)).expect("a file");
    data
}

/// The first of the files of each source, in a new folder.
pub fn first_files(name: &str, everything: &Path) -> PathBuf {
    let data = folder(name);
    for file in [
        "onefold.toml",
        "reference/gender.csv",
        "reference/postal_code.csv",
        "reference/interests.csv",
        "landing/crm/crm-000.jsonl",
        "landing/shop/shop-000.jsonl",
        "landing/newsletter/newsletter-000.csv",
    ] {
        let to = data.join(file);
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        fs::copy(everything.join(file), to).expect("a copy");
    }
    data
}

/// Lines that come later: an account that shows two people to be one, a new version of an account, and two faults.
fn late(data: &Path) -> String {
    let known = fs::read_to_string(data.join("landing/crm/crm-000.jsonl")).expect("accounts");
    let known = known.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let has = |account: &Value, field: &str| account[field].is_string();
    let mut reachable = known.filter(|account| has(account, "email") && has(account, "phone"));
    let [one, other, third] = [(); 3].map(|()| reachable.next().expect("three accounts with e-mail and phone"));
    let bridge = json!({
        "id": 900_001, "firstName": one["firstName"], "lastName": one["lastName"], "email": one["email"],
        "phone": other["phone"], "country": other["country"], "updatedAt": "2026-01-01T00:00:00Z",
    });
    let mut newer = third;
    newer["city"] = json!("Elsewhere");
    newer["updatedAt"] = json!("2026-01-01T00:00:00Z");
    format!("{bridge}\n{newer}\n{{\"id\":900002,\"firstName\":\n{{\"firstName\":\"Nobody\"}}\n")
}
