//! What is guessed of files of different systems.

use std::collections::BTreeMap;
use std::fs;

use onefold_config::{Config, ScoreSettings, TimeFormat};
use onefold_lake::version::manifest::Manifest;
use onefold_normalise::field::TextField;
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::settings::Settings;
use onefold_tests::version::Version;

use crate::data::check;
use crate::data::tests::Scratch;
use crate::data::try_source::side_by_side;

mod countries;
mod exports;
mod left_out;

/// The lines of a configuration that map a field, with the reason before each.
fn field_lines(text: &str, field: &str) -> Vec<(String, String)> {
    let before_normalise = text.split("[normalise]").next().unwrap_or_default();
    let lines: Vec<&str> = before_normalise.lines().collect();
    let is_field = |line: &str| {
        let name = line.trim_start_matches("# ").split(" = ").next().unwrap_or_default();
        line.contains(" = ") && name.trim_matches('"') == field
    };
    let positions = (1..lines.len()).filter(|at| is_field(lines[*at]));
    positions.map(|at| (lines[at - 1].to_owned(), lines[at].to_owned())).collect()
}

/// The one line that maps a field.
fn field_line(text: &str, field: &str) -> (String, String) {
    let mut lines = field_lines(text, field);
    assert_eq!(lines.len(), 1, "{field}: {lines:?}\n{text}");
    lines.remove(0)
}

/// The accounts of each customer that a run makes of a folder as it is, and the run's manifest.
fn groups(scratch: &Scratch) -> (Vec<Vec<String>>, Manifest) {
    let version = run(scratch);
    let mut customers: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    version.members.iter().for_each(|(account, customer)| customers.entry(customer).or_default().push(account.clone()));
    (customers.into_values().collect(), version.manifest)
}

/// The version of a folder as it is.
fn run(scratch: &Scratch) -> Version {
    let mut pipeline = Pipeline::without_tables(&Settings::default());
    pipeline.configure(&scratch.config_text());
    for source in fs::read_dir(scratch.0.join("landing")).unwrap() {
        let source = source.unwrap();
        for file in fs::read_dir(source.path()).unwrap() {
            let path = file.unwrap().path();
            let [source, file] =
                [&source.path(), &path].map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
            pipeline.drop_file(&source, &file, fs::read(&path).unwrap());
        }
    }
    pipeline.run(&Knobs::default()).unwrap();
    Version::current(&pipeline)
}

#[tokio::test]
async fn semicolons_and_windows_1252_are_seen() {
    let mut rows = String::from("Kundennummer;Vorname;Name;E-Mail;PLZ;Ort;Geburtsdatum;Geändert am\r\n");
    for number in 0..40 {
        let day = number % 28 + 1;
        rows.push_str(&format!(
            "K{number};Jürgen;Müller;juergen{number}@gmx.de;0{number:04};Köln;{day:02}.03.1970;{day}.12.2023 08:00\r\n"
        ));
    }
    // Of the letters in there, the code point is the byte.
    let latin: Vec<u8> = rows.chars().map(|letter| letter as u8).collect();
    let scratch = Scratch::new(&[("landing/shop/kunden.csv", &latin)]);
    scratch.init().await.unwrap();
    let text = scratch.config_text();
    assert!(text.contains("format = \"csv\"\ndelimiter = \";\"\nencoding = \"windows-1252\""), "{text}");
    assert_eq!(field_line(&text, "id").1, "id = \"/Kundennummer\"");
    assert_eq!(field_line(&text, "given_name").1, "given_name = \"/Vorname\"");
    let (why, line) = field_line(&text, "family_name");
    assert!(line == "family_name = \"/Name\"" && why.starts_with("# likely: beside a given name"), "{why}");
    assert_eq!(
        field_line(&text, "email"),
        ("# sure: 40 of 40 values are e-mail addresses".to_owned(), "email = \"/E-Mail\"".to_owned())
    );
    assert_eq!(field_line(&text, "address.postal_code").1, "\"address.postal_code\" = \"/PLZ\"");
    assert_eq!(field_line(&text, "birthdate").1, "birthdate = { at = \"/Geburtsdatum\", as = \"%d.%m.%Y\" }");
    assert_eq!(field_line(&text, "updated_at").1, "updated_at = { at = \"/Geändert am\", as = \"%d.%m.%Y %H:%M\" }");

    let tried = scratch.tried("shop", 1).await.unwrap();
    let account = tried[0].account().clone();
    assert_eq!((&account["family_name"], &account["address"]["locality"]), (&"Müller".into(), &"Köln".into()));
    assert_eq!(account["updated_at"], "2023-12-01T08:00:00Z");
}

