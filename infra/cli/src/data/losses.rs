//! Translates the first rows of a file, and finds what is lost: rows and values that the configuration does not fit.

use onefold_config::{Config, Source};
use onefold_identity::match_keys::Matcher;
use onefold_normalise::field::TextField;
use onefold_rows::setup_checks::{SetupFinding, check_shapes, knows_no_country};
use onefold_rows::translate::{ChunkOutput, Tables, Translator, translate_chunk};
use serde_json::Value;

use super::source_reader::{SourceRow, latest};
use crate::error::Error;
use crate::local::functions::hasher;

/// How many rows of a file are translated.
const ROWS_MAX: usize = 100;

/// Findings on rows that are refused and values that are dropped. `number` is the position of the source in the
/// configuration.
pub fn of_rows(config: &Config, number: usize, file: &str, rows: &[SourceRow]) -> Result<Vec<SetupFinding>, Error> {
    let (Some(source), Some(first)) = (config.sources.get(number), rows.first()) else { return Ok(Vec::new()) };
    let header = first.header();
    let rows: Vec<&SourceRow> = rows.iter().take_while(|row| row.header() == header).take(ROWS_MAX).collect();
    let text = [header, &rows.iter().flat_map(|row| row.own()).copied().collect::<Vec<u8>>()].concat();
    let segments: Vec<_> = rows.iter().map(|row| row.segment.clone()).collect();
    // Without enrichment, no reference table is needed, and losses are the same.
    let config = Config { enrich: Vec::new(), ..config.clone() };
    let tables = Tables::default();
    let matcher = Matcher::new(&config, hasher()?);
    let translator = Translator::new(&config, source, &tables, matcher);
    let output = translate_chunk(&mut translator.at(latest(rows.iter().copied())), &text, &segments);

    let finding = |message| SetupFinding { section: "source", number, key: "fields", message };
    let place = format!("the first {} rows of {file}", rows.len());
    let fields = source.mapping.texts.iter().map(|text| text.field);
    let messages =
        refused(&output, &place).into_iter().chain(fields.filter_map(|field| dropped(&output, field, source, &place)));
    let texts: Vec<_> = rows.iter().map(|row| String::from_utf8_lossy(row.own())).collect();
    let texts: Vec<&str> = texts.iter().filter(|_| header.is_empty()).map(AsRef::as_ref).collect();
    Ok(messages.map(finding).chain(check_shapes(&config, number, file, &texts)).collect())
}

/// A message if most rows are refused, with the reason of the first one.
fn refused(output: &ChunkOutput, place: &str) -> Option<String> {
    let refused = output.rejected - output.repeated;
    let first = output.rejects.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let reason =
        serde_json::from_slice::<Value>(first).ok().and_then(|reject| Some(reject["reason"].as_str()?.to_owned()));
    let most = refused * 2 > output.rows;
    most.then(|| format!("{refused} of {place} are refused; the first one: {}", reason.unwrap_or_default()))
}

/// A message if most values of a field are dropped, or a tenth of the phone numbers for lack of a country.
fn dropped(output: &ChunkOutput, field: TextField, source: &Source, place: &str) -> Option<String> {
    let dropped = output.dropped.get(field.name()).copied()?;
    let kept = output.kept.get(field.name()).copied().unwrap_or_default();
    let all = dropped + kept;
    if field == TextField::PhoneNumber && knows_no_country(source) && dropped * 10 >= all {
        return Some(format!(
            "{dropped} of {all} phone numbers in {place} are dropped, as nothing says the country of those without a \
             calling code; write region, such as \"DE\", or map address.country"
        ));
    }
    let lacks_region = field == TextField::PhoneNumber && source.region.is_none();
    let advice = if lacks_region { "; those of accounts without a country need region, such as \"DE\"" } else { "" };
    (dropped > kept).then(|| {
        format!(
            "{dropped} of {all} values of {} in {place} are dropped, as no values of its kind{advice}",
            field.name()
        )
    })
}

/// The finding for a file with bytes but no rows.
pub fn without_rows(number: usize, file: &str, bytes: u64) -> SetupFinding {
    let message = format!(
        "there is no row in {file}, which has {bytes} bytes; each row must be on a line of its own, behind a header if \
         it is CSV"
    );
    SetupFinding { section: "source", number, key: "name", message }
}
