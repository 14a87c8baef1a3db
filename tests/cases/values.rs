//! Values as programs and spreadsheets write them.

use onefold_tests::case::{BY_EMAIL, Case, Ran, source};
use serde_json::{Value, json};

/// pandas makes floating-point numbers of a column of ids in which one is missing; the next file has none missing.
#[test]
fn whole_numbers_of_parquet_are_the_ids_that_they_were() {
    let ran = Case::folder("whole-numbers").published();
    assert_eq!(ran.ids("floats"), ["1001", "1002", "1003", "1005"]);
    let reasons: Vec<&str> = ran.refused("floats").into_iter().map(|(_, reason)| reason).collect();
    assert!(reasons.iter().any(|reason| reason.contains("the id is missing")), "{reasons:?}");
}

#[test]
fn ids_of_json_are_whole_numbers_or_text() {
    let rows = [
        r#"{"id": 12345678901234567890123}"#,
        r#"{"id": 9007199254740993}"#,
        r#"{"id": 9007199254740992}"#,
        r#"{"id": 17.0}"#,
        r#"{"id": 1.8e1}"#,
        r#"{"id": "19.0"}"#,
        r#"{"id": 20.5}"#,
        r#"{"id": 1e300}"#,
    ];
    let ran = Case::new(&(source("lines", "jsonl", "") + BY_EMAIL)).file("lines/a.jsonl", rows.join("\n")).published();
    let expected = ["12345678901234567890123", "17", "18", "19.0", "9007199254740992", "9007199254740993"];
    assert_eq!(ran.ids("lines"), expected);
    let lines: Vec<Option<u64>> = ran.refused("lines").into_iter().map(|(line, _)| line).collect();
    assert_eq!(lines, [Some(7), Some(8)]);
}

const SPREADSHEET: &str = r#"id,first,phone,zip,country,birth,email
1,Anna,4.91511E+11,1067,DE,33970,anna@a1.zz
2,Bert,4.91511E+11,1069,DE,33971,bert@b2.zz
3,Cora,"4,91511E+11",04109,DE,1993-01-01,cora@c3.zz
4,Dirk,4915157300111.0,1067,DE,,dirk@d4.zz
5,Elsa,"=""+49 1515 7300111""",1067,DE,,elsa@e5.zz
6,Fred,'+4915157300118,1067,DE,,'fred@f6.zz
"=""00007""",Gina,15157300119,1067,DE,,"=""gina@g7.zz"""
8,Hans,#NAME?,#N/A,DE,#VALUE!,#N/A
9,Ilse,#NAME?,#N/A,DE,########,#N/A
10,Jan,4.91512E+12,1067,DE,,jan@j10.zz
"#;

/// The spreadsheet, and a shop that has the same persons; phone numbers are read by a normaliser.
fn spreadsheet(normaliser: &str) -> Ran {
    let config = r#"
[[source]]
name = "crm"
format = "csv"
region = "DE"
[source.fields]
id = "/id"
given_name = "/first"
phone_number = "/phone"
email = "/email"
birthdate = { at = "/birth" }
"address.postal_code" = "/zip"
"address.country" = "/country"

[[source]]
name = "shop"
format = "csv"
region = "DE"
[source.fields]
id = "/id"
email = "/email"
phone_number = "/phone"

[normalise]
email = "email"
phone_number = "PHONE"
birthdate = "date"
"address.postal_code" = "postal_code"
"address.country" = "country"

[[match]]
key = "email"

[[match]]
key = "phone_number"
"#;
    let invisible = "\u{1f}11,Kim,+49 1515 7300121\u{200b},1067,DE,,kim@k11.zz\u{200b}\n\
                     \t12,Lou,\u{202a}+4915157300122\u{202c},1067,DE,,\u{a0}lou@l12.zz\n";
    let shop = "id,email,phone\n7,gina@g7.zz,\nS6,fred@f6.zz,\nS5,,+4915157300111\nS11,kim@k11.zz,\n\
                S11p,,+4915157300121\nS12,lou@l12.zz,\nS12p,,+4915157300122\n";
    Case::new(&config.replace("PHONE", normaliser))
        .file("crm/contacts.csv", format!("{SPREADSHEET}{invisible}"))
        .file("shop/s.csv", shop)
        .published()
}

