//! Reference tables in another format.

use std::sync::Arc;

use parquet::data_type::ByteArrayType;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

/// A Parquet file of text with the cells of a CSV file whose quotes stand around whole cells and hold no line end.
///
/// # Panics
/// The text is no such CSV.
pub fn parquet_of(csv: &str) -> Vec<u8> {
    let mut lines = csv.lines().map(cells);
    let names = lines.next().expect("a header");
    let rows: Vec<Vec<String>> = lines.collect();
    let columns: String = names.iter().map(|name| format!("required binary {name} (utf8);")).collect();
    let schema = Arc::new(parse_message_type(&format!("message t {{ {columns} }}")).expect("a schema"));
    let mut out = Vec::new();
    let properties = Arc::new(WriterProperties::builder().build());
    let mut file = SerializedFileWriter::new(&mut out, schema, properties).expect("a file");
    let mut group = file.next_row_group().expect("a row group");
    for number in 0..names.len() {
        let values: Vec<_> = rows.iter().map(|row| row[number].as_str().into()).collect();
        let mut column = group.next_column().expect("a column").expect("as many columns as names");
        column.typed::<ByteArrayType>().write_batch(&values, None, None).expect("values");
        column.close().expect("a column");
    }
    group.close().expect("a row group");
    file.close().expect("a file");
    out
}

fn cells(line: &str) -> Vec<String> {
    let cell = |text: &str| match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => text.to_owned(),
    };
    line.split(',').map(cell).collect()
}
