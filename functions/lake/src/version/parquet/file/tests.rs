use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::serialized_reader::ReadOptionsBuilder;
use parquet::record::Row;
use parquet::schema::printer::print_schema;
use proptest::prelude::*;

use super::*;

const RUN_ID: &str = "20261122T174600Z-1a2b3c4d";

fn writer(part: ParquetPart) -> ParquetWriter {
    ParquetWriter::new(part, &RunId::parse(RUN_ID).unwrap()).unwrap()
}

fn written(part: ParquetPart, text: &str) -> bytes::Bytes {
    let mut writer = writer(part);
    writer.add(text.as_bytes()).unwrap();
    writer.finish().unwrap().into()
}

/// The rows of a file, as the library shows them.
fn rows(bytes: bytes::Bytes) -> Vec<Row> {
    SerializedFileReader::new(bytes).unwrap().get_row_iter(None).unwrap().map(Result::unwrap).collect()
}

fn row(part: ParquetPart, line: &str) -> serde_json::Map<String, serde_json::Value> {
    let rows = rows(written(part, line));
    assert_eq!(rows.len(), 1);
    let shown = |field: &parquet::record::Field| serde_json::Value::String(field.to_string());
    rows[0].get_column_iter().map(|(name, field)| (name.clone(), shown(field))).collect()
}

/// People have tables with these columns.
#[test]
fn columns_are_frozen() {
    for (part, expected) in [
        (ParquetPart::Customers, include_str!("../../../../../../tests/schemas/customers.parquet.txt")),
        (ParquetPart::Members, include_str!("../../../../../../tests/schemas/members.parquet.txt")),
        (ParquetPart::Changes, include_str!("../../../../../../tests/schemas/changes.parquet.txt")),
    ] {
        let mut schema = Vec::new();
        print_schema(&mut schema, &writer(part).tree.schema);
        let schema = String::from_utf8(schema).unwrap();
        assert_eq!(schema, expected, "{}", part.name());
    }
}

/// A row group has its statistics, and a page index says where the values of each page are.
#[test]
fn readers_can_skip() {
    let bytes =
        written(ParquetPart::Changes, "{\"change\":\"deleted\",\"customer_id\":\"b\"}\n{\"change\":\"moved\"}\n");
    let options = ReadOptionsBuilder::new().with_page_index().build();
    let reader = SerializedFileReader::new_with_options(bytes, options).unwrap();
    let metadata = reader.metadata();
    let group = metadata.row_group(0);
    assert_eq!((metadata.num_row_groups(), group.num_rows()), (1, 2));
    assert!(group.columns().iter().all(|column| column.statistics().is_some()));
    assert!(group.columns().iter().all(|column| matches!(column.compression(), parquet::basic::Compression::ZSTD(_))));
    let change = group.column(0).statistics().unwrap();
    assert_eq!((change.min_bytes_opt(), change.max_bytes_opt()), (Some(&b"deleted"[..]), Some(&b"moved"[..])));
    assert!(metadata.page_index().is_some());
    assert!(
        group
            .columns()
            .iter()
            .all(|column| column.column_index_range().is_some() && column.offset_index_range().is_some())
    );
    let run = metadata.file_metadata().key_value_metadata().unwrap();
    assert_eq!((run[0].key.as_str(), run[0].value.as_deref()), (RUN, Some(RUN_ID)));
}

