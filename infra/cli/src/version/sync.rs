//! `onefold sync`: keeps tables of customers and of their accounts in PostgreSQL.
//!
//! Each transaction brings the tables from one version to the next by its change feed, or from whatever they hold to the
//! current version, and notes the version. So they always are one version, a sync that was interrupted goes on where it
//! was, and one that is repeated does nothing.

mod copy;
mod row;
mod step;
mod tables;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use copy::{Copied, Copying};
use onefold_connect::PostgresConnection;
use onefold_lake::RunId;
use onefold_lake::version::manifest::Manifest;
use onefold_store::Store;
use onefold_version::OpenVersion;
use step::Step;
use tables::Tables;
use tokio_postgres::{Client, Transaction};

use crate::Outcome;
use crate::args::SyncOptions;
use crate::documents::{SyncDocument, SyncStep};
use crate::error::Error;
use crate::screen::{answer, say, warn};
use crate::table::{count, plural};
use crate::version::asked;

/// The variable that holds the connection string if the command line does not.
const DATABASE: &str = "ONEFOLD_DATABASE";
/// What messages call the connection string.
const DESCRIBED: &str = "the database's address";

/// Brings the tables to the current version.
pub async fn execute(options: SyncOptions, stack: &str, endpoint: Option<&str>) -> Result<Outcome, Error> {
    let target = target(options.database.as_deref(), std::env::var(DATABASE).ok())?;
    let certificates = options.certificates.as_deref().map(read_certificates).transpose()?;
    let tables = Tables::new(&options.schema, &options.customers, &options.accounts)?;
    let (store, run) = asked::find(options.out.as_deref(), None, stack, endpoint).await?;
    let connection = PostgresConnection::open(DESCRIBED, &target, certificates.as_deref()).await;
    let mut connection = connection.map_err(Error::Stage)?;
    let synced = sync(&mut connection.client, &store, run, &tables).await;
    connection.close().await;
    let document = synced?;
    answer(&document, || in_words(&document))?;
    Ok(Outcome::Done)
}

/// The connection string: from the command line, or from the environment, where other users do not see it.
fn target(given: Option<&str>, from_environment: Option<String>) -> Result<String, Error> {
    given.map(str::to_owned).or(from_environment).ok_or_else(|| {
        Error::Unready(format!("name the database: onefold sync postgresql://user@host/database, or in {DATABASE}"))
    })
}

fn read_certificates(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(Error::file("read", path))
}

/// Does steps until the tables are the current version, or that of `run`.
async fn sync(
    client: &mut Client,
    store: &Arc<dyn Store>,
    run: Option<RunId>,
    tables: &Tables,
) -> Result<SyncDocument, Error> {
    let mut steps: Vec<SyncStep> = Vec::new();
    let mut must_load = None;
    loop {
        let current = open_current(store.as_ref(), run.as_ref()).await?;
        let transaction = client.transaction().await.map_err(Error::database("begin a transaction"))?;
        tables.prepare(&transaction).await?;
        let state = tables.state(&transaction).await?;
        let step = match must_load.take() {
            Some(why) => Step::Load { manifest: Box::new(current.clone()), why },
            None => step::next(store.as_ref(), &current, state.as_ref()).await?,
        };
        let (manifest, why) = match step {
            Step::Nothing => break,
            Step::Apply(manifest) => (manifest, None),
            Step::Load { manifest, why } => (manifest, Some(why)),
        };
        let done = carry_out(&transaction, store.as_ref(), &manifest, why, tables).await?;
        if tables.are(&transaction, &manifest).await? {
            tables.note(&transaction, &manifest.run).await?;
            transaction.commit().await.map_err(Error::database("commit"))?;
            say(step_in_words(&done));
            steps.push(done);
        } else if done.why.is_some() {
            return Err(Error::malformed(
                format!("the version of {}", manifest.run),
                "its files do not fit its counts",
            ));
        } else {
            must_load = Some("somebody changed the tables".to_owned());
        }
    }
    let current = open_current(store.as_ref(), run.as_ref()).await?;
    let (customers, accounts) = (current.counts.customers, current.counts.members);
    Ok(SyncDocument { run: current.run, customers, accounts, schema: tables.schema().to_owned(), steps })
}

async fn open_current(store: &dyn Store, run: Option<&RunId>) -> Result<Manifest, Error> {
    let opened = OpenVersion::asked(store, run).await;
    Ok(opened.map_err(Error::version("find the current version"))?.into_manifest())
}

/// Brings the tables to a version, within a transaction. `why` says why all of it is loaded; without, its changes are
/// applied.
async fn carry_out(
    transaction: &Transaction<'_>,
    store: &dyn Store,
    manifest: &Manifest,
    why: Option<String>,
    tables: &Tables,
) -> Result<SyncStep, Error> {
    let version = OpenVersion::of_run(store, &manifest.run).await.map_err(Error::version("open the version"))?;
    let copying = Copying { transaction, version: &version, tables };
    let Copied { customers, ended, replaced } = match &why {
        Some(_) => copying.load().await?,
        None => copying.apply().await?,
    };
    if replaced > 0 {
        warn(format_args!(
            "the character U+0000, which PostgreSQL cannot hold, was replaced by U+FFFD in {}",
            plural(replaced, "record")
        ));
    }
    Ok(SyncStep { run: manifest.run.clone(), why, written: customers, removed: ended, replaced })
}

fn step_in_words(SyncStep { run, why, written, removed, .. }: &SyncStep) -> String {
    let written = format!("{} written, {} removed", plural(*written, "customer"), count(*removed));
    match why {
        Some(why) => format!("loaded the version of {run}, as {why}: {written}"),
        None => format!("applied the changes of {run}: {written}"),
    }
}

fn in_words(SyncDocument { run, customers, accounts, schema, steps }: &SyncDocument) -> String {
    let already = if steps.is_empty() { " already" } else { "" };
    let (customers, accounts) = (plural(*customers, "customer"), plural(*accounts, "account"));
    format!("The tables in {schema:?} are the version of {run}{already}: {customers}, {accounts}.")
}
