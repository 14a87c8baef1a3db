use proptest::prelude::*;

use super::*;

fn read<'a>(pointers: &[&str], line: &'a str) -> Result<Vec<Slot<'a>>, serde_json::Error> {
    let mut plan = RowPlan::new();
    for pointer in pointers {
        match pointer.strip_prefix('=') {
            Some(raw) => plan.add_raw(&[raw.to_owned()]),
            None => plan.add_value(&[(*pointer).to_owned()]),
        };
    }
    let mut slots = Vec::new();
    plan.read_json(line, &mut slots).map(|()| slots)
}

fn text(text: &str) -> Slot<'_> {
    Slot::Text(Cow::Borrowed(text))
}

#[test]
fn finds_what_pointers_point_at() {
    let row = r#"{"z":{"x":[{"y":"deep"},7]},"a/b":1.5,"m~n":true,"n":null,"l":["p",2,null,[]],"o":{}}"#;
    let pointers = ["/z/x/0/y", "/z/x/1", "/a~1b", "/m~0n", "/n", "/l", "/o", "/none", "=/z", "=/l"];
    let found = read(&pointers, row).unwrap();
    let list = Slot::List(vec!["p".into(), "2".into()]);
    let expected = [
        text("deep"),
        text("7"),
        text("1.5"),
        text("true"),
        Slot::Absent,
        list,
        Slot::WrongShape,
        Slot::Absent,
        Slot::Raw(r#"{"x":[{"y":"deep"},7]}"#),
        Slot::Raw(r#"["p",2,null,[]]"#),
    ];
    assert_eq!(found, expected);
}

fn list<const N: usize>(texts: [&'static str; N]) -> Slot<'static> {
    Slot::List(texts.map(Cow::Borrowed).to_vec())
}

#[test]
fn a_wildcard_finds_every_item_and_every_member() {
    let row = r#"{"p":[{"no":1,"k":"x"},{"no":"2"},{"k":3},null,"4",{"no":[5,6]},{"no":{"a":7}}],"o":{"a":"x","*":"y","b":null}}"#;
    let mixed = Slot::Mixed(["1", "2", "5", "6"].map(Cow::Borrowed).to_vec());
    for (pointer, expected) in [
        ("/p/*/k", list(["x", "3"])),
        ("/p/*/no", mixed),
        ("/p/*/no/*", list(["5", "6", "7"])),
        ("/p/*", Slot::Mixed(vec!["4".into()])),
        ("/*/*/no/0", list(["5"])),
        ("/o/*", list(["x", "y"])),
        ("/o/~*", text("y")),
        ("/none/*/a", Slot::Absent),
        ("/o/a/*", Slot::Absent),
    ] {
        assert_eq!(read(&[pointer], row).unwrap(), [expected], "{pointer}");
    }
    let together = ["/p/*/k", "/p/1/no", "/p", "/o/a", "/o/*"];
    let expected = [list(["x", "3"]), text("2"), Slot::Mixed(vec!["4".into()]), text("x"), list(["x", "y"])];
    assert_eq!(read(&together, row).unwrap(), expected);
}

fn texts(pointers: &[&str], line: &str) -> (Vec<String>, bool) {
    let mut plan = RowPlan::new();
    let pointers: Vec<String> = pointers.iter().map(|pointer| (*pointer).to_owned()).collect();
    let choice = plan.add_value(&pointers);
    let mut slots = Vec::new();
    plan.read_json(line, &mut slots).unwrap();
    let Texts { found, has_others } = plan.texts(&slots, &choice);
    (found.into_iter().map(Cow::into_owned).collect(), has_others)
}

#[test]
fn all_texts_of_all_pointers_count_and_what_is_none_is_told() {
    let row = r#"{"a":["1"," ",2],"b":"3","c":null,"d":[],"e":{"x":"4"},"f":[{"no":5},"6"],"g":[{"k":0}]}"#;
    for (pointers, found, has_others) in [
        (&["/b", "/a"][..], &["3", "1", "2"][..], false),
        (&["/c", "/d", "/none"], &[], false),
        (&["/e", "/b"], &["3"], true),
        (&["/e", "/e/x"], &["4"], false),
        (&["/e", "/e/y"], &[], true),
        (&["/f"], &["6"], true),
        (&["/f", "/f/*/no"], &["6", "5"], false),
        (&["/g", "/g/*/no"], &[], true),
        (&["/f", "/g/*/k"], &["6", "0"], true),
    ] {
        let found: Vec<String> = found.iter().map(|text| (*text).to_owned()).collect();
        assert_eq!(texts(pointers, row), (found, has_others), "{pointers:?}");
    }
}

#[test]
fn names_may_need_escapes() {
    let row = r#"{"a\"b":1,"c\\d":2,"é":3}"#;
    assert_eq!(read(&["/a\"b", "/c\\d", "/é"], row).unwrap(), [text("1"), text("2"), text("3")]);
    assert!(read(&["/a\"b"], r#"{"a"b":1}"#).is_err());
}

#[test]
fn a_row_is_one_json_object() {
    for wrong in ["", "7", "[]", "{", "{\"a\":1", "{\"a\":1} x", "#### broken record", "{\"a\":}"] {
        assert!(read(&["/a"], wrong).is_err(), "{wrong}");
    }
}

#[test]
fn agrees_with_the_pointers_of_serde_json() {
    let row = r#"{"a":{"b":["x",{"c":"y"}],"":"empty"},"é":"\u00e9\n"}"#;
    let whole: serde_json::Value = serde_json::from_str(row).unwrap();
    for pointer in ["/a/b/0", "/a/b/1/c", "/a/", "/é", "/a/b/2", "/x"] {
        let expected = whole.pointer(pointer).and_then(|value| value.as_str()).map_or(Slot::Absent, text);
        assert_eq!(read(&[pointer], row).unwrap(), [expected], "{pointer}");
    }
}

/// JSON as rows have it, with members that the plan below knows.
fn any_json() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        (0u32..2000).prop_map(|number| number.to_string()),
        "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,3})?([eE][-+]?[0-9]{1,3})?",
        r#""[a-zA-Zé \[{]{0,9}(\\\\[nt"])?""#,
    ];
    scalar.prop_recursive(3, 12, 4, |inner| {
        let blank = || prop_oneof![4 => Just(""), 1 => Just(" ")];
        let items = proptest::collection::vec(inner.clone(), 0..4);
        let members = proptest::collection::vec(("[abc]", blank(), inner), 0..5);
        let object = (members, blank()).prop_map(|(members, blank)| {
            let members: Vec<_> =
                members.iter().map(|(name, blank, value)| format!("\"{name}\"{blank}:{blank}{value}")).collect();
            format!("{{{blank}{}{blank}}}", members.join(&format!("{blank},{blank}")))
        });
        prop_oneof![items.prop_map(|items| format!("[{}]", items.join(","))), object]
    })
}

proptest! {
    #[test]
    fn the_short_way_agrees_with_the_general_parser(
        value in any_json(), end in "(\r?\n| )?", cut in any::<prop::sample::Index>(), with in ".?"
    ) {
        let pointers =
            ["/a", "/b/a", "/b/b", "/c/0", "/d", "/f/*", "/f/*/a", "/g/*/b/*", "/h", "/h/*/a", "/i/*", "/i/a", "/h/1"]
                .map(str::to_owned);
        let mut plan = RowPlan::new();
        plan.add_value(&pointers);
        plan.add_raw(&["/b/c".to_owned(), "/b/b".to_owned(), "/e".to_owned()]);
        let row = format!(
            "{{\"d\":{value},\"x\":[{value}],\"e\":{value},\"f\":[{value},{value}],\"g\":{value},\"h\":{value},\"i\":{value},\"b\":{value},\"a\":{value}}}{end}"
        );
        let places: Vec<usize> = row.char_indices().map(|(place, _)| place).collect();
        let place = places[cut.index(places.len())];
        let changed = [&row[..place], &with, &row[place..].chars().skip(1).collect::<String>()].concat();
        for line in [value.as_str(), &row, &row[..place], &changed] {
            let (mut short, mut general) = (Vec::new(), Vec::new());
            let is_short_valid = plan.read_json(line, &mut short).is_ok();
            prop_assert_eq!(is_short_valid, plan.read_any_json(line, &mut general).is_ok(), "{}", line);
            if is_short_valid {
                prop_assert_eq!(short, general, "{}", line);
            }
        }
    }
}

#[test]
fn columns_are_pointers_of_one_token() {
    let mut plan = RowPlan::new();
    plan.add_value(&["/b".to_owned(), "/no".to_owned(), "/a".to_owned()]);
    let header = ["a".to_owned(), " b ".to_owned()];
    assert_eq!(plan.columns(&header), [Some(1), None, Some(0)]);
}
