//! The local cloud that `onefold local up` keeps running, as other commands find it.
//!
//! Each folder of results has a stack of its own there, so runs into several folders do not meet, and none finds what
//! another one left. A stack is used again if the last command that used it ended well, and if it was made of the same
//! package. Any other is removed and made anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use onefold_lake::keys;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::process::Command;
use tokio::time::sleep;

use crate::cloud::etag::hex;
use crate::cloud::{Clients, Cloud};
use crate::documents::LocalCloudDocument;
use crate::error::Error;
use crate::files::remove;
use crate::local::processes::Site;
use crate::local::project::Project;
use crate::local::state_folder::{is_claimed, temporary_of};

/// The file among the temporary files that says where the cloud is.
const NOTICE: &str = "cloud.json";
/// How long the cloud may take to end, in tenths of a second.
const TENTHS_TO_END: u32 = 150;

/// A local cloud that another process keeps running.
#[derive(Debug)]
pub struct UpCloud {
    /// What it told when it was up.
    pub cloud: LocalCloudDocument,
    /// Its place.
    pub site: Site,
    process: u32,
}

/// What the process that keeps the cloud running tells others.
#[derive(Debug, Serialize, Deserialize)]
struct Notice {
    process: u32,
    cloud: LocalCloudDocument,
}

/// Tells other commands of a cloud that has temporary files in `temporary`. They are removed with the cloud.
pub fn announce(cloud: &LocalCloudDocument, temporary: &Path) -> Result<(), Error> {
    let notice = Notice { process: std::process::id(), cloud: cloud.clone() };
    let text = serde_json::to_vec(&notice).map_err(|error| Error::malformed("the notice of the local cloud", error))?;
    let (begun, path) = (temporary.join("cloud.new"), temporary.join(NOTICE));
    fs::write(&begun, text).map_err(Error::file("write", &begun))?;
    fs::rename(&begun, &path).map_err(Error::file("write", &path))
}

impl UpCloud {
    /// Finds the cloud of the project. A notice whose process is gone counts for nothing.
    pub fn find(project: &Project) -> Result<Option<Self>, Error> {
        Self::find_in(&project.up_folder())
    }

    fn find_in(folder: &Path) -> Result<Option<Self>, Error> {
        let temporary = temporary_of(folder);
        let Ok(text) = fs::read(temporary.join(NOTICE)) else { return Ok(None) };
        if !is_claimed(folder) {
            return Ok(None);
        }
        let Ok(Notice { process, cloud }) = serde_json::from_slice(&text) else { return Ok(None) };
        let site = Site::of_other(cloud.endpoint.clone(), PathBuf::from(&cloud.log), temporary)?;
        Ok(Some(Self { cloud, site, process }))
    }

    /// Ends it, and waits until it has ended.
    pub async fn end(&self, project: &Project) -> Result<(), Error> {
        let cannot = |source| Error::Program { action: "end the local cloud".to_owned(), source };
        let terminate = format!("kill -TERM {}", self.process);
        Command::new("/bin/sh").args(["-c", &terminate]).status().await.map_err(cannot)?;
        for _ in 0..TENTHS_TO_END {
            if !is_claimed(&project.up_folder()) {
                return Ok(());
            }
            sleep(Duration::from_millis(100)).await;
        }
        Err(Error::Unready(format!("the local cloud does not end; its process is {}", self.process)))
    }

    /// The stack of a folder of results, by the folder of its objects or its own.
    pub fn stack(&self, stack: &str, out: &Path) -> StackOfFolder {
        let digest = Sha256::digest(out.as_os_str().as_encoded_bytes());
        let name = format!("{stack}-{}", hex(&digest[..4]));
        StackOfFolder { record: self.site.temporary().join("stacks").join(&name), name }
    }
}

/// The stack that a folder of results has in a cloud that stays up.
#[derive(Debug)]
pub struct StackOfFolder {
    /// Its name.
    pub name: String,
    /// The file that says what it was made of. It is there while no command uses the stack, and the last one ended well.
    record: PathBuf,
}

impl StackOfFolder {
    /// Takes the stack if it is as a new one of this package would be. Returns false after it has made sure that there is
    /// none, so it has to be deployed.
    pub async fn take(&self, clients: &Clients, package: &str) -> Result<bool, Error> {
        let made_of = fs::read_to_string(&self.record).unwrap_or_default();
        remove(&self.record)?;
        if made_of == package {
            return Ok(true);
        }
        self.remove(clients).await?;
        Ok(false)
    }

    /// Gives the stack back after a command that ended well. What results were made of goes.
    pub async fn give_back(&self, clients: &Clients, package: &str) -> Result<(), Error> {
        let cloud = clients.clone().find_stack(&self.name).await?;
        cloud.empty_bucket().await?;
        let folder = self.record.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(Error::file("make the folder", folder))?;
        fs::write(&self.record, package).map_err(Error::file("write", &self.record))
    }

    /// Removes the stack with all that it is doing. There need not be one.
    pub async fn remove(&self, clients: &Clients) -> Result<(), Error> {
        let cloud = match clients.clone().find_stack(&self.name).await {
            // One whose deployment was interrupted has no state machine.
            Err(Error::NoStack { .. }) => return clients.stacks.remove(&self.name).await,
            found => found?,
        };
        cloud.stop_executions().await?;
        // CloudFormation removes functions without ending what they do.
        for function in keys::functions() {
            cloud.lambda.remove(&format!("{}-{function}", self.name)).await?;
        }
        // CloudFormation would keep the bucket.
        clients.remove_bucket(&cloud).await?;
        clients.stacks.remove(&self.name).await
    }
}

impl Cloud {
    /// Stops all executions of the stack's state machine.
    async fn stop_executions(&self) -> Result<(), Error> {
        let running = self.sfn.list_executions().state_machine_arn(&self.machine_arn);
        let running = running.status_filter(aws_sdk_sfn::types::ExecutionStatus::Running).send().await;
        for execution in running.map_err(Error::call("list the executions"))?.executions {
            let stop = self.sfn.stop_execution().execution_arn(execution.execution_arn);
            stop.send().await.map_err(Error::call("stop an execution"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::state_folder::StateFolder;

    #[test]
    fn a_cloud_is_found_as_long_as_its_process_lives() {
        let folder = std::env::temp_dir().join(format!("onefold-up-{}", std::process::id()));
        let cloud = LocalCloudDocument {
            endpoint: "http://127.0.0.1:4566".to_owned(),
            stack: "onefold".to_owned(),
            bucket: "b".to_owned(),
            folder: None,
            log: "/l".to_owned(),
        };
        let find = || UpCloud::find_in(&folder).unwrap().map(|up| (up.cloud, up.process));
        let nowhere = find();
        let state = StateFolder::claim(&folder).unwrap();
        let booting = find();
        announce(&cloud, &state.temporary()).unwrap();
        let up = find();
        drop(state);
        let gone = find();
        let next = StateFolder::claim(&folder).unwrap();
        let booting_again = find();
        drop(next);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(up, Some((cloud, std::process::id())));
        assert_eq!([nowhere, booting, gone, booting_again], [const { None }; 4]);
    }
}
