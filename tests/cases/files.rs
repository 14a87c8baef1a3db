//! Files as other programs, and people, write them.

use onefold_tests::case::{BY_EMAIL, Case, Ran, source};
use onefold_tests::pipeline::Knobs;

/// A case with one source `crm` of files.
fn crm(format: &str, settings: &str) -> Case {
    Case::new(&(source("crm", format, settings) + BY_EMAIL))
}

/// Whether a reject is about an open quote, at this line.
fn is_open_quote(refused: (Option<u64>, &str), line: u64) -> bool {
    refused.0 == Some(line) && refused.1.starts_with("a quote is opened and not closed")
}

#[test]
fn a_file_is_read_row_by_row() {
    let config = source("crm", "csv", "") + &source("shop", "jsonl", "") + BY_EMAIL;
    let ran = Case::new(&config)
        .file("crm/a.csv", "id,email,note\n1,ida@mill.zz,first\n2,tom@mill.zz,\n")
        .file("shop/a.jsonl", "{\"id\":7,\"email\":\"ida@mill.zz\"}\n{\"id\":")
        .published();
    assert_eq!((ran.ids("crm"), ran.ids("shop")), (vec!["1", "2"], vec!["7"]));
    assert!(ran.are_one(&["crm:1", "shop:7"]) && !ran.are_one(&["crm:1", "crm:2"]));
    assert_eq!(ran.value("crm:1", "/attributes/note"), "first");
    assert_eq!(ran.customers.len(), 2);
    assert_eq!(ran.refused("shop").len(), 1);
    assert!(ran.notes.is_empty() && ran.skipped.is_empty() && ran.dropped.is_empty());
}

/// A quote that is opened and not closed costs its own line: nobody gets another one's values, and nobody vanishes.
#[test]
fn an_open_quote_costs_its_own_line() {
    let ran = Case::folder("open-quotes").published();
    let desk = ran.refused("desk");
    assert!(desk.len() == 1 && is_open_quote(desk[0], 51), "{desk:?}");
    assert_eq!(ran.ids("desk").len(), 99);
    for number in (1..=100).filter(|number| *number != 50) {
        let rear = if number % 26 == 0 { ", rear" } else { "" };
        let reference = format!("desk:{number}");
        assert_eq!(ran.value(&reference, "/address/street_address"), &format!("Mill Lane {number}{rear}"));
        assert_eq!(ran.value(&reference, "/email"), &format!("m{number}@mill.zz"));
    }
    let note = ran.refused("note");
    assert!(note.len() == 1 && is_open_quote(note[0], 3), "{note:?}");
    assert_eq!(ran.ids("note"), ["1", "11", "12", "13", "14", "15", "16", "3", "4", "5", "6"]);
    assert_eq!(ran.value("note:4", "/attributes/note"), "said \"yes\"");
    assert_eq!(ran.value("note:13", "/attributes/note"), "a\nnew line");
    assert_eq!(ran.value("note:15", "/attributes/note"), "ends \\here\"");
    // A row of several lines that is written wrongly is refused whole: what follows its first line is no row.
    let till = ran.refused("till");
    let lines: Vec<Option<u64>> = till.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [Some(2), Some(2), Some(4), Some(5)], "{till:?}");
    assert_eq!(ran.ids("till"), ["2", "3", "6"]);
    assert_eq!(ran.value("till:6", "/attributes/note"), "two\nlines");
}

/// Large files and small, read in one go or in many: the same.
#[test]
fn an_open_quote_is_the_same_one_wherever_reading_stops() {
    let row = |id: u32| format!("{id},a{id}@mill.zz,{}\n", "x".repeat(300_000));
    let mut text = "id,email,note\n".to_owned();
    for id in 0..64 {
        text += &row(id);
        if id % 25 == 20 {
            text += &format!("open-{id},b{id}@mill.zz,\"never\n");
        }
        if id % 25 == 22 {
            text += &format!("quoted-{id},c{id}@mill.zz,\"a, b\"\n");
        }
    }
    let of = |knobs: Knobs| {
        let ran = crm("csv", "").file("crm/a.csv", text.as_str()).with(knobs).published();
        (ran.version.without_ids(), ran.rejects, ran.pipeline.stops.get())
    };
    let (customers, rejects, _) = of(Knobs::default());
    assert_eq!((customers.len(), rejects.len()), (66, 2));
    let (again, rejects_again, stops) = of(Knobs { hurried: true, ..Knobs::default() });
    assert!(again == customers && rejects_again == rejects && stops > 0, "{stops} stops");
}

