//! The report at the end of a run, as text: counts, sources, stages, or the failure.

use std::collections::BTreeMap;

use onefold_identity::counts::VersionCounts;
use onefold_lake::keys::Stage;
use onefold_lake::run::note::SourceNote;
use onefold_lake::run::plan::SkippedSource;
use onefold_lake::version::manifest::{Manifest, RefusedFile, ScoreSummary, SourceCounts};
use onefold_lake::version::review::Measured;
use onefold_normalise::field::TextField;
use onefold_rows::translate::PLACEHOLDER;
use onefold_scoring::weights::BIT;

use crate::documents::{QualityDocument, StageDocument};
use crate::run::history::{RunFailure, Timeline};
use crate::run::receipts::StageSums;
use crate::table::{TextTable, bytes, count, plural, seconds};

/// How many files are named whose rows were all refused.
const FILES_MAX: usize = 10;

/// The table of counts, of what scoring pairs came to, and of the quality if there was a truth to compare with.
pub fn counts(manifest: &Manifest, quality: Option<QualityDocument>) -> String {
    table_of(&manifest.counts, manifest.scores.as_ref(), quality)
}

fn table_of(counts: &VersionCounts, scores: Option<&ScoreSummary>, quality: Option<QualityDocument>) -> String {
    let mut table = TextTable::default();
    for (name, number) in [
        ("rows read", counts.rows_read),
        ("rejected", counts.rejected),
        ("accounts", counts.accounts),
        ("customers", counts.customers),
        ("largest customer", counts.largest_customer),
        ("blocked keys", counts.blocked_keys),
    ] {
        table.row([name.to_owned(), count(number)]);
    }
    // Most runs have none of these.
    for (name, number) in
        [("deleted", counts.deleted), ("erased", counts.erased), ("refused as erased", counts.suppressed)]
    {
        if number > 0 {
            table.row([name.to_owned(), count(number)]);
        }
    }
    if let Some(scores) = scores {
        scored(&mut table, scores);
    }
    if let Some(quality) = quality {
        table.row(["pairwise precision".to_owned(), format!("{:.5}", quality.precision)]);
        table.row(["pairwise recall".to_owned(), format!("{:.5}", quality.recall)]);
    }
    table.text()
}

/// What scoring pairs came to.
fn scored(table: &mut TextTable, scores: &ScoreSummary) {
    let measured = scores.measured.clone().unwrap_or_default();
    table.row(["pairs compared".to_owned(), count(scores.pairs)]);
    table.row(["links".to_owned(), count(scores.links)]);
    for (name, expected) in [("expected precision", scores.precision), ("expected recall", scores.recall)] {
        table.row([name.to_owned(), expected.map_or_else(|| "?".to_owned(), |expected| format!("{expected:.4}"))]);
    }
    for (name, measured) in [("measured precision", measured.precision), ("measured recall", measured.recall)] {
        if let Some(Measured { share, interval: [low, high], .. }) = measured {
            table.row([name.to_owned(), format!("{share:.4} ({low:.4} to {high:.4})")]);
        }
    }
    table.row(["missed, at least".to_owned(), count(scores.missed.max(0.0).round() as u64)]);
    table.row(["threshold in bits".to_owned(), format!("{:.1}", scores.threshold as f64 / BIT as f64)]);
    if scores.is_prior {
        table.row(["model".to_owned(), "of little data".to_owned()]);
    }
}

/// What of the sources was not used, a line for each source or file: skipped sources, incomplete snapshots, refused rows,
/// dropped values, and notes, also on scores.
pub fn left_out(manifest: &Manifest) -> String {
    let is_skipped = |source: &&String| manifest.skipped.iter().any(|skipped| skipped.source == **source);
    let incomplete: Vec<String> =
        manifest.incomplete_snapshots.iter().filter(|source| !is_skipped(source)).cloned().collect();
    let refused: String = manifest.sources.iter().map(|(source, counts)| refused(source, counts)).collect();
    let files = refused_files(&manifest.refused_files);
    let measured = manifest.scores.as_ref().and_then(|scores| scores.measured.as_ref());
    let on_scores = measured.into_iter().flat_map(|measured| &measured.notes);
    let on_scores: String = on_scores.map(|note| format!("  note on scores: {note}\n")).collect();
    let on_sources = notes(&manifest.source_notes);
    skipped(&manifest.skipped) + &incomplete_snapshots(&incomplete) + &refused + &files + &on_sources + &on_scores
}

