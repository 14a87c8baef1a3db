//! Reference tables as they are stored.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use onefold_rows::enrich::{Rows, TableFormat, TableText};
use onefold_rows::setup_checks::NoTable;
use onefold_store::{Store, StoreError};
use parquet::basic::{ConvertedType, LogicalType, Repetition, Type as PhysicalType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use parquet::schema::types::Type;

use crate::keys;
use crate::run::plan::Pinned;

/// Reads the table of a name, in whichever format it is there.
///
/// # Errors
/// The store failed. What is wrong with the table itself is the inner error.
pub async fn find(store: &dyn Store, name: &str) -> Result<Result<(Pinned, StoredTable), NoTable>, StoreError> {
    let mut found = Vec::new();
    for format in TableFormat::ALL {
        match store.get(&keys::reference(name, format)).await {
            Ok((bytes, etag)) => found.push((Pinned { name: name.to_owned(), format, etag }, bytes)),
            Err(StoreError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    if found.len() > 1 {
        return Ok(Err(NoTable::Several));
    }
    let Some((pinned, bytes)) = found.pop() else { return Ok(Err(NoTable::Missing)) };
    Ok(match StoredTable::read(pinned.format, bytes) {
        Ok(table) => Ok((pinned, table)),
        // CSV is looked at later.
        Err(error) => Err(NoTable::NoParquet(error.to_string())),
    })
}

/// A table's content.
#[derive(Debug)]
pub enum StoredTable {
    /// A CSV file.
    Csv(Bytes),
    /// The columns of a Parquet file that hold text or numbers.
    Rows(Rows),
}

impl StoredTable {
    /// Reads a table's object.
    ///
    /// # Errors
    /// It is no Parquet file, or a damaged one. CSV is looked at later.
    pub fn read(format: TableFormat, bytes: Bytes) -> Result<Self, ParquetError> {
        match format {
            TableFormat::Csv => Ok(Self::Csv(bytes)),
            // The library panics on some files that are damaged.
            TableFormat::Parquet => catch_unwind(AssertUnwindSafe(|| parquet_rows(bytes)))
                .unwrap_or_else(|_| Err(ParquetError::General("it is damaged; write it anew".to_owned())))
                .map(Self::Rows),
        }
    }

    /// How much memory its text takes.
    pub fn text_bytes(&self) -> u64 {
        match self {
            Self::Csv(bytes) => bytes.len() as u64,
            Self::Rows(rows) => rows.text_bytes(),
        }
    }

    /// The table as it is parsed for a lookup.
    pub fn text(&self) -> TableText<'_> {
        match self {
            Self::Csv(bytes) => TableText::Csv(bytes),
            Self::Rows(rows) => TableText::Rows(rows),
        }
    }
}

fn parquet_rows(bytes: Bytes) -> Result<Rows, ParquetError> {
    let reader = SerializedFileReader::new(bytes)?;
    let schema = reader.metadata().file_metadata().schema();
    let columns: Vec<Arc<Type>> =
        schema.get_fields().iter().filter(|column| is_text_or_number(column)).cloned().collect();
    let mut rows = Rows::new(columns.iter().map(|column| column.name().to_owned()).collect());
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

/// Whether a column holds what a cell of a CSV file could hold. Binary columns count: older writers leave unsaid that
/// theirs are text.
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

fn push(rows: &mut Rows, cell: &Field) {
    match cell {
        Field::Str(text) => rows.push(text),
        Field::Bytes(bytes) => rows.push(&String::from_utf8_lossy(bytes.data())),
        Field::Null => rows.push(""),
        // The shortest text that reads as the same number; the library would cut it off.
        Field::Float(number) => rows.push(&number.to_string()),
        Field::Double(number) => rows.push(&number.to_string()),
        other => rows.push(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use parquet::data_type::{ByteArrayType, DoubleType, Int32Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::*;

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
        let table = StoredTable::read(TableFormat::Parquet, names()).unwrap();
        let StoredTable::Rows(rows) = table else { panic!("Parquet has rows") };
        assert_eq!(rows.names(), ["name", "gender", "probability", "count"]);
        assert_eq!(rows.len(), 2);
        let mut expected = Rows::new(rows.names().to_vec());
        for cell in ["Jürgen", "m", "0.30000000000000004", "-5", "Kim, A", "", "0.0000001", "7"] {
            expected.push(cell);
        }
        assert_eq!(rows, expected);
    }

    #[test]
    fn no_damage_makes_reading_panic() {
        let whole = names();
        for place in 0..whole.len() {
            for changed in [0, 0x7f, 0x80, 0xff] {
                let mut bytes = whole.to_vec();
                bytes[place] = changed;
                // Parquet need not bear checksums, so what is read may be anything.
                let _ = StoredTable::read(TableFormat::Parquet, bytes.into());
            }
        }
    }

    #[test]
    fn what_is_no_parquet_is_refused() {
        let whole = names();
        for damaged in
            [Bytes::new(), Bytes::from_static(b"name,gender\n"), whole.slice(..whole.len() / 2), whole.slice(8..)]
        {
            assert!(StoredTable::read(TableFormat::Parquet, damaged).is_err());
        }
    }
}
