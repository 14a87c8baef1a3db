//! Checks of a set-up beyond the text of its configuration: its reference tables and files. Plan makes them before a
//! run, and the command before an upload.

mod shapes;

use std::fmt::Display;

use onefold_config::{Config, Source, SourceKind};
use onefold_normalise::Step;
use onefold_normalise::field::TextField;
pub use shapes::check_shapes;

use crate::csv::column_names;
use crate::enrich::{LookupTable, TableText};
use crate::mapping::MappingPlan;

/// Something that is wrong, or looks wrong, with a set-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupFinding {
    /// The name of the configuration's section, such as `enrich`.
    pub section: &'static str,
    /// The number of the section among those of its name, from 0.
    pub number: usize,
    /// The key in the section.
    pub key: &'static str,
    /// What is wrong and what to do.
    pub message: String,
}

/// Every fault of a reference table, for each `[[enrich]]` that names it. `table` is its text, or why it cannot be
/// read.
pub fn check_table(config: &Config, name: &str, table: Result<TableText<'_>, impl Display>) -> Vec<SetupFinding> {
    let mut found: Vec<SetupFinding> = Vec::new();
    for (number, lookup) in config.enrich.iter().enumerate().filter(|(_, lookup)| lookup.table == name) {
        let message = match &table {
            Ok(text) => match LookupTable::parse(lookup, *text) {
                Ok(_) => continue,
                Err(error) => error.to_string(),
            },
            Err(reason) => reason.to_string(),
        };
        // Lookups in the same table share its faults.
        if !found.iter().any(|finding| finding.message == message) {
            found.push(SetupFinding { section: "enrich", number, key: "table", message });
        }
    }
    found
}

/// The sources of files that must have some and have none. `has_files` says which have any, and `folder` where the
/// files of a source are dropped.
pub fn check_files(
    config: &Config,
    folder: impl Fn(&str) -> String,
    has_files: impl Fn(&Source) -> bool,
) -> Vec<SetupFinding> {
    let needs_files = |source: &Source| source.required && matches!(source.kind, SourceKind::Files(_));
    let numbered = config.sources.iter().enumerate();
    let lacking = numbered.filter(|(_, source)| needs_files(source) && !has_files(source));
    let finding = |(number, source): (usize, &Source)| SetupFinding {
        section: "source",
        number,
        key: "name",
        message: no_file(&source.name, &folder(&source.name)),
    };
    lacking.map(finding).collect()
}

/// The message that a source has never had a file in its folder, and what to do.
pub fn no_file(source: &str, folder: &str) -> String {
    format!(
        "the source {source:?} has no file: there is nothing under {folder}; drop files there, or write required = false"
    )
}

/// The rest of a sentence about a file that has a column several times that the mapping reads; `None` if it has none.
/// `header` is the file's first record.
pub fn repeated_columns(source: &Source, header: &[u8], delimiter: u8) -> Option<String> {
    let repeated = MappingPlan::new(&source.mapping).repeated(&column_names(header, delimiter));
    let names: Vec<String> = repeated.iter().map(|name| format!("{name:?}")).collect();
    (!names.is_empty()).then(|| {
        format!(
            "has several columns named {}, and [source.fields] reads that name; give each a name of its own in the file, or map another column",
            names.join(" and ")
        )
    })
}

/// Whether the country of a source's phone numbers is unknown. Then numbers without a calling code cannot be read.
pub fn knows_no_country(source: &Source) -> bool {
    source.region.is_none() && source.mapping.texts.iter().all(|text| text.field != TextField::Country)
}

/// The sources whose phone numbers are normalised although their country is unknown. `is_meant` chooses the sources to
/// check.
pub fn check_phones(config: &Config, is_meant: impl Fn(&Source) -> bool) -> Vec<SetupFinding> {
    let chain = &config.normalise[TextField::PhoneNumber.index()];
    let needs_country = chain.iter().any(|step| matches!(step, Step::E164 | Step::Digits));
    let has_phones = |source: &Source| source.mapping.texts.iter().any(|text| text.field == TextField::PhoneNumber);
    let numbered = config.sources.iter().enumerate().filter(|(_, source)| needs_country && is_meant(source));
    let lacking = numbered.filter(|(_, source)| has_phones(source) && knows_no_country(source));
    let finding = |(number, source): (usize, &Source)| SetupFinding {
        section: "source",
        number,
        key: "name",
        message: format!(
            "nothing says the country of the phone numbers of {:?}, so those without a calling code are dropped; write \
             region, such as \"DE\", or map address.country",
            source.name
        ),
    };
    lacking.map(finding).collect()
}

