//! Translates the first rows of a source as a run would, and keeps what became of each.

use std::sync::Arc;

use onefold_config::{Config, Source, SourceKind, nearest};
use onefold_identity::account::Account;
use onefold_identity::match_keys::Matcher;
use onefold_lake::data::table::StoredTable;
use onefold_lake::run::note::Note;
use onefold_rows::setup_checks;
use onefold_rows::translate::{Segment, Tables, Translator, translate_chunk};
use onefold_shell::Secrets;
use serde_json::Value;

use super::compared::{ComparedTexts, ComparedValue};
use crate::data::folder::DataFolder;
use crate::data::losses;
use crate::data::source_reader::{FirstRows, SourceReader, SourceRow, latest};
use crate::documents::{ComparedDocument, MatchKeyDocument, RejectDocument, TriedRowDocument};
use crate::error::Error;
use crate::local::functions::hasher;

/// A row and its account, with what it is matched by, or the reason of refusal.
#[derive(Clone, Debug, PartialEq)]
pub struct TriedRow {
    /// The object and, if it is known, the line: `landing/crm/a.csv:2`.
    pub place: String,
    /// The row as in its file.
    pub raw: String,
    /// Columns of CSV or members of JSON, each with its value.
    pub cells: Vec<(String, String)>,
    /// The account as JSON, unless the row is refused.
    pub account: Option<String>,
    /// The match keys: each rule with its fields and their values.
    pub match_keys: Vec<(String, Vec<(String, String)>)>,
    /// As what scored pairs compare the account; `None` if the configuration scores no pairs.
    pub compared: Option<Vec<ComparedValue>>,
    /// Fields whose value is not used, and other losses with their reason.
    pub dropped: Vec<String>,
    /// The field and the reason, if the row is refused.
    pub reject: Option<(Option<String>, String)>,
}

/// The first rows of a source, translated.
#[derive(Debug)]
pub struct Trial {
    /// The rows, in their order.
    pub rows: Vec<TriedRow>,
    /// Notes on the source that are no faults.
    pub notes: Vec<Note>,
    /// What seems wrong with the configuration, by these rows.
    pub warnings: Vec<String>,
}

/// Reads and translates at most `wanted` rows of the source of that name.
pub async fn try_rows(
    folder: &DataFolder,
    config: &Config,
    secrets: Arc<dyn Secrets>,
    name: &str,
    wanted: usize,
) -> Result<Trial, Error> {
    let source = config.source(name).ok_or_else(|| {
        let names: Vec<&str> = config.sources.iter().map(|source| source.name.as_str()).collect();
        let meant =
            nearest(name, names.iter().copied()).map_or_else(String::new, |name| format!("did you mean {name:?}? "));
        Error::Unready(format!("there is no source {name:?}; {meant}The sources are {}", names.join(", ")))
    })?;
    let reader = SourceReader::with_secrets(folder.root(), secrets)?;
    let tables = tables(&reader, config).await?;
    let FirstRows { rows, notes } = reader.rows(source, wanted).await?;
    let matcher = Matcher::new(config, hasher()?);
    let mut translator = Translator::new(config, source, &tables, matcher.clone()).at(latest(&rows));

    let matching = Matching { matcher, compared: ComparedTexts::new(config) };
    let mut tried: Vec<TriedRow> = rows.iter().map(|row| try_row(&mut translator, &matching, row)).collect();
    mark_repeated(&mut translator, &rows, &mut tried);
    let warnings = warnings(&reader, config, source, &rows).await?;
    Ok(Trial { rows: tried, notes, warnings })
}

/// What seems wrong with the configuration, by these rows or by their absence.
async fn warnings(
    reader: &SourceReader,
    config: &Config,
    source: &Source,
    rows: &[SourceRow],
) -> Result<Vec<String>, Error> {
    let number = config.sources.iter().position(|known| known.name == source.name).unwrap_or_default();
    let mut findings = Vec::new();
    if rows.is_empty() && matches!(source.kind, SourceKind::Files(_)) {
        let files = reader.files(&source.name).await?;
        let with_bytes = files.iter().filter(|file| file.size > 0);
        findings.extend(with_bytes.map(|file| losses::without_rows(number, &file.key, file.size)));
    }
    for of_file in rows.chunk_by(|left, right| left.segment.object == right.segment.object) {
        findings.extend(losses::of_rows(config, number, &of_file[0].segment.object, of_file)?);
    }
    Ok(findings.into_iter().map(|finding| finding.message).collect())
}

