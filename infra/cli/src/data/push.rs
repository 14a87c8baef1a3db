//! `onefold push`: uploads a data folder, its configuration, landing files, reference tables and corrections.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use onefold_lake::keys;
use onefold_store::{Object, Operation, StoreError};

use crate::cloud::concurrently::for_each;
use crate::cloud::etag;
use crate::cloud::transfer::{TRANSFERS_MAX, TransferBar};
use crate::cloud::{Cloud, LocalFolder};
use crate::data::folder::{CONFIG, DataFolder};
use crate::documents::PushDocument;
use crate::error::Error;
use crate::files::for_each_file;
use crate::screen::{say, warn};
use crate::table::{self, plural};

/// A file of a data folder and the key of its object.
#[derive(Clone, Debug, PartialEq, Eq)]
struct PushedFile {
    path: PathBuf,
    key: String,
    bytes: u64,
}

/// Uploads the files that are new or changed. The configuration comes last, so a run that starts meanwhile sees the new one
/// only with its data.
pub async fn push(cloud: &Cloud, data: &Path) -> Result<PushDocument, Error> {
    let (uploads, config) = plan(data)?;
    let mut there = BTreeMap::new();
    for prefix in [keys::LANDING, keys::REFERENCE, keys::CORRECTIONS, keys::CONFIG] {
        let listed = cloud.store.list(prefix).await.map_err(Error::store("list what is in the bucket"))?;
        there.extend(listed.into_iter().map(|object| (object.key.clone(), object)));
    }

    let bar = TransferBar::begin("push", uploads.iter().chain([&config]).map(|upload| upload.bytes).sum());
    let send = |upload: PushedFile| {
        let (cloud, bar, there) = (cloud.clone(), bar.clone(), there.get(&upload.key).cloned());
        async move {
            let is_new = send_if_new(&cloud, &upload, there).await?;
            bar.advance(upload.bytes);
            Ok(is_new)
        }
    };
    let mut is_new = for_each(uploads.iter().cloned(), TRANSFERS_MAX, send).await?;
    is_new.extend(for_each([config.clone()], 1, send).await?);
    bar.end();

    let sent = || uploads.iter().chain([&config]).zip(&is_new).filter(|(_, is_new)| **is_new);
    let sent_bytes = sent().map(|(upload, _)| upload.bytes).sum();
    let unchanged = is_new.len() - sent().count();
    let objects = sent().count();
    say(format_args!("pushed {} ({}), {unchanged} unchanged", plural(objects, "object"), table::bytes(sent_bytes)));
    Ok(PushDocument { objects, bytes: sent_bytes, unchanged })
}

/// Uploads a file unless the object exists with the same content. Returns whether it was uploaded.
async fn send_if_new(cloud: &Cloud, upload: &PushedFile, there: Option<Object>) -> Result<bool, Error> {
    if let Some(object) = there.filter(|object| object.size == upload.bytes) {
        let path = upload.path.clone();
        let hashed = tokio::task::spawn_blocking(move || etag::of_file(&path)).await;
        let etag = hashed.map_err(Error::task("hash a file"))?.map_err(Error::file("read", &upload.path))?;
        if etag == object.etag {
            return Ok(false);
        }
    }
    put(cloud, upload).await.map_err(Error::store("upload a file"))?;
    Ok(true)
}

/// Puts a file into the bucket. In the folder of a local cloud it becomes a link with the entity tag that S3 would give.
async fn put(cloud: &Cloud, upload: &PushedFile) -> Result<(), StoreError> {
    let Some(LocalFolder { store, ends_with_the_command, .. }) = cloud.folder.clone() else {
        return cloud.store.upload(&upload.path, &upload.key).await;
    };
    let PushedFile { path, key, .. } = upload.clone();
    let linked = tokio::task::spawn_blocking(move || match ends_with_the_command {
        true => store.link(&path, &key, etag::of_file),
        false => store.link_copy(&path, &key, etag::of_file),
    });
    let failed = |error| StoreError::unavailable(Operation::Put, &upload.key, "the thread ended").caused_by(error);
    linked.await.map_err(failed)?
}

