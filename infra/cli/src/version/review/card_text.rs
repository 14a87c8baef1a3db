//! A card as text for a terminal.
//!
//! Values are those of people: what would steer the terminal is shown as a replacement character.

use console::{measure_text_width, style};
use onefold_lake::version::review::Reason;

use super::answer::AnswerKind;
use super::card::{Card, Mark, Row};
use super::question::{AskedPair, Why};

/// The keys, below each card.
pub(super) const KEYS: &str = "[s]ame  [d]ifferent  s[k]ip  [b]ack  [q]uit";
/// The least and the greatest width of a card.
const WIDTHS: [usize; 2] = [40, 120];
/// The greatest width of the names of fields.
const NAMES_MAX: usize = 24;
/// The width of the bits of a field.
const BITS: usize = 8;

/// A card. `place` says which one of how many it is. The model's view is left out of a pair that was drawn at random: it would
/// lead the answer, and the answers are to measure the model.
pub(super) fn card(card: &Card, [number, of]: [usize; 2], threshold: Option<f64>, width: usize) -> String {
    let width = width.clamp(WIDTHS[0], WIDTHS[1]);
    let heading = format!("── {number} of {of} · {} ", card.asked.why.name());
    let mut out = format!("{heading}{}\n", "─".repeat(width.saturating_sub(measure_text_width(&heading))));
    for line in wrapped(&why(&card.asked), width) {
        out.push_str(&format!("{line}\n"));
    }
    let shows_bits = card.asked.stratum().is_none() && card.rows.iter().any(|row| row.bits.is_some());
    push_rows(&mut out, card, shows_bits, width);
    out.push_str("= equal  ~ alike  ≠ different\n");
    if let Some(verdict) = verdict(&card.asked, threshold).filter(|_| card.asked.stratum().is_none()) {
        out.push_str(&format!("{verdict}\n"));
    }
    out
}

/// What was answered, and what the model says of the pair.
pub(super) fn answered(asked: &AskedPair, kind: AnswerKind, threshold: Option<f64>) -> String {
    let [left, right] = asked.accounts.each_ref().map(|account| harmless(account));
    let verdict = verdict(asked, threshold).filter(|_| kind != AnswerKind::Skip);
    let verdict = verdict.map_or_else(String::new, |verdict| format!(" {verdict}"));
    format!("{left} and {right}: {}.{verdict}", kind.word())
}

pub(super) fn verdict(AskedPair { bits, .. }: &AskedPair, threshold: Option<f64>) -> Option<String> {
    let (bits, threshold) = ((*bits)?, threshold?);
    let says = if bits >= threshold { "same" } else { "different" };
    Some(format!("The model says {says}: {bits:+.1} bits, and {threshold:.1} are enough."))
}

/// Why the pair is asked about.
pub(super) fn why(asked: &AskedPair) -> String {
    let Why::Queue { reason, limits, group_bits, pairs } = &asked.why else {
        return "Drawn at random. Are the two one person's?".to_owned();
    };
    let now = if asked.is_together() { "one customer now" } else { "two customers now" };
    let group = group_bits.map_or_else(String::new, |bits| format!(" The two groups score {bits:+.1} bits."));
    let at_stake = if asked.is_together() { "would part" } else { "would join" };
    let at_stake = match pairs {
        0 | 1 => String::new(),
        pairs => format!(" The other answer {at_stake} {pairs} pairs of accounts."),
    };
    let reason = match reason {
        Reason::Doubtful => "They score near the threshold.".to_owned(),
        Reason::Bridge => "This is the weakest link of the customer.".to_owned(),
        Reason::Divided if limits.is_empty() => "They were kept apart.".to_owned(),
        Reason::Divided => format!("They were kept apart by {}.", limits.join(", ")),
    };
    format!("The two are {now}. {reason}{group}{at_stake}")
}

fn push_rows(out: &mut String, card: &Card, shows_bits: bool, width: usize) {
    let names = card.rows.iter().map(|row| measure_text_width(&row.field)).max().unwrap_or(0).min(NAMES_MAX);
    // Name, mark, both values, and the bits, two columns apart.
    let rest = width.saturating_sub(names + 3 + 2 + if shows_bits { BITS } else { 0 });
    let values = (rest / 2).max(8);
    let mut push = |name: &[String], mark: char, [left, right]: [&[String]; 2], bits: &str, paint: Paint| {
        let height = name.len().max(left.len()).max(right.len()).max(1);
        for line in 0..height {
            let of = |lines: &[String]| lines.get(line).cloned().unwrap_or_default();
            let is_first = line == 0;
            let mark = if is_first { mark } else { ' ' };
            let bits = if shows_bits && is_first { format!("{bits:>BITS$}") } else { String::new() };
            let (left, right) = (paint.on(&padded(&of(left), values)), paint.on(&padded(&of(right), values)));
            let text = format!("{} {mark} {left}  {right}{bits}", padded(&of(name), names));
            out.push_str(text.trim_end());
            out.push('\n');
        }
    };
    let references = card.asked.accounts.each_ref().map(|account| wrapped(&harmless(account), values));
    push(&[], ' ', references.each_ref().map(Vec::as_slice), "bits", Paint::Heading);
    for row in &card.rows {
        let cells = row.values.each_ref().map(|values_of| cell(values_of, values));
        let bits = row.bits.map(|bits| format!("{bits:+.1}")).unwrap_or_default();
        let name = wrapped(&harmless(&row.field), names);
        push(&name, mark(row), cells.each_ref().map(Vec::as_slice), &bits, Paint::of(row.mark));
    }
}

