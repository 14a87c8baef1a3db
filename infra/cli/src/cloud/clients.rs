//! Clients for AWS or a local cloud, and the deployed stack that a command works with.

use std::ffi::OsString;
use std::fmt;
use std::fs::DirBuilder;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::config::StalledStreamProtectionConfig;
use aws_sdk_s3::operation::create_bucket::CreateBucketError;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use onefold_lake::keys;
use onefold_store::folder::FolderStore;
use onefold_store::s3::{self, Patience, S3Store};
use onefold_store::{Condition, Store, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::cloud::invoke::Lambda;
use crate::cloud::stacks::Stacks;
use crate::error::Error;

/// The region of every local cloud.
pub const LOCAL_REGION: &str = "us-east-1";
/// Access key and secret key for a local cloud, which checks neither.
pub const LOCAL_CREDENTIAL: &str = "onefold-local";

/// A deployed stack.
#[derive(Clone)]
pub struct Cloud {
    /// The objects of the stack: its bucket, or a folder in the bucket's place.
    pub store: Arc<dyn Store>,
    /// The folder, if there is one.
    pub folder: Option<LocalFolder>,
    /// The bucket. Beside a folder it has item lists only.
    in_bucket: Arc<S3Store>,
    /// Step Functions.
    pub sfn: aws_sdk_sfn::Client,
    /// Lambda.
    pub lambda: Lambda,
    /// The address of the local cloud; `None` for AWS.
    pub endpoint: Option<String>,
    /// The stack's name.
    pub stack: String,
    /// The ARN of the stack's state machine.
    pub machine_arn: String,
    /// The bucket's name.
    pub bucket: String,
}

impl fmt::Debug for Cloud {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Cloud({} at {})", self.machine_arn, self.store.address(""))
    }
}

impl Cloud {
    /// The stack with its objects in a folder, which is made for this user alone. Later commands find the folder by a note
    /// in the bucket.
    ///
    /// # Errors
    /// The folder cannot be made, or the bucket could not be reached.
    pub async fn in_folder(self, path: &Path, ends_with_the_command: bool) -> Result<Self, Error> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
        made.map_err(Error::file("make the folder", path))?;
        let noted = path.as_os_str().as_encoded_bytes().to_vec();
        let put = self.in_bucket.put(keys::FOLDER, noted.into(), Condition::Always).await;
        put.map_err(Error::store("note the folder of the objects"))?;
        Ok(self.of_folder(path, ends_with_the_command))
    }

    /// The folder, if it ends with this command. Then files need not be copied into it and out of it: they are linked.
    pub fn own_folder(&self) -> Option<&FolderStore> {
        let folder = self.folder.as_ref().filter(|folder| folder.ends_with_the_command)?;
        Some(&folder.store)
    }

    fn of_folder(self, path: &Path, ends_with_the_command: bool) -> Self {
        let store = Arc::new(FolderStore::new(path));
        let folder = LocalFolder { path: path.to_owned(), store: store.clone(), ends_with_the_command };
        Self { store, folder: Some(folder), ..self }
    }

    /// The stack with its objects where they are: in the bucket, or in the folder that a note in the bucket names.
    async fn with_its_folder(self) -> Result<Self, Error> {
        match self.in_bucket.get(keys::FOLDER).await {
            Ok((path, _)) => {
                let path = PathBuf::from(OsString::from_vec(path.into()));
                Ok(self.of_folder(&path, false))
            }
            Err(StoreError::NotFound { .. }) => Ok(self),
            Err(error) => Err(Error::store("find the folder of the objects")(error)),
        }
    }

    /// Calls the stack's function of a name, and reads its answer.
    ///
    /// # Errors
    /// The function was not called, or it failed: with what it says.
    pub async fn call<Request: Serialize, Answer: DeserializeOwned>(
        &self,
        function: &str,
        request: &Request,
    ) -> Result<Answer, Error> {
        self.lambda.call(&format!("{}-{function}", self.stack), request).await
    }

    /// Removes all objects of the bucket. Those in a folder stay.
    pub async fn empty_bucket(&self) -> Result<(), Error> {
        let objects = self.in_bucket.list("").await.map_err(Error::store("list what is in the bucket"))?;
        let keys: Vec<String> = objects.into_iter().map(|object| object.key).collect();
        self.in_bucket.delete(&keys).await.map_err(Error::store("empty the bucket"))
    }
}

#[cfg(test)]
impl Cloud {
    /// A stack that nothing answers for, with its objects in a folder.
    pub fn offline(folder: &Path, ends_with_the_command: bool) -> Self {
        let Clients { s3, patience, sfn, lambda, endpoint, .. } = Clients::of_local_cloud("http://127.0.0.1:9");
        let store = Arc::new(S3Store::new(s3, "bucket", patience));
        let (in_bucket, [stack, machine_arn, bucket]) = (store.clone(), [const { String::new() }; 3]);
        let cloud = Self { store, folder: None, in_bucket, sfn, lambda, endpoint, stack, machine_arn, bucket };
        cloud.of_folder(folder, ends_with_the_command)
    }
}

/// A folder in the place of the bucket of a local cloud.
#[derive(Clone, Debug)]
pub struct LocalFolder {
    /// Its path.
    pub path: PathBuf,
    /// The objects in it.
    pub store: Arc<FolderStore>,
    /// Whether it ends with this command.
    pub ends_with_the_command: bool,
}

/// Clients without a stack.
#[derive(Clone, Debug)]
pub struct Clients {
    /// Secrets Manager.
    pub secrets: aws_sdk_secretsmanager::Client,
    /// CloudFormation.
    pub stacks: Stacks,
    s3: aws_sdk_s3::Client,
    patience: Patience,
    sfn: aws_sdk_sfn::Client,
    lambda: Lambda,
    endpoint: Option<String>,
    region: String,
}

