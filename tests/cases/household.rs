//! People of one household, of one family, or of one counter: what they share is no reason to make one customer of them.

use std::collections::BTreeSet;

use onefold_lake::calls::{ExplainResult, Together};
use onefold_tests::case::{Case, Ran};
use onefold_tests::version::text;
use serde_json::{Value, json};

const SOURCES: &str = r#"
[[source]]
name = "club"
format = "csv"
region = "AT"
[source.fields]
id = "/no"
given_name = "/first"
family_name = "/last"
email = "/mail"
phone_number = "/tel"
birthdate = "/born"
"address.postal_code" = "/plz"

[normalise]
email = "email"
phone_number = "e164"
given_name = ["trim", "collapse"]
family_name = ["trim", "collapse"]
"#;

const RULES: &str = r#"
[[match]]
key = "email"
unless_differ = [{ field = "given_name", as = ["first_word", "ascii", "nickname"] }, "birthdate"]

[[match]]
key = "phone_number"
unless_differ = [{ field = "given_name", as = ["first_word", "ascii", "nickname"] }, "birthdate"]

[[match]]
key = ["family_name", "birthdate", "address.postal_code"]
unless_differ = { field = "given_name", jaro_winkler = 0.93 }

[guard]
max_distinct = { birthdate = 1 }
"#;

const HEADER: &str = "no,first,last,mail,tel,born,plz\n";

fn run(rules: &str, rows: &[&str]) -> Ran {
    Case::new(&format!("{SOURCES}{rules}")).file("club/a.csv", format!("{HEADER}{}\n", rows.join("\n"))).published()
}

/// The customers, by the accounts' numbers.
fn customers(rules: &str, rows: &[&str]) -> BTreeSet<BTreeSet<String>> {
    let ids = |members: BTreeSet<String>| members.iter().map(|one| one.replace("club:", "")).collect();
    run(rules, rows).customers.into_iter().map(ids).collect()
}

#[track_caller]
fn check(rules: &str, rows: &[&str], expected: &[&[&str]]) {
    let expected: BTreeSet<BTreeSet<String>> =
        expected.iter().map(|members| members.iter().map(|one| (*one).to_owned()).collect()).collect();
    assert_eq!(customers(rules, rows), expected);
    let turned: Vec<&str> = rows.iter().rev().copied().collect();
    assert_eq!(customers(rules, &turned), expected, "in any order");
}

#[test]
fn a_couple_is_not_joined_by_an_account_without_a_name() {
    check(
        RULES,
        &["1,Rosa,Egger,egger@talhof.at,,,", "2,Lukas,Egger,egger@talhof.at,,,", "3,,,egger@talhof.at,,,"],
        &[&["1", "3"], &["2"]],
    );
    check(
        RULES,
        &[
            "1,Rosa,Egger,rosa@talhof.at,01 5321100,,",
            "2,Lukas,Egger,lukas@talhof.at,01 5321100,,",
            "3,,,,01 5321100,,",
        ],
        &[&["1", "3"], &["2"]],
    );
    check(RULES, &["1,Rosa,Egger,egger@talhof.at,,,", "2,Lukas,Egger,egger@talhof.at,,,"], &[&["1"], &["2"]]);
}

#[test]
fn an_account_goes_to_whom_it_shares_more_with() {
    let rows = [
        "1,Rosa,Egger,egger@talhof.at,,,",
        "2,Lukas,Egger,egger@talhof.at,01 5321100,,",
        "3,,,egger@talhof.at,01 5321100,,",
    ];
    check(RULES, &rows, &[&["1"], &["2", "3"]]);
}

#[test]
fn twins_are_two() {
    let rows = ["1,Jan,Moser,,,2014-02-03,6020", "2,Eva,Moser,,,2014-02-03,6020", "3,,Moser,,,2014-02-03,6020"];
    check(RULES, &rows[..2], &[&["1"], &["2"]]);
    check(RULES, &rows, &[&["1", "3"], &["2"]]);
    check(RULES, &["1,Marlene,Moser,,,2014-02-03,6020", "2,Marleen,Moser,,,2014-02-03,6020"], &[&["1", "2"]]);
    for [one, other] in [["Nora", "Nore"], ["Maria", "Marie"]] {
        let rows = [format!("1,{one},Moser,,,2014-02-03,6020"), format!("2,{other},Moser,,,2014-02-03,6020")];
        check(RULES, &[&rows[0], &rows[1]], &[&["1"], &["2"]]);
    }
}

#[test]
fn a_father_and_his_son_of_one_name_are_two() {
    let rows = [
        "1,Paul,Huber,,01 5321101,1951-04-01,1010",
        "2,Paul,Huber,,01 5321101,1983-09-12,1010",
        "3,Paul,Huber,,01 5321101,,1010",
    ];
    check(RULES, &rows, &[&["1", "3"], &["2"]]);
    let without_guard = RULES.replace("max_distinct = { birthdate = 1 }", "");
    check(&without_guard, &rows, &[&["1", "3"], &["2"]]);
}

#[test]
fn the_number_of_a_counter_joins_no_strangers() {
    let names = ["Ada", "Benno", "Cilli", "Doro", "Egon", "Fritz", "Gitta", "Heinz", "Inge", "Jakob", "Karla", "Leo"];
    let person = |(at, name): (usize, &&str)| format!("{},{name},Gast{at},{name}@gast{at}.at,01 5321102,,", at + 1);
    let mut rows: Vec<String> = names.iter().enumerate().map(person).collect();
    rows.push("13,,,,01 5321102,,".to_owned());
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let found = customers(RULES, &rows);
    assert_eq!(found.len(), 12);
    assert!(found.contains(&["1", "13"].map(str::to_owned).into()), "{found:?}");
}

