//! Uploads a folder of results into an empty cloud: its version, which becomes the current one, and the suppression list.

use std::fs;
use std::path::{Path, PathBuf};

use onefold_lake::keys;
use onefold_lake::version::manifest::Manifest;
use onefold_version::publish_restored;

use crate::cloud::transfer::upload_all;
use crate::cloud::{Cloud, objects};
use crate::error::Error;
use crate::files::for_each_file;
use crate::version::out_folder::{MANIFEST, OutFolder};

/// Uploads the suppression list beside the version. The list applies with `--fresh` as well.
pub async fn suppression(cloud: &Cloud, out: &Path) -> Result<(), Error> {
    let mut uploads = Vec::new();
    for_each_file(&out.join(keys::SUPPRESSION), |path, name| {
        uploads.push((path, format!("{}{name}", keys::SUPPRESSION)));
    })?;
    upload_all(cloud, uploads).await
}

/// Uploads the version in a folder, and then makes it the current one.
///
/// # Errors
/// Also if the version was not published, or a file has another size than the manifest says.
pub async fn version(cloud: &Cloud, out: &OutFolder, manifest: &Manifest) -> Result<(), Error> {
    if manifest.is_held() {
        let fault = format!("{} holds a version that was not published", out.path().display());
        return Err(Error::Unready(format!(
            "{fault}, so nothing can be built on it; choose another folder, or --fresh"
        )));
    }
    upload_all(cloud, files_of(out, manifest)?).await?;
    objects::upload(cloud, &out.path().join(MANIFEST), &keys::manifest(&manifest.run))
        .await
        .map_err(Error::store("write the manifest"))?;
    publish_restored(cloud.store.as_ref(), &manifest.run)
        .await
        .map_err(Error::version("make the version the current one"))
}

/// The files of a version, except the manifest, with their keys. Their sizes are checked against the manifest.
fn files_of(out: &OutFolder, manifest: &Manifest) -> Result<Vec<(PathBuf, String)>, Error> {
    let version = keys::version(&manifest.run);
    let mut files = Vec::new();
    for file in manifest.objects() {
        let Some(name) = file.key.strip_prefix(&version) else {
            let path = out.path().join(MANIFEST);
            return Err(Error::malformed(path.display(), format!("{} is no file of it", file.key)));
        };
        let path = out.path().join(name);
        let file_bytes = fs::metadata(&path).map_err(Error::file("read", &path))?.len();
        if file_bytes != file.bytes {
            let fault = format!("{file_bytes} bytes, but the manifest beside it says {}", file.bytes);
            let what_to_do = "repeat with --fresh to start from nothing";
            return Err(Error::malformed(path.display(), format!("{fault}; {what_to_do}")));
        }
        files.push((path, file.key.clone()));
    }
    files.extend(report_of(out, manifest));
    Ok(files)
}

/// The files of the version's report, from which the next one tells the trend. They are measurements: none of them is needed,
/// and the manifest has no sizes of them.
fn report_of(out: &OutFolder, manifest: &Manifest) -> Vec<(PathBuf, String)> {
    let version = keys::version(&manifest.run);
    let report = manifest.files.report.iter().filter_map(|key| {
        let path = out.path().join(key.strip_prefix(&version)?);
        path.is_file().then(|| (path, key.clone()))
    });
    report.collect()
}

#[cfg(test)]
mod tests {
    use onefold_lake::RunId;

    use super::*;

    #[test]
    fn a_report_is_restored_if_it_is_there() {
        let folder = std::env::temp_dir().join(format!("onefold-restored-report-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("report.json"), "{}").unwrap();
        let run = RunId::parse("20261122T174600Z-1a2b3c4d").unwrap();
        let keys = [keys::processed_report(&run), keys::processed_page(&run), "elsewhere/report.json".to_owned()];
        let manifest = serde_json::json!({
            "format": 1, "run": run, "previous": null, "started_at": "2026-11-22T17:46:00Z",
            "counts": onefold_identity::counts::VersionCounts::default(), "blocked": [], "dropped_values": {},
            "files": {"customers": [], "members": [], "member_links": [], "changes": [], "inputs": [], "report": keys},
            "config": "4a", "matching": "25",
        });
        let out = OutFolder::open(&folder, true).unwrap();
        let report = report_of(&out, &serde_json::from_value(manifest).unwrap());
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(report, [(folder.join("report.json"), keys[0].clone())]);
    }
}