#[test]
fn what_a_spreadsheet_made_of_values_merges_nobody_and_parts_nobody() {
    for normaliser in ["digits", "e164"] {
        let ran = spreadsheet(normaliser);
        let phone = |id: &str| ran.value(&format!("crm:{id}"), "/phone_number").clone();
        for lost in ["1", "2", "3", "8", "9", "10"] {
            assert_eq!(phone(lost), Value::Null, "{normaliser} {lost}");
        }
        for (id, expected) in
            [("5", "+4915157300111"), ("6", "+4915157300118"), ("00007", "+4915157300119"), ("11", "+4915157300121")]
        {
            assert_eq!(phone(id), expected, "{normaliser} {id}");
        }
        assert!(phone("4").is_null() || phone("4") == "+4915157300111", "{normaliser}");
        for one in [
            &["crm:5", "shop:S5"][..],
            &["crm:6", "shop:S6"],
            &["crm:00007", "shop:7"],
            &["crm:11", "shop:S11", "shop:S11p"],
            &["crm:12", "shop:S12", "shop:S12p"],
        ] {
            assert!(ran.are_one(one), "{normaliser} {one:?}: {:?}", ran.customers);
        }
        for two in [["crm:1", "crm:2"], ["crm:2", "crm:3"], ["crm:8", "crm:9"], ["crm:1", "crm:10"]] {
            assert!(!ran.are_one(&two), "{normaliser} {two:?}: {:?}", ran.customers);
        }
        for id in ["8", "9"] {
            let account = &ran.accounts[&format!("crm:{id}")];
            assert_eq!(account["address"], json!({"country": "DE"}), "an error of a cell is no value");
            assert!(account.get("email").is_none() && account.get("birthdate").is_none());
        }
        assert_eq!(ran.value("crm:1", "/address/postal_code"), "01067");
        assert_eq!(ran.dropped["address.postal_code"], 2);
    }
}

/// A text that was cut in the middle of an emoji.
#[test]
fn half_a_surrogate_pair_refuses_a_row_or_becomes_a_replacement_character() {
    let config = source("app", "jsonl", "").replace("email = \"/email\"", "email = \"/email\"\ngiven_name = \"/name\"");
    let ran = Case::new(&(config + BY_EMAIL))
        .file(
            "app/a.jsonl",
            r#"{"id":"1","email":"k1@paar.zz","name":"Kim \ud83d","note":"ok"}
{"id":"2","email":"k2@paar.zz","name":"Lou","note":"cut \ud83d"}
{"id":"3","email":"k3@paar.zz","name":"Max","note":{"\ud800":1}}
{"id":"4","email":"k4@paar.zz","name":"Nia","note":"fine \ud83d\ude00"}
"#,
        )
        .published();
    assert_eq!(ran.ids("app"), ["2", "3", "4"]);
    assert_eq!(ran.refused("app")[0].0, Some(1));
    assert_eq!(ran.value("app:2", "/attributes/note"), "cut \u{fffd}");
    assert_eq!(ran.value("app:3", "/attributes/note"), &json!({"\u{fffd}": 1}));
    assert_eq!(ran.value("app:4", "/attributes/note"), "fine \u{1f600}");
    assert_eq!(ran.dropped["attributes.note: half a surrogate pair replaced"], 2);
}

#[test]
fn control_characters_are_taken_out_and_told() {
    let config = source("nul", "csv", "").replace("email = \"/email\"", "email = \"/email\"\ngiven_name = \"/name\"");
    let ran = Case::new(&(config + BY_EMAIL))
        .file(
            "nul/a.csv",
            "id,name,email,note\n1,A\0nna,d1@nul.zz,a\0\n2,Bea\0\0\0,d2@nul.zz,\n3\0,Cia,d3@nul.zz,\n4\x004,Dea,,\n",
        )
        .published();
    assert_eq!(ran.ids("nul"), ["1", "2", "3"]);
    assert_eq!((ran.value("nul:1", "/given_name"), ran.value("nul:2", "/given_name")), (&json!("Anna"), &json!("Bea")));
    assert_eq!(ran.dropped["given_name: control characters taken out"], 2);
    assert_eq!(ran.dropped["attributes.note: control characters taken out"], 1);
    assert_eq!(ran.refused("nul"), [(Some(5), "the id has a control character in it; write it without")]);
}

