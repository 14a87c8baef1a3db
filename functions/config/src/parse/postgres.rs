//! [source.postgres]: a database that accounts come from.

use std::ops::Range;

use super::snapshot::no_watermark_for_a_snapshot;
use crate::schema::{Key, Kind};
use crate::toml_reader::{Notes, Section};
use crate::{Postgres, PostgresWatermark, Relation};

/// PostgreSQL cuts longer names off, and would find another column.
const NAME_BYTES_MAX: usize = 63;

/// Longest overlap: a year.
const OVERLAP_S_MAX: u64 = 366 * 24 * 60 * 60;

/// The members of a source of kind `postgres`.
pub(super) fn keys() -> Vec<Key> {
    vec![Key::table("postgres", setting_keys(), "A PostgreSQL database, and what is read of it.").required()]
}

/// Either `table` or `query` must be there; the parser demands it.
fn setting_keys() -> Vec<Key> {
    let secret = Kind::Text(Some("^[A-Za-z0-9/_+=.@:-]{1,512}$"));
    let table = Kind::Text(Some("^[^.]+\\.[^.]+$"));
    let splits = Kind::Range(1, Postgres::SPLITS_MAX.into());
    let rows = Kind::Range(1, Postgres::ROWS_PER_PAGE_MAX.into());
    vec![
        Key::new("secret", secret, "The name of the secret in AWS Secrets Manager that holds the connection string.")
            .required(),
        Key::new("table", table, "The table or view to read: `schema.table`. Either this or `query` is required."),
        Key::text("query", "In place of `table`: one `SELECT` without a semicolon."),
        Key::text(
            "key",
            "The column of integers, uuids or text that tells rows apart, is never null and never changes.",
        )
        .required(),
        Key::new(
            "splits",
            splits,
            "How many invocations divide the rows; each is a connection. If not given, the size of the rows decides.",
        ),
        Key::table(
            "watermark",
            watermark_keys(),
            "Reads only rows beyond the last watermark. If not given, every run reads all rows.",
        ),
        Key::new("rows_per_page", rows, "Rows that are fetched at once.").or(Postgres::ROWS_PER_PAGE),
        Key::text(
            "certificates",
            "Certificates (PEM) of authorities to trust besides the system's, such as Amazon RDS's.",
        ),
    ]
}

fn watermark_keys() -> Vec<Key> {
    let overlap = Kind::Text(Some("^[0-9]+[smhd]$"));
    vec![
        Key::text("column", "A time, date or number that grows with every change of a row.").required(),
        Key::new(
            "overlap",
            overlap,
            "Reads again what is up to so much older than the last watermark (`s`, `m`, `h` or `d`), such as `5m`.",
        ),
    ]
}

/// The settings of a source of kind `postgres`.
pub(super) fn postgres(source: &Section<'_>, notes: &mut Notes<'_>) -> Option<Postgres> {
    let section = source.section("postgres", notes);
    if source.get("postgres").is_none() {
        notes.fault(
            source.span.clone(),
            "a source of kind \"postgres\" needs [source.postgres] with secret, table or query, and key",
        );
    }
    let section = section?;
    no_watermark_for_a_snapshot(source, &section, notes);
    settings(&section, notes)
}

fn settings(section: &Section<'_>, notes: &mut Notes<'_>) -> Option<Postgres> {
    section.only(&setting_keys(), notes);
    let secret = section.required_text("secret", notes).and_then(|(name, span)| secret(name, span, notes));
    let relation = relation(section, notes);
    let key = section.required_text("key", notes).and_then(|(name, span)| identifier("key", name, span, notes));
    let splits = at_most(section, "splits", Postgres::SPLITS_MAX, notes);
    let rows_per_page = at_most(section, "rows_per_page", Postgres::ROWS_PER_PAGE_MAX, notes);
    let watermark = section.section("watermark", notes).map(|watermark| self::watermark(&watermark, notes));
    let certificates = section.text("certificates", notes).and_then(|(pem, span)| {
        let is_pem = pem.contains("-----BEGIN CERTIFICATE-----");
        if !is_pem {
            notes.fault(span, "certificates must be text that holds -----BEGIN CERTIFICATE----- (PEM)");
        }
        is_pem.then(|| pem.to_owned())
    });
    let watermark = match watermark {
        Some(watermark) => Some(watermark?),
        None => None,
    };
    Some(Postgres {
        secret: secret?,
        relation: relation?,
        key: key?,
        splits,
        watermark,
        rows_per_page: rows_per_page.unwrap_or(Postgres::ROWS_PER_PAGE),
        certificates,
    })
}

