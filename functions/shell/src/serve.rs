//! Turning a stage into a Lambda function.

use std::marker::PhantomData;
use std::pin::Pin;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tracing::Instrument;

use crate::context::Context;
use crate::environment::{Environment, EnvironmentError};
use crate::error::StageError;
use crate::invocation;
use crate::panics::{caught, hide_panic_messages};

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

/// Serves a stage until the sandbox is taken away. What an invocation logs stands in a span that says which one it is.
///
/// # Errors
/// The environment is not complete, or the runtime stopped.
pub async fn serve<Request, Answer>(
    name: &str,
    stage: impl AsyncFn(Request, &Context) -> Result<Answer, StageError>,
) -> Result<(), Fatal>
where
    Request: DeserializeOwned,
    Answer: Serialize,
{
    serve_any(name, &Typed { stage, of: PhantomData }).await
}

/// A stage whose requests and answers are JSON. The runtime and the clients are compiled for this once, and not anew for
/// each function.
trait Stage {
    fn answer<'a>(&'a self, request: Value, context: &'a Context) -> Pending<'a, Result<Value, StageError>>;
}

type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

struct Typed<S, Request, Answer> {
    stage: S,
    of: PhantomData<fn(Request) -> Answer>,
}

impl<S, Request, Answer> Stage for Typed<S, Request, Answer>
where
    S: AsyncFn(Request, &Context) -> Result<Answer, StageError>,
    Request: DeserializeOwned,
    Answer: Serialize,
{
    fn answer<'a>(&'a self, request: Value, context: &'a Context) -> Pending<'a, Result<Value, StageError>> {
        Box::pin(async move {
            let request = serde_json::from_value(request).map_err(|error| {
                StageError::invalid_input(format!("the request is not of the function's form: {}", told(&error)))
            })?;
            let answer = (self.stage)(request, context).await?;
            serde_json::to_value(answer)
                .map_err(|error| StageError::internal(format!("the answer cannot be written: {error}")))
        })
    }
}

fn serve_any<'s>(name: &'s str, stage: &'s dyn Stage) -> Pending<'s, Result<(), Fatal>> {
    Box::pin(async move {
        hide_panic_messages();
        tracing_subscriber::fmt().json().with_target(false).with_current_span(false).init();
        let context = Context::from_environment(Environment::read()?).await;
        let context = &context;
        let handle = |event: LambdaEvent<Value>| async move {
            context.set_deadline(i64::try_from(event.context.deadline).unwrap_or_default());
            let span = invocation::span(name, &event.context.request_id, &event.payload);
            let work = async {
                // The runtime catches panics too, but puts their messages into its answer.
                let answer = caught(stage.answer(event.payload, context)).await;
                if let Err(error) = &answer {
                    tracing::error!(error = error.kind.name(), reason = error.message, "failed");
                }
                answer.map_err(Diagnostic::from)
            };
            work.instrument(span).await
        };
        lambda_runtime::run(service_fn(handle)).await.map_err(Fatal::Runtime)
    })
}

/// An error of a request without the value that it is about, as that can be personal: `string where a sequence is
/// expected`. Names of members are told.
fn told(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let value = text.strip_prefix("invalid type: ").or_else(|| text.strip_prefix("invalid value: "));
    match value.and_then(|value| value.rsplit_once(", expected ")) {
        Some((value, expected)) => {
            let kind = value.split([' ', '`']).next().unwrap_or_default();
            format!("{kind} where {expected} is expected")
        }
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only its form matters")]
    struct Request {
        emails: Vec<String>,
    }

    #[test]
    fn values_of_a_request_are_not_told() {
        for (request, expected) in [
            (r#"{"emails":"a@weber.de, expected b"}"#, "string where a sequence is expected"),
            (r#"{"emails":[4915112345]}"#, "integer where a string is expected"),
            (r#"{"emails":[true]}"#, "boolean where a string is expected"),
            (r#"{"emails":null}"#, "null where a sequence is expected"),
            (r#"{"email":[]}"#, "unknown field `email`, expected `emails`"),
            ("{}", "missing field `emails`"),
        ] {
            let value: serde_json::Value = serde_json::from_str(request).unwrap();
            assert_eq!(told(&serde_json::from_value::<Request>(value).unwrap_err()), expected);
        }
    }
}
