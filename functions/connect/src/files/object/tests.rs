//! What is given of an object depends on its bytes alone, and ranges hold every line once, wherever they are cut.

use onefold_config::{Config, Encoding, FileFormat, SourceKind};
use proptest::prelude::*;

use super::*;
use crate::testing::{context_with, gzip};

fn piece(object: &str, etag: &str, start: u64, end: u64, is_range: bool) -> ObjectPiece {
    ObjectPiece { object: object.to_owned(), etag: etag.to_owned(), received_at: 0, start, end, is_range }
}

/// A source of files that reads the columns `a` and `id`.
fn source(format: FileFormat) -> Source {
    let text = format!(
        "[[source]]\nname = \"s\"\nformat = \"{}\"\n[source.fields]\nid = \"/id\"\nemail = \"/a\"\n[[match]]\nkey = \"email\"\n",
        format.name()
    );
    Config::parse(&text).unwrap().sources.remove(0)
}

fn settings(source: &Source) -> FilesSettings {
    let SourceKind::Files(settings) = &source.kind else { panic!("it is of files") };
    settings.clone()
}

/// A body that comes in pieces of these sizes, in turn.
struct PiecedBody {
    rest: Bytes,
    sizes: Vec<usize>,
    next: usize,
}

#[async_trait::async_trait]
impl Body for PiecedBody {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        let size = self.sizes[self.next % self.sizes.len()].min(self.rest.len());
        self.next += 1;
        Ok((!self.rest.is_empty()).then(|| self.rest.split_to(size)))
    }
}

/// Where reading begins, the header, and the text from there on.
type ReadObject = (u64, Vec<u8>, Vec<u8>);

async fn read(mut reader: ObjectReader<'_>) -> Result<ReadObject, Fault> {
    let (start, header) = (reader.position(), reader.header().to_vec());
    let (mut text, mut bytes_in) = (Vec::new(), 0);
    while let Some(bytes) = reader.next(&mut bytes_in).await? {
        text.extend_from_slice(&bytes);
    }
    Ok((start, header, text))
}

/// Reads bytes that arrive in pieces of these sizes; what is wrong as its text.
fn arriving(bytes: &[u8], sizes: &[usize], wanted: PieceRequest<'_>) -> Result<ReadObject, String> {
    let rest = Bytes::copy_from_slice(&bytes[(wanted.first_byte() as usize).min(bytes.len())..]);
    let body = PiecedBody { rest, sizes: sizes.to_vec(), next: 0 };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { read(wanted.read(Box::new(body)).await?).await }).map_err(|fault| fault.to_string())
}

async fn opened(
    context: &Context,
    piece: &ObjectPiece,
    position: u64,
    source: &Source,
    is_taken_up: bool,
) -> ReadObject {
    let settings = settings(source);
    let wanted = PieceRequest { piece, position, is_taken_up, source, settings: &settings };
    read(open(context, wanted).await.unwrap()).await.unwrap()
}

