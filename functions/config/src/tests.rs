//! Configurations: what is understood, and every fault with its place.

use super::*;

const SMALLEST: &str =
    "[[source]]\nname = \"crm\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\n[[match]]\nkey = \"email\"\n";

/// The faults of a configuration: line and message.
fn faults(text: &str) -> Vec<(usize, String)> {
    let faults = Config::parse(text).unwrap_err();
    faults.0.into_iter().map(|fault| (fault.line, fault.message)).collect()
}

/// Asserts that there is exactly one fault, at a line, with some words.
fn check(text: &str, line: usize, words: &str) {
    let found = faults(text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, line, "{found:?}");
    assert!(found[0].1.contains(words), "{found:?}");
}

#[test]
fn everything_but_sources_and_keys_has_a_default() {
    let config = Config::parse(SMALLEST).unwrap();
    assert_eq!(config.sources[0].kind.rows(), RowFormat::JsonLines);
    assert!(config.sources[0].required && !config.sources[0].snapshot);
    assert_eq!(config.sources[0].mapping.deleted, None);
    assert_eq!(config.matches, [MatchRule::of_fields(&[TextField::Email])]);
    assert_eq!(config.guard.max_accounts_per_key, 25);
    assert_eq!(config.survive.units.len(), 1, "address and location survive as one");
    assert_eq!(config.publish.max_reject_ratio, 0.01);
}

#[test]
fn reads_every_form_of_a_field() {
    let text = r#"
        [[source]]
        name = "shop"
        format = "csv"
        trust = 2
        snapshot = true
        [source.fields]
        id = ["/a", "/b"]
        "address.country" = "/c"
        address.locality = { at = "/d", default = "Bern" }
        updated_at = { at = "/e", as = "%d.%m.%Y" }
        interests = { at = "/f", split = ";" }
        deleted = { at = ["/g", "/h"], equals = "closed" }
        [source.fields.attributes]
        device = "/g"
        [normalise]
        email = ["trim", "lowercase"]
        phone_number = "digits"
        [normalise.address]
        country = "uppercase"
        [[match]]
        key = ["given_name", "email"]
        [survive]
        units = [["address", "location"], ["given_name", "family_name"]]
    "#;
    let config = Config::parse(text).unwrap();
    let mapping = &config.sources[0].mapping;
    assert_eq!(mapping.id, ["/a", "/b"]);
    let texts: Vec<(TextField, &str)> = mapping.texts.iter().map(|text| (text.field, text.at[0].as_str())).collect();
    assert!(texts.contains(&(TextField::Country, "/c")) && texts.contains(&(TextField::Locality, "/d")));
    assert_eq!(mapping.updated_at.as_ref().unwrap().format, TimeFormat::Strptime("%d.%m.%Y".to_owned()));
    let mark = DeletionMark { at: vec!["/g".to_owned(), "/h".to_owned()], equals: vec!["closed".to_owned()] };
    assert_eq!(mapping.deleted, Some(mark));
    assert_eq!(config.snapshots().collect::<Vec<_>>(), ["shop"]);
    assert_eq!(mapping.attributes, [("device".to_owned(), vec!["/g".to_owned()])]);
    assert_eq!(config.normalise[TextField::Email.index()], [Step::Trim, Step::Lowercase]);
    assert_eq!(config.normalise[TextField::Country.index()], [Step::Uppercase]);
    assert_eq!(config.survive.units[0].fields.len(), 6);
}

