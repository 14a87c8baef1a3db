//! `onefold fetch`: downloads a version with the rejects and receipts of its run.

use std::fs;
use std::path::Path;

use onefold_lake::version::manifest::Manifest;
use onefold_lake::{RunId, keys};
use onefold_version::{OpenVersion, current_run};

use crate::cloud::Cloud;
use crate::cloud::concurrently::for_each;
use crate::cloud::objects;
use crate::cloud::transfer::{TRANSFERS_MAX, TransferBar};
use crate::error::Error;
use crate::run::receipts;
use crate::version::out_folder::{OutFolder, RECEIPTS, REJECTS};

/// The manifest of a run's version, published or held back.
///
/// # Errors
/// Also if there is no such version.
pub async fn manifest(cloud: &Cloud, run: &RunId) -> Result<Manifest, Error> {
    Ok(OpenVersion::of_run(cloud.store.as_ref(), run)
        .await
        .map_err(Error::version("open the version"))?
        .into_manifest())
}

/// Downloads the version of a run, or the current one, into a folder. The folder keeps the version that it holds until
/// everything has arrived.
pub async fn fetch(cloud: &Cloud, out: &OutFolder, run: Option<&RunId>) -> Result<Manifest, Error> {
    let run = match run {
        Some(run) => run.clone(),
        None => current_run(cloud.store.as_ref())
            .await
            .map_err(Error::version("find the current version"))?
            .ok_or_else(|| {
                Error::NotPublished(format!(
                    "nothing has been published in {}; run `onefold start` first",
                    cloud.store.address("")
                ))
            })?,
    };
    let version = OpenVersion::of_run(cloud.store.as_ref(), &run).await.map_err(Error::version("open the version"))?;
    let objects = version.list_objects().await.map_err(Error::version("list the version"))?;
    let rejects = cloud.store.list(&keys::rejects_of(&run)).await.map_err(Error::store("list the rejected rows"))?;

    let new = out.begin()?;
    let bar = TransferBar::begin("fetch", objects.iter().chain(&rejects).map(|object| object.size).sum());
    let in_version = objects.into_iter().map(|object| {
        let name = below(&object.key, &keys::version(&run)).to_owned();
        (object, new.join(name))
    });
    let in_rejects = rejects.into_iter().map(|object| {
        let name = below(&object.key, &keys::rejects_of(&run)).replace('/', ".");
        (object, new.join(REJECTS).join(name))
    });
    for_each(in_version.chain(in_rejects), TRANSFERS_MAX, |(object, path)| {
        let (cloud, bar) = (cloud.clone(), bar.clone());
        async move {
            objects::download(&cloud, &object, &path).await?;
            bar.advance(object.size);
            Ok(())
        }
    })
    .await?;
    write_receipts(cloud, &run, &new.join(RECEIPTS)).await?;
    bar.end();
    out.commit()?;
    Ok(version.into_manifest())
}

async fn write_receipts(cloud: &Cloud, run: &RunId, path: &Path) -> Result<(), Error> {
    let lines = receipts::lines(&receipts::read_all(cloud, run).await?)?;
    fs::write(path, lines).map_err(Error::file("write", path))
}

/// A key without its prefix.
fn below<'k>(key: &'k str, prefix: &str) -> &'k str {
    key.strip_prefix(prefix).unwrap_or(key)
}
