//! Which failure of a run to show. A task that fails gives the execution its error; a distributed map keeps the errors of its
//! items to itself, so they are looked up.

use aws_sdk_sfn::types::ExecutionStatus;

use crate::cloud::Cloud;
use crate::cloud::invoke::FunctionError;
use crate::run::history::RunFailure;

/// The error of every distributed map that fails, whatever its items failed with.
const ERROR_OF_A_MAP: &str = "States.ExceedToleratedFailureThreshold";

/// The failure to show: for a distributed map that of an item, otherwise that of the execution.
pub async fn explain(cloud: &Cloud, execution_arn: &str, of_execution: &RunFailure) -> RunFailure {
    let of_item = if of_execution.error == ERROR_OF_A_MAP { failed_item(cloud, execution_arn).await } else { None };
    let failure = of_item.unwrap_or_else(|| of_execution.clone());
    RunFailure { error: failure.error, cause: message(&failure.cause) }
}

/// The failure of one item of the map that ran last. `None` if it cannot be looked up: an operator who may not read map
/// runs then sees the failure of the map.
async fn failed_item(cloud: &Cloud, execution_arn: &str) -> Option<RunFailure> {
    let map_runs = cloud.sfn.list_map_runs().execution_arn(execution_arn).send().await.ok()?.map_runs;
    let last = map_runs.into_iter().max_by_key(|map_run| map_run.start_date.to_millis().unwrap_or(0))?;
    let failed = cloud.sfn.list_executions().map_run_arn(last.map_run_arn).status_filter(ExecutionStatus::Failed);
    let item = failed.max_results(1).send().await.ok()?.executions.into_iter().next()?;
    let item = cloud.sfn.describe_execution().execution_arn(item.execution_arn).send().await.ok()?;
    Some(RunFailure { error: item.error?, cause: item.cause.unwrap_or_default() })
}

/// The message of a function's error, or the whole cause if it is not one; cut after a thousand characters.
fn message(cause: &str) -> String {
    let of_function: Result<FunctionError, _> = serde_json::from_str(cause);
    let said = of_function.map_or_else(|_| cause.to_owned(), |error| error.message);
    match said.char_indices().nth(1000) {
        Some((end, _)) => format!("{} …", &said[..end]),
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use super::message;

    #[test]
    fn the_message_of_a_function_is_taken_out() {
        assert_eq!(message(r#"{"errorMessage":"line 3: no id","errorType":"Onefold.InvalidInput"}"#), "line 3: no id");
        assert_eq!(message("stopped by hand"), "stopped by hand");
        assert_eq!(message(""), "");
        assert_eq!(message(&"é".repeat(2000)).chars().count(), 1002);
    }
}