#[test]
fn values_have_the_types_of_their_columns() {
    let line = r#"{"customer_id":"c","members":["crm:1","a:2"],"given_name":"A\"nna\n","birthdate":"1969-12-31","address":{"locality":"Köln"},"location":{"latitude":51,"longitude":-13.75},"salary":48000.5,"interests":[],"emails":["a@x.de"],"phone_numbers":[],"identifiers":{"ssn":["1","2"],"vat":[]},"attributes":{"a":7,"b":"x","c":null,"d":[1,2]},"updated_at":"2016-09-15T15:22:55.25Z","tier":"gold","gone":null,"held_by":[["score","a:2","crm:1"]],"provenance":{"email":"crm:1"}}"#;
    let row = row(ParquetPart::Customers, line);
    for (name, expected) in [
        ("customer_id", "\"c\""),
        ("members", "[\"crm:1\", \"a:2\"]"),
        ("given_name", "\"A\"nna\n\""),
        ("family_name", "null"),
        ("birthdate", "1969-12-31"),
        ("birthdate_text", "null"),
        ("address", "{street_address: null, locality: \"Köln\", region: null, postal_code: null, country: null}"),
        ("location", "{latitude: 51.0, longitude: -1.375E1}"),
        ("salary", "48000.5"),
        ("interests", "[]"),
        ("identifiers", "{\"ssn\" -> [\"1\", \"2\"], \"vat\" -> []}"),
        ("own_fields", "{\"tier\" -> \"gold\"}"),
        ("attributes", "{\"a\" -> \"7\", \"b\" -> \"x\", \"c\" -> null, \"d\" -> \"[1,2]\"}"),
        ("updated_at", "2016-09-15 15:22:55.250000 +00:00"),
        ("held_by", "[{rule: \"score\", account_1: \"a:2\", account_2: \"crm:1\"}]"),
        ("provenance", "{\"email\" -> \"crm:1\"}"),
    ] {
        assert_eq!(row[name], expected, "{name}");
    }
}

#[test]
fn a_birth_date_that_is_no_day_is_text() {
    for (text, is_day) in [
        ("1972-12-31", true),
        ("0001-01-01", true),
        ("9999-12-31", true),
        ("1972-02-30", false),
        ("1972-12", false),
        ("--12-31", false),
        ("0000-12-31", false),
        ("19721231", false),
        ("19721231T0", false),
    ] {
        let row = row(ParquetPart::Customers, &format!("{{\"customer_id\":\"c\",\"birthdate\":\"{text}\"}}"));
        let shown = if is_day { [text, "null"] } else { ["null", &format!("\"{text}\"")] };
        assert_eq!([&row["birthdate"], &row["birthdate_text"]], shown, "{text}");
    }
}

/// What no configuration declares any more is kept, too.
#[test]
fn an_account_stands_beside_its_customer() {
    let line = r#"{"customer_id":null,"account":{"ref":"crm:2","received_at":"2026-11-22T17:46:00Z","deleted":true,"tier":"gold","written_birthdate":"1990-02-30","other_values":{"email":["b@x.de"]}}}"#;
    let row = row(ParquetPart::Members, line);
    for (name, expected) in [
        ("customer_id", "null"),
        ("ref", "\"crm:2\""),
        ("updated_at", "null"),
        ("deleted", "true"),
        ("written_birthdate", "\"1990-02-30\""),
        ("own_fields", "{\"tier\" -> \"gold\"}"),
        ("other_values", "{\"email\" -> [\"b@x.de\"]}"),
        ("frequencies", "null"),
    ] {
        assert_eq!(row[name], expected, "{name}");
    }
}

