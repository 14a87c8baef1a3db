//! Ranges of an object, wherever they are cut, hold every line once.

use onefold_core::config::{Encoding, FileFormat};

use super::*;
use crate::testing::context_with;

fn piece(object: &str, etag: &str, start: u64, end: u64, is_range: bool) -> Piece {
    Piece { object: object.to_owned(), etag: etag.to_owned(), received_at: 0, start, end, is_range }
}

fn settings(format: FileFormat) -> FilesSettings {
    FilesSettings { format, delimiter: b',', encoding: Encoding::Utf8, items: String::new() }
}

async fn text(
    context: &Context,
    piece: &Piece,
    position: u64,
    format: FileFormat,
    is_taken_up: bool,
) -> (u64, Vec<u8>, Option<Vec<u8>>) {
    let mut source = open(context, piece, position, &settings(format), is_taken_up).await.unwrap();
    let (start, header) = (source.position(), source.take_header());
    let mut all = Vec::new();
    while let Some(bytes) = source.next(&mut 0).await.unwrap() {
        all.extend_from_slice(&bytes);
    }
    (start, all, header)
}

#[tokio::test]
async fn every_line_is_in_one_range() {
    // Longer than a piece of the store's stream, with lines of all lengths, some of them empty.
    let whole: String = (0..400).map(|number| "x".repeat(number % 23) + "\n").collect::<String>() + "last";
    let (context, etag) = context_with("landing/s/a.jsonl", whole.as_bytes()).await;
    let size = whole.len() as u64;
    for count in [1, 2, 3, 7, 50, 700] {
        let mut joined = Vec::new();
        for number in 0..count {
            let piece =
                piece("landing/s/a.jsonl", &etag, size * number / count, size * (number + 1) / count, count > 1);
            let (start, lines, _) = text(&context, &piece, piece.start, FileFormat::JsonLines, false).await;
            if !lines.is_empty() {
                assert_eq!(start as usize, joined.len(), "the range knows where it starts");
            }
            joined.extend(lines);
        }
        assert_eq!(String::from_utf8(joined).unwrap(), whole, "{count} ranges");
    }
}

#[tokio::test]
async fn is_taken_up_in_the_middle() {
    let whole = "a,\"b\nc\"\n1,2\n3,4\n5,6\n";
    let zstd = zstd::bulk::compress(whole.as_bytes(), 1).unwrap();
    for (object, bytes) in [("landing/s/a.csv", whole.as_bytes()), ("landing/s/a.csv.zst", &zstd)] {
        let (context, etag) = context_with(object, bytes).await;
        let piece = piece(object, &etag, 0, bytes.len() as u64, false);
        let (start, rest, header) = text(&context, &piece, 12, FileFormat::Csv, true).await;
        assert_eq!((start, rest.as_slice()), (12, &b"3,4\n5,6\n"[..]), "{object}");
        assert_eq!(header.as_deref(), Some(&b"a,\"b\nc\"\n"[..]));
    }
    let (context, etag) = context_with("landing/s/a.jsonl.zst", &zstd).await;
    let piece = piece("landing/s/a.jsonl.zst", &etag, 0, zstd.len() as u64, false);
    let (start, rest, _) = text(&context, &piece, 8, FileFormat::JsonLines, true).await;
    assert_eq!((start, rest.as_slice()), (8, &b"1,2\n3,4\n5,6\n"[..]));
}

#[tokio::test]
async fn an_object_that_was_changed_is_told() {
    let (context, _) = context_with("landing/s/a.jsonl", b"{}\n").await;
    let changed = piece("landing/s/a.jsonl", "another", 0, 3, false);
    let error = open(&context, &changed, 0, &settings(FileFormat::JsonLines), false).await.err().unwrap();
    assert!(error.to_string().contains("landing/s/a.jsonl was overwritten"), "{error}");
    let gone = piece("landing/s/b.jsonl", "x", 0, 3, false);
    let error = open(&context, &gone, 0, &settings(FileFormat::JsonLines), false).await.err().unwrap();
    assert!(error.to_string().contains("landing/s/b.jsonl was there"), "{error}");
}

#[tokio::test]
async fn text_that_is_made_of_the_bytes_is_taken_up_in_its_middle() {
    let array = b"[{\"id\":1},\n {\"id\":2} ,{\"id\":3}]";
    let zstd = zstd::bulk::compress(array, 1).unwrap();
    for (object, bytes) in [("landing/s/a.json", &array[..]), ("landing/s/a", &zstd)] {
        let (context, etag) = context_with(object, bytes).await;
        let piece = piece(object, &etag, 0, bytes.len() as u64, false);
        let (start, all, _) = text(&context, &piece, 0, FileFormat::JsonArray, false).await;
        assert_eq!((start, all.as_slice()), (0, &b"{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n"[..]), "{object}");
        let (start, rest, _) = text(&context, &piece, 9, FileFormat::JsonArray, true).await;
        assert_eq!((start, rest.as_slice()), (9, &all[9..]), "{object}");
    }
    let bytes = b"{\"name\":\"Jos\xe9\"}\n{\"name\":\"Zo\xeb\"}\n";
    let (context, etag) = context_with("landing/s/a.jsonl", bytes).await;
    let piece = piece("landing/s/a.jsonl", &etag, 0, bytes.len() as u64, false);
    let settings = FilesSettings { encoding: Encoding::Windows1252, ..settings(FileFormat::JsonLines) };
    let mut source = open(&context, &piece, 17, &settings, true).await.unwrap();
    assert_eq!(source.position(), 17, "of the text, which is longer than the bytes");
    assert_eq!(source.next(&mut 0).await.unwrap().unwrap(), "{\"name\":\"Zoë\"}\n");
}

#[tokio::test]
async fn csv_is_taken_up_whatever_separates_its_fields() {
    // With a comma for a delimiter the quote would not begin a field, and the header would end in it.
    let whole = "a;\"b\nc\"\n1;2\n3;4\n";
    let (context, etag) = context_with("landing/s/a.csv", whole.as_bytes()).await;
    let piece = piece("landing/s/a.csv", &etag, 0, whole.len() as u64, false);
    let settings = FilesSettings { delimiter: b';', ..settings(FileFormat::Csv) };
    let mut source = open(&context, &piece, 12, &settings, true).await.unwrap();
    assert_eq!(source.take_header().as_deref(), Some(&b"a;\"b\nc\"\n"[..]));
    assert_eq!(source.next(&mut 0).await.unwrap().unwrap(), "3;4\n");
}
