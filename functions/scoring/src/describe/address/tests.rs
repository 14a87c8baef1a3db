//! Lines of addresses.

use super::*;

fn check(expected: [&str; 3], lines: &[&str]) {
    for line in lines {
        let Address { street, number, unit } = Address::of(line);
        assert_eq!([street.as_str(), number.as_str(), unit.as_str()], expected, "{line}");
    }
}

#[test]
fn a_house_number_stands_before_or_behind_the_street() {
    check(
        ["high st", "12", ""],
        &["12 High St", "12, High Street", "High St 12", "High St,12", "HIGH ST. No. 12", "0012 High St"],
    );
    check(["linden st", "12a", ""], &["Lindenstr. 12a", "Lindenstr. 12 A", "Lindenstr. 12/a", "Lindenstr. 12-a"]);
    check(["rue de la paix", "15b", ""], &["15 bis rue de la Paix", "15bis, rue de la Paix"]);
    check(["calle de alcala", "45", ""], &["Calle de Alcalá, 45", "Calle de Alcalá nº 45"]);
    check(["via roma", "3a", ""], &["Via Roma, 3/A", "Via Roma 3a"]);
    check(["lenina", "5", "12"], &["ул. Ленина, д. 5, кв. 12", "улица Ленина 5 кв 12"]);
}

#[test]
fn numbers_of_streets_are_no_house_numbers() {
    check(["5th ave", "", ""], &["5th Ave", "Fifth Avenue"]);
    check(["5th ave", "350", ""], &["350 5th Ave", "350 Fifth Avenue", "5th Ave 350"]);
    check(["e main st", "12", ""], &["12 E Main St", "12 East Main Street"]);
    check(["a st", "12", ""], &["12 A St"]);
    check(["st des 17 juni", "135", ""], &["Straße des 17. Juni 135"]);
    check(["5 de mayo", "12", ""], &["5 de Mayo 12", "5 de Mayo No. 12"]);
    check(["county rd 5", "1234", ""], &["1234 County Road 5"]);
}

#[test]
fn several_houses_are_the_first() {
    check(["high st", "12", ""], &["12-14 High St", "High St 12-14", "12½ High St", "12 1/2 High St"]);
    check(["main st", "4512", ""], &["45-12 Main St"]);
}

#[test]
fn flats_are_units() {
    check(
        ["high st", "12", "3"],
        &[
            "Flat 3, 12 High St",
            "12 High St, Flat 3",
            "3/12 High St",
            "Unit 3/12 High St",
            "Apt 3 12 High St",
            "12 High St (Flat 3)",
        ],
    );
    check(
        ["main st", "12", "4b"],
        &["12 Main St Apt 4B", "12 Main St #4b", "12 Main St, Unit 4 B", "Apt 4 B 12 Main St", "12 Main St Apt #4-B"],
    );
    check(["high st", "12", "a"], &["Flat A, 12 High St", "Flat A 12 High St", "12 High St Apt A"]);
    check(["linden st", "7", "5"], &["Lindenstraße 7, Wohnung 5", "Lindenstr. 7 Whg. 5", "Lindenstr. 7/5"]);
    check(["wiener st", "7", "2 5"], &["Wiener Str. 7/2/5", "Wiener Straße 7, Stiege 2, Tür 5"]);
    check(["dluga", "5", "2"], &["ul. Długa 5 lok. 2", "Długa 5/2", "ul. Długa 5 m. 2"]);
    check(
        ["calle mayor", "5", "2b"],
        &["Calle Mayor 5, 2 B", "C/ Mayor, 5, 2º B", "Calle Mayor nº 5, piso 2, puerta B"],
    );
    check(["mannerheimintie", "12", "a5"], &["Mannerheimintie 12 A 5", "Mannerheimintie 12 A5"]);
    check(["norregade", "12", "2trv"], &["Nørregade 12, 2. tv", "Nørregade 12 2 tv"]);
    check(["keizers gracht", "123", "ii"], &["Keizersgracht 123-II"]);
    check(["rue de la paix", "12", "b"], &["12, rue de la Paix, Bât. B"]);
}

#[test]
fn floors_and_sides_are_units() {
    check(["market st", "1", "2fl"], &["1 Market St, 2nd Floor", "1 Market St Fl 2", "1 Market St Floor 2"]);
    check(["haupt st", "12", "3fl links"], &["Hauptstr. 12, 3. OG links", "Hauptstr. 12 3. Etage links"]);
    check(["haupt st", "12a", "hinterhaus"], &["Hauptstraße 12 A, Hinterhaus", "Hauptstr. 12a Hinterhaus"]);
    check(["high st", "12", "basement"], &["Basement Flat, 12 High St"]);
    check(["links rd", "12", ""], &["12 Links Road"]);
    check(["stock ln", "12", ""], &["12 Stock Lane"]);
}

#[test]
fn what_is_no_street_counts_for_nothing() {
    check(
        ["linden st", "7", ""],
        &["c/o Meier, Lindenstr. 7", "Lindenstr. 7 c/o Meier", "Lindenstr. 7, C/O Meier", "bei Meier, Lindenstr. 7"],
    );
    check(["mill ln", "3", ""], &["The Old Mill, 3 Mill Lane", "3 Mill Lane, London", "3 Mill Lane, London, SW1A 1AA"]);
    check(["bhf st", "10", ""], &["Bahnhofstrasse 10, 8001 Zürich"]);
    check(["rose cottage high st", "", ""], &["Rose Cottage, High Street"]);
}

#[test]
fn something_is_left_of_any_text() {
    check(["12", "", ""], &["12", "012"]);
    check(["3", "", ""], &["Flat 3"]);
    check(["hauptst", "", ""], &["Hauptst"]);
    check(["postfach", "123", ""], &["Postfach 123", "Postfach Nr. 123"]);
    check(["", "", ""], &["", "-", "c/o", "c/o Meier", ",,"]);
}

proptest::proptest! {
    #[test]
    fn any_line_is_taken_apart(line in "(c/o |Flat |[0-9]{1,3}|[ ,/#º½-]|[a-zé]{1,5}|\\PC){0,12}") {
        let address = Address::of(&line);
        let plain = [&address.street, &address.number, &address.unit];
        proptest::prop_assert!(plain.iter().all(|text| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ')), "{:?}", address);
    }
}
