//! Starts an execution of the workflow.

use onefold_lake::RunId;
use onefold_lake::calls::StartInput;

use crate::args::SizeOptions;
use crate::cloud::Cloud;
use crate::error::Error;

/// The work of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task<'a> {
    /// A new run.
    Run,
    /// A new run that does everything but publish.
    DryRun,
    /// Continue a run that failed.
    Resume(&'a RunId),
    /// Publish the version of a run that was held back, or was a dry run.
    Publish(&'a RunId),
}

/// Starts an execution and returns its ARN.
pub async fn start(cloud: &Cloud, task: Task<'_>, sizes: SizeOptions) -> Result<String, Error> {
    let input = input(task, sizes)?;
    let start = cloud.sfn.start_execution().state_machine_arn(&cloud.machine_arn).input(input);
    let started = start.send().await.map_err(Error::call("start the execution"))?;
    Ok(started.execution_arn)
}

fn input(task: Task<'_>, sizes: SizeOptions) -> Result<String, Error> {
    let SizeOptions { shards, partitions, split_bytes } = sizes;
    let (resume, publish, dry_run) = match task {
        Task::Run => (None, false, false),
        Task::DryRun => (None, false, true),
        Task::Resume(run) => (Some(run), false, false),
        Task::Publish(run) => (Some(run), true, false),
    };
    let resume = resume.map(RunId::to_string);
    let input = StartInput { resume, publish, dry_run, shards, partitions, split_bytes };
    serde_json::to_string(&input).map_err(|error| Error::malformed("the input of the execution", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_given_is_said() {
        assert_eq!(input(Task::Run, SizeOptions::default()).unwrap(), "{}");
        assert_eq!(input(Task::DryRun, SizeOptions::default()).unwrap(), r#"{"dry_run":true}"#);
        let run = RunId::parse("20261122T174600Z-1a2b3c4d").unwrap();
        let sizes = SizeOptions { shards: Some(4), partitions: Some(16), split_bytes: None };
        assert_eq!(
            input(Task::Publish(&run), SizeOptions::default()).unwrap(),
            r#"{"resume":"20261122T174600Z-1a2b3c4d","publish":true}"#
        );
        assert_eq!(
            input(Task::Resume(&run), sizes).unwrap(),
            r#"{"resume":"20261122T174600Z-1a2b3c4d","shards":4,"partitions":16}"#
        );
    }
}
