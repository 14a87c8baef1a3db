//! Finds the parts of the project that the local cloud is made of: template, functions, and the Python environment.

use std::env;
use std::path::{Path, PathBuf};

use onefold_lake::keys;

use crate::error::Error;

/// The project's folder, and the Python environment that belongs to it.
#[derive(Clone, Debug)]
pub struct Project {
    root: PathBuf,
    venv: PathBuf,
}

impl Project {
    /// Looks for the project above the working directory, and then above this program.
    ///
    /// # Errors
    /// There is no project, or the Python environment or a built function is missing.
    pub fn find() -> Result<Self, Error> {
        let around_program = env::current_exe().ok();
        let around = env::current_dir().ok().into_iter().chain(around_program);
        let root = around
            .into_iter()
            .find_map(|start| start.ancestors().find(|folder| is_project(folder)).map(Path::to_owned));
        let root = root.ok_or_else(|| {
            Error::Unready("infra/template.yaml was not found; run this within the Onefold project".to_owned())
        })?;
        let venv = env::var_os("ONEFOLD_VENV").map_or_else(|| root.join("target/venv"), PathBuf::from);
        let project = Self { root, venv };
        project.check()?;
        Ok(project)
    }

    fn check(&self) -> Result<(), Error> {
        let program = self.ministack();
        if !program.exists() {
            let fault = format!("{} is missing", program.display());
            let environment = self.venv.display();
            return Err(Error::Unready(format!(
                "{fault}; make the Python environment:\n  python3 -m venv {environment}\n  \
                 {environment}/bin/pip install -r {}",
                self.root.join("infra/requirements.txt").display()
            )));
        }
        let is_missing = |function: &&str| !self.root.join("target/lambda").join(function).join("bootstrap").exists();
        let missing: Vec<&str> = keys::functions().filter(is_missing).collect();
        if !missing.is_empty() {
            let names = missing.join(", ");
            let what_to_do = "build the functions with `make build`";
            return Err(Error::Unready(format!(
                "target/lambda/<function>/bootstrap is missing for {names}; {what_to_do}"
            )));
        }
        Ok(())
    }

    /// The state folder of the local cloud that stays up.
    pub fn up_folder(&self) -> PathBuf {
        self.root.join("target/local")
    }

    /// The parameters of the template.
    pub fn sam_config(&self) -> PathBuf {
        self.root.join("infra/samconfig.toml")
    }

    /// The template of the stack.
    pub fn template(&self) -> PathBuf {
        self.root.join("infra/template.yaml")
    }

    /// MiniStack, the program in the place of AWS.
    pub fn ministack(&self) -> PathBuf {
        self.venv.join("bin/ministack")
    }
}

fn is_project(folder: &Path) -> bool {
    folder.join("infra/template.yaml").is_file() && folder.join("statemachine").is_dir()
}
