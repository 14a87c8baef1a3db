//! Time that runs out, and connections that are cut.

use std::sync::{Arc, Mutex};

use onefold_lake::keys;
use onefold_shell::ErrorKind;
use onefold_store::Store;
use onefold_tests::hooked::{HookedStore, Hooks};
use onefold_tests::postgres::Database;

use crate::shop::Shop;

/// 12 MiB of rows, so that a chunk is written before all are read.
const CUSTOMERS: &str = "CREATE TABLE customers (id int PRIMARY KEY, note text);
    INSERT INTO customers SELECT n, repeat('x', 1000) FROM generate_series(1, 12000) n;";

#[test]
fn stops_at_the_end_of_a_page_and_goes_on_behind_it() {
    let statements = "CREATE TABLE customers (id text PRIMARY KEY);
        INSERT INTO customers SELECT 'user' || n || '@mail.de' FROM generate_series(1, 95) n;";
    let shop = Shop::new(statements, "table = \"public.customers\"\nkey = \"id\"\nsplits = 2\nrows_per_page = 10");
    let splits = shop.plan().unwrap();
    let stops: u32 = splits.iter().map(|split| shop.extract(split, true).unwrap()).sum();
    // 48 and 47 rows: four whole pages each, and the rest with the end.
    assert_eq!(stops, 8);
    let mut ids = shop.ids();
    assert_eq!(ids.len(), 95);
    ids.dedup();
    assert_eq!(ids.len(), 95, "no row is there twice");
}

#[test]
fn goes_on_where_it_stopped_although_that_row_is_gone() {
    let statements = "CREATE TABLE customers (id int PRIMARY KEY); INSERT INTO customers SELECT generate_series(1, 30)";
    let mut shop = Shop::new(statements, "table = \"public.customers\"\nkey = \"id\"\nrows_per_page = 10");
    let splits = shop.plan().unwrap();
    let database = shop.database.clone();
    shop.wrap(|store| meddled(store, move || database.execute("DELETE FROM customers WHERE id = 10")));
    assert_eq!(shop.extract(&splits[0], true).unwrap(), 2);
    assert_eq!(shop.ids().len(), 30, "the row was read before it was deleted");
}

#[test]
fn a_connection_that_is_cut_is_tried_again_and_gives_each_row_once() {
    let mut shop = Shop::new(CUSTOMERS, "table = \"public.customers\"\nkey = \"id\"\nrows_per_page = 500");
    let splits = shop.plan().unwrap();
    let database = shop.database.clone();
    shop.wrap(|store| meddled(store, move || Database::cut_connections(&database)));
    let error = shop.extract(&splits[0], false).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Transient, "{error}");
    assert!(error.text().contains("shop"), "{error}");
    let before = shop.rows().len();
    assert!(before > 0 && before < 12_000, "{before}: it was cut in the middle");
    shop.extract(&splits[0], false).unwrap();
    let expected: Vec<u64> = (1..=12_000).collect();
    let found: Vec<u64> = shop.rows().iter().filter_map(|row| row["id"].as_u64()).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_statement_that_takes_too_long_is_tried_again() {
    let shop =
        Shop::new(CUSTOMERS, "query = \"select id, pg_sleep(10)::text from customers\"\nkey = \"id\"\nsplits = 1");
    let splits = shop.plan().unwrap();
    let database = shop.database.clone();
    // What a time limit does is done by hand: the test would else have to wait for it.
    let cancel = std::thread::spawn(move || {
        let cancel = "SELECT coalesce(bool_or(pg_cancel_backend(pid)), false)::text FROM pg_stat_activity
            WHERE usename = 'reader' AND datname = current_database() AND query LIKE 'FETCH%' AND state = 'active'";
        while database.text(cancel) != "true" {}
    });
    let error = shop.extract(&splits[0], false).unwrap_err();
    cancel.join().unwrap();
    assert_eq!(error.kind, ErrorKind::Transient, "{error}");
    assert!(error.text().contains("57014"), "{error}");
}

/// Does something once, behind the first raw chunk that is written.
fn meddled(store: Arc<dyn Store>, meddle: impl FnOnce() + Send + 'static) -> Arc<dyn Store> {
    Arc::new(HookedStore::new(store, Meddling(Mutex::new(Some(Box::new(meddle))))))
}

struct Meddling(Mutex<Option<Box<dyn FnOnce() + Send>>>);

impl Hooks for Meddling {
    fn was_put(&self, key: &str) {
        let meddle = if key.starts_with(keys::RAW) { self.0.lock().unwrap().take() } else { None };
        if let Some(meddle) = meddle {
            // Another thread, as this one drives a runtime already.
            std::thread::spawn(meddle).join().unwrap();
        }
    }
}
