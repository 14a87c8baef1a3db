//! `onefold runs`: lists the executions of the workflow, each with its run and what came of it.

use std::time::SystemTime;

use aws_sdk_sfn::operation::describe_execution::DescribeExecutionOutput;
use aws_sdk_sfn::primitives::{DateTime, DateTimeFormat};
use aws_sdk_sfn::types::{ExecutionListItem, ExecutionStatus};
use onefold_lake::RunId;
use onefold_lake::calls::{CompactResult, PlanResult, StartInput};
use onefold_lake::keys;
use onefold_lake::version::manifest::Manifest;

use crate::Outcome;
use crate::cloud::concurrently::for_each;
use crate::cloud::{Cloud, objects};
use crate::documents::{EndedAs, FailureDocument, RunsDocument, RunsEntry};
use crate::error::Error;
use crate::run::failure;
use crate::run::history::RunFailure;
use crate::screen::answer;
use crate::table::{TextTable, count, duration};

/// How many executions are looked at at the same time. Step Functions allows a few requests a second.
const LOOKS: usize = 4;
/// The most executions of a page.
const PAGE_MAX: usize = 1000;
/// The error of a run whose version the gate held back.
const GATED: &str = "Onefold.Gated";

/// Prints the latest executions, the newest first.
pub async fn list(cloud: &Cloud, limit: u32) -> Result<Outcome, Error> {
    let executions = latest(cloud, limit as usize).await?;
    let look = |execution: ExecutionListItem| {
        let cloud = cloud.clone();
        async move { look(&cloud, &execution).await }
    };
    let document = RunsDocument { runs: for_each(executions, LOOKS, look).await? };
    answer(&document, || text(&document))?;
    Ok(Outcome::Done)
}

/// The latest executions. Step Functions lists the newest first.
async fn latest(cloud: &Cloud, limit: usize) -> Result<Vec<ExecutionListItem>, Error> {
    let list = cloud.sfn.list_executions().state_machine_arn(&cloud.machine_arn);
    let page = i32::try_from(limit.min(PAGE_MAX)).unwrap_or(1000);
    let mut listed = list.max_results(page).into_paginator().items().send();
    let mut executions = Vec::new();
    while executions.len() < limit
        && let Some(execution) = listed.next().await
    {
        executions.push(execution.map_err(Error::call("list the executions"))?);
    }
    // The local cloud may list them in another order.
    executions.sort_by_key(|execution| std::cmp::Reverse(execution.start_date.to_millis().unwrap_or(0)));
    Ok(executions)
}

async fn look(cloud: &Cloud, listed: &ExecutionListItem) -> Result<RunsEntry, Error> {
    let arn = &listed.execution_arn;
    let described = cloud.sfn.describe_execution().execution_arn(arn).send().await;
    let described = described.map_err(Error::call("look at an execution"))?;
    let mut entry = entry(&described, now_ms())?;
    if let Some(failure) = &mut entry.failure {
        let told = RunFailure { error: failure.error.clone(), cause: failure.cause.clone() };
        failure.cause = failure::explain(cloud, arn, &told).await.cause;
    }
    // Only a run that was held back has a version and no result that counts it.
    if entry.state == EndedAs::Held
        && let Some(manifest) = objects::read(cloud, &keys::manifest(&entry.run)).await?
    {
        let manifest: Manifest =
            serde_json::from_slice(&manifest).map_err(|error| Error::malformed(keys::manifest(&entry.run), error))?;
        count_version(&mut entry, manifest.counts.members, manifest.counts.customers, manifest.counts.rejected);
    }
    Ok(entry)
}

/// The clock, in milliseconds since 1970.
fn now_ms() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "how long a run has taken until now is printed")]
    DateTime::from(SystemTime::now()).to_millis().unwrap_or(0)
}

