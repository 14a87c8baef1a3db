//! Fields of one's own: numbers that tell persons apart better than any name.

use onefold_tests::case::{Case, Ran};
use onefold_tests::pipeline::Knobs;
use onefold_tests::version::Version;
use serde_json::{Value, json};

const CONFIG: &str = r#"
[[source]]
name = "desk"
format = "csv"
trust = 2
[source.fields]
id = "/nr"
given_name = "/first"
middle_name = "/second"
family_name = "/last"
email = "/mail"
tax_id = "/tax"
card = "/card"
tier = "/tier"

[[source]]
name = "web"
format = "jsonl"
[source.fields]
id = "/id"
given_name = "/first"
family_name = "/last"
organization = "/firm"
email = "/mail"
tax_id = ["/tax/number", "/vat"]
card = "/loyalty/card"
tier = { at = "/loyalty/tier", default = "basic" }

[field.tax_id]
identifier = true
normalise = ["trim", "digits_only"]

[field.card]
identifier = true
normalise = ["trim", "uppercase"]

[field.tier]

[[match]]
key = "tax_id"

[[match]]
key = "card"
unless_differ = { field = "middle_name", as = ["lowercase", "prefix:1"] }

[guard]
max_distinct = { tax_id = 1 }
blocked_values = { card = "0000*" }

[survive]
tier = "trusted"

[publish]
max_reject_ratio = 1.0
max_customer_drop_ratio = 1.0
"#;

const DESK: &str = "nr,first,second,last,mail,tax,card,tier
1,Ida,Maria,Brandt,ida@brandt-mail.zz,12 / 345 / 678,k-77,gold
2,Ole,,Lund,,,0000-1,
3,Eva,Ruth,Holm,,,k-9,silver
4,Eva,Sofie,Holm,,,K-9,
";

const WEB: &str = r#"{"id":"a","first":"I.","last":"Brandt","mail":"ib@work.zz","firm":"Brandt Ltd","tax":{"number":"12345678"}}
{"id":"b","first":"Ida","last":"B.","loyalty":{"card":"K-77 ","tier":"basic"}}
{"id":"c","first":"Tom","last":"Krog","loyalty":{"card":"0000-1"},"vat":"n/a"}
{"id":"d","first":"Ute","last":"Berg","tax":{"number":99887766},"loyalty":{"card":"k-77"}}
"#;

fn ran() -> Ran {
    Case::new(CONFIG).file("desk/all.csv", DESK).file("web/all.jsonl", WEB).published()
}

fn customer<'v>(version: &'v Version, reference: &str) -> &'v Value {
    &version.customers[&version.members[reference]]
}

#[test]
fn accounts_meet_by_numbers_of_ones_own() {
    let ran = ran();
    assert!(ran.are_one(&["desk:1", "web:a", "web:b"]), "one by the tax number, one by the card");
    assert!(!ran.are_one(&["desk:1", "web:d"]), "the card is theirs too, but they have different tax numbers");
    assert!(!ran.are_one(&["desk:2", "web:c"]), "0000-1 is nobody's card");
    assert!(!ran.are_one(&["desk:3", "desk:4"]), "two middle names");
    assert_eq!(ran.dropped["tax_id: a placeholder"], 1, "n/a is no number");
    let counts = &ran.version.manifest.guards;
    assert_eq!(counts.get("max_distinct.tax_id"), Some(&1), "{counts:?}");
    assert_eq!(counts.get("blocked_values"), Some(&2), "{counts:?}");
}

#[test]
fn a_customer_has_the_fields_in_their_places_and_all_identifiers() {
    let ran = ran();
    let ida = customer(&ran.version, "desk:1");
    assert_eq!(
        (&ida["tax_id"], &ida["middle_name"], &ida["organization"]),
        (&json!("12345678"), &json!("Maria"), &json!("Brandt Ltd"))
    );
    assert_eq!(ida["tier"], "gold", "the desk is trusted more");
    assert_eq!(ida["identifiers"], json!({"card": ["K-77"], "tax_id": ["12345678"]}));
    let from = |field: &str| ida["provenance"][field].as_str().unwrap().to_owned();
    assert_eq!([from("tax_id"), from("organization"), from("tier")], ["desk:1", "web:a", "desk:1"]);
    let ole = customer(&ran.version, "desk:2");
    assert_eq!((&ole["card"], &ole["tax_id"], &ole["middle_name"]), (&Value::Null, &Value::Null, &Value::Null));
    assert_eq!(ole["identifiers"], json!({"card": [], "tax_id": []}));
    for unfilled in ["honorific_prefix", "honorific_suffix"] {
        assert_eq!(ida.get(unfilled), Some(&Value::Null), "names may fill {unfilled}");
    }
    assert_eq!(ran.value("web:b", "/card"), "K-77");
}

#[test]
fn a_number_that_changes_is_told_in_the_feed() {
    let mut ran = ran();
    let id = ran.version.members["desk:3"].clone();
    ran.pipeline.drop_file(
        "desk",
        "later.csv",
        "nr,first,second,last,mail,tax,card,tier\n3,Eva,Ruth,Holm,,55 44,k-9,gold\n",
    );
    ran.pipeline.run(&Knobs::default()).unwrap();
    let version = Version::current(&ran.pipeline);
    let change = version.changes.iter().find(|change| change["customer_id"] == id).unwrap();
    assert_eq!(change["fields"], json!(["tax_id", "tier", "identifiers"]));
    assert_eq!(change["customer"]["identifiers"]["tax_id"], json!(["5544"]));
}

#[test]
fn tables_fill_fields_of_ones_own_and_are_looked_up_by_them() {
    let lookups = "[[enrich]]\nfield = \"tier\"\ntable = \"cards\"\non = \"card\"\noverwrite = true\n\
        [[enrich]]\nfield = \"gender\"\ntable = \"tiers\"\non = [\"tier\", \"organization\"]\n";
    let ran = Case::new(&format!("{CONFIG}{lookups}"))
        .file("desk/all.csv", "nr,first,second,last,mail,tax,card,tier\n7,Kai,,Rask,,,x-1,none\n")
        .file("web/all.jsonl", r#"{"id":"k","firm":"Rask","loyalty":{"card":"X-1"}}"#)
        .table("cards.csv", "card,tier\nX-1,platinum\n")
        .table("tiers.csv", "tier,firm,gender\nplatinum,Rask,m\n")
        .published();
    assert_eq!(ran.value("desk:7", "/tier"), "platinum");
    assert_eq!(ran.value("web:k", "/gender"), "m");
    let kai = customer(&ran.version, "desk:7");
    assert_eq!((&kai["tier"], &kai["provenance"]["tier"]), (&json!("platinum"), &json!("reference:cards")));
}

#[test]
fn a_field_that_is_no_longer_declared_is_kept_and_not_shown() {
    let mut ran = ran();
    let without =
        CONFIG.replace("[field.tier]\n", "").replace("tier = \"/tier\"\n", "").replace("tier = \"trusted\"", "");
    let without = without.replace("tier = { at = \"/loyalty/tier\", default = \"basic\" }\n", "");
    ran.pipeline.configure(&without);
    ran.pipeline.run(&Knobs::default()).unwrap();
    let version = Version::current(&ran.pipeline);
    assert_eq!(version.accounts["desk:1"]["tier"], "gold");
    assert_eq!(customer(&version, "desk:1").get("tier"), None);
    assert_eq!(customer(&version, "desk:1")["tax_id"], "12345678");
    assert!(version.changes.iter().any(|change| change["fields"][0] == "tier"), "{:?}", version.changes);
}