/// The refused rows and dropped values of a source; empty if there are none.
fn refused(source: &str, counts: &SourceCounts) -> String {
    let mut parts = Vec::new();
    let faulty = counts.faulty();
    if faulty > 0 {
        parts.push(format!("{} of {} rows were rejected", count(faulty), count(counts.rows_read)));
    }
    let (placeholders, dropped): (Vec<_>, Vec<_>) =
        counts.dropped_values.iter().partition(|(name, _)| placeholder_field(name).is_some());
    if !dropped.is_empty() {
        let dropped: Vec<String> =
            dropped.into_iter().map(|(name, number)| lost(source, counts, name, *number)).collect();
        parts.push(format!("values that could not be used: {}", dropped.join(", ")));
    }
    if !placeholders.is_empty() {
        let told = placeholders.into_iter().filter_map(|(name, number)| Some((placeholder_field(name)?, number)));
        let told: Vec<String> = told.map(|(field, number)| format!("{field} ({})", count(*number))).collect();
        parts.push(format!("placeholders: {}", told.join(", ")));
    }
    if parts.is_empty() { String::new() } else { format!("  {source}: {}\n", parts.join("; ")) }
}

/// How many values of a name were dropped: of all that the source gave, if it is a text field's name.
fn lost(source: &str, counts: &SourceCounts, name: &str, number: u64) -> String {
    let told = name.strip_prefix(source).and_then(|name| name.strip_prefix(": ")).unwrap_or(name);
    // Earlier programs did not count what was kept.
    let is_counted = TextField::from_name(name).is_some() && !counts.kept_values.is_empty();
    match counts.kept_values.get(name).copied().or(is_counted.then_some(0)) {
        Some(kept) => format!("{told} ({} of {})", count(number), count(number + kept)),
        None => format!("{told} ({})", count(number)),
    }
}

/// The field of a count of placeholders.
fn placeholder_field(name: &str) -> Option<&str> {
    name.strip_suffix(PLACEHOLDER)?.strip_suffix(": ")
}

/// The files whose rows were all refused.
fn refused_files(files: &[RefusedFile]) -> String {
    let whole: Vec<&RefusedFile> = files.iter().filter(|file| file.rejected == file.rows_read).collect();
    let line = |file: &&RefusedFile| format!("  {}: every row was rejected ({})\n", file.object, count(file.rows_read));
    let mut lines: String = whole.iter().take(FILES_MAX).map(line).collect();
    let more = whole.len().saturating_sub(FILES_MAX);
    if more > 0 {
        lines.push_str(&format!(
            "  and so it was of {}; see refused_files in the manifest\n",
            plural(more, "more file")
        ));
    }
    lines
}

/// The sources that failed and are not required, with the reason.
fn skipped(skipped: &[SkippedSource]) -> String {
    skipped.iter().map(|SkippedSource { source, reason }| format!("  skipped {source}: {reason}\n")).collect()
}

/// Notes on sources that are no faults.
fn notes(notes: &[SourceNote]) -> String {
    notes.iter().map(|SourceNote { source, note }| format!("  note on {source}: {note}\n")).collect()
}

/// The snapshots that were not taken as complete.
fn incomplete_snapshots(sources: &[String]) -> String {
    let line = |source: &String| {
        format!(
            "  rows of the snapshot {source:?} were refused, so none of its accounts was taken as gone; see the rejects\n"
        )
    };
    sources.iter().map(line).collect()
}

