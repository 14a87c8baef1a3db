use serde_json::Value;

use super::*;

const FULL: &str = include_str!("../../examples/full.json");
const MINIMAL: &str = include_str!("../../examples/minimal.json");

/// Reports outlive the program that wrote them.
#[test]
fn the_format_is_that_of_the_examples() {
    for text in [FULL, MINIMAL] {
        let report: Report = serde_json::from_str(text).unwrap();
        assert_eq!(report.format, FORMAT);
        let written: Value = serde_json::to_value(&report).unwrap();
        assert_eq!(written, serde_json::from_str::<Value>(text).unwrap());
    }
}

/// An empty list or a missing value would hide that its content has changed.
#[test]
fn the_full_example_has_all_there_can_be() {
    fn is_whole(value: &Value) -> bool {
        match value {
            Value::Array(list) => !list.is_empty() && list.iter().any(is_whole),
            Value::Object(members) => members.values().all(is_whole),
            other => !other.is_null(),
        }
    }
    let report: Report = serde_json::from_str(FULL).unwrap();
    let Value::Object(sections) = serde_json::to_value(report).unwrap() else { panic!() };
    let lacking: Vec<&String> =
        sections.iter().filter(|(_, section)| !is_whole(section)).map(|(name, _)| name).collect();
    assert!(lacking.is_empty(), "{lacking:?}");
}

#[test]
fn the_numbers_of_the_examples_balance() {
    for text in [FULL, MINIMAL] {
        let Report { funnel, sizes, source_sets, input, scores, .. } = serde_json::from_str(text).unwrap();
        let of_sets = |count: fn(&SourceSet) -> u64| source_sets.sets.iter().map(count).sum::<u64>();
        assert_eq!(sizes.iter().map(|size| size.customers).sum::<u64>(), funnel.customers);
        assert_eq!(sizes.iter().map(|size| size.accounts).sum::<u64>(), funnel.members);
        assert_eq!(of_sets(|set| set.customers) + source_sets.others.customers, funnel.customers);
        assert_eq!(of_sets(|set| set.accounts) + source_sets.others.accounts, funnel.members);
        assert_eq!(input.iter().map(|source| source.rows_read).sum::<u64>(), funnel.rows_read);
        assert_eq!(funnel.accounts + funnel.rejected, funnel.rows_read);
        let coming = funnel.accounts + funnel.previous_members;
        assert_eq!(coming, funnel.superseded + funnel.deleted + funnel.members);
        if let Some(Scores { distribution, pairs, links, threshold, measured, .. }) = scores {
            assert_eq!(distribution.iter().map(|count| count.pairs).sum::<u64>(), pairs);
            assert_eq!(distribution.iter().map(|count| count.links).sum::<u64>(), links);
            let measured = measured.unwrap();
            assert_eq!(measured.bins.iter().map(|bin| bin.pairs).sum::<u64>(), pairs);
            assert_eq!(
                measured.bins.iter().filter(|bin| is_linked(bin, threshold)).map(|bin| bin.pairs).sum::<u64>(),
                links
            );
            assert_answers_balance(&measured, threshold);
        }
    }
}

fn is_linked(bin: &CalibrationBin, threshold: f64) -> bool {
    bin.from.is_some_and(|from| from >= threshold)
}

fn assert_answers_balance(scores: &MeasuredScores, threshold: f64) {
    let MeasuredScores { precision, recall, bins, .. } = scores;
    let answers = |share: &Agreement| share.measured.unwrap().answers;
    assert_eq!(bins.iter().map(|bin| bin.sampled[0]).sum::<u64>(), answers(recall));
    let of_links = bins.iter().filter(|bin| is_linked(bin, threshold));
    assert_eq!(of_links.map(|bin| bin.sampled[0]).sum::<u64>(), answers(precision));
    assert!(bins.windows(2).all(|pair| pair[0].below == pair[1].from), "without gaps");
    for CalibrationBin { sampled: [all, same], observed, .. } in bins {
        let told = observed.map(|observed| (observed.answers, (observed.share * *all as f64).round() as u64));
        assert_eq!(told, (*all > 0).then_some((*all, *same)));
    }
}

/// Reports from before answers measured anything are read.
#[test]
fn a_report_without_measured_scores_is_read() {
    let mut text: Value = serde_json::from_str(FULL).unwrap();
    text["scores"].as_object_mut().unwrap().remove("measured").unwrap();
    let report: Report = serde_json::from_value(text.clone()).unwrap();
    assert_eq!(report.scores.as_ref().unwrap().measured, None);
    assert_eq!(serde_json::to_value(&report).unwrap(), text);
}