/// The fields for which a file has no column, so that they stay empty. `number` is the source's; `header` is the first
/// record of the file.
pub fn check_header(config: &Config, number: usize, file: &str, header: &[u8], delimiter: u8) -> Vec<SetupFinding> {
    let Some(source) = config.sources.get(number) else {
        return Vec::new();
    };
    let columns = column_names(header, delimiter);
    let finding = |pointer: String| {
        let meant = onefold_config::nearest(pointer.trim_start_matches('/'), columns.iter().map(String::as_str));
        let meant = meant.map_or_else(String::new, |column| format!("; did you mean \"/{column}\"?"));
        let message = format!("{file} has no column for {pointer:?}{meant} Its columns are {}", columns.join(", "));
        SetupFinding { section: "source", number, key: "fields", message }
    };
    MappingPlan::new(&source.mapping).unanswered(&columns).into_iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = r#"
[[source]]
name = "news"
format = "csv"
[source.fields]
id = "/sid"
email = ["/mail", "/email"]
given_name = "/frist"
[[source]]
name = "late"
format = "jsonl"
required = false
[source.fields]
id = "/id"
[[match]]
key = "email"
[[enrich]]
field = "gender"
table = "names"
on = "given_name"
[[enrich]]
field = "location"
table = "zips"
on = "address.postal_code"
[[enrich]]
field = "address.region"
table = "zips"
on = "address.postal_code"
"#;

    fn places(findings: &[SetupFinding]) -> Vec<(&str, usize, &str)> {
        findings.iter().map(|finding| (finding.section, finding.number, finding.key)).collect()
    }

    #[test]
    fn a_table_that_cannot_be_read_is_told_once() {
        let config = Config::parse(CONFIG).unwrap();
        let found = check_table(&config, "zips", Err("there is no such table"));
        assert_eq!(places(&found), [("enrich", 1, "table")]);
        assert_eq!(found[0].message, "there is no such table");
    }

    #[test]
    fn faults_in_a_table_are_told_at_the_lookup_that_they_disturb() {
        let config = Config::parse(CONFIG).unwrap();
        let check = |name, object, bytes| check_table(&config, name, Ok::<_, &str>(TableText::csv(object, bytes)));
        assert_eq!(check("names", "names.csv", b"n,gender\n"), []);
        let found = check("zips", "zips.csv", b"z,latitude,longitude\n");
        assert_eq!(places(&found), [("enrich", 2, "table")]);
        assert!(found[0].message.starts_with("zips.csv has no column \"region\""), "{found:?}");
    }

    #[test]
    fn a_source_that_may_be_empty_needs_no_file() {
        let config = Config::parse(CONFIG).unwrap();
        let folder = |source: &str| format!("folder/of/{source}/");
        let found = check_files(&config, folder, |_| false);
        assert_eq!(places(&found), [("source", 0, "name")]);
        assert!(found[0].message.contains("nothing under folder/of/news/;"), "{found:?}");
        assert_eq!(check_files(&config, folder, |source| source.name == "news"), []);
    }

    #[test]
    fn a_column_that_is_read_must_be_there_once() {
        let config = Config::parse(CONFIG).unwrap();
        let repeated = |header: &str| repeated_columns(&config.sources[0], header.as_bytes(), b',');
        assert_eq!(repeated("\u{feff}sid,email,note,note\n"), None, "nothing reads note");
        for header in ["\u{feff}sid,email,sid\n", "note,sid,\"sid \",note\n", "sid,sid,sid"] {
            let told = repeated(header).unwrap();
            assert!(told.starts_with("has several columns named \"sid\", and"), "{told}");
        }
        assert!(repeated("sid,email,sid,email\n").unwrap().contains("\"sid\" and \"email\""));
    }

    #[test]
    fn phone_numbers_need_a_country() {
        let with = |settings: &str, fields: &str, rest: &str| {
            let text = format!(
                "[[source]]\nname = \"crm\"\nformat = \"csv\"\n{settings}[source.fields]\nid = \"/id\"\n\
                 phone_number = \"/p\"\n{fields}[[match]]\nkey = \"phone_number\"\n{rest}"
            );
            check_phones(&Config::parse(&text).unwrap(), |_| true)
        };
        for step in ["e164", "digits"] {
            let rest = format!("[normalise]\nphone_number = [\"trim\", \"{step}\"]\n");
            let found = with("", "", &rest);
            assert_eq!(places(&found), [("source", 0, "name")]);
            assert!(found[0].message.contains("the phone numbers of \"crm\""), "{found:?}");
            assert_eq!(with("region = \"DE\"\n", "", &rest), []);
            assert_eq!(with("", "\"address.country\" = \"/c\"\n", &rest), []);
        }
        assert_eq!(with("", "", "[normalise]\nphone_number = \"trim\"\n"), [], "nothing is dropped then");
    }

    #[test]
    fn a_column_that_is_not_there_is_told_with_the_nearest() {
        let config = Config::parse(CONFIG).unwrap();
        let header = "\u{feff}sid,\"email\", first\r\n".as_bytes();
        let found = check_header(&config, 0, "news.csv", header, b',');
        assert_eq!(places(&found), [("source", 0, "fields")]);
        let expected =
            "news.csv has no column for \"/frist\"; did you mean \"/first\"? Its columns are sid, email, first";
        assert_eq!(found[0].message, expected);
    }
}
