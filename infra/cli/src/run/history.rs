//! The history of an execution: its run, when each stage worked, and how it ended.

use std::collections::BTreeMap;

use aws_sdk_sfn::types::{HistoryEvent, HistoryEventType};
use onefold_lake::RunId;
use onefold_lake::calls::PlanResult;
use onefold_lake::keys::Stage;

use crate::run::stage;

/// When a stage worked, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StageSpan {
    /// When its first state was entered.
    pub from_ms: i64,
    /// When its last state was exited; the same as `from_ms` as long as none was.
    pub to_ms: i64,
    /// Whether it is over.
    pub has_ended: bool,
}

/// How an execution ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It reached its end, whether or not it published.
    Succeeded,
    /// It failed, was stopped, or took too long.
    Failed(RunFailure),
}

/// The error of an execution or of one item of a map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFailure {
    /// The error's name, such as `Onefold.InvalidInput`.
    pub error: String,
    /// The error's message; as Lambda words it, if it comes from a function.
    pub cause: String,
}

/// The history of an execution, as far as it was read.
#[derive(Debug, Default)]
pub struct Timeline {
    last_event: i64,
    started_ms: Option<i64>,
    ended_ms: Option<i64>,
    ending: Option<Ending>,
    run: Option<RunId>,
    splits: Option<u64>,
    spans: BTreeMap<Stage, StageSpan>,
    working: Option<Stage>,
    last_state: Option<String>,
    has_nothing_new: bool,
    is_dry_run: bool,
    steps: BTreeMap<Stage, u64>,
}