#[tokio::test]
async fn lists_of_addresses_and_numbers_are_seen() {
    let rows: String = (0..20)
        .map(|number| {
            format!(
                "{{\"id\":{number},\"name\":\"Anna Weber\",\"emails\":[\"a{number}@x.de\",\"b{number}@x.de\"],\
                 \"phones\":[{{\"kind\":\"home\",\"no\":\"+49 30 12345{number:02}\"}},{{\"kind\":\"mobile\"}}],\
                 \"orders\":[{{\"id\":7}}],\"tags\":[\"a\"]}}\n"
            )
        })
        .collect();
    let scratch = Scratch::new(&[("landing/app/a.jsonl", rows.as_bytes())]);
    scratch.init().await.unwrap();
    let text = scratch.config_text();
    assert_eq!(field_line(&text, "id").1, "id = \"/id\"");
    let expected = ("# sure: 40 of 40 values are e-mail addresses", "email = \"/emails\"");
    assert_eq!(field_line(&text, "email"), (expected.0.to_owned(), expected.1.to_owned()));
    assert_eq!(field_line(&text, "phone_number").1, "phone_number = \"/phones/*/no\"");
    assert_eq!(field_line(&text, "interests").1, "interests = \"/tags\"");
    assert!(text.contains("# \"attributes.orders\" = \"/orders\"") && !text.contains("orders/*"), "{text}");
    let account = scratch.tried("app", 1).await.unwrap()[0].account().clone();
    assert_eq!(account["other_values"]["email"], serde_json::json!(["b0@x.de"]));
    assert_eq!(account["phone_number"], "+49301234500");
}

#[tokio::test]
async fn nested_json_is_mapped_by_pointers() {
    let rows: String = (0..20)
        .map(|number| {
            format!(
                "{{\"uuid\":\"a-{number}\",\"profile\":{{\"firstName\":\"Anna\",\"lastName\":\"Weber\",\"a/b\":1}},\
                 \"company\":{{\"name\":\"Acme\"}},\"contacts\":{{\"mails\":[],\"primary~mail\":\"a{number}@x.de\"}},\
                 \"geo\":{{\"lat\":47.1,\"lng\":7.2}},\"tags\":[\"a\"],\"updated\":{}}}\n",
                1_686_161_760 + number
            )
        })
        .collect();
    let scratch = Scratch::new(&[("landing/app/a.jsonl", rows.as_bytes())]);
    scratch.init().await.unwrap();
    let text = scratch.config_text();
    let config = scratch.config();
    let mapping = &config.sources[0].mapping;
    assert_eq!(mapping.id, ["/uuid"]);
    let at = |field: TextField| mapping.texts.iter().find(|text| text.field == field).map(|text| text.at[0].as_str());
    assert_eq!(
        (at(TextField::GivenName), at(TextField::FamilyName)),
        (Some("/profile/firstName"), Some("/profile/lastName"))
    );
    assert_eq!(at(TextField::Email), Some("/contacts/primary~0mail"));
    assert_eq!(
        (&mapping.latitude.as_ref().unwrap()[0], &mapping.longitude.as_ref().unwrap()[0]),
        (&"/geo/lat".to_owned(), &"/geo/lng".to_owned())
    );
    assert_eq!(mapping.full_name, None, "a company's name is nobody's");
    assert_eq!(mapping.updated_at.as_ref().unwrap().format, TimeFormat::UnixSeconds);
    assert_eq!(mapping.interests.as_ref().unwrap().at, ["/tags"]);
    assert!(text.contains("# \"attributes.a_1b\" = \"/profile/a~1b\""), "{text}");
    let tried = scratch.tried("app", 1).await.unwrap();
    assert_eq!(tried[0].account()["email"], "a0@x.de");
}

