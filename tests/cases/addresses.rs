//! Which address a customer gets of several accounts.

use onefold_tests::case::Case;
use serde_json::{Value, json};

const CONFIG: &str = r#"
[[source]]
name = "crm"
format = "csv"
[source.fields]
id = "/id"
email = "/email"
"address.street_address" = "/street"
"address.postal_code" = "/zip"
"address.locality" = "/town"
"address.country" = "/country"
updated_at = { at = "/changed", as = "date" }

[[source]]
name = "shop"
format = "jsonl"
[source.fields]
id = "/id"
email = "/mail"
"address.street_address" = "/to/street"
"address.postal_code" = "/to/zip"
"address.locality" = "/to/town"
updated_at = { at = "/at", as = "date" }

[normalise]
email = "email"

[[match]]
key = "email"
"#;

const CRM: &str = "id,email,street,zip,town,country,changed\n\
                   1,ina@nordwind.zz,Lindenhof 4,24103,Kiel,DE,2025-01-10\n\
                   2,tom@nordwind.zz,Am Wehr 9,28195,Bremen,DE,2025-01-10\n\
                   3,uwe@nordwind.zz,Gasse 1,99084,Erfurt,DE,2025-01-10\n\
                   4,eva@nordwind.zz,,01067,Dresden,DE,2025-01-10\n";

/// Orders that are later than all of the CRM: for a parcel shop, a note of the street alone, a move, and a town.
const SHOP: &str = r#"{"id": 1, "mail": "ina@nordwind.zz", "to": {"zip": "20095", "town": "Hamburg"}, "at": "2025-03-01"}
{"id": 2, "mail": "tom@nordwind.zz", "to": {"street": "Neue Str. 7"}, "at": "2025-03-01"}
{"id": 3, "mail": "uwe@nordwind.zz", "to": {"street": "Markt 5", "town": "Weimar"}, "at": "2025-03-01"}
{"id": 4, "mail": "eva@nordwind.zz", "to": {"town": "Leipzig"}, "at": "2025-03-01"}
"#;

/// The addresses of the four customers, under what `[survive]` says.
fn addresses(survive: &str) -> Vec<Value> {
    let ran = Case::new(&format!("{CONFIG}{survive}")).file("crm/a.csv", CRM).file("shop/a.jsonl", SHOP).published();
    let address = |number: u32| {
        let customer = &ran.version.members[&format!("crm:{number}")];
        let address = &ran.version.customers[customer]["address"];
        json!([address["street_address"], address["postal_code"], address["locality"], address["country"]])
    };
    assert!((1..5).all(|number| ran.are_one(&[&format!("crm:{number}"), &format!("shop:{number}")])));
    (1..5).map(address).collect()
}

#[test]
fn a_part_of_an_address_replaces_no_whole_one_and_a_move_is_seen() {
    let whole = [
        json!(["Lindenhof 4", "24103", "Kiel", "DE"]),
        json!(["Am Wehr 9", "28195", "Bremen", "DE"]),
        json!(["Markt 5", null, "Weimar", null]),
        json!([null, "01067", "Dresden", "DE"]),
    ];
    assert_eq!(addresses(""), whole);
    assert_eq!(addresses("[survive]\nunits = [[\"address\", \"location\"]]\n"), whole);
    let other_unit = "[survive]\ndefault = \"latest\"\nunits = [[\"given_name\", \"family_name\"]]\n";
    assert_eq!(addresses(other_unit), whole);
}

#[test]
fn the_latest_address_of_any_kind_and_single_fields_are_for_who_asks_for_them() {
    let latest = addresses("[survive]\nunits = [{ fields = [\"address\"], rule = \"latest\" }]\n");
    assert_eq!(latest[1], json!(["Neue Str. 7", null, null, null]));
    let single = addresses("[survive]\nunits = []\n");
    assert_eq!(single[1], json!(["Neue Str. 7", "28195", "Bremen", "DE"]));
}