/// The table of stages: seconds, invocations, and bytes read and written.
pub fn stages(timeline: &Timeline, sums: &BTreeMap<Stage, StageSums>) -> String {
    let mut table = TextTable::default();
    table.row(["stage", "seconds", "invocations", "in", "out"].map(ToOwned::to_owned));
    let mut total = StageSums::default();
    for stage in Stage::ALL {
        let of_stage = sums.get(&stage).copied().unwrap_or_default();
        total.add(&of_stage);
        // Most runs have no Purge.
        if of_stage.invocations == 0 && timeline.stage(stage).is_none() {
            continue;
        }
        let took = match timeline.stage(stage) {
            Some(span) if stage == Stage::Translate => format!("({})", seconds(span.to_ms - span.from_ms)),
            Some(span) => seconds(span.to_ms - span.from_ms),
            None => "-".to_owned(),
        };
        table.row([
            stage.name().to_owned(),
            took,
            count(of_stage.invocations),
            bytes(of_stage.bytes_in),
            bytes(of_stage.bytes_out),
        ]);
    }
    table.row([
        "total".to_owned(),
        seconds(timeline.total_ms()),
        count(total.invocations),
        bytes(total.bytes_in),
        bytes(total.bytes_out),
    ]);
    table.text() + "  (translate works while extract and settle do)\n"
}

/// What the stages took that worked in this execution or left receipts.
pub fn stage_documents(timeline: &Timeline, sums: &BTreeMap<Stage, StageSums>) -> Vec<StageDocument> {
    let has_worked = |stage: &Stage| sums.contains_key(stage) || timeline.stage(*stage).is_some();
    let document = |stage: Stage| {
        let StageSums { invocations, bytes_in, bytes_out } = sums.get(&stage).copied().unwrap_or_default();
        let seconds = timeline.stage(stage).map(|span| (span.to_ms - span.from_ms) as f64 / 1000.0);
        StageDocument { stage: stage.name().to_owned(), seconds, invocations, bytes_in, bytes_out }
    };
    Stage::ALL.into_iter().filter(has_worked).map(document).collect()
}

/// The text for a run that failed, with what to do.
pub fn failure(timeline: &Timeline, failure: &RunFailure, execution_arn: &str, what_to_do: &str) -> String {
    let run = timeline.run().map_or_else(|| "The run".to_owned(), |run| format!("The run {run}"));
    let mut text = format!("{run} failed in {}.\n", timeline.last_state());
    text.push_str(&format!("  error      {}\n", failure.error));
    let cause = if failure.cause.is_empty() { "(none given)" } else { failure.cause.as_str() };
    for (position, line) in cause.lines().enumerate() {
        let name = if position == 0 { "cause" } else { "" };
        text.push_str(&format!("  {name:<10} {line}\n"));
    }
    text.push_str(&format!("  execution  {execution_arn}\n{what_to_do}"));
    text
}

#[cfg(test)]
mod tests {
    use onefold_lake::run::note::Note;
    use onefold_lake::version::manifest::MeasuredScores;

    use super::*;

    #[test]
    fn counts_are_listed() {
        let counted = VersionCounts { rows_read: 2_100, accounts: 2_099, customers: 1_000, ..VersionCounts::default() };
        let expected = "  rows read         2,100\n  rejected              0\n  accounts          2,099\n  \
                        customers         1,000\n  largest customer      0\n  blocked keys          0\n";
        assert_eq!(table_of(&counted, None, None), expected);
        let with_deleted = VersionCounts { deleted: 3, ..counted };
        assert_eq!(table_of(&with_deleted, None, None), format!("{expected}  deleted               3\n"));
        let quality = QualityDocument { precision: 1.0, recall: 0.987_654_3 };
        assert!(table_of(&counted, None, Some(quality)).ends_with("  pairwise recall     0.98765\n"));
    }

