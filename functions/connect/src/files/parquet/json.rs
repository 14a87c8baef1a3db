//! Rows of Parquet as JSON: numbers as numbers, dates as `YYYY-MM-DD`, timestamps as RFC 3339 in UTC.

use std::io::Write;

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use onefold_identity::json;
use parquet::record::{Field, Row};

use super::schema::{ColumnShape, SecondFraction};

/// Writes a row as an object and a line end.
///
/// # Errors
/// The name of the column that holds bytes that are no text.
pub(super) fn write_row<'c>(out: &mut Vec<u8>, columns: &'c [(String, ColumnShape)], row: &Row) -> Result<(), &'c str> {
    let start = out.len();
    out.push(b'{');
    for ((name, shape), (_, field)) in columns.iter().zip(row.get_column_iter()) {
        json::push_name(out, name);
        if write(out, shape, field).is_err() {
            out.truncate(start);
            return Err(name);
        }
    }
    out.extend_from_slice(b"}\n");
    Ok(())
}

/// The value is bytes that are no text.
struct NoText;

fn write(out: &mut Vec<u8>, shape: &ColumnShape, field: &Field) -> Result<(), NoText> {
    match (shape, field) {
        (_, Field::Null) => out.extend_from_slice(b"null"),
        (ColumnShape::Date, Field::Date(days) | Field::Int(days)) => date(out, *days),
        (ColumnShape::Timestamp(unit), Field::Long(time)) => timestamp(out, *unit, *time),
        // Some fields name their unit: it is the column's.
        (ColumnShape::Timestamp(_), Field::TimestampMillis(time)) => {
            timestamp(out, SecondFraction::Milliseconds, *time)
        }
        (ColumnShape::Timestamp(_), Field::TimestampMicros(time)) => {
            timestamp(out, SecondFraction::Microseconds, *time)
        }
        (ColumnShape::Time(unit), Field::Long(time) | Field::TimeMicros(time)) => time_of_day(out, *unit, *time),
        (ColumnShape::Time(unit), Field::Int(time) | Field::TimeMillis(time)) => {
            time_of_day(out, *unit, i64::from(*time))
        }
        (ColumnShape::Uuid, Field::Bytes(bytes)) => uuid(out, bytes.data()),
        (ColumnShape::Struct(shapes), Field::Group(members)) => {
            out.push(b'{');
            for (shape, (name, field)) in shapes.iter().zip(members.get_column_iter()) {
                json::push_name(out, name);
                write(out, shape, field)?;
            }
            out.push(b'}');
        }
        (ColumnShape::List(shape), Field::ListInternal(list)) => {
            out.push(b'[');
            for (number, element) in list.elements().iter().enumerate() {
                if number > 0 {
                    out.push(b',');
                }
                write(out, shape, element)?;
            }
            out.push(b']');
        }
        (ColumnShape::Map(shape), Field::MapInternal(map)) => {
            out.push(b'{');
            for (key, value) in map.entries() {
                json::push_name(out, &key_text(key)?);
                write(out, shape, value)?;
            }
            out.push(b'}');
        }
        (_, field) => plain(out, field)?,
    }
    Ok(())
}

/// Writes a value whose type alone determines its text.
fn plain(out: &mut Vec<u8>, field: &Field) -> Result<(), NoText> {
    match field {
        Field::Str(text) => json::push_string(out, text),
        Field::Bytes(bytes) => json::push_string(out, std::str::from_utf8(bytes.data()).map_err(|_| NoText)?),
        // `serde_json` writes the shortest text of the same number, and null for NaN and infinity.
        Field::Float(number) => float(out, *number),
        Field::Float16(number) => float(out, f32::from(*number)),
        Field::Double(number) => double(out, *number),
        // The library ends a decimal without digits behind the point in a point.
        Field::Decimal(_) => out.extend_from_slice(field.to_string().trim_end_matches('.').as_bytes()),
        other => out.extend_from_slice(other.to_string().as_bytes()),
    }
    Ok(())
}

fn float(out: &mut Vec<u8>, number: f32) {
    // Writing to memory does not fail.
    let _ = serde_json::to_writer(out, &number);
}

fn double(out: &mut Vec<u8>, number: f64) {
    let _ = serde_json::to_writer(out, &number);
}

fn key_text(key: &Field) -> Result<String, NoText> {
    match key {
        Field::Str(text) => Ok(text.clone()),
        Field::Bytes(bytes) => std::str::from_utf8(bytes.data()).map(str::to_owned).map_err(|_| NoText),
        other => Ok(other.to_string()),
    }
}

/// Text in quotes that needs no escapes.
fn quoted(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing to memory does not fail.
    let _ = write!(out, "\"{text}\"");
}

fn date(out: &mut Vec<u8>, days: i32) {
    match Date::constant(1970, 1, 1).checked_add(Span::new().days(i64::from(days).clamp(-4_000_000, 4_000_000))) {
        Ok(date) => quoted(out, format_args!("{date}")),
        // Translate rejects the row: no source means such a date.
        Err(_) => quoted(out, format_args!("day {days}")),
    }
}

fn timestamp(out: &mut Vec<u8>, unit: SecondFraction, time: i64) {
    match Timestamp::from_nanosecond(i128::from(time) * unit.nanoseconds()) {
        Ok(time) => quoted(out, format_args!("{time}")),
        Err(_) => last_day(out, unit, time),
    }
}

/// Writes times of the last day of the year 9999, which `jiff` cannot hold. They mean that there is no end.
fn last_day(out: &mut Vec<u8>, unit: SecondFraction, time: i64) {
    let milliseconds = i64::try_from(i128::from(time) * unit.nanoseconds() / 1_000_000).ok();
    match milliseconds.and_then(onefold_normalise::timestamp::Timestamp::from_milliseconds) {
        Some(time) => quoted(out, format_args!("{time}")),
        None => quoted(out, format_args!("time {time}")),
    }
}

fn time_of_day(out: &mut Vec<u8>, unit: SecondFraction, time: i64) {
    let nanoseconds = i128::from(time) * unit.nanoseconds();
    let (seconds, fraction) = (nanoseconds.div_euclid(1_000_000_000), nanoseconds.rem_euclid(1_000_000_000));
    let fraction = if fraction == 0 { String::new() } else { format!(".{fraction:09}") };
    let fraction = fraction.trim_end_matches('0');
    quoted(out, format_args!("{:02}:{:02}:{:02}{fraction}", seconds / 3600, seconds / 60 % 60, seconds % 60));
}

fn uuid(out: &mut Vec<u8>, bytes: &[u8]) {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| digits.get(range).unwrap_or_default());
    quoted(out, format_args!("{}", parts.join("-")));
}
