//! Tables and queries, keys of every type, and splits that leave out nothing.

use onefold_lake::keys;
use serde_json::json;

use crate::shop::Shop;

const CUSTOMERS: &str = "CREATE TABLE customers (id int PRIMARY KEY, email text);
    INSERT INTO customers SELECT n, 'user' || n || '@mail.de' FROM generate_series(1, 1000) n;";

/// The texts of the numbers of a range, sorted as texts.
fn numbers(range: std::ops::RangeInclusive<u32>) -> Vec<String> {
    let mut numbers: Vec<String> = range.map(|number| number.to_string()).collect();
    numbers.sort();
    numbers
}

#[test]
fn reads_a_table() {
    let shop = Shop::new(CUSTOMERS, "table = \"public.customers\"\nkey = \"id\"");
    let rows = shop.read();
    assert_eq!(rows[0], json!({"id": 1, "email": "user1@mail.de"}));
    assert_eq!(shop.ids(), numbers(1..=1000));
    assert_eq!(shop.database.sessions(), "0", "no session stays behind");
}

#[test]
fn reads_what_a_query_gives() {
    let query = "with every as (select * from customers) -- all of them\nselect id, upper(email) as email, 1 as source \
                 from every where id <= 10 -- but few";
    let settings = format!("query = '''{query}'''\nkey = \"id\"\nsplits = 3");
    let shop = Shop::new(CUSTOMERS, &settings);
    assert_eq!(shop.read()[0], json!({"id": 1, "email": "USER1@MAIL.DE", "source": 1}));
    assert_eq!(shop.ids(), numbers(1..=10));
}

#[test]
fn reads_names_that_need_quotes() {
    let statements = "CREATE SCHEMA \"Läden\"; GRANT USAGE ON SCHEMA \"Läden\" TO reader;
        CREATE TABLE \"Läden\".\"die \"\"Kunden\"\"\" (\"Nr; --\" int PRIMARY KEY, source text, id text);
        GRANT SELECT ON ALL TABLES IN SCHEMA \"Läden\" TO reader;
        INSERT INTO \"Läden\".\"die \"\"Kunden\"\"\" VALUES (1, 'a', 'x'), (2, 'b', 'y');";
    let shop = Shop::new(statements, "table = 'Läden.die \"Kunden\"'\nkey = \"Nr; --\"\nsplits = 2");
    assert_eq!(
        shop.read(),
        [json!({"Nr; --": 1, "source": "a", "id": "x"}), json!({"Nr; --": 2, "source": "b", "id": "y"})]
    );
}

#[test]
fn reads_everything_once_whatever_comes_meanwhile() {
    for (kind, key, new) in [
        ("int", "n", ["-5", "250000", "99999999"]),
        ("bigint", "n * 9000000000000", ["-5", "9000000000001", "9223372036854775807"]),
        (
            "uuid",
            "md5(n::text)::uuid",
            ["'00000000-0000-0000-0000-000000000000'", "md5('x')::uuid", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"],
        ),
        ("text", "md5(n::text) || '@mail.de'", ["''", "'a'' OR true --'", "'zzz'"]),
        ("varchar(80)", "chr(65 + n % 60) || 'ä\"' || n", ["' '", "'a'", "'zzz'"]),
    ] {
        let statements = format!(
            "CREATE TABLE customers (id {kind} PRIMARY KEY, email text);
             INSERT INTO customers SELECT {key}, 'user' || n || '@mail.de' FROM generate_series(1, 500) n;"
        );
        let settings = "table = \"public.customers\"\nkey = \"id\"\nsplits = 7\nrows_per_page = 10";
        let shop = Shop::new(&statements, settings);
        let splits = shop.plan().unwrap();
        assert_eq!(splits.len(), 7, "{kind}");
        for (number, split) in splits.iter().enumerate() {
            if let Some(key) = new.get(number) {
                shop.database.execute(&format!("INSERT INTO customers VALUES ({key}, 'new@mail.de')"));
            }
            shop.extract(split, false).unwrap();
        }
        let ids = shop.ids();
        let mut once = ids.clone();
        once.dedup();
        assert_eq!(once, ids, "{kind}: a row is there twice");
        let old = shop.rows().iter().filter(|row| row["email"] != "new@mail.de").count();
        assert_eq!(old, 500, "{kind}");
        assert!(
            shop.rows().len() > 500,
            "{kind}: a row below the first bound is read if it comes before the first split"
        );
    }
}

#[test]
fn splits_are_of_equal_size() {
    let shop = Shop::new(CUSTOMERS, "table = \"public.customers\"\nkey = \"id\"\nsplits = 4");
    shop.database.execute("UPDATE customers SET id = id * 1000000 WHERE id > 750");
    let splits = shop.plan().unwrap();
    for (number, split) in splits.iter().enumerate() {
        shop.extract(split, false).unwrap();
        assert_eq!(shop.rows().len(), 250 * (number + 1));
    }
}

#[test]
fn there_are_as_many_splits_as_the_rows_need() {
    let shop = Shop::new(CUSTOMERS, "table = \"public.customers\"\nkey = \"id\"");
    shop.database.execute("ANALYZE customers");
    let splits = shop.plan_with(json!({"split_bytes": 5_000})).unwrap();
    assert!((3..20).contains(&splits.len()), "{}", splits.len());
    for split in &splits {
        shop.extract(split, false).unwrap();
    }
    assert_eq!(shop.ids(), numbers(1..=1000));
    let shop = Shop::new(CUSTOMERS, "table = \"public.customers\"\nkey = \"id\"");
    assert_eq!(shop.plan().unwrap().len(), 1, "few rows need one");
}

#[test]
fn there_are_no_more_splits_than_keys() {
    let statements = "CREATE TABLE customers (id int PRIMARY KEY); INSERT INTO customers VALUES (1), (2)";
    let shop = Shop::new(statements, "table = \"public.customers\"\nkey = \"id\"\nsplits = 64");
    assert!(shop.plan().unwrap().len() <= 3);
    shop.read();
    assert_eq!(shop.ids(), ["1", "2"]);
}

#[test]
fn an_empty_table_is_nothing_to_read() {
    let shop = Shop::new("CREATE TABLE customers (id int)", "table = \"public.customers\"\nkey = \"id\"\nsplits = 5");
    assert!(shop.plan().unwrap().is_empty());
}

/// Keys can be addresses. What travels through the state machine are the splits.
#[test]
fn keys_are_not_in_splits() {
    let statements = "CREATE TABLE customers (email text PRIMARY KEY);
        INSERT INTO customers SELECT 'user' || n || '@mail.de' FROM generate_series(1, 100) n;";
    let shop = Shop::new(statements, "table = \"public.customers\"\nkey = \"email\"\nsplits = 4");
    let splits = shop.plan().unwrap();
    assert_eq!(splits.len(), 4);
    assert!(!shop.object(&keys::run_splits(&Shop::run())).contains("user"));
    assert!(!shop.object(&keys::run_plan(&Shop::run())).contains("user"));
}
