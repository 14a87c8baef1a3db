//! Calls a Lambda function, the one operation of Lambda that the command needs.
//!
//! It uses the crates that the AWS SDKs are made of, so it signs, retries and waits as they do. The SDK of Lambda itself
//! would add a tenth to all that is compiled.

use aws_config::SdkConfig;
use aws_runtime::auth::SigV4OperationSigningConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{
    AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
};
use aws_smithy_runtime_api::client::identity::SharedIdentityResolver;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use aws_smithy_types::retry::RetryConfig;
use aws_types::SigningName;
use aws_types::region::SigningRegion;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The header that marks the payload as the function's error.
const FUNCTION_ERROR: &str = "x-amz-function-error";
/// The header with the error's name if Lambda itself refuses.
const ERROR_TYPE: &str = "x-amzn-errortype";

/// Lambda, with the region and the credentials of a configuration.
#[derive(Clone, Debug)]
pub struct Lambda {
    config: SdkConfig,
    region: String,
}

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

/// Lambda did not call the function.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Refusal(ErrorMetadata);

impl ProvideErrorMetadata for Refusal {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

impl Lambda {
    /// Lambda in a region, with the credentials and settings of `config`.
    pub fn new(config: &SdkConfig, region: &str) -> Self {
        Self { config: config.clone(), region: region.to_owned() }
    }

    /// Calls a function and waits for its answer.
    ///
    /// # Errors
    /// The function was not called: it is not there, may not be called, or Lambda could not be reached.
    pub async fn invoke(&self, function: &str, request: Vec<u8>) -> Result<Invoked, Error> {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let mut operation = Operation::builder()
            .service_name("lambda")
            .operation_name("Invoke")
            .endpoint_url(&self.endpoint())
            .standard_retry(self.config.retry_config().unwrap_or(&RetryConfig::standard()))
            .runtime_plugin(self.signing())
            .serializer(move |body: Vec<u8>| {
                let mut request = HttpRequest::new(SdkBody::from(body));
                request.set_method("POST")?;
                request.set_uri(path.as_str())?;
                request.headers_mut().insert("content-type", "application/json");
                Ok(request)
            })
            .deserializer(read);
        if let Some(client) = self.config.http_client() {
            operation = operation.http_client(client);
        }
        if let Some(timeouts) = self.config.timeout_config() {
            operation = operation.timeout_config(timeouts.clone());
        }
        let invoked = operation.build().invoke(request).await;
        invoked.map_err(Error::call(format!("call the function {function}")))
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

    fn endpoint(&self) -> String {
        let suffix = if self.region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let of_region = || format!("https://lambda.{}.{suffix}", self.region);
        self.config.endpoint_url().map_or_else(of_region, ToOwned::to_owned)
    }

    /// Signs requests with the configuration's credentials.
    fn signing(&self) -> StaticRuntimePlugin {
        let mut config = Layer::new("signing");
        config.store_put(AuthSchemeOptionResolverParams::new(()));
        config.store_put(SigV4OperationSigningConfig::default());
        config.store_put(SigningName::from_static("lambda"));
        config.store_put(SigningRegion::from(aws_config::Region::new(self.region.clone())));
        let schemes = StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]);
        let mut components = RuntimeComponentsBuilder::new("signing")
            .with_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()))
            .with_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(schemes)))
            .with_identity_cache(Some(self.config.identity_cache().unwrap_or_else(IdentityCache::no_cache)));
        if let Some(credentials) = self.config.credentials_provider() {
            components.set_identity_resolver(SCHEME_ID, SharedIdentityResolver::new(credentials));
        }
        StaticRuntimePlugin::new().with_config(config.freeze()).with_runtime_components(components)
    }
}

fn read(response: &HttpResponse) -> Result<Invoked, OrchestratorError<Refusal>> {
    if !response.status().is_success() {
        let unnamed = format!("status {}", response.status().as_u16());
        let code = response.headers().get(ERROR_TYPE).map_or(unnamed, ToOwned::to_owned);
        return Err(OrchestratorError::operation(Refusal(ErrorMetadata::builder().code(code).build())));
    }
    let payload = response.body().bytes().unwrap_or_default().to_vec();
    let is_error = response.headers().get(FUNCTION_ERROR).is_some();
    Ok(if is_error { Invoked::Failed(payload) } else { Invoked::Answered(payload) })
}
