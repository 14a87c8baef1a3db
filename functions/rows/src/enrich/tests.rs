//! Tables: what is found in them, and their faults.

use std::borrow::Cow;

use onefold_config::{Hash, Lookup, Target, Threshold};
use onefold_normalise::field::TextField;
use onefold_normalise::timestamp::Timestamp;

use super::*;

fn lookup(target: Target, on: &[Lookup], columns: &[&str]) -> Enrich {
    Enrich {
        target,
        table: "t".to_owned(),
        on: on.to_vec(),
        prefix: None,
        hash: None,
        ignore_case: false,
        key: Vec::new(),
        columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        split: ";".to_owned(),
        threshold: None,
        overwrite: false,
    }
}

const GENDER: Target = Target::Text(TextField::Gender);
const GIVEN_NAME: Lookup = Lookup::Text(TextField::GivenName);
const COUNTRY: Lookup = Lookup::Text(TextField::Country);
const POSTAL_CODE: Lookup = Lookup::Text(TextField::PostalCode);

fn account<'a>(texts: &[(TextField, &'a str)]) -> Account<'a> {
    let mut account = Account::new("crm:1", None, Timestamp::from_milliseconds(0).unwrap());
    for (field, text) in texts {
        account.set_text(*field, Some(Cow::Borrowed(*text)));
    }
    account
}

fn named(name: &str) -> Account<'_> {
    account(&[(TextField::GivenName, name)])
}

fn at<'a>(country: &'a str, postal_code: &'a str) -> Account<'a> {
    account(&[(TextField::Country, country), (TextField::PostalCode, postal_code)])
}

fn csv(lookup: &Enrich, text: &str) -> Result<LookupTable, TableError> {
    LookupTable::parse(lookup, TableText::csv("reference/t.csv", text.as_bytes()))
}

