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
    Run {
        /// Whether it learns a model.
        train: bool,
    },
    /// A new run that does everything but publish.
    DryRun {
        /// Whether it learns a model.
        train: bool,
    },
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
    let sizes = StartInput { shards, partitions, split_bytes, ..StartInput::default() };
    let of = |run: &RunId| StartInput { resume: Some(run.to_string()), ..sizes.clone() };
    let input = match task {
        Task::Run { train } => StartInput { train, ..sizes },
        Task::DryRun { train } => StartInput { dry_run: true, train, ..sizes },
        Task::Resume(run) => of(run),
        Task::Publish(run) => StartInput { publish: true, ..of(run) },
    };
    serde_json::to_string(&input).map_err(|error| Error::malformed("the input of the execution", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_given_is_said() {
        let new = |task| input(task, SizeOptions::default()).unwrap();
        assert_eq!(new(Task::Run { train: false }), "{}");
        assert_eq!(new(Task::Run { train: true }), r#"{"train":true}"#);
        assert_eq!(new(Task::DryRun { train: false }), r#"{"dry_run":true}"#);
        assert_eq!(new(Task::DryRun { train: true }), r#"{"dry_run":true,"train":true}"#);
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
