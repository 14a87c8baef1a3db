//! Texts that stand for a missing value: they match nobody and overwrite nothing.

use onefold_tests::case::{BY_EMAIL, Case, Ran, source};
use serde_json::{Value, json};

const PEOPLE: &str = r#"
[[source]]
name = "crm"
format = "csv"
region = "DE"
[source.fields]
id = "/id"
given_name = "/given"
family_name = "/family"
email = "/email"
phone_number = "/phone"
birthdate = "/born"
"address.street_address" = "/street"
"address.postal_code" = "/zip"
"address.locality" = "/city"
"address.country" = "/country"
"attributes.plan" = "/plan"
updated_at = { at = "/changed", as = "date" }

[normalise]
email = "email"
phone_number = "e164"
given_name = ["trim", "collapse"]
family_name = ["trim", "collapse"]
"address.country" = "country"
"address.postal_code" = "postal_code"

[[match]]
key = "email"
[[match]]
key = [{ field = "given_name", as = "casefold" }, { field = "family_name", as = "casefold" }, "address.postal_code"]

[publish]
max_reject_ratio = 1.0
"#;

const HEADER: &str = "id,given,family,email,phone,born,street,zip,city,country,plan,changed\n";

fn people(rows: &str) -> Ran {
    Case::new(PEOPLE).file("crm/a.csv", format!("{HEADER}{rows}")).published()
}

/// A newsletter that knows an address and nothing else fills its other columns all the same.
#[test]
fn a_later_placeholder_overwrites_nothing() {
    let nothings = [
        "N/A",
        "null",
        "NULL",
        "-",
        "--",
        "nan",
        "NaN",
        "\\N",
        "[]",
        "{}",
        "(leer)",
        "null null",
        "\u{200b}",
        "unbekannt",
        "k.A.",
        "keine Angabe",
        "<null>",
        "(blank)",
        "#N/A",
        "None",
        "unknown",
        "inconnu",
        "desconocido",
        "sconosciuto",
        "onbekend",
        "nieznany",
        "neznámý",
        "okänd",
        "неизвестно",
        "άγνωστο",
        "不明",
        "미상",
        "غير معروف",
        "?",
        " ",
        "...",
        "TBD",
        "not provided",
    ];
    let rows: String = nothings
        .iter()
        .enumerate()
        .map(|(number, nothing)| {
            let known = format!(
                "a{number},Ada,Quist,p{number}@velmora.zz,0151 2345{number:04},1980-04-05,Altweg 1,10115,Berlin,DE,gold,2025-01-01\n"
            );
            let fields = [*nothing; 9].join(",");
            let fields: Vec<&str> = fields.split(',').collect();
            let [given, family, phone, born, street, zip, city, country, plan] = fields[..] else { unreachable!() };
            known
                + &format!(
                    "b{number},{given},{family},p{number}@velmora.zz,{phone},{born},{street},{zip},{city},{country},{plan},2026-01-01\n"
                )
        })
        .collect();
    let ran = people(&rows);
    assert_eq!(ran.version.customers.len(), nothings.len(), "{:?}", ran.customers);
    for customer in ran.version.customers.values() {
        assert_eq!((&customer["given_name"], &customer["family_name"]), (&json!("Ada"), &json!("Quist")), "{customer}");
        assert_eq!(customer["birthdate"], "1980-04-05");
        assert_eq!(customer["address"]["street_address"], "Altweg 1", "{customer}");
        assert_eq!(customer["address"]["postal_code"], "10115");
        assert_eq!(customer["attributes"]["plan"], "gold", "{customer}");
        assert!(customer["phone_number"].is_string());
    }
    assert!(ran.dropped["given_name: a placeholder"] > 25, "{:?}", ran.dropped);
    assert_eq!(ran.dropped["family_name"], 1, "an error of a spreadsheet is a value that is lost");
}

/// Zeros where a number is no value, and codes that are words.
#[test]
fn zeros_and_codes_are_taken_by_their_field() {
    let ran = people(
        "1,Ada,Quist,q@velmora.zz,0151 20001111,1980-04-05,Altweg 1,10115,Berlin,DE,gold,2025-01-01\n\
         2,0,0,q@velmora.zz,0,1900-01-01,0,00000,unbekannt,XX,0,2026-01-01\n\
         3,Tuli,Shaan,s@velmora.zz,,,1 Ave,10001,Windhoek,NA,7,2026-01-01\n",
    );
    let customer = ran.version.customers.values().find(|customer| customer["email"] == "q@velmora.zz").unwrap();
    assert_eq!((&customer["given_name"], &customer["address"]["country"]), (&json!("Ada"), &json!("DE")));
    assert_eq!(
        (&customer["address"]["street_address"], &customer["attributes"]["plan"]),
        (&json!("Altweg 1"), &json!("gold"))
    );
    assert_eq!(customer["birthdate"], "1980-04-05");
    assert_eq!(ran.value("crm:3", "/address/country"), "NA", "Namibia");
}

