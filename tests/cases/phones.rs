//! Phone numbers as people, programs and spreadsheets write them.

use onefold_identity::judge::Verdict;
use onefold_lake::calls::ExplainResult;
use onefold_tests::case::{Case, Ran};
use serde_json::Value;

const CONFIG: &str = r#"
[[source]]
name = "crm"
format = "csv"
region = "DE"
[source.fields]
id = "/id"
phone_number = "/phone"
"address.country" = "/country"

[[source]]
name = "shop"
format = "jsonl"
required = false
region = "DE"
[source.fields]
id = "/id"
phone_number = "/phone"
"address.country" = "/country"

[normalise]
"address.country" = "country"
phone_number = "PHONE"

[[match]]
key = "phone_number"

[publish]
max_reject_ratio = 1.0
max_customer_drop_ratio = 1.0
"#;

/// Country, spelling, and the number that it is.
const SPELLINGS: [(&str, &str, &str); 41] = [
    ("DE", "4916098765401.0", "+4916098765401"),
    ("DE", "4916098765402", "+4916098765402"),
    ("DE", "'+4916098765403", "+4916098765403"),
    ("DE", "\u{202a}+49 160 98765404\u{202c}", "+4916098765404"),
    ("DE", "tel:+49-160-98765405", "+4916098765405"),
    ("DE", "Handy: 0160/98765406", "+4916098765406"),
    ("DE", "0160 98765407 (dienstlich)", "+4916098765407"),
    ("DE", "０１６０９８７６５４０８", "+4916098765408"),
    ("DE", "0160–98765409", "+4916098765409"),
    ("DE", "+49 (0)160 98765410", "+4916098765410"),
    ("DE", "0049 160 98765411", "+4916098765411"),
    ("DE", "+49\u{a0}160\u{a0}98765412", "+4916098765412"),
    ("DE", "0160 98765413 / 089 1234567", "+4916098765413"),
    ("DE", "0160 98765414; 089/1234568", "+4916098765414"),
    ("DE", "0160 98765415 oder 089 1234569", "+4916098765415"),
    ("DE", "0160 98765416, 089 1234570", "+4916098765416"),
    ("AT", "436641234567", "+436641234567"),
    ("AT", "436641234568.0", "+436641234568"),
    ("CH", "0041 79 123 45 67", "+41791234567"),
    ("FR", "33612345678", "+33612345678"),
    ("GB", "447400123456", "+447400123456"),
    ("GB", "020 7946 0958", "+442079460958"),
    ("AU", "61412345679.0", "+61412345679"),
    ("US", "2125550143.0", "+12125550143"),
    ("US", "1 (212) 555-0144", "+12125550144"),
    ("USA", "(212) 555-0145", "+12125550145"),
    ("US", "011 49 160 98765417", "+4916098765417"),
    ("US", "1-800-FLOWERS", "+18003569377"),
    ("IT", "06 6982 5678", "+390669825678"),
    ("IT", "39 347 123 4567", "+393471234567"),
    ("MX", "+52 1 33 1234 5678", "+523312345678"),
    ("MX", "044 33 1234 5679", "+523312345679"),
    ("MX", "01 33 1234 5670", "+523312345670"),
    ("AR", "011 15-3456-7890", "+541134567890"),
    ("AR", "+54 9 11 3456-7891", "+541134567891"),
    ("ES", "34 612 345 678", "+34612345678"),
    ("CA", "+1-905-222-4444;ext=555", "+19052224444;ext=555"),
    ("DE", "0160 98765420 bzw. 089 1234571", "+4916098765420"),
    ("DE", "Tel 089 1234572 Fax 089 1234573", "+49891234572"),
    ("US", "212-555-0146 (h) 917-555-0147 (c)", "+12125550146"),
    ("DE", "+49891234574p12", "+49891234574;ext=12"),
];