    #[test]
    fn what_scores_came_to_is_listed() {
        let scores = ScoreSummary {
            model: String::new(),
            learnt_in: String::new(),
            is_prior: false,
            pairs: 20_100,
            links: 1_200,
            threshold: -512,
            precision: Some(0.997_16),
            recall: None,
            missed: 11.6,
            dropped_rows: 0,
            measured: None,
        };
        let listed = |scores: &ScoreSummary| {
            let table = table_of(&VersionCounts::default(), Some(scores), None);
            let lines = table.lines().skip(6).map(|line| line.split("  ").filter(|cell| !cell.is_empty()));
            lines.map(|cells| cells.map(str::trim).collect::<Vec<_>>().join(": ")).collect::<Vec<_>>()
        };
        let expected = [
            "pairs compared: 20,100",
            "links: 1,200",
            "expected precision: 0.9972",
            "expected recall: ?",
            "missed, at least: 12",
            "threshold in bits: -0.5",
        ];
        assert_eq!(listed(&scores), expected);
        assert_eq!(listed(&ScoreSummary { is_prior: true, ..scores.clone() }).last().unwrap(), "model: of little data");
        let measured = Measured { share: 0.96, interval: [0.93, 0.98], answers: 200 };
        let measured = MeasuredScores { precision: Some(measured), ..MeasuredScores::default() };
        let listed = listed(&ScoreSummary { measured: Some(measured), ..scores });
        assert!(listed.contains(&"measured precision: 0.9600 (0.9300 to 0.9800)".to_owned()), "{listed:?}");
    }

    #[test]
    fn skipped_sources_are_named() {
        assert_eq!(skipped(&[]), "");
        let failed = SkippedSource { source: "crm".to_owned(), reason: "it is gone".to_owned() };
        assert_eq!(skipped(&[failed]), "  skipped crm: it is gone\n");
    }

    #[test]
    fn sources_with_refused_rows_or_unused_values_are_named() {
        let counts = SourceCounts { rows_read: 1_006, rejected: 8, repeated: 2, ..SourceCounts::default() };
        assert_eq!(refused("crm", &counts), "  crm: 6 of 1,006 rows were rejected\n");
        let dropped = [("email".to_owned(), 1_000), ("crm: no column for /x".to_owned(), 2)];
        let dropping = SourceCounts { dropped_values: dropped.into(), ..counts };
        let expected = "  crm: 6 of 1,006 rows were rejected; values that could not be used: no column for /x (2), \
                        email (1,000)\n";
        assert_eq!(refused("crm", &dropping), expected);
        let values = [("email".to_owned(), 40), ("email: a placeholder".to_owned(), 7)];
        let told = SourceCounts {
            dropped_values: values.into(),
            kept_values: [("email".to_owned(), 2_000)].into(),
            ..SourceCounts::default()
        };
        let expected = "  crm: values that could not be used: email (40 of 2,040); placeholders: email (7)\n";
        assert_eq!(refused("crm", &told), expected);
        assert_eq!(refused("crm", &SourceCounts { rows_read: 9, accounts: 9, ..SourceCounts::default() }), "");
    }

    #[test]
    fn files_of_which_every_row_was_refused_are_named() {
        let file = |number: u64, rejected| RefusedFile {
            source: "crm".to_owned(),
            object: format!("landing/crm/{number}.csv"),
            rows_read: 3,
            rejected,
        };
        assert_eq!(refused_files(&[file(1, 3), file(2, 2)]), "  landing/crm/1.csv: every row was rejected (3)\n");
        let many: Vec<RefusedFile> = (0..12).map(|number| file(number, 3)).collect();
        let lines = refused_files(&many);
        assert_eq!(lines.lines().count(), FILES_MAX + 1);
        assert!(lines.ends_with("of 2 more files; see refused_files in the manifest\n"), "{lines}");
    }

    #[test]
    fn notes_of_sources_are_told() {
        let note = Note::NoNextPage { at: "/next".to_owned() };
        let told = notes(&[SourceNote { source: "crm".to_owned(), note }]);
        assert!(told.starts_with("  note on crm: the first page has nothing at /next"), "{told}");
        assert_eq!(notes(&[]), "");
    }

    #[test]
    fn an_incomplete_snapshot_is_told() {
        assert_eq!(incomplete_snapshots(&[]), "");
        assert!(incomplete_snapshots(&["crm".to_owned()]).starts_with("  rows of the snapshot \"crm\" were refused"));
    }

    #[test]
    fn a_failure_says_what_to_do() {
        let failed = RunFailure { error: "Onefold.InvalidInput".to_owned(), cause: "two\nlines".to_owned() };
        let text = failure(&Timeline::default(), &failed, "arn", "Start it again.");
        let expected = "The run failed in the start.\n  error      Onefold.InvalidInput\n  cause      two\n             \
                        lines\n  execution  arn\nStart it again.";
        assert_eq!(text, expected);
    }
}
