//! What is wrong with the set-up is said by Plan, by the source's name, with what to do, and without a secret or a
//! value.

use std::sync::Arc;

use onefold_shell::ErrorKind;
use onefold_tests::postgres::READER_PASSWORD;

use crate::shop::{SECRET, Shop};

const CUSTOMERS: &str = "CREATE TABLE customers (id int PRIMARY KEY, email text, born date, updated_at timestamptz);
    INSERT INTO customers VALUES (1, 'anna@mail.de', '1990-01-01', now()), (2, NULL, NULL, now());";

const TABLE: &str = "table = \"public.customers\"\nkey = \"id\"";

/// Asserts that Plan refuses, naming the source and saying some words.
fn check(shop: &Shop, words: &[&str]) {
    let error = shop.plan().unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidInput, "{error}");
    for word in words.iter().chain(&["\"shop\""]) {
        assert!(error.text().contains(word), "{word:?} in {error}");
    }
    for private in ["anna", "1990", READER_PASSWORD, "hunter2", "127.0.0.1"] {
        assert!(!error.text().contains(private), "{private:?} in {error}");
    }
}

/// The same for settings.
fn check_settings(settings: &str, words: &[&str]) {
    check(&Shop::new(CUSTOMERS, settings), words);
}

#[test]
fn users_that_may_not() {
    let shop = Shop::new(CUSTOMERS, TABLE);
    shop.secrets.store(SECRET, &shop.database.secret_of("reader", "hunter2"));
    check(&shop, &["28P01", "mend the secret \"onefold/shop\""]);
    shop.secrets.store(SECRET, &shop.database.secret_of("nobody", "hunter2"));
    check(&shop, &["28P01", "user or password"]);
    shop.secrets.store(SECRET, &shop.database.secret().replace("/test_", "/absent_"));
    check(&shop, &["3D000", "no such database"]);
    shop.secrets.store(SECRET, "hunter2");
    check(&shop, &["no connection string"]);
    shop.secrets.store(SECRET, &shop.database.secret());
    shop.database.execute("REVOKE SELECT ON customers FROM reader");
    check(&shop, &["42501", "GRANT SELECT", "customers"]);
}

#[test]
fn secrets_that_are_not_there() {
    let mut shop = Shop::new(CUSTOMERS, TABLE);
    shop.secrets = Arc::default();
    check(&shop, &["no secret \"onefold/shop\""]);
}

#[test]
fn tables_and_columns_that_are_not_there() {
    check_settings("table = \"public.custmers\"\nkey = \"id\"", &["42P01", "public.custmers", "mend table"]);
    check_settings("table = \"public.customers\"\nkey = \"nr\"", &["\"nr\"", "id, email, born, updated_at"]);
    let both = "table = \"public.customers\"\nkey = \"nr\"\nwatermark = { column = \"changed\" }";
    check_settings(both, &["\"nr\"", "\"changed\""]);
    check_settings("query = \"select id fro customers\"\nkey = \"id\"", &["42601", "mend table, query"]);
    check_settings("query = \"select id from customers) as a; drop table customers; --\"\nkey = \"id\"", &["42601"]);
}

#[test]
fn columns_that_do_not_serve() {
    check_settings("table = \"public.customers\"\nkey = \"born\"", &["of type date", "cast it in a query"]);
    check_settings("table = \"public.customers\"\nkey = \"email\"", &["\"email\" is null"]);
    check_settings("query = \"select id, id from customers\"\nkey = \"id\"", &["two columns \"id\""]);
    let text = "table = \"public.customers\"\nkey = \"id\"\nwatermark = { column = \"email\" }";
    check_settings(text, &["watermark \"email\"", "of type text"]);
    let number = "table = \"public.customers\"\nkey = \"id\"\nwatermark = { column = \"id\", overlap = \"5m\" }";
    check_settings(number, &["leave overlap out"]);
}

#[test]
fn queries_that_fail_over_a_value_do_not_show_it() {
    let settings = "query = \"select id, email::int as n from customers where id = 1\"\nkey = \"id\"\nsplits = 1";
    let shop = Shop::new(CUSTOMERS, settings);
    let splits = shop.plan().unwrap();
    let error = shop.extract(&splits[0], false).unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidInput);
    assert!(error.text().contains("22P02") && !error.text().contains("anna"), "{error}");
}

#[test]
fn queries_cannot_write() {
    let statements = format!(
        "{CUSTOMERS} CREATE FUNCTION forget() RETURNS int SECURITY DEFINER LANGUAGE sql AS
         'DELETE FROM customers RETURNING id'"
    );
    let shop = Shop::new(&statements, "query = \"select forget() as id\"\nkey = \"id\"\nsplits = 1");
    check(&shop, &["25006", "only read"]);
    assert_eq!(shop.database.text("SELECT count(*)::text FROM customers"), "2");
}

#[test]
fn keys_that_do_not_tell_rows_apart() {
    let statements = "CREATE TABLE customers (id int, email text);
        INSERT INTO customers SELECT n / 2, 'anna@mail.de' FROM generate_series(0, 99) n;";
    // However the pages fall: a pair is within one, or divided by its end.
    for rows_per_page in 1..=4 {
        for is_hurried in [false, true] {
            let settings =
                format!("table = \"public.customers\"\nkey = \"id\"\nsplits = 1\nrows_per_page = {rows_per_page}");
            let shop = Shop::new(statements, &settings);
            let splits = shop.plan().unwrap();
            let error = shop.extract(&splits[0], is_hurried).unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidInput);
            assert!(error.text().contains("have the same \"id\""), "{error}");
        }
    }
}

#[test]
fn a_database_that_is_not_reached_is_tried_again() {
    let shop = Shop::new(CUSTOMERS, TABLE);
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let elsewhere = shop.database.secret().replace(&shop.database.port().to_string(), &port.to_string());
    shop.secrets.store(SECRET, &elsewhere);
    let error = shop.plan().unwrap_err();
    assert_eq!(error.kind, ErrorKind::Transient, "{error}");
    assert!(error.text().contains("onefold/shop") && !error.text().contains("127.0.0.1"), "{error}");
}
