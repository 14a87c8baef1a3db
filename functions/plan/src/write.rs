//! Writing what was decided.

use onefold_lake::keys;
use onefold_shell::{Context, StageError, json_lines, json_object};

use crate::decision::Decided;
use crate::setup::SetUp;

/// Writes what the other stages read. `plan.json` comes last: with it, the run is planned.
///
/// # Errors
/// The store failed.
pub(crate) async fn write(set_up: SetUp, decided: &Decided, context: &Context) -> Result<(), StageError> {
    let Decided { plan, splits, inputs, .. } = decided;
    let run = &plan.run;
    let mut objects = vec![
        (keys::run_config(run), set_up.config_text.into()),
        (keys::run_splits(run), json_lines(splits)?),
        (keys::run_inputs(run), json_lines(inputs)?),
    ];
    if !plan.corrections.is_empty() {
        objects.push((keys::run_corrections(run), json_object(&set_up.corrections.checked.pairs)?));
    }
    if !set_up.suppression.is_empty() {
        objects.push((keys::run_suppression(run), json_object(&set_up.suppression.entries())?));
    }
    if let Some(model) = set_up.model {
        objects.push((keys::run_model(run), model.text));
    }
    objects.push((keys::run_plan(run), json_object(plan)?));
    for (key, bytes) in objects {
        context.put(&key, bytes).await?;
    }
    Ok(())
}
