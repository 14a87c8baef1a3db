//! In which order the pairs of a sample are asked.

/// The least variance of answers that is reckoned with, however sure the model is. It limits how much more an answer about a
/// pair far from the threshold weighs than one near to it.
const VARIANCE_MIN: f64 = 0.01;
/// The greatest share of one person's pairs that may lie in strata that nobody is asked about.
const LEFT_OUT_MAX: f64 = 0.01;

/// A stratum whose pairs can be asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AskedStratum {
    /// All its pairs.
    pub pairs: u64,
    /// Whether they are links.
    pub is_linked: bool,
    /// The share of one person's pairs that the model expects.
    pub expected: f64,
    /// How many of its pairs were drawn.
    pub drawn: usize,
}

/// From which stratum each next pair is to be: for any number of answers, those of this start of the order are a good sample.
/// `strata` are by ascending score. The pairs of a stratum are to be taken in the random order in which they were drawn.
///
/// The order depends on no answer, so every start of it gives unbiased estimates. Half of the pairs are links. Within each
/// half a stratum gets pairs as Neyman says ("On the Two Different Aspects of the Representative Method", 1934): by its number
/// of pairs and the standard deviation that the model expects of the answers. The strata of the least scores are left out as
/// long as the model expects less than 1 % of one person's pairs in them.
pub fn asking_order(strata: &[AskedStratum]) -> Vec<usize> {
    let first = strata.len() - strata.iter().skip(left_out(strata)).count();
    let weight = |stratum: &AskedStratum| {
        let variance = stratum.expected * (1.0 - stratum.expected);
        let least = if stratum.is_linked { VARIANCE_MIN } else { 0.0 };
        stratum.pairs as f64 * variance.max(least).sqrt()
    };
    let total = |is_linked: bool| {
        let side = strata.iter().skip(first).filter(|stratum| stratum.is_linked == is_linked);
        side.map(weight).sum::<f64>()
    };
    let totals = [total(false), total(true)];
    let mut order: Vec<(f64, usize)> = Vec::new();
    for (number, stratum) in strata.iter().enumerate().skip(first) {
        let share = weight(stratum) / totals[usize::from(stratum.is_linked)];
        // As seats are given by Sainte-Laguë: the next is that of the least (n + 1/2) / share.
        let at = |drawn: usize| ((drawn as f64 + 0.5) / share, number);
        order.extend((0..stratum.drawn).filter(|_| share > 0.0).map(at));
    }
    order.sort_by(|(one, first), (other, second)| one.total_cmp(other).then(second.cmp(first)));
    order.into_iter().map(|(_, number)| number).collect()
}

/// How many strata of the least scores hold so few of one person's pairs that they are left out.
fn left_out(strata: &[AskedStratum]) -> usize {
    let expected = |stratum: &AskedStratum| stratum.pairs as f64 * stratum.expected;
    let all: f64 = strata.iter().map(expected).sum();
    let mut below = 0.0;
    let is_negligible = |stratum: &&AskedStratum| {
        below += expected(stratum);
        !stratum.is_linked && below < LEFT_OUT_MAX * all
    };
    strata.iter().take_while(is_negligible).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stratum(pairs: u64, is_linked: bool, expected: f64) -> AskedStratum {
        AskedStratum { pairs, is_linked, expected, drawn: 200 }
    }

    fn counts(order: &[usize], strata: usize) -> Vec<usize> {
        (0..strata).map(|stratum| order.iter().filter(|found| **found == stratum).count()).collect()
    }

    #[test]
    fn every_start_of_the_order_is_spread() {
        let strata = [
            stratum(1_000, false, 0.1),
            stratum(200, false, 0.4),
            stratum(100, true, 0.6),
            stratum(8_000, true, 0.999),
        ];
        let order = asking_order(&strata);
        assert_eq!(order.len(), 800);
        assert_eq!(counts(&order[..40], 4), [15, 5, 1, 19]);
        assert_eq!(counts(&order[..4], 4), [2, 0, 0, 2]);
        assert_eq!(counts(&order[..400], 4), [151, 49, 12, 188]);
    }

    #[test]
    fn where_next_to_nobody_is_expected_nobody_is_asked() {
        let strata = [
            stratum(1_000_000, false, 1e-6),
            stratum(100_000, false, 5e-5),
            stratum(1_000, false, 0.1),
            stratum(1_000, true, 0.9),
        ];
        assert_eq!(counts(&asking_order(&strata), 4), [0, 0, 200, 200]);
        assert_eq!(left_out(&[stratum(10, true, 1e-9), stratum(10, true, 0.9)]), 0, "links are all asked about");
    }

    #[test]
    fn a_stratum_without_pairs_is_passed_over() {
        let none = AskedStratum { drawn: 0, ..stratum(0, true, 0.9) };
        assert_eq!(counts(&asking_order(&[none, stratum(10, true, 0.9)]), 2), [0, 200]);
        assert_eq!(asking_order(&[]), [0; 0]);
        assert_eq!(asking_order(&[none]), [0; 0]);
    }
}
