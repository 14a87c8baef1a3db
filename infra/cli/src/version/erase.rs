//! `onefold erase`: puts persons on the suppression list, with the function Erase.
//!
//! In the cloud the function is called, because only it has the deployment's secret. For a folder of results of the local
//! cloud, whose secret is public, the function's own code runs here.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use onefold_lake::calls::{EraseRequest, EraseResult};
use onefold_lake::keys;
use onefold_version::publish_restored;

use crate::Outcome;
use crate::args::EraseOptions;
use crate::cloud::{Clients, Cloud};
use crate::error::Error;
use crate::local::functions;
use crate::local::overlay::Overlay;
use crate::screen;
use crate::table::{count, plural};
use crate::version::out_folder::OutFolder;

/// Puts persons on the list, or prints how many that would be.
pub async fn execute(options: EraseOptions, stack: &str, endpoint: Option<&str>) -> Result<Outcome, Error> {
    let request = EraseRequest {
        references: options.references,
        emails: options.emails,
        phone_numbers: options.phone_numbers,
        dry_run: !options.yes,
        cursor: None,
    };
    let answer = match &options.out {
        Some(out) => in_folder(out, request).await?,
        None => in_cloud(&Clients::of(endpoint).await?.find_stack(stack).await?, request).await?,
    };
    screen::answer(&answer, || in_words(&answer))?;
    Ok(Outcome::Done)
}

/// Calls the function until it has searched the whole version.
async fn in_cloud(cloud: &Cloud, mut request: EraseRequest) -> Result<EraseResult, Error> {
    loop {
        let answer: EraseResult = cloud.call("erase", &request).await?;
        if answer.next.is_none() {
            return Ok(answer);
        }
        request.cursor = answer.next;
    }
}

/// Searches the version in a folder of results, and writes the entries beside it.
async fn in_folder(out: &Path, request: EraseRequest) -> Result<EraseResult, Error> {
    let folder = OutFolder::open(out, false)?;
    let hasher = functions::local_hasher()?;
    let store = match folder.manifest()? {
        None => Overlay::new(out),
        Some(manifest) => {
            let store = Overlay::below(keys::version(&manifest.run), out);
            publish_restored(&store, &manifest.run).await.map_err(Error::version("open the version"))?;
            store
        }
    };
    let store = Arc::new(store);
    let answer = ::erase::run(request, &functions::context(store.clone(), hasher)).await;
    let answer = answer.map_err(Error::Stage)?;
    for (key, content) in store.take_written(keys::SUPPRESSION).await.map_err(Error::store("read the new entries"))? {
        let path = out.join(&key);
        let parent = path.parent().unwrap_or(out);
        fs::create_dir_all(parent).map_err(Error::file("make the folder", parent))?;
        fs::write(&path, &content).map_err(Error::file("write", &path))?;
    }
    Ok(answer)
}

/// The answer in words. It holds numbers only.
fn in_words(answer: &EraseResult) -> String {
    let found = match &answer.version {
        None => "nothing has been published yet".to_owned(),
        Some(run) => format!(
            "in the version of {run}: {} with {}",
            plural(answer.customers, "customer"),
            plural(answer.accounts, "account")
        ),
    };
    let unknown = match answer.unknown {
        0 => String::new(),
        1 => "; 1 of the values is nobody's there".to_owned(),
        unknown => format!("; {} of the values are nobody's there", count(unknown)),
    };
    let what_next = if answer.listed {
        "They are on the suppression list. The next run drops them, and removes what earlier runs left of them: older \
         versions, too, so nothing before that run can be rolled back to. Files under landing/ are yours to clean."
    } else {
        "Nothing was done. Repeat the command with --yes to erase them; it cannot be undone."
    };
    format!("{found}{unknown}\n{what_next}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_would_be_erased_is_told_in_numbers() {
        let answer =
            EraseResult { version: None, customers: 0, accounts: 0, unknown: 2, entries: 2, listed: false, next: None };
        let text = in_words(&answer);
        assert!(text.starts_with("nothing has been published yet; 2 of the values are nobody's there\n"), "{text}");
        assert!(text.contains("--yes") && !text.contains("suppression list"), "{text}");
        assert!(in_words(&EraseResult { listed: true, ..answer }).contains("They are on the suppression list"));
    }
}