/// Reads the reference tables.
///
/// # Errors
/// One of them has faults.
async fn tables(reader: &SourceReader, config: &Config) -> Result<Tables, Error> {
    let mut stored = Vec::new();
    for name in config.tables() {
        let table = reader.table(name).await?;
        let faults = setup_checks::check_table(config, name, table.as_ref().map(StoredTable::text));
        if let Some(fault) = faults.first() {
            return Err(Error::Unready(format!("{}; `onefold check` shows every fault", fault.message)));
        }
        stored.extend(table.ok().map(|table| (name, table)));
    }
    let find = |name: &str| stored.iter().find(|(known, _)| *known == name).map(|(_, table)| table.text());
    Tables::parse(config, find).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Error::Unready(faults.join("; "))
    })
}

/// What accounts are matched by: keys of rules, and values that scored pairs compare.
struct Matching {
    matcher: Matcher,
    compared: Option<ComparedTexts>,
}

impl Matching {
    fn keys(&self, account: &Account<'_>) -> Vec<(String, Vec<(String, String)>)> {
        let keys = self.matcher.explain(account).into_iter().map(|(rule, values)| {
            let values = values.into_iter().map(|(part, value)| (part.name(), value.into_owned()));
            (rule.name(), values.collect())
        });
        keys.collect()
    }
}

/// Translates a row on its own.
fn try_row(translator: &mut Translator<'_>, matching: &Matching, row: &SourceRow) -> TriedRow {
    let output = translate_chunk(translator, &row.text, std::slice::from_ref(&row.segment));
    let line = row.segment.line.map_or_else(String::new, |line| format!(":{line}"));
    let text = String::from_utf8_lossy(&output.accounts);
    let account = Account::parse(text.trim_end()).ok();
    let match_keys = account.as_ref().map(|account| matching.keys(account)).unwrap_or_default();
    let compared = |texts: &ComparedTexts| account.as_ref().map(|account| texts.of(account)).unwrap_or_default();
    let reject = serde_json::from_slice::<Value>(&output.rejects).ok();
    TriedRow {
        place: format!("{}{line}", row.segment.object),
        raw: String::from_utf8_lossy(row.raw()).into_owned(),
        cells: row.cells(),
        account: output.accounts.first().map(|_| text.trim_end().to_owned()),
        match_keys,
        compared: matching.compared.as_ref().map(compared),
        dropped: output.dropped.into_keys().collect(),
        reject: reject.map(|reject| {
            let text = |name: &str| reject[name].as_str().map(ToOwned::to_owned);
            (text("field"), text("reason").unwrap_or_default())
        }),
    }
}

/// Marks rows that are refused only beside others: older versions of an account.
fn mark_repeated(translator: &mut Translator<'_>, rows: &[SourceRow], tried: &mut [TriedRow]) {
    // Rows of files with different headers are in different chunks.
    let mut start = 0;
    while let Some(first) = rows.get(start) {
        let header = first.header();
        let count = rows[start..].iter().take_while(|row| row.header() == header).count();
        let together = &rows[start..start + count];
        let text = [header, &together.iter().flat_map(|row| row.own()).copied().collect::<Vec<u8>>()].concat();
        let segments: Vec<_> = together.iter().map(|row| row.segment.clone()).collect();
        let output = translate_chunk(translator, &text, &segments);
        for reject in
            output.rejects.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Value>(line).ok())
        {
            // Pages of an API all begin at byte 0, and a part of a file does not know its lines; together they are clear.
            let is_this = |row: &SourceRow| {
                let Segment { object, byte, line, .. } = &row.segment;
                reject["object"] == *object && reject["byte"] == *byte && reject["line"].as_u64() == *line
            };
            let at = together.iter().position(is_this).map(|position| start + position);
            if let Some(row) = at.and_then(|at| tried.get_mut(at)) {
                let text = |name: &str| reject[name].as_str().map(ToOwned::to_owned);
                row.reject.get_or_insert((text("field"), text("reason").unwrap_or_default()));
            }
        }
        start += count;
    }
}

impl TriedRow {
    /// The row as a document.
    pub fn document(&self) -> TriedRowDocument {
        let key = |(rule, values): &(String, Vec<(String, String)>)| MatchKeyDocument {
            rule: rule.clone(),
            values: values.iter().cloned().collect(),
        };
        let compared = |(field, value): &ComparedValue| ComparedDocument { field: field.clone(), value: value.clone() };
        let reject = |(field, reason): &(Option<String>, String)| RejectDocument {
            field: field.clone(),
            reason: reason.clone(),
        };
        TriedRowDocument {
            row: self.place.clone(),
            raw: self.raw.clone(),
            account: self.account.as_deref().and_then(|account| serde_json::from_str(account).ok()),
            match_keys: self.match_keys.iter().map(key).collect(),
            dropped: self.dropped.clone(),
            reject: self.reject.as_ref().map(reject),
            compared: self.compared.as_ref().map(|values| values.iter().map(compared).collect()),
        }
    }

    /// The account, unless the row is rejected.
    #[cfg(test)]
    pub fn account(&self) -> Value {
        self.document().account.unwrap_or_default()
    }
}