#[tokio::test]
async fn an_order_of_day_and_month_that_nothing_decides_is_only_proposed() {
    let scratch = Scratch::new(&[
        ("landing/a/a.csv", b"id,email,dob,updated\n1,a@x.de,03/04/1970,2023-01-02\n2,b@x.de,05/06/1971,2023-01-03\n"),
        ("landing/b/b.csv", b"id,email,dob\n1,a@x.de,03/04/1970\n2,b@x.de,05/26/1971\n"),
    ]);
    scratch.init().await.unwrap();
    let text = scratch.config_text();
    let lines = field_lines(&text, "birthdate");
    assert_eq!(
        lines[0],
        (
            "# unsure: ambiguous: 2 of 2 values fit %d/%m/%Y and %m/%d/%Y alike, as no day is above 12".to_owned(),
            "# birthdate = { at = \"/dob\", as = \"%d/%m/%Y\" }".to_owned()
        )
    );
    assert_eq!(lines[1].1, "birthdate = { at = \"/dob\", as = \"%m/%d/%Y\" }");
    assert_eq!(field_line(&text, "updated_at").1, "updated_at = { at = \"/updated\", as = \"date\" }");
}

#[tokio::test]
async fn what_only_looks_like_a_field_is_said() {
    let mut rows = String::from("number,who,reach,call,where\n");
    for number in 0..30 {
        rows.push_str(&format!("{number},Weber,a{number}@x.de,+49 89 10000{number:02},DE\n"));
    }
    let scratch = Scratch::new(&[("landing/odd/a.csv", rows.as_bytes())]);
    scratch.init().await.unwrap();
    let text = scratch.config_text();
    let (why, line) = field_line(&text, "id");
    assert!(line == "id = \"/number\"" && why.starts_with("# likely: its name may say so"), "{why}");
    let (why, line) = field_line(&text, "email");
    assert!(line == "email = \"/reach\"" && why.starts_with("# likely: the name does not say so"), "{why}");
    assert!(field_line(&text, "phone_number").1.starts_with("# phone_number = \"/call\""));
    assert!(field_line(&text, "address.country").1.starts_with("# \"address.country\" = \"/where\""));
    assert!(text.contains("# \"attributes.who\" = \"/who\""), "{text}");
}

#[tokio::test]
async fn excels_note_says_what_separates_and_is_no_header() {
    for note in ["sep=;\r\n", "\u{feff}SEP=;\n", "\"sep=;\"\n"] {
        let rows = format!("{note}Nr;Vorname;E-Mail\n1;Mara;mara@x.zz\n2;Benno;benno@x.zz\n");
        let scratch = Scratch::new(&[("landing/shop/a.csv", rows.as_bytes())]);
        assert!(scratch.init().await.unwrap().document.is_complete);
        let text = scratch.config_text();
        assert!(text.contains("delimiter = \";\"\n"), "{text}");
        assert_eq!(
            (field_line(&text, "id").1, field_line(&text, "email").1),
            ("id = \"/Nr\"".to_owned(), "email = \"/E-Mail\"".to_owned())
        );
        assert_eq!(scratch.tried("shop", 1).await.unwrap()[0].account()["email"], "mara@x.zz");
    }
}