/// What an execution says about itself. `now_ms` is the time in milliseconds since 1970.
fn entry(execution: &DescribeExecutionOutput, now_ms: i64) -> Result<RunsEntry, Error> {
    let output = execution.output.as_deref().unwrap_or_default();
    let compacted: Option<CompactResult> = serde_json::from_str(output).ok();
    let failure = failure(execution);
    let state = match execution.status {
        ExecutionStatus::Running => EndedAs::Running,
        ExecutionStatus::Succeeded => compacted.as_ref().map_or(EndedAs::NothingNew, |compacted| {
            if compacted.published { EndedAs::Published } else { EndedAs::DryRun }
        }),
        ExecutionStatus::Aborted => EndedAs::Stopped,
        ExecutionStatus::TimedOut => EndedAs::TimedOut,
        _ if failure.as_ref().is_some_and(|failure| failure.error == GATED) => EndedAs::Held,
        _ => EndedAs::Failed,
    };
    let started_at = execution.start_date.fmt(DateTimeFormat::DateTime).unwrap_or_default();
    let ended_ms = execution.stop_date.and_then(|stopped| stopped.to_millis().ok()).unwrap_or(now_ms);
    let took_ms = ended_ms.saturating_sub(execution.start_date.to_millis().unwrap_or(ended_ms));
    let mut entry = RunsEntry {
        run: run(execution, output, compacted.as_ref(), &started_at)?,
        state,
        started_at,
        seconds: took_ms as f64 / 1000.0,
        accounts: None,
        customers: None,
        rejected: None,
        failure,
        execution: execution.execution_arn.clone(),
    };
    if let Some(CompactResult { members, customers, rejected, .. }) = compacted {
        count_version(&mut entry, members, customers, rejected);
    }
    Ok(entry)
}

fn count_version(entry: &mut RunsEntry, accounts: u64, customers: u64, rejected: u64) {
    (entry.accounts, entry.customers, entry.rejected) = (Some(accounts), Some(customers), Some(rejected));
}

fn failure(execution: &DescribeExecutionOutput) -> Option<FailureDocument> {
    let is_failure = matches!(execution.status, ExecutionStatus::Failed | ExecutionStatus::TimedOut);
    let error = execution.error.clone().filter(|error| !error.is_empty());
    let cause = execution.cause.clone().unwrap_or_default();
    (is_failure || error.is_some()).then(|| FailureDocument { state: None, error: error.unwrap_or_default(), cause })
}

/// The run: the one that the output names, or that was resumed, or the one that Plan names by start and execution.
fn run(
    execution: &DescribeExecutionOutput,
    output: &str,
    compacted: Option<&CompactResult>,
    started_at: &str,
) -> Result<RunId, Error> {
    if let Some(compacted) = compacted {
        return Ok(compacted.run.clone());
    }
    if let Ok(planned) = serde_json::from_str::<PlanResult>(output) {
        return Ok(planned.run);
    }
    let input: StartInput = serde_json::from_str(execution.input.as_deref().unwrap_or_default()).unwrap_or_default();
    let resumed = input.resume.and_then(|run| RunId::parse(&run).ok());
    let name = execution.name.as_deref().unwrap_or_default();
    let named = || RunId::new(started_at, name).map_err(|error| Error::malformed(&execution.execution_arn, error));
    resumed.map_or_else(named, Ok)
}

fn text(RunsDocument { runs }: &RunsDocument) -> String {
    if runs.is_empty() {
        return "Nothing has run yet; `onefold start` starts a run.".to_owned();
    }
    let mut table = TextTable::default();
    table.row(["run", "state", "started", "took", "accounts", "customers", "rejected"].map(str::to_owned));
    let number = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), count);
    for run in runs {
        let state = match (run.state, &run.failure) {
            (EndedAs::Failed, Some(failure)) if !failure.error.is_empty() => format!("failed ({})", failure.error),
            (state, _) => in_words(state).to_owned(),
        };
        let started = run.started_at.get(..19).unwrap_or(&run.started_at).replace('T', " ");
        let took = duration((run.seconds * 1000.0) as i64);
        let (accounts, customers, rejected) = (number(run.accounts), number(run.customers), number(run.rejected));
        table.row([run.run.to_string(), state, started, took, accounts, customers, rejected]);
    }
    table.text()
}

