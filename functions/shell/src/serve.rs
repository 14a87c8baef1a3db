//! Turning a stage into a Lambda function.

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::context::Context;
use crate::environment::{Environment, EnvironmentError};
use crate::error::StageError;

/// Why a function could not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum Fatal {
    /// The environment is not complete.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// The Lambda runtime.
    #[error("the Lambda runtime stopped: {0}")]
    Runtime(lambda_runtime::Error),
}

impl From<StageError> for Diagnostic {
    fn from(error: StageError) -> Self {
        Self { error_type: error.kind.name().to_owned(), error_message: error.message }
    }
}

/// Serves a stage until the sandbox is taken away.
///
/// # Errors
/// The environment is not complete, or the runtime stopped.
pub async fn serve<Request, Answer>(
    stage: impl AsyncFn(Request, &Context) -> Result<Answer, StageError>,
) -> Result<(), Fatal>
where
    Request: DeserializeOwned,
    Answer: Serialize,
{
    tracing_subscriber::fmt().json().with_target(false).with_current_span(false).init();
    let context = Context::from_environment(Environment::read()?).await;
    let (stage, context) = (&stage, &context);
    let handle = |event: LambdaEvent<serde_json::Value>| async move {
        context.set_deadline(i64::try_from(event.context.deadline).unwrap_or_default());
        let request = serde_json::from_value::<Request>(event.payload).map_err(|error| {
            StageError::invalid_input(format!("the request is not of the function's form: {error}"))
        })?;
        let answer = stage(request, context).await;
        if let Err(error) = &answer {
            tracing::error!(error = error.kind.name(), reason = error.message, "failed");
        }
        answer.map_err(Diagnostic::from)
    };
    lambda_runtime::run(service_fn(handle)).await.map_err(Fatal::Runtime)
}