#[test]
fn a_carriage_return_alone_ends_the_lines_of_an_old_file() {
    let ran = crm("csv", "")
        .file("crm/old.csv", "id,email,note\r1,d1@quay.zz,one\r2,d2@quay.zz,\"two\r\"\r")
        .file("crm/twice.csv", "id,email,note\r\r\n3,d3@quay.zz,three\r\r\n4,d4@quay.zz,\r\r\n")
        .published();
    assert_eq!(ran.ids("crm"), ["1", "2", "3", "4"]);
    assert_eq!(ran.value("crm:3", "/attributes/note"), "three");
    assert!(ran.rejects.is_empty() && ran.notes.is_empty(), "{:?}", ran.rejects);
}

#[test]
fn lines_that_do_not_end_alike_are_a_fault() {
    let told = crm("csv", "").file("crm/a.csv", "id,email\r1,d1@quay.zz\r2,d2@quay.zz\n").fault();
    assert!(told.contains("landing/crm/a.csv has a carriage return that stands alone in its header"), "{told}");
}

#[test]
fn a_large_file_without_line_end_is_a_fault_that_names_it() {
    for text in ["x".repeat(3 << 20), format!("id,\"{}", "x".repeat(3 << 20)), format!("{}\n1\n", "x,".repeat(1 << 20))]
    {
        let told = crm("csv", "").file("crm/a.csv", text).fault();
        assert!(told.contains("landing/crm/a.csv has ") && told.contains("1 MiB"), "{told}");
    }
}

#[test]
fn of_a_line_of_json_that_does_not_end_the_start_is_refused() {
    let text = format!("{{\"id\":1}}\n[{}\n{{\"id\":3}}\n", "{\"id\":2},".repeat(2 << 20));
    for knobs in [Knobs::default(), Knobs { hurried: true, ..Knobs::default() }] {
        let ran = crm("jsonl", "")
            .file("crm/a.jsonl", text.as_str())
            .with(Knobs { split_bytes: 1 << 30, ..knobs })
            .published();
        assert_eq!(ran.ids("crm"), ["1", "3"]);
        let refused = ran.refused("crm");
        assert!(
            refused.len() == 1 && refused[0].0 == Some(2) && refused[0].1.contains("format = \"json\""),
            "{refused:?}"
        );
    }
}

/// What is no text is named for what it seems to be; a source that need not be read is passed over.
#[test]
fn what_is_no_text_is_told_for_what_it_is() {
    let utf_16: Vec<u8> = "id,email\r\n1,a@mill.zz\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let with_mark = [&b"\xff\xfe"[..], &utf_16].concat();
    let cases: [(&str, &[u8], &str); 9] = [
        (
            "csv",
            b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00[Content_Types].xml",
            "a ZIP archive or an Excel workbook",
        ),
        ("csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00\n\x00", "an old Excel workbook"),
        ("csv", b"<html><table><tr><td>id</td><td>email</td></tr></table>", "HTML"),
        ("csv", &with_mark, "text in UTF-16"),
        ("csv", &utf_16, "text in UTF-16"),
        ("jsonl", b"BZh91AY&SY\x12\x34\x56\n", "bzip2"),
        ("json", b"7z\xbc\xaf\x27\x1c\x00\x04", "a 7z archive"),
        ("jsonl", b"PAR1\x15\x00\x15\n", "Parquet"),
        ("parquet", b"PARE\x15\x00\x15\x00\x15\x00PARE", "encrypted Parquet"),
    ];
    for (format, bytes, what) in cases {
        let told = crm(format, "").file("crm/export", bytes).fault();
        assert!(told.contains("the source \"crm\": landing/crm/export seems to be ") && told.contains(what), "{told}");
        let optional = source("crm", format, "required = false") + &source("shop", "jsonl", "") + BY_EMAIL;
        let ran = Case::new(&optional).file("crm/export", bytes).file("shop/a.jsonl", "{\"id\":7}\n").published();
        assert!(ran.skipped["crm"].contains(what) && ran.ids("shop") == ["7"], "{:?}", ran.skipped);
    }
}