proptest! {
    #[test]
    fn what_is_read_does_not_depend_on_how_it_arrives(
        text in prop_oneof![
            "(\u{feff}|sep=,\n)?(id,a|id,a,a|a,\"i\nd\")(\n|\r|\r\n)([ab1,\"\n\r]{0,30}(\n|\r))?",
            "[ab,\"\n\r\u{0}PK\u{3}<html]{0,40}",
            "\\[(\\{\"id\":[0-9]\\},){0,6}\\{\\}\\]",
        ],
        format in prop::sample::select(&[FileFormat::Csv, FileFormat::JsonLines, FileFormat::JsonArray][..]),
        compression in prop::sample::select(&["", ".gz", ".zst", "none told"][..]),
        sizes in prop::collection::vec(1usize..20, 1..6),
    ) {
        let bytes = match compression {
            "" => text.into_bytes(),
            ".zst" => zstd::bulk::compress(text.as_bytes(), 1).unwrap(),
            _ => gzip(text.as_bytes()),
        };
        let name = format!("landing/s/a{}", compression.strip_prefix("none told").map_or(compression, |_| ""));
        let source = source(format);
        let settings = settings(&source);
        let piece = piece(&name, "", 0, bytes.len() as u64, false);
        let wanted = PieceRequest { piece: &piece, position: 0, is_taken_up: false, source: &source, settings: &settings };
        prop_assert_eq!(arriving(&bytes, &sizes, wanted), arriving(&bytes, &[usize::MAX], wanted));
    }

    /// However an object is divided and arrives, and wherever a range is taken up, each line is in one range.
    #[test]
    fn every_line_is_in_one_range_however_it_arrives(
        lines in prop::collection::vec("[a-z]{0,12}", 1..20),
        is_ended in any::<bool>(),
        count in 1u64..9,
        sizes in prop::collection::vec(1usize..30, 1..5),
    ) {
        let whole = lines.join("\n") + if is_ended { "\n" } else { "" };
        let (bytes, size) = (whole.as_bytes(), whole.len() as u64);
        // As objects are divided: no range is empty.
        let count = count.clamp(1, size.max(1));
        let source = source(FileFormat::JsonLines);
        let settings = settings(&source);
        let mut joined = Vec::new();
        for number in 0..count {
            let piece = piece("landing/s/a", "", size * number / count, size * (number + 1) / count, count > 1);
            let wanted =
                PieceRequest { piece: &piece, position: piece.start, is_taken_up: false, source: &source, settings: &settings };
            let (start, _, text) = arriving(bytes, &sizes, wanted).unwrap();
            prop_assert!(text.is_empty() || start as usize == joined.len(), "the range knows where it starts");
            for (offset, _) in text.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
                let wanted = PieceRequest { position: start + offset as u64 + 1, is_taken_up: true, ..wanted };
                let (_, _, rest) = arriving(bytes, &sizes, wanted).unwrap();
                prop_assert_eq!(&rest, &text[offset + 1..], "taken up behind byte {}", offset);
            }
            joined.extend(text);
        }
        prop_assert_eq!(String::from_utf8(joined).unwrap(), whole);
    }
}

#[tokio::test]
async fn is_taken_up_in_the_middle() {
    let whole = "a,\"b\nc\"\n1,2\n3,4\n5,6\n";
    let zstd = zstd::bulk::compress(whole.as_bytes(), 1).unwrap();
    for (object, bytes) in [("landing/s/a.csv", whole.as_bytes()), ("landing/s/a.csv.zst", &zstd)] {
        let (context, etag) = context_with(object, bytes).await;
        let piece = piece(object, &etag, 0, bytes.len() as u64, false);
        let (start, header, rest) = opened(&context, &piece, 12, &source(FileFormat::Csv), true).await;
        assert_eq!((start, rest.as_slice()), (12, &b"3,4\n5,6\n"[..]), "{object}");
        assert_eq!(header, b"a,\"b\nc\"\n");
    }
    let (context, etag) = context_with("landing/s/a.jsonl.zst", &zstd).await;
    let piece = piece("landing/s/a.jsonl.zst", &etag, 0, zstd.len() as u64, false);
    let (start, _, rest) = opened(&context, &piece, 8, &source(FileFormat::JsonLines), true).await;
    assert_eq!((start, rest.as_slice()), (8, &b"1,2\n3,4\n5,6\n"[..]));
}

#[tokio::test]
async fn an_object_that_was_changed_is_told() {
    let (context, _) = context_with("landing/s/a.jsonl", b"{}\n").await;
    let source = source(FileFormat::JsonLines);
    let settings = settings(&source);
    for (object, expected) in [("landing/s/a.jsonl", "was overwritten"), ("landing/s/b.jsonl", "was there")] {
        let piece = piece(object, "another", 0, 3, false);
        let wanted =
            PieceRequest { piece: &piece, position: 0, is_taken_up: false, source: &source, settings: &settings };
        let error = open(&context, wanted).await.err().unwrap();
        assert!(error.to_string().contains(&format!("{object} {expected}")), "{error}");
    }
}

