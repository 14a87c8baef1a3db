//! What snapshots of all kinds of sources exclude.

use toml::de::DeValue;

use crate::toml_reader::{Notes, Section};

/// Notes a fault if a snapshot has a watermark: accounts that a snapshot lacks are gone, and a watermark leaves out
/// accounts that did not change.
pub(super) fn no_watermark_for_a_snapshot(source: &Section<'_>, settings: &Section<'_>, notes: &mut Notes<'_>) {
    if let Some((_, span)) = settings.get("watermark")
        && matches!(source.get("snapshot"), Some((DeValue::Boolean(true), _)))
    {
        notes.fault(span, "a snapshot needs all rows, and a watermark asks for some: remove watermark, or snapshot");
    }
}
