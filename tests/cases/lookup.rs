//! Customers are found by what people know of them.

use onefold_lake::calls::{ExplainRequest, ExplainResult, LookupRequest};
use onefold_tests::case::{Case, Ran};

const CONFIG: &str = r#"
[[source]]
name = "crm"
format = "jsonl"
region = "DE"
[source.fields]
id = "/id"
given_name = "/name"
email = "/mails"
phone_number = ["/phone", "/mobile"]
card = "/cards"

[[source]]
name = "shop"
format = "csv"
[source.fields]
id = "/id"
email = "/mail"
phone_number = "/phone"

[field.card]
identifier = true
normalise = ["trim", "uppercase"]

[normalise]
email = "email"
phone_number = "e164"

[[match]]
key = "email"
[[match]]
key = "card"
"#;

const CRM: &str = r#"{"id":1,"name":"Anna","mails":["anna@weberpost.zz","a.weber@werkpost.zz"],"phone":"030 1234567","mobile":"0151 30000001","cards":["ab-77","zx-1"]}
{"id":2,"name":"Bea","mails":["bea@weberpost.zz"],"phone":"030 1234567"}
{"id":3,"name":"Carl","mails":["noreply@weberpost.zz"],"cards":["ab-78"]}
"#;

const SHOP: &str = "id,mail,phone\n9,A.Weber@werkpost.zz,+49 30 7654321 ext. 12\n10,noreply@weberpost.zz,\n";

fn ran() -> Ran {
    Case::new(CONFIG).file("crm/people.jsonl", CRM).file("shop/people.csv", SHOP).published()
}

/// The references of each customer that is found.
fn found(ran: &Ran, of: &str, field: Option<&str>) -> Vec<Vec<String>> {
    let request = LookupRequest { of: of.to_owned(), field: field.map(str::to_owned), run: None };
    let (answer, _) = ran.pipeline.lookup(request).unwrap_or_else(|error| panic!("{of}: {}", error.text()));
    let members = |customer: &serde_json::Value| serde_json::from_value(customer["members"].clone()).expect("members");
    let mut found: Vec<Vec<String>> = answer.customers.iter().map(members).collect();
    found.sort();
    found
}

#[test]
fn whoever_calls_or_writes_is_found_by_any_of_their_values() {
    let ran = ran();
    let anna = vec![vec!["crm:1".to_owned(), "shop:9".to_owned()]];
    for of in [
        "anna@weberpost.zz",
        "Anna Weber <A.WEBER@werkpost.zz>",
        " 0151/30000001",
        "+49 151 30000001",
        "+49 30 7654321",
        "+49 30 7654321 x12",
        "AB-77",
        " zx-1 ",
        "crm:1",
        "shop:9",
    ] {
        assert_eq!(found(&ran, of, None), anna, "{of}");
    }
    assert_eq!(found(&ran, "+49 30 7654321 x13", None), [[""; 0]; 0], "another extension");
    assert_eq!(found(&ran, "AB-7", None), [[""; 0]; 0], "a part of a number is none");
}

#[test]
fn a_landline_that_two_share_gives_both_and_nobodys_address_too() {
    let ran = ran();
    assert_eq!(found(&ran, "+49 (30) 1234567", None), [vec!["crm:1", "shop:9"], vec!["crm:2"]]);
    // It joins nobody, and is found all the same.
    assert_eq!(found(&ran, "noreply@weberpost.zz", None), [["crm:3"], ["shop:10"]]);
}

#[test]
fn an_identifier_of_ones_own_is_asked_for_by_its_name() {
    let ran = ran();
    assert_eq!(found(&ran, "ab-78", Some("card")), [["crm:3"]]);
    assert_eq!(found(&ran, "ab-78", Some("email")), [[""; 0]; 0]);
    let unknown = LookupRequest { of: "ab-78".to_owned(), field: Some("iban".to_owned()), run: None };
    let message = ran.pipeline.lookup(unknown).expect_err("no such field").text();
    assert!(message.ends_with("email, phone_number, card") && !message.contains("ab-78"), "{message}");
}

#[test]
fn explain_answers_by_the_same_values() {
    let ran = ran();
    let ask = |of: &str| {
        let request = ExplainRequest { of: of.to_owned(), ..ExplainRequest::default() };
        ran.pipeline.explain_request(request).expect("an answer").0
    };
    let ExplainResult::Customer { accounts, links, weakest_bridge, .. } = ask("0151 30000001") else { panic!("Anna") };
    assert_eq!((accounts.len(), links.len()), (2, 1));
    assert_eq!(weakest_bridge.map(|bridge| bridge.link.rule).as_deref(), Some("email"));
    let ExplainResult::Several { customers, more, .. } = ask("030 1234567") else { panic!("two share it") };
    assert_eq!((customers.len(), more), (2, false));
    assert!(matches!(ask("nobody@weberpost.zz"), ExplainResult::Unknown { .. }));
    assert!(matches!(ask("shp:1"), ExplainResult::Unknown { .. }));
}