#[tokio::test]
async fn lines_that_end_as_on_an_old_macintosh_are_read() {
    let scratch = Scratch::new(&[("landing/shop/a.csv", b"id;email\r1;mara@x.zz\r2;benno@x.zz\r")]);
    assert!(scratch.init().await.unwrap().document.is_complete);
    let text = scratch.config_text();
    assert!(text.contains("delimiter = \";\"\n"), "{text}");
    assert_eq!(field_line(&text, "email").0, "# sure: 2 of 2 values are e-mail addresses");
}

#[tokio::test]
async fn nothing_to_look_at_is_told_and_nothing_written() {
    for files in [&[("landing/a/empty.csv", &b""[..])][..], &[("landing/.hidden", b"x")]] {
        let scratch = Scratch::new(files);
        assert!(scratch.init().await.unwrap_err().to_string().contains("nothing to look at"));
        assert!(!scratch.0.join("onefold.toml").exists());
    }
}

#[tokio::test]
async fn an_id_that_several_people_share_is_only_proposed() {
    let mut rows = String::from("account_id,first_name,last_name,email\n");
    for number in 0..20 {
        rows.push_str(&format!(
            "{},Given{},Family{},p{number}@x.zz\n",
            number / 4,
            "abcdefghijklmnopqrst".as_bytes()[number] as char,
            "abcdefghijklmnopqrst".as_bytes()[number] as char
        ));
    }
    let scratch = Scratch::new(&[("landing/crm/a.csv", rows.as_bytes())]);
    assert!(scratch.init().await.unwrap().document.is_complete);
    // The address is told apart by what was looked at, and the id is not.
    assert_eq!(field_line(&scratch.config_text(), "id").1, "id = \"/email\"");

    // Versions of one person's account are not strangers.
    let rows = rows.replace("last_name", "surname").replace("account_id", "id");
    let versions: String = rows
        .lines()
        .enumerate()
        .map(|(number, line)| match number {
            0 => format!("{line}\n"),
            _ => format!("{},Given,Family,p{}@x.zz\n", (number - 1) / 4, (number - 1) / 4),
        })
        .collect();
    let scratch = Scratch::new(&[("landing/crm/a.csv", versions.as_bytes())]);
    assert!(scratch.init().await.unwrap().document.is_complete);
    let (why, line) = field_line(&scratch.config_text(), "id");
    assert!(line == "id = \"/id\"" && why.starts_with("# likely: 20 of 20 rows have one, 5 differ"), "{why}");
}

#[tokio::test]
async fn an_address_of_somebody_else_is_only_proposed() {
    let rows = |header: &str, row: fn(usize) -> String| {
        let rows: String = (0..20).map(|number| row(number) + "\n").collect();
        format!("{header}\n{rows}")
    };
    let owner = rows("id,Owner Email", |number| format!("{number},seller{number}@firm.zz"));
    let shared = rows("id,email", |number| format!("{number},seller{}@firm.zz", number % 3));
    for (content, doubt) in [
        (owner, "# unsure: by its name it may be another one's (owner)"),
        (shared, "# unsure: only 3 differ among 20 accounts, so many share one"),
    ] {
        let scratch = Scratch::new(&[("landing/crm/a.csv", content.as_bytes())]);
        let guessed = scratch.init().await.unwrap();
        assert!(guessed.document.is_complete);
        let (why, line) = field_line(&scratch.config_text(), "email");
        assert!(line.starts_with("# email = ") && why.starts_with(doubt), "{why}");
        let told = doubt.replace("# unsure: ", "  email is only proposed and not read yet: ");
        assert!(guessed.report.contains(&told), "{}", guessed.report);
        let (customers, _) = groups_of(&scratch).await;
        assert_eq!(customers.len(), 20, "nobody is one with another");
    }
}

/// As [`groups`], from within a runtime.
async fn groups_of(scratch: &Scratch) -> (Vec<Vec<String>>, Manifest) {
    std::thread::scope(|scope| scope.spawn(|| groups(scratch)).join().unwrap())
}

