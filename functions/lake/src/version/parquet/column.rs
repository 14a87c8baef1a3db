//! The values of one column of a row group, before they are encoded.

use bytes::Bytes;
use parquet::column::writer::ColumnWriterImpl;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::writer::SerializedColumnWriter;

/// About how many levels are encoded at once.
const LEVELS_AT_ONCE: usize = 4096;

/// The values of a column. Definition and repetition levels are those of Dremel (Melnik et al. 2010), as in Parquet.
#[derive(Debug)]
pub(super) struct ColumnBuffer {
    /// The definition level of a value. All lower levels are nulls.
    max_def: u8,
    defs: Vec<u8>,
    /// Empty if the column has no lists.
    reps: Vec<u8>,
    is_repeated: bool,
    values: Values,
}

#[derive(Debug)]
pub(super) enum Values {
    /// All texts in one piece, and where each ends.
    Texts(Vec<u8>, Vec<usize>),
    /// Days since 1970-01-01.
    Days(Vec<i32>),
    /// Microseconds since 1970-01-01T00:00:00Z: what Spark, DuckDB and Iceberg have.
    Times(Vec<i64>),
    Numbers(Vec<f64>),
    Flags(Vec<bool>),
}

impl ColumnBuffer {
    pub(super) fn new(values: Values, max_def: u8, max_rep: u8) -> Self {
        Self { max_def, defs: Vec::new(), reps: Vec::new(), is_repeated: max_rep > 0, values }
    }

    fn level(&mut self, def: u8, rep: u8) {
        self.defs.push(def);
        if self.is_repeated {
            self.reps.push(rep);
        }
    }

    /// Adds a null. `def` says how much of the path to it is there. Returns whether the column may have it.
    pub(super) fn push_null(&mut self, def: u8, rep: u8) -> bool {
        if def < self.max_def {
            self.level(def, rep);
            return true;
        }
        match &mut self.values {
            // A flag that is not there is not set.
            Values::Flags(flags) => {
                flags.push(false);
                self.level(def, rep);
                true
            }
            _ => false,
        }
    }

    /// Adds a text; `false` if the column has none.
    pub(super) fn push_text(&mut self, text: &str, rep: u8) -> bool {
        let Values::Texts(bytes, ends) = &mut self.values else { return false };
        bytes.extend_from_slice(text.as_bytes());
        ends.push(bytes.len());
        self.level(self.max_def, rep);
        true
    }

    pub(super) fn push_day(&mut self, day: i32, rep: u8) -> bool {
        let Values::Days(days) = &mut self.values else { return false };
        days.push(day);
        self.level(self.max_def, rep);
        true
    }

    pub(super) fn push_time(&mut self, milliseconds: i64, rep: u8) -> bool {
        let Values::Times(times) = &mut self.values else { return false };
        times.push(milliseconds.saturating_mul(1000));
        self.level(self.max_def, rep);
        true
    }

    pub(super) fn push_number(&mut self, number: f64, rep: u8) -> bool {
        let Values::Numbers(numbers) = &mut self.values else { return false };
        numbers.push(number);
        self.level(self.max_def, rep);
        true
    }

    pub(super) fn push_flag(&mut self, flag: bool, rep: u8) -> bool {
        let Values::Flags(flags) = &mut self.values else { return false };
        flags.push(flag);
        self.level(self.max_def, rep);
        true
    }

    /// Encodes all values, and takes them out.
    pub(super) fn write(&mut self, writer: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        let levels = Levels { max_def: self.max_def, defs: &self.defs, reps: &self.reps };
        match &mut self.values {
            Values::Texts(bytes, ends) => {
                let all = Bytes::from(std::mem::take(bytes));
                let mut start = 0;
                let texts =
                    ends.drain(..).map(|end| ByteArray::from(all.slice(std::mem::replace(&mut start, end)..end)));
                levels.write(writer.typed::<ByteArrayType>(), texts)?;
            }
            Values::Days(days) => levels.write(writer.typed::<Int32Type>(), days.drain(..))?,
            Values::Times(times) => levels.write(writer.typed::<Int64Type>(), times.drain(..))?,
            Values::Numbers(numbers) => levels.write(writer.typed::<DoubleType>(), numbers.drain(..))?,
            Values::Flags(flags) => levels.write(writer.typed::<BoolType>(), flags.drain(..))?,
        }
        self.defs.clear();
        self.reps.clear();
        Ok(())
    }
}

/// The levels of a column.
struct Levels<'c> {
    max_def: u8,
    defs: &'c [u8],
    reps: &'c [u8],
}

impl Levels<'_> {
    fn write<T: DataType>(
        &self,
        writer: &mut ColumnWriterImpl<'_, T>,
        mut values: impl Iterator<Item = T::T>,
    ) -> Result<(), ParquetError> {
        let mut start = 0;
        while start < self.defs.len() {
            let end = self.row_end((start + LEVELS_AT_ONCE).min(self.defs.len()));
            let defs: Vec<i16> = self.defs[start..end].iter().copied().map(i16::from).collect();
            let reps: Vec<i16> = self.reps.get(start..end).unwrap_or_default().iter().copied().map(i16::from).collect();
            let present = defs.iter().filter(|def| **def == i16::from(self.max_def)).count();
            let batch: Vec<T::T> = values.by_ref().take(present).collect();
            writer.write_batch(&batch, (self.max_def > 0).then_some(&defs), (!reps.is_empty()).then_some(&reps))?;
            start = end;
        }
        Ok(())
    }

    /// The end of the row that is cut at a place.
    fn row_end(&self, at: usize) -> usize {
        let in_row = self.reps.get(at..).unwrap_or_default().iter().take_while(|rep| **rep > 0).count();
        at + in_row
    }
}
