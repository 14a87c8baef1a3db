//! Rows of Parquet, read with the library's reader of rows, and what they must be: naively, from the lines of JSON.

use bytes::Bytes;
use onefold_lake::keys::ParquetPart;
use onefold_lake::version::manifest::VersionFile;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use serde_json::{Map, Value, json};

use crate::pipeline::Pipeline;

/// The rows of a Parquet file.
///
/// # Panics
/// It is none.
pub fn rows(bytes: Bytes) -> Vec<Value> {
    let reader = SerializedFileReader::new(bytes).expect("Parquet");
    let rows = reader.get_row_iter(None).expect("rows");
    rows.map(|row| object(&row.expect("a row"))).collect()
}

fn object(row: &Row) -> Value {
    row.get_column_iter().map(|(name, field)| (name.clone(), value(field))).collect::<Map<_, _>>().into()
}

fn value(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(flag) => json!(flag),
        Field::Double(number) => json!(number),
        Field::Str(text) => json!(text),
        Field::Date(days) => json!(date(i64::from(*days))),
        Field::TimestampMicros(time) => json!(timestamp(time.div_euclid(1000))),
        Field::Group(row) => object(row),
        Field::ListInternal(list) => list.elements().iter().map(value).collect(),
        Field::MapInternal(map) => {
            let entry = |(name, of): &(Field, Field)| {
                let Value::String(name) = value(name) else { panic!("a name is text") };
                (name, value(of))
            };
            map.entries().iter().map(entry).collect::<Map<_, _>>().into()
        }
        other => panic!("no column has {other:?}"),
    }
}

/// The date of a day, counted from 1970-01-01: day by day, and so for years near it.
fn date(days: i64) -> String {
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = |year: i64| if is_leap(year) { 366 } else { 365 };
    let (mut year, mut day) = (1970, days);
    while day < 0 {
        year -= 1;
        day += length(year);
    }
    while day >= length(year) {
        day -= length(year);
        year += 1;
    }
    let february = if is_leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", day + 1)
}

/// A time as JSON has it, but always with three digits behind the seconds.
fn timestamp(milliseconds: i64) -> String {
    let (days, rest) = (milliseconds.div_euclid(86_400_000), milliseconds.rem_euclid(86_400_000));
    let (hour, minute, second) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}.{:03}Z", date(days), rest % 1000)
}

/// A time of JSON with three digits behind the seconds.
fn with_fraction(time: &Value) -> Value {
    let Some(time) = time.as_str() else { return Value::Null };
    let (seconds, fraction) = time.strip_suffix('Z').expect("UTC").split_at(19);
    json!(format!("{seconds}.{:0<3}Z", fraction.trim_start_matches('.')))
}

const TEXTS: [&str; 9] = [
    "given_name",
    "family_name",
    "gender",
    "email",
    "phone_number",
    "middle_name",
    "honorific_prefix",
    "honorific_suffix",
    "organization",
];

/// The row of a line.
///
/// # Panics
/// The line is none of the part.
pub fn row_of(part: ParquetPart, line: &Value) -> Value {
    match part {
        ParquetPart::Customers => customer(line),
        ParquetPart::Members => member(line),
        ParquetPart::Changes => change(line),
    }
}

fn customer(line: &Value) -> Value {
    let mut row = person(line);
    for name in ["customer_id", "members", "emails", "phone_numbers"] {
        row.insert(name.to_owned(), line[name].clone());
    }
    row.insert("identifiers".to_owned(), or_empty(&line["identifiers"]));
    let held_by = line["held_by"].as_array().expect("bonds").iter();
    let held_by = held_by.map(|bond| json!({"rule": bond[0], "account_1": bond[1], "account_2": bond[2]}));
    row.insert("held_by".to_owned(), held_by.collect());
    row.insert("own_fields".to_owned(), own_fields(line));
    row.into()
}

fn member(line: &Value) -> Value {
    let account = &line["account"];
    let mut row = person(account);
    for (name, value) in [
        ("customer_id", line["customer_id"].clone()),
        ("frequencies", line["frequencies"].clone()),
        ("ref", account["ref"].clone()),
        ("received_at", with_fraction(&account["received_at"])),
        ("deleted", json!(account["deleted"] == true)),
        ("written_birthdate", account["written_birthdate"].clone()),
        ("other_values", or_empty(&account["other_values"])),
        ("own_fields", own_fields(account)),
    ] {
        row.insert(name.to_owned(), value);
    }
    row.into()
}

