//! Translate: one raw chunk.

use onefold_config::Config;
use onefold_identity::match_keys::Matcher;
use onefold_lake::compress;
use onefold_lake::data::links;
use onefold_rows::translate::{Segment, Tables, Translator, translate_chunk};
use onefold_shell::MemoryBudget;

use crate::Findings;
use crate::allocator::{alone, measured};
use crate::lake::{CONFIG, Lake, scattered};

/// A chunk of a sixteenth of the usual size.
#[test]
fn a_chunk_keeps_to_its_formula() {
    alone(|| {
        let mut findings = Findings::default();
        let config = Config::parse(CONFIG).expect("a configuration");
        let lake = Lake::new(1, MemoryBudget::default());
        let tables = Tables::default();
        for padding in [None, Some(0), Some(100), Some(600)] {
            let mut text = String::new();
            let mut rows = 0;
            while text.len() < 1 << 20 {
                rows += 1;
                let address = format!("\"id\":{rows},\"email\":\"a{rows}@x.de\"");
                text += &match padding {
                    None => format!("{{\"id\":{rows}}}\n"),
                    Some(0) => format!("{{{address}}}\n"),
                    Some(more) => format!(
                        "{{{address},\"given_name\":\"Anna\",\"family_name\":\"Weber{}\",\"other\":\"{}\"}}\n",
                        scattered(rows),
                        "x".repeat(more)
                    ),
                };
            }
            let text_bytes = text.len() as u64;
            let segment = Segment {
                object: "landing/crm/a.jsonl".to_owned(),
                received_at: 0,
                byte: 0,
                line: Some(1),
                length: text.len(),
                is_fragment: false,
            };
            let stored = compress(text.as_bytes()).expect("zstd");
            drop(text);
            let ((), measured) = measured(|| {
                let text = onefold_lake::decompress("k", &stored).expect("zstd");
                let matcher = Matcher::new(&config, lake.context.hasher().expect("a secret").clone());
                let mut translator = Translator::new(&config, &config.sources[0], &tables, matcher);
                let output = translate_chunk(&mut translator, &text, &[segment]);
                drop(text);
                let accounts = compress(&output.accounts).expect("zstd");
                let star_links = links::format(&output.stars);
                assert!(output.rejected == 0 && !accounts.is_empty() && !star_links.is_empty());
            });
            let formula = MemoryBudget::chunk_bytes(text_bytes, rows);
            findings.note(&format!("{rows} rows of {text_bytes} bytes"), measured, formula);
        }
        findings.assert();
    });
}