#[test]
fn a_column_that_is_read_must_be_there_once() {
    let twice = "id,email,note,email\n1,ida@mill.zz,x,seller@mill.zz\n2,tom@mill.zz,y,seller@mill.zz\n";
    let told = crm("csv", "").file("crm/a.csv", twice).fault();
    let expected = "landing/crm/a.csv has several columns named \"email\", and [source.fields] reads that name";
    assert!(told.contains(expected), "{told}");
    let ran = crm("csv", "").file("crm/a.csv", "id,x,email,x,\n1,,ida@mill.zz,,\n").published();
    assert_eq!(ran.value("crm:1", "/email"), "ida@mill.zz");
}

/// Files that were joined have their header again.
#[test]
fn a_line_that_repeats_the_header_is_no_row() {
    let header = "\u{feff}id,email,note\r\n";
    let text = format!("{header}1,ida@mill.zz,x\r\n{header}2,tom@mill.zz,y\r\nid,email,note\n");
    let ran = crm("csv", "").file("crm/joined.csv", text).published();
    assert_eq!((ran.ids("crm"), ran.rejects.len()), (vec!["1", "2"], 0));
    assert_eq!(ran.dropped["crm: lines that repeat the header"], 2);
    assert_eq!(ran.version.manifest.counts.rows_read, 2);
}

#[test]
fn a_file_without_a_row_is_told() {
    let config = source("crm", "csv", "") + &source("shop", "json", "") + BY_EMAIL;
    let case = Case::new(&config)
        .file("crm/a.csv", "id,email\n1,ida@mill.zz\n")
        .file("crm/empty.csv", "")
        .file("crm/header.csv", "id,email\r\n")
        .file("crm/one-line.csv", "id;email;1;a@mill.zz")
        .file("shop/none.json", "[]");
    for knobs in [Knobs::default(), Knobs { hurried: true, twice: true, ..Knobs::default() }] {
        let ran = case.clone().with(knobs).published();
        let expected = ["crm", "crm", "shop"].into_iter().zip(["crm/header.csv", "crm/one-line.csv", "shop/none.json"]);
        let expected = expected.map(|(source, file)| format!("{source}: there is no row in landing/{file}; check"));
        assert_eq!(ran.notes.len(), 3, "{:?}", ran.notes);
        assert!(ran.notes.iter().zip(expected).all(|(note, start)| note.starts_with(&start)), "{:?}", ran.notes);
        assert_eq!(ran.ids("crm"), ["1"]);
    }
}

#[test]
fn excels_note_of_its_separator_is_no_row() {
    let text = "sep=;\r\nid;email;note\r\n1;ida@mill.zz;\"Kurz; geb. Lang\"\r\nx;y\r\n";
    let ran = crm("csv", "delimiter = \";\"").file("crm/a.csv", text).published();
    assert_eq!(ran.value("crm:1", "/attributes/note"), "Kurz; geb. Lang");
    assert_eq!(ran.refused("crm").iter().map(|refused| refused.0).collect::<Vec<_>>(), [Some(4)]);
    let told = crm("csv", "").file("crm/a.csv", text).fault();
    assert!(told.contains("write delimiter = \";\" there"), "{told}");
}

/// Rejects say where they stand, also of many small files that share a chunk.
#[test]
fn rejects_of_many_files_have_their_places() {
    let mut case = crm("csv", "");
    for number in 0..30 {
        case = case.file(&format!("crm/{number:02}.csv"), format!("id,email,note\n{number},,\n\nbad\n"));
    }
    let ran: Ran = case.published();
    assert_eq!((ran.rejects.len(), ran.pipeline.list("raw/").len()), (30, 1));
    for (number, reject) in ran.rejects.iter().enumerate() {
        let id_length = number.to_string().len() as u64;
        assert_eq!(reject["object"], format!("landing/crm/{number:02}.csv"));
        assert_eq!((reject["line"].as_u64(), reject["byte"].as_u64()), (Some(4), Some(14 + id_length + 3 + 1)));
    }
}
