//! When each stage ran.

use maud::{Markup, html};

use crate::page::chart::{Label, Lane, Timeline as Gantt};
use crate::page::number::{bytes, count, duration, plural};
use crate::page::part::{Section, figure, nothing, numbers};
use crate::{Report, StageTimes, Timeline};

pub fn section(report: &Report) -> Section {
    Section {
        id: "timeline",
        title: "Stages",
        look: "The longest bar is what to speed up; a long bar of short invocations asks for more of them at once.",
        body: body(&report.timeline),
    }
}

fn body(timeline: &Timeline) -> Markup {
    let lanes: Vec<Lane> = timeline.stages.iter().filter_map(lane).collect();
    if lanes.is_empty() {
        return nothing("Nothing is known of when stages ran: an earlier program ran them.");
    }
    let told: Vec<String> = lanes
        .iter()
        .map(|lane| format!("{} from {} to {}", lane.name, duration(lane.from), duration(lane.to)))
        .collect();
    let label = Label { id: "stages-chart", title: "When each stage ran", description: &told.join(", ") };
    let has_cold = lanes.iter().any(|lane| lane.is_cold);
    let chart = html! {
        p.key aria-hidden="true" {
            span.one { "first start to last end" } @if has_cold { span.cold { "with cold starts" } }
        }
        (Gantt { label, lanes }.draw())
    };
    figure("When each stage ran, from the start of the run", &chart, &table(timeline))
}

fn lane(stage: &StageTimes) -> Option<Lane> {
    let (from, to) = stage.start_ms.zip(stage.end_ms)?;
    let cold = if stage.cold_starts > 0 { format!(", {} cold", count(stage.cold_starts)) } else { String::new() };
    Some(Lane {
        name: stage.stage.clone(),
        note: format!("{}×{cold}", count(stage.invocations)),
        from,
        to: to.max(from),
        is_cold: stage.cold_starts > 0,
    })
}

fn table(timeline: &Timeline) -> Markup {
    let rows = timeline.stages.iter().map(|stage| {
        let memory = if stage.memory_mb > 0 { format!("{} MB", count(stage.memory_mb)) } else { "–".to_owned() };
        [
            stage.stage.clone(),
            stage.start_ms.map_or_else(|| "–".to_owned(), duration),
            stage.end_ms.map_or_else(|| "–".to_owned(), duration),
            count(stage.invocations),
            count(stage.cold_starts),
            duration(stage.longest_ms),
            duration(stage.elapsed_ms),
            bytes(stage.max_rss_bytes),
            memory,
        ]
    });
    let heads = ["Stage", "start", "end", "invocations", "cold starts", "longest", "together", "most memory", "of"];
    let table = numbers(heads, rows);
    let invocations: u64 = timeline.stages.iter().map(|stage| stage.invocations).sum();
    html! { (table) p.note { (plural(invocations, "invocation")) " in all. Failed ones are not counted." } }
}
