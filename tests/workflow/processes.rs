//! Finding processes, to see that none are left behind.

use std::fs;
use std::path::Path;

/// The ids of the processes that have a path in their command line or environment.
pub fn that_know(path: &Path) -> Vec<u32> {
    let path = path.to_str().expect("a path of UTF-8");
    let knows = |id: &u32| {
        let texts = ["cmdline", "environ"].map(|file| fs::read(format!("/proc/{id}/{file}")).unwrap_or_default());
        texts.iter().any(|text| String::from_utf8_lossy(text).contains(path))
    };
    all().into_iter().filter(knows).collect()
}

/// The ids of the processes of a group.
pub fn of_group(group: u32) -> Vec<u32> {
    all().into_iter().filter(|id| group_of(*id) == Some(group)).collect()
}

/// The group of a process that is not over.
pub fn group_of(id: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name, in brackets, may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    let group = fields.nth(1)?.parse().ok()?;
    (state != "Z").then_some(group)
}

fn all() -> Vec<u32> {
    let entries = fs::read_dir("/proc").expect("/proc").filter_map(Result::ok);
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}
