//! The secrets for reading sources, by name.

use async_trait::async_trait;

use crate::error::StageError;

/// A store of secrets.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// The value of a secret. It must never reach a log, an error, an object or the state machine.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) if the secret does not exist, is not text, or may not be read;
    /// [`Transient`](crate::ErrorKind::Transient) if Secrets Manager could not be reached.
    async fn value(&self, name: &str) -> Result<String, StageError>;
}

/// The secrets in AWS Secrets Manager.
#[derive(Debug)]
pub struct SecretsManager(pub aws_sdk_secretsmanager::Client);

#[async_trait]
impl Secrets for SecretsManager {
    async fn value(&self, name: &str) -> Result<String, StageError> {
        let answer = self.0.get_secret_value().secret_id(name).send().await;
        let answer = answer.map_err(|error| {
            let code = error.as_service_error().and_then(|error| error.meta().code());
            match code {
                Some("ResourceNotFoundException") => StageError::invalid_input(format!(
                    "there is no secret {name:?} in Secrets Manager; create it, or mend the name"
                )),
                Some("AccessDeniedException") => StageError::invalid_input(format!(
                    "the secret {name:?} may not be read; its name must start with the stack's SecretPrefix"
                )),
                // The service's message may quote the request, which holds only the secret's name.
                Some(code) => {
                    StageError::transient(format!("Secrets Manager did not give the secret {name:?}: {code}"))
                }
                None => {
                    let what_failed = format!("Secrets Manager could not be reached for the secret {name:?}");
                    StageError::transient(what_failed).caused_by(error)
                }
            }
        })?;
        answer
            .secret_string
            .ok_or_else(|| StageError::invalid_input(format!("the secret {name:?} is binary; store it as plain text")))
    }
}

/// Has no secrets. For stages that need none.
#[derive(Debug)]
pub struct NoSecrets;

#[async_trait]
impl Secrets for NoSecrets {
    async fn value(&self, name: &str) -> Result<String, StageError> {
        Err(StageError::invalid_input(format!("there is no secret {name:?}: this function has no Secrets Manager")))
    }
}
