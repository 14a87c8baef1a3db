//! The environment. Only this module reads it, and only once.

use std::path::PathBuf;

use aws_credential_types::Credentials;
use onefold_graph::node::NodeHasher;

use crate::memory::MemoryBudget;

/// The settings of a function from its environment.
#[derive(Debug)]
pub struct Environment {
    /// The bucket.
    pub bucket: String,
    /// The folder that holds the objects in the place of the bucket. Only the local cloud has one.
    pub folder: Option<PathBuf>,
    /// The match-key secret. Only functions that hash have it.
    pub hasher: Option<NodeHasher>,
    /// The queue of raw chunks. Only Translate and Settle have it, and Extract if there is a folder.
    pub queue_url: Option<String>,
    /// The event bus. Only Announce has it; without one, nothing is sent.
    pub event_bus: Option<String>,
    /// The region.
    pub region: String,
    /// The credentials of the function's role, which last as long as its sandbox.
    pub credentials: Option<Credentials>,
    /// The address of the local cloud; `None` for AWS.
    pub endpoint: Option<String>,
    /// The memory of this function, if it is known.
    pub memory: Option<MemoryBudget>,
    /// The memory of Link. Only Divide has it, to plan the work of Link.
    pub link_memory: Option<MemoryBudget>,
    /// The memory of Merge. Only Divide has it, to plan the work of Merge.
    pub merge_memory: Option<MemoryBudget>,
}

/// All errors of the environment.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the function's environment is not complete: {}", .0.join("; "))]
pub struct EnvironmentError(pub Vec<String>);

impl Environment {
    /// Reads the environment.
    ///
    /// # Errors
    /// Everything that is missing or wrong.
    pub fn read() -> Result<Self, EnvironmentError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, EnvironmentError> {
        let mut faults = Vec::new();
        let mut required = |name: &str| {
            let value = variable(name).filter(|value| !value.is_empty());
            if value.is_none() {
                faults.push(format!("{name} is not set"));
            }
            value.unwrap_or_default()
        };
        let bucket = required("ONEFOLD_BUCKET");
        let secret = variable("ONEFOLD_KEY").filter(|secret| !secret.is_empty());
        let hasher = secret.map(|secret| NodeHasher::from_hex(&secret)).transpose().unwrap_or_else(|error| {
            faults.push(format!("ONEFOLD_KEY: {error}"));
            None
        });
        let mut megabytes = |name: &str| {
            let value = variable(name)?;
            let megabytes = value.parse().map(MemoryBudget::of_megabytes);
            megabytes.map_err(|_| faults.push(format!("{name} must be a number of megabytes"))).ok()
        };
        let memory = megabytes("AWS_LAMBDA_FUNCTION_MEMORY_SIZE");
        let link_memory = megabytes("ONEFOLD_LINK_MEMORY");
        let merge_memory = megabytes("ONEFOLD_MERGE_MEMORY");
        if !faults.is_empty() {
            return Err(EnvironmentError(faults));
        }
        let given = |name: &str| variable(name).filter(|value| !value.is_empty());
        let endpoint = given("AWS_ENDPOINT_URL");
        let region = given("AWS_REGION").or_else(|| given("AWS_DEFAULT_REGION")).unwrap_or_default();
        let credentials = given("AWS_ACCESS_KEY_ID")
            .zip(given("AWS_SECRET_ACCESS_KEY"))
            .map(|(id, secret)| Credentials::new(id, secret, given("AWS_SESSION_TOKEN"), None, "environment"));
        let folder = given("ONEFOLD_FOLDER").map(PathBuf::from);
        let queue_url = given("ONEFOLD_QUEUE_URL");
        let event_bus = given("ONEFOLD_EVENT_BUS");
        Ok(Self {
            bucket,
            folder,
            hasher,
            queue_url,
            event_bus,
            region,
            credentials,
            endpoint,
            memory,
            link_memory,
            merge_memory,
        })
    }

