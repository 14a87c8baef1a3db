//! What becomes of the first rows of a source: each one translated as a run would, and what they say about the set-up.

use std::sync::Arc;

use onefold_config::{Config, Source, SourceKind, nearest};
use onefold_identity::account::Account;
use onefold_identity::matching::Matcher;
use onefold_lake::data::table::StoredTable;
use onefold_lake::run::note::Note;
use onefold_rows::enrich::TableText;
use onefold_rows::setup;
use onefold_rows::translate::{Segment, Tables, Translator};
use onefold_shell::Secrets;
use serde_json::{Value, json};

use crate::data::folder::DataFolder;
use crate::data::losses;
use crate::data::source_reader::{FirstRows, SourceReader, SourceRow};
use crate::error::Error;
use crate::local::functions::hasher;

/// What became of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct TriedRow {
    /// The object and, if known, the line.
    pub place: String,
    /// The row as the file has it.
    pub raw: String,
    /// The names of a CSV file's columns and the row's values; members of a JSON row.
    pub cells: Vec<(String, String)>,
    /// The account, as its JSON.
    pub account: Option<String>,
    /// Each match key: the rule, and the values that it is made of.
    pub match_keys: Vec<(String, Vec<(String, String)>)>,
    /// Fields whose value could not be used.
    pub dropped: Vec<String>,
    /// Field and reason, if the row is refused.
    pub reject: Option<(Option<String>, String)>,
}

/// What became of the first rows of a source.
#[derive(Debug)]
pub struct Trial {
    /// Each row.
    pub rows: Vec<TriedRow>,
    /// What is told of the source and is no fault.
    pub notes: Vec<Note>,
    /// What the rows tell of the set-up.
    pub warnings: Vec<String>,
}

/// What becomes of the first rows of a source.
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
    let mut translator = Translator::new(config, source, &tables, matcher.clone());

    let mut tried: Vec<TriedRow> = rows.iter().map(|row| one(&mut translator, &matcher, row)).collect();
    mark_repeated(&mut translator, &rows, &mut tried);
    let warnings = warnings(&reader, config, source, &rows).await?;
    Ok(Trial { rows: tried, notes, warnings })
}

/// What the rows tell of the set-up, or that there are none.
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

/// The reference tables, which must be sound.
async fn tables(reader: &SourceReader, config: &Config) -> Result<Tables, Error> {
    let mut stored = Vec::new();
    for name in config.tables() {
        let table = reader.table(name).await?;
        let faults = setup::check_table(config, name, table.as_ref().map(StoredTable::text));
        if let Some(fault) = faults.first() {
            return Err(Error::Unready(format!("{}; `onefold check` shows every fault", fault.message)));
        }
        stored.extend(table.ok().map(|table| (name, table)));
    }
    let find = |name: &str| {
        let table = stored.iter().find(|(known, _)| *known == name);
        table.map_or(TableText::Csv(&[]), |(_, table)| table.text())
    };
    Tables::parse(config, find).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Error::Unready(faults.join("; "))
    })
}

/// A row on its own.
fn one(translator: &mut Translator<'_>, matcher: &Matcher, row: &SourceRow) -> TriedRow {
    let output = translator.chunk(&row.text, std::slice::from_ref(&row.segment));
    let line = row.segment.line.map_or_else(String::new, |line| format!(":{line}"));
    let text = String::from_utf8_lossy(&output.accounts);
    let match_keys = match Account::parse(text.trim_end()) {
        Ok(account) => matcher
            .explain(&account)
            .into_iter()
            .map(|(rule, values)| {
                let values = values.into_iter().map(|(part, value)| (part.name(), value.into_owned()));
                (rule.name(), values.collect())
            })
            .collect(),
        Err(_) => Vec::new(),
    };
    let reject = serde_json::from_slice::<Value>(&output.rejects).ok();
    TriedRow {
        place: format!("{}{line}", row.segment.object),
        raw: String::from_utf8_lossy(row.raw()).into_owned(),
        cells: row.cells(),
        account: output.accounts.first().map(|_| text.trim_end().to_owned()),
        match_keys,
        dropped: output.dropped.into_keys().collect(),
        reject: reject.map(|reject| {
            let text = |name: &str| reject[name].as_str().map(ToOwned::to_owned);
            (text("field"), text("reason").unwrap_or_default())
        }),
    }
}

/// Marks rows that are only refused beside the others: older versions of an account.
fn mark_repeated(translator: &mut Translator<'_>, rows: &[SourceRow], tried: &mut [TriedRow]) {
    // Rows of files with different headers are in different chunks.
    let mut start = 0;
    while let Some(first) = rows.get(start) {
        let header = first.header();
        let count = rows[start..].iter().take_while(|row| row.header() == header).count();
        let together = &rows[start..start + count];
        let text = [header, &together.iter().flat_map(|row| row.own()).copied().collect::<Vec<u8>>()].concat();
        let segments: Vec<_> = together.iter().map(|row| row.segment.clone()).collect();
        let output = translator.chunk(&text, &segments);
        for reject in
            output.rejects.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Value>(line).ok())
        {
            // Of an API each page has its first byte, and of a part of a file the lines are not known.
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
    /// The row as one JSON object.
    pub fn json(&self) -> Value {
        let keys: Vec<Value> = self
            .match_keys
            .iter()
            .map(|(rule, values)| {
                let values: serde_json::Map<String, Value> =
                    values.iter().map(|(field, value)| (field.clone(), value.clone().into())).collect();
                json!({"rule": rule, "values": values})
            })
            .collect();
        json!({
            "row": self.place,
            "raw": self.raw,
            "account": self.account.as_deref().and_then(|account| serde_json::from_str::<Value>(account).ok()),
            "match_keys": keys,
            "dropped": self.dropped,
            "reject": self.reject.as_ref().map(|(field, reason)| json!({"field": field, "reason": reason})),
        })
    }
}