#[test]
fn two_birth_dates_do_not_meet_over_a_chain() {
    let rows = [
        "1,Olga,Wirth,olga@wirth.at,,1971-01-02,",
        "2,Olga,Wirth,olga@wirth.at,0664 1234567,,",
        "3,Olga,Wirth,,0664 1234567,1986-06-07,",
    ];
    check(RULES, &rows, &[&["1", "2"], &["3"]]);
}

#[test]
fn one_persons_names_are_one() {
    for (one, other) in [
        ("Bob,Marsh", "Robert,Marsh"),
        ("R.,Tull", "Robert,Tull"),
        ("R,Tull", "Bob,Tull"),
        ("J.R.,Tull", "John Robert,Tull"),
        ("Karl-Heinz,Loos", "Karl,Loos"),
        ("Weber,Anja", "Anja,Weber"),
        ("René,Pardo", "Rene,Pardo"),
    ] {
        let rows = [format!("1,{one},ein@postfach.at,,,"), format!("2,{other},ein@postfach.at,,,")];
        check(RULES, &[&rows[0], &rows[1]], &[&["1", "2"]]);
    }
    let exact = RULES.replace("\"nickname\"] }", "\"nickname\"], exact = true }");
    let rows = ["1,R.,Tull,ein@postfach.at,,,", "2,Robert,Tull,ein@postfach.at,,,"];
    check(&exact, &rows, &[&["1"], &["2"]]);
    let rows = ["1,Weber,Anja,ein@postfach.at,,,", "2,Anja,Weber,ein@postfach.at,,,"];
    check(&exact, &rows, &[&["1"], &["2"]]);
}

#[test]
fn names_are_limited_as_they_agree() {
    let rules = "[[match]]\nkey = \"email\"\n[guard]\nmax_distinct = { field = \"given_name\", as = [\"ascii\", \"nickname\"], \
                 jaro_winkler = 0.9, most = 1 }\n";
    let rows = [
        "1,Bob,Marsh,haus@marsh.at,,,",
        "2,Robert,Marsh,haus@marsh.at,,,",
        "3,R.,Marsh,haus@marsh.at,,,",
        "4,Ruth,Marsh,haus@marsh.at,,,",
        "5,,Marsh,haus@marsh.at,,,",
    ];
    check(rules, &rows, &[&["1", "2", "3", "5"], &["4"]]);
}

/// A shop that knows each person once, and a newsletter that does not.
#[test]
fn a_source_of_unique_persons_has_one_account_a_customer() {
    let source = |name: &str, more: &str| {
        format!(
            "[[source]]\nname = \"{name}\"\nformat = \"csv\"\n{more}\n[source.fields]\nid = \"/id\"\nemail = \"/email\"\n\n"
        )
    };
    let rules = "[[match]]\nkey = \"email\"\n";
    let file = "id,email\n1,haus@marsh.at\n2,haus@marsh.at\n";
    let ran = |shop: &str, rest: &str| {
        let config = source("shop", shop) + &source("news", "") + rest;
        Case::new(&config).file("shop/a.csv", file).file("news/a.csv", file).published()
    };
    for (shop, rest) in [
        ("unique_persons = true", rules.to_owned()),
        ("", format!("{rules}[guard]\nmax_per_source = {{ shop = 1 }}\n")),
        ("", format!("{rules}[guard]\nmax_per_source = {{ shop = 1, news = 2 }}\n")),
    ] {
        let ran = ran(shop, &rest);
        assert!(ran.are_one(&["news:1", "news:2", "shop:1"]) && !ran.are_one(&["shop:1", "shop:2"]), "{rest}");
        assert_eq!(ran.version.manifest.guards["max_per_source.shop"], 1);
    }
    let ran_every = ran("", &format!("{rules}[guard]\nmax_per_source = 1\n"));
    assert!(ran_every.are_one(&["news:1", "shop:1"]) && ran_every.customers.len() == 2);
    let ran_between = ran("", "[[match]]\nkey = \"email\"\nbetween = [\"shop\", \"news\"]\n");
    assert_eq!(ran_between.customers.len(), 1, "over the accounts of the other source");
    let config =
        source("shop", "") + &source("news", "") + "[[match]]\nkey = \"email\"\nbetween = [\"shop\", \"news\"]\n";
    let alone = Case::new(&config).file("shop/a.csv", file).file("news/a.csv", "id,email\n").published();
    assert_eq!(alone.customers.len(), 2);
}

#[test]
fn what_was_divided_is_counted_written_down_and_explained() {
    let rows = ["1,Rosa,Egger,egger@talhof.at,,,", "2,Lukas,Egger,egger@talhof.at,,,", "3,,,egger@talhof.at,,,"];
    let ran = run(RULES, &rows);
    assert_eq!(ran.version.manifest.guards["refused"], 1);
    let lines: Vec<String> =
        ran.version.manifest.files.blocked.iter().map(|file| text(&ran.pipeline, &file.key)).collect();
    let guarded: Vec<Value> = lines.concat().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(guarded, [json!({"guard": "refused", "parts": [["club:1", "club:3"], ["club:2"]]})]);
    let (answer, _) = ran.pipeline.explain("club:1", Some("club:2")).expect("an answer");
    let ExplainResult::Pair { together: Together::No { divided_by, kept_apart, left_out, .. }, .. } = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(divided_by, ["refused"]);
    let [refused] = kept_apart.as_slice() else { panic!("{kept_apart:?}") };
    assert_eq!((refused.accounts.concat(), refused.rule.as_str()), ("club:1club:2".to_owned(), "email"));
    assert_eq!(refused.conditions[0].field, "given_name(first_word,ascii,nickname)");
    let [link] = left_out.as_slice() else { panic!("{left_out:?}") };
    assert_eq!(link.accounts.concat(), "club:3club:2");
}
