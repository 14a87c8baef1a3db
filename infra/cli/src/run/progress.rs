//! Shows the progress of a run: bars on a terminal, plain lines elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget};
use onefold_lake::RunId;
use onefold_lake::keys::Stage;

use crate::run::stage;
use crate::screen::{bar_style, can_redraw, say};
use crate::table;

/// The progress of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StageProgress {
    /// How many of its units are done (see [`stage::unit`]).
    pub done: u64,
    /// How many units there are; 0 as long as that is not known.
    pub total: u64,
    /// How long it took, in milliseconds; `None` as long as it works.
    pub elapsed_ms: Option<i64>,
    /// Whether it failed.
    pub has_failed: bool,
}

/// The stages on the screen.
#[derive(Debug)]
pub struct ProgressDisplay {
    bars: Option<MultiProgress>,
    by_stage: BTreeMap<Stage, ProgressBar>,
    ended: BTreeSet<Stage>,
    has_named_run: bool,
}

impl ProgressDisplay {
    /// A display that shows nothing yet.
    pub fn begin() -> Self {
        let bars = can_redraw().then(|| MultiProgress::with_draw_target(ProgressDrawTarget::stdout()));
        Self { bars, by_stage: BTreeMap::new(), ended: BTreeSet::new(), has_named_run: false }
    }

    /// Whether the end of a stage has been shown. Nothing that follows is shown of it.
    pub fn has_shown_end_of(&self, stage: Stage) -> bool {
        self.ended.contains(&stage)
    }

    /// Shows the progress of a stage; on anything but a terminal, only its end.
    pub fn show(&mut self, stage: Stage, progress: StageProgress) {
        if self.has_shown_end_of(stage) {
            return;
        }
        let has_ended = progress.elapsed_ms.is_some();
        if has_ended {
            self.ended.insert(stage);
        }
        match &self.bars {
            Some(bars) => {
                let bar = self.by_stage.entry(stage).or_insert_with(|| {
                    bars.add(ProgressBar::no_length().with_style(bar_style("  {prefix:<10} {spinner}")))
                });
                draw(bar, stage, progress);
            }
            None if has_ended => say(format_args!("  {:<10} {}", stage.name(), summary(stage, progress))),
            None => {}
        }
    }

    /// Prints the run's name, the first time.
    pub fn name_run(&mut self, run: &RunId) {
        if self.has_named_run {
            return;
        }
        self.has_named_run = true;
        let line = format!("run {run}");
        match &self.bars {
            // A line that cannot be written does not stop the run.
            Some(bars) => drop(bars.println(line)),
            None => say(line),
        }
    }
}

/// Draws the bar of a stage.
fn draw(bar: &ProgressBar, stage: Stage, progress: StageProgress) {
    bar.set_prefix(stage.name());
    if progress.elapsed_ms.is_some() {
        bar.set_style(bar_style("  {prefix:<10} {msg}"));
        bar.finish_with_message(summary(stage, progress));
        return;
    }
    if progress.total > 0 && stage::unit(stage).is_some() {
        bar.set_style(bar_style("  {prefix:<10} {bar:32} {pos} of {msg}"));
        bar.set_length(progress.total);
        bar.set_position(progress.done);
        bar.set_message(units(stage, progress.total));
    } else {
        bar.set_style(bar_style("  {prefix:<10} {spinner}"));
    }
    bar.tick();
}

/// The line of a stage that has ended: `9 splits, 4.2 s`.
fn summary(stage: Stage, progress: StageProgress) -> String {
    let seconds =
        progress.elapsed_ms.map_or_else(String::new, |elapsed_ms| format!("{} s", table::seconds(elapsed_ms)));
    let done = match stage::unit(stage) {
        Some(_) if progress.has_failed => format!("{} of {}, ", progress.done, units(stage, progress.total)),
        Some(_) => format!("{}, ", units(stage, progress.done)),
        None => String::new(),
    };
    let failed = if progress.has_failed { ", failed" } else { "" };
    format!("{done}{seconds}{failed}")
}

/// A number of units of a stage: `1 split`, `2 splits`.
fn units(stage: Stage, number: u64) -> String {
    table::plural(number, stage::unit(stage).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_stage_is_summed_up() {
        let ended = StageProgress { done: 9, total: 10, elapsed_ms: Some(4_210), has_failed: false };
        assert_eq!(summary(Stage::Extract, ended), "9 splits, 4.2 s");
        assert_eq!(summary(Stage::Plan, ended), "4.2 s");
        let failed = StageProgress { has_failed: true, ..ended };
        assert_eq!(summary(Stage::Extract, failed), "9 of 10 splits, 4.2 s, failed");
        assert_eq!(summary(Stage::Compact, failed), "4.2 s, failed");
    }
}
