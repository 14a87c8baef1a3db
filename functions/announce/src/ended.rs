//! What an execution came to.

use onefold_lake::RunId;
use onefold_lake::calls::{EndedExecution, StartInput};
use onefold_normalise::timestamp::Timestamp;
use onefold_shell::{ErrorKind, StageError};
use serde_json::Value;

/// An execution that has ended, by what there is to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) stack: String,
    pub(crate) run: RunId,
    /// Its version is the current one.
    pub(crate) is_published: bool,
    /// The gate holds its version back.
    pub(crate) is_held: bool,
    /// Its version is that of a dry run.
    pub(crate) is_dry_run: bool,
    /// It failed, was stopped or took too long. A version that it published before stays published.
    pub(crate) has_failed: bool,
    /// It did the work of a run, and did not only publish what an earlier execution had made.
    pub(crate) has_worked: bool,
}

impl Ended {
    /// Reads what Step Functions says of an execution. `current` is the run of the current version.
    ///
    /// # Errors
    /// `InvalidInput` if its start is no time.
    pub(crate) fn of(execution: &EndedExecution, current: Option<&RunId>) -> Result<Self, StageError> {
        // What people start an execution with may be anything; Plan refuses what it does not understand.
        let input: StartInput = serde_json::from_str(execution.input.as_deref().unwrap_or("{}")).unwrap_or_default();
        let output: Value = serde_json::from_str(execution.output.as_deref().unwrap_or("null")).unwrap_or_default();
        let run = run(execution, &input)?;
        let is_held = execution.error.as_deref() == Some(ErrorKind::Gated.name());
        let has_failed = execution.status != "SUCCEEDED" && !is_held;
        Ok(Self {
            stack: execution.state_machine_arn.rsplit(':').next().unwrap_or_default().to_owned(),
            is_published: output["published"] == true || has_failed && current == Some(&run),
            is_held,
            is_dry_run: output["published"] == false,
            has_failed,
            has_worked: !input.publish,
            run,
        })
    }

    /// Whether the run made a version, published or not.
    pub(crate) const fn has_version(&self) -> bool {
        self.is_published || self.is_held || self.is_dry_run
    }
}

/// The run of an execution: the one that it resumed, or the one that Plan named by the execution.
fn run(execution: &EndedExecution, input: &StartInput) -> Result<RunId, StageError> {
    let resumed = input.resume.as_deref().and_then(|run| RunId::parse(run).ok());
    let started = || {
        let time = Timestamp::from_milliseconds(execution.start_date)?;
        RunId::new(&time.to_string(), &execution.name).ok()
    };
    let no_time = || StageError::invalid_input("the start of the execution is no time");
    resumed.or_else(started).ok_or_else(no_time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::execution;

    const OTHER: &str = "20261101T000000Z-00000000";

    fn ended(change: impl FnOnce(&mut EndedExecution), current: Option<&RunId>) -> Ended {
        let mut execution = execution();
        change(&mut execution);
        Ended::of(&execution, current).unwrap()
    }

    fn output(published: bool) -> Option<String> {
        Some(format!("{{\"published\":{published}}}"))
    }

    #[test]
    fn a_run_is_named_as_plan_names_it() {
        let ended = ended(|_| (), None);
        assert_eq!(ended.run, RunId::new("2026-11-22T17:46:00.123Z", "walk").unwrap());
        assert_eq!(ended.stack, "onefold");
        let resumed = |run: &str| format!("{{\"resume\":\"{run}\"}}");
        let of = |input: String| self::ended(|execution| execution.input = Some(input), None).run;
        assert_eq!(of(resumed(OTHER)).as_str(), OTHER);
        assert_eq!(of(resumed("anna@weber.de")), ended.run);
        assert_eq!(of("no JSON".to_owned()), ended.run);
    }

    #[test]
    fn an_execution_ends_in_one_of_these_ways() {
        let kinds = |ended: Ended| [ended.is_published, ended.is_held, ended.is_dry_run, ended.has_failed];
        let run = ended(|_| (), None).run;
        let fail = |error: &'static str| {
            move |execution: &mut EndedExecution| {
                execution.status = "FAILED".to_owned();
                execution.error = Some(error.to_owned());
                execution.output = None;
            }
        };
        assert_eq!(kinds(ended(|it| it.output = output(true), Some(&run))), [true, false, false, false]);
        assert_eq!(kinds(ended(|it| it.output = output(false), None)), [false, false, true, false]);
        assert_eq!(kinds(ended(|it| it.output = Some("{\"work\":false}".to_owned()), None)), [false; 4]);
        assert_eq!(kinds(ended(fail("Onefold.Gated"), None)), [false, true, false, false]);
        assert_eq!(kinds(ended(fail("Onefold.Corrupt"), None)), [false, false, false, true]);
        assert_eq!(kinds(ended(fail("Onefold.Transient"), Some(&run))), [true, false, false, true], "Purge failed");
        let stop = |execution: &mut EndedExecution| {
            execution.status = "ABORTED".to_owned();
            execution.output = None;
        };
        assert_eq!(kinds(ended(stop, None)), [false, false, false, true]);
    }

    #[test]
    fn publishing_what_was_held_is_no_work() {
        let input = format!("{{\"resume\":\"{OTHER}\",\"publish\":true}}");
        let ended = ended(|execution| execution.input = Some(input), None);
        assert!(!ended.has_worked);
    }
}
