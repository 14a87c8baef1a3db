//! The reference tables of a run.

use onefold_core::config::Config;
use onefold_core::enrich::TableFormat;
use onefold_core::translate::Tables;
use onefold_lake::plan::Pinned;
use onefold_lake::table::StoredTable;
use onefold_lake::{StoreError, keys};
use onefold_shell::{Context, StageError};

/// Pins the reference tables, and reads them once so that their faults are found before anything runs.
pub(super) async fn pin(
    config: &Config,
    context: &Context,
    faults: &mut Vec<String>,
) -> Result<Vec<Pinned>, StageError> {
    let mut pinned = Vec::new();
    for name in config.tables() {
        let Some((found, table)) = read(name, context, faults).await? else { continue };
        let one = config.enrich.iter().filter(|lookup| lookup.table == name).cloned().collect();
        if let Err(errors) = Tables::parse(&Config { enrich: one, ..config.clone() }, |_| table.text()) {
            let mut told: Vec<String> = errors.iter().map(ToString::to_string).collect();
            // Two lookups of one table may find the same faults in it.
            told.dedup();
            faults.append(&mut told);
        }
        pinned.push(found);
    }
    Ok(pinned)
}

/// A table, in whichever format it is there.
async fn read(
    name: &str,
    context: &Context,
    faults: &mut Vec<String>,
) -> Result<Option<(Pinned, StoredTable)>, StageError> {
    let mut found = Vec::new();
    for format in TableFormat::ALL {
        match context.store.get(&keys::reference(name, format)).await {
            Ok((bytes, etag)) => found.push((Pinned { name: name.to_owned(), format, etag }, bytes)),
            Err(StoreError::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let [csv, parquet] = TableFormat::ALL.map(|format| keys::reference(name, format));
    if found.len() > 1 {
        faults.push(format!("there are both {csv} and {parquet}; remove the one that is not meant"));
        return Ok(None);
    }
    let Some((pinned, bytes)) = found.pop() else {
        faults.push(format!("[[enrich]] names the table {name:?}, and there is no {csv} and no {parquet}; upload one"));
        return Ok(None);
    };
    match StoredTable::read(pinned.format, bytes) {
        Ok(table) => Ok(Some((pinned, table))),
        Err(error) => {
            faults.push(format!("{} is no Parquet file: {error}", keys::reference(name, pinned.format)));
            Ok(None)
        }
    }
}
