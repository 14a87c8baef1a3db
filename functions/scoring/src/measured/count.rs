//! Estimated numbers of cases, with limits.

use super::Stratum;

/// The quantile of the normal distribution for limits of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// Strata that count as one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Group {
    pub(super) pairs: f64,
    pub(super) answers: f64,
    /// Answers that are wrong links, or missed pairs.
    cases: f64,
}

impl Group {
    fn new(stratum: &Stratum) -> Self {
        let cases = if stratum.is_linked { stratum.different } else { stratum.same };
        let answers = stratum.same + stratum.different;
        Self { pairs: stratum.pairs.max(answers) as f64, answers: answers as f64, cases: cases as f64 }
    }

    fn add(&mut self, other: Self) {
        self.pairs += other.pairs;
        self.answers += other.answers;
        self.cases += other.cases;
    }

    /// As if there were so many times the answers, but not more than pairs.
    pub(super) fn times(self, factor: f64) -> Self {
        let factor = factor.min(self.pairs / self.answers);
        Self { pairs: self.pairs, answers: self.answers * factor, cases: self.cases * factor }
    }

    /// For how many pairs an answer stands.
    fn weight(&self) -> f64 {
        self.pairs / self.answers
    }

    /// How much the estimate depends on an answer. A stratum of which every pair was answered is known.
    fn uncertain_weight(&self) -> f64 {
        (self.weight() * (self.weight() - 1.0)).max(0.0).sqrt()
    }
}

/// The strata of one side, from the threshold on, each with an answer: one without is a part of the one before it, or else of
/// the first that has some. Empty if there are no answers.
pub(super) fn groups<'s>(from_threshold: impl Iterator<Item = &'s Stratum>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for group in from_threshold.map(Group::new) {
        match groups.last_mut() {
            Some(last) if group.answers == 0.0 || last.answers == 0.0 => last.add(group),
            _ => groups.push(group),
        }
    }
    groups.retain(|group| group.answers > 0.0);
    groups
}

/// An estimated number of cases among all pairs, with its 95 % limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Count {
    pub(super) value: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Count {
    pub(super) fn of(groups: &[Group]) -> Self {
        let sum = |of: fn(&Group) -> f64| groups.iter().map(of).sum::<f64>();
        let value = sum(|group| group.weight() * group.cases);
        let uncertain = sum(|group| group.uncertain_weight() * group.cases);
        let variance = sum(|group| group.uncertain_weight() * group.uncertain_weight() * group.cases);
        // One more case of the greatest weight.
        let more = groups.iter().map(Group::uncertain_weight).fold(0.0, f64::max);
        let low = gamma_quantile(uncertain, variance, -Z);
        let high = gamma_quantile(uncertain + more, variance + more * more, Z);
        let known = sum(|group| group.cases);
        let possible = sum(|group| group.pairs - group.answers + group.cases);
        Self {
            value,
            low: (value - uncertain + low).max(known).min(value),
            high: (value - uncertain + high).min(possible).max(value),
        }
    }
}

/// A quantile of the gamma distribution of a mean and a variance, by Wilson and Hilferty ("The Distribution of Chi-Square",
/// 1931). `z` is that of the normal distribution.
fn gamma_quantile(mean: f64, variance: f64, z: f64) -> f64 {
    if variance <= 0.0 {
        return mean;
    }
    let shape = mean * mean / variance;
    let root = (1.0 - 1.0 / (9.0 * shape) + z / (3.0 * shape.sqrt())).max(0.0);
    mean * root * root * root
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64, within: f64) {
        assert!((found - expected).abs() <= within, "{found} is not {expected}");
    }

    /// Against the exact limits of a Poisson count: half of the quantiles of chi-square.
    #[test]
    fn limits_of_equal_weights_are_those_of_a_poisson_count() {
        for (cases, low, high) in [(0.0, 0.0, 3.689), (1.0, 0.025, 5.572), (4.0, 1.090, 10.242), (30.0, 20.241, 42.827)]
        {
            let count = Count::of(&[Group { pairs: 1e9, answers: 1e3, cases }]);
            near(count.value, cases * 1e6, 1.0);
            near(count.low / 1e6, low, 0.02);
            near(count.high / 1e6, high, 0.03);
        }
    }

    #[test]
    fn what_is_answered_is_known() {
        let all = Group { pairs: 50.0, answers: 50.0, cases: 7.0 };
        assert_eq!(Count::of(&[all]), Count { value: 7.0, low: 7.0, high: 7.0 });
        let half = Count::of(&[Group { pairs: 50.0, answers: 25.0, cases: 7.0 }]);
        assert!(half.low >= 7.0 && half.low < 14.0 && half.high > 14.0 && half.high <= 32.0, "{half:?}");
    }

    /// By hand: 1 case of weight 100 and 2 of weight 10, without the correction for finite strata. The mean is 120, the
    /// variance 10,200, so the shape is 1.412; with one more case of weight 100 they are 220 and 20,200, and the shape 2.396.
    #[test]
    fn weights_add_up() {
        let count = Count::of(&[
            Group { pairs: 100_000.0, answers: 1_000.0, cases: 1.0 },
            Group { pairs: 10_000.0, answers: 1_000.0, cases: 2.0 },
        ]);
        near(count.value, 120.0, 1e-9);
        let cubed = |root: f64| root * root * root;
        near(count.low, 120.0 * cubed(1.0 - 0.0787 - 0.5498), 1.5);
        near(count.high, 220.0 * cubed(1.0 - 0.0464 + 0.4221), 3.0);
    }

    #[test]
    fn a_stratum_without_answers_is_a_part_of_the_one_before() {
        let stratum = |pairs, same| Stratum { pairs, same, ..Stratum::default() };
        let strata = [stratum(5, 0), stratum(10, 2), stratum(20, 0), stratum(40, 1), stratum(80, 0)];
        let found: Vec<(f64, f64)> = groups(strata.iter()).iter().map(|group| (group.pairs, group.answers)).collect();
        assert_eq!(found, [(35.0, 2.0), (120.0, 1.0)]);
        assert_eq!(groups([stratum(5, 0), stratum(7, 0)].iter()), []);
    }
}