#[test]
fn faults_have_their_line_and_say_what_to_do() {
    check(&format!("{SMALLEST}[gaurd]\nx = 1\n"), 8, "unknown name \"gaurd\"");
    check(&SMALLEST.replace("crm", "CRM"), 2, "must be 1 to 40 of a-z");
    check(&SMALLEST.replace("crm", "reference"), 2, "a source cannot be named \"reference\"");
    check(&SMALLEST.replace("jsonl", "xml"), 3, "unknown format \"xml\"");
    check(&SMALLEST.replace("id = \"/id\"", "id = \"id\""), 5, "must start with /; did you mean \"/id\"?");
    check(&SMALLEST.replace("\"/id\"", "[\"/a\", \"/ids/-1/value\"]"), 5, "-1 is no place in a list");
    check(&SMALLEST.replace("id = \"/id\"", "email = { at = \"/-1\" }\nid = \"/id\""), 5, "-1 is no place in a list");
    check(&SMALLEST.replace("id = \"/id\"", "mail = \"/id\"\nid = \"/id\""), 5, "unknown field \"mail\"");
    check(
        &SMALLEST.replace("id = \"/id\"", "id = \"/id\"\nupdated_at = { at = \"/t\", as = \"iso\" }"),
        6,
        "unknown time format \"iso\"",
    );
    check(&SMALLEST.replace("key = \"email\"", "key = [\"e-mail\"]"), 7, "unknown field \"e-mail\"");
    check(&format!("{SMALLEST}[guard]\nmax_accounts_per_key = 1\n"), 9, "a whole number from 2 on");
    check(&format!("{SMALLEST}[publish]\nmax_reject_ratio = 1.5\n"), 9, "a number from 0 to 1");
    check(&format!("{SMALLEST}[normalise]\nemail = \"lower\"\n"), 9, "unknown normaliser \"lower\"");
    check(&format!("{SMALLEST}[normalise]\ngiven_name = \"nickname\"\n"), 9, "\"nickname\" is for match keys");
    check(&format!("{SMALLEST}[normalise]\ngiven_name = \"prefix:3\"\n"), 9, "\"prefix:3\" is for match keys");
    check(&format!("{SMALLEST}[normalise]\nemail = \"e164\"\n"), 9, "\"e164\" is for phone_number, not for email");
    check(
        &format!(
            "{}[normalise]\nbirthdate = \"date\"\n",
            SMALLEST.replace("id = \"/id\"", "birthdate = { at = \"/b\", as = \"%d/%m/%Y\" }\nid = \"/id\"")
        ),
        10,
        "source \"crm\" then reads it in another format",
    );
    check(&format!("{SMALLEST}[survive]\ndefault = \"newest\"\n"), 9, "unknown rule \"newest\" in default");
    check(
        &format!("{SMALLEST}[[enrich]]\nfield = \"gender\"\ntable = \"../x\"\non = \"given_name\"\n"),
        10,
        "must be a name",
    );
    let of_key = |key: &str| format!("{SMALLEST}[[match]]\nkey = {key}\n");
    check(&of_key("\"fullname\""), 9, "full_name");
    check(&of_key("[\"full_name\", { field = \"full_name\", as = \"ascii\" }]"), 9, "names a field twice");
    check(&format!("{SMALLEST}[[match]]\nkey = \"email\"\n"), 9, "is there twice");
    check("[[source]]\nname = \"a\"\nformat = \"csv\"\n[[match]]\nkey = \"email\"\n", 1, "needs [source.fields]");
}

#[test]
fn faults_of_deletions_have_their_line_and_say_what_to_do() {
    let with = |deleted: &str| SMALLEST.replace("id = \"/id\"", &format!("id = \"/id\"\ndeleted = {deleted}"));
    let config = Config::parse(&with("\"/gone\"")).unwrap();
    let mark = DeletionMark { at: vec!["/gone".to_owned()], equals: Vec::new() };
    assert_eq!(config.sources[0].mapping.deleted, Some(mark));
    assert_eq!(
        faults(&with("true"))[0],
        (6, "deleted must be text in quotes, or an array of such; it is true".to_owned())
    );
    check(&with("\"gone\""), 6, "must start with /");
    check(&with("{ equals = \"closed\" }"), 6, "deleted needs at = \"/pointer\"");
    check(&with("{ at = \"/s\", equal = \"closed\" }"), 6, "did you mean \"equals\"? It must be one of at, equals");
    check(&with("{ at = \"/s\", equals = true }"), 6, "equals must be text in quotes");
    check(&with("{ at = \"/s\", equals = [] }"), 6, "equals needs the text");
    check(&with("{ at = \"/s\", equals = [\"a\", \"b \"] }"), 6, "equals \"b \" can never be met");
    check(&SMALLEST.replace("format", "snapshot = \"yes\"\nformat"), 3, "snapshot must be true or false");
}

#[test]
fn a_wildcard_is_for_fields_of_several_values() {
    let with = |fields: &str| SMALLEST.replace("id = \"/id\"", &format!("id = \"/id\"\n{fields}"));
    let fields = "phone_number = [\"/p/*/no\", \"/q\"]\ninterests = { at = \"/i/*\" }\ngiven_name = \"/~*\"";
    let mapping = Config::parse(&with(fields)).unwrap().sources.remove(0).mapping;
    assert_eq!(mapping.texts.last().unwrap().at, ["/p/*/no", "/q"]);
    for field in
        ["given_name = \"/n/*\"", "salary = [\"/a\", \"/*\"]", "birthdate = { at = \"/*/b\" }", "deleted = \"/d/*\""]
    {
        check(&with(field), 6, "as * stands for every item of a list");
    }
    check(&SMALLEST.replace("\"/id\"", "\"/*/id\""), 5, "id takes one; write the item's place");
    check(&with("given_name = \"/n/*\""), 6, "or ~* for a member that is named *");
    let own = "card = { at = \"/c/*\", split = \";\" }";
    let config = Config::parse(&(with(own) + "[field.card]\nidentifier = true\n")).unwrap();
    let card = config.sources[0].mapping.texts.last().unwrap();
    assert_eq!((card.split.as_deref(), card.takes_several), (Some(";"), true));
    check(&(with("card = \"/c/*\"") + "[field.card]\n"), 6, "and card takes one");
    check(&(with(own).replace("/*", "") + "[field.card]\n"), 6, "split is only for interests and for identifiers");
    check(&with("email = { at = \"/e\", split = \";\" }"), 6, "are told apart without split");
}