#[tokio::test]
async fn a_column_that_is_there_twice_counts_once_and_is_only_proposed() {
    let rows = b"Contact ID,First Name,Email,Phone,Owner,Email\n\
                 A1,Mara,mara@x.zz,+49 30 701161,S. Vertrieb,sv@firm.zz\n\
                 A2,Benno,benno@x.zz,+49 30 701261,S. Vertrieb,sv@firm.zz\n";
    let scratch = Scratch::new(&[("landing/report/a.csv", rows)]);
    assert!(scratch.init().await.unwrap().document.is_complete);
    let text = scratch.config_text();
    let (why, line) = field_line(&text, "email");
    assert_eq!(line, "# email = \"/Email\"");
    assert!(why.starts_with("# unsure: the header has this column twice") && why.contains("2 of 2 values"), "{why}");
    assert!(check::check(&scratch.0, false).await.unwrap().document.is_sound, "nothing that is there twice is mapped");
}

#[tokio::test]
async fn phone_numbers_without_a_country_are_told_and_those_with_one_are_read() {
    let national = b"id,phone\n1,030 701161\n2,030 701261\n3,+49 30 701361\n";
    let scratch = Scratch::new(&[("landing/crm/a.csv", national)]);
    let report = scratch.init().await.unwrap().report;
    let told = "2 of 3 phone numbers have no calling code and no country, so they would be dropped";
    assert!(report.contains(&format!("{told}; write region")), "{report}");
    assert!(scratch.config_text().contains(&format!("# unsure: {told}\n# region = ")), "{}", scratch.config_text());
    let (report, _) = (check::check(&scratch.0, false).await.unwrap().report, ());
    assert!(report.contains("2 of 3 phone numbers in the first 3 rows of landing/crm/a.csv are dropped"), "{report}");

    let known = b"id,phone,country\n1,030 701161,Germany\n2,030 701261,\n3,+49 30 701361,DEU\n";
    let scratch = Scratch::new(&[("landing/crm/a.csv", known)]);
    scratch.init().await.unwrap();
    let text = scratch.config_text();
    assert!(text.contains("2 accounts are in DE, and none is elsewhere\nregion = \"DE\"\n"), "{text}");
    let numbers: Vec<_> =
        scratch.tried("crm", 9).await.unwrap().iter().map(|row| row.account()["phone_number"].clone()).collect();
    assert_eq!(numbers, ["+4930701161", "+4930701261", "+4930701361"]);

    let several = b"id,phone,country\n1,030 701161,Germany\n2,030 701261,\n3,01 5123456,AT\n";
    let scratch = Scratch::new(&[("landing/crm/a.csv", several)]);
    scratch.init().await.unwrap();
    assert!(scratch.config_text().contains("# region = \"\u{2026}\""), "{}", scratch.config_text());
}

#[tokio::test]
async fn one_row_that_is_no_utf_8_does_not_change_the_others() {
    let rows =
        ["id,name,email\n1,Jörg Weit,a@x.zz\n2,Zo".as_bytes(), b"\xeb Kern,b@x.zz\n3,Max Lund,c@x.zz\n"].concat();
    let scratch = Scratch::new(&[("landing/crm/a.csv", &rows)]);
    scratch.init().await.unwrap();
    let text = scratch.config_text();
    assert!(!text.contains("encoding") && text.contains("# Careful: in 1 place the text is not UTF-8"), "{text}");
    let tried = scratch.tried("crm", 3).await.unwrap();
    assert_eq!(tried[0].account()["given_name"], "Jörg");
    assert_eq!(tried.iter().filter(|row| row.reject.is_some()).count(), 1);
}

