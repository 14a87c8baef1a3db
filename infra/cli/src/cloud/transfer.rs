//! Moving many files to or from the bucket: several at once, with a bar that shows how far it is.

use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressDrawTarget};

use super::concurrently::for_each;
use crate::cloud::{Cloud, objects};
use crate::error::Error;
use crate::screen::{bar_style, can_redraw};

/// How many objects are transferred at the same time.
pub const TRANSFERS_MAX: usize = 4;

/// Uploads files, each to its key.
pub async fn upload_all(cloud: &Cloud, files: Vec<(PathBuf, String)>) -> Result<(), Error> {
    for_each(files, TRANSFERS_MAX, |(path, key)| {
        let cloud = cloud.clone();
        async move { objects::upload(&cloud, &path, &key).await.map_err(Error::store("upload a file")) }
    })
    .await?;
    Ok(())
}

/// A progress bar of bytes; hidden unless the output is a terminal. Clones are the same bar.
#[derive(Clone, Debug)]
pub struct TransferBar {
    bar: ProgressBar,
}

impl TransferBar {
    /// Shows that nothing of `bytes_total` is transferred yet.
    pub fn begin(name: &'static str, bytes_total: u64) -> Self {
        if !can_redraw() {
            return Self { bar: ProgressBar::hidden() };
        }
        let bar = ProgressBar::with_draw_target(Some(bytes_total), ProgressDrawTarget::stdout());
        bar.set_style(bar_style("  {prefix:<10} {bar:32} {bytes} of {total_bytes}"));
        bar.set_prefix(name);
        Self { bar }
    }

    /// Moves the bar on by `bytes`.
    pub fn advance(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    /// Removes the bar from the screen.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
