//! What each comparison level of each field says.

use onefold_scoring::counts::FieldCounts;
use onefold_scoring::levels::meaning;
use onefold_scoring::model::{FieldModel, RunModel};
use onefold_scoring::weights::{BIT, FieldProbabilities, FieldWeights, Score, Weights};
use onefold_scoring::{DIFFER, EQUAL, FREQUENCIES, FieldKind, Level, ScoredFields};

use super::text::bits;
use crate::table::{TextTable, count};

/// How many lines equal values have at most.
const EQUAL_LINES_MAX: usize = 4;
/// What the columns of the table are.
const LEGEND: &str = "What each comparison level says:\n  \
                      m, u, r               of 100 pairs of one person, of strangers, of relatives, so many have it\n  \
                      strangers, relatives  the bits for one person rather than strangers, and rather than relatives\n\n";

/// The table of fields and levels.
pub(super) fn of(RunModel { model, counts, .. }: &RunModel, weights: &Weights, known: &ScoredFields) -> String {
    let mut table = TextTable::default();
    table.row(["", "m", "u", "r", "strangers", "relatives"].map(str::to_owned));
    let prior = [weights.strangers_prior, weights.relatives_prior];
    row(&mut table, "any two accounts", None, Some(prior));
    let mut kinds = known.iter().map(|field| field.kind);
    for ((field, counts), weights) in model.fields.iter().zip(&counts.fields).zip(&weights.fields) {
        let kind = kinds.next();
        table.row([field.name.clone()]);
        match FieldProbabilities::new(field, counts) {
            Some(probabilities) => levels(&mut table, &FieldLevels { field, counts, probabilities, weights, kind }),
            None => table.row(["  says nothing".to_owned()]),
        }
    }
    format!("{LEGEND}{}", table.text())
}

/// The levels of a field.
struct FieldLevels<'m> {
    field: &'m FieldModel,
    counts: &'m FieldCounts,
    probabilities: FieldProbabilities,
    weights: &'m FieldWeights,
    /// `None` if this program does not know what the levels mean.
    kind: Option<FieldKind>,
}

/// Adds the rows of a field, the nearest level first.
fn levels(table: &mut TextTable, levels: &FieldLevels<'_>) {
    equal(table, levels);
    for level in (DIFFER..EQUAL).rev() {
        let FieldProbabilities { m, u, r, .. } = &levels.probabilities;
        let shares = [m, u, r].map(|by_level| by_level[usize::from(level)]);
        if let Some(name) = levels.name(level) {
            row(table, &format!("  {name}"), Some(shares), Some(levels.bits(level)));
        }
    }
}

/// Adds the rows of equal values: one if their frequency changes nothing.
fn equal(table: &mut TextTable, levels: &FieldLevels<'_>) {
    let shares = Some(levels.probabilities.equal);
    let classes = levels.classes();
    if let [(_, bits)] = classes[..] {
        return row(table, "  equal", shares, Some(bits));
    }
    row(table, "  equal", shares, None);
    for (class, bits) in picked(&classes) {
        row(table, &format!("    {}", holders(class)), None, Some(bits));
    }
}

impl FieldLevels<'_> {
    /// What a level means; `None` if the field does not have it.
    fn name(&self, level: Level) -> Option<String> {
        let Some(kind) = self.kind else {
            let is_used = self.field.m[usize::from(level) - 1] > 0.0;
            return is_used.then(|| format!("level {level}"));
        };
        meaning(kind, level).map(str::to_owned)
    }

    /// One person rather than strangers, and rather than relatives.
    fn bits(&self, level: Level) -> [Score; 2] {
        [self.weights.strangers, self.weights.relatives].map(|by_level| by_level[usize::from(level)])
    }

    /// The frequency classes that pairs have, with their bits; of those with the same bits, the first.
    fn classes(&self) -> Vec<(u8, [Score; 2])> {
        let has_pairs = |class: &u8| self.counts.equal_pairs[usize::from(*class)] > 0;
        let classes = (0..FREQUENCIES as u8).filter(has_pairs);
        let mut classes: Vec<_> = classes.map(|class| (class, self.bits(EQUAL + class))).collect();
        classes.dedup_by_key(|(_, bits)| *bits);
        classes
    }
}

/// The first and the last, and others between them in equal steps.
fn picked<T: Copy>(all: &[T]) -> Vec<T> {
    if all.len() <= EQUAL_LINES_MAX {
        return all.to_vec();
    }
    let steps = EQUAL_LINES_MAX - 1;
    (0..=steps).map(|step| all[step * (all.len() - 1) / steps]).collect()
}

/// Which values a frequency class has.
fn holders(class: u8) -> String {
    let (from, to) = (1_u64 << class, (2_u64 << class) - 1);
    match class {
        0 => "if 1 account has it".to_owned(),
        _ if usize::from(class) + 1 == FREQUENCIES => format!("if {} accounts or more have it", count(from)),
        _ => format!("if {} to {} accounts have it", count(from), count(to)),
    }
}

/// Adds a row: shares of pairs, and bits against strangers and relatives.
fn row(table: &mut TextTable, name: &str, shares: Option<[f64; 3]>, score: Option<[Score; 2]>) {
    let [m, u, r] = shares.map_or_else(Default::default, |shares| shares.map(per_cent));
    let [strangers, relatives] = score.map_or_else(Default::default, |score| score.map(signed));
    table.row([name.to_owned(), m, u, r, strangers, relatives]);
}

/// A score in bits, with its sign.
fn signed(score: Score) -> String {
    if score * 20 > -BIT { format!("+{}", bits(score.max(0))) } else { bits(score) }
}

/// A share in per cent: one decimal, and of small ones as many as show two digits.
fn per_cent(share: f64) -> String {
    const DECIMALS_MAX: usize = 6;
    let share = share * 100.0;
    let (mut decimals, mut digits) = (1, share * 10.0);
    while share > 0.0 && digits < 9.5 && decimals < DECIMALS_MAX {
        decimals += 1;
        digits *= 10.0;
    }
    format!("{share:.decimals$}")
}
