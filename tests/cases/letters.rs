//! Names and streets in other letters and other spellings.

use onefold_tests::case::{Case, Ran};

/// Two sources that know the same persons, whose names are compared by these steps.
fn pairs(chain: &str, steps: &str, rows: &[[&str; 2]]) -> Ran {
    let source = |name: &str| {
        format!(
            "[[source]]\nname = \"{name}\"\nformat = \"csv\"\n[source.fields]\nid = \"/id\"\nfamily_name = \"/name\"\nbirthdate = \"/born\"\n\n"
        )
    };
    let key = format!("[[match]]\nkey = [{{ field = \"family_name\", as = {steps} }}, \"birthdate\"]\n");
    let config = format!("{}{}[normalise]\nfamily_name = {chain}\n\n{key}", source("crm"), source("shop"));
    let file = |side: usize| -> String {
        let line = |(number, names): (usize, &[&str; 2])| format!("{number},{},{}-01-02\n", names[side], 1950 + number);
        format!("id,name,born\n{}", rows.iter().enumerate().map(line).collect::<String>())
    };
    Case::new(&config).file("crm/a.csv", file(0)).file("shop/a.csv", file(1)).published()
}

/// Which pairs are one customer.
fn are_one(chain: &str, steps: &str, rows: &[[&str; 2]]) -> Vec<bool> {
    let ran = pairs(chain, steps, rows);
    (0..rows.len()).map(|number| ran.are_one(&[&format!("crm:{number}"), &format!("shop:{number}")])).collect()
}

const SPELLINGS: [[&str; 2]; 12] = [
    ["Nuñez", "Nun\u{303}ez"],
    ["Zorn\u{200b}", "Zorn"],
    ["Schmidt\u{ad}kunz", "Schmidtkunz"],
    ["WEISS", "Weiß"],
    ["Ｓａｔｏ", "Sato"],
    ["O’Rourke", "O'Rourke"],
    ["Roth\u{2010}Marten", "Roth-Marten"],
    ["مُحَمَّد", "محمد"],
    ["Åkesson", "Akesson"],
    ["O'Rourke", "ORourke"],
    ["Roth-Marten", "Roth Marten"],
    ["Müller", "Mueller"],
];

#[test]
fn each_chain_finds_the_spellings_that_it_says() {
    let (yes, no) = (true, false);
    let chain = "[\"trim\", \"collapse\", \"nfc\"]";
    for (steps, expected) in [
        ("[\"casefold\"]", [yes, yes, yes, yes, yes, yes, yes, yes, no, no, no, no]),
        ("[\"ascii\", \"lowercase\"]", [yes, yes, yes, yes, yes, yes, yes, yes, yes, no, no, no]),
        ("[\"ascii\", \"lowercase\", \"letters\"]", [yes, yes, yes, yes, yes, yes, yes, yes, yes, yes, yes, no]),
        ("[\"german\", \"ascii\", \"casefold\"]", [yes, yes, yes, yes, yes, yes, yes, yes, yes, no, no, yes]),
    ] {
        assert_eq!(are_one(chain, steps, &SPELLINGS), expected, "{steps}");
    }
}

/// Capitals leave out the dot of the Turkish i and the accents of Greek.
#[test]
fn case_is_folded_in_turkish_and_greek() {
    let rows = [
        ["Yıldız", "YILDIZ"],
        ["İnci", "inci"],
        ["Αλέξανδρος", "ΑΛΕΞΑΝΔΡΟΣ"],
        ["Ζαΐμης", "ΖΑΪΜΗΣ"],
        ["Şahin", "Sahin"],
    ];
    assert_eq!(are_one("\"trim\"", "\"casefold\"", &rows), [true, true, true, true, false]);
}

#[test]
fn streets_are_one_without_their_abbreviations() {
    let rows = [
        ["8 Elm St Apt 2", "8 Elm Street #2"],
        ["8 Elm St Apt 2", "8 Elm St Apt 3"],
        ["Buchenstraße 4", "BUCHENSTR. 4"],
        ["Calle Sol 9", "C/ Sol 9"],
        ["3 avenue Hugo", "3 av. Hugo"],
        ["Viale Verdi 1", "V.le Verdi 1"],
        ["Viale Verdi 1", "Via Verdi 1"],
    ];
    assert_eq!(are_one("\"collapse\"", "\"street\"", &rows), [true, false, true, true, true, true, false]);
}
