//! Runs a stage as a Lambda function.

use std::marker::PhantomData;
use std::pin::Pin;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use onefold_identity::json_error::JsonError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tracing::Instrument;

use crate::context::Context;
use crate::environment::{Environment, EnvironmentError};
use crate::error::StageError;
use crate::invocation::Invocation;
use crate::panics::{caught, hide_panic_messages};

/// Why a function could not start, or why it stopped.
#[derive(Debug, thiserror::Error)]
pub enum Fatal {
    /// The environment is not complete.
    #[error("the function cannot start")]
    Environment(#[source] EnvironmentError),
    /// The Lambda runtime failed.
    #[error("the Lambda runtime stopped")]
    Runtime(#[source] lambda_runtime::Error),
}

/// Serves a stage until Lambda ends the sandbox. All log lines of an invocation are in a span that names it.
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

/// A stage with JSON requests and results. Because of this trait, the runtime and the clients are compiled once and not
/// for every function.
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
                StageError::invalid_input("the request is not of the function's form").caused_by(JsonError::new(&error))
            })?;
            let answer = (self.stage)(request, context).await?;
            serde_json::to_value(answer).map_err(|error| StageError::unwritable(&error).about("the answer"))
        })
    }
}

fn serve_any<'s>(name: &'s str, stage: &'s dyn Stage) -> Pending<'s, Result<(), Fatal>> {
    Box::pin(async move {
        hide_panic_messages();
        tracing_subscriber::fmt().json().with_target(false).with_current_span(false).init();
        let context = Context::from_environment(Environment::read().map_err(Fatal::Environment)?);
        let context = &context;
        let handle = |event: LambdaEvent<Value>| async move {
            context.set_deadline(i64::try_from(event.context.deadline).unwrap_or_default());
            let invocation = Invocation::new(name, &event.context.request_id, &event.payload);
            let span = invocation.span();
            context.set_invocation(invocation);
            let work = async {
                // The runtime catches panics too, but would return their messages.
                let answer = caught(stage.answer(event.payload, context)).await;
                answer.map_err(|error| {
                    let (name, line) = (error.kind.name(), context.line(&error));
                    tracing::error!(error = name, reason = line, "failed");
                    Diagnostic { error_type: name.to_owned(), error_message: line }
                })
            };
            work.instrument(span).await
        };
        lambda_runtime::run(service_fn(handle)).await.map_err(Fatal::Runtime)
    })
}
