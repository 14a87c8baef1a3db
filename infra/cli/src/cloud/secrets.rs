//! Secrets of sources, for `onefold try` and the local cloud: from a file of this machine, or from Secrets Manager with the
//! credentials of the user.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use onefold_shell::{Secrets, SecretsManager, StageError};

use crate::cloud::Clients;
use crate::error::{Error, describe};

/// The secrets of a TOML file, one a line: `"onefold/crm-token" = "…"`.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretsFile {
    path: PathBuf,
    values: BTreeMap<String, String>,
}

impl fmt::Debug for SecretsFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SecretsFile({}, {:?})", self.path.display(), self.values.keys())
    }
}

impl SecretsFile {
    /// Reads a file.
    ///
    /// # Errors
    /// The file cannot be read, or is not of this form. Errors name secrets and never hold their values.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path).map_err(Error::file("read", path))?;
        let values = Self::parse(&text).map_err(|reason| Error::malformed(path.display(), reason))?;
        Ok(Self { path: path.to_owned(), values })
    }

    fn parse(text: &str) -> Result<BTreeMap<String, String>, String> {
        // The parser's own message can quote a value.
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
            format!("line {line} is not TOML; write \"name\" = \"value\", a secret a line")
        })?;
        let value = |(name, value): (String, toml::Value)| match value {
            toml::Value::String(value) => Ok((name, value)),
            _ => Err(format!("the secret {name:?} is no text; write \"{name}\" = \"value\", the name in quotes")),
        };
        table.into_iter().map(value).collect()
    }

    /// Creates the secrets in the Secrets Manager of a local cloud, which must not have them yet.
    pub async fn store(&self, manager: &aws_sdk_secretsmanager::Client) -> Result<(), Error> {
        for (name, value) in &self.values {
            let create = manager.create_secret().name(name).secret_string(value);
            create.send().await.map_err(Error::call(format!("store the secret {name:?}")))?;
        }
        Ok(())
    }
}

#[async_trait]
impl Secrets for SecretsFile {
    async fn value(&self, name: &str) -> Result<String, StageError> {
        self.values.get(name).cloned().ok_or_else(|| {
            let path = self.path.display();
            StageError::invalid_input(format!("there is no secret {name:?} in {path}; add it, or mend the name"))
        })
    }
}

/// Secrets Manager, connected only when a secret is needed: most sources need none.
#[derive(Debug)]
pub struct LazySecretsManager {
    /// The address of the local cloud, if it is not AWS's.
    pub endpoint: Option<String>,
}

#[async_trait]
impl Secrets for LazySecretsManager {
    async fn value(&self, name: &str) -> Result<String, StageError> {
        let clients = match &self.endpoint {
            Some(endpoint) => Clients::of_local_cloud(endpoint),
            None => Clients::of_aws().await.map_err(|error| {
                let what_to_do = "or give the secret in a file with --secrets";
                StageError::invalid_input(format!("{}; {what_to_do}", describe(&error)))
            })?,
        };
        SecretsManager(clients.secrets).value(name).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_with_their_values() {
        let text = "# tokens\n\"onefold/crm\" = \"t0ken\"\nplain = '''{\"username\":\"anna\"}'''\n";
        let expected = [("onefold/crm", "t0ken"), ("plain", "{\"username\":\"anna\"}")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(SecretsFile::parse(text), Ok(BTreeMap::from(expected)));
    }

    #[test]
    fn what_is_wrong_is_told_without_any_value() {
        for (text, told) in [
            ("a = \"x\"\n\"onefold/crm\" = hunter2\n", "line 2 is not TOML"),
            ("onefold/crm = \"hunter2\"\n", "line 1 is not TOML"),
            ("a = \"hunter2\"\na = \"hunter2\"\n", "line 2 is not TOML"),
            ("onefold.crm = \"hunter2\"\n", "the secret \"onefold\" is no text"),
        ] {
            let error = SecretsFile::parse(text).unwrap_err();
            assert!(error.starts_with(told) && !error.contains("hunter2"), "{text}: {error}");
        }
        let file = SecretsFile { path: "s".into(), values: [("a".to_owned(), "hunter2".to_owned())].into() };
        assert_eq!(format!("{file:?}"), "SecretsFile(s, [\"a\"])");
    }
}
