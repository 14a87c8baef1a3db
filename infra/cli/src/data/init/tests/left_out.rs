//! What cannot be guessed is left out, by name and with the reason; the rest is written.

use proptest::prelude::*;

use crate::Outcome;
use crate::args::{DataCommand, InitOptions};
use crate::data::tests::Scratch;
use crate::data::{check, execute};

const SOUND: (&str, &[u8]) = ("landing/shop/a.csv", b"id,email\n1,a@x.zz\n2,b@x.zz\n");

/// The line that tells why a source is left out. Asserts that the other source is in force, and sound.
async fn why(files: &[(&str, &[u8])]) -> String {
    let scratch = Scratch::new(&[files, &[SOUND]].concat());
    let initiated = scratch.init().await.unwrap();
    assert!(!initiated.document.is_complete, "{}", initiated.report);
    let text = scratch.config_text();
    assert!(text.contains("\nemail = \"/email\"\n"), "{text}");
    let names: Vec<String> = scratch.config().sources.into_iter().map(|source| source.name).collect();
    assert_eq!(names, ["shop"], "{text}");
    let checked = check::check(&scratch.0, false).await.unwrap();
    assert!(checked.document.is_sound, "{}", checked.report);
    let told = text.lines().find(|line| line.contains(": left out, as ")).unwrap_or_else(|| panic!("{text}"));
    assert!(initiated.report.contains(told.trim_start_matches("# ")), "{}", initiated.report);
    told.to_owned()
}

#[tokio::test]
async fn a_source_that_nothing_tells_apart_is_left_out_with_what_was_guessed_of_it() {
    let mut rows = String::from("First Name,Last Name,count\n");
    for number in 0..12 {
        rows.push_str(&format!(
            "Given{},Family,{number}\n",
            ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"][number]
        ));
    }
    let told = why(&[("landing/list/a.csv", rows.as_bytes())]).await;
    assert!(
        told.starts_with("# list: left out, as no column of landing/list/ tells its rows apart; write where its id is"),
        "{told}"
    );

    let scratch = Scratch::new(&[("landing/list/a.csv", rows.as_bytes()), SOUND]);
    scratch.init().await.unwrap();
    let text = scratch.config_text();
    let section = text.split("# list: left out").nth(1).unwrap().split("\n\n").next().unwrap();
    assert!(section.lines().skip(1).all(|line| line.starts_with('#')), "{section}");
    // Without the marks it is a source, of which only the id is open.
    let unmarked: String = section
        .lines()
        .skip(1)
        .map(|line| line.trim_start_matches("# ").trim_start_matches('#').to_owned() + "\n")
        .collect();
    assert!(
        unmarked.contains("given_name = \"/First Name\"\n") && unmarked.contains("\nid = \"/\u{2026}\"\n"),
        "{unmarked}"
    );
}

#[tokio::test]
async fn an_address_that_rows_share_or_lack_is_proposed_as_id() {
    let told =
        why(&[("landing/list/a.csv", b"Name,E-mail\nMara Quell,m@x.zz\nBenno Quell,m@x.zz\nEnno Tamm,\n")]).await;
    assert!(told.contains("no column tells its rows apart (/E-mail: no column is called id, and of this one 2 of 3 rows have a value, 1 differ)"), "{told}");
}

