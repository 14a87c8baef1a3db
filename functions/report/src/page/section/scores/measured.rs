//! What people's answers measure, beside what the model expects.

use maud::{Markup, html};

use crate::page::chart::{Axis, Interval, Intervals, Label, Marker};
use crate::page::number::{count, plural, score, share, short_score, whole_percent};
use crate::page::part::{figure, nothing, numbers};
use crate::page::scale::Scale;
use crate::{CalibrationBin, Measured, MeasuredScores, Scores};

/// How to measure, where nobody has.
const UNMEASURED: &str = "Nothing is measured yet, so all of this is what the model expects: answer questions about pairs drawn \
                          at random with onefold review --sample 100, and the next version says how often it is right.";

pub fn draw(scores: &Scores) -> Markup {
    let Some(measured) = &scores.measured else {
        return html! { h3 { "Measured by answers" } (nothing(UNMEASURED)) };
    };
    html! {
        h3 { "Measured by answers" }
        p.note { (verdict(measured)) }
        @if !measured.notes.is_empty() { ul { @for note in &measured.notes { li { (note) } } } }
        (chart(scores.threshold, &measured.bins))
    }
}

/// The measured shares, for the tiles of the section.
pub fn tiles(measured: &MeasuredScores) -> Markup {
    html! {
        @for (name, of) in [("Measured precision", measured.precision), ("Measured recall", measured.recall)] {
            @if let Some(found) = of.measured {
                div { dt { (name) } dd { (share(found.share)) } dd { (interval(&found)) ", by " (plural(found.answers, "answer")) } }
            }
        }
    }
}

fn interval(measured: &Measured) -> String {
    let [low, high] = measured.interval;
    format!("{} to {}", share(low), share(high))
}

fn verdict(measured: &MeasuredScores) -> String {
    let answers = measured.bins.iter().fold(0u64, |sum, bin| sum.saturating_add(bin.sampled[0]));
    let verb = if measured.notes.is_empty() { "agree" } else { "do not agree" };
    let shares = [("a precision", measured.precision.expected), ("a recall", measured.recall.expected)];
    let expected = shares.into_iter().filter_map(|(name, of)| Some(format!("{name} of {}", share(of?))));
    let expected = expected.collect::<Vec<_>>().join(" and ");
    let of_model =
        if expected.is_empty() { String::new() } else { format!(", which expects {expected} of these pairs") };
    format!("{} about pairs drawn at random {verb} with the model{of_model}.", plural(answers, "answer"))
}

fn chart(threshold: f64, bins: &[CalibrationBin]) -> Markup {
    let name = "Pairs of one person by score, as expected and as observed";
    let description = format!(
        "For {} of {} ranges of scores, an observed share with its interval of 95 % stands beside the expected one. The \
         threshold is {} bits.",
        bins.iter().filter(|bin| bin.observed.is_some()).count(),
        bins.len(),
        score(threshold),
    );
    let ends = bins.first().zip(bins.last()).map_or((0.0, 1.0), |(first, last)| (ends(first).0, ends(last).1));
    let chart = Intervals {
        label: Label { id: "measured-chart", title: name, description: &description },
        across: Axis::new("score in bits", Scale::Linear { from: ends.0, to: ends.1 }, 8, short_score),
        up: Axis::new("share of one person's pairs", Scale::linear_to(1.0), 5, whole_percent),
        intervals: bins.iter().map(drawn).collect(),
        markers: vec![Marker { at: threshold, text: format!("threshold {}", score(threshold)) }],
    };
    figure(name, &chart.draw(), &table(bins))
}

/// Where a bin is drawn: those without a bound are as wide as a bit.
fn ends(bin: &CalibrationBin) -> (f64, f64) {
    let from = bin.from.or(bin.below.map(|below| below - 1.0)).unwrap_or_default();
    (from, bin.below.unwrap_or(from + 1.0))
}

