//! E-mail addresses as people, mail programs and forms write them.

use onefold_tests::case::{BY_EMAIL, Case, source};
use serde_json::Value;

/// The address is `<place>@ulmenweg.zz`, `AT` in the spelling.
const SPELLINGS: [&str; 27] = [
    "AT; other.AT",
    "AT, other.AT",
    "AT other.AT",
    "AT / other.AT",
    "AT oder other.AT",
    "Mara Lind <AT>",
    "\"Lind, Mara\" <AT>",
    "Lind, Mara <AT>",
    "<AT>",
    "mailto:AT",
    "mailto:AT?subject=Hi%20there",
    "E-Mail: AT",
    "AT.",
    "AT;",
    "AT,",
    "'AT'",
    "“AT”",
    "\u{a0}AT\u{a0}",
    "AT\u{200b}",
    "\u{feff}AT",
    "\u{202a}AT\u{202c}",
    "AT (old)",
    "AT [privat]",
    "[AT](mailto:AT)",
    "AT\u{7f}",
    "\u{ad}AT",
    "AT\u{fe0f}",
];

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[test]
fn every_spelling_is_the_address_that_stands_in_it() {
    let config = source("crm", "csv", "") + &source("shop", "csv", "") + BY_EMAIL;
    for chain in ["\"email\"", "[\"trim\", \"lowercase\"]"] {
        let (mut crm, mut shop) = ("id,email\n".to_owned(), "id,email\n".to_owned());
        for (place, spelling) in SPELLINGS.iter().enumerate() {
            let address = format!("p{place}@ulmenweg.zz");
            crm.push_str(&format!("{place},{}\n", quoted(&spelling.replace("AT", &address))));
            shop.push_str(&format!("{place},{address}\n"));
        }
        let config = config.replace("email = \"email\"", &format!("email = {chain}"));
        let ran = Case::new(&config).file("crm/a.csv", crm).file("shop/a.csv", shop).published();
        for (place, spelling) in SPELLINGS.iter().enumerate() {
            let [crm, shop] = ["crm", "shop"].map(|source| format!("{source}:{place}"));
            assert_eq!(ran.value(&crm, "/email"), &format!("p{place}@ulmenweg.zz"), "{spelling:?}");
            assert!(ran.are_one(&[&crm, &shop]), "{spelling:?}");
        }
        assert_eq!(ran.dropped.get("email"), None);
    }
}

#[test]
fn blanks_and_other_at_signs_are_mended() {
    let rows = "id,email\n1,mara @birkensee.zz\n2,mara@ birkensee.zz\n3,mara＠birkensee.zz\n4,MARA@Birkensee.ZZ\n";
    let ran = Case::new(&(source("crm", "csv", "") + BY_EMAIL)).file("crm/a.csv", rows).published();
    assert!(ran.are_one(&["crm:1", "crm:2", "crm:3", "crm:4"]), "{:?}", ran.customers);
    assert_eq!(ran.value("crm:3", "/email"), "mara@birkensee.zz");
}

#[test]
fn what_is_no_address_is_dropped_and_counted() {
    let rows = "id,email\n1,mara@@birkensee.zz\n2,mara at birkensee.zz\n3,\"mara@birkensee,zz\"\n4,mara.@birkensee.zz\n\
                5,none\n6,\"\"\"mara lind\"\"@birkensee.zz\"\n7,mara@birkensee.zz; nobody\n";
    let ran = Case::new(&(source("crm", "csv", "") + BY_EMAIL)).file("crm/a.csv", rows).published();
    for id in 1..=6 {
        assert_eq!(ran.value(&format!("crm:{id}"), "/email"), &Value::Null, "{id}");
    }
    assert_eq!(ran.value("crm:7", "/email"), "mara@birkensee.zz");
    assert_eq!((ran.dropped["email"], ran.dropped["email: a placeholder"]), (5, 1));
}
