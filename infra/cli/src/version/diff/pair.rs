//! Which two versions are compared.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use onefold_lake::{RunId, keys};
use onefold_store::Store;
use onefold_version::OpenVersion;

use super::ComparedVersion;
use crate::args::{DiffOptions, NamedVersion};
use crate::cloud::Clients;
use crate::error::Error;
use crate::local::overlay::Overlay;
use crate::version::out_folder::{HELD, MANIFEST, OutFolder};

/// Two versions, the earlier one first unless it was asked for otherwise.
pub struct VersionPair {
    pub before: ComparedVersion,
    pub after: ComparedVersion,
}

impl VersionPair {
    /// Finds the versions that were asked for.
    ///
    /// # Errors
    /// One of them does not exist, or both are the same.
    pub async fn find(options: DiffOptions, stack: &str, endpoint: Option<&str>) -> Result<Self, Error> {
        let [before, after] = match &options.out[..] {
            [] => of_store(Clients::of(endpoint).await?.find_stack(stack).await?.store, options).await?,
            [out] => in_folders([out, &held_in(out)?])?,
            [before, after, ..] => in_folders([before, after])?,
        };
        if before.manifest.run == after.manifest.run {
            return Err(Error::Unready(format!("both are the version of {}; name another one", after.manifest.run)));
        }
        Ok(Self { before, after })
    }
}

/// The folder of the version in a folder of results that was not published.
fn held_in(out: &Path) -> Result<PathBuf, Error> {
    let held = out.join(HELD);
    if held.join(MANIFEST).is_file() {
        return Ok(held);
    }
    let what_to_do = "name two folders of results: --out OLD --out NEW";
    Err(Error::Unready(format!("there is no version in {} to compare with; {what_to_do}", held.display())))
}

fn in_folders(folders: [&Path; 2]) -> Result<[ComparedVersion; 2], Error> {
    let [before, after] = folders.map(|folder| {
        let manifest = OutFolder::open(folder, false)?.manifest()?;
        let manifest = manifest.ok_or_else(|| Error::NotPublished(format!("{} holds no version", folder.display())))?;
        let store: Arc<dyn Store> = Arc::new(Overlay::below(keys::version(&manifest.run), folder));
        Ok::<_, Error>(ComparedVersion { store, manifest })
    });
    Ok([before?, after?])
}

/// The versions of a stack that are asked for; see [`DiffOptions`].
async fn of_store(store: Arc<dyn Store>, options: DiffOptions) -> Result<[ComparedVersion; 2], Error> {
    let named = match (options.before, options.after) {
        (Some(before), Some(after)) => [before, after],
        (Some(NamedVersion::Of(run)), None) => return with_current(store, &run).await,
        (None | Some(_), _) => [NamedVersion::Previous, NamedVersion::Current],
    };
    let [before, after] = named;
    Ok([open(&store, before).await?, open(&store, after).await?])
}

/// A run's version and the current one, the earlier run first.
async fn with_current(store: Arc<dyn Store>, run: &RunId) -> Result<[ComparedVersion; 2], Error> {
    let one = open(&store, NamedVersion::Of(run.clone())).await?;
    let current = open(&store, NamedVersion::Current).await?;
    Ok(if one.manifest.run < current.manifest.run { [one, current] } else { [current, one] })
}

async fn open(store: &Arc<dyn Store>, named: NamedVersion) -> Result<ComparedVersion, Error> {
    let opening = || Error::version("open the version");
    let opened = match named {
        NamedVersion::Of(run) => OpenVersion::of_run(store.as_ref(), &run).await,
        NamedVersion::Current => OpenVersion::current(store.as_ref()).await,
        NamedVersion::Previous => {
            let current = OpenVersion::current(store.as_ref()).await.map_err(opening())?;
            let previous = current.manifest().previous.clone().ok_or_else(|| {
                Error::NotPublished(format!("the version of {} is the first; there is none before it", current.run()))
            })?;
            OpenVersion::of_run(store.as_ref(), &previous).await
        }
    };
    let manifest = opened.map_err(opening())?.into_manifest();
    Ok(ComparedVersion { store: store.clone(), manifest })
}
