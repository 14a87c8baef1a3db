//! Incremental reading: whole runs, as watermarks are committed with versions.

use std::collections::BTreeSet;

use onefold_lake::{RunId, keys};
use onefold_tests::pipeline::{Knobs, Outcome, Pipeline};
use onefold_tests::postgres::Database;
use onefold_tests::settings::Settings;
use onefold_tests::version::Version;

use crate::shop::{SECRET, config};

const CUSTOMERS: &str = "CREATE TABLE customers (id int PRIMARY KEY, email text, updated_at timestamptz);
    INSERT INTO customers SELECT n, 'user' || n || '@mail.de', '2026-01-01 00:00:00+00'::timestamptz + n * '1 h'::interval
        FROM generate_series(1, 50) n;";

const SETTINGS: &str =
    "table = \"public.customers\"\nkey = \"id\"\nsplits = 3\nwatermark = { column = \"updated_at\" }";

fn pipeline(statements: &str, settings: &str) -> (Database, Pipeline) {
    let database = Database::new();
    database.execute(statements);
    let pipeline = Pipeline::new(&Settings::default());
    pipeline.configure(&config(settings));
    pipeline.secrets.store(SECRET, &database.secret());
    (database, pipeline)
}

/// How many rows the next run reads, if there is anything to do.
fn rows_read(pipeline: &mut Pipeline) -> Option<u64> {
    match pipeline.run(&Knobs::default()).unwrap() {
        Outcome::Published(_) => Some(Version::current(pipeline).manifest.counts.rows_read),
        Outcome::NothingNew(_) => None,
        Outcome::Dry(_) => panic!("no dry run was asked for"),
    }
}

#[test]
fn reads_what_is_new_since_the_version_before() {
    let (database, mut pipeline) = pipeline(CUSTOMERS, SETTINGS);
    assert_eq!(rows_read(&mut pipeline), Some(50));
    assert_eq!(rows_read(&mut pipeline), None);
    database.execute(
        "UPDATE customers SET email = 'new@mail.de', updated_at = '2026-02-01' WHERE id = 7;
         INSERT INTO customers VALUES (51, 'user51@mail.de', '2026-02-02')",
    );
    assert_eq!(rows_read(&mut pipeline), Some(2));
    let version = Version::current(&pipeline);
    assert_eq!(version.accounts.len(), 51, "what was not read again is still there");
    assert_eq!(version.accounts["shop:7"]["email"], "new@mail.de");
    assert_eq!(rows_read(&mut pipeline), None);
}

#[test]
fn a_run_that_fails_moves_no_watermark() {
    let (database, mut pipeline) = pipeline(CUSTOMERS, SETTINGS);
    assert_eq!(rows_read(&mut pipeline), Some(50));
    database.execute("INSERT INTO customers VALUES (51, 'user51@mail.de', '2026-02-02')");
    pipeline.configure(&(config(SETTINGS) + "max_customer_drop_ratio = 0\n"));
    // The account of the new row is the same person's as another: one customer less, which the gate refuses.
    database.execute("UPDATE customers SET email = 'user1@mail.de', updated_at = '2026-02-03' WHERE id IN (2, 51)");
    pipeline.run(&Knobs::default()).unwrap_err();
    pipeline.configure(&config(SETTINGS).replace("[publish]", "[publish]\nmax_customer_drop_ratio = 1"));
    assert_eq!(rows_read(&mut pipeline), Some(2), "both are read again");
    assert_eq!(Version::current(&pipeline).accounts.len(), 51);
}

#[test]
fn rows_that_are_committed_late_are_read_by_an_overlap() {
    let settings = SETTINGS.replace("\"updated_at\"", "\"updated_at\", overlap = \"90m\"");
    let (database, mut pipeline) = pipeline(CUSTOMERS, &settings);
    assert_eq!(rows_read(&mut pipeline), Some(50));
    // The last is of hour 50.
    database
        .execute("INSERT INTO customers VALUES (60, 'late@mail.de', '2026-01-01'::timestamptz + '49.5 h'::interval)");
    assert_eq!(rows_read(&mut pipeline), Some(3), "the late one, and those of hours 49 and 50 once more");
    assert_eq!(Version::current(&pipeline).accounts.len(), 51);
}