impl Clients {
    /// Clients for the local cloud at an address, or for AWS.
    pub async fn of(endpoint: Option<&str>) -> Result<Self, Error> {
        match endpoint {
            Some(endpoint) => Ok(Self::of_local_cloud(endpoint)),
            None => Self::of_aws().await,
        }
    }

    /// Clients for AWS, configured by environment and profiles as the AWS CLI is.
    pub async fn of_aws() -> Result<Self, Error> {
        let http_client = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http_client).load().await;
        let Some(region) = config.region().map(ToString::to_string).filter(|region| !region.is_empty()) else {
            let what_to_do = "no AWS region is set; set AWS_REGION or choose a profile with AWS_PROFILE";
            return Err(Error::Unready(what_to_do.to_owned()));
        };
        let endpoint = config.endpoint_url().map(ToOwned::to_owned);
        Ok(Self::from_config(&config, region, endpoint, Patience::AWS))
    }

    /// Clients for the local cloud at an address. They do not read the user's AWS profiles and credentials.
    pub fn of_local_cloud(endpoint: &str) -> Self {
        let credentials = Credentials::new(LOCAL_CREDENTIAL, LOCAL_CREDENTIAL, None, None, "local cloud");
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(Builder::new().build_http())
            .endpoint_url(endpoint)
            .region(Region::new(LOCAL_REGION))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            // One process serves everything, so an answer may pause for a while.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .build();
        Self::from_config(&config, LOCAL_REGION.to_owned(), Some(endpoint.to_owned()), Patience::LOCAL)
    }

    fn from_config(config: &SdkConfig, region: String, endpoint: Option<String>, patience: Patience) -> Self {
        // Only AWS has a host name for each bucket.
        let s3_config = aws_sdk_s3::config::Builder::from(config).force_path_style(endpoint.is_some());
        let s3 = s3::client(s3_config, patience);
        let (sfn, lambda) = (aws_sdk_sfn::Client::new(config), Lambda::new(config, &region));
        let secrets = aws_sdk_secretsmanager::Client::new(config);
        let stacks = Stacks::new(config, &region);
        Self { secrets, stacks, s3, patience, sfn, lambda, endpoint, region }
    }

    /// Makes a call, which fails if nothing answers.
    pub async fn greet(&self) -> Result<(), Error> {
        self.s3.list_buckets().send().await.map_err(Error::call("list the buckets"))?;
        Ok(())
    }

    /// Makes a bucket unless it is there.
    pub async fn make_bucket(&self, name: &str) -> Result<Arc<S3Store>, Error> {
        if let Err(error) = self.s3.create_bucket().bucket(name).send().await
            && !error.as_service_error().is_some_and(CreateBucketError::is_bucket_already_owned_by_you)
        {
            return Err(Error::call(format!("make the bucket {name}"))(error));
        }
        Ok(Arc::new(S3Store::new(self.s3.clone(), name, self.patience)))
    }

    /// Removes the bucket of a stack.
    pub async fn remove_bucket(&self, cloud: &Cloud) -> Result<(), Error> {
        cloud.empty_bucket().await?;
        let bucket = &cloud.bucket;
        let removed = self.s3.delete_bucket().bucket(bucket).send().await;
        removed.map(drop).map_err(Error::call(format!("remove the bucket {bucket}")))
    }

    /// Finds the stack's state machine by its name. The bucket's name follows from its ARN.
    pub async fn find_stack(self, stack: &str) -> Result<Cloud, Error> {
        let mut machines = self.sfn.list_state_machines().into_paginator().items().send();
        while let Some(machine) = machines.next().await {
            let machine = machine.map_err(Error::call("list the state machines"))?;
            if machine.name == stack {
                let machine_arn = machine.state_machine_arn;
                let bucket = bucket_of(&machine_arn)
                    .ok_or_else(|| Error::malformed(&machine_arn, "this is not the ARN of a state machine"))?;
                let Self { s3, patience, sfn, lambda, endpoint, .. } = self;
                let store = Arc::new(S3Store::new(s3, &bucket, patience));
                let is_local = endpoint.is_some();
                let stack = stack.to_owned();
                let in_bucket = store.clone();
                let cloud = Cloud { store, folder: None, in_bucket, sfn, lambda, endpoint, stack, machine_arn, bucket };
                return if is_local { cloud.with_its_folder().await } else { Ok(cloud) };
            }
        }
        Err(Error::NoStack { stack: stack.to_owned(), region: self.region })
    }
}

/// The bucket that belongs to a state machine: `<stack>-<account>-<region>`.
fn bucket_of(machine_arn: &str) -> Option<String> {
    let parts: Vec<&str> = machine_arn.split(':').collect();
    match parts[..] {
        ["arn", _partition, "states", region, account, "stateMachine", stack]
            if ![region, account, stack].contains(&"") =>
        {
            Some(format!("{stack}-{account}-{region}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::bucket_of;

    #[test]
    fn the_bucket_follows_from_the_state_machine() {
        let cases = [
            ("arn:aws:states:eu-central-1:123456789012:stateMachine:two", Some("two-123456789012-eu-central-1")),
            ("arn:aws-cn:states:cn-north-1:1:stateMachine:x", Some("x-1-cn-north-1")),
            ("arn:aws:states:eu-central-1:123456789012:execution:two:name", None),
            ("arn:aws:states::123456789012:stateMachine:two", None),
            ("two", None),
        ];
        for (arn, bucket) in cases {
            assert_eq!(bucket_of(arn).as_deref(), bucket, "{arn}");
        }
    }
}
