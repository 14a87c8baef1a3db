//! What is guessed of exports that do not write as Onefold does: countries by name, numbers without a calling code, two
//! digits of a year, names in several parts.

use std::sync::Arc;

use onefold_shell::NoSecrets;
use serde_json::Value;

use super::{field_line, run};
use crate::data::check;
use crate::data::tests::Scratch;

const FAMILIES: [&str; 6] = ["O'Dwyer", "van der Meer", "García Ruiz", "McKenna", "von Ahlen", "Meyer-Landrut"];

/// A CRM with names of countries and two digits of a year, and a shop that says no country.
fn two_systems() -> Scratch {
    let mut crm =
        String::from("customer_no,first_name,last_name,email,phone,birth_date,zip,city,country,last_modified\n");
    let mut shop = String::new();
    for (number, family) in FAMILIES.iter().cycle().take(24).enumerate() {
        let day = number + 1;
        let country = ["Deutschland", "Germany"][number % 2];
        crm += &format!(
            "{number},Jan,{family},jan{number}@weidehof.de,040 55500{day:02},{day:02}.02.65,20095,Hamburg,{country},2026-01-{day:02} 10:00:00\n"
        );
        shop += &format!(
            "{{\"id\":{number},\"name\":\"Jan {family}\",\"mail\":\"jan{number}@weidehof.de\",\"mobile\":\"49151234567{day:02}\",\
             \"dob\":\"1965-02-{day:02}T00:00:00+01:00\",\"created\":\"2026-02-01T10:00:00Z\"}}\n"
        );
    }
    Scratch::new(&[("landing/crm/a.csv", crm.as_bytes()), ("landing/shop/a.jsonl", shop.as_bytes())])
}

#[tokio::test]
async fn what_values_say_to_the_normalisers_is_mapped() {
    let scratch = two_systems();
    assert!(scratch.init().await.unwrap().document.is_complete);
    let text = scratch.config_text();
    let of = |source: &str| text.split("[[source]]").find(|section| section.contains(source)).unwrap().to_owned();
    let (crm, shop) = (of("name = \"crm\""), of("name = \"shop\""));
    let country = field_line(&crm, "address.country");
    assert_eq!(country.0, "# sure: 24 of 24 values are countries");
    assert_eq!(country.1, "\"address.country\" = \"/country\"");
    assert!(!crm.contains("region ="), "every account has its country: {crm}");
    let likely = "# likely: 24 of 24 phone numbers have no calling code and no country, so they would be dropped; 24 of 24 \
                  e-mail addresses have a domain of DE, where 24 of these numbers are valid\nregion = \"DE\"\n";
    assert!(shop.contains(likely), "{shop}");
    let (why, line) = field_line(&crm, "birthdate");
    assert_eq!(line, "birthdate = { at = \"/birth_date\", as = \"%d.%m.%y\" }");
    assert!(why.starts_with("# likely: ") && why.contains("one of the century before"), "{why}");
    assert_eq!(field_line(&shop, "birthdate").1, "birthdate = { at = \"/dob\", as = \"rfc3339\" }");
    let checked = check::check(&scratch.0, false).await.unwrap();
    assert!(checked.report.contains("no fault"), "{}", checked.report);
}

