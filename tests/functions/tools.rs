//! Where the project, its tools and its programs are. What is missing is said, with the command that makes it.

use std::env;
use std::path::{Path, PathBuf};

/// The project's folder.
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the project").to_owned()
}

/// The Python environment that holds MiniStack, moto, the SAM CLI and cargo-lambda.
pub fn environment() -> PathBuf {
    env::var_os("ONEFOLD_VENV").map_or_else(|| project().join("target/venv"), |path| project().join(path))
}

/// A program of the Python environment.
pub fn tool(name: &str) -> PathBuf {
    present(environment().join("bin").join(name), "make tools")
}

/// A path that must be there; `made_by` is the command that makes it.
pub fn present(path: PathBuf, made_by: &str) -> PathBuf {
    assert!(path.exists(), "{} is missing; run `{made_by}` first", path.display());
    path
}
