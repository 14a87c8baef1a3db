//! `onefold check`: what a run would refuse, found before anything is uploaded.

use std::path::Path;

use onefold_config::{Config, LineSpan, RowFormat, Source, SourceKind, nearest};
use onefold_lake::data::table::StoredTable;
use onefold_lake::keys;
use onefold_rows::setup_checks::{self, SetupFinding};
use onefold_scoring::ScoredFields;
use onefold_store::Object;

use super::diagnostics::{Diagnostic, Severity, show};
use super::folder::{CONFIG, DataFolder, config_text};
use super::losses;
use super::source_reader::SourceReader;
use crate::documents::CheckDocument;
use crate::error::{Error, describe};
use crate::table::plural;

/// How many files of a source are checked.
const FILES_MAX: usize = 20;

/// The result of a check.
#[derive(Debug)]
pub struct CheckResult {
    /// The text to print.
    pub report: String,
    /// The same for programs.
    pub document: CheckDocument,
}

/// Checks a data folder, or the configuration alone if there is no data beside it.
pub async fn check(path: &Path, has_colours: bool) -> Result<CheckResult, Error> {
    let file = if path.is_dir() { path.join(CONFIG) } else { path.to_owned() };
    let text = config_text(&file)?;
    let name = file.file_name().map_or_else(|| CONFIG.into(), |name| name.to_string_lossy());
    let shown = CheckedFile { name: &name, text: &text, has_colours };
    let config = match Config::parse(&text) {
        Ok(config) => config,
        Err(faults) => {
            let found: Vec<Diagnostic> = faults
                .0
                .into_iter()
                .map(|fault| Diagnostic {
                    severity: Severity::Error,
                    place: Some(LineSpan { line: fault.line, column: fault.column, length: fault.length }),
                    message: fault.message,
                })
                .collect();
            let note = "tables and files are looked at when these are mended";
            return Ok(shown.conclude(&found, note));
        }
    };
    let folder = DataFolder::new(file.parent().unwrap_or(Path::new(".")));
    let sources = plural(config.sources.len(), "source");
    if !folder.has_data() {
        let note = format!("{sources}; the file alone was checked, as no landing/ or reference/ is beside it");
        let found: Vec<Diagnostic> = phones(&config, &text, |_| true).into_iter().chain(scores(&config)).collect();
        return Ok(shown.conclude(&found, &note));
    }
    let found = check_data(&folder, &config, &text).await?;
    let note = format!("{sources}, {}", plural(config.tables().len(), "reference table"));
    Ok(shown.conclude(&found, &note))
}

/// Checks tables, files and corrections.
async fn check_data(folder: &DataFolder, config: &Config, text: &str) -> Result<Vec<Diagnostic>, Error> {
    let mut found = Vec::new();
    let reader = SourceReader::new(folder.root())?;
    for name in config.tables() {
        let table = reader.table(name).await?;
        let findings = setup_checks::check_table(config, name, table.as_ref().map(StoredTable::text));
        found.extend(findings.into_iter().map(|finding| placed(text, Severity::Error, finding)));
    }
    let mut files = Vec::new();
    for source in &config.sources {
        files.push(reader.files(&source.name).await?);
    }
    let with_files = || config.sources.iter().zip(&files).filter(|(_, files)| !files.is_empty());
    let lacking = setup_checks::check_files(config, keys::landing, |source| {
        with_files().any(|(with_files, _)| with_files.name == source.name)
    });
    found.extend(lacking.into_iter().map(|finding| placed(text, Severity::Error, finding)));

    let names: Vec<&str> = config.sources.iter().map(|source| source.name.as_str()).collect();
    let corrections = folder.faults_of_corrections(&names);
    found.extend(corrections.into_iter().map(|message| Diagnostic { severity: Severity::Error, place: None, message }));
    // The rows of files show what becomes of their numbers.
    found.extend(phones(config, text, |source| !with_files().any(|(with_files, _)| with_files.name == source.name)));
    found.extend(scores(config));
    for (number, files) in files.iter().enumerate() {
        found.extend(check_files(&reader, config, text, number, files).await?);
    }
    for name in folder.landing_names()?.into_iter().filter(|name| !names.contains(&name.as_str())) {
        let meant =
            nearest(&name, names.iter().copied()).map_or_else(String::new, |source| format!("; is it {source:?}?"));
        let message = format!("landing/{name}/ belongs to no [[source]], so it is not read{meant}");
        found.push(Diagnostic { severity: Severity::Warning, place: None, message });
    }
    found.sort_by_key(|found| found.severity == Severity::Warning);
    Ok(found)
}