#[test]
fn rows_without_a_watermark_are_read_by_every_run() {
    let (database, mut pipeline) = pipeline(CUSTOMERS, SETTINGS);
    database.execute("UPDATE customers SET updated_at = NULL WHERE id <= 2");
    assert_eq!(rows_read(&mut pipeline), Some(50));
    assert_eq!(rows_read(&mut pipeline), Some(2));
}

#[test]
fn a_time_that_is_yet_to_come_is_no_watermark() {
    let (database, mut pipeline) = pipeline(CUSTOMERS, SETTINGS);
    database.execute("UPDATE customers SET updated_at = '2999-01-01' WHERE id = 1");
    assert_eq!(rows_read(&mut pipeline), Some(50));
    database.execute("INSERT INTO customers VALUES (51, 'user51@mail.de', now())");
    assert_eq!(rows_read(&mut pipeline), Some(2), "the new one, and the one from the future");
}

/// Whoever writes the present time of any zone into a column without one, a row of theirs is read, though others have
/// written later times, and one is from the end of time.
#[test]
fn times_without_a_zone_may_be_of_any_zone() {
    for (kind, end) in [("timestamp", "9999-12-31 00:00:00"), ("date", "9999-12-31")] {
        for zone in ["Etc/GMT+12", "America/New_York", "UTC", "Europe/Berlin", "Etc/GMT-14"] {
            let (database, mut pipeline) = pipeline(
                &format!(
                    "CREATE TABLE customers (id int PRIMARY KEY, email text, updated_at {kind});
                     INSERT INTO customers SELECT n, 'user' || n || '@mail.de', (now() AT TIME ZONE '{zone}')::{kind}
                         - CASE WHEN n < 40 THEN '10 days' ELSE '0 days' END::interval FROM generate_series(1, 47) n;
                     INSERT INTO customers VALUES (48, 'utc@mail.de', now() AT TIME ZONE 'UTC'),
                         (49, 'east@mail.de', now() AT TIME ZONE 'Etc/GMT-14'), (50, 'end@mail.de', '{end}')"
                ),
                SETTINGS,
            );
            assert_eq!(rows_read(&mut pipeline), Some(50), "{kind} in {zone}");
            database.execute(&format!(
                "UPDATE customers SET email = 'new@mail.de', updated_at = now() AT TIME ZONE '{zone}' WHERE id = 7"
            ));
            let read = rows_read(&mut pipeline).expect("something new");
            assert!(read <= 12, "{kind} in {zone}: {read} rows, and those of ten days ago are not read again");
            let version = Version::current(&pipeline);
            assert_eq!(version.accounts["shop:7"]["email"], "new@mail.de", "{kind} in {zone}");
        }
    }
}

/// What stands for "none" or "never" is no watermark: nothing is greater, so nothing would be read any more.
#[test]
fn marks_for_nothing_are_no_watermarks() {
    for (kind, mark) in [("numeric", "'NaN'"), ("bigint", "9223372036854775807"), ("timestamptz", "'infinity'")] {
        let value = if kind == "timestamptz" { "'2026-01-01'::timestamptz + n * '1 s'::interval" } else { "n" };
        let (database, mut pipeline) = pipeline(
            &format!(
                "CREATE TABLE customers (id int PRIMARY KEY, email text, updated_at {kind});
                 INSERT INTO customers SELECT n, 'user' || n || '@mail.de', {value} FROM generate_series(1, 49) n;
                 INSERT INTO customers VALUES (50, 'none@mail.de', {mark})"
            ),
            SETTINGS,
        );
        assert_eq!(rows_read(&mut pipeline), Some(50), "{kind}");
        let later = if kind == "timestamptz" { "'2026-01-02'" } else { "60" };
        database.execute(&format!("INSERT INTO customers VALUES (51, 'user51@mail.de', {later})"));
        assert_eq!(rows_read(&mut pipeline), Some(2), "{kind}: the new one, and the one with the mark");
    }
}