    /// Whether the endpoint uses plain HTTP, like the local cloud's.
    pub fn is_plain_http(&self) -> bool {
        self.endpoint.as_ref().is_some_and(|url| url.starts_with("http://"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_everything_that_is_missing_or_wrong() {
        let faults = Environment::from_variables(|_| None).unwrap_err().0;
        assert_eq!(faults, ["ONEFOLD_BUCKET is not set"]);
        let short = Environment::from_variables(|name| (name == "ONEFOLD_KEY").then(|| "abc".into())).unwrap_err().0;
        assert_eq!((short.len(), &short[..1]), (2, &faults[..]));
        assert!(short[1].starts_with("ONEFOLD_KEY: "), "{short:?}");
    }

    /// As SAM writes what a function does not get.
    #[test]
    fn a_function_that_does_not_hash_has_no_secret() {
        for secret in [None, Some(String::new())] {
            let read = Environment::from_variables(|name| match name {
                "ONEFOLD_BUCKET" => Some("b".into()),
                "ONEFOLD_KEY" => secret.clone(),
                _ => None,
            });
            assert!(read.unwrap().hasher.is_none(), "{secret:?}");
        }
    }

    /// As Lambda writes it.
    #[test]
    fn credentials_have_the_session_of_the_sandbox() {
        let with = |given: &'static [(&'static str, &'static str)]| {
            let variables = [("ONEFOLD_BUCKET", "b")].iter().chain(given);
            let find =
                |name: &str| variables.clone().find(|(known, _)| *known == name).map(|(_, value)| (*value).into());
            Environment::from_variables(find).unwrap()
        };
        const ROLE: &[(&str, &str)] = &[
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "id"),
            ("AWS_SECRET_ACCESS_KEY", "hush"),
            ("AWS_SESSION_TOKEN", "token"),
        ];
        let environment = with(ROLE);
        let credentials = environment.credentials.as_ref().expect("credentials");
        assert_eq!((credentials.access_key_id(), credentials.secret_access_key()), ("id", "hush"));
        assert_eq!((credentials.session_token(), environment.region.as_str()), (Some("token"), "eu-central-1"));
        assert!(!format!("{environment:?}").contains("hush"), "a secret is in no log");
        assert!(with(&[("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "")]).credentials.is_none());
    }

    #[test]
    fn memory_is_a_number_of_megabytes() {
        let with = |memory: &'static str| {
            Environment::from_variables(move |name| match name {
                "ONEFOLD_BUCKET" => Some("b".into()),
                "ONEFOLD_KEY" => Some("0".repeat(32)),
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE" => Some(memory.into()),
                "ONEFOLD_LINK_MEMORY" => Some("4096".into()),
                "ONEFOLD_MERGE_MEMORY" => Some("2048".into()),
                _ => None,
            })
        };
        let environment = with("512").unwrap();
        assert_eq!(environment.memory, Some(MemoryBudget::of_megabytes(512)));
        assert_eq!(environment.link_memory, Some(MemoryBudget::of_megabytes(4096)));
        assert_eq!(environment.merge_memory, Some(MemoryBudget::of_megabytes(2048)));
        let faults = with("much").unwrap_err().0;
        assert_eq!(faults, ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE must be a number of megabytes"]);
    }

    /// As the template writes it on AWS.
    #[test]
    fn a_folder_without_a_path_is_none() {
        let folder = |path: &'static str| {
            let variable = |asked: &str| match asked {
                "ONEFOLD_BUCKET" => Some("b".to_owned()),
                "ONEFOLD_FOLDER" => Some(path.to_owned()),
                _ => None,
            };
            Environment::from_variables(variable).unwrap().folder
        };
        assert_eq!((folder(""), folder("/out/a b")), (None, Some("/out/a b".into())));
    }

    /// As the template writes it where nothing is to be sent.
    #[test]
    fn a_bus_without_a_name_is_none() {
        let bus = |name: &'static str| {
            let variable = |asked: &str| match asked {
                "ONEFOLD_BUCKET" => Some("b".to_owned()),
                "ONEFOLD_EVENT_BUS" => Some(name.to_owned()),
                _ => None,
            };
            Environment::from_variables(variable).unwrap().event_bus
        };
        assert_eq!((bus(""), bus("default")), (None, Some("default".to_owned())));
    }

    #[test]
    fn only_the_local_cloud_is_plain_http() {
        let with = |url: &'static str| {
            Environment::from_variables(move |name| match name {
                "ONEFOLD_BUCKET" => Some("b".into()),
                "ONEFOLD_KEY" => Some("0".repeat(32)),
                "AWS_ENDPOINT_URL" => Some(url.into()),
                _ => None,
            })
            .unwrap()
            .is_plain_http()
        };
        assert!(with("http://127.0.0.1:4566"));
        assert!(!with("https://s3.eu-central-1.amazonaws.com"));
    }
}