impl Timeline {
    /// Adds an event. Events must come in their order. Those that were added before are skipped.
    pub fn apply(&mut self, event: &HistoryEvent) {
        if event.id <= self.last_event {
            return;
        }
        self.last_event = event.id;
        let at_ms = event.timestamp.to_millis().unwrap_or(0);
        self.started_ms.get_or_insert(at_ms);

        if event.r#type == HistoryEventType::TaskScheduled
            && let Some(stage) = self.working
        {
            *self.steps.entry(stage).or_default() += 1;
        }
        if let Some(entered) = &event.state_entered_event_details {
            self.enter(&entered.name, &event.r#type, at_ms);
        }
        if let Some(exited) = &event.state_exited_event_details {
            self.exit(&exited.name, exited.output.as_deref(), at_ms);
        }
        if let Some(ending) = ending(event) {
            self.end_stage();
            // A failure also ends stages that were at work besides, such as Translate when Extract fails.
            for span in self.spans.values_mut().filter(|span| !span.has_ended) {
                *span = StageSpan { to_ms: at_ms, has_ended: true, ..*span };
            }
            self.ended_ms = Some(at_ms);
            self.ending = Some(ending);
        }
    }

    fn enter(&mut self, state: &str, kind: &HistoryEventType, at_ms: i64) {
        self.last_state = Some(state.to_owned());
        if *kind == HistoryEventType::SucceedStateEntered {
            self.has_nothing_new = state == "NothingNew";
            self.is_dry_run = state == "DryRunDone";
        }
        let Some(stage) = stage::of_state(state) else { return };
        if self.working != Some(stage) {
            self.end_stage();
            self.working = Some(stage);
        }
        self.span(stage, at_ms);
        // Translate has no state: it works on what Extract writes, and Settle waits for it.
        if matches!(stage, Stage::Extract | Stage::Settle) {
            self.span(Stage::Translate, at_ms);
        }
    }

    fn exit(&mut self, state: &str, output: Option<&str>, at_ms: i64) {
        let Some(stage) = stage::of_state(state) else { return };
        self.span(stage, at_ms).to_ms = at_ms;
        match stage {
            Stage::Settle => self.span(Stage::Translate, at_ms).to_ms = at_ms,
            Stage::Plan => {
                let planned: Option<PlanResult> = output.and_then(|output| serde_json::from_str(output).ok());
                if let Some(planned) = planned {
                    self.run = Some(planned.run);
                    self.splits = Some(planned.splits.into());
                }
            }
            _ => {}
        }
    }

    /// The span of a stage. It begins at `at_ms` if the stage did not begin before.
    fn span(&mut self, stage: Stage, at_ms: i64) -> &mut StageSpan {
        self.spans.entry(stage).or_insert(StageSpan { from_ms: at_ms, to_ms: at_ms, has_ended: false })
    }

    /// Ends the stage at work, because another begins or the execution ends. The exit of a state does not end a stage: Link
    /// alternates between two states.
    fn end_stage(&mut self) {
        let Some(stage) = self.working.take() else { return };
        let ends_translate = stage == Stage::Settle;
        for (other, span) in &mut self.spans {
            if *other == stage || (*other == Stage::Translate && ends_translate) {
                span.has_ended = true;
            }
        }
    }

    /// The id of the last event; 0 before the first.
    pub fn last_event(&self) -> i64 {
        self.last_event
    }

    /// The run; `None` until Plan has ended.
    pub fn run(&self) -> Option<&RunId> {
        self.run.as_ref()
    }

    /// The number of splits; `None` until Plan has ended.
    pub fn splits(&self) -> Option<u64> {
        self.splits
    }

    /// How many invocations a stage has begun in this execution, without those of distributed maps.
    pub fn steps(&self, stage: Stage) -> u64 {
        self.steps.get(&stage).copied().unwrap_or_default()
    }

    /// When a stage worked, if it did.
    pub fn stage(&self, stage: Stage) -> Option<StageSpan> {
        self.spans.get(&stage).copied()
    }

    /// How long it took, in milliseconds, from the start to the end (or to the last event).
    pub fn total_ms(&self) -> i64 {
        self.started_ms.zip(self.ended_ms).map_or(0, |(started, ended)| ended - started)
    }

    /// How the execution ended, if it did.
    pub fn ending(&self) -> Option<&Ending> {
        self.ending.as_ref()
    }

    /// Whether Plan found that there is nothing to do.
    pub fn has_nothing_new(&self) -> bool {
        self.has_nothing_new
    }

    /// Whether it was a dry run that ended well.
    pub fn is_dry_run(&self) -> bool {
        self.is_dry_run
    }

    /// Whether the gate held the version back.
    pub fn is_gated(&self) -> bool {
        self.last_state.as_deref() == Some("Gated")
    }

    /// The state that was entered last: the one in which a failed execution failed.
    pub fn last_state(&self) -> &str {
        self.last_state.as_deref().unwrap_or("the start")
    }
}

/// The ending of the execution, if the event is its last.
fn ending(event: &HistoryEvent) -> Option<Ending> {
    let failure = |error: Option<&String>, cause: Option<&String>, otherwise: &str| {
        let error = error.filter(|error| !error.is_empty()).map_or(otherwise, String::as_str).to_owned();
        Some(Ending::Failed(RunFailure { error, cause: cause.cloned().unwrap_or_default() }))
    };
    match event.r#type {
        HistoryEventType::ExecutionSucceeded => Some(Ending::Succeeded),
        HistoryEventType::ExecutionFailed => {
            let details = event.execution_failed_event_details.as_ref();
            failure(details.and_then(|it| it.error.as_ref()), details.and_then(|it| it.cause.as_ref()), "Failed")
        }
        HistoryEventType::ExecutionTimedOut => {
            let details = event.execution_timed_out_event_details.as_ref();
            failure(details.and_then(|it| it.error.as_ref()), details.and_then(|it| it.cause.as_ref()), "TimedOut")
        }
        HistoryEventType::ExecutionAborted => {
            let details = event.execution_aborted_event_details.as_ref();
            failure(details.and_then(|it| it.error.as_ref()), details.and_then(|it| it.cause.as_ref()), "Stopped")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use HistoryEventType as Type;
    use aws_sdk_sfn::primitives::DateTime;
    use aws_sdk_sfn::types::{ExecutionFailedEventDetails, StateEnteredEventDetails, StateExitedEventDetails};

    use super::*;

    /// A history in which an event follows a second after the other.
    #[derive(Default)]
    struct Script {
        timeline: Timeline,
        events: i64,
    }

    impl Script {
        fn event(&mut self, kind: Type) -> aws_sdk_sfn::types::builders::HistoryEventBuilder {
            self.events += 1;
            HistoryEvent::builder().id(self.events).timestamp(DateTime::from_secs(1000 + self.events)).r#type(kind)
        }

        fn plain(&mut self, kind: Type) {
            let event = self.event(kind).build().unwrap();
            self.timeline.apply(&event);
        }

        fn enter(&mut self, kind: Type, state: &str) {
            let details = StateEnteredEventDetails::builder().name(state).build().unwrap();
            let event = self.event(kind).state_entered_event_details(details).build().unwrap();
            self.timeline.apply(&event);
        }

        fn exit(&mut self, kind: Type, state: &str, output: &str) {
            let details = StateExitedEventDetails::builder().name(state).output(output).build().unwrap();
            let event = self.event(kind).state_exited_event_details(details).build().unwrap();
            self.timeline.apply(&event);
        }

        fn task(&mut self, state: &str, output: &str) {
            self.enter(Type::TaskStateEntered, state);
            self.plain(Type::TaskScheduled);
            self.exit(Type::TaskStateExited, state, output);
        }

        fn map(&mut self, state: &str) {
            self.enter(Type::MapStateEntered, state);
            self.exit(Type::MapStateExited, state, "{}");
        }

        fn length_of(&self, stage: Stage) -> Option<i64> {
            self.timeline.stage(stage).map(|span| (span.to_ms - span.from_ms) / 1000)
        }
    }

    /// The output of Plan's state.
    fn planned(splits: u32) -> String {
        let result = PlanResult {
            run: RunId::parse("20261122T174600Z-1a2b3c4d").unwrap(),
            work: splits > 0,
            resumed: false,
            publish: false,
            new_objects: 0,
            splits,
            splits_key: String::new(),
        };
        serde_json::to_string(&result).unwrap()
    }

    #[test]
    fn a_run_that_succeeds() {
        let mut script = Script::default();
        script.plain(Type::ExecutionStarted); // 1
        script.task("Plan", &planned(9)); // 2 to 4
        script.map("Extract"); // 5, 6
        script.enter(Type::TaskStateEntered, "Settle"); // 7
        assert_eq!(script.timeline.stage(Stage::Extract).map(|span| span.has_ended), Some(true));
        assert_eq!(script.timeline.stage(Stage::Translate).map(|span| span.has_ended), Some(false));
        script.exit(Type::TaskStateExited, "Settle", "{}"); // 8
        script.task("Divide", "{}"); // 9 to 11
        script.map("Block"); // 12, 13
        script.task("BlockAdvance", "{}"); // 14 to 16
        script.map("Compare"); // 17, 18
        script.task("Train", "{}"); // 19 to 21
        script.map("Score"); // 22, 23
        script.task("LinkAdvance", "{}"); // 24 to 26
        script.enter(Type::MapStateEntered, "LinkRound"); // 27
        script.task("LinkShard", "{}"); // 28 to 30
        script.exit(Type::MapStateExited, "LinkRound", "{}"); // 31
        assert_eq!(script.timeline.stage(Stage::Link).map(|span| span.has_ended), Some(false));
        script.task("LinkAdvance", "{}"); // 32 to 34
        script.map("Partition"); // 35, 36
        script.map("Merge"); // 37, 38
        script.map("Export"); // 39, 40
        script.task("Compact", "{}"); // 41 to 43
        script.task("Purge", "{}"); // 44 to 46
        script.enter(Type::SucceedStateEntered, "Published"); // 47
        script.plain(Type::ExecutionSucceeded); // 48

        let timeline = &script.timeline;
        assert_eq!(timeline.run(), Some(&RunId::parse("20261122T174600Z-1a2b3c4d").unwrap()));
        assert_eq!(timeline.splits(), Some(9));
        assert_eq!((timeline.steps(Stage::Block), timeline.steps(Stage::Link)), (1, 3));
        assert_eq!(timeline.ending(), Some(&Ending::Succeeded));
        assert_eq!(timeline.total_ms(), 47_000);
        assert!(!timeline.has_nothing_new());
        let lengths = Stage::ALL.map(|stage| script.length_of(stage));
        assert_eq!(lengths, [2, 1, 3, 1, 2, 4, 1, 2, 1, 10, 1, 1, 1, 2, 2].map(Some));
        assert!(Stage::ALL.iter().all(|stage| timeline.stage(*stage).is_some_and(|span| span.has_ended)));
    }

    #[test]
    fn a_run_with_nothing_to_do() {
        let mut script = Script::default();
        script.plain(Type::ExecutionStarted);
        script.task("Plan", &planned(0));
        script.enter(Type::SucceedStateEntered, "NothingNew");
        script.plain(Type::ExecutionSucceeded);
        assert!(script.timeline.has_nothing_new());
        assert_eq!(script.timeline.ending(), Some(&Ending::Succeeded));
    }

    #[test]
    fn a_run_that_fails_names_the_state() {
        let mut script = Script::default();
        script.plain(Type::ExecutionStarted);
        script.task("Plan", &planned(1));
        script.enter(Type::MapStateEntered, "Extract");
        let details = ExecutionFailedEventDetails::builder().error("Onefold.InvalidInput").cause("why").build();
        let event = script.event(Type::ExecutionFailed).execution_failed_event_details(details).build().unwrap();
        script.timeline.apply(&event);
        assert_eq!(script.timeline.last_state(), "Extract");
        assert!(!script.timeline.is_gated());
        assert_eq!(script.length_of(Stage::Translate), Some(1));
        let failure = RunFailure { error: "Onefold.InvalidInput".to_owned(), cause: "why".to_owned() };
        assert_eq!(script.timeline.ending(), Some(&Ending::Failed(failure)));
    }

    /// On AWS the history tells of the states within an inline map.
    #[test]
    fn a_run_that_fails_within_link_fails_in_link() {
        let mut script = Script::default();
        script.enter(Type::MapStateEntered, "LinkRound");
        script.enter(Type::TaskStateEntered, "LinkShard");
        assert_eq!(stage::of_state(script.timeline.last_state()), Some(Stage::Link));
    }

    #[test]
    fn a_run_that_the_gate_held_says_so() {
        let mut script = Script::default();
        script.task("Compact", "{}");
        script.enter(Type::FailStateEntered, "Gated");
        assert!(script.timeline.is_gated());
        assert_eq!(stage::of_state(script.timeline.last_state()), None);
    }

    #[test]
    fn a_run_that_is_stopped_names_the_state_it_was_in() {
        let mut script = Script::default();
        script.plain(Type::ExecutionStarted);
        script.enter(Type::TaskStateEntered, "Plan");
        script.plain(Type::ExecutionAborted);
        assert_eq!(script.timeline.last_state(), "Plan");
        let failure = RunFailure { error: "Stopped".to_owned(), cause: String::new() };
        assert_eq!(script.timeline.ending(), Some(&Ending::Failed(failure)));
    }

    #[test]
    fn events_are_taken_in_once() {
        let mut script = Script::default();
        script.task("LinkAdvance", "{}");
        script.events = 0;
        script.task("LinkAdvance", "{}");
        assert_eq!(script.timeline.steps(Stage::Link), 1);
    }
}
