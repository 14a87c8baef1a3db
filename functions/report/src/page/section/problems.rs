//! What went wrong, and what the gate found.

use maud::{Markup, html};

use crate::page::number::{count, percent};
use crate::page::part::{Section, folded, name, nothing};
use crate::{Health, RefusedFile, Report};

/// How many files are shown at once.
const SHOWN: usize = 10;

pub fn section(report: &Report) -> Section {
    Section {
        id: "problems",
        title: "Problems",
        look: "Settle what stands here before you rely on the version.",
        body: body(&report.health),
    }
}

/// Whether nothing may be wrong with a source or its rows.
pub fn is_sound(health: &Health) -> bool {
    health.skipped.is_empty()
        && health.incomplete_snapshots.is_empty()
        && health.refused_files.is_empty()
        && health.remarks.is_empty()
}

fn body(health: &Health) -> Markup {
    if is_sound(health) && health.notes.is_empty() {
        return nothing(
            "No source was skipped, no row was rejected as wrong, and no source looks as if it were read wrongly.",
        );
    }
    html! {
        (sources(health))
        @if !health.notes.is_empty() {
            h3 { "Remarks about the set-up" }
            ul { @for note in &health.notes { li { (note) } } }
        }
        @if !health.refused_files.is_empty() { (refused_files(&health.refused_files)) }
    }
}

fn sources(health: &Health) -> Markup {
    html! {
        @if !health.skipped.is_empty() {
            h3 { "Sources that were skipped" }
            ul { @for skipped in &health.skipped { li { strong { (skipped.source) } ": " (skipped.reason) } } }
        }
        @if !health.incomplete_snapshots.is_empty() {
            h3 { "Snapshots with rejected rows" }
            ul { @for source in &health.incomplete_snapshots { li { strong { (source) } ": no account was treated as deleted" } } }
        }
        @if !health.remarks.is_empty() {
            h3 { "Remarks about sources" }
            ul { @for remark in &health.remarks { li { strong { (remark.source) } ": " (remark.text) } } }
        }
    }
}

fn refused_files(files: &[RefusedFile]) -> Markup {
    let (first, rest) = files.split_at(files.len().min(SHOWN));
    html! {
        h3 { "Files with rejected rows" }
        div.scroll { (table(first)) }
        @if !rest.is_empty() { (folded(&format!("{} more", rest.len()), &table(rest))) }
    }
}

fn table(files: &[RefusedFile]) -> Markup {
    html! {
        table {
            thead { tr {
                th scope="col" { "File" } th.wide scope="col" { "Source" }
                th.number scope="col" { "rejected" } th.number.wide scope="col" { "rows" } th.number scope="col" { "share" }
            } }
            tbody { @for file in files {
                tr {
                    th scope="row" { code { (name(&file.object)) } } td.wide { (file.source) }
                    td.number { (count(file.rejected)) } td.number.wide { (count(file.rows_read)) }
                    td.number { (percent(file.rejected, file.rows_read)) }
                }
            } }
        }
    }
}
