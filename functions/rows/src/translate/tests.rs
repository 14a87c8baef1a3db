//! Rows of every shape, and every reason to refuse one.

use onefold_config::Config;
use onefold_graph::node::NodeHasher;
use onefold_identity::match_keys::Matcher;
use onefold_identity::suppression::{Suppression, email_entries, phone_entries};
use onefold_normalise::Surroundings;
use serde_json::{Value, json};

use super::*;
use crate::enrich::TableText;

const CONFIG: &str = r#"
[[source]]
name = "crm"
format = "jsonl"
region = "US"
[source.fields]
id = "/id"
full_name = "/name"
given_name = "/first"
email = ["/mail/work", "/mail/home"]
phone_number = "/phone"
birthdate = { at = "/born", as = "%d.%m.%Y" }
updated_at = { at = "/at", as = "unix_s" }
interests = { at = "/likes", split = ";" }
salary = "/pay"
address.country = "/country"
address.postal_code = "/zip"
attributes.device = "/device"
deleted = ["/closed", "/gone"]

[[source]]
name = "news"
format = "csv"
[source.fields]
id = "/sid"
email = "/email"
interests = { at = "/interests", split = ";" }
updated_at = { at = "/day", as = "date", default = "1970-01-01T00:00:00Z" }
deleted = { at = "/email", equals = ["erased", "-"] }

[normalise]
email = ["trim", "lowercase", "untag"]
given_name = ["trim", "capitalise"]
phone_number = "digits"

[[enrich]]
field = "gender"
table = "gender"
on = "given_name"
[[enrich]]
field = "location"
table = "zip3"
on = "address.postal_code"
prefix = 3
columns = { latitude = "lat", longitude = "lon" }

[[match]]
key = ["email"]
[[match]]
key = ["phone_number"]
"#;

fn translate(source: &str, text: &[u8], header: usize) -> ChunkOutput {
    translate_by(CONFIG, source, text, header)
}

fn translate_by(config: &str, source: &str, text: &[u8], header: usize) -> ChunkOutput {
    translate_at(1000, config, source, text, header)
}

fn translate_at(received_at: i64, config: &str, source: &str, text: &[u8], header: usize) -> ChunkOutput {
    let config = Config::parse(config).unwrap();
    let tables = Tables::parse(&config, |name| match name {
        "gender" => Some(TableText::csv("gender.csv", b"name,gender\nAnna,f\n")),
        _ => Some(TableText::csv("zip3.csv", b"zip3,lat,lon\n123,47.5,11\n")),
    })
    .unwrap();
    let hasher = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
    let segment = Segment {
        object: "landing/a".to_owned(),
        received_at,
        byte: 100,
        line: Some(1),
        length: text.len() - header,
        is_fragment: false,
    };
    let matcher = Matcher::new(&config, hasher);
    let mut translator = Translator::new(&config, config.source(source).unwrap(), &tables, matcher);
    translate_chunk(&mut translator, text, &[segment])
}

