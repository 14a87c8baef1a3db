//! `onefold check`: what a run would refuse, found before anything is uploaded.

use std::path::Path;

use onefold_core::config::{Config, Place, RowFormat, SourceKind, nearest};
use onefold_core::setup::{self, Finding};
use onefold_lake::table::StoredTable;

use super::faults::{Found, Weight, show};
use super::folder::{CONFIG, DataFolder, config_text};
use super::reading::Reader;
use crate::error::{Error, describe};

/// Of how many files of a source the start is looked at.
const HEADERS_MAX: usize = 20;
/// How many rows of a file of JSON or Parquet are looked at.
const ROWS_MAX: usize = 100;

/// What came of a check.
#[derive(Debug)]
pub struct Checked {
    /// What to show.
    pub report: String,
    /// Whether a run would accept the set-up.
    pub is_sound: bool,
}

/// Checks a data folder, or a configuration alone if nothing lies beside it.
pub async fn check(path: &Path) -> Result<Checked, Error> {
    let file = if path.is_dir() { path.join(CONFIG) } else { path.to_owned() };
    let text = config_text(&file)?;
    let shown = file.file_name().map_or_else(|| CONFIG.into(), |name| name.to_string_lossy());
    let config = match Config::parse(&text) {
        Ok(config) => config,
        Err(faults) => {
            let found: Vec<Found> = faults
                .0
                .into_iter()
                .map(|fault| Found {
                    weight: Weight::Error,
                    place: Some(Place { line: fault.line, column: fault.column, length: fault.length }),
                    message: fault.message,
                })
                .collect();
            let note = "tables and files are looked at when these are mended";
            return Ok(conclude(&shown, &text, &found, note));
        }
    };
    let folder = DataFolder::new(file.parent().unwrap_or(Path::new(".")));
    let sources = plural(config.sources.len(), "source");
    if !folder.has_data() {
        let note = format!("{sources}; the file alone was checked, as no landing/ or reference/ is beside it");
        return Ok(conclude(&shown, &text, &[], &note));
    }
    let found = beyond_the_file(&folder, &config, &text).await?;
    let note = format!("{sources}, {}", plural(config.tables().len(), "reference table"));
    Ok(conclude(&shown, &text, &found, &note))
}

/// What is wrong with tables and files.
async fn beyond_the_file(folder: &DataFolder, config: &Config, text: &str) -> Result<Vec<Found>, Error> {
    let placed = |weight, finding: Finding| Found {
        weight,
        place: Place::find(text, finding.section, finding.number, finding.key),
        message: finding.message,
    };
    let mut found = Vec::new();
    let reader = Reader::new(folder.root())?;
    for name in config.tables() {
        let table = reader.table(name).await?;
        let findings = setup::check_table(config, name, table.as_ref().map(StoredTable::text));
        found.extend(findings.into_iter().map(|finding| placed(Weight::Error, finding)));
    }
    let mut files = Vec::new();
    for source in &config.sources {
        files.push(reader.files(&source.name).await?);
    }
    let with_files = || config.sources.iter().zip(&files).filter(|(_, files)| !files.is_empty());
    let lacking =
        setup::check_files(config, |source| with_files().any(|(with_files, _)| with_files.name == source.name));
    found.extend(lacking.into_iter().map(|finding| placed(Weight::Error, finding)));

    for (number, (source, files)) in config.sources.iter().zip(&files).enumerate() {
        let is_csv = source.kind.rows() == RowFormat::Csv;
        let is_of_files = matches!(source.kind, SourceKind::Files(_));
        for file in files.iter().take(HEADERS_MAX).filter(|file| is_of_files && file.size > 0) {
            match reader.rows_of(source, file).await {
                Ok(read) => {
                    let Some(row) = read.rows.first() else {
                        let message = format!("there is no row in {}; is it of the source's format?", file.key);
                        let place = Place::find(text, "source", number, "name");
                        found.push(Found { weight: Weight::Warning, place, message });
                        continue;
                    };
                    if !is_csv {
                        continue;
                    }
                    let delimiter = source.kind.delimiter();
                    let lacking = setup::check_header(config, number, &file.key, row.header(), delimiter);
                    found.extend(lacking.into_iter().map(|finding| placed(Weight::Warning, finding)));
                }
                Err(error) => {
                    let place = Place::find(text, "source", number, "name");
                    found.push(Found { weight: Weight::Error, place, message: describe(&error) });
                }
            }
        }
        // Of a file that cannot be read, a run tells why.
        if let (Some(file), false, SourceKind::Files(_)) = (files.first(), is_csv, &source.kind)
            && let Ok(rows) = reader.rows_of(source, file).await
        {
            let texts: Vec<_> = rows.rows.iter().take(ROWS_MAX).map(|row| String::from_utf8_lossy(row.own())).collect();
            let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
            let findings = setup::check_shapes(config, number, &file.key, &texts);
            found.extend(findings.into_iter().map(|finding| placed(Weight::Warning, finding)));
        }
    }
    let names = || config.sources.iter().map(|source| source.name.as_str());
    for name in folder.landing_names()?.into_iter().filter(|name| names().all(|known| known != name)) {
        let meant = nearest(&name, names()).map_or_else(String::new, |source| format!("; is it {source:?}?"));
        let message = format!("landing/{name}/ belongs to no [[source]], so it is not read{meant}");
        found.push(Found { weight: Weight::Warning, place: None, message });
    }
    found.sort_by_key(|found| found.weight == Weight::Warning);
    Ok(found)
}

/// The report, with a last line that sums up.
fn conclude(file: &str, text: &str, found: &[Found], note: &str) -> Checked {
    let errors = found.iter().filter(|found| found.weight == Weight::Error).count();
    let warnings = found.len() - errors;
    let sum = match (errors, warnings) {
        (0, 0) => "no fault".to_owned(),
        (0, _) => plural(warnings, "warning"),
        (_, 0) => plural(errors, "error"),
        (_, _) => format!("{}, {}", plural(errors, "error"), plural(warnings, "warning")),
    };
    Checked { report: format!("{}{file}: {sum} ({note})\n", show(file, text, found)), is_sound: errors == 0 }
}

/// A number of things.
pub fn plural(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
