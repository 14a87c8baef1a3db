//! The tables that a person sees at the end of a run, and the same for programs.

use onefold_lake::version::manifest::Manifest;

use crate::cloud::Cloud;
use crate::documents::RunDocument;
use crate::error::Error;
use crate::run::history::Timeline;
use crate::run::{receipts, report};
use crate::screen::say;
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
