//! Rows that row-level security hides from the user are told, and a snapshot that would lack them is refused.

use onefold_lake::run::note::{Note, SourceNote};
use onefold_shell::ErrorKind;
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::postgres::Database;
use onefold_tests::settings::Settings;
use onefold_tests::version::Version;

use crate::shop::{SECRET, Shop, config};

/// Ten rows, of which the policy shows five.
const TENANTS: &str = "CREATE TABLE customers (id int PRIMARY KEY, tenant text, email text);
    INSERT INTO customers SELECT i, CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END, 't' || i || '@pg.zz'
        FROM generate_series(1, 10) i;
    ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
    CREATE POLICY tenants ON customers USING (tenant = 'a');
    CREATE VIEW visible AS SELECT id, email FROM customers WHERE tenant = 'a';";

const TABLE: &str = "table = \"public.customers\"\nkey = \"id\"";
const VIEW: &str = "table = \"public.visible\"\nkey = \"id\"";
const QUERY: &str =
    "query = \"select c.id, c.email from public.customers c join public.visible v using (id)\"\nkey = \"id\"";

fn snapshot(settings: &str) -> String {
    config(settings).replace("kind = \"postgres\"\n", "kind = \"postgres\"\nsnapshot = true\n")
}

/// How many rows a run reads, and what it tells.
fn read(config: &str) -> (u64, Vec<SourceNote>) {
    let database = Database::new();
    database.execute(TENANTS);
    let mut pipeline = Pipeline::new(&Settings::default());
    pipeline.configure(config);
    pipeline.secrets.store(SECRET, &database.secret());
    pipeline.run(&Knobs::default()).expect("a run");
    let manifest = Version::current(&pipeline).manifest;
    (manifest.counts.rows_read, manifest.source_notes)
}

#[test]
fn rows_that_are_hidden_are_told() {
    let hidden = || vec![SourceNote { source: "shop".to_owned(), note: Note::RowsHidden }];
    assert_eq!(read(&config(TABLE)), (5, hidden()));
    assert_eq!(read(&config(QUERY)), (5, hidden()), "however deep in a query the table is");
}

/// The policies of a table are not for the owner of a view.
#[test]
fn a_view_that_shows_what_there_is_to_read_hides_nothing() {
    assert_eq!(read(&config(VIEW)), (5, Vec::new()));
    assert_eq!(read(&snapshot(VIEW)), (5, Vec::new()));
}

#[test]
fn a_snapshot_hides_nothing_or_is_refused() {
    for settings in [TABLE, QUERY] {
        let database = Database::new();
        database.execute(TENANTS);
        let mut pipeline = Pipeline::new(&Settings::default());
        pipeline.configure(&snapshot(settings));
        pipeline.secrets.store(SECRET, &database.secret());
        let error = pipeline.run(&Knobs::default()).expect_err("rows are hidden");
        assert_eq!(error.kind, ErrorKind::InvalidInput);
        for words in ["the source \"shop\"", "\"customers\"", "count as deleted", "BYPASSRLS", "view"] {
            assert!(error.text().contains(words), "{words}: {}", error.text());
        }
    }
}

/// A policy that comes between Plan and Extract deletes nobody.
#[test]
fn a_snapshot_is_refused_wherever_the_policy_comes() {
    let shop = Shop::new(TENANTS, "");
    shop.database.execute("ALTER TABLE customers DISABLE ROW LEVEL SECURITY");
    shop.write_config(&snapshot(TABLE));
    let splits = shop.plan().expect("a plan");
    shop.database.execute("ALTER TABLE customers ENABLE ROW LEVEL SECURITY");
    let error = shop.extract(&splits[0], false).expect_err("rows are hidden now");
    assert!(error.text().contains("count as deleted"), "{}", error.text());
    assert_eq!(shop.rows().len(), 0);
}

#[test]
fn a_table_that_shows_no_row_at_all_is_a_fault() {
    let shop = Shop::new(TENANTS, TABLE);
    shop.database.execute("DROP POLICY tenants ON customers");
    let error = shop.plan().expect_err("nothing is visible");
    assert_eq!(error.kind, ErrorKind::InvalidInput);
    assert!(error.text().contains("shows the user of the secret no row"), "{}", error.text());
}

#[test]
fn an_empty_table_without_policies_is_empty() {
    let shop = Shop::new("CREATE TABLE customers (id int PRIMARY KEY, email text)", TABLE);
    assert!(shop.plan().expect("a plan").is_empty());
}