#[tokio::test]
async fn names_are_spelled_anew_only_where_they_are_in_one_case() {
    let mixed = b"id,first_name,last_name\n1,Ada,McDonald\n2,Jean-Luc,O'Hara\n3,Ada,Stone\n";
    for (rows, chain, family) in [
        (mixed.to_vec(), "family_name = [\"collapse\", \"nfc\"]\n", "McDonald"),
        (mixed.to_ascii_uppercase(), "family_name = [\"collapse\", \"nfc\", \"capitalise\"]\n", "McDonald"),
    ] {
        let scratch = Scratch::new(&[("landing/crm/a.csv", &rows)]);
        scratch.init().await.unwrap();
        assert!(scratch.config_text().contains(chain), "{}", scratch.config_text());
        assert_eq!(scratch.tried("crm", 1).await.unwrap()[0].account()["family_name"], family);
    }
}

/// Programs write the last day that they know where there is no end.
#[tokio::test]
async fn the_last_day_of_time_is_a_time() {
    for column in ["birthdate", "updated_at", "valid_until"] {
        let rows = format!(
            "id,email,{column}\n1,a@x.zz,9999-12-31\n2,b@x.zz,2024-05-06\n3,c@x.zz,9999-12-31T23:59:59Z\n4,d@x.zz,\n"
        );
        let scratch = Scratch::new(&[("landing/crm/a.csv", rows.as_bytes())]);
        assert!(scratch.init().await.unwrap().document.is_complete);
        assert_eq!(scratch.tried("crm", 9).await.unwrap().len(), 4, "{column}");
        for (format, text) in [("rfc3339", "9999-12-31T23:59:59Z"), ("date", "9999-12-31")] {
            let config = scratch
                .config_text()
                .replace("id = \"/id\"", &format!("id = \"/id\"\nupdated_at = {{ at = \"/t\", as = \"{format}\" }}"));
            let other = Scratch::new(&[
                ("onefold.toml", config.as_bytes()),
                ("landing/crm/a.csv", format!("id,email,t\n1,a@x.zz,{text}\n").as_bytes()),
            ]);
            if config.matches("updated_at = ").count() == 1 {
                assert!(!side_by_side::show(&other.tried("crm", 1).await.unwrap(), 100).is_empty());
            }
        }
    }
}

#[tokio::test]
async fn an_array_and_compressed_tabs_are_seen() {
    let array = br#"[{"id": 1, "mail": "a@x.de"}, {"id": 2, "mail": "b@x.de"}]"#;
    let tabs = zstd::bulk::compress(b"user_id\temail\thobbies\n1\ta@x.de\tart|wine\n2\tb@x.de\tart\n", 1).unwrap();
    let scratch = Scratch::new(&[("landing/app/a.json", array), ("landing/web/a.tsv.zst", &tabs)]);
    scratch.init().await.unwrap();
    let text = scratch.config_text();
    assert!(text.contains("format = \"json\"\n") && text.contains("format = \"tsv\"\n"), "{text}");
    assert!(text.contains("# sure: all 2 rows have one, and no two are alike\nid = \"/user_id\""), "{text}");
    assert!(text.contains("interests = { at = \"/hobbies\", split = \"|\" }"), "{text}");
    for (source, account) in [("app", "app:1"), ("web", "web:1")] {
        assert_eq!(scratch.tried(source, 5).await.unwrap()[0].account()["ref"], account);
    }
}

#[tokio::test]
async fn parquet_of_another_tool_is_read_as_a_run_reads_it() {
    let parquet = include_bytes!("../../../../../tests/files/pandas.parquet");
    let scratch = Scratch::new(&[("landing/lake/a.parquet", parquet)]);
    scratch.init().await.unwrap();
    assert!(scratch.config_text().contains("format = \"parquet\"\n"));
    let tried = scratch.tried("lake", 1).await.unwrap();
    let id = format!("lake:{}", tried[0].cells.iter().find(|(name, _)| name == "id").unwrap().1);
    assert_eq!(tried[0].account()["ref"], id);
}