/// A connection string in the configuration would be readable for everyone who may read the bucket.
fn secret(name: &str, span: Range<usize>, notes: &mut Notes<'_>) -> Option<String> {
    let is_name = !name.is_empty()
        && name.len() <= 512
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_+=.@-:".contains(&byte))
        && !name.contains("://");
    let is_key_value = ["host=", "user=", "password=", "dbname="].iter().any(|key| name.contains(key));
    if !is_name || is_key_value {
        notes.fault(
            span,
            "secret must be the name of a secret in AWS Secrets Manager (letters, digits and /_+=.@-), \
             not the connection string; store the connection string under a name and write the name here",
        );
        return None;
    }
    Some(name.to_owned())
}

fn relation(section: &Section<'_>, notes: &mut Notes<'_>) -> Option<Relation> {
    match (section.get("table"), section.get("query")) {
        (Some(_), None) => section.text("table", notes).and_then(|(table, span)| self::table(table, span, notes)),
        (None, Some(_)) => section.text("query", notes).and_then(|(query, span)| self::query(query, span, notes)),
        (Some(_), Some((_, span))) => {
            notes.fault(span, "[postgres] has both table and query; keep one of them");
            None
        }
        (None, None) => {
            notes.fault(section.span.clone(), "[postgres] needs table = \"schema.table\" or query = \"select …\"");
            None
        }
    }
}

fn table(name: &str, span: Range<usize>, notes: &mut Notes<'_>) -> Option<Relation> {
    let Some((schema, table)) = name.split_once('.').filter(|(_, table)| !table.contains('.')) else {
        notes.fault(
            span,
            format!("the table {name:?} must be written schema.table, such as \"public.customers\"; use query for a name with a point in it"),
        );
        return None;
    };
    let schema = identifier("table", schema, span.clone(), notes);
    let table = identifier("table", table, span, notes);
    Some(Relation::Table { schema: schema?, table: table? })
}

fn query(text: &str, span: Range<usize>, notes: &mut Notes<'_>) -> Option<Relation> {
    let text = text.trim();
    let first: String = text.chars().take_while(char::is_ascii_alphabetic).collect();
    if !["select", "with", "values", "table"].iter().any(|word| first.eq_ignore_ascii_case(word)) {
        notes.fault(span, "query must be one SELECT; begin it with select or with");
        return None;
    }
    if text.ends_with(';') {
        notes.fault(span, "query must be one SELECT without a semicolon at its end; remove it");
        return None;
    }
    Some(Relation::Query(text.to_owned()))
}

/// A name as it is written in the database, without quotes and in its own case.
fn identifier(what: &str, name: &str, span: Range<usize>, notes: &mut Notes<'_>) -> Option<String> {
    let fits = !name.is_empty() && name.len() <= NAME_BYTES_MAX && !name.chars().any(char::is_control);
    if !fits {
        notes
            .fault(span, format!("{what} has the name {name:?}; a name in PostgreSQL has 1 to {NAME_BYTES_MAX} bytes"));
        return None;
    }
    if name.starts_with('"') && name.ends_with('"') {
        notes.fault(span, format!("{what} has the name {name:?}; write it without the inner quotes: they are added"));
        return None;
    }
    Some(name.to_owned())
}

