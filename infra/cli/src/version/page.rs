//! `onefold report`: fetches the page of a version, or its numbers.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use onefold_lake::{RunId, keys};
use onefold_store::{Store, StoreError};
use onefold_version::OpenVersion;

use crate::Outcome;
use crate::args::ReportOptions;
use crate::error::Error;
use crate::screen::{document, say};
use crate::version::asked;
use crate::version::out_folder::PAGE;

/// Prints where the page is, and opens it if that was asked for; or prints the numbers.
pub async fn execute(
    options: ReportOptions,
    is_json: bool,
    stack: &str,
    endpoint: Option<&str>,
) -> Result<Outcome, Error> {
    let ReportOptions { run, out, to, open } = options;
    let (store, run) = asked::find(out.as_deref(), run, stack, endpoint).await?;
    let store = store.as_ref();
    let version = OpenVersion::asked(store, run.as_ref()).await.map_err(Error::version("open the version"))?;
    let run = version.run();
    if is_json {
        let report = read(store, run, &keys::processed_report(run)).await?;
        let report: serde_json::Value =
            serde_json::from_slice(&report).map_err(|error| Error::malformed("the report", error))?;
        document(&report)?;
        return Ok(Outcome::Done);
    }
    let page = read(store, run, &keys::processed_page(run)).await?;
    let path = match out {
        Some(out) => out.join(PAGE),
        None => write(&page, to.unwrap_or_else(|| PathBuf::from(format!("report-{run}.html"))))?,
    };
    say(format_args!("Report of {run}: {}", path.display()));
    if open {
        open_in_browser(&path)?;
    }
    Ok(Outcome::Done)
}

async fn read(store: &dyn Store, run: &RunId, key: &str) -> Result<Bytes, Error> {
    match store.get(key).await {
        Ok((bytes, _)) => Ok(bytes),
        Err(StoreError::NotFound { .. }) => Err(Error::NotPublished(format!(
            "the version of {run} has no report, because an earlier program made it; the next run writes one"
        ))),
        Err(error) => Err(Error::store("read the report")(error)),
    }
}

fn write(page: &[u8], path: PathBuf) -> Result<PathBuf, Error> {
    fs::write(&path, page).map_err(Error::file("write", &path))?;
    Ok(path)
}

/// Opens a page and does not wait for the browser.
fn open_in_browser(path: &Path) -> Result<(), Error> {
    let action = format!("open {} in a browser; open it by hand", path.display());
    open::that_detached(path).map_err(|source| Error::Program { action, source })
}

#[cfg(test)]
mod tests {
    use onefold_store::Condition;
    use onefold_store::memory::MemoryStore;

    use super::*;
    use crate::error::describe;

    fn run() -> RunId {
        RunId::parse("20261122T174600Z-1a2b3c4d").unwrap()
    }

    #[tokio::test]
    async fn a_version_of_an_earlier_program_says_what_to_do() {
        let store = MemoryStore::default();
        let key = keys::processed_page(&run());
        let error = describe(&read(&store, &run(), &key).await.unwrap_err());
        assert!(error.contains("20261122T174600Z-1a2b3c4d has no report") && error.contains("the next run"), "{error}");
        store.put(&key, "<!DOCTYPE html>".into(), Condition::Always).await.unwrap();
        assert_eq!(read(&store, &run(), &key).await.unwrap(), "<!DOCTYPE html>");
    }

    #[tokio::test]
    async fn a_folder_of_results_has_its_page() {
        let folder = std::env::temp_dir().join(format!("onefold-page-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let manifest = serde_json::json!({
            "format": 1, "run": run(), "previous": null, "started_at": "2026-11-22T17:46:00Z",
            "counts": onefold_identity::counts::VersionCounts::default(), "blocked": [], "dropped_values": {},
            "files": {"customers": [], "members": [], "member_links": [], "changes": [], "inputs": []},
            "config": "4a", "matching": "25",
        });
        fs::write(folder.join("manifest.json"), manifest.to_string()).unwrap();
        let asked = |json| {
            let options = ReportOptions { run: None, out: Some(folder.clone()), to: None, open: false };
            execute(options, json, "onefold", None)
        };
        let without = asked(false).await.map_err(|error| describe(&error));
        fs::write(folder.join(PAGE), "<!DOCTYPE html>").unwrap();
        let with_page = asked(false).await.map_err(|error| describe(&error));
        let without_numbers = asked(true).await.map_err(|error| describe(&error));
        fs::remove_dir_all(&folder).unwrap();
        assert!(without.unwrap_err().contains("has no report"));
        assert_eq!(with_page, Ok(Outcome::Done));
        assert!(without_numbers.unwrap_err().contains("has no report"));
    }

    #[test]
    fn a_page_that_cannot_be_written_names_its_file() {
        let error = write(b"", PathBuf::from("/nowhere/report.html")).unwrap_err();
        assert!(describe(&error).starts_with("cannot write /nowhere/report.html"));
    }
}
