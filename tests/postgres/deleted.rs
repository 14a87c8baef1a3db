//! Rows that are marked as deleted, and rows that are not there any more.

use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::postgres::Database;
use onefold_tests::settings::Settings;
use onefold_tests::version::Version;

use crate::shop::{SECRET, config};

const CUSTOMERS: &str =
    "CREATE TABLE customers (id int PRIMARY KEY, email text, is_deleted boolean NOT NULL DEFAULT false,
        updated_at timestamptz);
    INSERT INTO customers SELECT n, 'user' || n || '@mail.de', false, '2026-01-01 00:00:00+00'::timestamptz
        FROM generate_series(1, 5) n;";

fn pipeline(database: &Database, settings: &str, change: impl Fn(String) -> String) -> Pipeline {
    database.execute(CUSTOMERS);
    let pipeline = Pipeline::new(&Settings::default());
    pipeline.configure(&change(config(settings) + "max_customer_drop_ratio = 1\n"));
    pipeline.secrets.store(SECRET, &database.secret());
    pipeline
}

/// The accounts that the next version has, after statements.
fn accounts(database: &Database, pipeline: &mut Pipeline, statements: &str) -> Vec<String> {
    database.execute(statements);
    pipeline.run(&Knobs::default()).unwrap();
    Version::current(pipeline).accounts.into_keys().collect()
}

#[test]
fn a_mark_of_a_row_deletes_its_account() {
    let database = Database::new();
    let settings = "table = \"public.customers\"\nkey = \"id\"\nwatermark = { column = \"updated_at\" }";
    let marked = |config: String| {
        config.replace(
            "email = \"/email\"",
            "email = \"/email\"\nupdated_at = \"/updated_at\"\ndeleted = \"/is_deleted\"",
        )
    };
    let mut pipeline = pipeline(&database, settings, marked);
    assert_eq!(accounts(&database, &mut pipeline, "").len(), 5);
    let mark = "UPDATE customers SET is_deleted = true, updated_at = '2026-02-01' WHERE id IN (2, 4)";
    assert_eq!(accounts(&database, &mut pipeline, mark), ["shop:1", "shop:3", "shop:5"]);
    let version = Version::current(&pipeline);
    assert_eq!(version.tombstones.iter().collect::<Vec<_>>(), ["shop:2", "shop:4"]);
    assert_eq!(version.manifest.counts.rows_read, 2);
}

#[test]
fn what_is_not_in_a_snapshot_is_gone() {
    let database = Database::new();
    let settings = "table = \"public.customers\"\nkey = \"id\"\nsplits = 3";
    let snapshot = |config: String| config.replace("kind =", "snapshot = true\nkind =");
    let mut pipeline = pipeline(&database, settings, snapshot);
    assert_eq!(accounts(&database, &mut pipeline, "").len(), 5);
    let change = "DELETE FROM customers WHERE id < 4; INSERT INTO customers VALUES (9, 'new@mail.de')";
    assert_eq!(accounts(&database, &mut pipeline, change), ["shop:4", "shop:5", "shop:9"]);
    assert_eq!(Version::current(&pipeline).manifest.counts.deleted, 3);
    assert_eq!(accounts(&database, &mut pipeline, "DELETE FROM customers"), [""; 0], "an empty table says so, too");
}