#[tokio::test]
async fn scores_are_written_and_rules_are_shown_as_comments() {
    let rows =
        b"id,first_name,last_name,email,birthdate\n1,Bob,O'Hara,bob@x.zz,1970-03-04\n2,Ada,Stone,ada@x.zz,1971-05-26\n";
    let scratch = Scratch::new(&[("landing/crm/a.csv", rows)]);
    scratch.init().await.unwrap();
    let (config, text) = (scratch.config(), scratch.config_text());
    assert!(text.contains("\n[score]\n# threshold = 0 "), "{text}");
    assert_eq!(config.score, Some(ScoreSettings::default()));
    assert!(config.matches.is_empty(), "{text}");
    assert!(check::check(&scratch.0, false).await.unwrap().report.contains("no fault"));

    // Without their marks, the comments are settings.
    let rule = text.lines().skip_while(|line| *line != "# [[match]]").take(3);
    let rule: String = rule.map(|line| line.trim_start_matches("# ").to_owned() + "\n").collect();
    assert!(rule.starts_with("[[match]]\nkey = \"email\"\nunless_differ = [{ field = \"given_name\", as = "), "{rule}");
    let mut settings = text.replace("# unique_persons", "unique_persons").replace("# max_", "max_");
    for key in ["threshold", "without", "model"] {
        settings = settings.replace(&format!("# {key}"), key);
    }
    let config = Config::parse(&format!("{settings}{rule}")).unwrap_or_else(|faults| panic!("{faults}\n{settings}"));
    assert!(config.score.is_some() && config.matches.len() == 1);

    let tried = scratch.tried("crm", 1).await.unwrap();
    let compared = &serde_json::to_value(tried[0].document()).unwrap()["compared"];
    assert_eq!(
        compared[0],
        serde_json::json!({"field": "given_name", "value": "bob (short for robert)"}),
        "{compared}"
    );
    let shown = side_by_side::show(&tried, 100);
    assert!(shown.contains("compared:") && shown.contains("  birthdate: 19700304"), "{shown}");
}

#[tokio::test]
async fn too_little_to_tell_persons_by_is_told() {
    let scratch = Scratch::new(&[("landing/crm/a.csv", b"id,email\n1,bob@x.zz\n2,ada@x.zz\n")]);
    scratch.init().await.unwrap();
    assert!(
        scratch.config_text().contains("# Careful: there is too little in these sources"),
        "{}",
        scratch.config_text()
    );
    let checked = check::check(&scratch.0, false).await.unwrap();
    assert!(
        checked.document.is_sound && checked.report.contains("scores would compare email alone"),
        "{}",
        checked.report
    );
}

/// What is written runs as it is: from generated files to customers, who are who they should be.
#[test]
fn what_is_written_runs_to_customers_without_a_hand() {
    let scratch = Scratch::new(&[]);
    scratch.generate_sample(1500);
    fs::remove_file(scratch.0.join("onefold.toml")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(scratch.init()).unwrap();
    let checked = runtime.block_on(check::check(&scratch.0, false)).unwrap();
    assert!(checked.document.is_sound && checked.report.contains("no fault (3 sources"), "{}", checked.report);

    let version = run(&scratch);
    let people = scratch.people();
    assert_eq!(version.members.keys().collect::<Vec<_>>(), people.keys().collect::<Vec<_>>(), "every account");
    let counts = &version.manifest.counts;
    assert_eq!(counts.rejected, counts.rows_read - people.len() as u64, "only the lines that the generator broke");
    // Pairs of accounts of one customer, and how many of them are of one person.
    let pairs_of = |of: &BTreeMap<String, String>| {
        let mut groups: BTreeMap<&str, u64> = BTreeMap::new();
        of.values().for_each(|group| *groups.entry(group).or_default() += 1);
        groups.values().map(|size| size * (size - 1) / 2).sum::<u64>()
    };
    let both =
        people.iter().map(|(account, person)| (account.clone(), format!("{person} {}", version.members[account])));
    let right = pairs_of(&both.collect());
    let (found, there) = (pairs_of(&version.members), pairs_of(&people));
    assert!(right * 10 > found * 8 && right * 10 > there * 8, "{right} right of {found} found and {there} there");
}
