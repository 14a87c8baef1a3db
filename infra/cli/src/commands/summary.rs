//! The tables that a person sees at the end of a run, and the same for programs.

use onefold_lake::version::manifest::Manifest;

use crate::cloud::Cloud;
use crate::documents::RunDocument;
use crate::error::Error;
use crate::run::history::Timeline;
use crate::run::{receipts, report};
use crate::screen::say;
use crate::version::out_folder::OutFolder;
use crate::version::{difference, fetch};

/// Prints what a run published, how good it is if `told` says so, and what its stages took. Adds the stages to `told`.
pub async fn show_published(
    cloud: &Cloud,
    timeline: &Timeline,
    manifest: &Manifest,
    told: &mut RunDocument,
) -> Result<(), Error> {
    let sums = receipts::sums(&receipts::read_all(cloud, &manifest.run).await?);
    say(format_args!("\n{}{}", report::counts(manifest, told.quality), report::left_out(manifest)));
    say(report::stages(timeline, &sums).trim_end());
    told.stages = report::stage_documents(timeline, &sums);
    Ok(())
}

/// Prints where the results are, and the page that shows them.
pub fn show_results(out: &OutFolder) {
    say(format_args!("Results: {}", out.path().display()));
    show_page(out);
}

/// Prints where the page of a version is, if it has one.
pub fn show_page(out: &OutFolder) {
    if out.page().is_some() {
        say(page_of(out));
    }
}

/// The line that says where the page of a version is; empty if it has none.
pub fn page_of(out: &OutFolder) -> String {
    out.page().map(|page| format!("Report: {}", page.display())).unwrap_or_default()
}

/// Prints how a version that was not published differs from the one that it builds on, and adds it to `told`.
pub async fn show_difference(cloud: &Cloud, manifest: &Manifest, told: &mut RunDocument) -> Result<(), Error> {
    let before = match &manifest.previous {
        Some(previous) => Some(fetch::manifest(cloud, previous).await?),
        None => None,
    };
    let difference = difference::of(manifest, before.as_ref());
    say(format_args!("\n{}", (difference::text(&difference) + &report::left_out(manifest)).trim_end()));
    told.difference = Some(difference);
    Ok(())
}