#[test]
fn one_customer_or_several_are_a_list() {
    let change = |more: &str| row(ParquetPart::Changes, &format!("{{\"change\":\"x\",{more}}}"));
    for (more, from, into) in [
        (r#""into":"b""#, "[]", "[\"b\"]"),
        (r#""into":["b","c"]"#, "[]", "[\"b\", \"c\"]"),
        (r#""from":"a","to":"b""#, "[\"a\"]", "[\"b\"]"),
        (r#""from":["a","d"]"#, "[\"a\", \"d\"]", "[]"),
        (r#""customer_id":"c""#, "[]", "[]"),
    ] {
        let row = change(more);
        assert_eq!(
            (row["from_customers"].as_str(), row["into_customers"].as_str()),
            (Some(from), Some(into)),
            "{more}"
        );
    }
    assert_eq!(change(r#""customer_id":"c""#)["customer"], "null");
}

#[test]
fn a_line_that_is_none_of_its_part_is_told_without_its_values() {
    for (part, line) in [
        (ParquetPart::Customers, "{}"),
        (ParquetPart::Customers, "{\"customer_id\":\"anna\"} {}"),
        (ParquetPart::Customers, "{\"customer_id\":\"anna\",\"customer_id\":\"anna\"}"),
        (ParquetPart::Customers, "{\"customer_id\":\"anna\",\"email\":7}"),
        (ParquetPart::Customers, "{\"customer_id\":\"anna\",\"members\":[null]}"),
        (ParquetPart::Customers, "{\"customer_id\":\"anna\",\"updated_at\":\"anna\"}"),
        (ParquetPart::Members, "{\"customer_id\":\"anna\"}"),
        (ParquetPart::Changes, "{\"change\":\"anna\",\"other\":1}"),
        (ParquetPart::Changes, "anna"),
        (ParquetPart::Changes, ""),
    ] {
        let mut writer = writer(part);
        let error = writer.add(format!("{line}\n").as_bytes()).unwrap_err();
        let LineError::Line { line: number, source } = error else { panic!("it is the line") };
        assert_eq!(number, 1);
        assert!(!source.to_string().contains("anna"), "{source}");
    }
}

#[test]
fn row_groups_end_where_they_are_full() {
    let line =
        |number: usize| format!("{{\"change\":\"deleted\",\"customer_id\":\"{number}\",\"fields\":[\"a\",\"b\"]}}\n");
    let text: String = (0..25).map(line).collect();
    let group_rows = |limits: Limits| {
        let mut writer = ParquetWriter { limits, ..writer(ParquetPart::Changes) };
        writer.add(text.as_bytes()).unwrap();
        assert_eq!((writer.rows(), writer.text_bytes()), (25, text.len() as u64));
        let bytes = bytes::Bytes::from(writer.finish().unwrap());
        let names: Vec<String> = rows(bytes.clone()).iter().map(|row| row.to_string()).collect();
        assert!((0..25).all(|number| names[number].contains(&format!("customer_id: \"{number}\""))), "{names:?}");
        let reader = SerializedFileReader::new(bytes).unwrap();
        reader.metadata().row_groups().iter().map(|group| group.num_rows()).collect::<Vec<_>>()
    };
    assert_eq!(group_rows(Limits { rows: 10, text_bytes: 1 << 20 }), [10, 10, 5]);
    assert_eq!(group_rows(Limits { rows: 25, text_bytes: 1 << 20 }), [25]);
    assert_eq!(group_rows(Limits { rows: 100, text_bytes: line(0).len() as u64 * 9 + 1 }), [10, 9, 6]);
}

/// More levels than are encoded at once, and rows that are cut by it.
#[test]
fn long_lists_are_written_whole() {
    let list = |most: usize| (0..most).map(|number| format!("\"{number}\"")).collect::<Vec<_>>().join(",");
    let lengths = [0, 1, 4095, 3, 9000, 0, 2];
    let line = |length: &usize| format!("{{\"change\":\"x\",\"fields\":[{}]}}\n", list(*length));
    let text: String = lengths.iter().map(line).collect();
    for (row, length) in rows(written(ParquetPart::Changes, &text)).iter().zip(lengths) {
        let fields = row.get_column_iter().find(|(name, _)| *name == "fields").unwrap().1.to_string();
        assert_eq!(fields, format!("[{}]", list(length).replace(',', ", ")));
    }
}

proptest! {
    #[test]
    fn no_line_makes_it_panic(line in r#"([\[\]{}:,"a1]|"change":|"customer":|"fields":|null|"x"){0,30}"#) {
        let mut writer = writer(ParquetPart::Changes);
        if writer.add(line.as_bytes()).is_ok() {
            let count = writer.rows() as usize;
            prop_assert_eq!(rows(writer.finish().unwrap().into()).len(), count);
        }
    }
}
