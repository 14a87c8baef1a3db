//! `onefold init`: a configuration from a look at the files, saying how sure each line is.

mod columns;
mod fields;
mod head;
mod names;
mod shapes;
mod sniff;
mod times;
mod write;

#[cfg(test)]
mod tests;

use std::fs::{self, OpenOptions};
use std::io::Write;

use onefold_core::config::{Config, Source, json_schema};

use super::folder::DataFolder;
use super::reading::Reader;
use crate::args::InitOptions;
use crate::error::Error;
use columns::Columns;
use sniff::Layout;

/// The schema beside the configuration.
const SCHEMA: &str = "onefold.schema.json";
/// How many rows of a source are looked at, from the starts of its first files.
const ROWS_MAX: usize = 2000;
/// How many files of a source are looked at.
const FILES_MAX: usize = 5;
/// How much of a file tells how it is written, decompressed.
const HEAD_BYTES: u64 = 1 << 20;

/// What was seen of a source.
#[derive(Debug)]
struct Seen {
    name: String,
    layout: Layout,
    columns: Columns,
    /// How many files the source has, and how many of them are written in another way than the first.
    files: usize,
    others: usize,
}

/// Writes the configuration of a data folder. Gives what to say about it.
pub async fn init(options: &InitOptions) -> Result<String, Error> {
    let folder = DataFolder::new(&options.data);
    let path = folder.config_path();
    if path.exists() && !options.force {
        let what_to_do = "rename it, or write over it with --force";
        return Err(Error::Unready(format!("there is a {} already; {what_to_do}", path.display())));
    }
    let seen = look(&folder).await?;
    let (text, summary) = write::configuration(&seen);
    if let Err(faults) = Config::parse(&text) {
        return Err(Error::malformed("the configuration that was guessed", faults));
    }
    let mut open = OpenOptions::new();
    // Between the look above and this a file may have appeared.
    let open = if options.force { open.create(true).truncate(true) } else { open.create_new(true) };
    let written = open.write(true).open(&path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(Error::file("write", &path))?;
    // The configuration names it, so that editors find it. It holds nothing that is not in this program.
    let schema = path.with_file_name(SCHEMA);
    fs::write(&schema, format!("{:#}\n", json_schema())).map_err(Error::file("write", &schema))?;
    Ok(format!("{summary}\nwrote {}; go through it, then: onefold check, onefold try SOURCE", path.display()))
}

/// Looks at the first files of every folder in landing/.
async fn look(folder: &DataFolder) -> Result<Vec<Seen>, Error> {
    let reader = Reader::new(folder.root())?;
    let mut seen = Vec::new();
    for name in folder.landing_names()? {
        if !Source::is_name(&name) {
            let rule = "1 to 40 of a-z, 0-9, _ and -, starting with a letter or digit";
            let what_to_do = format!("landing/{name}/ cannot be a source, whose name is {rule}; rename it");
            return Err(Error::Unready(what_to_do));
        }
        seen.extend(look_at(&name, folder, &reader).await?);
    }
    if seen.is_empty() {
        return Err(Error::Unready(
            "there is nothing to look at; drop files under landing/SOURCE/, a folder for each source".to_owned(),
        ));
    }
    Ok(seen)
}

/// Looks at a source: first how its files are written, then at their rows, as a run would read them.
async fn look_at(name: &str, folder: &DataFolder, reader: &Reader) -> Result<Option<Seen>, Error> {
    let objects = reader.files(name).await?;
    let mut layout: Option<Layout> = None;
    let mut alike = Vec::new();
    let mut others = 0;
    for object in objects.iter().take(FILES_MAX) {
        let Some(found) = sniff::layout(&head::head(&folder.root().join(&object.key), HEAD_BYTES)?) else { continue };
        if layout.get_or_insert_with(|| found.clone()).joined(&found) {
            alike.push(object);
        } else {
            others += 1;
        }
    }
    let Some(layout) = layout else { return Ok(None) };
    let mut columns = Columns::default();
    let text = write::source_head(name, &layout) + "[source.fields]\nid = \"/id\"\n[[match]]\nkey = \"email\"\n";
    let config = Config::parse(&text).map_err(|faults| Error::malformed("what was seen of the files", faults))?;
    for source in &config.sources {
        for object in &alike {
            let rows = reader.rows_of(source, object).await?.rows;
            rows.iter().take(ROWS_MAX - columns.rows).for_each(|row| columns.read(row));
        }
    }
    Ok(Some(Seen { name: name.to_owned(), layout, columns, files: objects.len(), others }))
}
