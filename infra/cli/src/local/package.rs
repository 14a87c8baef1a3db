//! What is deployed to the local cloud: the template of AWS, whose local paths are replaced by the keys of objects, as
//! `sam package` does.
//!
//! On AWS the package of a function holds its binary. Here it holds a script that starts the binary, so nothing is packed
//! and copied, and the local cloud holds nothing of it in memory. The script starts a link of its own, which stays the same
//! if the functions are built again.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process;
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::cloud::etag::hex;
use crate::error::Error;
use crate::local::project::Project;
use crate::local::settings::{self, Parameter};
use crate::local::zip::zip_of_program;

/// The name of a function's program.
const BOOTSTRAP: &str = "bootstrap";
/// The key of the template.
const TEMPLATE: &str = "template.yaml";

/// Template, state machine and functions of the project as they are now.
#[derive(Debug)]
pub struct Package {
    /// Names this package: one of other functions, or of another template, has another digest.
    pub digest: String,
    /// The template's parameters.
    pub parameters: Vec<Parameter>,
    template: String,
    assets: Vec<Asset>,
}

/// A local path in the template.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asset {
    /// As it stands in the template.
    written: String,
    path: PathBuf,
}

impl Package {
    /// Reads what the project would deploy.
    pub fn read(project: &Project) -> Result<Self, Error> {
        let path = project.template();
        let template = fs::read_to_string(&path).map_err(Error::file("read", &path))?;
        let parameters = settings::read(&project.sam_config())?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let assets: Vec<Asset> = paths_of(&template)
            .map(|written| Asset { written: written.to_owned(), path: folder.join(written) })
            .collect();
        let digest = digest(&template, &parameters, &assets)?;
        Ok(Self { digest, parameters, template, assets })
    }

    /// The objects to upload, the template last, for a bucket. The binaries are linked into `folder`, from where they run.
    pub fn objects(&self, bucket: &str, folder: &Path) -> Result<Vec<(String, Bytes)>, Error> {
        let mut objects = Vec::new();
        for asset in &self.assets {
            let content = match asset.path.is_dir() {
                true => zip_of_script(&linked(&asset.path.join(BOOTSTRAP), &folder.join(&self.digest))?)?,
                false => Bytes::from(fs::read(&asset.path).map_err(Error::file("read", &asset.path))?),
            };
            objects.push((self.key(&asset.written), content));
        }
        let template = self.template.lines().map(|line| self.line(line, bucket) + "\n").collect::<String>();
        objects.push((self.template_key(), template.into()));
        Ok(objects)
    }

    /// The key of the template.
    pub fn template_key(&self) -> String {
        self.key(TEMPLATE)
    }

    fn key(&self, path: &str) -> String {
        format!("{}/{}", self.digest, path.trim_start_matches("../"))
    }

    /// A line of the template as it is deployed.
    fn line(&self, line: &str, bucket: &str) -> String {
        let Some(path) = path_in(line) else { return line.to_owned() };
        line.replace(path, &format!("s3://{bucket}/{}", self.key(path)))
    }
}

/// The local paths in a template.
fn paths_of(template: &str) -> impl Iterator<Item = &str> {
    template.lines().filter_map(path_in)
}

/// The local path in a line of the template, such as `CodeUri: ../target/lambda/plan`.
fn path_in(line: &str) -> Option<&str> {
    let (name, path) = line.trim().split_once(": ")?;
    (name.ends_with("Uri") && path.starts_with("../")).then_some(path)
}

/// A digest of the texts, and of the sizes and times of the binaries, whose content would take long to read.
fn digest(template: &str, parameters: &[Parameter], assets: &[Asset]) -> Result<String, Error> {
    let mut hasher = Sha256::new();
    hasher.update(format!("{template}{parameters:?}"));
    for asset in assets {
        if !asset.path.is_dir() {
            hasher.update(fs::read(&asset.path).map_err(Error::file("read", &asset.path))?);
            continue;
        }
        let binary = asset.path.join(BOOTSTRAP);
        let metadata = fs::metadata(&binary).map_err(Error::file("read", &binary))?;
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        hasher.update(format!("{} {modified:?}", metadata.len()));
    }
    Ok(hex(&hasher.finalize()[..8]))
}

