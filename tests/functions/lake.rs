//! A bucket of a local cloud, or the folder in its place, for tests that are not asynchronous.

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use onefold_store::s3::{Patience, S3Store, client};
use onefold_store::{Condition, Object, Store};
use tokio::runtime::{Builder, Runtime};

/// A bucket.
pub struct Lake {
    /// For requests that a lake does not know.
    pub client: aws_sdk_s3::Client,
    store: Box<dyn Store>,
    runtime: Runtime,
}

impl Lake {
    /// The bucket of the local cloud at an address.
    pub fn new(endpoint: &str, bucket: &str) -> Self {
        Self::of(endpoint, |client| Box::new(S3Store::new(client, bucket, Patience::LOCAL)))
    }

    /// The objects of a store beside the local cloud at an address.
    pub fn of(endpoint: &str, store: impl FnOnce(aws_sdk_s3::Client) -> Box<dyn Store>) -> Self {
        let config = aws_sdk_s3::config::Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(endpoint)
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .force_path_style(true);
        let client = client(config, Patience::LOCAL);
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { store: store(client.clone()), client, runtime }
    }

    /// Waits for a request.
    pub fn wait<T>(&self, request: impl Future<Output = T>) -> T {
        self.runtime.block_on(request)
    }

    /// Writes an object.
    pub fn put(&self, key: &str, bytes: impl Into<Vec<u8>>) {
        let bytes: Vec<u8> = bytes.into();
        self.wait(self.store.put(key, bytes.into(), Condition::Always)).expect("the object is written");
    }

    /// An object's bytes.
    pub fn get(&self, key: &str) -> Vec<u8> {
        self.wait(self.store.get(key)).expect("the object is there").0.to_vec()
    }

    /// The objects under a prefix.
    pub fn objects(&self, prefix: &str) -> Vec<Object> {
        self.wait(self.store.list(prefix)).expect("the bucket is listed")
    }
}
