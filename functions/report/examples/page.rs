//! Makes the page of a `report.json`, to look at it: `cargo run -p onefold-report --example page < REPORT > PAGE`.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    let report: onefold_report::Report = serde_json::from_reader(io::stdin())?;
    io::stdout().write_all(onefold_report::page(&report).as_bytes())
}
