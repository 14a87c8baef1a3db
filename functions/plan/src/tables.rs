//! The reference tables of a run.

use onefold_core::config::Config;
use onefold_core::setup::check_table;
use onefold_lake::plan::Pinned;
use onefold_lake::table;
use onefold_shell::{Context, StageError};

/// Pins the reference tables, and reads them once so that their faults are found before anything runs.
pub(super) async fn pin(
    config: &Config,
    context: &Context,
    faults: &mut Vec<String>,
) -> Result<Vec<Pinned>, StageError> {
    let mut pinned = Vec::new();
    for name in config.tables() {
        // One at a time: each may fill much of the memory.
        let found = table::find(context.store.as_ref(), name).await?;
        let findings = check_table(config, name, found.as_ref().map(|(_, table)| table.text()));
        faults.extend(findings.into_iter().map(|finding| finding.message));
        pinned.extend(found.ok().map(|(pinned, _)| pinned));
    }
    Ok(pinned)
}