fn lines(bytes: &[u8]) -> Vec<Value> {
    bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

/// The one account of a row of the source `crm`.
fn account(row: &Value) -> Value {
    let output = translate("crm", row.to_string().as_bytes(), 0);
    assert_eq!(output.rejected, 0, "{}", String::from_utf8_lossy(&output.rejects));
    lines(&output.accounts).pop().unwrap()
}

/// Field and reason of the one reject of a row of the source `crm`.
fn reject(row: &[u8]) -> (Value, String) {
    let output = translate("crm", row, 0);
    assert_eq!((output.rows, output.rejected), (1, 1));
    let reject = lines(&output.rejects).pop().unwrap();
    (reject["field"].clone(), reject["reason"].as_str().unwrap().to_owned())
}

#[test]
fn a_row_becomes_an_account() {
    let row = json!({
        "id": 8, "name": "Weber, anna", "mail": {"work": "", "home": " Anna+x@GMX.de "}, "phone": "(212) 345-6789",
        "born": "14.12.1931", "at": 1_686_161_760, "likes": ["b", "a", "b", null], "pay": 50_000.50, "country": "US",
        "zip": "12345", "device": {"os": "ios"}, "more": 1,
    });
    let expected = json!({
        "ref": "crm:8", "updated_at": "2023-06-07T18:16:00Z", "received_at": "1970-01-01T00:00:01Z", "given_name": "Anna",
        "family_name": "Weber", "gender": "f", "email": "anna@gmx.de", "phone_number": "+12123456789",
        "birthdate": "1931-12-14", "address": {"postal_code": "12345", "country": "US"},
        "location": {"latitude": 47.5, "longitude": 11.0}, "salary": 50_000.5, "interests": ["a", "b"],
        "attributes": {"device": {"os": "ios"}},
        "provenance": {"gender": "reference:gender", "location": "reference:zip3"},
    });
    assert_eq!(account(&row), expected);
}

#[test]
fn a_row_that_is_marked_becomes_a_tombstone() {
    let row =
        json!({"id": 8, "mail": {"home": "a@x.de"}, "phone": "(212) 345-6789", "at": 1, "device": "x", "gone": true});
    let output = translate("crm", row.to_string().as_bytes(), 0);
    let expected = json!({
        "ref": "crm:8", "updated_at": "1970-01-01T00:00:01Z", "received_at": "1970-01-01T00:00:01Z", "deleted": true,
    });
    assert_eq!(lines(&output.accounts), [expected]);
    assert_eq!((output.stars.len(), output.stars.star(0).keys), (1, &[][..]), "it matches nothing");
    for (mark, is_deleted) in [
        (json!(null), false),
        (json!(""), false),
        (json!(false), false),
        (json!(0), false),
        (json!(1), true),
        (json!("Yes"), true),
    ] {
        assert_eq!(account(&json!({"id": 8, "gone": mark}))["deleted"] == true, is_deleted, "{mark}");
    }
    assert_eq!(account(&json!({"id": 8, "closed": "no", "gone": true}))["deleted"], Value::Null, "the first counts");
    let listed = translate("news", b"sid,email,interests,day\n1,erased,,\n2, - ,,\n3,Erased,,\n", 24);
    let deleted: Vec<bool> = lines(&listed.accounts).iter().map(|account| account["deleted"] == true).collect();
    assert_eq!(deleted, [true, true, false]);
}

#[test]
fn of_a_repeated_id_without_times_the_deletion_is_kept() {
    for text in ["{\"id\":1}\n{\"id\":1,\"gone\":true}\n", "{\"id\":1,\"gone\":true}\n{\"id\":1}\n"] {
        let output = translate("crm", text.as_bytes(), 0);
        assert_eq!((output.repeated, &lines(&output.accounts)[0]["deleted"]), (1, &json!(true)));
    }
}

#[test]
fn names_are_split_and_a_field_of_its_own_beats_the_full_name() {
    let names = |row: Value| {
        let account = account(&row);
        (account["given_name"].clone(), account["family_name"].clone())
    };
    assert_eq!(names(json!({"id": 1, "name": "anna maria weber"})), (json!("Anna Maria"), json!("weber")));
    assert_eq!(names(json!({"id": 1, "name": " Weber ,Anna "})), (json!("Anna"), json!("Weber")));
    assert_eq!(names(json!({"id": 1, "name": "Cher"})), (Value::Null, json!("Cher")));
    assert_eq!(names(json!({"id": 1, "name": "Weber, Anna", "first": "eva"})), (json!("Eva"), json!("Weber")));
}

#[test]
fn values_that_cannot_be_used_are_dropped_and_counted() {
    let row = json!({"id": 1, "mail": {"work": "n/a"}, "phone": "0", "born": "1931-12-14"});
    let output = translate("crm", row.to_string().as_bytes(), 0);
    let dropped: Vec<(&str, u64)> = output.dropped.iter().map(|(field, count)| (field.as_str(), *count)).collect();
    assert_eq!(dropped, [("birthdate", 1), ("email: a placeholder", 1), ("phone_number: a placeholder", 1)]);
    assert_eq!(output.kept, [].into());
    assert_eq!(lines(&output.accounts), [json!({"ref": "crm:1", "received_at": "1970-01-01T00:00:01Z"})]);
    assert_eq!(output.stars.star(0).keys, []);
}

#[test]
fn a_number_and_a_postal_code_are_of_the_accounts_country_once_that_is_normalised() {
    let chains = "[normalise]\naddress.country = \"country\"\naddress.postal_code = \"postal_code\"";
    let config = CONFIG.replace("[normalise]", chains).replace("\"digits\"", "\"e164\"");
    let account = |country: Option<&str>, phone: &str, zip: &str| {
        let row = json!({"id": 1, "country": country, "phone": phone, "zip": zip});
        let output = translate_by(&config, "crm", row.to_string().as_bytes(), 0);
        let account = lines(&output.accounts).pop().unwrap();
        let dropped: Vec<String> = output.dropped.into_keys().collect();
        (account["phone_number"].clone(), account["address"].clone(), dropped)
    };
    let german = json!({"country": "DE", "postal_code": "01067"});
    assert_eq!(account(Some("Germany"), "0151 12345678", "1067"), (json!("+4915112345678"), german, vec![]));
    let british = json!({"country": "GB", "postal_code": "SW1A 1AA"});
    assert_eq!(account(Some("uk"), "(020) 7031 3000", "sw1a1aa"), (json!("+442070313000"), british, vec![]));
    // Without a country that is known, the source's region.
    let american = json!({"postal_code": "02108"});
    let dropped = vec!["address.country".to_owned()];
    assert_eq!(account(Some("Ruritania"), "650 253 0000", "2108"), (json!("+16502530000"), american.clone(), dropped));
    assert_eq!(account(None, "0000000001", "02108"), (Value::Null, american, vec!["phone_number".to_owned()]));
}

#[test]
fn every_reason_to_refuse_a_row_is_told() {
    let cases: [(&[u8], Value, &str); 13] = [
        (b"{\"id\":1", Value::Null, "not one JSON object: EOF while parsing an object"),
        (b"#### broken record", Value::Null, "not one JSON object: expected value at column 1"),
        (b"[1]", Value::Null, "not one JSON object: invalid type: sequence"),
        (b"{\"id\":1} {}", Value::Null, "not one JSON object: trailing characters at column 10"),
        (b"{\"id\":\"\xff\"}", Value::Null, "not UTF-8"),
        (b"{\"name\":\"x\"}", json!("id"), "the id is missing"),
        (b"{\"id\":null}", json!("id"), "the id is missing"),
        (b"{\"id\":\" \"}", json!("id"), "the id is empty"),
        (b"{\"id\":{\"x\":1}}", json!("id"), "a list or an object"),
        (b"{\"id\":1,\"at\":\"yesterday\"}", json!("updated_at"), "not written as unix_s"),
        (b"{\"id\":1,\"gone\":\"2024-01-01\"}", json!("deleted"), "neither true"),
        (b"{\"id\":1,\"gone\":{}}", json!("deleted"), "neither true"),
        (b"{\"id\":1,\"closed\":[true]}", json!("deleted"), "neither true"),
    ];
    for (row, field, reason) in cases {
        let found = reject(row);
        assert_eq!(found.0, field, "{}", String::from_utf8_lossy(row));
        assert!(found.1.contains(reason), "{}", found.1);
        assert!(!found.1.contains("at line"), "lines are the file's: {}", found.1);
    }
    let long = format!("{{\"id\":\"{}\"}}", "x".repeat(1 << 20));
    assert!(reject(long.as_bytes()).1.contains("1048585 bytes long"));
}

#[test]
fn a_reject_says_where_the_row_stands_and_what_it_was() {
    let text = b"{\"id\":1}\n\n  \nbroken \"row\"\n{\"id\":2}\n\xe2\x82\n";
    let output = translate("crm", text, 0);
    assert_eq!((output.rows, output.blank, output.rejected, output.stars.len()), (4, 2, 2, 2));
    let rejects = lines(&output.rejects);
    assert_eq!(rejects[0]["object"], "landing/a");
    assert_eq!((&rejects[0]["line"], &rejects[0]["byte"]), (&json!(4), &json!(113)));
    assert_eq!(rejects[0]["raw"], "broken \"row\"");
    assert_eq!((&rejects[1]["line"], &rejects[1]["raw"]), (&json!(6), &json!("\u{fffd}")));
    assert_eq!(lines(&output.accounts)[1]["ref"], "crm:2");
}

#[test]
fn csv_rows_must_have_the_columns_of_the_header() {
    let text = b"sid,email,interests,day\n1,a@b.de,\"x;y\n;z\",2023-06-07\n2,broken\n3,a@b.de,,2023-06-07,more\n4,b@b.de,,\n5,\"open,\n6,c@b.de,,\n";
    let output = translate("news", text, 24);
    let accounts = lines(&output.accounts);
    let references: Vec<&Value> = accounts.iter().map(|account| &account["ref"]).collect();
    assert_eq!(references, ["news:1", "news:4", "news:6"]);
    assert_eq!(accounts[0]["interests"], json!(["x", "y", "z"]));
    assert_eq!(accounts[1]["updated_at"], "1970-01-01T00:00:00Z");
    let rejects = lines(&output.rejects);
    let found: Vec<(&Value, &str)> =
        rejects.iter().map(|reject| (&reject["line"], reject["reason"].as_str().unwrap())).collect();
    // The header is line 1 of the object, but a segment counts from its own first line.
    assert_eq!(found[0], (&json!(3), "the header has 4 columns, this row 2"));
    assert_eq!(found[1], (&json!(4), "the header has 4 columns, this row 5"));
    assert!(found[2].0 == &json!(6) && found[2].1.contains("a quote is opened"), "{found:?}");
    assert_eq!(output.rows, 6);
}

#[test]
fn a_column_that_is_not_there_is_told_once() {
    let text = b"\xef\xbb\xbfsid,mail,interests,day\n1,a@b.de,,\n2,b@b.de,,\n";
    let output = translate("news", text, 26);
    assert_eq!((output.rows, output.rejected), (2, 0), "a byte order mark is no part of the first column's name");
    assert_eq!(output.dropped, [("news: no column for /email".to_owned(), 2)].into());
}

#[test]
fn of_a_repeated_id_the_latest_version_is_kept_and_the_others_are_told() {
    let text = br#"{"id":1,"at":5,"mail":{"home":"old@x.de"}}
{"id":2,"at":1}
{"id":1,"at":7,"mail":{"home":"new@x.de"}}
{"id":1,"at":6,"mail":{"home":"mid@x.de"}}
"#;
    let output = translate("crm", text, 0);
    assert_eq!((output.rows, output.rejected, output.repeated), (4, 2, 2));
    let accounts = lines(&output.accounts);
    assert_eq!(accounts.iter().map(|account| &account["ref"]).collect::<Vec<_>>(), ["crm:2", "crm:1"]);
    assert_eq!(accounts[1]["email"], "new@x.de");
    assert_eq!(output.stars.len(), 2);
    let told: Vec<Value> = lines(&output.rejects).into_iter().map(|reject| reject["line"].clone()).collect();
    assert_eq!(told, [json!(1), json!(4)]);
}

#[test]
fn of_a_repeated_id_of_one_time_the_same_version_is_kept_whenever_the_file_comes() {
    let rows = (0..40).map(|number| format!("{{\"id\":{},\"phone\":\"{number}55090\"}}\n", number % 20));
    let text: String = rows.collect();
    let kept = |received_at: i64| {
        let output = translate_at(received_at, CONFIG, "crm", text.as_bytes(), 0);
        assert_eq!(output.repeated, 20);
        lines(&output.accounts).iter().map(|account| account["phone_number"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(kept(1000), kept(1_764_000_000_123));
}

#[test]
fn the_links_of_an_account_are_its_keys() {
    let text = br#"{"id":1,"mail":{"home":"a@x.de"},"phone":"+49 143 8055090"}
{"id":2,"mail":{"home":"A@X.DE"}}
"#;
    let output = translate("crm", text, 0);
    let (one, two) = (output.stars.star(0), output.stars.star(1));
    assert_eq!((one.keys.len(), two.keys.len()), (2, 1));
    assert_eq!(one.keys[0], two.keys[0], "the same address after normalising");
    assert_ne!(one.head.reference, two.head.reference);
    assert_eq!(one.head.version.received_at, 1000);
}

/// The one account of a row of a source, and what was counted of its values.
fn translated(source: &str, row: &str) -> (Value, Vec<(String, u64)>) {
    let header = if source == "news" { "sid,email,interests,day\n" } else { "" };
    let output = translate(source, [header, row].concat().as_bytes(), header.len());
    assert_eq!(output.rejected, 0, "{}", String::from_utf8_lossy(&output.rejects));
    (lines(&output.accounts).pop().unwrap(), output.dropped.into_iter().collect())
}

fn count(names: &[&str]) -> Vec<(String, u64)> {
    names.iter().map(|name| ((*name).to_owned(), 1)).collect()
}

#[test]
fn a_list_or_an_object_in_place_of_a_text_is_counted() {
    for (row, expected) in [
        (json!({"id": 1, "phone": {"mobile": "1"}}), &["phone_number: a list or an object"][..]),
        (json!({"id": 1, "phone": [{"no": "1"}, {"no": "2"}]}), &["phone_number: a list or an object"]),
        (json!({"id": 1, "phone": [["1"]]}), &["phone_number: a list or an object"]),
        (
            json!({"id": 1, "name": {"first": "A"}, "first": [["B"], "C"]}),
            &["full_name: a list or an object", "given_name: a list or an object"],
        ),
        (json!({"id": 1, "pay": {"amount": 1}}), &["salary: a list or an object"]),
        (json!({"id": 1, "pay": "much"}), &["salary: no number of its kind"]),
        (json!({"id": 1, "likes": {"a": 1}}), &["interests: an object"]),
        (json!({"id": 1, "likes": ["a", {"b": 1}]}), &["interests: a list or an object"]),
        (json!({"id": 1, "born": ["1.1.1980"]}), &["birthdate: a list or an object"]),
        (json!({"id": 1, "phone": [], "name": [], "likes": [], "mail": {"work": [], "home": null}}), &[]),
        (json!({"id": 1, "mail": {"work": {"a": 1}, "home": "b@x.de"}}), &["email: a list or an object"]),
    ] {
        let (account, counts) = translated("crm", &row.to_string());
        assert_eq!(counts, count(expected), "{row}");
        assert_eq!(account["phone_number"], Value::Null);
    }
}

#[test]
fn all_addresses_and_numbers_of_a_row_are_the_accounts() {
    let row = json!({
        "id": 1, "mail": {"work": ["a@x.de", "anna at x.de", " B@x.de "], "home": "c@x.de"}, "phone": ["(212) 555-0123", 2125550124u64],
    });
    let (account, counts) = translated("crm", &row.to_string());
    assert_eq!((&account["email"], &account["phone_number"]), (&json!("a@x.de"), &json!("+12125550123")));
    assert_eq!(account["other_values"], json!({"email": ["b@x.de", "c@x.de"], "phone_number": ["+12125550124"]}));
    assert_eq!(counts, count(&["email"]));

    let row = json!({"id": 1, "mail": {"work": ["anna at x.de", "a@x.de", "A@X.de"], "home": ["a@x.de"]}});
    let (account, counts) = translated("crm", &row.to_string());
    assert_eq!((&account["email"], &account["other_values"]), (&json!("a@x.de"), &Value::Null));
    assert_eq!(counts, count(&["email"]), "the first that is one is the account's own, and each counts once");
}

#[test]
fn a_wildcard_finds_the_numbers_of_all_items() {
    let config = CONFIG.replace("phone_number = \"/phone\"", "phone_number = [\"/phone/*/no\", \"/fax\"]");
    let row = json!({"id": 1, "phone": [{"no": "2125550123"}, {"kind": "none"}, {"no": ["2125550124"]}], "fax": "2125550125"});
    let output = translate_by(&config, "crm", format!("{row}\n").as_bytes(), 0);
    let account: Value = serde_json::from_slice(&output.accounts).unwrap();
    assert_eq!(account["phone_number"], "+12125550123");
    assert_eq!(account["other_values"]["phone_number"], json!(["+12125550124", "+12125550125"]));
    assert_eq!((output.dropped.len(), output.stars.star(0).keys.len()), (0, 3));
}

#[test]
fn an_identifier_of_ones_own_has_many_values() {
    let own = "[field.card]\nidentifier = true\nnormalise = \"digits_only\"\n[field.nick]\n";
    let fields =
        "id = \"/id\"\ncard = { at = [\"/cards\", \"/card\"], split = \"|\" }\nnick = [\"/nick\", \"/card\"]\n";
    let config = CONFIG.replacen("id = \"/id\"\n", fields, 1) + own;
    let of = |row: Value| {
        let output = translate_by(&config, "crm", format!("{row}\n").as_bytes(), 0);
        let account: Value = serde_json::from_slice(&output.accounts).unwrap();
        (account, output.dropped)
    };
    let (account, dropped) = of(json!({"id": 1, "cards": ["1-2 | 3", 4, "x"], "card": " |5|", "nick": ["a"]}));
    assert_eq!((&account["card"], &account["other_values"]), (&json!("12"), &json!({"card": ["3", "4", "5"]})));
    assert_eq!(account["nick"], " |5|", "of other fields the first that is text");
    assert_eq!(dropped.into_keys().collect::<Vec<_>>(), ["card"]);
    let (account, dropped) = of(json!({"id": 1, "cards": {"no": 1}, "nick": {"a": "b"}}));
    assert_eq!((&account["card"], &account["nick"]), (&Value::Null, &Value::Null));
    assert_eq!(dropped.into_keys().collect::<Vec<_>>(), ["card: a list or an object", "nick: a list or an object"]);
}

#[test]
fn an_account_has_so_many_values_and_keys() {
    let phones: Vec<u64> = (2_125_550_000..2_125_550_070).collect();
    let (account, counts) = translated("crm", &json!({"id": 1, "phone": phones}).to_string());
    assert_eq!(account["other_values"]["phone_number"].as_array().unwrap().len(), 64);
    let expected = [
        ("phone_number: more keys than an account can have", 1),
        ("phone_number: more values than an account can have", 5),
    ];
    assert_eq!(counts, expected.map(|(name, times)| (name.to_owned(), times)));
}

#[test]
fn control_characters_and_halves_of_pairs_do_not_reach_an_account() {
    let row = r#"{"id":1,"name":"We\u0000ber, An\u001fna","mail":{"home":"a@x\u0007.de"},"zip":"12\n345","likes":["\u0000","a\u0085b"],
        "device":{"\udc00":"cut \ud83d","b":"\u0000\ud83d\ude00 1\n2","n":1.50}}"#;
    let (account, counts) = translated("crm", &row.replace('\n', ""));
    assert_eq!((&account["given_name"], &account["family_name"]), (&json!("Anna"), &json!("Weber")));
    assert_eq!((&account["email"], &account["interests"]), (&json!("a@x.de"), &json!(["a b"])));
    assert_eq!(account["address"]["postal_code"], "12\n345", "a line end is text");
    assert_eq!(account["attributes"]["device"], json!({"\u{fffd}": "cut \u{fffd}", "b": "\u{1f600} 1\n2", "n": 1.50}));
    let mut expected = count(&[
        "attributes.device: control characters taken out",
        "attributes.device: half a surrogate pair replaced",
        "email: control characters taken out",
        "full_name: control characters taken out",
    ]);
    expected.push(("interests: control characters taken out".to_owned(), 2));
    assert_eq!(counts, expected);

    let (account, counts) = translated("news", "3\0,a\u{7f}@x.de,\u{9f},2023-06-07\n");
    assert_eq!((&account["ref"], &account["email"]), (&json!("news:3"), &json!("a@x.de")));
    assert_eq!(counts, count(&["email: control characters taken out", "interests: control characters taken out"]));
    assert!(reject(b"{\"id\":\"1\\u00002\"}").1.contains("control character"));
    assert!(reject(b"{\"id\":1,\"phone\":\"\\ud83d\"}").1.contains("hex escape"), "a text of the mapping");
}

#[test]
fn numbers_that_are_whole_are_written_so_in_ids_and_texts() {
    let row = r#"{"id":17.0,"zip":1067.0,"phone":2123456789.0,"device":1.50}"#;
    let (account, _) = translated("crm", row);
    assert_eq!((&account["ref"], &account["phone_number"]), (&json!("crm:17"), &json!("+12123456789")));
    assert_eq!(
        (&account["address"]["postal_code"], account["attributes"]["device"].to_string()),
        (&json!("1067"), "1.5".into())
    );
    let output = translate("crm", row.as_bytes(), 0);
    assert!(String::from_utf8_lossy(&output.accounts).contains("\"device\":1.50"), "an attribute is kept as it is");
    assert!(reject(br#"{"id":17.5}"#).1.contains("with a fraction"));
}

#[test]
fn what_spreadsheets_make_of_text_is_taken_off() {
    let (account, counts) = translated("news", "\"=\"\"007\"\"\",'anna@x.de,\"=\"\"b;a\"\"\",'2023-06-07\n");
    assert_eq!((&account["ref"], &account["email"]), (&json!("news:007"), &json!("anna@x.de")));
    assert_eq!((&account["interests"], &account["updated_at"]), (&json!(["a", "b"]), &json!("2023-06-07T00:00:00Z")));
    assert_eq!(counts, []);
    let (account, _) = translated("news", "1,\"=\"\"anna@x.de\"\"\",,\n");
    assert_eq!(account["email"], "anna@x.de");
    let (account, counts) = translated("news", "1,\"=\"\"\"\"\",,\n");
    assert_eq!((&account["email"], counts), (&Value::Null, vec![]), "an empty cell");
    // JSON is written by programs: what is in it is meant.
    let (account, _) = translated("crm", r#"{"id":"=\"1\"","zip":"'1"}"#);
    assert_eq!((&account["ref"], &account["address"]["postal_code"]), (&json!("crm:=\"1\""), &json!("'1")));
    // Errors are no values, whoever passes them on.
    let (account, counts) =
        translated("crm", &json!({"id":1,"zip":" #N/A ","first":"#NAME?","country":"########"}).to_string());
    assert_eq!((&account["address"], &account["given_name"]), (&Value::Null, &Value::Null));
    assert_eq!(counts, count(&["address.country", "address.postal_code", "given_name"]));
}

#[test]
fn the_end_of_time_is_a_time_and_no_birth_date() {
    let config = CONFIG.replace("as = \"%d.%m.%Y\"", "as = \"rfc3339\"").replace("as = \"unix_s\"", "as = \"rfc3339\"");
    for (born, expected) in [
        ("9999-12-31T00:00:00Z", "birthdate: a placeholder"),
        ("9999-12-31T23:59:59.999+00:00", "birthdate: a placeholder"),
        ("9999-12-31T23:59:59-01:00", "birthdate: a placeholder"),
        ("0000-00-00T00:00:00Z", "birthdate: a placeholder"),
        ("2023-02-29T00:00:00Z", "birthdate"),
    ] {
        let row = json!({"id": 1, "born": born, "at": "9999-12-31T23:59:59Z"});
        let output = translate_by(&config, "crm", row.to_string().as_bytes(), 0);
        let account = lines(&output.accounts).pop().unwrap();
        assert_eq!((&account["birthdate"], &account["updated_at"]), (&Value::Null, &json!("9999-12-31T23:59:59Z")));
        assert_eq!(output.dropped.into_iter().collect::<Vec<_>>(), count(&[expected]));
    }
}

const NAMES: &str = r#"
[[source]]
name = "crm"
format = "csv"
[source.fields]
id = "/id"
given_name = "/given"
family_name = "/family"
birthdate = { at = "/born", as = "%d.%m.%y" }
"address.locality" = ["/city", "/town"]
"address.postal_code" = "/zip"
"attributes.tier" = "/tier"
updated_at = { at = "/at", as = "date", unreadable = "none" }
[guard]
allowed_values = { "address.locality" = "None" }
[[match]]
key = ["given_name", "family_name"]
"#;

/// The account of a row of names, and what was counted of its values.
fn named(row: &str) -> (Value, Vec<String>) {
    let header = "id,given,family,born,city,town,zip,tier,at\n";
    let output = translate_by(NAMES, "crm", [header, row, "\n"].concat().as_bytes(), header.len());
    assert_eq!(output.rejected, 0, "{}", String::from_utf8_lossy(&output.rejects));
    (lines(&output.accounts).pop().unwrap(), output.dropped.into_keys().collect())
}

#[test]
fn placeholders_are_dropped_and_counted_apart() {
    let (account, dropped) = named("1,N/A,NULL,n/a,unbekannt,-,00000,n/a,--");
    assert_eq!(account, json!({"ref": "crm:1", "received_at": "1970-01-01T00:00:01Z"}));
    let fields =
        ["address.locality", "address.postal_code", "attributes.tier", "birthdate", "family_name", "given_name"];
    let expected: Vec<String> =
        fields.iter().chain(&["updated_at"]).map(|field| format!("{field}: a placeholder")).collect();
    assert_eq!(dropped, expected);
}

#[test]
fn a_pointer_behind_a_placeholder_finds_a_value() {
    let (account, dropped) = named("1,,,,?,Köln,,,");
    assert_eq!(account["address"], json!({"locality": "Köln"}));
    assert_eq!(dropped, ["address.locality: a placeholder"]);
    assert_eq!(named("1,,,,None,Köln,,,").0["address"], json!({"locality": "None"}), "it is allowed");
}

#[test]
fn a_name_that_is_a_word_too_is_kept_beside_a_name() {
    let names = |given: &str, family: &str| {
        let (account, dropped) = named(&format!("1,{given},{family},,,,,,"));
        (account["given_name"].clone(), account["family_name"].clone(), dropped.len())
    };
    assert_eq!(names("Jennifer", "Null"), (json!("Jennifer"), json!("Null"), 0));
    assert_eq!(names("Jennifer", "null"), (json!("Jennifer"), Value::Null, 1));
    assert_eq!(names("NULL", "NULL"), (Value::Null, Value::Null, 2));
    assert_eq!(names("", "Null"), (Value::Null, Value::Null, 1));
}

#[test]
fn codes_that_were_fractions_are_whole() {
    let (account, dropped) = named("1001.0,,,,,,1067.0,,");
    assert_eq!((&account["ref"], &account["address"]["postal_code"]), (&json!("crm:1001"), &json!("1067")));
    assert!(dropped.is_empty(), "{dropped:?}");
}

#[test]
fn a_time_that_cannot_be_read_counts_as_none_where_the_configuration_says_so() {
    let (account, dropped) = named("1,,,,,,,,yesterday");
    assert_eq!(
        (account.get("updated_at"), dropped),
        (None, vec!["updated_at: no time as the source writes them".to_owned()])
    );
    for no_time in ["0000-00-00", "0000-00-00 00:00:00", "null", "0001-01-01", " - "] {
        assert_eq!(named(&format!("1,,,,,,,,{no_time}")).1, ["updated_at: a placeholder"], "{no_time}");
    }
    assert!(reject(b"{\"id\":1,\"at\":\"yesterday\"}").1.contains("unreadable = \"none\""));
    assert_eq!(account_at(json!({"id": 1, "at": "n/a"})), Value::Null);
    assert_eq!(account_at(json!({"id": 1, "at": 0})), json!("1970-01-01T00:00:00Z"));
}

fn account_at(row: Value) -> Value {
    account(&row)["updated_at"].clone()
}

#[test]
fn what_is_nothing_is_no_attribute() {
    for nothing in [json!(""), json!("  "), json!([]), json!({}), json!(null), json!("n/a"), json!("NaN")] {
        assert_eq!(account(&json!({"id": 1, "device": nothing})).get("attributes"), None, "{nothing}");
    }
    for value in [json!(0), json!(false), json!("no"), json!([""])] {
        assert_eq!(account(&json!({"id": 1, "device": value}))["attributes"]["device"], value);
    }
}

#[test]
fn a_birth_date_that_is_no_day_is_kept_as_written_where_scores_decide() {
    let row = r#"{"id":1,"born":"31.02.1949"}"#;
    let born = |config: &str| lines(&translate_by(config, "crm", row.as_bytes(), 0).accounts)[0].clone();
    let scored = born(&format!("{CONFIG}\n[score]\n"));
    assert_eq!((&scored["written_birthdate"], &scored["birthdate"]), (&json!("1949-02-31"), &Value::Null));
    assert_eq!(born(CONFIG)["written_birthdate"], Value::Null);
    let placeholder = row.replace("31.02.1949", "00.00.0000");
    let config = format!("{CONFIG}\n[score]\n");
    let nobodys = lines(&translate_by(&config, "crm", placeholder.as_bytes(), 0).accounts)[0].clone();
    assert_eq!(nobodys["written_birthdate"], Value::Null);
}

#[test]
fn an_id_that_stands_for_a_missing_one_refuses_its_row() {
    for row in [&b"{\"id\":\"NaN\"}"[..], b"{\"id\":\"null\"}", b"{\"id\":\" N/A \"}", b"{\"id\":\"-\"}"] {
        assert_eq!(reject(row).0, json!("id"));
        assert!(reject(row).1.contains("stands for a missing one"), "{}", reject(row).1);
    }
}

#[test]
fn nobody_is_born_after_the_run() {
    let config = Config::parse(NAMES).unwrap();
    let hasher = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
    let tables = Tables::default();
    let started_at = onefold_normalise::timestamp::Timestamp::parse("2026-11-28T00:00:00Z").unwrap();
    let header = b"id,given,family,born,city,town,zip,tier,at\n";
    let text = [&header[..], b"1,,,16.07.68,,,,,\n2,,,16.07.18,,,,,\n"].concat();
    let segment = Segment {
        object: "landing/a".to_owned(),
        received_at: 1000,
        byte: 0,
        line: Some(2),
        length: text.len() - header.len(),
        is_fragment: false,
    };
    let mut translator =
        Translator::new(&config, &config.sources[0], &tables, Matcher::new(&config, hasher)).at(started_at);
    let output = translate_chunk(&mut translator, &text, &[segment]);
    let born: Vec<Value> = lines(&output.accounts).into_iter().map(|account| account["birthdate"].clone()).collect();
    assert_eq!(born, ["1968-07-16", "2018-07-16"]);
    assert_eq!(output.kept, [("birthdate".to_owned(), 2)].into());
}

#[test]
fn rows_of_the_erased_are_found_by_all_that_stands_in_their_fields() {
    let config = Config::parse(CONFIG).unwrap();
    let tables = Tables::parse(&config, |_| Some(TableText::csv("t.csv", b"name,gender,zip3,lat,lon\n"))).unwrap();
    let hasher = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
    let phones = phone_entries(&hasher, "+1 212 555 0123", Surroundings::default());
    let erased = Suppression::new(hasher.clone(), email_entries(&hasher, "anna@x.de").into_iter().chain(phones));
    let rows = [
        json!({"id": 1, "mail": {"work": "bob@x.de", "home": "ANNA@x.de"}}),
        json!({"id": 2, "mail": {"work": ["bob@x.de", "Anna <anna@x.de>"]}}),
        json!({"id": 3, "phone": ["1", "2125550123.0"]}),
        json!({"id": 4, "phone": "(212) 555-0199 / (212) 555-0123"}),
        json!({"id": 5, "phone": "call 001 212 5550123 (work)", "country": "DE"}),
        json!({"id": 6, "phone": 2125550123u64, "at": "yesterday"}),
        // These are somebody else's.
        json!({"id": 7, "phone": "2125550199", "mail": {"work": "bob@x.de"}}),
        json!({"id": 8, "mail": {"work": "ANNA@x.de"}, "closed": "yes"}),
    ];
    let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
    let segment = Segment {
        object: "landing/a".to_owned(),
        received_at: 1000,
        byte: 0,
        line: Some(1),
        length: text.len(),
        is_fragment: false,
    };
    let matcher = Matcher::new(&config, hasher);
    let translator = Translator::new(&config, config.source("crm").unwrap(), &tables, matcher);
    let output = translate_chunk(&mut translator.suppressing(&erased), text.as_bytes(), &[segment]);
    let accounts = String::from_utf8_lossy(&output.accounts).into_owned();
    assert_eq!((output.suppressed, output.rejected, accounts.lines().count()), (6, 6, 2), "{accounts}");
    assert!(accounts.contains("crm:7") && accounts.contains("crm:8"), "{accounts}");
    assert!(output.must_not_stay && output.dropped.is_empty(), "{:?}", output.dropped);
}
