//! The members of a [[source]] of kind "files".

use super::pointer_setting::{WholeDocument, pointer};
use crate::schema::{Key, Kind};
use crate::toml_reader::{Notes, Section};
use crate::{Encoding, FileFormat, FilesSettings, RowFormat};

pub(super) fn keys() -> Vec<Key> {
    vec![
        Key::one_of(
            "format",
            FileFormat::names(),
            "What the source's files hold. `json` is one array, which is the whole file or stands at `items`.",
        )
        .required(),
        Key::text("delimiter", "For `csv`: what separates the fields, one ASCII character.").or(","),
        Key::one_of(
            "encoding",
            Encoding::ALL.map(Encoding::name),
            "For `jsonl`, `csv` and `tsv`: how text is encoded.",
        )
        .or("utf-8"),
        Key::new(
            "items",
            Kind::Text(Some("^/")),
            "For `json`: where the array is inside an object, such as `/data/accounts`.",
        ),
    ]
}

pub(super) fn files(section: &Section<'_>, notes: &mut Notes<'_>) -> Option<FilesSettings> {
    let format = section.required_text("format", notes).and_then(|(name, span)| {
        let format = FileFormat::from_name(name);
        if format.is_none() {
            notes.unknown(span, "format", name, &FileFormat::names());
        }
        format
    });
    let delimiter = delimiter(section, format, notes);
    let encoding = encoding(section, format, notes);
    let items = items(section, format, notes);
    Some(FilesSettings { format: format?, delimiter, encoding, items })
}

/// Where the array is; empty if it is all of the file.
fn items(section: &Section<'_>, format: Option<FileFormat>, notes: &mut Notes<'_>) -> String {
    let Some((_, span)) = section.get("items") else { return String::new() };
    let pointer = pointer(section, "items", WholeDocument::Refused, notes);
    if let Some(format) = format
        && format != FileFormat::JsonArray
    {
        notes.fault(span, format!("items is for format = \"json\", not for {:?}; remove it", format.name()));
    }
    pointer.unwrap_or_default()
}

/// What separates the fields of CSV.
fn delimiter(section: &Section<'_>, format: Option<FileFormat>, notes: &mut Notes<'_>) -> u8 {
    let default = if format == Some(FileFormat::Tsv) { b'\t' } else { b',' };
    let Some((text, span)) = section.text("delimiter", notes) else { return default };
    if let Some(format) = format
        && format != FileFormat::Csv
    {
        notes.fault(span, format!("delimiter is for format = \"csv\", not for {:?}; remove it", format.name()));
        return default;
    }
    match text.as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => *byte,
        _ => {
            let wanted = "one ASCII character that is no quote and no line break, such as \";\", \"|\" or \"\\t\"";
            notes.fault(span, format!("the delimiter {text:?} must be {wanted}"));
            default
        }
    }
}

fn encoding(section: &Section<'_>, format: Option<FileFormat>, notes: &mut Notes<'_>) -> Encoding {
    let Some((name, span)) = section.text("encoding", notes) else { return Encoding::Utf8 };
    let Some(encoding) = Encoding::ALL.into_iter().find(|encoding| encoding.name() == name) else {
        notes.unknown(span, "encoding", name, &Encoding::ALL.map(Encoding::name));
        return Encoding::Utf8;
    };
    let has_choice = format.is_none_or(|format| format == FileFormat::JsonLines || format.rows() == RowFormat::Csv);
    if encoding != Encoding::Utf8 && !has_choice {
        notes.fault(span, "json and parquet files are always in UTF-8; remove encoding");
    }
    encoding
}