const fn mark(row: &Row) -> char {
    match row.mark {
        Mark::Equal => '=',
        Mark::Alike => '~',
        Mark::Different => '≠',
        Mark::Missing => ' ',
    }
}

/// How values are emphasised, beside their mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Paint {
    Heading,
    Same,
    Alike,
    Different,
    Plain,
}

impl Paint {
    const fn of(mark: Mark) -> Self {
        match mark {
            Mark::Equal => Self::Same,
            Mark::Alike => Self::Alike,
            Mark::Different => Self::Different,
            Mark::Missing => Self::Plain,
        }
    }

    /// Nothing is painted where the output is no terminal, or with `NO_COLOR`.
    fn on(self, text: &str) -> String {
        match self {
            Self::Heading => style(text).bold().to_string(),
            Self::Same => style(text).green().to_string(),
            Self::Alike => style(text).yellow().to_string(),
            Self::Different => style(text).red().to_string(),
            Self::Plain => text.to_owned(),
        }
    }
}

/// The lines of some values, a value on a line of its own.
fn cell(values: &[String], width: usize) -> Vec<String> {
    values.iter().flat_map(|value| wrapped(&harmless(value), width)).collect()
}

/// The lines of a text, broken at spaces where that can be.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().map(|line| (measure_text_width(line), line));
        match line {
            Some((0, line)) if line.is_empty() => line.push_str(word),
            Some((used, line)) if used + 1 + measure_text_width(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
        break_last(&mut lines, width);
    }
    lines
}

/// Breaks the last line as long as it is too wide.
fn break_last(lines: &mut Vec<String>, width: usize) {
    while let Some(last) = lines.last_mut().filter(|last| measure_text_width(last) > width) {
        let mut used = 0;
        let is_within = |character: &char| {
            used += measure_text_width(character.encode_utf8(&mut [0; 4]));
            used <= width
        };
        let head: String = last.chars().take_while(is_within).collect();
        if head.is_empty() {
            return;
        }
        let rest = last.split_off(head.len());
        lines.push(rest);
    }
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(measure_text_width(text))))
}

/// The text without what would steer the terminal, or turn the direction of the text around it.
fn harmless(text: &str) -> String {
    let is_steering = |character: char| {
        character.is_control()
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|character| if is_steering(character) { '\u{fffd}' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn sampled() -> Card {
        let card = testing::card("crm:2", "shop:26");
        Card { asked: AskedPair { why: Why::Sample { stratum: 3 }, ..card.asked }, ..card }
    }

    #[test]
    fn a_pair_of_the_queue_is_shown_with_its_bits() {
        let expected = "── 3 of 40 · doubtful ──────────────────────────────────────
The two are two customers now. They score near the
threshold. The two groups score -3.0 bits. The other answer
would join 6 pairs of accounts.
             crm:2               shop:26               bits
given_name ~ Bob                 Robert                +4.0
email      ≠ bob@miller.co.uk    robert@example.org    -7.2
= equal  ~ alike  ≠ different
The model says different: -3.5 bits, and 0.0 are enough.
";
        let shown = card(&testing::card("crm:2", "shop:26"), [3, 40], Some(0.0), 60);
        assert_eq!(shown, expected, "{shown}");
    }

    #[test]
    fn of_a_sampled_pair_nothing_leads_the_answer() {
        let shown = card(&sampled(), [1, 100], Some(0.0), 80);
        assert!(shown.contains("Drawn at random") && shown.contains("email      ≠ bob@miller.co.uk"), "{shown}");
        assert!(!shown.contains("bits") && !shown.contains("model") && !shown.contains("4.0"), "{shown}");
        assert!(shown.lines().all(|line| measure_text_width(line) <= 80), "{shown}");
        let afterwards = answered(&sampled().asked, AnswerKind::Same, Some(0.0));
        assert_eq!(afterwards, "crm:2 and shop:26: same. The model says different: -3.5 bits, and 0.0 are enough.");
        assert_eq!(answered(&sampled().asked, AnswerKind::Skip, Some(0.0)), "crm:2 and shop:26: skipped.");
    }

    #[test]
    fn why_a_pair_is_asked_about_is_said() {
        let asked = |reason, limits: &[&str], pairs, customers: [&str; 2]| AskedPair {
            why: Why::Queue {
                reason,
                limits: limits.iter().map(|limit| (*limit).to_owned()).collect(),
                group_bits: None,
                pairs,
            },
            customers: customers.map(str::to_owned),
            ..testing::asked("a:1", "b:1")
        };
        let bridge = why(&asked(Reason::Bridge, &[], 12, ["c", "c"]));
        let divided = why(&asked(Reason::Divided, &["never", "max_accounts"], 1, ["c", "d"]));
        assert_eq!(
            [bridge.as_str(), divided.as_str()],
            [
                "The two are one customer now. This is the weakest link of the customer. The other answer would part 12 pairs \
                 of accounts.",
                "The two are two customers now. They were kept apart by never, max_accounts."
            ]
        );
    }

    #[test]
    fn values_do_not_steer_the_terminal() {
        assert_eq!(harmless("a\u{1b}[2Jb\nc\u{202e}d"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d");
    }

    #[test]
    fn lines_are_broken_at_spaces_or_where_they_end() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(wrapped("田中太郎", 5), ["田中", "太郎"], "such letters take two columns");
        assert_eq!(wrapped("", 5), [""]);
    }
}