#[test]
fn watermarks_of_every_type_are_read_back() {
    for (kind, value, later) in [
        ("timestamp", "'2026-01-01 00:00:00.000001'::timestamp + n * '1 ms'::interval", "'2026-01-02'"),
        ("date", "'2026-01-01'::date + n::int", "'2026-04-01'"),
        ("bigint", "n * 1000000000000", "51 * 1000000000000"),
        ("numeric", "n + 0.123456789012345678901234567890", "50.123456789012345678901234567891"),
    ] {
        let statements = format!(
            "CREATE TABLE customers (id int PRIMARY KEY, email text, updated_at {kind});
             INSERT INTO customers SELECT n, 'user' || n || '@mail.de', {value} FROM generate_series(1, 50) n;"
        );
        let (database, mut pipeline) = pipeline(&statements, SETTINGS);
        assert_eq!(rows_read(&mut pipeline), Some(50), "{kind}");
        assert_eq!(rows_read(&mut pipeline), None, "{kind}");
        database.execute(&format!("INSERT INTO customers VALUES (51, 'user51@mail.de', {later})"));
        assert_eq!(rows_read(&mut pipeline), Some(1), "{kind}");
    }
}

#[test]
fn another_table_is_read_from_its_beginning() {
    let (database, mut pipeline) = pipeline(CUSTOMERS, SETTINGS);
    assert_eq!(rows_read(&mut pipeline), Some(50));
    database.execute(
        "CREATE TABLE older AS SELECT id, email, updated_at - '1 year'::interval AS updated_at FROM customers",
    );
    pipeline.configure(&config(&SETTINGS.replace("customers", "older")));
    assert_eq!(rows_read(&mut pipeline), Some(50));
}

#[test]
fn without_a_watermark_all_rows_are_read_by_every_run() {
    let (_database, mut pipeline) = pipeline(CUSTOMERS, "table = \"public.customers\"\nkey = \"id\"");
    assert_eq!(rows_read(&mut pipeline), Some(50));
    assert_eq!(rows_read(&mut pipeline), Some(50));
}

/// Every invocation is made twice and forgets that it was done; then every one is in a hurry.
#[test]
fn trying_again_changes_nothing() {
    let twice = Knobs { twice: true, duplicates: true, ..Knobs::default() };
    let hurried = Knobs { hurried: true, ..Knobs::default() };
    for (knobs, stops) in [(twice, 0), (hurried, 3)] {
        let (_database, mut pipeline) = pipeline(CUSTOMERS, &format!("{SETTINGS}\nrows_per_page = 4"));
        pipeline.run(&knobs).unwrap();
        assert!(pipeline.stops.get() >= stops, "{}", pipeline.stops.get());
        let version = Version::current(&pipeline);
        assert_eq!(version.manifest.counts.rows_read, 50);
        assert_eq!(version.accounts.len(), 50);
    }
}

/// Nothing of the connection string is in any object, and no key of a row is in what names objects.
#[test]
fn the_secret_stays_secret() {
    let (_database, mut pipeline) = pipeline(CUSTOMERS, SETTINGS);
    pipeline.run(&Knobs::default()).unwrap();
    let every: BTreeSet<String> = pipeline.list("").into_iter().collect();
    let run: RunId = Pipeline::run_of(1);
    assert!(every.contains(&keys::run_key_ranges(&run, "shop")));
    for key in every {
        let text = String::from_utf8_lossy(&pipeline.get(&key).unwrap()).into_owned();
        assert!(!text.contains("re%40der") && !text.contains("re@der"), "{key}");
    }
}