#[tokio::test]
async fn files_that_are_not_read_are_told_by_name() {
    for (file, content, expected) in [
        (
            "pretty.jsonl",
            &b"{\n\"id\": 1\n}\n{\n\"id\": 2\n}\n"[..],
            "landing/odd/pretty.jsonl holds JSON objects over several lines",
        ),
        (
            "title.csv",
            b"List of customers\nAs of March\n\nid,name,email\n1,Ida,a@x.zz\n2,Udo,b@x.zz\n",
            "another number of fields than the first line of landing/odd/title.csv",
        ),
        ("header.csv", b"id,email\n", "no row stands behind the header of landing/odd/header.csv"),
        ("cut.csv.gz", &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0], "landing/odd/cut.csv.gz"),
        (
            "book.xlsx",
            b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml",
            "landing/odd/book.xlsx seems to be a ZIP archive or an Excel",
        ),
        ("unicode.txt", b"\xff\xfei\0d\0\t\0e\0m\0a\0i\0l\0\n\0", "landing/odd/unicode.txt seems to be text in UTF-16"),
        (
            "report.xls",
            b"<html><body><table><tr><th>id</th></tr></table></body></html>",
            "landing/odd/report.xls seems to be HTML",
        ),
        ("broken.parquet", b"PAR1 and no more", "landing/odd/broken.parquet"),
    ] {
        let told = why(&[(&format!("landing/odd/{file}"), content)]).await;
        assert!(told.starts_with("# odd: left out, as ") && told.contains(expected), "{file}: {told}");
    }
    let told = why(&[("landing/Über/a.csv", b"id\n1\n")]).await;
    assert!(told.contains("landing/Über/ cannot be a source, whose name is 1 to 40 of a-z"), "{told}");
    let told = why(&[("landing/reference/a.csv", b"id\n1\n")]).await;
    assert!(told.contains("a source cannot be named \"reference\""), "{told}");
}

#[tokio::test]
async fn one_file_that_is_not_read_is_told_beside_the_others() {
    let cut = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0][..];
    let scratch = Scratch::new(&[SOUND, ("landing/shop/b.csv.gz", cut), ("landing/shop/c.jsonl", b"{\"id\":1}\n")]);
    assert!(scratch.init().await.unwrap().document.is_complete);
    let text = scratch.config_text();
    let sources = text.split("[normalise]").next().unwrap_or_default();
    let cautions: Vec<&str> = sources.lines().filter(|line| line.starts_with("# Careful: ")).collect();
    assert!(cautions.len() == 2 && cautions[0].contains("landing/shop/b.csv.gz"), "{text}");
    assert_eq!(cautions[1], "# Careful: 1 of the files looked at are written in another way.");
}

#[tokio::test]
async fn the_exit_code_says_that_something_is_open() {
    for (files, outcome) in [
        (vec![SOUND], Outcome::Done),
        (vec![SOUND, ("landing/list/a.csv", b"First Name\nMara\nBenno\n")], Outcome::Faulty),
        (vec![("landing/list/a.csv", b"First Name\nMara\nBenno\n")], Outcome::Faulty),
    ] {
        let scratch = Scratch::new(&files);
        let command = DataCommand::Init(InitOptions { data: scratch.0.clone(), force: false });
        assert_eq!(execute(command, None).await.unwrap(), outcome);
        assert!(scratch.0.join("onefold.toml").exists(), "it is written in any case");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever files and columns are called and hold, what is written can be read, and names no fault of its own.
    #[test]
    fn what_is_written_is_sound_whatever_is_found(
        header in proptest::collection::vec("(id|email|[Pp]hone|land|\\PC{0,6}|[\u{0}-\u{9f}\\n\\r\"',;#]{0,6})", 1..6),
        cells in proptest::collection::vec("([0-9]{1,4}|[a-z]{1,3}@x\\.de|9999-12-31|\\PC{0,9}|[\u{0}-\u{9f}\"]{0,4})", 1..40),
        file in "[^/\u{0}]{1,12}",
    ) {
        let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
        let line = |cells: &[String]| cells.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n";
        let rows: String = cells.chunks_exact(header.len()).map(line).collect();
        let scratch = Scratch::new(&[]);
        std::fs::create_dir_all(scratch.0.join("landing/odd")).unwrap();
        let path = scratch.0.join("landing/odd").join(format!("x{file}"));
        // A name that the file system refuses is none.
        prop_assume!(std::fs::write(path, line(&header) + &rows).is_ok());
        scratch.write(&[SOUND]);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(scratch.init()).unwrap();
        let parsed = onefold_config::Config::parse(&scratch.config_text());
        prop_assert!(parsed.is_ok(), "{:?}\n{}", parsed.err(), scratch.config_text());
    }
}
