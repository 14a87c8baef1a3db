//! The reference tables of a run.

use onefold_config::Config;
use onefold_lake::data::table;
use onefold_lake::keys;
use onefold_lake::run::plan::PinnedTable;
use onefold_rows::enrich::TableFormat;
use onefold_rows::setup_checks::check_table;
use onefold_shell::{Context, Function, MemoryBudget, StageError};

/// Pins the reference tables, and reads them once so that their faults are found before anything runs. Translate holds
/// all of them, so they must fit together.
pub(super) async fn pin(
    config: &Config,
    context: &Context,
    faults: &mut Vec<String>,
) -> Result<Vec<PinnedTable>, StageError> {
    let mut pinned = Vec::new();
    let mut text_bytes = 0;
    for name in config.tables() {
        // A table that is too large is not read.
        let bytes = stored_bytes(name, context).await? * lookups(config, name);
        if let Some(fault) = too_large(&format!("the reference table {name:?}"), bytes, context.memory) {
            faults.push(fault);
            continue;
        }
        // One at a time: each may fill much of the memory.
        let found = table::find(context.store.as_ref(), name).await.map_err(StageError::reading)?;
        let findings = check_table(config, name, found.as_ref().map(|(_, table)| table.text()));
        faults.extend(findings.into_iter().map(|finding| finding.message));
        if let Ok((table, stored)) = found {
            text_bytes += stored.text_bytes() * lookups(config, name);
            pinned.push(table);
        }
    }
    faults.extend(too_large("the reference tables together", text_bytes, context.memory));
    Ok(pinned)
}

/// The number of lookups in a table. Each has its own copy of the values it looks up.
fn lookups(config: &Config, table: &str) -> u64 {
    config.enrich.iter().filter(|lookup| lookup.table == table).count() as u64
}

/// The fault of tables that do not fit into memory. `text_bytes` counts a table once for each lookup.
fn too_large(what: &str, text_bytes: u64, memory: MemoryBudget) -> Option<String> {
    let needed = MemoryBudget::translate_bytes(text_bytes);
    (text_bytes > 0 && !memory.fits(needed))
        .then(|| memory.fault(Function::Other("translate"), needed, what).to_string())
}

/// The size of a table's object; of the larger one if there is one in each format.
async fn stored_bytes(name: &str, context: &Context) -> Result<u64, StageError> {
    let mut largest = 0;
    for format in TableFormat::ALL {
        let key = keys::reference(name, format);
        let listed = context.list(&key).await?;
        let of_key = listed.iter().filter(|object| object.key == key).map(|object| object.size);
        largest = largest.max(of_key.max().unwrap_or_default());
    }
    Ok(largest)
}
