//! Accounts with several e-mail addresses, phone numbers and identifiers.

use onefold_tests::case::Case;
use serde_json::{Value, json};

/// A source of contacts as address books export them. `fields` are where addresses, numbers and names are.
fn hub(fields: &str) -> Case {
    let rows = [
        r#"{"id":1,"name":"Mia Holm","mails":["mia.holm@sundmail.zz","mia@fjordpost.zz"],"numbers":[{"kind":"home","no":"+49 30 1234561"},{"kind":"mobile","no":"+49 151 20000031"}]}"#,
        r#"{"id":2,"name":"M. Holm","mails":["mia@fjordpost.zz"],"numbers":[]}"#,
        r#"{"id":3,"name":"Ole Brink","mails":[],"numbers":[{"kind":"mobile","no":"+49 151 20000032"}]}"#,
        r#"{"id":4,"name":{"first":"Pia","last":"Lund"},"mails":["pia@sundmail.zz"],"numbers":[]}"#,
        r#"{"id":5,"name":"Ole Brink","mails":null,"numbers":[{"kind":"home"},{"kind":"mobile","no":"0151 20000032"}]}"#,
    ];
    let config = format!(
        "[[source]]\nname = \"hub\"\nformat = \"jsonl\"\nregion = \"DE\"\n[source.fields]\nid = \"/id\"\n{fields}\n\
         [normalise]\nemail = \"email\"\nphone_number = \"e164\"\n\
         [[match]]\nkey = \"email\"\n[[match]]\nkey = \"phone_number\"\n"
    );
    Case::new(&config).file("hub/a.jsonl", rows.join("\n"))
}

#[test]
fn a_list_of_addresses_is_read_whole_and_a_list_of_objects_is_told() {
    let ran = hub("full_name = \"/name\"\nemail = \"/mails\"\nphone_number = \"/numbers\"").published();
    assert!(ran.are_one(&["hub:1", "hub:2"]), "{:?}", ran.customers);
    assert_eq!(ran.customers.len(), 4);
    let told: Vec<(&str, u64)> = ran.dropped.iter().map(|(name, times)| (name.as_str(), *times)).collect();
    assert_eq!(told, [("full_name: a list or an object", 1), ("phone_number: a list or an object", 3)]);
    let customer = ran.version.customers.values().find(|customer| customer["members"][0] == "hub:1").unwrap();
    assert_eq!(customer["emails"], json!(["mia.holm@sundmail.zz", "mia@fjordpost.zz"]));
    assert_eq!(customer["email"], "mia@fjordpost.zz", "the first one of the account whose reference is the greatest");
}

#[test]
fn a_wildcard_reads_the_numbers_of_all_objects() {
    let ran = hub("full_name = [\"/name/full\", \"/name\"]\nemail = \"/mails/*\"\nphone_number = \"/numbers/*/no\"")
        .published();
    assert!(ran.are_one(&["hub:1", "hub:2"]) && ran.are_one(&["hub:3", "hub:5"]), "{:?}", ran.customers);
    assert_eq!(ran.dropped.keys().collect::<Vec<_>>(), ["full_name: a list or an object"]);
    assert_eq!(ran.value("hub:1", "/phone_number"), "+49301234561");
    assert_eq!(ran.value("hub:1", "/other_values/phone_number"), &json!(["+4915120000031"]));
}

/// The first source has a column for each address, the second lists in one text.
fn shops(rest: &str) -> Case {
    let config = format!(
        "[field.card]\nidentifier = true\nnormalise = \"digits_only\"\n\
         [[source]]\nname = \"desk\"\nformat = \"csv\"\n[source.fields]\nid = \"/id\"\n\
         email = [\"/mail\", \"/mail 2\"]\ncard = {{ at = \"/cards\", split = \";\" }}\n\
         [[source]]\nname = \"till\"\nformat = \"csv\"\n[source.fields]\nid = \"/id\"\nemail = \"/mail\"\ncard = \"/card\"\n\
         [normalise]\nemail = \"email\"\n[[match]]\nkey = \"email\"\n[[match]]\nkey = \"card\"\n{rest}"
    );
    Case::new(&config)
        .file(
            "desk/a.csv",
            "id,mail,mail 2,cards\n1,info@ida.zz,ida@nord.zz,70-1; 70-2;\n2,info@udo.zz,udo@nord.zz,70-3\n",
        )
        .file("till/a.csv", "id,mail,card\n1,ida@nord.zz,\n2,,702\n3,info@ida.zz,\n4,info@udo.zz,\n")
}

#[test]
fn every_column_and_every_part_of_a_text_counts() {
    let ran = shops("").published();
    assert!(ran.are_one(&["desk:1", "till:1", "till:2"]), "{:?}", ran.customers);
    assert_eq!(ran.customers.len(), 4, "an address of a role blocks itself, and not the other of its account");
    let customer = ran.version.customers.values().find(|customer| customer["members"][0] == "desk:1").unwrap();
    assert_eq!((&customer["email"], &customer["emails"]), (&json!("ida@nord.zz"), &json!(["ida@nord.zz"])));
    assert_eq!(customer["identifiers"], json!({"card": ["701", "702"]}));
    let alone = ran.version.customers.values().find(|customer| customer["members"] == json!(["desk:2"])).unwrap();
    assert_eq!((&alone["email"], &alone["emails"]), (&json!("udo@nord.zz"), &json!(["udo@nord.zz"])));
    assert_eq!(alone["provenance"], json!({}));
}

#[test]
fn values_of_one_account_count_for_limits() {
    let with_another = |rest: &str| shops(rest).file("till/b.csv", "id,mail,card\n5,ida@nord.zz,709\n").published();
    assert!(with_another("").are_one(&["desk:1", "till:1", "till:2", "till:5"]));
    let ran = with_another("[guard]\nmax_distinct = { card = 2 }\n");
    assert!(ran.are_one(&["desk:1", "till:1", "till:2"]) && !ran.are_one(&["desk:1", "till:5"]), "{:?}", ran.customers);
}

/// A family's number beside each one's own: the conditions go by any of the values.
#[test]
fn conditions_hold_if_any_two_values_agree() {
    let config = "[[source]]\nname = \"hub\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\nemail = \"/m\"\n\
                  family_name = \"/f\"\n[[match]]\nkey = \"family_name\"\nif_agree = [\"email\"]\n";
    let rows = [
        json!({"id": 1, "f": "Holm", "m": ["a@x.zz", "b@x.zz"]}),
        json!({"id": 2, "f": "Holm", "m": ["c@x.zz", "b@x.zz"]}),
        json!({"id": 3, "f": "Holm", "m": ["d@x.zz"]}),
        json!({"id": 4, "f": "Lund", "m": ["a@x.zz"]}),
    ];
    let rows: Vec<String> = rows.iter().map(Value::to_string).collect();
    let ran = Case::new(config).file("hub/a.jsonl", rows.join("\n")).published();
    assert!(ran.are_one(&["hub:1", "hub:2"]) && ran.customers.len() == 3, "{:?}", ran.customers);
}