fn drawn(bin: &CalibrationBin) -> Interval {
    let (from, to) = ends(bin);
    let observed = bin.observed.map_or_else(
        || "no answer".to_owned(),
        |found| format!("{} observed by {}", share(found.share), plural(found.answers, "answer")),
    );
    Interval {
        from,
        to,
        expected: bin.expected,
        observed: bin.observed.map(|found| (found.share, found.interval)),
        told: format!("score {}: {} expected, {observed}", range(bin), share(bin.expected)),
    }
}

fn range(bin: &CalibrationBin) -> String {
    match (bin.from, bin.below) {
        (Some(from), Some(below)) => format!("{} to {}", short_score(from), short_score(below)),
        (Some(from), None) => format!("{} and more", short_score(from)),
        (None, Some(below)) => format!("below {}", short_score(below)),
        (None, None) => "all".to_owned(),
    }
}

fn table(bins: &[CalibrationBin]) -> Markup {
    let row = |bin: &CalibrationBin| {
        let of_answers = |text: fn(&Measured) -> String| bin.observed.as_ref().map_or_else(|| "–".to_owned(), text);
        let [answers, same] = bin.sampled;
        [
            range(bin),
            count(bin.pairs),
            share(bin.expected),
            count(answers),
            count(same),
            of_answers(|found| share(found.share)),
            of_answers(interval),
        ]
    };
    let heads = ["Bits", "pairs", "expected", "answers", "one person", "observed", "interval of 95 %"];
    numbers(heads, bins.iter().map(row))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Agreement;

    const FOUND: Measured = Measured { share: 0.5, interval: [0.1, 0.875], answers: 4 };

    fn bin(from: Option<f64>, below: Option<f64>, observed: Option<Measured>) -> CalibrationBin {
        let sampled = observed.map_or([0, 0], |found| [found.answers, 2]);
        CalibrationBin { from, below, pairs: 9, expected: 0.25, sampled, observed }
    }

    fn measured() -> MeasuredScores {
        MeasuredScores {
            precision: Agreement { expected: Some(0.75), measured: Some(FOUND) },
            bins: vec![
                bin(None, Some(-2.0), None),
                bin(Some(-2.0), Some(4.25), Some(FOUND)),
                bin(Some(4.25), None, None),
            ],
            ..MeasuredScores::default()
        }
    }

    #[test]
    fn without_answers_the_page_says_how_to_measure() {
        let text = draw(&Scores::default()).into_string();
        assert!(text.contains("onefold review --sample 100") && !text.contains("<svg"), "{text}");
    }

    #[test]
    fn one_sentence_says_whether_answers_and_model_agree() {
        let agreeing = "4 answers about pairs drawn at random agree with the model, which expects a precision of 75 % of these pairs.";
        assert_eq!(verdict(&measured()), agreeing);
        let notes = vec!["the model is wrong".to_owned()];
        let differing = MeasuredScores { notes, ..measured() };
        assert_eq!(verdict(&differing), agreeing.replace("agree with", "do not agree with"));
        let text = draw(&Scores { measured: Some(differing), ..Scores::default() }).into_string();
        assert!(text.contains("<li>the model is wrong</li>"), "{text}");
    }

    #[test]
    fn only_what_was_measured_has_a_tile() {
        let text = tiles(&measured()).into_string();
        let expected = "<div><dt>Measured precision</dt><dd>50 %</dd><dd>10 % to 88 %, by 4 answers</dd></div>";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_bin_has_its_bar_and_if_somebody_answered_its_interval() {
        let bins = measured().bins;
        let text = chart(4.25, &bins).into_string();
        assert_eq!((text.matches("<rect").count(), text.matches("<circle").count()), (3, 1));
        assert!(text.contains("score −2 to 4.25: 25 % expected, 50 % observed by 4 answers"), "{text}");
        assert!(text.contains("score 4.25 and more: 25 % expected, no answer"), "{text}");
        let row = "<td class=\"number\">4</td><td class=\"number\">2</td><td class=\"number\">50 %</td>\
                   <td class=\"number\">10 % to 88 %</td>";
        assert!(text.contains(row), "{text}");
        assert_eq!([ends(&bins[0]), ends(&bins[1]), ends(&bins[2])], [(-3.0, -2.0), (-2.0, 4.25), (4.25, 5.25)]);
    }
}
