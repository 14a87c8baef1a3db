//! What Extract says of the sources: up to where they are read now, and which failed.

use std::collections::BTreeMap;

use onefold_config::Config;
use onefold_lake::RunId;
use onefold_lake::run::plan::{ReadObject, SkippedSource};

/// What became of the sources in this run.
#[derive(Debug, Default)]
pub(crate) struct SourceOutcomes {
    /// By source, of those that are read by a watermark.
    watermarks: BTreeMap<String, String>,
    /// Those that failed and need not be read, each once.
    skipped: Vec<SkippedSource>,
}

impl SourceOutcomes {
    /// Notes a source that was skipped in Plan or, with a split of it, in Extract.
    pub(crate) fn skip(&mut self, skipped: SkippedSource) {
        if !self.is_skipped(&skipped.source) {
            self.skipped.push(skipped);
        }
    }

    /// Notes up to where a split read its source.
    pub(crate) fn read_up_to(&mut self, source: String, watermark: String) {
        self.watermarks.insert(source, watermark);
    }

    /// The watermarks of the version, from those of the version before it. A source of which a part was not read
    /// must be read again from where it was; one that is not configured any more starts anew if it comes back.
    pub(crate) fn watermarks(&self, previous: BTreeMap<String, String>, config: &Config) -> BTreeMap<String, String> {
        let mut watermarks = previous;
        let read = self.watermarks.iter().filter(|(source, _)| !self.is_skipped(source));
        watermarks.extend(read.map(|(source, watermark)| (source.clone(), watermark.clone())));
        watermarks.retain(|source, _| config.source(source).is_some());
        watermarks
    }

    /// Keeps what this run read, without what it was to read of a source that was skipped: the next run shall read that.
    /// Runs that an earlier program planned list what was read before them, too.
    pub(crate) fn retain_read(&self, run: &RunId, inputs: &mut Vec<ReadObject>) {
        inputs.retain(|input| input.run == *run && !self.is_skipped(&input.source));
    }

    /// The sources that were skipped.
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
