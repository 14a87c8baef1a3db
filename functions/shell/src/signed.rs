//! Signed requests to services of AWS of which one operation is needed.
//!
//! It uses the crates that the AWS SDKs are made of, so it signs, retries and waits as they do. The SDK of a whole service
//! for one operation would add a tenth to all that is compiled.

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
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use aws_smithy_types::retry::RetryConfig;
use aws_types::region::{Region, SigningRegion};
use aws_types::{SdkConfig, SigningName};

/// The header with the error's name if a service refuses a request.
const ERROR_TYPE: &str = "x-amzn-errortype";

/// A service of AWS in a region, with the credentials and settings of a configuration.
#[derive(Clone, Debug)]
pub struct SignedClient {
    config: SdkConfig,
    region: String,
    service: &'static str,
}

/// What a service answered.
#[derive(Debug)]
pub struct SignedAnswer {
    headers: Headers,
    /// The body.
    pub body: Vec<u8>,
}

impl SignedAnswer {
    /// Whether the answer has a header.
    pub fn has_header(&self, name: &str) -> bool {
        self.headers.get(name).is_some()
    }
}

/// The service refused a request.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(ErrorMetadata);

impl ProvideErrorMetadata for Refusal {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

/// Why there is no answer.
pub type SignedError = SdkError<Refusal, HttpResponse>;

impl SignedClient {
    /// A service by the name in its host name, such as `lambda`.
    pub fn new(config: &SdkConfig, region: &str, service: &'static str) -> Self {
        Self { config: config.clone(), region: region.to_owned(), service }
    }

    /// Sends a POST request. It is sent again if a try can help.
    ///
    /// # Errors
    /// The service refused the request, or could not be reached.
    pub async fn post(
        &self,
        operation: &'static str,
        path: String,
        headers: &'static [(&'static str, &'static str)],
        body: Vec<u8>,
    ) -> Result<SignedAnswer, SignedError> {
        self.send("POST", operation, path, headers, body).await
    }

    /// Sends a DELETE request. It is sent again if a try can help.
    ///
    /// # Errors
    /// The service refused the request, or could not be reached.
    pub async fn delete(&self, operation: &'static str, path: String) -> Result<SignedAnswer, SignedError> {
        self.send("DELETE", operation, path, &[], Vec::new()).await
    }

    async fn send(
        &self,
        method: &'static str,
        operation: &'static str,
        path: String,
        headers: &'static [(&'static str, &'static str)],
        body: Vec<u8>,
    ) -> Result<SignedAnswer, SignedError> {
        let mut builder = Operation::builder()
            .service_name(self.service)
            .operation_name(operation)
            .endpoint_url(&self.endpoint())
            .standard_retry(self.config.retry_config().unwrap_or(&RetryConfig::standard()))
            .runtime_plugin(self.signing())
            .serializer(move |body: Vec<u8>| {
                let mut request = HttpRequest::new(SdkBody::from(body));
                request.set_method(method)?;
                request.set_uri(path.as_str())?;
                for (name, value) in headers {
                    request.headers_mut().insert(*name, *value);
                }
                Ok(request)
            })
            .deserializer(read);
        if let Some(client) = self.config.http_client() {
            builder = builder.http_client(client);
        }
        if let Some(timeouts) = self.config.timeout_config() {
            builder = builder.timeout_config(timeouts.clone());
        }
        builder.build().invoke(body).await
    }

    fn endpoint(&self) -> String {
        let suffix = if self.region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let of_region = || format!("https://{}.{}.{suffix}", self.service, self.region);
        self.config.endpoint_url().map_or_else(of_region, ToOwned::to_owned)
    }

    /// Signs requests with the configuration's credentials.
    fn signing(&self) -> StaticRuntimePlugin {
        let mut config = Layer::new("signing");
        config.store_put(AuthSchemeOptionResolverParams::new(()));
        config.store_put(SigV4OperationSigningConfig::default());
        config.store_put(SigningName::from_static(self.service));
        config.store_put(SigningRegion::from(Region::new(self.region.clone())));
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

/// What a refusal in XML says. One in JSON may quote the request, which may hold personal values.
fn message(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let (_, rest) = text.split_once("<Message>")?;
    Some(rest.split_once("</Message>")?.0.to_owned())
}

fn read(response: &HttpResponse) -> Result<SignedAnswer, OrchestratorError<Refusal>> {
    if !response.status().is_success() {
        let unnamed = format!("status {}", response.status().as_u16());
        let code = response.headers().get(ERROR_TYPE).map_or(unnamed, ToOwned::to_owned);
        let mut error = ErrorMetadata::builder().code(code);
        if let Some(message) = message(response.body().bytes().unwrap_or_default()) {
            error = error.message(message);
        }
        return Err(OrchestratorError::operation(Refusal(error.build())));
    }
    let body = response.body().bytes().unwrap_or_default().to_vec();
    Ok(SignedAnswer { headers: response.headers().clone(), body })
}
