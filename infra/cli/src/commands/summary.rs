//! The tables that a person sees at the end of a run.

use onefold_lake::version::manifest::Manifest;

use crate::cloud::Cloud;
use crate::error::Error;
use crate::run::history::Timeline;
use crate::run::truth::Quality;
use crate::run::{receipts, report};
use crate::screen::say;
use crate::version::out_folder::OutFolder;
use crate::version::{difference, fetch};

/// Prints what a run published and what its stages took.
pub async fn show_published(
    cloud: &Cloud,
    timeline: &Timeline,
    manifest: &Manifest,
    quality: Option<Quality>,
) -> Result<(), Error> {
    let receipts = receipts::read_all(cloud, &manifest.run).await?;
    say(format_args!("\n{}{}", report::counts(manifest, quality), report::left_out(manifest)));
    say(report::stages(timeline, &receipts::sums(&receipts)).trim_end());
    Ok(())
}

/// Prints where the results are, and the page that shows them.
pub fn show_results(out: &OutFolder) {
    say(format_args!("Results: {}", out.path().display()));
    show_page(out);
}

/// Prints where the page of a version is, if it has one.
pub fn show_page(out: &OutFolder) {
    if let Some(page) = out.page() {
        say(format_args!("Report: {}", page.display()));
    }
}

/// Prints how a version that was not published differs from the one that it builds on.
pub async fn show_difference(cloud: &Cloud, manifest: &Manifest) -> Result<(), Error> {
    let before = match &manifest.previous {
        Some(previous) => Some(fetch::manifest(cloud, previous).await?),
        None => None,
    };
    let difference = difference::of(manifest, before.as_ref()) + &report::left_out(manifest);
    say(format_args!("\n{}", difference.trim_end()));
    Ok(())
}