#[tokio::test]
async fn text_that_is_made_of_the_bytes_is_taken_up_in_its_middle() {
    let array = b"[{\"id\":1},\n {\"id\":2} ,{\"id\":3}]";
    let zstd = zstd::bulk::compress(array, 1).unwrap();
    for (object, bytes) in [("landing/s/a.json", &array[..]), ("landing/s/a", &zstd)] {
        let (context, etag) = context_with(object, bytes).await;
        let piece = piece(object, &etag, 0, bytes.len() as u64, false);
        let (start, _, all) = opened(&context, &piece, 0, &source(FileFormat::JsonArray), false).await;
        assert_eq!((start, all.as_slice()), (0, &b"{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n"[..]), "{object}");
        let (start, _, rest) = opened(&context, &piece, 9, &source(FileFormat::JsonArray), true).await;
        assert_eq!((start, rest.as_slice()), (9, &all[9..]), "{object}");
    }
    let bytes = b"{\"name\":\"Jos\xe9\"}\n{\"name\":\"Zo\xeb\"}\n";
    let (context, etag) = context_with("landing/s/a.jsonl", bytes).await;
    let piece = piece("landing/s/a.jsonl", &etag, 0, bytes.len() as u64, false);
    let source = source(FileFormat::JsonLines);
    let settings = FilesSettings { encoding: Encoding::Windows1252, ..settings(&source) };
    let wanted = PieceRequest { piece: &piece, position: 17, is_taken_up: true, source: &source, settings: &settings };
    let (start, _, rest) = read(open(&context, wanted).await.unwrap()).await.unwrap();
    assert_eq!(start, 17, "of the text, which is longer than the bytes");
    assert_eq!(rest, "{\"name\":\"Zoë\"}\n".as_bytes());
}

#[test]
fn csv_is_taken_up_whatever_separates_its_fields() {
    // With a comma for a delimiter the quote would not begin a field, and the header would end in it.
    let whole = b"a;\"b\nc\"\n1;2\n3;4\n";
    let piece = piece("landing/s/a.csv", "", 0, whole.len() as u64, false);
    let source = source(FileFormat::Csv);
    let settings = FilesSettings { delimiter: b';', ..settings(&source) };
    let wanted = PieceRequest { piece: &piece, position: 12, is_taken_up: true, source: &source, settings: &settings };
    assert_eq!(arriving(whole, &[7], wanted).unwrap(), (12, b"a;\"b\nc\"\n".to_vec(), b"3;4\n".to_vec()));
}

/// A carriage return alone ends a line if there is no line feed near the start, and stays where it is.
#[test]
fn old_line_ends_are_read() {
    let source = source(FileFormat::Csv);
    let settings = settings(&source);
    for (bytes, expected) in [
        ("id,a\r1,x\r2,y\r", Ok((5, "id,a\n", "1,x\n2,y\n"))),
        ("id,a\r\n1,x\r\n", Ok((6, "id,a\r\n", "1,x\r\n"))),
        ("id,a", Ok((4, "id,a\n", ""))),
        ("id,a\r1,x\n2,y\n", Err("has a carriage return that stands alone")),
    ] {
        let piece = piece("landing/s/a.csv", "", 0, bytes.len() as u64, false);
        let wanted =
            PieceRequest { piece: &piece, position: 0, is_taken_up: false, source: &source, settings: &settings };
        match (arriving(bytes.as_bytes(), &[3], wanted), expected) {
            (Ok(read), Ok((start, header, text))) => {
                assert_eq!(read, (start, header.as_bytes().to_vec(), text.as_bytes().to_vec()));
            }
            (Err(told), Err(expected)) => assert!(told.contains(expected), "{told}"),
            (found, expected) => panic!("{bytes:?}: {found:?}, not {expected:?}"),
        }
    }
}
