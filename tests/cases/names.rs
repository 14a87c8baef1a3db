//! Names as people type them: with titles and suffixes, in one field or two, of companies and of couples.

use onefold_tests::case::{Case, Ran};
use serde_json::{Value, json};

const BY_NAME: &str = r#"
[[source]]
name = "till"
format = "csv"
[source.fields]
id = "/nr"
full_name = "/customer"

[normalise]
given_name = ["trim", "collapse"]
family_name = ["trim", "collapse"]

[[match]]
key = ["given_name", "family_name"]
"#;

/// The accounts of full names; ids are the names' numbers from 1.
fn of_full_names(names: &[&str]) -> Ran {
    let quoted = |(number, name): (usize, &&str)| format!("{},\"{}\"\n", number + 1, name.replace('"', "\"\""));
    let rows: String = names.iter().enumerate().map(quoted).collect();
    Case::new(BY_NAME).file("till/a.csv", format!("nr,customer\n{rows}")).published()
}

/// Given and family name of an account.
fn names<'r>(ran: &'r Ran, id: &str) -> (&'r Value, &'r Value) {
    let reference = format!("till:{id}");
    (ran.value(&reference, "/given_name"), ran.value(&reference, "/family_name"))
}

#[test]
fn full_names_are_read_as_they_are_written() {
    let cases = [
        ("Wim van der Zande", "Wim", "van der Zande"),
        ("Lucía Fernández Soler", "Lucía", "Fernández Soler"),
        ("Fernández Soler, Lucía", "Lucía", "Fernández Soler"),
        ("Paul Radley, Sr.", "Paul", "Radley"),
        ("Radley, Paul, Sr.", "Paul", "Radley"),
        ("Nora Quill, M.D.", "Nora", "Quill"),
        ("Priv.-Doz. Dr. Jens Ahrens", "Jens", "Ahrens"),
        ("Ms Tess Arkwright", "Tess", "Arkwright"),
        ("Sra. Inés Prado", "Inés", "Prado"),
        ("Mary Lou Hatch", "Mary Lou", "Hatch"),
        ("Edward T. Moss", "Edward", "Moss"),
        ("Margaret \"Peg\" Vane", "Margaret", "Vane"),
        ("Olga Brandt (umgezogen)", "Olga", "Brandt"),
        ("Youssef ibn Tarik", "Youssef", "ibn Tarik"),
        ("  Heike   Sommer ", "Heike", "Sommer"),
    ];
    let ran = of_full_names(&cases.map(|(text, ..)| text));
    for (number, (text, given, family)) in cases.iter().enumerate() {
        assert_eq!(names(&ran, &(number + 1).to_string()), (&json!(given), &json!(family)), "{text}");
    }
    assert!(ran.are_one(&["till:2", "till:3"]) && ran.are_one(&["till:4", "till:5"]), "{:?}", ran.customers);
    let first = |id: &str, pointer: &str| ran.value(&format!("till:{id}"), pointer).clone();
    assert_eq!(
        (first("4", "/honorific_suffix"), first("7", "/honorific_prefix")),
        (json!("Sr."), json!("Priv.-Doz. Dr."))
    );
    assert_eq!((first("11", "/middle_name"), first("8", "/honorific_prefix")), (json!("T."), json!("Ms")));
    assert_eq!(ran.dropped["full_name: a nickname or a note beside the name"], 2);
}

#[test]
fn companies_couples_and_addresses_have_no_given_name() {
    let ran = of_full_names(&[
        "Tangwerk GmbH",
        "Eastlow Partners, LLC",
        "Braun & Söhne OHG",
        "Karin und Uwe Thal",
        "Mr. and Mrs. Leo Marsh",
        "otto@blauhafen.de",
        "Madonnina",
        "李小龙",
    ]);
    for (id, company) in [("1", "Tangwerk GmbH"), ("2", "Eastlow Partners, LLC"), ("3", "Braun & Söhne OHG")] {
        assert_eq!(names(&ran, id), (&Value::Null, &Value::Null), "{company}");
        assert_eq!(ran.value(&format!("till:{id}"), "/organization"), company);
    }
    for (id, family) in [
        ("4", json!("Thal")),
        ("5", json!("Marsh")),
        ("6", Value::Null),
        ("7", json!("Madonnina")),
        ("8", json!("李小龙")),
    ] {
        assert_eq!(names(&ran, id), (&Value::Null, &family), "{id}");
    }
    assert_eq!(ran.customers.len(), 8, "nobody is one with another: {:?}", ran.customers);
    assert_eq!(ran.dropped["full_name: names of two people"], 2);
    assert_eq!(ran.dropped["full_name: an e-mail address"], 1);
}