#[test]
fn looks_up_by_key_and_by_prefix() {
    let by_prefix = Enrich { prefix: Some(3), ..lookup(Target::Location, &[POSTAL_CODE], &["lat", "lon"]) };
    let table = csv(&by_prefix, "zip3,lon,lat\n012,7.50,47.0\n99,1,2\n").unwrap();
    let found = |code| table.get(&by_prefix, &at("US", code)).map(str::to_owned);
    assert_eq!(found("01234").as_deref(), Some(r#"{"latitude":47.0,"longitude":7.5}"#));
    assert_eq!(found("0"), None);
    assert_eq!(found("99").as_deref(), Some(r#"{"latitude":2.0,"longitude":1.0}"#));
    let by_name = lookup(GENDER, &[GIVEN_NAME], &["gender"]);
    let table = csv(&by_name, "\u{feff}name,gender\r\nJürgen,m\r\n\r\n\"Anna\",f\r\nMaria,\r\n").unwrap();
    for (name, gender) in [("Jürgen", Some("m")), ("Anna", Some("f")), ("Ann", None), ("anna", None), ("Maria", None)]
    {
        assert_eq!(table.get(&by_name, &named(name)), gender, "{name}");
    }
    assert_eq!(table.get(&by_name, &at("US", "1")), None, "there is no name to look up");
}

#[test]
fn several_fields_must_all_agree() {
    let both = lookup(Target::Location, &[COUNTRY, POSTAL_CODE], &["latitude", "longitude"]);
    let text = "country,postal_code,latitude,longitude\nDE,01067,51.05,13.74\nFR,01067,46,5\nGB,SW1A,51.5,-0.14\n";
    let table = csv(&both, text).unwrap();
    let found = |country, code| table.get(&both, &at(country, code)).map(str::to_owned);
    assert_eq!(found("DE", "01067").as_deref(), Some(r#"{"latitude":51.05,"longitude":13.74}"#));
    assert_eq!(found("FR", "01067").as_deref(), Some(r#"{"latitude":46.0,"longitude":5.0}"#));
    assert_eq!(found("US", "01067"), None);
    assert_eq!(table.get(&both, &account(&[(TextField::PostalCode, "01067")])), None);
    // The values do not run into each other.
    assert_eq!(found("DE\u{1f}01067", ""), None);
    let by_prefix = Enrich { prefix: Some(4), ..both };
    assert!(table.get(&by_prefix, &at("GB", "SW1A 1AA")).is_some());
    let columns = Enrich { key: vec!["postal_code".to_owned(), "country".to_owned()], ..by_prefix };
    let swapped = Enrich { on: vec![POSTAL_CODE, COUNTRY], prefix: None, ..columns };
    assert!(csv(&swapped, text).unwrap().get(&swapped, &at("DE", "01067")).is_some());
}

#[test]
fn rows_below_the_threshold_are_not_used() {
    let threshold = Some(Threshold { column: "probability".to_owned(), min: 0.9 });
    let sure = Enrich { threshold, ..lookup(GENDER, &[GIVEN_NAME], &["gender"]) };
    let text = "name,gender,probability\nAnna,f,1\nAndrea,f,0.9\nAndrea,m,0.1\nKim,f,0.8999\n";
    let table = csv(&sure, text).unwrap();
    for (name, gender) in [("Anna", Some("f")), ("Andrea", Some("f")), ("Kim", None)] {
        assert_eq!(table.get(&sure, &named(name)), gender, "{name}");
    }
    let error = csv(&sure, "name,gender,probability\nAnna,f,high\nBob,m,\nMax,m,NaN\n").unwrap_err().to_string();
    for line in 2..=4 {
        assert!(error.contains(&format!("line {line}: column \"probability\" must be a number")), "{error}");
    }
}

#[test]
fn case_makes_no_difference_if_it_is_to_be_ignored() {
    let ignoring = Enrich { ignore_case: true, ..lookup(GENDER, &[GIVEN_NAME], &["gender"]) };
    let table = csv(&ignoring, "name,gender\nanna,f\nJÜRGEN,m\n").unwrap();
    assert_eq!(table.get(&ignoring, &named(" ANNA ")), Some("f"));
    assert_eq!(table.get(&ignoring, &named("Jürgen")), Some("m"));
    let twice = csv(&ignoring, "name,gender\nanna,f\nAnna,f\n").unwrap_err();
    assert!(twice.to_string().contains("line 3: this key is there twice"), "{twice}");
}

#[test]
fn digests_are_looked_up_in_place_of_values() {
    let hashed = Enrich {
        hash: Some(Hash::Sha256),
        ..lookup(Target::Interests, &[Lookup::Text(TextField::Email)], &["interests"])
    };
    // printf anna@x.de | sha256sum, in upper case
    let digest = "2442B0A4C90A8D502ADFAAA1D663FF8F73E45C4B23F49193C1C38D810E9C8888";
    let text = format!("email_sha256,interests\n{digest},art; wine\n");
    let table = csv(&hashed, &text).unwrap();
    assert_eq!(table.get(&hashed, &account(&[(TextField::Email, "anna@x.de")])), Some("art; wine"));
    assert_eq!(table.get(&hashed, &account(&[(TextField::Email, "bob@x.de")])), None);
    let error = csv(&hashed, "email_sha256,interests\nanna@x.de,art\n").unwrap_err().to_string();
    assert!(error.contains("line 2: column \"email_sha256\" must be a SHA-256"), "{error}");
    assert!(!error.contains("anna"), "{error}");
}

#[test]
fn attributes_are_looked_up_and_filled_as_text() {
    let job = Lookup::Attribute("occupation".to_owned());
    let pay = lookup(Target::Salary, &[job.clone(), Lookup::Text(TextField::Region)], &["salary"]);
    let table = csv(&pay, "occupation,region,salary\n\"Nurse \"\"A\"\"\",TX,80000\n291141,TX,90000.5\n").unwrap();
    let of = |json: &'static str| {
        let mut account = account(&[(TextField::Region, "TX")]);
        account.attributes = vec![("occupation".into(), json.into())];
        table.get(&pay, &account).map(str::to_owned)
    };
    assert_eq!(of(r#""Nurse \"A\"""#).as_deref(), Some("80000"));
    assert_eq!(of(r#""291141""#).as_deref(), Some("90000.5"));
    assert_eq!(of("291141").as_deref(), Some("90000.5"));
    assert_eq!(of("[291141]"), None);
    assert_eq!(of("null"), None);
    let group = lookup(Target::Attribute("group".to_owned()), &[GIVEN_NAME], &["group"]);
    let table = csv(&group, "name,group\nAnna,\"a \"\"b\"\"\"\n").unwrap();
    assert_eq!(table.get(&group, &named("Anna")), Some(r#""a \"b\"""#));
}

#[test]
fn rows_are_read_like_csv() {
    let by_name = lookup(GENDER, &[GIVEN_NAME], &["gender"]);
    let mut rows = TableRows::new(vec!["gender".to_owned(), "name".to_owned()]);
    for cell in ["f", "Anna", "", "Kim", "m", "Bob", "m", ""] {
        rows.push(cell);
    }
    let by_name = Enrich { key: vec!["name".to_owned()], ..by_name };
    let of_parquet = |rows: &TableRows| {
        let text = TableText { object: "reference/t.parquet", content: TableContent::Rows(rows) };
        LookupTable::parse(&by_name, text)
    };
    let error = of_parquet(&rows).unwrap_err();
    assert_eq!(error.to_string(), "reference/t.parquet: row 4: the key is empty");
    rows.push("m");
    rows.push("Max");
    assert_eq!(rows.len(), 5);
    let mut good = TableRows::new(rows.names().to_vec());
    for cell in ["f", "Anna", "", "Kim", "m", "Bob"] {
        good.push(cell);
    }
    let table = of_parquet(&good).unwrap();
    for (name, gender) in [("Anna", Some("f")), ("Bob", Some("m")), ("Kim", None)] {
        assert_eq!(table.get(&by_name, &named(name)), gender, "{name}");
    }
}

#[test]
fn names_every_fault_by_its_line() {
    let location = lookup(Target::Location, &[POSTAL_CODE], &["lat", "lon"]);
    let error = csv(&location, "k,lat,lon\na,1,x\nb,1\na,1,2\na,1,2\n,1,2\nc,91,0\n").unwrap_err();
    let text = error.to_string();
    for expected in [
        "line 2: column \"lon\" must be a longitude, a number within 180 degrees",
        "line 3: there are only 2 columns",
        "line 5: this key is there twice",
        "line 6: the key is empty",
        "line 7: column \"lat\" must be a latitude",
    ] {
        assert!(text.contains(expected), "{text}");
    }
    let many: String = (0..30).map(|_| ",1,2\n").collect();
    assert!(csv(&location, &format!("k,lat,lon\n{many}")).unwrap_err().to_string().ends_with("; and 10 more"));
    let pay = lookup(Target::Salary, &[POSTAL_CODE], &["wage"]);
    let threshold = Some(Threshold { column: "sure".to_owned(), min: 1.0 });
    let missing = csv(&Enrich { threshold, ..pay.clone() }, "k,v\n").unwrap_err();
    assert_eq!(
        missing.to_string(),
        "reference/t.csv has no column \"wage\", \"sure\"; name one of its columns in [[enrich]]"
    );
    assert!(matches!(csv(&location, ""), Err(TableError::Empty { .. })));
    let both = lookup(GENDER, &[COUNTRY, POSTAL_CODE], &["gender"]);
    assert!(matches!(csv(&both, "gender\n"), Err(TableError::TooFewColumns { .. })));
    assert!(
        csv(&pay, "k,wage\na,much\n").unwrap_err().to_string().contains("line 2: column \"wage\" must be a number")
    );
}