fn change(line: &Value) -> Value {
    let list = |value: &Value| match value {
        Value::Null => json!([]),
        Value::String(one) => json!([one]),
        several => several.clone(),
    };
    let into = if line["to"].is_null() { &line["into"] } else { &line["to"] };
    let customer = if line["customer"].is_null() { Value::Null } else { customer(&line["customer"]) };
    json!({
        "change": line["change"], "customer_id": line["customer_id"], "account": line["account"],
        "fields": list(&line["fields"]), "from_customers": list(&line["from"]), "into_customers": list(into),
        "customer": customer,
    })
}

/// What customers and accounts have alike.
fn person(line: &Value) -> Map<String, Value> {
    let mut row: Map<String, Value> = TEXTS.map(|name| (name.to_owned(), line[name].clone())).into_iter().collect();
    let birthdate = line["birthdate"].as_str();
    let is_day = |text: &str| {
        let parts: Vec<&str> = text.split('-').collect();
        parts.iter().map(|part| part.len()).eq([4, 2, 2]) && parts.iter().all(|part| part.parse::<u32>().is_ok())
    };
    let (day, text) = if birthdate.is_some_and(is_day) { (birthdate, None) } else { (None, birthdate) };
    let group = |value: &Value, names: &[&str]| match value {
        Value::Null => Value::Null,
        _ => names.iter().map(|name| ((*name).to_owned(), value[*name].clone())).collect::<Map<_, _>>().into(),
    };
    let attributes = line["attributes"].as_object().into_iter().flatten();
    let attributes: Map<String, Value> = attributes.map(|(name, value)| (name.clone(), text_of(value))).collect();
    for (name, value) in [
        ("birthdate", json!(day)),
        ("birthdate_text", json!(text)),
        ("address", group(&line["address"], &["street_address", "locality", "region", "postal_code", "country"])),
        ("location", number(&group(&line["location"], &["latitude", "longitude"]))),
        ("salary", number(&line["salary"])),
        ("interests", if line["interests"].is_null() { json!([]) } else { line["interests"].clone() }),
        ("attributes", attributes.into()),
        ("updated_at", with_fraction(&line["updated_at"])),
        ("provenance", or_empty(&line["provenance"])),
    ] {
        row.insert(name.to_owned(), value);
    }
    row
}

/// All numbers as those of Parquet.
fn number(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), number(value))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

fn or_empty(value: &Value) -> Value {
    if value.is_null() { json!({}) } else { value.clone() }
}

/// Text as it is, everything else as JSON.
fn text_of(value: &Value) -> Value {
    match value {
        Value::Null | Value::String(_) => value.clone(),
        other => json!(other.to_string()),
    }
}

/// The members that are no field of everybody's.
fn own_fields(line: &Value) -> Value {
    const OTHERS: [&str; 19] = [
        "customer_id",
        "members",
        "birthdate",
        "address",
        "location",
        "salary",
        "interests",
        "emails",
        "phone_numbers",
        "identifiers",
        "attributes",
        "updated_at",
        "held_by",
        "provenance",
        "ref",
        "received_at",
        "deleted",
        "written_birthdate",
        "other_values",
    ];
    let members = line.as_object().expect("an object").iter();
    let own = members.filter(|(name, value)| {
        !TEXTS.contains(&name.as_str()) && !OTHERS.contains(&name.as_str()) && !value.is_null()
    });
    own.map(|(name, value)| (name.clone(), text_of(value))).collect::<Map<_, _>>().into()
}

/// The rows of some files.
///
/// # Panics
/// A file is not there, or has another number of rows than the manifest says.
pub fn rows_of<'f>(pipeline: &Pipeline, files: impl IntoIterator<Item = &'f VersionFile>) -> Vec<Value> {
    let read = |file: &VersionFile| {
        let bytes = pipeline.get(&file.key).unwrap_or_else(|| panic!("there is no {}", file.key));
        assert_eq!(bytes.len() as u64, file.bytes, "{}", file.key);
        let rows = rows(bytes);
        assert_eq!(rows.len() as u64, file.records, "{}", file.key);
        rows
    };
    files.into_iter().flat_map(read).collect()
}