/// Links a function's binary into a folder. Returns the path of the link.
fn linked(binary: &Path, folder: &Path) -> Result<PathBuf, Error> {
    let function = binary.parent().and_then(Path::file_name).unwrap_or_default();
    let folder = folder.join(function);
    let link = folder.join(BOOTSTRAP);
    if link.exists() {
        return Ok(link);
    }
    fs::create_dir_all(&folder).map_err(Error::file("make the folder", &folder))?;
    let binary = binary.canonicalize().map_err(Error::file("find", binary))?;
    match fs::hard_link(&binary, &link) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => copied(&binary, &link)?,
        _ => {}
    }
    Ok(link)
}

/// Copies a binary to a folder on another disk. It is there as a whole or not at all.
fn copied(binary: &Path, copy: &Path) -> Result<(), Error> {
    let begun = copy.with_extension(process::id().to_string());
    fs::copy(binary, &begun).map_err(Error::file("write", &begun))?;
    fs::rename(&begun, copy).map_err(Error::file("write", copy))
}

/// The package of a function: a script that becomes the program.
fn zip_of_script(program: &Path) -> Result<Bytes, Error> {
    let Some(program) = program.to_str() else {
        return Err(Error::malformed(program.display(), "the path is not UTF-8; choose another folder"));
    };
    let script = format!("#!/bin/sh\nexec '{}'\n", program.replace('\'', r"'\''"));
    Ok(zip_of_program(BOOTSTRAP, script.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn package(template: &str) -> Package {
        Package { digest: "d1".to_owned(), parameters: Vec::new(), template: template.to_owned(), assets: Vec::new() }
    }

    #[test]
    fn a_template_is_the_same_but_for_its_paths() {
        let template = include_str!("../../../template.yaml");
        let package = package(template);
        let deployed: Vec<String> = template.lines().map(|line| package.line(line, "code")).collect();
        let changed: Vec<_> = template.lines().zip(&deployed).filter(|(line, deployed)| line != deployed).collect();
        assert!(deployed.contains(&"      CodeUri: s3://code/d1/target/lambda/plan".to_owned()));
        assert!(deployed.contains(&"      DefinitionUri: s3://code/d1/statemachine/onefold.asl.json".to_owned()));
        assert_eq!(changed.len(), paths_of(template).count());
        assert_eq!(changed.len(), template.matches("Uri: ").count(), "every path is replaced");
    }

    #[test]
    fn a_package_starts_the_program_that_was_there() {
        let folder = std::env::temp_dir().join(format!("onefold-it's-{}", std::process::id()));
        let binary = folder.join("lambda/plan/bootstrap");
        fs::create_dir_all(binary.parent().unwrap()).unwrap();
        fs::copy("/bin/echo", &binary).unwrap();
        let link = linked(&binary, &folder.join("d1")).unwrap();
        fs::remove_file(&binary).unwrap();
        fs::write(&binary, "another build").unwrap();

        let zip = zip_of_script(&link).unwrap();
        fs::write(folder.join("plan.zip"), zip).unwrap();
        let extract =
            Command::new("python3").args(["-m", "zipfile", "-e", "plan.zip", "."]).current_dir(&folder).status();
        let script = Command::new("/bin/sh").arg("bootstrap").current_dir(&folder).output();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(link, folder.join("d1/plan/bootstrap"));
        assert!(extract.unwrap().success());
        assert_eq!(script.unwrap().stdout, b"\n");
    }

    #[test]
    fn another_binary_is_another_package() {
        let folder = std::env::temp_dir().join(format!("onefold-package-{}", std::process::id()));
        fs::create_dir_all(folder.join("plan")).unwrap();
        fs::write(folder.join("machine"), "{}").unwrap();
        let asset = |name: &str| Asset { written: name.to_owned(), path: folder.join(name) };
        let assets = [asset("plan"), asset("machine")];
        let of = |template: &str| digest(template, &[], &assets).unwrap();
        fs::write(folder.join("plan/bootstrap"), "1").unwrap();
        let (first, again, other) = (of("t"), of("t"), of("u"));
        fs::write(folder.join("plan/bootstrap"), "12").unwrap();
        let rebuilt = of("t");
        fs::write(folder.join("machine"), "{ }").unwrap();
        let changed = of("t");
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(first, again);
        let mut digests = [first, other, rebuilt, changed];
        digests.sort();
        assert!(digests.windows(2).all(|pair| pair[0] != pair[1]), "{digests:?}");
    }
}