/// The spellings, and the shop's accounts that have the same numbers as E.164 writes them.
fn spellings(normaliser: &str) -> Ran {
    let mut crm = "id,phone,country\n".to_owned();
    let mut shop = String::new();
    for (place, (country, spelling, number)) in SPELLINGS.iter().enumerate() {
        crm.push_str(&format!("{place},\"{spelling}\",{country}\n"));
        shop.push_str(&format!("{{\"id\": {place}, \"phone\": \"{number}\", \"country\": \"{country}\"}}\n"));
    }
    Case::new(&CONFIG.replace("PHONE", normaliser)).file("crm/a.csv", crm).file("shop/a.jsonl", shop).published()
}

#[test]
fn every_spelling_is_the_number_that_it_means() {
    for normaliser in ["digits", "e164"] {
        let ran = spellings(normaliser);
        for (place, (country, spelling, number)) in SPELLINGS.iter().enumerate() {
            let [crm, shop] = ["crm", "shop"].map(|source| format!("{source}:{place}"));
            assert_eq!(ran.value(&crm, "/phone_number"), number, "{normaliser} {country} {spelling}");
            assert_eq!(ran.value(&shop, "/phone_number"), number, "{normaliser} {country} {spelling}");
            assert!(ran.are_one(&[&crm, &shop]), "{normaliser} {country} {spelling}");
        }
        assert_eq!(ran.customers.len(), SPELLINGS.len(), "{normaliser}: nobody else");
    }
}

#[test]
fn numbers_that_lost_their_digits_are_none() {
    let crm = "id,phone,country\n1,4.91609E+12,DE\n2,4.91609E+12,DE\n3,\"4,9E+11\",DE\n4,110,DE\n5,1.61E+13,AU\n";
    for normaliser in ["digits", "e164"] {
        let ran = Case::new(&CONFIG.replace("PHONE", normaliser)).file("crm/a.csv", crm).published();
        assert_eq!(ran.customers.len(), 5, "{normaliser}: {:?}", ran.customers);
        assert!(ran.accounts.values().all(|account| account.get("phone_number").is_none_or(Value::is_null)));
        assert_eq!(ran.dropped["phone_number"], 5);
    }
}

/// A number for arithmetic has lost its zero: it is the number that it was, or none, and never somebody else's.
#[test]
fn a_number_without_its_zero_is_nobody_elses() {
    let crm = "id,phone,country\n1,1609876540.0,DE\n2,301234567.0,DE\n3,612345678.0,FR\n";
    let shop = "{\"id\": 1, \"phone\": \"+4916098765400\", \"country\": \"DE\"}\n\
                {\"id\": 2, \"phone\": \"+49301234567\", \"country\": \"DE\"}\n\
                {\"id\": 3, \"phone\": \"+33612345678\", \"country\": \"FR\"}\n";
    for normaliser in ["digits", "e164"] {
        let ran = Case::new(&CONFIG.replace("PHONE", normaliser))
            .file("crm/a.csv", crm)
            .file("shop/a.jsonl", shop)
            .published();
        assert!(!ran.are_one(&["crm:1", "shop:1"]), "{normaliser}");
        assert!(ran.are_one(&["crm:2", "shop:2"]) && ran.are_one(&["crm:3", "shop:3"]), "{normaliser}");
    }
}