#[test]
fn nobody_is_called_so_and_nobody_meets_by_it() {
    let nobodys = [
        ("N/A", "N/A"),
        ("NaN", "NaN"),
        ("None", "None"),
        ("null", "null"),
        ("NULL", "NULL"),
        ("undefined", "undefined"),
        ("(blank)", "(blank)"),
        ("TBD", "TBD"),
        ("xxx", "xxx"),
        ("Kunde", "Kunde"),
        ("Gast", "Kunde"),
        ("User", "User"),
        ("anonymous", "anonymous"),
        ("keine Angabe", "keine Angabe"),
        ("0", "0"),
        ("Firstname", "Lastname"),
        ("Vorname", "Nachname"),
        ("Test", "Test"),
        ("none given", "none given"),
        ("sin nombre", "sin nombre"),
        ("Max", "Mustermann"),
        ("\\N", "\\N"),
        ("<null>", "<null>"),
        ("nil", "nil"),
        ("(none)", "(none)"),
        ("?", "?"),
        ("Unbekannt", "Unbekannt"),
        ("Клиент", "Клиент"),
        ("お客様", "お客様"),
        ("Nombre", "Apellido"),
    ];
    let rows: String = nobodys
        .iter()
        .enumerate()
        .flat_map(|(number, (given, family))| {
            ["a", "b"].map(|twin| {
                format!("{twin}{number},{given},{family},{twin}{number}@velmora.zz,,,,20095,,DE,,2026-01-01\n")
            })
        })
        .collect();
    let ran = people(&rows);
    assert_eq!(ran.version.customers.len(), 2 * nobodys.len(), "{:?}", ran.customers);
    for customer in ran.version.customers.values() {
        let names = (&customer["given_name"], &customer["family_name"]);
        assert_eq!(names, (&Value::Null, &Value::Null), "{customer}");
    }
}

#[test]
fn a_name_that_is_a_word_is_a_name() {
    let real = [
        ("Jennifer", "Null"),
        ("Marco", "Test"),
        ("Na", "Kim"),
        ("Minh", "Na"),
        ("Tae", "No"),
        ("Li", "O"),
        ("Nan", "Liu"),
        ("Xx", "Xu"),
        ("None", "Aas"),
        ("Guest", "Edgar"),
        ("Kunde", "Rolf"),
        ("Peter", "Mustermann"),
        ("Nil", "Kaya"),
    ];
    let rows: String = real
        .iter()
        .enumerate()
        .map(|(number, (given, family))| {
            format!("{number},{given},{family},r{number}@velmora.zz,,,,10115,,DE,,2026-01-01\n")
        })
        .collect();
    let ran = people(&rows);
    for (number, (given, family)) in real.iter().enumerate() {
        let email = format!("r{number}@velmora.zz");
        let customer = ran.version.customers.values().find(|customer| customer["email"] == *email).unwrap();
        assert_eq!((&customer["given_name"], &customer["family_name"]), (&json!(given), &json!(family)));
    }
}

/// The roles of a firm, and people's own domains.
#[test]
fn addresses_of_roles_make_nobody_one() {
    let roles = [
        "team@firma.zz",
        "help@firma.zz",
        "billing@firma.zz",
        "jobs@firma.zz",
        "kontakt@firma.zz",
        "buchhaltung@firma.zz",
        "rechnung@firma.zz",
        "bewerbung@firma.zz",
        "ventas@firma.zz",
        "facturacion@firma.zz",
        "compta@firma.zz",
        "amministrazione@firma.zz",
        "administratie@firma.zz",
        "biuro@firma.zz",
        "no-reply@firma.zz",
        "noreply-orders@firma.zz",
        "unbekannt@unbekannt.de",
        "x@x.com",
        "noemail@noemail.com",
    ];
    let own = ["ivo@ivo.nl", "ute@ute.de", "max@max-quort.de"];
    let header = "id,email,note\n";
    let rows: String = roles
        .iter()
        .chain(&own)
        .enumerate()
        .flat_map(|(number, email)| ["a", "b"].map(|twin| format!("{twin}{number},{email},\n")))
        .collect();
    let ran =
        Case::new(&(source("crm", "csv", "") + BY_EMAIL)).file("crm/a.csv", format!("{header}{rows}")).published();
    for (number, email) in roles.iter().chain(&own).enumerate() {
        let is_one = ran.are_one(&[&format!("crm:a{number}"), &format!("crm:b{number}")]);
        assert_eq!(is_one, own.contains(email), "{email}");
    }
    let emails = ran.version.customers.values().filter(|customer| !customer["email"].is_null()).count();
    assert_eq!(emails, own.len());
}

