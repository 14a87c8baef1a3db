//! What to show of a failure. A task's is the execution's own; only a distributed map keeps those of its items to itself.

use serde::Deserialize;

use aws_sdk_sfn::types::ExecutionStatus;

use crate::cloud::Cloud;
use crate::run::history::Failure;

/// What a distributed map fails with, whatever its items failed with.
const OF_A_MAP: &str = "States.ExceedToleratedFailureThreshold";

/// How Lambda words the cause of a function's error.
#[derive(Deserialize)]
struct FunctionError {
    #[serde(rename = "errorMessage")]
    message: String,
}

/// The failure to show: of a distributed map, that of an item.
pub async fn explain(cloud: &Cloud, execution_arn: &str, of_execution: &Failure) -> Failure {
    let of_item = if of_execution.error == OF_A_MAP { failed_item(cloud, execution_arn).await } else { None };
    let failure = of_item.unwrap_or_else(|| of_execution.clone());
    Failure { error: failure.error, cause: message(&failure.cause) }
}

/// The failure of an item of the map that was run last. It only adds to what is known already, so that an operator who
/// may not look into map runs is told less, not nothing.
async fn failed_item(cloud: &Cloud, execution_arn: &str) -> Option<Failure> {
    let map_runs = cloud.sfn.list_map_runs().execution_arn(execution_arn).send().await.ok()?.map_runs;
    let last = map_runs.into_iter().max_by_key(|map_run| map_run.start_date.to_millis().unwrap_or(0))?;
    let failed = cloud.sfn.list_executions().map_run_arn(last.map_run_arn).status_filter(ExecutionStatus::Failed);
    let item = failed.max_results(1).send().await.ok()?.executions.into_iter().next()?;
    let item = cloud.sfn.describe_execution().execution_arn(item.execution_arn).send().await.ok()?;
    Some(Failure { error: item.error?, cause: item.cause.unwrap_or_default() })
}

/// What a cause says: the message of a function's error, or all of it. Nobody reads more than the first thousand
/// characters.
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