/// The files to upload in the order of their keys, and the configuration.
fn plan(data: &Path) -> Result<(Vec<PushedFile>, PushedFile), Error> {
    let config = data.join(CONFIG);
    if !config.is_file() {
        let what_to_do = "a data folder holds onefold.toml and landing/<source>/…";
        return Err(Error::Unready(format!("there is no {}; {what_to_do}", config.display())));
    }
    let mut uploads = Vec::new();
    for_each_file(&data.join("landing"), |path, name| match name.split_once('/') {
        Some((source, name)) => uploads.push((path, keys::landing(source) + name)),
        None => warn(format_args!("passed over {}: files of a source belong into landing/<source>/", path.display())),
    })?;
    for_each_file(&data.join("reference"), |path, name| {
        if let Some((table, format)) = keys::parse_reference(name) {
            uploads.push((path, keys::reference(table, format)));
        }
    })?;
    uploads.extend(DataFolder::new(data).corrections()?);
    let sized = |(path, key): (PathBuf, String)| {
        let bytes = fs::metadata(&path).map_err(Error::file("read", &path))?.len();
        Ok::<_, Error>(PushedFile { path, key, bytes })
    };
    let uploads = uploads.into_iter().map(sized).collect::<Result<_, _>>()?;
    Ok((uploads, sized((config, keys::CONFIG.to_owned()))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_become_objects() {
        let data = std::env::temp_dir().join(format!("onefold-push-{}", std::process::id()));
        for file in [
            "onefold.toml",
            "landing/crm/b.csv",
            "landing/crm/2026/a.csv",
            "landing/.DS_Store",
            "reference/zip3.csv",
            "reference/names.parquet",
        ] {
            let path = data.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "12345").unwrap();
        }
        fs::write(data.join("reference/notes.txt"), "").unwrap();
        fs::create_dir_all(data.join("corrections")).unwrap();
        fs::write(data.join("corrections/pairs.csv"), "kind,left,right\n").unwrap();
        fs::write(data.join("corrections/notes.txt"), "").unwrap();
        let planned = plan(&data);
        let without_config = plan(&data.join("landing"));
        fs::remove_dir_all(&data).unwrap();

        let (uploads, config) = planned.unwrap();
        let keys: Vec<&str> = uploads.iter().map(|upload| upload.key.as_str()).collect();
        assert_eq!(
            keys,
            [
                "landing/crm/2026/a.csv",
                "landing/crm/b.csv",
                "reference/names.parquet",
                "reference/zip3.csv",
                "corrections/pairs.csv"
            ]
        );
        assert_eq!((config.key.as_str(), config.bytes), ("config/pipeline.toml", 5));
        assert!(without_config.unwrap_err().to_string().contains("onefold.toml"));
    }

    /// A command that is carried out in a cloud of its own links files, and one that reaches a cloud copies them.
    #[tokio::test]
    async fn files_get_into_a_folder_with_the_tags_that_s3_gives() {
        let root = std::env::temp_dir().join(format!("onefold-push-folder-{}", std::process::id()));
        for (ends_with_the_command, name) in [(true, "linked"), (false, "copied")] {
            let (data, bucket) = (root.join(name).join("data"), root.join(name).join("bucket"));
            fs::create_dir_all(data.join("landing/crm")).unwrap();
            fs::write(data.join("onefold.toml"), "abc").unwrap();
            fs::write(data.join("landing/crm/a.csv"), "id\n1\n").unwrap();
            let cloud = Cloud::offline(&bucket, ends_with_the_command);
            let first = push(&cloud, &data).await.unwrap();
            assert_eq!((first.objects, first.bytes, first.unchanged), (2, 8, 0));
            let (config, etag) = cloud.store.get(keys::CONFIG).await.unwrap();
            assert_eq!((config.as_ref(), etag.as_str()), (&b"abc"[..], "900150983cd24fb0d6963f7d28e17f72"));

            fs::write(data.join("landing/crm/a.csv"), "id\n2\n").unwrap();
            let there = cloud.store.get("landing/crm/a.csv").await.unwrap().0;
            assert_eq!(there == "id\n2\n", ends_with_the_command, "{name}");
            let again = push(&cloud, &data).await.unwrap();
            assert_eq!((again.objects, again.unchanged), (1, 1), "{name}");
            assert_eq!(cloud.store.get("landing/crm/a.csv").await.unwrap().0, "id\n2\n");
            assert_eq!(cloud.store.list("").await.unwrap().len(), 2);
        }
        fs::remove_dir_all(&root).unwrap();
    }
}
