//! What there is to read of the sources.

use std::collections::BTreeMap;

use onefold_config::Config;
use onefold_connect::{Fault, PlannedSource, Planning, connector};
use onefold_lake::RunId;
use onefold_lake::run::note::SourceNote;
use onefold_lake::run::plan::{ReadObject, SkippedSource, Split};
use onefold_shell::{Context, ErrorKind, StageError};
use onefold_store::Object;

/// What there is to read of all sources.
#[derive(Debug, Default)]
pub(crate) struct PlannedSources {
    /// By the source's name, in the order of the configuration.
    pub(crate) planned: Vec<(String, PlannedSource)>,
    /// Sources that failed and need not be read.
    pub(crate) skipped: Vec<SkippedSource>,
}

/// What is asked of each source.
pub(crate) struct Asked<'p> {
    pub(crate) run: &'p RunId,
    /// Every object that the previous version or one before it has read.
    pub(crate) known: &'p [ReadObject],
    /// Up to where the previous version has read, by the source's name.
    pub(crate) watermarks: Option<&'p BTreeMap<String, String>>,
    /// About how many bytes one split should hold.
    pub(crate) split_bytes: u64,
}

/// Plans each source. A source that fails and need not be read is skipped.
pub(crate) async fn plan_each(
    config: &Config,
    asked: &Asked<'_>,
    context: &Context,
    faults: &mut Vec<String>,
) -> Result<PlannedSources, StageError> {
    let Asked { run, known, watermarks, split_bytes } = *asked;
    let mut sources = PlannedSources::default();
    for source in &config.sources {
        let watermark = watermarks.and_then(|watermarks| watermarks.get(&source.name)).map(String::as_str);
        let planning = Planning { context, run, known, watermark, split_bytes };
        match connector(source).plan(&planning, faults).await {
            Ok(planned) => sources.planned.push((source.name.clone(), planned)),
            Err(Fault::Source(error)) if !source.required => {
                sources.skipped.push(SkippedSource { source: source.name.clone(), reason: error.text() });
            }
            Err(fault @ Fault::Source(_)) => match fault.into_error(&source.name) {
                error if error.kind == ErrorKind::InvalidInput => faults.push(error.text()),
                error => return Err(error),
            },
            Err(Fault::Stage(error)) => return Err(error),
        }
    }
    Ok(sources)
}

impl PlannedSources {
    /// The splits of all sources, numbered from 0.
    pub(crate) fn splits(&self) -> Vec<Split> {
        let mut splits = Vec::new();
        for (source, planned) in &self.planned {
            for read in &planned.readings {
                splits.push(Split { split: splits.len() as u32, source: source.clone(), read: read.clone() });
            }
        }
        splits
    }

    /// The objects that are read for the first time, each with its source.
    pub(crate) fn objects(&self) -> impl Iterator<Item = (&str, &Object)> {
        self.planned
            .iter()
            .flat_map(|(source, planned)| planned.objects.iter().map(move |object| (source.as_str(), object)))
    }

    /// The names of the snapshots that have anything new, sorted.
    pub(crate) fn snapshots(&self, config: &Config) -> Vec<String> {
        let has_new =
            |name: &&str| self.planned.iter().any(|(source, planned)| source == name && !planned.readings.is_empty());
        let mut snapshots: Vec<String> = config.snapshots().filter(has_new).map(str::to_owned).collect();
        snapshots.sort_unstable();
        snapshots
    }

    /// The notes about all sources.
    pub(crate) fn notes(&self) -> Vec<SourceNote> {
        let notes =
            self.planned.iter().flat_map(|(source, planned)| planned.notes.iter().map(move |note| (source, note)));
        notes.map(|(source, note)| SourceNote { source: source.clone(), note: note.clone() }).collect()
    }
}
