//! The results of Extract by source: the new watermarks, and the sources that were skipped.

use std::collections::BTreeMap;

use onefold_config::Config;
use onefold_lake::RunId;
use onefold_lake::run::plan::{ReadObject, SkippedSource};

/// The outcomes of the sources in this run.
#[derive(Debug, Default)]
pub(crate) struct SourceOutcomes {
    /// The new watermark by source, for sources that have one.
    watermarks: BTreeMap<String, String>,
    /// The optional sources that failed, each once.
    skipped: Vec<SkippedSource>,
}

impl SourceOutcomes {
    /// Notes a source that was skipped. Plan skips a source as a whole; Extract skips it if one of its splits fails.
    pub(crate) fn skip(&mut self, skipped: SkippedSource) {
        if !self.is_skipped(&skipped.source) {
            self.skipped.push(skipped);
        }
    }

    /// Notes the watermark up to which a split read its source.
    pub(crate) fn read_up_to(&mut self, source: String, watermark: String) {
        self.watermarks.insert(source, watermark);
    }

    /// The watermarks of the version, from those of the previous version. A skipped source keeps its old watermark, so
    /// the next run reads it again. A source that is not configured any more loses its watermark and starts anew if it
    /// comes back.
    pub(crate) fn watermarks(&self, previous: BTreeMap<String, String>, config: &Config) -> BTreeMap<String, String> {
        let mut watermarks = previous;
        let read = self.watermarks.iter().filter(|(source, _)| !self.is_skipped(source));
        watermarks.extend(read.map(|(source, watermark)| (source.clone(), watermark.clone())));
        watermarks.retain(|source, _| config.source(source).is_some());
        watermarks
    }

    /// Keeps only the objects that this run read. The next run must read the objects of skipped sources. The plans of
    /// earlier programs also list what earlier runs read.
    pub(crate) fn retain_read(&self, run: &RunId, inputs: &mut Vec<ReadObject>) {
        inputs.retain(|input| input.run == *run && !self.is_skipped(&input.source));
    }

    /// The skipped sources, each once.
    pub(crate) fn into_skipped(self) -> Vec<SkippedSource> {
        self.skipped
    }

    fn is_skipped(&self, source: &str) -> bool {
        self.skipped.iter().any(|skipped| skipped.source == source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(sources: &[&str]) -> Config {
        let source =
            |name: &&str| format!("[[source]]\nname = \"{name}\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\n");
        let text: String = sources.iter().map(source).collect();
        Config::parse(&format!("{text}[[match]]\nkey = \"email\"\n")).unwrap()
    }

    fn skipped(source: &str) -> SkippedSource {
        SkippedSource { source: source.to_owned(), reason: "status 503".to_owned() }
    }

    fn map(watermarks: &[(&str, &str)]) -> BTreeMap<String, String> {
        watermarks.iter().map(|(source, watermark)| ((*source).to_owned(), (*watermark).to_owned())).collect()
    }

    #[test]
    fn watermarks_of_sources_that_were_not_read_stay() {
        let mut sources = SourceOutcomes::default();
        sources.read_up_to("crm".to_owned(), "2".to_owned());
        sources.read_up_to("shop".to_owned(), "2".to_owned());
        sources.skip(skipped("shop"));
        sources.skip(skipped("shop"));
        let before = map(&[("crm", "1"), ("gone", "1"), ("list", "1"), ("shop", "1")]);
        let after = sources.watermarks(before, &config(&["crm", "shop", "list"]));
        assert_eq!(after, map(&[("crm", "2"), ("list", "1"), ("shop", "1")]));
        assert_eq!(sources.into_skipped(), [skipped("shop")], "each once, with its first reason");
    }

    #[test]
    fn what_a_skipped_source_was_to_read_is_not_known() {
        let (before, now) = ("20261121T174600Z-1a2b3c4d", "20261122T174600Z-1a2b3c4d");
        let [before, now] = [before, now].map(|run| RunId::parse(run).unwrap());
        let input = |source: &str, run: &RunId| ReadObject {
            source: source.to_owned(),
            object: "o".to_owned(),
            etag: "e".to_owned(),
            run: run.clone(),
        };
        let mut inputs = vec![input("crm", &now), input("shop", &before), input("shop", &now)];
        let mut sources = SourceOutcomes::default();
        sources.skip(skipped("shop"));
        sources.retain_read(&now, &mut inputs);
        assert_eq!(inputs, [input("crm", &now)]);
    }
}