/// Two persons share a mailbox, and one of them comes a second time with a salutation.
#[test]
fn a_title_in_the_given_name_neither_parts_nor_joins() {
    let config = r#"
[[source]]
name = "crm"
format = "csv"
[source.fields]
id = "/id"
given_name = "/first"
family_name = "/last"
email = "/mail"

[normalise]
email = "email"

[[match]]
key = "email"
unless_differ = { field = "given_name", as = ["first_word", "ascii", "nickname"] }
"#;
    let rows = "id,first,last,mail\n1,Frau Nora,Ehlert,post@ehlert-haus.de\n2,Nora,Ehlert,post@ehlert-haus.de\n\
                3,Dr. Kai,Ehlert,dr.ehlert@ehlert-haus.de\n4,Dr. Iris,Ehlert,dr.ehlert@ehlert-haus.de\n\
                5,Nora,Ehlert GmbH,buero@ehlert-haus.de\n6,Paul,\"Radley, MD\",paul@radley-haus.de\n";
    let ran = Case::new(config).file("crm/a.csv", rows).published();
    assert!(ran.are_one(&["crm:1", "crm:2"]) && !ran.are_one(&["crm:3", "crm:4"]), "{:?}", ran.customers);
    assert_eq!(ran.value("crm:1", "/honorific_prefix"), "Frau");
    assert_eq!(
        (ran.value("crm:5", "/family_name"), ran.value("crm:5", "/organization")),
        (&Value::Null, &json!("Ehlert GmbH"))
    );
    assert_eq!(
        (ran.value("crm:6", "/family_name"), ran.value("crm:6", "/honorific_suffix")),
        (&json!("Radley"), &json!("MD"))
    );
    assert_eq!(ran.dropped, std::collections::BTreeMap::new(), "what moves is not dropped");
}

#[test]
fn capitalise_leaves_names_alone_that_somebody_wrote_with_care() {
    let config = BY_NAME
        .replace("[\"trim\", \"collapse\"]", "[\"trim\", \"capitalise\"]")
        .replace("full_name = \"/customer\"", "given_name = \"/first\"\nfamily_name = \"/last\"");
    let rows = "nr,first,last\n1,Maeve,O'Rourke\n2,Piet,van der Zande\n3,Ian,McTavish\n4,Lucía,Fernández Soler\n\
                5,JEAN-PAUL,O'ROURKE\n6,piet,VAN DER ZANDE\n7,ian,mctavish\n";
    let ran = Case::new(&config).file("till/a.csv", rows).published();
    for (id, given, family) in [
        ("1", "Maeve", "O'Rourke"),
        ("2", "Piet", "van der Zande"),
        ("3", "Ian", "McTavish"),
        ("4", "Lucía", "Fernández Soler"),
        ("5", "Jean-Paul", "O'Rourke"),
    ] {
        assert_eq!(names(&ran, id), (&json!(given), &json!(family)));
    }
    assert!(ran.are_one(&["till:2", "till:6"]) && ran.are_one(&["till:3", "till:7"]), "{:?}", ran.customers);
}

/// One source has the names in two fields, another has them the other way round.
#[test]
fn whole_names_are_compared_in_either_order() {
    let key = "key = [{ field = \"full_name\", as = [\"ascii\", \"casefold\", \"sorted_words\"] }, \"birthdate\"]";
    let config = BY_NAME.replace("key = [\"given_name\", \"family_name\"]", key).replace(
        "full_name = \"/customer\"",
        "given_name = \"/first\"\nfamily_name = \"/last\"\nbirthdate = \"/born\"",
    );
    let rows = "nr,first,last,born\n1,Zoë,Ahrens,1980-01-02\n2,AHRENS,Zoe,1980-01-02\n3,Zoë,Ahrens,1981-01-02\n\
                4,,Ahrens,1980-01-02\n5,Zoë Mia,Ahrens,1980-01-02\n6,Ahrens Mia,Zoë,1980-01-02\n";
    let ran = Case::new(&config).file("till/a.csv", rows).published();
    assert!(ran.are_one(&["till:1", "till:2"]) && ran.are_one(&["till:5", "till:6"]), "{:?}", ran.customers);
    assert_eq!(ran.customers.len(), 4, "{:?}", ran.customers);
}

/// Father and son of one name; where there is one of them only, the suffix may be left out.
#[test]
fn generations_tell_persons_of_one_name_apart() {
    let config = "[[source]]\nname = \"club\"\nformat = \"csv\"\n[source.fields]\nid = \"/id\"\nfull_name = \"/name\"\n\
                  \"address.postal_code\" = \"/zip\"\n\
                  [[match]]\nkey = [\"given_name\", \"family_name\", \"address.postal_code\"]\n";
    let rows = "id,name,zip\n1,Paul Hart Sr.,7001\n2,Paul Hart Jr.,7001\n3,Paul Hart,7001\n4,\"Hart, Paul, Jr.\",7001\n\
                5,Paul Hart Jr.,7002\n6,Paul Hart,7002\n7,Paul Hart III,7003\n8,\"Paul Hart III, MD\",7003\n9,Paul Hart,7003\n";
    let ran = Case::new(config).file("club/a.csv", rows).published();
    assert!(ran.are_one(&["club:2", "club:4"]) && ran.are_one(&["club:5", "club:6"]), "{:?}", ran.customers);
    assert!(ran.are_one(&["club:7", "club:8", "club:9"]), "{:?}", ran.customers);
    assert_eq!(ran.customers.len(), 5, "{:?}", ran.customers);
    let keys = ran.version.accounts["club:2"]["family_name"].clone();
    assert_eq!(keys, "Hart");
}
