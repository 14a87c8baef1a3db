//! Deploys the project to the local cloud: uploads its package and lets CloudFormation create the stack.

use std::path::Path;

use onefold_store::{Condition, Store};

use crate::cloud::Clients;
use crate::cloud::concurrently::for_each;
use crate::cloud::transfer::TRANSFERS_MAX;
use crate::error::Error;
use crate::local::package::Package;
use crate::local::processes::Site;

/// The bucket of packages.
const BUCKET: &str = "onefold-packages";

/// Creates a stack of a package. `folder` takes the place of its bucket, if there is one.
pub async fn deploy(
    clients: &Clients,
    package: &Package,
    site: &Site,
    stack: &str,
    folder: Option<&Path>,
) -> Result<(), Error> {
    let store = clients.make_bucket(BUCKET).await?;
    let objects = package.objects(BUCKET, &site.temporary().join("functions"))?;
    for_each(objects, TRANSFERS_MAX, |(key, content)| {
        let store = store.clone();
        async move { store.put(&key, content, Condition::Always).await.map_err(Error::store("upload the package")) }
    })
    .await?;
    let template_url = format!("{}/{BUCKET}/{}", site.endpoint, package.template_key());
    let mut parameters = package.parameters.clone();
    if let Some(folder) = folder {
        let path = folder.to_str().ok_or_else(|| Error::malformed(folder.display(), "the path is not UTF-8"))?;
        parameters.push(("BucketFolder".to_owned(), path.to_owned()));
    }
    clients.stacks.create(stack, &template_url, &parameters).await
}
