//! `onefold init`: writes a configuration from the first rows of the files, and says how sure each line is.

mod columns;
mod fields;
mod head;
mod identifiers;
mod ids;
mod items;
mod look;
mod names;
mod phones;
mod regions;
mod search;
mod shapes;
mod sniff;
mod times;
mod words;
mod write;

#[cfg(test)]
mod tests;

use std::fs::{self, OpenOptions};
use std::io::Write;

use onefold_config::json_schema;

use super::folder::DataFolder;
use crate::args::InitOptions;
use crate::documents::InitDocument;
use crate::error::Error;
use crate::table::plural;

/// The file of the schema, beside the configuration.
const SCHEMA: &str = "onefold.schema.json";

/// What `onefold init` wrote.
#[derive(Debug)]
pub struct InitResult {
    /// The text to print.
    pub report: String,
    /// The same for programs.
    pub document: InitDocument,
}

/// Writes the configuration of a data folder. A source whose id cannot be guessed is written as a comment.
pub async fn init(options: &InitOptions) -> Result<InitResult, Error> {
    let folder = DataFolder::new(&options.data);
    let path = folder.config_path();
    if path.exists() && !options.force {
        let what_to_do = "rename it, or write over it with --force";
        return Err(Error::Unready(format!("there is a {} already; {what_to_do}", path.display())));
    }
    let guessed = write::configuration(&look::look(&folder).await?);
    let mut open = OpenOptions::new();
    // `create_new`, because the file may have been created since the check above.
    let open = if options.force { open.create(true).truncate(true) } else { open.create_new(true) };
    let written = open.write(true).open(&path).and_then(|mut file| file.write_all(guessed.text.as_bytes()));
    written.map_err(Error::file("write", &path))?;
    // The configuration names the schema, so that editors find it. It can be overwritten, as it never differs.
    let schema = path.with_file_name(SCHEMA);
    fs::write(&schema, format!("{:#}\n", json_schema())).map_err(Error::file("write", &schema))?;
    let next = match guessed.left_out {
        0 => "go through it, then: onefold check, onefold try SOURCE".to_owned(),
        left_out => {
            format!("{} left out, as comments in it; go through it, then: onefold check", plural(left_out, "source"))
        }
    };
    let report = format!("{}\nwrote {}; {next}", guessed.summary, path.display());
    let document = InitDocument {
        file: path.display().to_string(),
        is_complete: guessed.left_out == 0,
        left_out: guessed.left_out,
        summary: guessed.summary.lines().map(str::to_owned).collect(),
    };
    Ok(InitResult { report, document })
}