#[tokio::test]
async fn names_and_numbers_come_out_as_they_were_written() {
    let scratch = two_systems();
    scratch.init().await.unwrap();
    let version = std::thread::scope(|scope| scope.spawn(|| run(&scratch)).join().unwrap());
    let manifest = &version.manifest;
    assert_eq!((manifest.counts.customers, manifest.counts.rejected), (24, 0));
    assert!(manifest.dropped_values.is_empty(), "{:?}", manifest.dropped_values);
    for (number, family) in FAMILIES.iter().cycle().take(24).enumerate() {
        let day = number + 1;
        let value =
            |reference: &str, field: &str| version.accounts[reference].pointer(field).unwrap_or(&Value::Null).clone();
        let (crm, shop) = (format!("crm:{number}"), format!("shop:{number}"));
        for account in [&crm, &shop] {
            assert_eq!(
                (value(account, "/given_name"), value(account, "/family_name")),
                ("Jan".into(), (*family).into())
            );
            assert_eq!(value(account, "/birthdate"), format!("1965-02-{day:02}"), "{account}");
        }
        assert_eq!(value(&crm, "/phone_number"), format!("+494055500{day:02}"));
        assert_eq!(value(&shop, "/phone_number"), format!("+49151234567{day:02}"));
        assert_eq!(value(&crm, "/address/country"), "DE");
    }
}

#[tokio::test]
async fn a_country_that_is_not_clear_is_proposed_or_left_open() {
    let region = async |rows: &[&str]| {
        let rows: String = rows.iter().enumerate().map(|(number, row)| format!("{number},{row}\n")).collect();
        let scratch = Scratch::new(&[("landing/crm/a.csv", format!("id,email,phone\n{rows}").as_bytes())]);
        scratch.init().await.unwrap();
        let text = scratch.config_text();
        text.lines().find(|line| line.contains("region = ")).map(ToOwned::to_owned)
    };
    let neutral = ["a@x.com,040 5550001", "b@x.org,089/1234567", "c@x.net,0151 23456789"];
    assert_eq!(region(&neutral).await.as_deref(), Some("# region = \"…\" # their country, such as \"DE\""));
    let with_code = ["d@x.com,+49 40 5550002", "e@x.com,+49 40 5550003", "f@x.com,0049 40 5550004"];
    assert_eq!(region(&[&neutral[..], &with_code].concat()).await.as_deref(), Some("region = \"DE\""));
    assert_eq!(region(&with_code).await, None, "these need no country");
}

/// Three ways to be told before a run that numbers are lost: by the file alone, by its rows, and by the first rows.
#[tokio::test]
async fn numbers_without_a_country_are_told_by_check_and_try() {
    let config = "[[source]]\nname = \"crm\"\nformat = \"csv\"\n[source.fields]\nid = \"/id\"\nphone_number = \"/phone\"\n\
                  [normalise]\nphone_number = \"e164\"\n[[match]]\nkey = \"phone_number\"\n";
    let alone = Scratch::new(&[("onefold.toml", config.as_bytes())]);
    let checked = check::check(&alone.0, false).await.unwrap();
    let told = "nothing says the country of the phone numbers of \"crm\"";
    assert!(checked.document.is_sound && checked.report.contains(told), "{}", checked.report);
    let in_country = config.replace("format = \"csv\"\n", "format = \"csv\"\nregion = \"DE\"\n");
    let alone = Scratch::new(&[("onefold.toml", in_country.as_bytes())]);
    assert!(check::check(&alone.0, false).await.unwrap().report.contains("no fault"));

    let rows = b"id,phone,country\n1,040 5550001,\n2,040 5550002,\n3,+49 40 5550003,\n";
    let mapped = config.replace("id = \"/id\"\n", "id = \"/id\"\naddress.country = \"/country\"\n");
    for (config, told) in [
        (
            config,
            "2 of 3 phone numbers in the first 3 rows of landing/crm/a.csv are dropped, as nothing says the country",
        ),
        (&mapped, "those of accounts without a country need region, such as \"DE\""),
    ] {
        let scratch = Scratch::new(&[("onefold.toml", config.as_bytes()), ("landing/crm/a.csv", rows)]);
        let report = check::check(&scratch.0, false).await.unwrap().report;
        assert!(report.contains(told) && report.contains("1 warning"), "{report}");
        let trial = scratch.trial(Arc::new(NoSecrets), "crm", 9).await.unwrap();
        assert!(trial.warnings.iter().any(|warning| warning.contains(told)), "{:?}", trial.warnings);
    }
}
