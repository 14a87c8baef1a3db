//! Lookup: finds customers by an e-mail address, a phone number or another identifier, by an account, or by their ids.
//!
//! It is no stage of the workflow: people and programs call it. It reads a version through its index, by few and small
//! ranged GETs. Its answers hold personal values; they go to the caller and nowhere else.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

use onefold_identity::identifiers::{AskedIdentifier, Identifiers};
use onefold_identity::json_error::JsonError;
use onefold_lake::calls::{LookupRequest, LookupResult};
use onefold_shell::{Context, StageError};
use onefold_version::{Asked, FoundCustomers, OpenVersion, VersionIndex};
use serde_json::Value;

/// The most customers in an answer. More than a few share a value only if it is nobody's.
const CUSTOMERS_MOST: usize = 20;

/// Finds customers.
///
/// # Errors
/// `InvalidInput` if the version cannot be searched for it; `Corrupt` if an object is damaged; `Transient` if the store
/// failed.
pub async fn run(request: LookupRequest, context: &Context) -> Result<LookupResult, StageError> {
    let store = context.store.as_ref();
    let version = OpenVersion::asked(store, request.run.as_ref()).await.map_err(StageError::asked_version)?;
    let index = version.index().await.map_err(StageError::asked_version)?;
    let config = version.config().await.map_err(StageError::asked_version)?;
    let identifiers = Identifiers::new(&config);
    let asked =
        Asked::new(&request.of, request.field.as_deref(), &config, &identifiers).map_err(StageError::asked_version)?;
    match asked {
        Asked::Account(reference) => by_reference(&version, &index, &reference).await,
        Asked::Customer(customer_id) => by_id(&version, &index, &customer_id).await,
        Asked::Identifiers(asked) => {
            let hasher = context.hasher()?;
            version.check_identifiers(hasher).map_err(StageError::asked_version)?;
            let found = index.find_identified(&identifiers, &asked, hasher, CUSTOMERS_MOST).await;
            result(&version, fields(&asked), found.map_err(StageError::asked_version)?)
        }
    }
}

async fn by_reference(
    version: &OpenVersion<'_>,
    index: &VersionIndex<'_>,
    reference: &str,
) -> Result<LookupResult, StageError> {
    let record = index.find_record_of_account(reference).await.map_err(StageError::asked_version)?;
    let deleted = matches!(record, Some(None));
    let customers = record.flatten().into_iter().collect();
    let found = result(version, vec!["reference".to_owned()], FoundCustomers { customers, more: false })?;
    Ok(LookupResult { deleted, ..found })
}

/// The customer of an id, or those that have the accounts of an id that ended.
async fn by_id(
    version: &OpenVersion<'_>,
    index: &VersionIndex<'_>,
    customer_id: &str,
) -> Result<LookupResult, StageError> {
    let by = vec!["customer_id".to_owned()];
    if let Some(record) = index.find_record(customer_id).await.map_err(StageError::asked_version)? {
        return result(version, by, FoundCustomers { customers: vec![record], more: false });
    }
    let (became, ids) = version.follow_retired(customer_id).await.map_err(StageError::asked_version)?;
    let mut found = FoundCustomers { customers: Vec::new(), more: ids.len() > CUSTOMERS_MOST };
    for id in ids.iter().take(CUSTOMERS_MOST) {
        found.customers.extend(index.find_record(id).await.map_err(StageError::asked_version)?);
    }
    Ok(LookupResult { became, ..result(version, by, found)? })
}

/// The names of the fields that are asked about, in the order of the configuration.
fn fields(asked: &[AskedIdentifier]) -> Vec<String> {
    let mut names: Vec<String> = asked.iter().map(|one| one.field.name().to_owned()).collect();
    names.dedup();
    names
}

fn result(version: &OpenVersion<'_>, by: Vec<String>, found: FoundCustomers) -> Result<LookupResult, StageError> {
    let customers: Result<Vec<Value>, _> = found.customers.iter().map(|line| serde_json::from_str(line)).collect();
    let customers = customers.map_err(|error| {
        StageError::corrupt("a customer of the version is no JSON").caused_by(JsonError::new(&error))
    })?;
    let run = version.run().clone();
    Ok(LookupResult { run, by, customers, more: found.more, became: Vec::new(), deleted: false })
}