#[test]
fn a_list_in_place_of_a_text_is_told() {
    let ran = Case::new(&(source("crm", "jsonl", "") + BY_EMAIL))
        .file(
            "crm/a.jsonl",
            "{\"id\":1,\"email\":[\"a@x.zz\",\"b@x.zz\"]}\n{\"id\":2,\"email\":{\"work\":\"c@x.zz\"}}\n",
        )
        .published();
    assert_eq!(ran.dropped, [("email: a list or an object".to_owned(), 1)].into());
    assert_eq!(ran.value("crm:1", "/other_values/email"), &json!(["b@x.zz"]), "a list of texts is read");
}

/// "No end" is the last day of the year 9999 in many databases.
#[test]
fn the_last_day_of_the_year_9999_is_a_time_and_no_birth_date() {
    let config = source("crm", "jsonl", "").replace(
        "email = \"/email\"",
        "email = \"/email\"\nbirthdate = { at = \"/born\", as = \"rfc3339\" }\nupdated_at = \"/until\"",
    );
    let ran = Case::new(&(config + BY_EMAIL))
        .file("crm/a.jsonl", r#"{"id":1,"born":"9999-12-31T00:00:00Z","until":"9999-12-31T23:59:59.999+00:00"}"#)
        .published();
    assert_eq!(ran.value("crm:1", "/birthdate"), &Value::Null);
    assert_eq!(ran.dropped["birthdate: a placeholder"], 1);
    assert_eq!(ran.value("crm:1", "/updated_at"), "9999-12-31T23:59:59.999Z");
}

/// pandas makes fractions of numbers where one of a column is missing.
#[test]
fn postal_codes_and_ids_that_were_fractions_are_whole() {
    for chain in ["", "\"address.postal_code\" = \"postal_code\"\n"] {
        let config = source("crm", "csv", "").replace(
            "email = \"/email\"",
            "email = \"/email\"\n\"address.postal_code\" = \"/zip\"\n\"address.country\" = \"/country\"",
        );
        let config = config + &BY_EMAIL.replace("[normalise]\n", &format!("[normalise]\n{chain}"));
        let rows = "id,email,note,zip,country\n1001.0,,,1067.0,DE\n1002,,,10115.0,DE\n1003.0,,,2134.0,US\n1004,,,90210.0,US\n\
                    1005,,,8001.0,ES\n\u{feff}1006\u{200b},,,SW1A 1AA,GB\n";
        let ran = Case::new(&config).file("crm/a.csv", rows).published();
        assert_eq!(ran.ids("crm"), ["1001", "1002", "1003", "1004", "1005", "1006"]);
        let codes: Vec<&Value> =
            (1001..=1006).map(|id| ran.value(&format!("crm:{id}"), "/address/postal_code")).collect();
        let expected = if chain.is_empty() {
            ["1067", "10115", "2134", "90210", "8001", "SW1A 1AA"]
        } else {
            ["01067", "10115", "02134", "90210", "08001", "SW1A 1AA"]
        };
        assert_eq!(codes, expected);
    }
}

/// Double family names in either order, with a blank or a hyphen, and in capitals.
#[test]
fn family_names_of_two_words_match_in_either_order() {
    let config = r#"
[[source]]
name = "crm"
format = "csv"
[source.fields]
id = "/id"
family_name = "/name"
birthdate = "/birth"

[[match]]
key = [{ field = "family_name", as = ["casefold", "sorted_words"] }, "birthdate"]
"#;
    let rows = "id,name,birth\n1,García López,1990-05-17\n2,LÓPEZ-GARCÍA,1990-05-17\n3,García,1990-05-17\n";
    let ran = Case::new(config).file("crm/people.csv", rows).published();
    assert!(ran.are_one(&["crm:1", "crm:2"]), "{:?}", ran.customers);
    assert!(!ran.are_one(&["crm:1", "crm:3"]), "{:?}", ran.customers);
    assert_eq!(ran.value("crm:2", "/family_name"), "LÓPEZ-GARCÍA", "an account keeps its value");
}
