//! Waterfalls in text: how a sum comes about, a bar a step.

use crate::screen;

/// How many columns a waterfall takes.
const WIDTH: usize = 32;

/// What the output can show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Whether it shows blocks, and not only ASCII.
    pub has_blocks: bool,
    /// Whether it shows colours.
    pub has_colours: bool,
}

impl Look {
    /// What the standard output can show: blocks if its locale is of UTF-8, and colours if the command may use them.
    pub fn of_output() -> Self {
        let has_blocks = is_utf8(|name| std::env::var(name).ok());
        Self { has_blocks, has_colours: screen::has_colours() }
    }
}

/// Whether the locale has UTF-8. The first of its variables that is set decides.
fn is_utf8(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &&str| variable(name).filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(set).unwrap_or_default().to_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// The bars of a waterfall: one for each step, from the sum before it to the sum behind it, and one for the whole sum. Zero
/// is a line where no bar is. Each is without blanks behind it.
pub fn waterfall(steps: &[f64], sum: f64, look: Look) -> Vec<String> {
    let mut at = 0.0;
    let mut spans: Vec<[f64; 2]> = Vec::with_capacity(steps.len() + 1);
    for step in steps {
        spans.push([at, at + step]);
        at += step;
    }
    spans.push([0.0, sum]);
    let least = spans.iter().flatten().copied().fold(0.0, f64::min);
    let most = spans.iter().flatten().copied().fold(0.0, f64::max);
    let scale = if most > least { (2 * WIDTH) as f64 / (most - least) } else { 0.0 };
    let place = |value: f64| ((value - least) * scale).round() as usize;
    let bar = |span: &[f64; 2]| Bar { from: place(span[0]), to: place(span[1]), zero: place(0.0) }.text(look);
    spans.iter().map(bar).collect()
}

/// Where a bar is, in halves of columns.
struct Bar {
    from: usize,
    to: usize,
    zero: usize,
}

impl Bar {
    fn text(&self, look: Look) -> String {
        let (start, end) = (self.from.min(self.to), self.from.max(self.to));
        let zero = (self.zero / 2).min(WIDTH - 1);
        let covered: Vec<[bool; 2]> =
            (0..WIDTH).map(|column| [2 * column, 2 * column + 1].map(|half| (start..end).contains(&half))).collect();
        let glyph = |column: usize| match (covered[column], look.has_blocks, self.to < self.from) {
            ([false, false], has_blocks, _) if column == zero => {
                if has_blocks {
                    '│'
                } else {
                    '|'
                }
            }
            ([false, false], ..) => ' ',
            ([true, true], true, _) => '█',
            ([true, false], true, _) => '▌',
            ([false, true], true, _) => '▐',
            (_, false, false) => '+',
            (_, false, true) => '-',
        };
        let plain: String = (0..WIDTH).map(glyph).collect();
        let plain = plain.trim_end();
        if !look.has_colours || start == end {
            return plain.to_owned();
        }
        let bar: Vec<usize> = (0..WIDTH).filter(|column| covered[*column] != [false, false]).collect();
        let (first, last) = (bar.first().copied().unwrap_or(0), bar.last().map_or(0, |last| last + 1));
        let part =
            |columns: std::ops::Range<usize>| plain.chars().skip(columns.start).take(columns.len()).collect::<String>();
        let colour = if self.to < self.from { RED } else { GREEN };
        [&part(0..first), colour, &part(first..last), RESET, &part(last..WIDTH)].concat()
    }
}

const GREEN: &str = "\u{1b}[32m";
const RED: &str = "\u{1b}[31m";
const RESET: &str = "\u{1b}[0m";

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCKS: Look = Look { has_blocks: true, has_colours: false };

    #[test]
    fn each_step_begins_where_the_one_before_ended() {
        let bars = waterfall(&[-4.0, 8.0, 0.0, 4.0], 8.0, BLOCKS);
        let blank = " ".repeat(10);
        let expected = [
            "██████████▌".to_owned(),
            "█".repeat(21) + "▌",
            format!("{blank}│"),
            format!("{blank}│{blank}▐██████████"),
            format!("{blank}▐{}", "█".repeat(21)),
        ];
        assert_eq!(bars, expected);
    }

    #[test]
    fn plain_bars_say_in_which_direction_they_go() {
        let bars = waterfall(&[-4.0, 8.0], 4.0, Look::default());
        let half = WIDTH / 2;
        assert_eq!(bars[0], "-".repeat(half) + "|");
        assert_eq!(bars[1], "+".repeat(WIDTH));
        assert_eq!(bars[2], " ".repeat(half) + &"+".repeat(half));
    }

    #[test]
    fn colours_are_around_bars_alone() {
        let look = Look { has_blocks: false, has_colours: true };
        let bars = waterfall(&[-4.0, 8.0], 4.0, look);
        assert_eq!(bars[0], format!("{RED}{}{RESET}|", "-".repeat(WIDTH / 2)));
        assert!(bars[1].starts_with(GREEN) && bars[1].ends_with(RESET));
        let without = bars.iter().map(|bar| bar.replace(RED, "").replace(GREEN, "").replace(RESET, ""));
        assert!(without.eq(waterfall(&[-4.0, 8.0], 4.0, Look::default())));
    }

    #[test]
    fn nothing_at_all_has_no_bars() {
        assert_eq!(waterfall(&[0.0], 0.0, BLOCKS), ["│", "│"]);
        assert_eq!(waterfall(&[], 0.0, Look::default()), ["|"]);
    }

    #[test]
    fn the_locale_says_whether_there_are_blocks() {
        let shown = |set: &[(&str, &str)]| {
            is_utf8(|name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        };
        assert!(shown(&[("LANG", "de_DE.UTF-8")]) && shown(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8"), ("LANG", "C")]));
        assert!(!shown(&[]) && !shown(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]));
    }
}
