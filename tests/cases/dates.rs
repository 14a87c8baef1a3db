//! Birth dates as people and programs write them.

use onefold_tests::case::{BY_EMAIL, Case, Ran, source};
use serde_json::Value;

/// A file of birth dates that a source reads in a way, by the number of the row.
fn born(reading: &str, chain: &str, dates: &[&str]) -> Ran {
    let fields = format!("email = \"/email\"\nbirthdate = {reading}");
    let config = source("crm", "csv", "").replace("email = \"/email\"", &fields)
        + &BY_EMAIL.replace("[normalise]\n", &format!("[normalise]\n{chain}\n"))
        + "max_dropped_ratio = 1.0\n";
    let rows: String = dates.iter().enumerate().map(|(number, date)| format!("{number},,\"{date}\",\n")).collect();
    Case::new(&config).file("crm/a.csv", format!("id,email,born,note\n{rows}")).published()
}

fn birthdate(ran: &Ran, number: usize) -> Option<String> {
    ran.value(&format!("crm:{number}"), "/birthdate").as_str().map(str::to_owned)
}

const PLAIN: &str = "\"/born\"";
const WAYS: [(&str, &str); 7] = [
    (PLAIN, ""),
    (PLAIN, "birthdate = \"date\""),
    ("{ at = \"/born\", as = \"rfc3339\" }", ""),
    ("{ at = \"/born\", as = \"%d.%m.%Y\" }", ""),
    ("{ at = \"/born\", as = \"%d.%m.%y\" }", ""),
    ("{ at = \"/born\", as = \"%Y-%m-%d %H:%M:%S\" }", ""),
    ("{ at = \"/born\", as = \"%Y-%m-%dT%H:%M:%S%z\" }", ""),
];

/// However a source is read, a spelling of 11 August 1974 is that day, or none.
#[test]
fn no_birth_date_becomes_another_day() {
    let spellings = [
        "1974-08-11",
        "19740811",
        "19740811.0",
        "1974-08-11 00:00:00",
        "1974-08-11T00:00:00Z",
        "1974-08-11T00:00:00+02:00",
        "1974-08-11T00:00:00+0200",
        "1974-08-11T23:30:00-0500",
        "11.08.1974",
        "11.8.1974",
        "11.08.74",
        "1974/08/11",
        "11 August 1974",
        "11. August 1974",
        "11-08-1974",
    ];
    let mut read = 0;
    for (reading, chain) in WAYS {
        let ran = born(reading, chain, &spellings);
        for (number, spelling) in spellings.iter().enumerate() {
            let date = birthdate(&ran, number);
            assert!(date.as_deref().is_none_or(|date| date == "1974-08-11"), "{spelling} by {reading}: {date:?}");
            read += usize::from(date.is_some());
        }
        let kept = spellings.len() as u64 - ran.dropped.get("birthdate").copied().unwrap_or_default();
        assert_eq!(ran.version.manifest.sources["crm"].kept_values["birthdate"], kept, "what is not kept is counted");
    }
    assert!(read > 24, "{read}");
}

/// Whatever the format, a day that nobody is born on is none: it makes no key and does not survive.
#[test]
fn placeholders_and_impossible_days_are_no_birth_dates() {
    let nothings = [
        "1899-12-30",
        "1899-12-31",
        "1900-01-01",
        "1901-01-01",
        "1904-01-01",
        "1111-11-11",
        "0001-01-01",
        "9999-12-31",
        "0000-00-00",
        "01.01.1900",
        "31.12.9999",
        "00.00.0000",
        "11.11.1111",
        "1900-01-01T00:00:00Z",
        "1900-01-01 00:00:00",
        "0000-00-00 00:00:00",
        "2068-07-16",
        "16.07.2068",
        "2068-07-16T00:00:00Z",
        "1879-12-31",
        "16.07.0068",
        "0068-07-16",
        "29374",
        "1980",
        "1980-06",
        "1981-02-29",
        "n/a",
        "-",
        "NaN",
        "unbekannt",
    ];
    for (reading, chain) in WAYS {
        let ran = born(reading, chain, &nothings);
        for (number, nothing) in nothings.iter().enumerate() {
            assert_eq!(birthdate(&ran, number), None, "{nothing} by {reading}");
        }
        let counted: u64 =
            ran.dropped.iter().filter(|(name, _)| name.starts_with("birthdate")).map(|(_, count)| count).sum();
        assert_eq!(counted, nothings.len() as u64, "{:?}", ran.dropped);
    }
}

#[test]
fn a_year_of_two_digits_is_of_the_century_in_which_the_day_has_been() {
    let ran = born(
        "{ at = \"/born\", as = \"%d.%m.%y\" }",
        "",
        &["16.07.68", "16.07.98", "01.02.24", "24.12.27", "31.12.99"],
    );
    let found: Vec<String> = (0..5).filter_map(|number| birthdate(&ran, number)).collect();
    assert_eq!(found, ["1968-07-16", "1998-07-16", "2024-02-01", "1927-12-24", "1999-12-31"]);
    let ran = born("{ at = \"/born\", as = \"%d.%m.%Y\" }", "", &["16.07.68", "16.07.1968"]);
    assert_eq!((birthdate(&ran, 0), birthdate(&ran, 1).as_deref()), (None, Some("1968-07-16")));
}

/// The day that Unix counts from, on which people are born too: nobody meets by it, unless the configuration allows it.
#[test]
fn nobody_meets_by_the_epoch() {
    let config = |guard: &str| {
        format!(
            "[[source]]\nname = \"crm\"\nformat = \"csv\"\n[source.fields]\nid = \"/id\"\nfamily_name = \"/name\"\n\
             birthdate = \"/born\"\n[[match]]\nkey = [\"family_name\", \"birthdate\"]\n{guard}"
        )
    };
    let rows = "id,name,born\n1,Kuhl,1970-01-01\n2,Kuhl,1970-01-01\n3,Kuhl,1900-01-01\n4,Kuhl,1900-01-01\n\
                5,Kuhl,1970-01-02\n6,Kuhl,1970-01-02\n7,Kuhl,1875-03-04\n";
    let ran = Case::new(&config("")).file("crm/a.csv", rows).published();
    assert!(ran.are_one(&["crm:5", "crm:6"]));
    assert_eq!(ran.customers.len(), 6, "{:?}", ran.customers);
    let born: Vec<&Value> =
        ran.version.customers.values().map(|customer| &customer["birthdate"]).filter(|date| !date.is_null()).collect();
    assert_eq!(born, ["1970-01-02"]);
    let guard = "[guard]\nallowed_values = { birthdate = \"1970-01-01\" }\nmin_birth_year = 1870\n";
    let ran = Case::new(&config(guard)).file("crm/a.csv", rows).published();
    assert!(ran.are_one(&["crm:1", "crm:2"]) && !ran.are_one(&["crm:3", "crm:4"]));
    assert_eq!(ran.value("crm:7", "/birthdate"), "1875-03-04");
}
