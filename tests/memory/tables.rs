//! Reference tables.

use onefold_config::Config;
use onefold_rows::enrich::{LookupTable, TableText};
use onefold_shell::MemoryBudget;

use crate::Findings;
use crate::allocator::{alone, measured};
use crate::lake::CONFIG;

#[test]
fn tables_keep_to_their_formula() {
    alone(|| {
        let mut findings = Findings::default();
        let config = format!("{CONFIG}\n[[enrich]]\nfield = \"gender\"\ntable = \"gender\"\non = \"given_name\"\n");
        let config = Config::parse(&config).expect("a configuration");
        for rows in [30_000, 50_000] {
            let text: String = std::iter::once("name,gender\n".to_owned())
                .chain((0..rows).map(|row| format!("name{row:08},female\n")))
                .collect();
            let parse = || LookupTable::parse(&config.enrich[0], TableText::csv("reference/t.csv", text.as_bytes()));
            let (table, measured) = measured(parse);
            assert!(table.is_ok());
            let formula = MemoryBudget::table_bytes(text.len() as u64);
            findings.note(&format!("{rows} rows"), measured + text.len(), formula);
        }
        findings.assert();
    });
}
