//! Rejected rows by source and by file. A small source can be lost completely and still be a tiny share of the run.

use std::collections::BTreeMap;

use onefold_config::Publish;
use onefold_lake::RunId;
use onefold_lake::version::manifest::{REFUSED_FILES_MAX, RefusedFile, SourceCounts};
use onefold_rows::translate::ObjectRows;

/// The fewest rejected rows for which the share of a source or a file counts. One of three rows says nothing.
const REJECTED_MIN: u64 = 10;

/// The fewest rows for which a source or a file counts if all its rows were rejected.
const ROWS_MIN: u64 = 2;

/// The most files that a message names.
const NAMED_MAX: usize = 5;

/// The rejected rows of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct RejectedRows {
    pub(crate) sources: BTreeMap<String, SourceCounts>,
    /// By source and object key: the number of all rows, and of rejected rows.
    files: BTreeMap<(String, String), (u64, u64)>,
}

impl RejectedRows {
    /// Adds the counts of a chunk.
    pub(crate) fn add(&mut self, source: &str, chunk: &SourceCounts, files: Vec<ObjectRows>) {
        let counts = self.sources.entry(source.to_owned()).or_default();
        counts.rows_read += chunk.rows_read;
        counts.accounts += chunk.accounts;
        counts.rejected += chunk.rejected;
        counts.repeated += chunk.repeated;
        counts.suppressed += chunk.suppressed;
        let values =
            [(&mut counts.dropped_values, &chunk.dropped_values), (&mut counts.kept_values, &chunk.kept_values)];
        for (sums, of_chunk) in values {
            for (field, count) in of_chunk {
                *sums.entry(field.clone()).or_default() += count;
            }
        }
        for ObjectRows { object, rows, rejected } in files {
            let sum = self.files.entry((source.to_owned(), object)).or_default();
            sum.0 += rows;
            sum.1 += rejected;
        }
    }

    /// The files with rejected rows. Files without any account come first, then those with the most rejected rows.
    fn refused_files(&self) -> Vec<RefusedFile> {
        let refused = self.files.iter().filter(|(_, (_, rejected))| *rejected > 0);
        let mut files: Vec<RefusedFile> = refused
            .map(|((source, object), (rows, rejected))| RefusedFile {
                source: source.clone(),
                object: object.clone(),
                rows_read: *rows,
                rejected: *rejected,
            })
            .collect();
        files.sort_by_key(|file| (file.rejected < file.rows_read, u64::MAX - file.rejected));
        files
    }

    /// The worst files, at most [`REFUSED_FILES_MAX`], for the manifest.
    pub(crate) fn worst_files(&self) -> Vec<RefusedFile> {
        let mut files = self.refused_files();
        files.truncate(REFUSED_FILES_MAX);
        files
    }

    /// The limits that sources and files exceed, one message each: which limit, by how much, and where to look.
    pub(crate) fn gate(&self, limits: &Publish, run: &RunId) -> Vec<String> {
        let sources = self.sources.iter().filter_map(|(source, counts)| {
            let (rows, faulty) = (counts.rows_read, counts.faulty());
            let ratio = limits.max_reject_ratio_by_source;
            is_too_much(rows, faulty, ratio).then(|| {
                let rows = share(rows, faulty);
                format!(
                    "{rows} of the source {source:?} were rejected, {}",
                    beyond("max_reject_ratio_by_source", ratio, run)
                )
            })
        });
        let mut faults: Vec<String> = sources.collect();
        let ratio = limits.max_reject_ratio_by_file;
        let broken: Vec<RefusedFile> =
            self.refused_files().into_iter().filter(|file| is_too_much(file.rows_read, file.rejected, ratio)).collect();
        if !broken.is_empty() {
            let more = broken.len().saturating_sub(NAMED_MAX);
            let mut named: Vec<String> = broken
                .iter()
                .take(NAMED_MAX)
                .map(|file| format!("{} of {}", share(file.rows_read, file.rejected), file.object))
                .collect();
            named.extend((more > 0).then(|| format!("many of {more} more files")));
            let beyond = beyond("max_reject_ratio_by_file", ratio, run);
            faults.push(format!("{} were rejected, {beyond}", named.join(", ")));
        }
        faults
    }
}

/// Whether the rejected rows of a source or a file exceed the limit `ratio`.
fn is_too_much(rows: u64, rejected: u64, ratio: f64) -> bool {
    let is_all = rejected == rows && rows >= ROWS_MIN;
    (is_all || rejected >= REJECTED_MIN) && rejected as f64 > ratio * rows as f64
}

/// `6 of 9 rows`, or `all 9 rows`.
fn share(rows: u64, rejected: u64) -> String {
    if rejected == rows { format!("all {rows} rows") } else { format!("{rejected} of {rows} rows") }
}

