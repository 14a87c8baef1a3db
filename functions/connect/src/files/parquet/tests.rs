//! Files of other tools, taken up at every row, cut off at every byte, and damaged at every byte. What their rows
//! are is compared in `tests/properties/other_tools.rs`.

use onefold_store::Condition;

use super::*;
use crate::testing::context_with;

const POLARS: &[u8] = include_bytes!("../../../../../tests/files/polars-zstd.parquet");
const TYPES: &[u8] = include_bytes!("../../../../../tests/files/duckdb-types.parquet");
const KEY: &str = "landing/s/a.parquet";

async fn stored(bytes: &[u8]) -> (Context, ObjectPiece) {
    let (context, etag) = context_with(KEY, bytes).await;
    let end = bytes.len() as u64;
    let piece = ObjectPiece { object: KEY.to_owned(), etag, received_at: 0, start: 0, end, is_range: false };
    (context, piece)
}

/// The lines from a row on.
async fn lines(bytes: &[u8], row: u64) -> Result<Vec<String>, Fault> {
    let (context, piece) = stored(bytes).await;
    let mut reader = open(&context, &piece, row).await?;
    let (mut text, mut bytes_in) = (Vec::new(), 0);
    while let Some(more) = reader.next(&mut bytes_in).await? {
        text.extend_from_slice(&more);
    }
    assert!(bytes_in > 0 && bytes_in < 3 * bytes.len() as u64, "{bytes_in} bytes of {}", bytes.len());
    Ok(String::from_utf8(text).unwrap().lines().map(str::to_owned).collect())
}

#[tokio::test]
async fn is_taken_up_at_any_row() {
    for bytes in [POLARS, TYPES] {
        let all = lines(bytes, 1).await.unwrap();
        assert!(all.len() >= 4);
        for row in 2..=all.len() {
            assert_eq!(lines(bytes, row as u64).await.unwrap(), all[row - 1..], "from row {row}");
        }
    }
}

#[tokio::test]
async fn values_keep_all_their_digits() {
    let all = lines(TYPES, 1).await.unwrap();
    for text in [
        "\"u64\":18446744073709551615",
        "\"f32\":0.33333334,",
        "\"d4\":7,",
        "\"d9\":-1.005,",
        "\"d30\":1000000000000.2500,",
        "\"day\":\"1873-10-16\"",
        "\"clock\":\"13:37:01.25\"",
        "\"ns\":\"2030-06-15T23:59:59.123456789Z\"",
        "\"us\":\"1901-01-01T01:00:00.000001Z\"",
    ] {
        assert!(all[0].contains(text), "{text} in {}", all[0]);
    }
}

#[tokio::test]
async fn a_file_that_is_cut_off_is_told() {
    for end in 0..POLARS.len() {
        let error = lines(&POLARS[..end], 1).await.unwrap_err();
        assert!(matches!(error, Fault::Source(_)), "{error}");
        assert!(error.to_string().starts_with(KEY), "{error}");
    }
}

/// A flipped bit, here and there, is a wrong value, or an error of the source that shows no value: never a panic.
#[tokio::test]
async fn a_file_that_is_damaged_shows_no_value() {
    for position in (0..POLARS.len()).step_by(7) {
        let mut bytes = POLARS.to_vec();
        bytes[position] ^= 1 << (position % 8);
        if let Err(error) = lines(&bytes, 1).await {
            assert!(matches!(error, Fault::Source(_)), "{error}");
            let message = error.to_string();
            assert!(message.starts_with(KEY) && !message.contains('@') && !message.contains("Weber"), "{message}");
        }
    }
}

#[tokio::test]
async fn an_object_that_was_overwritten_is_told() {
    let (context, piece) = stored(POLARS).await;
    let mut reader = open(&context, &piece, 1).await.unwrap();
    context.store.put(KEY, TYPES.to_vec().into(), Condition::Always).await.unwrap();
    let error = reader.next(&mut 0).await.unwrap_err().to_string();
    assert!(error.contains("was overwritten while the run was under way"), "{error}");
}

#[test]
fn columns_that_are_no_json_are_all_told() {
    let text = "message m {
        required int64 id;
        optional fixed_len_byte_array(12) span (INTERVAL);
        repeated binary tags (UTF8);
        optional group inner { optional fixed_len_byte_array(3) key; optional binary text; }
        optional group old (LIST) { repeated int32 element; }
    }";
    let faults = schema::columns(&parquet::schema::parser::parse_message_type(text).unwrap()).unwrap_err();
    let starts = [
        "the column span has the type",
        "the column tags is repeated",
        "the column inner.key has the type",
        "the column old is a list of two levels",
    ];
    assert_eq!(faults.len(), starts.len(), "{faults:?}");
    for (fault, start) in faults.iter().zip(starts) {
        assert!(fault.starts_with(start), "{fault}");
    }
}

#[tokio::test]
async fn a_row_group_that_does_not_fit_is_refused_before_any_is_read() {
    let (context, piece) = stored(POLARS).await;
    let memory = MemoryBudget::of_usable(MemoryBudget::extract_bytes(0));
    let context = context.with_memory(memory);
    let Err(Fault::Source(error)) = open(&context, &piece, 1).await else { panic!("it is refused") };
    let start = format!("{KEY} cannot be read: extract has ");
    assert!(error.text().starts_with(&start) && error.text().contains("row group 1 of "), "{error}");
    assert!(error.text().contains("deploy with FunctionMemory="), "{error}");
    assert!(error.text().ends_with("or write it with smaller row groups"), "{error}");
}