#[test]
fn a_wrong_value_is_told_with_the_nearest_right_one() {
    check(
        &format!("{SMALLEST}[normalise]\nemail = [\"trim\", \"lowercse\"]\n"),
        9,
        "unknown normaliser \"lowercse\"; did you mean \"lowercase\"? It must be one of trim, ",
    );
    check(&SMALLEST.replace("jsonl", "json-l"), 3, "unknown format \"json-l\"; did you mean \"jsonl\"?");
    check(&SMALLEST.replace("\"email\"", "\"emial\""), 7, "did you mean \"email\"?");
    check(&format!("{SMALLEST}[publish]\nmax_reject_ratio = 1_0\n"), 9, "from 0 to 1; it is 1_0");
    check(&format!("{SMALLEST}[guard]\nmax_accounts_per_key = [\n1]\n"), 9, "from 2 on; it is […");
}

#[test]
fn all_faults_are_reported_at_once() {
    let text = "[[source]]\nname = \"A b\"\nformat = \"xml\"\n[source.fields]\nmail = \"x\"\n[guard]\nmax_accounts_per_key = \"many\"\n";
    let found = faults(text);
    let lines: Vec<usize> = found.iter().map(|(line, _)| *line).collect();
    // Name, format, unknown field, its pointer, no id, the guard.
    assert_eq!(lines, [2, 3, 4, 5, 5, 7], "{found:?}");
    let shown = Config::parse(text).unwrap_err().to_string();
    assert!(shown.starts_with("6 faults in the configuration; line 2, column 8: "), "{shown}");
}

#[test]
fn text_that_is_no_toml_is_told_with_its_line() {
    let found = faults(&format!("{SMALLEST}[guard\n"));
    assert!(found.iter().any(|(line, message)| *line == 8 && message.contains("not TOML")), "{found:?}");
}