fn beyond(limit: &str, ratio: f64, run: &RunId) -> String {
    format!("more than {limit} = {ratio} allows; rejects/{run}/ says why")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(by_source: f64, by_file: f64) -> Publish {
        Publish {
            max_reject_ratio: 0.01,
            max_reject_ratio_by_source: by_source,
            max_reject_ratio_by_file: by_file,
            max_dropped_ratio: 1.0,
            max_dropped_ratio_of: BTreeMap::new(),
            max_customer_drop_ratio: 0.2,
            max_changed_ratio: None,
            max_accounts_of_largest_customer: None,
        }
    }

    /// Source, object, rows, rejected and those of them that are repeated.
    fn rejected(chunks: &[(&str, &str, u64, u64, u64)]) -> RejectedRows {
        let mut all = RejectedRows::default();
        for (source, object, rows, rejected, repeated) in chunks {
            let counts = SourceCounts {
                rows_read: *rows,
                accounts: rows - rejected,
                rejected: *rejected,
                repeated: *repeated,
                ..SourceCounts::default()
            };
            let file =
                ObjectRows { object: (*object).to_owned(), rows: *rows, rejected: rejected.saturating_sub(*repeated) };
            all.add(source, &counts, vec![file]);
        }
        all
    }

    fn gate(chunks: &[(&str, &str, u64, u64, u64)], limits: &Publish) -> Vec<String> {
        rejected(chunks).gate(limits, &RunId::parse("20261122T174600Z-1a2b3c4d").unwrap())
    }

    const LARGE: (&str, &str, u64, u64, u64) = ("shop", "landing/shop/s.csv", 1000, 0, 0);

    #[test]
    fn a_source_of_which_all_rows_were_refused_closes_the_gate_however_small_it_is() {
        let faults = gate(&[LARGE, ("list", "landing/list/l.csv", 6, 6, 0)], &limits(0.1, 0.5));
        assert_eq!(
            faults,
            [
                "all 6 rows of the source \"list\" were rejected, more than max_reject_ratio_by_source = 0.1 allows; \
                 rejects/20261122T174600Z-1a2b3c4d/ says why",
                "all 6 rows of landing/list/l.csv were rejected, more than max_reject_ratio_by_file = 0.5 allows; \
                 rejects/20261122T174600Z-1a2b3c4d/ says why"
            ]
        );
        assert!(gate(&[LARGE, ("list", "l", 6, 6, 0)], &limits(1.0, 1.0)).is_empty());
    }

    #[test]
    fn a_few_rows_of_a_small_source_do_not() {
        let limits = limits(0.1, 0.5);
        for (rows, rejected, is_closed) in [
            (1, 1, false),
            (2, 2, true),
            (3, 1, false),
            (12, 9, false),
            (12, 10, true),
            (100, 10, false),
            (100, 11, true),
        ] {
            let found = gate(&[("list", "l", rows, rejected, 0)], &limits);
            assert_eq!(!found.is_empty(), is_closed, "{rejected} of {rows}: {found:?}");
        }
    }

    #[test]
    fn a_file_closes_the_gate_where_its_source_does_not() {
        let chunks = [LARGE, ("shop", "landing/shop/t.csv", 30, 16, 0)];
        let faults = gate(&chunks, &limits(0.1, 0.5));
        assert_eq!(faults.len(), 1);
        assert!(faults[0].starts_with("16 of 30 rows of landing/shop/t.csv were rejected"), "{faults:?}");
    }

    #[test]
    fn what_many_chunks_have_of_a_file_is_added_up() {
        let chunks = [("shop", "s", 30, 30, 0), ("shop", "s", 1000, 0, 0)];
        assert!(gate(&chunks, &limits(0.1, 0.5)).is_empty());
        let worst = rejected(&chunks).worst_files();
        let expected = RefusedFile { source: "shop".to_owned(), object: "s".to_owned(), rows_read: 1030, rejected: 30 };
        assert_eq!(worst, [expected]);
    }

    #[test]
    fn repeated_ids_say_nothing_against_a_source() {
        assert!(gate(&[("shop", "s", 20, 19, 19)], &limits(0.1, 0.5)).is_empty());
    }

    #[test]
    fn of_many_files_some_are_named() {
        let names: Vec<String> = (0..9).map(|number| format!("landing/list/{number}.csv")).collect();
        let chunks: Vec<_> = names.iter().map(|name| ("list", name.as_str(), 2, 2, 0)).collect();
        let faults = gate(&chunks, &limits(1.0, 0.5));
        assert_eq!(faults.len(), 1);
        assert!(faults[0].contains("landing/list/4.csv, many of 4 more files were rejected"), "{faults:?}");
    }
}