/// pandas writes NaN for an id that is missing, in every file.
#[test]
fn ids_that_stand_for_a_missing_one_are_refused_and_count_towards_the_gate() {
    let rows = |name: &str| {
        format!("id,email,note\nNaN,{name}@velmora.zz,\nnull,{name}2@velmora.zz,\n1{name},{name}3@velmora.zz,\n")
    };
    let case = Case::new(&(source("crm", "csv", "") + BY_EMAIL))
        .file("crm/a.csv", rows("a"))
        .file("crm/b.csv", rows("b"))
        .file("crm/c.csv", rows("c"));
    let ran = case.published();
    assert_eq!(ran.ids("crm"), ["1a", "1b", "1c"]);
    let reasons: Vec<&str> = ran.refused("crm").into_iter().map(|(_, reason)| reason).collect();
    assert_eq!(reasons.len(), 6);
    assert!(reasons.iter().all(|reason| reason.contains("stands for a missing one")), "{reasons:?}");
    let strict = BY_EMAIL.replace("max_reject_ratio = 1.0", "max_reject_ratio = 0.5");
    let fault = Case::new(&(source("crm", "csv", "") + &strict)).file("crm/a.csv", rows("a")).fault();
    assert!(fault.contains("2 of 3 rows were rejected"), "{fault}");
}

/// Nothing is no value of an attribute; a word is not replaced by a zero, and a number is.
#[test]
fn nothing_is_no_value_of_an_attribute() {
    let config = source("app", "jsonl", "").replace(
        "\"attributes.note\" = \"/note\"",
        "\"attributes.tier\" = \"/tier\"\n\"attributes.points\" = \"/points\"\nupdated_at = { at = \"/at\", as = \"unix_s\" }",
    );
    let nothings = [r#""""#, r#"" ""#, "[]", "{}", "null", r#""n/a""#, r#""0""#, "0", r#""NaN""#];
    let rows: String = nothings
        .iter()
        .enumerate()
        .map(|(number, nothing)| {
            format!(
                "{{\"id\":\"a{number}\",\"email\":\"t{number}@velmora.zz\",\"tier\":\"gold\",\"points\":7,\"at\":1}}\n\
                 {{\"id\":\"b{number}\",\"email\":\"t{number}@velmora.zz\",\"tier\":{nothing},\"points\":0,\"at\":2}}\n"
            )
        })
        .collect();
    let ran = Case::new(&(config + BY_EMAIL)).file("app/a.jsonl", rows).published();
    assert_eq!(ran.version.customers.len(), nothings.len());
    for customer in ran.version.customers.values() {
        assert_eq!(customer["attributes"], json!({"points": 0, "tier": "gold"}));
    }
}

/// An export whose phone numbers have no calling code, of a country that nothing says.
#[test]
fn a_field_that_is_lost_as_a_whole_holds_the_version_back() {
    let config = |limit: &str, region: &str| {
        let fields = "email = \"/email\"\nphone_number = \"/phone\"";
        source("crm", "csv", region).replace("email = \"/email\"", fields)
            + &BY_EMAIL.replace("[normalise]\n", "[normalise]\nphone_number = \"e164\"\n")
            + limit
    };
    let rows: String = (0..40).map(|number| format!("{number},p{number}@velmora.zz,0151 2345{number:04},\n")).collect();
    let csv = format!("id,email,phone,note\n{rows}");
    let fault = Case::new(&config("", "")).file("crm/a.csv", csv.clone()).fault();
    assert!(fault.contains("all 40 values of phone_number of the source \"crm\" could not be used"), "{fault}");
    assert!(fault.contains("max_dropped_ratio = 0.95"), "{fault}");
    for allowed in ["max_dropped_ratio = 1.0\n", "max_dropped_ratio = { phone_number = 1.0 }\n"] {
        let ran = Case::new(&config(allowed, "")).file("crm/a.csv", csv.clone()).published();
        assert_eq!(ran.dropped["phone_number"], 40);
    }
    let ran = Case::new(&config("", "region = \"DE\"")).file("crm/a.csv", csv.clone()).published();
    assert_eq!(ran.version.manifest.sources["crm"].kept_values["phone_number"], 40);
    // A column of N/A is empty, and nothing of it is lost.
    let empty: String = (0..40).map(|number| format!("{number},p{number}@velmora.zz,N/A,\n")).collect();
    let empty = format!("id,email,phone,note\n{empty}");
    let ran = Case::new(&config("", "")).file("crm/a.csv", empty).published();
    assert_eq!(ran.version.manifest.sources["crm"].kept_values.get("phone_number"), None);
}