#[test]
fn files_have_a_format_a_delimiter_and_an_encoding() {
    let settings = |members: &str| {
        let text = SMALLEST.replace("format = \"jsonl\"", members);
        match Config::parse(&text).unwrap().sources.remove(0).kind {
            SourceKind::Files(files) => (files.format, files.delimiter, files.encoding, files.items),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(settings("format = \"csv\""), (FileFormat::Csv, b',', Encoding::Utf8, String::new()));
    assert_eq!(
        settings("kind = \"files\"\nformat = \"csv\"\ndelimiter = \";\"\nencoding = \"windows-1252\""),
        (FileFormat::Csv, b';', Encoding::Windows1252, String::new())
    );
    assert_eq!(settings("format = \"tsv\""), (FileFormat::Tsv, b'\t', Encoding::Utf8, String::new()));
    assert_eq!(settings("format = \"json\""), (FileFormat::JsonArray, b',', Encoding::Utf8, String::new()));
    assert_eq!(settings("format = \"parquet\"").0, FileFormat::Parquet);
    assert_eq!(settings("format = \"json\"\nitems = \"/data/accounts\"").3, "/data/accounts");
}

#[test]
fn faults_of_files_say_what_to_do() {
    let with = |members: &str| SMALLEST.replace("format = \"jsonl\"", members);
    check(&with("format = \"csv\"\ndelimiter = \"||\""), 4, "the delimiter \"||\" must be one ASCII character");
    check(&with("format = \"csv\"\ndelimiter = \"§\""), 4, "must be one ASCII character");
    check(&with("format = \"tsv\"\ndelimiter = \";\""), 4, "is for format = \"csv\", not for \"tsv\"");
    check(&with("format = \"csv\"\nencoding = \"latin1\""), 4, "unknown encoding \"latin1\"; it must be one of utf-8");
    check(&with("format = \"json\"\nencoding = \"windows-1252\""), 4, "always in UTF-8");
    check(&with("format = \"json\"\nitems = \"data\""), 4, "\"data\" is no JSON Pointer");
    check(&with("format = \"json\"\nitems = \"/pages/-1/data\""), 4, "-1 is no place in a list");
    check(&with("format = \"csv\"\nitems = \"/data\""), 4, "items is for format = \"json\", not for \"csv\"");
    check(&with("kind = \"ftp\"\nformat = \"csv\""), 3, "unknown kind \"ftp\"");
    check(&with("format = \"csv\"\nurl = \"x\""), 4, "unknown name \"url\"");
}

#[test]
fn a_limit_of_values_may_compare_them() {
    let distinct = |text: &str| {
        let config = Config::parse(&format!("{SMALLEST}[guard]\nmax_distinct = {text}\n")).unwrap();
        config.guard.max_distinct
    };
    assert_eq!(
        distinct("{ birthdate = 1, address.country = 2 }"),
        [(TextField::Birthdate, 1), (TextField::Country, 2)]
            .map(|(field, most)| DistinctLimit { comparer: Comparer::exact(field), most })
    );
    let given_name = DistinctLimit {
        comparer: Comparer {
            part: ComparedField { field: TextField::GivenName, steps: vec![Step::Ascii, Step::Nickname] },
            level: ComparisonLevel::JaroWinkler(0.9),
            exact: false,
        },
        most: 1,
    };
    let written = "{ field = \"given_name\", as = [\"ascii\", \"nickname\"], jaro_winkler = 0.9, most = 1 }";
    assert_eq!(distinct(written), std::slice::from_ref(&given_name));
    let both = distinct(&format!("[{{ field = \"birthdate\", most = 1, exact = true }}, {written}]"));
    assert_eq!(both, [given_name, DistinctLimit { comparer: Comparer::exact(TextField::Birthdate), most: 1 }]);

    let with = |text: &str| format!("{SMALLEST}[guard]\nmax_distinct = {text}\n");
    check(&with("{ field = \"given_name\" }"), 9, "a field of max_distinct needs most = 1");
    check(&with("[\"given_name\"]"), 9, "max_distinct must be { birthdate = 1 }");
    check(&with("1"), 9, "max_distinct must be { birthdate = 1 }");
    check(&with("{ given = 1 }"), 9, "unknown field \"given\"");
    check(
        &with("{ field = \"given_name\", most = 1, least = 2 }"),
        9,
        "unknown name \"least\" in a field of max_distinct",
    );
}

#[test]
fn sources_have_limits_and_rules_name_them() {
    let two = SMALLEST.to_owned() + &SMALLEST.replace("crm", "shop").replace("[[match]]\nkey = \"email\"\n", "");
    let limits = |text: &str| Config::parse(text).unwrap().guard.max_per_source;
    let named = |pairs: &[(&str, u32)]| pairs.iter().map(|(name, most)| ((*name).to_owned(), *most)).collect();
    let every = limits(&format!("{two}[guard]\nmax_per_source = 2\n"));
    assert_eq!((every.of("crm"), every.of("gone")), (Some(2), Some(2)));
    let one = limits(&format!("{two}[guard]\nmax_per_source = {{ shop = 3 }}\n"));
    assert_eq!((one.every, one.named), (None, named(&[("shop", 3)])));
    let unique = two.replace("name = \"crm\"", "name = \"crm\"\nunique_persons = true");
    assert_eq!(limits(&unique).named, named(&[("crm", 1)]));
    let both = limits(&format!("{unique}[guard]\nmax_per_source = 2\n"));
    assert_eq!((both.of("crm"), both.of("shop")), (Some(1), Some(2)));

    let between = |sources: &str| two.replace("key = \"email\"", &format!("key = \"email\"\nbetween = {sources}"));
    assert_eq!(Config::parse(&between("[\"shop\", \"crm\"]")).unwrap().matches[0].between, ["crm", "shop"]);
    check(&between("[\"shop\", \"crn\"]"), 8, "unknown source \"crn\"; did you mean \"crm\"?");
    check(&between("[\"shop\"]"), 8, "between needs two sources or more");
    check(&between("[\"shop\", \"crm\", \"shop\"]"), 8, "between names the source \"shop\" twice");
    check(&format!("{two}[guard]\nmax_per_source = {{ crn = 1 }}\n"), 14, "unknown source \"crn\"");
    check(&format!("{two}[guard]\nmax_per_source = \"crm\"\n"), 14, "max_per_source must be a whole number from 1 on");
    check(&format!("{unique}[guard]\nmax_per_source = {{ crm = 2 }}\n"), 15, "has unique_persons = true");
}

#[test]
fn a_rule_may_compare_whole_names() {
    let key = "key = [{ field = \"full_name\", as = \"sorted_words\" }, \"family_name\", \"birthdate\"]";
    let config = Config::parse(&format!("{SMALLEST}[[match]]\n{key}\nif_agree = \"full_name\"\n")).unwrap();
    let rule = &config.matches[1];
    assert_eq!(rule.name(), "family_name+full_name(sorted_words)+birthdate");
    assert_eq!(rule.conditions[0].comparer.part, ComparedField::full_name(Vec::new()));
}