/// Two desks of one switchboard are two persons.
#[test]
fn extensions_tell_people_apart_and_are_no_digits_of_the_number() {
    let crm = "id,phone,country\na,+1 (212) 555-0199 x45,US\nb,+1 (212) 555-0199 x46,US\nc,212-555-0199 ext. 45,US\n\
               d,020 7946 0999 ext 12,GB\ne,(415) 555-0199 #7,US\nf,030 1234999 Durchwahl 12,DE\ng,+12125550199;ext=46,DE\n";
    for normaliser in ["digits", "e164"] {
        let ran = Case::new(&CONFIG.replace("PHONE", normaliser)).file("crm/a.csv", crm).published();
        for (id, expected) in [
            ("a", "+12125550199;ext=45"),
            ("d", "+442079460999;ext=12"),
            ("e", "+14155550199;ext=7"),
            ("f", "+49301234999;ext=12"),
        ] {
            assert_eq!(ran.value(&format!("crm:{id}"), "/phone_number"), expected, "{normaliser}");
        }
        assert!(ran.are_one(&["crm:a", "crm:c"]) && ran.are_one(&["crm:b", "crm:g"]), "{normaliser}");
        assert!(!ran.are_one(&["crm:a", "crm:b"]), "{normaliser}: {:?}", ran.customers);
    }
}

#[test]
fn parts_that_are_no_numbers_are_counted() {
    let crm = "id,phone,country\n1,n/a; 0160 98765418,DE\n2,0160 98765419; 12,DE\n";
    let ran = Case::new(&CONFIG.replace("PHONE", "e164")).file("crm/a.csv", crm).published();
    assert_eq!(ran.value("crm:1", "/phone_number"), "+4916098765418");
    assert_eq!(ran.value("crm:2", "/phone_number"), "+4916098765419");
    assert_eq!(ran.dropped["phone_number"], 2);
}

/// The customers of one source's accounts, by id, where accounts of a rule's key are one.
fn by_number(rows: &str, rules: &str) -> Ran {
    let config = CONFIG.replace("PHONE", "e164") + rules;
    Case::new(&config).file("crm/a.csv", format!("id,phone,country\n{rows}")).published()
}

/// People write the number alone, or with their extension. A number with several extensions is a switchboard's.
#[test]
fn an_extension_meets_the_number_alone_unless_there_is_another() {
    let one = by_number("a,020 7946 0777 ext. 12,GB\nb,+442079460777,GB\nc,+44 20 7946 0777 x12,GB\n", "");
    assert!(one.are_one(&["crm:a", "crm:b", "crm:c"]), "{:?}", one.customers);
    assert_eq!(one.value("crm:a", "/phone_number"), "+442079460777;ext=12");
    assert!(one.version.manifest.guards.is_empty());

    let rows =
        ["a,020 7946 0777 ext. 12,GB\n", "b,+442079460777,GB\n", "c,020 7946 0777 x13,GB\n", "d,020 7946 0777,GB\n"];
    for rows in [rows.concat(), rows.iter().rev().copied().collect()] {
        let two = by_number(&rows, "");
        assert!(two.are_one(&["crm:b", "crm:d"]), "{:?}", two.customers);
        assert_eq!(two.customers.len(), 3, "{:?}", two.customers);
        assert_eq!(two.version.manifest.guards["ambiguous_keys"], 2);
    }
    let own = by_number("a,020 7946 0777 ext. 12; 020 7946 0777,GB\nb,+442079460777,GB\nc,020 7946 0777 x13,GB\n", "");
    assert!(own.are_one(&["crm:a", "crm:b"]) && own.customers.len() == 2, "{:?}", own.customers);
    let both = by_number("a,020 7946 0777 ext. 12; 020 7946 0777 ext. 13,GB\nb,+442079460777,GB\n", "");
    assert_eq!(both.customers.len(), 2);
}

#[test]
fn what_several_extensions_keep_apart_is_explained() {
    let ran = by_number("a,020 7946 0777 ext. 12,GB\nb,+442079460777,GB\nc,020 7946 0777 x13,GB\n", "");
    for other in ["crm:b", "crm:c"] {
        let (answer, _) = ran.pipeline.explain("crm:a", Some(other)).expect("an answer");
        let ExplainResult::Pair { rules, .. } = answer else { panic!("{answer:?}") };
        assert_eq!(rules[0].verdict, Verdict::AmbiguousKey, "{other}");
        assert_eq!(rules[0].key[0], [Some("+442079460777".to_owned())], "{other}");
    }
}
