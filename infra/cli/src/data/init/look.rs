//! Reads the first rows of each source as a run would: the format of its files, and its columns.

use onefold_config::{Config, Source};
use onefold_store::Object;

use super::columns::Columns;
use super::head::head;
use super::sniff::{GuessedFormat, GuessedLayout, Sniffed, sniff};
use super::write;
use crate::data::folder::DataFolder;
use crate::data::source_reader::SourceReader;
use crate::error::{Error, describe};

/// How many rows of a source are read, from the starts of its first files.
const ROWS_MAX: usize = 2000;
/// How many files of a source are read.
const FILES_MAX: usize = 5;
/// How much of a file is read to find its format, decompressed.
const HEAD_BYTES: u64 = 1 << 20;

/// A source and the start of its files.
#[derive(Debug)]
pub struct SeenSource {
    /// Its name.
    pub name: String,
    /// The number of its files.
    pub files: usize,
    /// How many of the files read are of another format than the first.
    pub others: usize,
    /// Why some of the files cannot be read, if others can.
    pub faults: Vec<String>,
    /// What is in them, or why nothing can be read and what to do.
    pub look: Result<SeenFiles, String>,
}

/// The content of a source's files.
#[derive(Debug)]
pub struct SeenFiles {
    /// Their format and encoding.
    pub layout: GuessedLayout,
    /// The columns of their rows.
    pub columns: Columns,
}

/// Reads the first files of every folder in landing/.
///
/// # Errors
/// Also if landing/ holds no files.
pub async fn look(folder: &DataFolder) -> Result<Vec<SeenSource>, Error> {
    let reader = SourceReader::new(folder.root())?;
    let mut seen = Vec::new();
    for name in folder.landing_names()? {
        let source = if Source::is_name(&name) {
            look_at(&name, folder, &reader).await?
        } else {
            let rule = "1 to 40 of a-z, 0-9, _ and -, starting with a letter or digit";
            let why = format!("landing/{name}/ cannot be a source, whose name is {rule}; rename it");
            Some(SeenSource { name, files: 0, others: 0, faults: Vec::new(), look: Err(why) })
        };
        seen.extend(source);
    }
    if seen.is_empty() {
        return Err(Error::Unready(
            "there is nothing to look at; drop files under landing/SOURCE/, a folder for each source".to_owned(),
        ));
    }
    Ok(seen)
}

/// Reads a source; `None` if its files are empty.
async fn look_at(name: &str, folder: &DataFolder, reader: &SourceReader) -> Result<Option<SeenSource>, Error> {
    let objects = reader.files(name).await?;
    let mut faults = Vec::new();
    let mut layout: Option<GuessedLayout> = None;
    let mut alike = Vec::new();
    let mut others = 0;
    for object in objects.iter().take(FILES_MAX) {
        match head(&folder.root().join(&object.key), HEAD_BYTES).map(|head| sniff(&head)) {
            Ok(Sniffed::Empty) => {}
            Ok(Sniffed::Unfit(reason)) => faults.push(format!("{} {reason}", object.key)),
            Ok(Sniffed::Layout(found))
                if layout.get_or_insert_with(|| GuessedLayout::new(&found.format)).joined(&found) =>
            {
                alike.push(object);
            }
            Ok(Sniffed::Layout(_)) => others += 1,
            Err(error) => faults.push(describe(&error)),
        }
    }
    let look = match layout {
        Some(layout) => {
            columns(name, &layout, &alike, reader, &mut faults).await.map(|columns| SeenFiles { layout, columns })
        }
        None => match faults.pop() {
            Some(fault) => Err(fault),
            None => return Ok(None),
        },
    };
    Ok(Some(SeenSource { name: name.to_owned(), files: objects.len(), others, faults, look }))
}

/// The columns of files of one format, or why they cannot be read. Faults of single files are added to `faults`.
async fn columns(
    name: &str,
    layout: &GuessedLayout,
    files: &[&Object],
    reader: &SourceReader,
    faults: &mut Vec<String>,
) -> Result<Columns, String> {
    let text = write::source_head(name, layout) + "[source.fields]\nid = \"/id\"\n[[match]]\nkey = \"email\"\n";
    let config = Config::parse(&text)
        .map_err(|faults| faults.0.into_iter().map(|fault| fault.message).collect::<Vec<_>>().join("; "))?;
    let mut columns = Columns::default();
    for source in &config.sources {
        for file in files {
            match reader.rows_of(source, file).await {
                Ok(read) => read.rows.iter().take(ROWS_MAX - columns.rows).for_each(|row| columns.read(row)),
                // The name of the source stands before all of them.
                Err(error) => {
                    let said = describe(&error);
                    faults.push(said.strip_prefix(&format!("the source {name:?}: ")).unwrap_or(&said).to_owned());
                }
            }
        }
    }
    if columns.rows > columns.refused {
        return Ok(columns);
    }
    Err(faults.pop().unwrap_or_else(|| why_unread(&columns, layout, &files[0].key)))
}

/// The reason why most rows of a source cannot be read, or why there is none.
fn why_unread(columns: &Columns, layout: &GuessedLayout, file: &str) -> String {
    let rows = columns.rows + columns.refused;
    match layout.format {
        GuessedFormat::Csv(_) if rows == 0 => {
            format!("no row stands behind the header of {file}; each row must be on a line of its own")
        }
        _ if rows == 0 => format!("there is no row in {file}"),
        GuessedFormat::Csv(_) => format!(
            "{} of {rows} rows looked at have another number of fields than the first line of {file}; remove what stands \
             above the header, or add a header",
            columns.refused
        ),
        _ => format!("{} of {rows} rows looked at are not one JSON object each, as in {file}", columns.refused),
    }
}