fn watermark(section: &Section<'_>, notes: &mut Notes<'_>) -> Option<PostgresWatermark> {
    section.only(&watermark_keys(), notes);
    let column =
        section.required_text("column", notes).and_then(|(name, span)| identifier("column", name, span, notes));
    let overlap_s = section.text("overlap", notes).and_then(|(text, span)| {
        let seconds = seconds(text);
        if seconds.is_none() {
            notes.fault(
                span,
                format!(
                    "the overlap {text:?} must be a whole number with s, m, h or d, such as \"5m\"; at most \"366d\""
                ),
            );
        }
        seconds
    });
    Some(PostgresWatermark { column: column?, overlap_s })
}

/// `90s`, `5m`, `2h` or `1d`, in seconds.
fn seconds(text: &str) -> Option<u32> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit: u64 = match &text[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return None,
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = is_number.then(|| digits.parse::<u64>().ok())??.checked_mul(unit)?;
    (1..=OVERLAP_S_MAX).contains(&seconds).then_some(seconds as u32)
}

/// A whole number from 1 to `most`.
fn at_most(section: &Section<'_>, name: &str, most: u32, notes: &mut Notes<'_>) -> Option<u32> {
    let number = section.integer(name, 1, notes)?;
    match u32::try_from(number) {
        Ok(number) if number <= most => Some(number),
        _ => {
            let span = section.get(name).map_or(0..0, |(_, span)| span);
            notes.fault(span, format!("{name} is {number}; it must be from 1 to {most}"));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::*;
    use crate::Config;

    const SMALLEST: &str = "secret = \"onefold/shop\"\ntable = \"public.customers\"\nkey = \"id\"\n";

    /// The settings, or line and message of every fault.
    fn read(text: &str) -> Result<Postgres, Vec<(usize, String)>> {
        let mut notes = Notes::new(text);
        let (document, errors) = DeTable::parse_recoverable(text);
        assert!(errors.is_empty(), "{errors:?}");
        let section = Section { table: document.get_ref(), span: 0..0, title: "[postgres]".to_owned() };
        let found = settings(&section, &mut notes);
        match notes.finish(()) {
            Ok(()) => Ok(found.expect("settings without a fault")),
            Err(faults) => Err(faults.0.into_iter().map(|fault| (fault.line, fault.message)).collect()),
        }
    }

    /// Asserts that there is exactly one fault, at a line, with some words.
    fn check(text: &str, line: usize, words: &str) {
        let found = read(text).unwrap_err();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, line, "{found:?}");
        assert!(found[0].1.contains(words), "{found:?}");
    }

    #[test]
    fn everything_but_secret_relation_and_key_has_a_default() {
        let table = Relation::Table { schema: "public".into(), table: "customers".into() };
        let smallest = Postgres {
            secret: "onefold/shop".into(),
            relation: table,
            key: "id".into(),
            splits: None,
            watermark: None,
            rows_per_page: Postgres::ROWS_PER_PAGE,
            certificates: None,
        };
        assert_eq!(read(SMALLEST).unwrap(), smallest);
    }

    #[test]
    fn reads_every_setting() {
        let text = "secret = \"s\"\nquery = \"\"\"\nselect id, \"E-Mail\" from \"Kunden\"\n\"\"\"\nkey = \"id\"\nsplits = 4\n\
                    rows_per_page = 100\nwatermark = { column = \"updated_at\", overlap = \"5m\" }\n\
                    certificates = \"-----BEGIN CERTIFICATE-----\"\n";
        let found = read(text).unwrap();
        assert_eq!(found.relation, Relation::Query("select id, \"E-Mail\" from \"Kunden\"".into()));
        assert_eq!((found.splits, found.rows_per_page), (Some(4), 100));
        assert_eq!(found.watermark, Some(PostgresWatermark { column: "updated_at".into(), overlap_s: Some(300) }));
        assert!(found.certificates.is_some());
    }

    #[test]
    fn reads_spans_of_time() {
        for (text, expected) in
            [("90s", Some(90)), ("5m", Some(300)), ("2h", Some(7200)), ("1d", Some(86_400)), ("366d", Some(31_622_400))]
        {
            assert_eq!(seconds(text), expected, "{text}");
        }
        for wrong in ["", "5", "m", "-5m", "0m", "1.5h", "5 m", "5w", "367d", "99999999999999999999d", "٥m"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn faults_have_their_line_and_say_what_to_do() {
        check(&SMALLEST.replace("onefold/shop", "postgresql://anna:pass@db/shop"), 1, "not the connection string");
        check(&SMALLEST.replace("onefold/shop", "host=db"), 1, "not the connection string");
        check(&SMALLEST.replace("public.customers", "customers"), 2, "must be written schema.table");
        check(&SMALLEST.replace("public.customers", "a.b.c"), 2, "must be written schema.table");
        check(&SMALLEST.replace("public.customers", "public."), 2, "has 1 to 63 bytes");
        check(&SMALLEST.replace("\"id\"", "'\"id\"'"), 3, "without the inner quotes");
        check(&SMALLEST.replace("\"id\"", &format!("{:?}", "k".repeat(64))), 3, "has 1 to 63 bytes");
        check(&SMALLEST.replace("key = \"id\"\n", ""), 1, "needs key");
        check(&SMALLEST.replace("table = \"public.customers\"\n", ""), 1, "needs table = \"schema.table\" or query");
        check(&format!("{SMALLEST}query = \"select 1\"\n"), 4, "both table and query");
        check(&format!("{SMALLEST}splits = 65\n"), 4, "splits is 65; it must be from 1 to 64");
        check(&format!("{SMALLEST}splits = 0\n"), 4, "splits must be a whole number from 1 on");
        check(&format!("{SMALLEST}rows_per_page = 1000000\n"), 4, "from 1 to 100000");
        check(&format!("{SMALLEST}watermark = \"updated_at\"\n"), 4, "watermark must be a table");
        check(&format!("{SMALLEST}watermark = {{ overlap = \"5m\" }}\n"), 4, "needs column");
        check(&format!("{SMALLEST}watermark = {{ column = \"c\", overlap = \"5\" }}\n"), 4, "such as \"5m\"");
        check(&format!("{SMALLEST}certificates = \"ca.pem\"\n"), 4, "BEGIN CERTIFICATE");
        check(&format!("{SMALLEST}page = 5\n"), 4, "unknown name \"page\"");
        let query = SMALLEST.replace("table = \"public.customers\"", "query = \"delete from customers\"");
        check(&query, 2, "must be one SELECT");
        let query = SMALLEST.replace("table = \"public.customers\"", "query = \"select 1;\"");
        check(&query, 2, "without a semicolon");
    }

    /// All that is not new would count as gone.
    #[test]
    fn a_snapshot_takes_no_watermark() {
        let rest = "[source.fields]\nid = \"/id\"\n[[match]]\nkey = \"email\"\n";
        let head = "[[source]]\nname = \"shop\"\nkind = \"postgres\"\n";
        let text =
            |snapshot: &str, watermark: &str| format!("{head}{snapshot}[source.postgres]\n{SMALLEST}{watermark}{rest}");
        let (snapshot, watermark) = ("snapshot = true\n", "watermark = { column = \"at\" }\n");
        assert!(Config::parse(&text(snapshot, "")).is_ok() && Config::parse(&text("", watermark)).is_ok());
        let faults = Config::parse(&text(snapshot, watermark)).unwrap_err().0;
        assert!(faults.len() == 1 && faults[0].line == 9, "{faults:?}");
        assert!(faults[0].message.contains("a snapshot needs all rows"), "{faults:?}");
    }

    #[test]
    fn a_secret_that_is_a_connection_string_is_not_repeated() {
        let found = read(&SMALLEST.replace("onefold/shop", "postgresql://anna:pass@db/shop")).unwrap_err();
        assert!(!found[0].1.contains("pass"), "{found:?}");
    }
}
