//! Stored reference tables.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use onefold_rows::enrich::{TableContent, TableFormat, TableRows, TableText};
use onefold_store::{Store, StoreError};
use parquet::basic::{ConvertedType, LogicalType, Repetition, Type as PhysicalType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use parquet::schema::types::Type;

use crate::keys;
use crate::run::plan::PinnedTable;

/// Why a reference table cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTable {
    /// There is no table of this name.
    #[error("[[enrich]] names the table {name:?}, and there is no {csv} and no {parquet}; upload one",
        csv = keys::reference(name, TableFormat::Csv), parquet = keys::reference(name, TableFormat::Parquet))]
    Missing {
        /// The name in the configuration.
        name: String,
    },
    /// There is a table in each format.
    #[error("there are both {csv} and {parquet}; remove the one that is not meant",
        csv = keys::reference(name, TableFormat::Csv), parquet = keys::reference(name, TableFormat::Parquet))]
    Several {
        /// The name in the configuration.
        name: String,
    },
    /// The key ends like a Parquet file, but the object is none.
    #[error("{key} is no Parquet file: {reason}")]
    NoParquet {
        /// The table's key.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Reads the table of a name, in either format.
///
/// # Errors
/// The store failed. The inner error says what is wrong with the table itself.
pub async fn find(store: &dyn Store, name: &str) -> Result<Result<(PinnedTable, StoredTable), NoTable>, StoreError> {
    let mut found = Vec::new();
    for format in TableFormat::ALL {
        match store.get(&keys::reference(name, format)).await {
            Ok((bytes, etag)) => found.push((PinnedTable { name: name.to_owned(), format, etag }, bytes)),
            Err(StoreError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    if found.len() > 1 {
        return Ok(Err(NoTable::Several { name: name.to_owned() }));
    }
    let Some((pinned, bytes)) = found.pop() else { return Ok(Err(NoTable::Missing { name: name.to_owned() })) };
    Ok(StoredTable::read(name, pinned.format, bytes).map(|table| (pinned, table)))
}

/// A reference table with its content.
#[derive(Debug)]
pub struct StoredTable {
    key: String,
    content: StoredContent,
}

#[derive(Debug)]
enum StoredContent {
    /// A CSV file.
    Csv(Bytes),
    /// The columns of a Parquet file that hold text or numbers.
    Rows(TableRows),
}

impl StoredTable {
    /// Reads the object of a table. CSV is kept as it is, and parsed for each lookup.
    ///
    /// # Errors
    /// [`NoTable::NoParquet`] if a Parquet file is damaged or has another format.
    pub fn read(name: &str, format: TableFormat, bytes: Bytes) -> Result<Self, NoTable> {
        let key = keys::reference(name, format);
        let content = match format {
            TableFormat::Csv => StoredContent::Csv(bytes),
            // The library panics on some damaged files.
            TableFormat::Parquet => match catch_unwind(AssertUnwindSafe(|| parquet_rows(bytes))) {
                Ok(Ok(rows)) => StoredContent::Rows(rows),
                Ok(Err(error)) => return Err(NoTable::NoParquet { key, reason: error.to_string() }),
                Err(_) => return Err(NoTable::NoParquet { key, reason: "it is damaged; write it anew".to_owned() }),
            },
        };
        Ok(Self { key, content })
    }

    /// Bytes of memory that the text takes.
    pub fn text_bytes(&self) -> u64 {
        match &self.content {
            StoredContent::Csv(bytes) => bytes.len() as u64,
            StoredContent::Rows(rows) => rows.text_bytes(),
        }
    }

    /// The text, to be parsed for a lookup.
    pub fn text(&self) -> TableText<'_> {
        let content = match &self.content {
            StoredContent::Csv(bytes) => TableContent::Csv(bytes),
            StoredContent::Rows(rows) => TableContent::Rows(rows),
        };
        TableText { object: &self.key, content }
    }
}

fn parquet_rows(bytes: Bytes) -> Result<TableRows, ParquetError> {
    let reader = SerializedFileReader::new(bytes)?;
    let schema = reader.metadata().file_metadata().schema();
    let columns: Vec<Arc<Type>> =
        schema.get_fields().iter().filter(|column| is_text_or_number(column)).cloned().collect();
    let mut rows = TableRows::new(columns.iter().map(|column| column.name().to_owned()).collect());
    if columns.is_empty() {
        return Ok(rows);
    }
    let projection = Type::group_type_builder(schema.name()).with_fields(columns).build()?;
    for row in reader.get_row_iter(Some(projection))? {
        for (_, cell) in row?.get_column_iter() {
            push(&mut rows, cell);
        }
    }
    Ok(rows)
}

/// Whether a column can hold the text of a CSV cell. Binary columns count, because older writers do not mark text.
fn is_text_or_number(column: &Type) -> bool {
    if !column.is_primitive() || column.get_basic_info().repetition() == Repetition::REPEATED {
        return false;
    }
    let info = column.get_basic_info();
    match column.get_physical_type() {
        PhysicalType::BOOLEAN | PhysicalType::FLOAT | PhysicalType::DOUBLE => true,
        PhysicalType::INT32 | PhysicalType::INT64 => {
            matches!(info.logical_type_ref(), None | Some(LogicalType::Integer { .. }))
                && !matches!(info.converted_type(), ConvertedType::DECIMAL | ConvertedType::DATE)
        }
        PhysicalType::BYTE_ARRAY => {
            matches!(info.logical_type_ref(), None | Some(LogicalType::String | LogicalType::Enum))
        }
        PhysicalType::INT96 | PhysicalType::FIXED_LEN_BYTE_ARRAY => false,
    }
}

fn push(rows: &mut TableRows, cell: &Field) {
    match cell {
        Field::Str(text) => rows.push(text),
        Field::Bytes(bytes) => rows.push(&String::from_utf8_lossy(bytes.data())),
        Field::Null => rows.push(""),
        // The shortest text that parses to the same number. The library would cut digits off.
        Field::Float(number) => rows.push(&number.to_string()),
        Field::Double(number) => rows.push(&number.to_string()),
        other => rows.push(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use onefold_store::Condition;
    use onefold_store::memory::MemoryStore;
    use parquet::data_type::{ByteArrayType, DoubleType, Int32Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::*;
    use crate::testing::block_on;

    const SCHEMA: &str = "message names {
        required binary name (utf8);
        required int32 day (date);
        optional binary gender;
        required double probability;
        required int32 count;
    }";

    /// Two rows; the second has no gender.
    fn names() -> Bytes {
        let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
        let mut out = Vec::new();
        let mut file =
            SerializedFileWriter::new(&mut out, schema, Arc::new(WriterProperties::builder().build())).unwrap();
        let mut group = file.next_row_group().unwrap();
        let mut number = 0;
        while let Some(mut column) = group.next_column().unwrap() {
            match number {
                0 => column.typed::<ByteArrayType>().write_batch(&["Jürgen".into(), "Kim, A".into()], None, None),
                2 => column.typed::<ByteArrayType>().write_batch(&["m".into()], Some(&[1, 0]), None),
                3 => column.typed::<DoubleType>().write_batch(&[0.1 + 0.2, 1e-7], None, None),
                _ => column.typed::<Int32Type>().write_batch(&[-5, 7], None, None),
            }
            .unwrap();
            column.close().unwrap();
            number += 1;
        }
        group.close().unwrap();
        file.close().unwrap();
        out.into()
    }

    #[test]
    fn parquet_becomes_rows_of_text() {
        let table = StoredTable::read("names", TableFormat::Parquet, names()).unwrap();
        let TableText { object: "reference/names.parquet", content: TableContent::Rows(rows) } = table.text() else {
            panic!("Parquet has rows")
        };
        assert_eq!(rows.names(), ["name", "gender", "probability", "count"]);
        assert_eq!(rows.len(), 2);
        let mut expected = TableRows::new(rows.names().to_vec());
        for cell in ["Jürgen", "m", "0.30000000000000004", "-5", "Kim, A", "", "0.0000001", "7"] {
            expected.push(cell);
        }
        assert_eq!(*rows, expected);
    }

    #[test]
    fn no_damage_makes_reading_panic() {
        let whole = names();
        for place in 0..whole.len() {
            for changed in [0, 0x7f, 0x80, 0xff] {
                let mut bytes = whole.to_vec();
                bytes[place] = changed;
                // Parquet need not bear checksums, so what is read may be anything.
                let _ = StoredTable::read("names", TableFormat::Parquet, bytes.into());
            }
        }
    }

    #[test]
    fn what_is_no_parquet_is_refused() {
        let whole = names();
        for damaged in
            [Bytes::new(), Bytes::from_static(b"name,gender\n"), whole.slice(..whole.len() / 2), whole.slice(8..)]
        {
            let error = StoredTable::read("names", TableFormat::Parquet, damaged).unwrap_err().to_string();
            assert!(error.starts_with("reference/names.parquet is no Parquet file: "), "{error}");
        }
    }

    #[test]
    fn a_table_is_there_once_or_it_is_said_where_it_should_be() {
        let store = MemoryStore::default();
        let found = || block_on(find(&store, "zips")).unwrap();
        let error = found().unwrap_err().to_string();
        assert!(error.contains("there is no reference/zips.csv and no reference/zips.parquet"), "{error}");
        block_on(store.put("reference/zips.csv", "zip,city\n".into(), Condition::Always)).unwrap();
        let (pinned, table) = found().unwrap();
        assert_eq!((pinned.format, table.text().object), (TableFormat::Csv, "reference/zips.csv"));
        block_on(store.put("reference/zips.parquet", names(), Condition::Always)).unwrap();
        let error = found().unwrap_err().to_string();
        assert!(error.starts_with("there are both reference/zips.csv and reference/zips.parquet"), "{error}");
    }
}
