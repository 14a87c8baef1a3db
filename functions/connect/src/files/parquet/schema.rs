//! How the columns of a Parquet file are written as JSON, and which cannot be.
//!
//! (Apache Parquet format, LogicalTypes.md; older writers give converted types only.)

use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as PhysicalType};
use parquet::schema::types::Type;

/// A column, or a part of a nested one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ColumnShape {
    /// The type of its values determines their text.
    Plain,
    /// Days since the epoch.
    Date,
    /// Time since the epoch. A time without a zone is taken as UTC.
    Timestamp(SecondFraction),
    /// Time of day.
    Time(SecondFraction),
    /// Sixteen bytes.
    Uuid,
    /// Members in order; their names come with the values.
    Struct(Vec<ColumnShape>),
    /// Elements.
    List(Box<ColumnShape>),
    /// Values; the keys become names.
    Map(Box<ColumnShape>),
}

/// Parts of a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SecondFraction {
    Milliseconds,
    Microseconds,
    Nanoseconds,
}

impl SecondFraction {
    /// How many nanoseconds it is.
    pub(super) const fn nanoseconds(self) -> i128 {
        match self {
            Self::Milliseconds => 1_000_000,
            Self::Microseconds => 1_000,
            Self::Nanoseconds => 1,
        }
    }

    const fn of(unit: &TimeUnit) -> Self {
        match unit {
            TimeUnit::MILLIS => Self::Milliseconds,
            TimeUnit::MICROS => Self::Microseconds,
            TimeUnit::NANOS => Self::Nanoseconds,
        }
    }
}

/// The columns by name, or every one that cannot be written as JSON.
pub(super) fn columns(schema: &Type) -> Result<Vec<(String, ColumnShape)>, Vec<String>> {
    let mut faults = Vec::new();
    let columns = schema
        .get_fields()
        .iter()
        .filter_map(|column| Some((column.name().to_owned(), shape(column, column.name(), &mut faults)?)));
    let columns = columns.collect();
    if faults.is_empty() { Ok(columns) } else { Err(faults) }
}

fn shape(column: &Type, path: &str, faults: &mut Vec<String>) -> Option<ColumnShape> {
    let info = column.get_basic_info();
    if info.has_repetition() && info.repetition() == Repetition::REPEATED {
        faults.push(format!("the column {path} is repeated without being a list; write it as a list, or leave it out"));
        return None;
    }
    if column.is_primitive() {
        let shape = leaf(column);
        if shape.is_none() {
            let kind = match info.logical_type_ref() {
                Some(kind) => format!("{kind:?}"),
                None => format!("{:?} ({:?})", column.get_physical_type(), info.converted_type()),
            };
            faults.push(format!("the column {path} has the type {kind}; cast it to text or a number, or leave it out"));
        }
        return shape;
    }
    match info.converted_type() {
        ConvertedType::LIST => list(column, path, faults).map(|element| ColumnShape::List(Box::new(element))),
        ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE => {
            map(column, path, faults).map(|value| ColumnShape::Map(Box::new(value)))
        }
        _ if matches!(info.logical_type_ref(), Some(LogicalType::Variant(_))) => {
            faults.push(format!("the column {path} is a variant; cast it to text or a struct, or leave it out"));
            None
        }
        _ => {
            let members = column.get_fields().iter();
            // All members are checked, so that all faults are reported.
            let members: Vec<Option<ColumnShape>> =
                members.map(|member| shape(member, &format!("{path}.{}", member.name()), faults)).collect();
            members.into_iter().collect::<Option<Vec<ColumnShape>>>().map(ColumnShape::Struct)
        }
    }
}

/// The element of a list: `optional group tags (LIST) { repeated group list { optional … element } }`, where
/// older writers leave one of the groups out.
fn list(column: &Type, path: &str, faults: &mut Vec<String>) -> Option<ColumnShape> {
    let [repeated] = column.get_fields() else { return malformed(path, faults) };
    let is_three_level = !repeated.is_primitive()
        && repeated.get_fields().len() == 1
        && repeated.name() != "array"
        && !repeated.name().ends_with("_tuple");
    match group_fields(repeated) {
        Some([element]) if is_three_level => shape(element, path, faults),
        _ => {
            faults.push(format!(
                "the column {path} is a list of two levels, as old writers make them; write it anew, or leave it out"
            ));
            None
        }
    }
}

/// The value of a map.
fn map(column: &Type, path: &str, faults: &mut Vec<String>) -> Option<ColumnShape> {
    let [pairs] = column.get_fields() else { return malformed(path, faults) };
    match group_fields(pairs) {
        Some([key, value]) => {
            shape(key, path, faults)?;
            shape(value, path, faults)
        }
        _ => malformed(path, faults),
    }
}

fn malformed(path: &str, faults: &mut Vec<String>) -> Option<ColumnShape> {
    faults.push(format!("the column {path} is a list or map that is not built as such; leave it out"));
    None
}

fn leaf(column: &Type) -> Option<ColumnShape> {
    let info = column.get_basic_info();
    match info.logical_type_ref() {
        Some(LogicalType::Timestamp(kind)) => return Some(ColumnShape::Timestamp(SecondFraction::of(&kind.unit))),
        Some(LogicalType::Time(kind)) => return Some(ColumnShape::Time(SecondFraction::of(&kind.unit))),
        Some(LogicalType::Date) => return Some(ColumnShape::Date),
        Some(LogicalType::Uuid) => return Some(ColumnShape::Uuid),
        Some(LogicalType::Float16) => return Some(ColumnShape::Plain),
        Some(LogicalType::Decimal(_)) if info.converted_type() != ConvertedType::DECIMAL => return None,
        None
        | Some(
            LogicalType::String
            | LogicalType::Enum
            | LogicalType::Json
            | LogicalType::Integer(_)
            | LogicalType::Decimal(_)
            | LogicalType::Unknown,
        ) => {}
        Some(_) => return None,
    }
    match (column.get_physical_type(), info.converted_type()) {
        (_, ConvertedType::DATE) => Some(ColumnShape::Date),
        (_, ConvertedType::TIMESTAMP_MILLIS) => Some(ColumnShape::Timestamp(SecondFraction::Milliseconds)),
        (_, ConvertedType::TIMESTAMP_MICROS) => Some(ColumnShape::Timestamp(SecondFraction::Microseconds)),
        (_, ConvertedType::TIME_MILLIS) => Some(ColumnShape::Time(SecondFraction::Milliseconds)),
        (_, ConvertedType::TIME_MICROS) => Some(ColumnShape::Time(SecondFraction::Microseconds)),
        (PhysicalType::INT96, ConvertedType::NONE) => Some(ColumnShape::Timestamp(SecondFraction::Milliseconds)),
        (_, ConvertedType::BSON | ConvertedType::INTERVAL) => None,
        (PhysicalType::FIXED_LEN_BYTE_ARRAY, kind) => (kind == ConvertedType::DECIMAL).then_some(ColumnShape::Plain),
        _ => Some(ColumnShape::Plain),
    }
}

fn group_fields(kind: &Type) -> Option<&[std::sync::Arc<Type>]> {
    (!kind.is_primitive()).then(|| kind.get_fields())
}
