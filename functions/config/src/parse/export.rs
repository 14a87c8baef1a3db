//! [export]: the formats of a version beside JSON Lines.

use crate::Export;
use crate::schema::Key;
use crate::toml_reader::{Notes, Section};

pub(super) fn keys() -> Vec<Key> {
    vec![Key::boolean("parquet", "Whether customers, members and changes are written as Parquet, too.").or(false)]
}

pub(super) fn export(root: &Section<'_>, notes: &mut Notes<'_>) -> Export {
    let Some(section) = root.section("export", notes) else { return Export::default() };
    section.only(&keys(), notes);
    Export { parquet: section.boolean("parquet", notes).unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use crate::{Config, Export};

    fn parse(section: &str) -> Result<Export, String> {
        let source = "[[source]]\nname = \"crm\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\n";
        let text = format!("{source}[[match]]\nkey = \"email\"\n{section}");
        Config::parse(&text).map(|config| config.export).map_err(|faults| faults.to_string())
    }

    #[test]
    fn parquet_is_written_where_it_is_asked_for() {
        for (section, expected) in [
            ("", false),
            ("[export]\n", false),
            ("[export]\nparquet = false\n", false),
            ("[export]\nparquet = true\n", true),
        ] {
            assert_eq!(parse(section), Ok(Export { parquet: expected }), "{section}");
        }
    }

    #[test]
    fn faults_are_told_with_their_lines() {
        let faults = parse("[export]\nparquet = \"yes\"\niceberg = true\n").unwrap_err();
        assert!(faults.contains("line 9, column 11: parquet must be "), "{faults}");
        assert!(faults.contains("line 10, column 1: unknown name \"iceberg\""), "{faults}");
    }
}