const fn in_words(state: EndedAs) -> &'static str {
    match state {
        EndedAs::Running => "running",
        EndedAs::Published => "published",
        EndedAs::DryRun => "dry run",
        EndedAs::Held => "held back",
        EndedAs::NothingNew => "nothing new",
        EndedAs::Failed => "failed",
        EndedAs::Stopped => "stopped",
        EndedAs::TimedOut => "timed out",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:states:us-east-1:1:execution:onefold:nightly";
    const COMPACTED: &str = r#"{"run":"20261122T174600Z-1a2b3c4d","published":true,"manifest_key":"","rows_read":9,
        "rejected":2,"members":7,"customers":1234}"#;

    fn execution(status: ExecutionStatus, output: Option<&str>, error: Option<&str>) -> DescribeExecutionOutput {
        DescribeExecutionOutput::builder()
            .execution_arn(ARN)
            .state_machine_arn("arn")
            .name("nightly")
            .status(status)
            .start_date(DateTime::from_millis(1_795_369_560_123))
            .set_stop_date(output.or(error).map(|_| DateTime::from_millis(1_795_369_572_423)))
            .set_output(output.map(str::to_owned))
            .set_error(error.map(str::to_owned))
            .build()
            .unwrap()
    }

    fn of(status: ExecutionStatus, output: Option<&str>, error: Option<&str>) -> RunsEntry {
        entry(&execution(status, output, error), 1_795_369_561_123).unwrap()
    }

    #[test]
    fn the_state_is_what_came_of_the_run() {
        use ExecutionStatus as Is;
        let planned = r#"{"run":"20261122T174600Z-1a2b3c4d","work":false,"resumed":false,"new_objects":0,"splits":0,
            "splits_key":""}"#;
        let dry = COMPACTED.replace("true", "false");
        for (status, output, error, expected) in [
            (Is::Running, None, None, EndedAs::Running),
            (Is::Succeeded, Some(COMPACTED), None, EndedAs::Published),
            (Is::Succeeded, Some(dry.as_str()), None, EndedAs::DryRun),
            (Is::Succeeded, Some(planned), None, EndedAs::NothingNew),
            (Is::Failed, None, Some("Onefold.Gated"), EndedAs::Held),
            (Is::Failed, None, Some("Onefold.InvalidInput"), EndedAs::Failed),
            (Is::Aborted, None, None, EndedAs::Stopped),
            (Is::TimedOut, None, None, EndedAs::TimedOut),
        ] {
            assert_eq!(of(status, output, error).state, expected);
        }
    }

    #[test]
    fn a_run_is_named_by_its_result_its_input_or_its_execution() {
        let published = of(ExecutionStatus::Succeeded, Some(COMPACTED), None);
        assert_eq!(published.run.as_str(), "20261122T174600Z-1a2b3c4d");
        assert_eq!((published.accounts, published.customers, published.rejected), (Some(7), Some(1234), Some(2)));
        let running = of(ExecutionStatus::Running, None, None);
        assert_eq!(running.run, RunId::new(&running.started_at, "nightly").unwrap());
        let input = r#"{"resume":"20261120T000000Z-00000001"}"#.to_owned();
        let resumed = DescribeExecutionOutput::builder()
            .execution_arn(ARN)
            .state_machine_arn("arn")
            .status(ExecutionStatus::Running)
            .start_date(DateTime::from_millis(0))
            .input(input)
            .build()
            .unwrap();
        assert_eq!(entry(&resumed, 0).unwrap().run.as_str(), "20261120T000000Z-00000001");
    }

    #[test]
    fn runs_are_a_table() {
        let mut failed = of(ExecutionStatus::Failed, None, Some("Onefold.InvalidInput"));
        failed.run = RunId::parse("20261122T174601Z-1a2b3c4d").unwrap();
        let runs = vec![failed, of(ExecutionStatus::Succeeded, Some(COMPACTED), None)];
        let started = runs[0].started_at[..19].replace('T', " ");
        let expected = format!(
            "  run                                                state              started    took  accounts  \
             customers  rejected\n  \
             20261122T174601Z-1a2b3c4d  failed (Onefold.InvalidInput)  {started}  12.3 s         -          -         \
             -\n  20261122T174600Z-1a2b3c4d                      published  {started}  12.3 s         7      1,234         \
             2\n"
        );
        assert_eq!(text(&RunsDocument { runs }), expected);
        assert!(text(&RunsDocument { runs: Vec::new() }).contains("onefold start"));
    }
}
