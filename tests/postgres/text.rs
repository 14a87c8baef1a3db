//! Values of every type, as PostgreSQL writes them in JSON.

use serde_json::{Value, json};

use crate::shop::Shop;

#[test]
fn every_type_is_read_as_postgresql_writes_it() {
    let statements = r#"
        CREATE TYPE mood AS ENUM ('gut', 'schlecht');
        CREATE TYPE place AS (street text, number int);
        CREATE DOMAIN postcode AS text;
        CREATE TABLE customers (id bigint PRIMARY KEY, n numeric, big numeric, f float8, nan float8, d date, t timestamp,
            z timestamptz, i interval, u uuid, b boolean, raw bytea, j json, jb jsonb, list text[], grid int[],
            mood mood, place place, code postcode, nothing text, text text, clock time);
        INSERT INTO customers VALUES (9007199254740993, 12.50, 123456789012345678901234567890.123456789, 0.1, 'NaN',
            '2024-02-29', '2024-02-29 13:14:15.123456', '2024-02-29 13:14:15.123456+02', '1 day 02:00', 
            '0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b', true, '\xdeadbeef', E'{"b": 1,\n "a":\t[1, 2],\r\n "b": 2}',
            '{"b": {"c": null}, "a": 1}', '{"a,b","c\"d",NULL}', '{{1,2},{3,4}}', 'gut', '("Am Weg, 3",7)', '80331', NULL,
            E'Zoë 👋 "quoted" \\ line\nbreak\ttab \u0001', '01:02:03')"#;
    let shop = Shop::new(statements, "table = \"public.customers\"\nkey = \"id\"");
    shop.database.execute("ALTER ROLE reader SET TimeZone = 'Asia/Tokyo'; ALTER ROLE reader SET DateStyle = 'German'");
    shop.database
        .execute("ALTER ROLE reader SET extra_float_digits = -5; ALTER ROLE reader SET bytea_output = 'escape'");
    shop.read();
    shop.database.execute("ALTER ROLE reader RESET ALL");
    let lines = shop.lines();
    assert_eq!(lines.len(), 1, "a row is a line, whatever is in it");
    let row: Value = serde_json::from_str(&lines[0]).unwrap();
    let expected = json!({
        "id": 9_007_199_254_740_993_u64,
        "n": row["n"], "big": row["big"],
        "f": 0.1, "nan": "NaN",
        "d": "2024-02-29", "t": "2024-02-29T13:14:15.123456", "z": "2024-02-29T11:14:15.123456+00:00",
        "i": "1 day 02:00:00", "u": "0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", "b": true, "raw": "\\xdeadbeef",
        "j": {"b": 2, "a": [1, 2]}, "jb": {"a": 1, "b": {"c": null}},
        "list": ["a,b", "c\"d", null], "grid": [[1, 2], [3, 4]],
        "mood": "gut", "place": {"street": "Am Weg, 3", "number": 7}, "code": "80331", "nothing": null,
        "text": "Zoë 👋 \"quoted\" \\ line\nbreak\ttab \u{1}", "clock": "01:02:03",
    });
    assert_eq!(row, expected);
    // Numbers keep every digit; a parser into floats would not show it.
    for number in ["\"n\":12.50,", "\"big\":123456789012345678901234567890.123456789,", "\"id\":9007199254740993,"] {
        assert!(lines[0].contains(number), "{number} in {}", lines[0]);
    }
}

#[test]
fn a_row_that_is_too_long_does_not_fill_the_memory() {
    let statements = "CREATE TABLE customers (id int PRIMARY KEY, note text);
        INSERT INTO customers VALUES (1, 'short'), (2, repeat('ä', 5000000)), (3, 'short')";
    let shop = Shop::new(statements, "table = \"public.customers\"\nkey = \"id\"");
    for split in shop.plan().unwrap() {
        shop.extract(&split, false).unwrap();
    }
    let lines = shop.lines();
    assert_eq!(lines.len(), 3);
    let longest = onefold_rows::csv::RECORD_BYTES_MAX;
    assert!(lines[1].len() > longest, "Translate must see that the row is too long");
    assert!(lines[1].len() < 3 * longest, "the row is {} bytes long", lines[1].len());
}