/// Warnings of sources whose phone numbers have no country.
fn phones(config: &Config, text: &str, is_meant: impl Fn(&Source) -> bool) -> Vec<Diagnostic> {
    let findings = setup_checks::check_phones(config, is_meant);
    findings.into_iter().map(|finding| placed(text, Severity::Warning, finding)).collect()
}

/// The fewest fields that tell persons apart by scores.
const SCORED_FIELDS_MIN: usize = 2;

/// A warning if scores compare too few fields.
fn scores(config: &Config) -> Option<Diagnostic> {
    config.score.as_ref()?;
    let names: Vec<&str> = ScoredFields::of(config).iter().map(|field| field.name).collect();
    let compared = match &names[..] {
        [] => "no field".to_owned(),
        [only] if names.len() < SCORED_FIELDS_MIN => format!("{only} alone"),
        _ => return None,
    };
    let what_to_do = "map more fields, or write a [[match]] and no [score]";
    let message = format!("scores would compare {compared}, so nothing can be learnt; {what_to_do}");
    Some(Diagnostic { severity: Severity::Warning, place: None, message })
}

/// Checks the first rows of the first files of a source.
async fn check_files(
    reader: &SourceReader,
    config: &Config,
    text: &str,
    number: usize,
    files: &[Object],
) -> Result<Vec<Diagnostic>, Error> {
    let mut found = Vec::new();
    let Some(source) = config.sources.get(number) else { return Ok(found) };
    let (is_csv, delimiter) = (source.kind.rows() == RowFormat::Csv, source.kind.delimiter());
    for file in files.iter().take(FILES_MAX).filter(|_| matches!(source.kind, SourceKind::Files(_))) {
        let rows = match reader.rows_of(source, file).await {
            Ok(read) => read.rows,
            Err(error) => {
                let place = LineSpan::find(text, "source", number, "name");
                found.push(Diagnostic { severity: Severity::Error, place, message: describe(&error) });
                continue;
            }
        };
        let mut findings = losses::of_rows(config, number, &file.key, &rows)?;
        match rows.first() {
            Some(row) if is_csv => {
                findings.splice(..0, setup_checks::check_header(config, number, &file.key, row.header(), delimiter));
            }
            None if file.size > 0 => findings.push(losses::without_rows(number, &file.key, file.size)),
            _ => {}
        }
        found.extend(findings.into_iter().map(|finding| placed(text, Severity::Warning, finding)));
    }
    Ok(found)
}

/// A finding with its place in the configuration.
fn placed(text: &str, severity: Severity, finding: SetupFinding) -> Diagnostic {
    let place = LineSpan::find(text, finding.section, finding.number, finding.key);
    Diagnostic { severity, place, message: finding.message }
}

/// The configuration as it is shown.
#[derive(Clone, Copy)]
struct CheckedFile<'f> {
    name: &'f str,
    text: &'f str,
    has_colours: bool,
}

impl CheckedFile<'_> {
    /// Puts the report together, with a last line that sums up.
    fn conclude(&self, found: &[Diagnostic], note: &str) -> CheckResult {
        let Self { name, text, has_colours } = *self;
        let errors = found.iter().filter(|found| found.severity == Severity::Error).count();
        let warnings = found.len() - errors;
        let sum = match (errors, warnings) {
            (0, 0) => "no fault".to_owned(),
            (0, _) => plural(warnings, "warning"),
            (_, 0) => plural(errors, "error"),
            (_, _) => format!("{}, {}", plural(errors, "error"), plural(warnings, "warning")),
        };
        let report = format!("{}{name}: {sum} ({note})\n", show(name, text, found, has_colours));
        let findings = found.iter().map(Diagnostic::document).collect();
        let (file, note) = (name.to_owned(), note.to_owned());
        CheckResult {
            report,
            document: CheckDocument { file, is_sound: errors == 0, errors, warnings, findings, note },
        }
    }
}
