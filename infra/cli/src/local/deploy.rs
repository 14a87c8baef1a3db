//! Deploys the project to the local cloud with the SAM CLI, as in AWS.

use std::fs::{self, File};

use crate::error::Error;
use crate::local::processes::{Site, tail};
use crate::local::project::Project;
use crate::local::state_folder::StateFolder;

/// The SAM CLI's own settings. Without them it would look for a newer version at every start, and send telemetry.
const SAM_SETTINGS: &str = r#"{"telemetryEnabled": false, "lastVersionCheck": 4102444800}"#;

/// Runs `sam deploy` with the settings for the local cloud.
pub async fn deploy(project: &Project, state: &StateFolder, site: &Site, stack: &str) -> Result<(), Error> {
    let settings = site.temporary().join("sam");
    fs::create_dir_all(&settings).map_err(Error::file("make the folder", &settings))?;
    fs::write(settings.join("metadata.json"), SAM_SETTINGS).map_err(Error::file("write", &settings))?;

    let log_path = state.deploy_log();
    let log = File::create(&log_path).map_err(Error::file("write", &log_path))?;
    let log_too = log.try_clone().map_err(Error::file("write", &log_path))?;
    let mut sam = site.command(&project.sam());
    sam.arg("deploy")
        .arg("--config-env")
        .arg("local")
        .arg("--config-file")
        .arg(project.sam_config())
        .arg("--template-file")
        .arg(project.template())
        .arg("--stack-name")
        .arg(stack)
        .current_dir(project.root())
        .env("__SAM_CLI_APP_DIR", &settings)
        .env("SAM_CLI_TELEMETRY", "0")
        // Seconds between two looks at the stack; the default is five.
        .env("SAM_CLI_POLL_DELAY", "0.3")
        .stdout(log)
        .stderr(log_too);
    let status = sam.status().await.map_err(|source| {
        let action = format!("start {}", project.sam().display());
        Error::Program { action, source }
    })?;
    if status.success() {
        return Ok(());
    }
    let tail = tail(&log_path);
    Err(Error::Deploy { log: log_path, tail })
}
