//! Calls a Lambda function, the one operation of Lambda that the command needs.

use aws_config::SdkConfig;
use onefold_shell::SignedClient;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The header that marks the payload as the function's error.
const FUNCTION_ERROR: &str = "x-amz-function-error";

/// Lambda, with the region and the credentials of a configuration.
#[derive(Clone, Debug)]
pub struct Lambda(SignedClient);

/// The answer of a function that was called.
#[derive(Debug)]
pub enum Invoked {
    /// The result, as JSON.
    Answered(Vec<u8>),
    /// The error that it ended with, as JSON with `errorType` and `errorMessage`.
    Failed(Vec<u8>),
}

/// The error of a function, as Lambda words it in an answer and in the cause of a failed task.
#[derive(Debug, Deserialize)]
pub struct FunctionError {
    /// What the function said.
    #[serde(rename = "errorMessage")]
    pub message: String,
}

impl Lambda {
    /// Lambda in a region, with the credentials and settings of `config`.
    pub fn new(config: &SdkConfig, region: &str) -> Self {
        Self(SignedClient::new(config, region, "lambda"))
    }

    /// Calls a function and waits for its answer.
    ///
    /// # Errors
    /// The function was not called: it is not there, may not be called, or Lambda could not be reached.
    pub async fn invoke(&self, function: &str, request: Vec<u8>) -> Result<Invoked, Error> {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let answer = self.0.post("Invoke", path, &[("content-type", "application/json")], request).await;
        let answer = answer.map_err(Error::call(format!("call the function {function}")))?;
        let is_error = answer.has_header(FUNCTION_ERROR);
        Ok(if is_error { Invoked::Failed(answer.body) } else { Invoked::Answered(answer.body) })
    }

    /// Removes a function. What it is doing ends.
    pub async fn remove(&self, function: &str) -> Result<(), Error> {
        let path = format!("/2015-03-31/functions/{function}");
        let removed = self.0.delete("DeleteFunction", path).await;
        removed.map(drop).map_err(Error::call(format!("remove the function {function}")))
    }

    /// Calls one of our functions, and reads its answer.
    ///
    /// # Errors
    /// The function was not called, or it failed: with what it says.
    pub async fn call<Request: Serialize, Answer: DeserializeOwned>(
        &self,
        function: &str,
        request: &Request,
    ) -> Result<Answer, Error> {
        let payload = serde_json::to_vec(request).map_err(|error| Error::malformed("the request", error))?;
        match self.invoke(function, payload).await? {
            Invoked::Answered(answer) => serde_json::from_slice(&answer)
                .map_err(|error| Error::malformed(format!("the answer of {function}"), error)),
            Invoked::Failed(failure) => {
                let failure: FunctionError = serde_json::from_slice(&failure)
                    .map_err(|error| Error::malformed(format!("the error of {function}"), error))?;
                Err(Error::Unready(failure.message))
            }
        }
    }
}
