use super::*;

fn linked(pairs: u64, same: u64, different: u64) -> Stratum {
    Stratum { pairs, is_linked: true, same, different }
}

fn other(pairs: u64, same: u64, different: u64) -> Stratum {
    Stratum { pairs, is_linked: false, same, different }
}

fn near(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within, "{found} is not {expected}");
}

/// By hand. Wrong: 50/10·2 + 0 = 10 of 1,050 links. Missed: 2,000/20·1 = 100 beside 1,040 right links.
#[test]
fn shares_are_those_of_weighted_answers() {
    let found = measured(&[other(2_000, 1, 19), linked(50, 8, 2), linked(1_000, 25, 0)]);
    let (precision, recall) = (found.precision.unwrap(), found.recall.unwrap());
    near(precision.value, 1.0 - 10.0 / 1_050.0, 1e-12);
    near(recall.value, 1_040.0 / 1_140.0, 1e-12);
    assert!(precision.low < precision.value && precision.value < precision.high, "{precision:?}");
    assert!(recall.low < recall.value && recall.value < recall.high, "{recall:?}");
}

/// 100 answers without a fault: at most 3.7 of 100 are wrong.
#[test]
fn no_fault_among_the_answers_has_a_limit() {
    let precision = measured(&[linked(100_000, 100, 0)]).precision.unwrap();
    assert_eq!((precision.value, precision.high), (1.0, 1.0));
    near(precision.low, 1.0 - 0.0369, 0.0005);
    assert!((95..=105).contains(&precision.answers_to_halve), "{precision:?}");
}

#[test]
fn with_cases_four_times_the_answers_halve_the_interval() {
    let precision = measured(&[linked(10_000_000, 900, 100)]).precision.unwrap();
    assert!((2_500..=3_200).contains(&precision.answers_to_halve), "{precision:?}");
    let among_others = measured(&[other(10_000_000, 0, 1_000), linked(10_000_000, 900, 100)]).precision.unwrap();
    let twice = 2 * precision.answers_to_halve;
    assert!(
        among_others.answers_to_halve.abs_diff(twice) <= 2,
        "half of the answers are not about links: {among_others:?}"
    );
}

#[test]
fn all_pairs_answered_leave_no_doubt() {
    let found = measured(&[other(30, 3, 27), linked(40, 38, 2)]);
    let sure = |value| Estimate { value, low: value, high: value, answers_to_halve: 0 };
    assert_eq!(found.precision, Some(sure(0.95)));
    let recall = found.recall.unwrap();
    near(recall.value, 38.0 / 41.0, 1e-12);
    near(recall.low, recall.high, 1e-12);
    assert_eq!(recall.answers_to_halve, 0);
    let few = measured(&[linked(40, 19, 1)]).precision.unwrap();
    assert!(few.answers_to_halve > 0 && few.answers_to_halve <= 20, "there are 20 more: {few:?}");
}

#[test]
fn without_answers_nothing_is_measured() {
    assert_eq!(measured(&[]), Measured::default());
    assert_eq!(measured(&[other(10, 3, 4), linked(10, 0, 0)]), Measured::default());
    let found = measured(&[other(10, 0, 0), linked(10, 3, 0)]);
    assert!(found.precision.is_some() && found.recall.is_none());
    let wrong = measured(&[other(10, 0, 4), linked(10, 0, 10)]);
    assert_eq!((wrong.precision.map(|precision| precision.value), wrong.recall), (Some(0.0), None));
}

/// A stream of numbers that are as good as random (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators").
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (number ^ (number >> 31)) % bound
    }
}

/// A stratum of a population: all its pairs, and how many are one person's.
#[derive(Clone, Copy)]
struct Truth {
    bits: i32,
    pairs: u64,
    same: u64,
}

/// Strata by whole bits from −10 to 19. `error` is how many bits the model is too sure of itself, or less sure than it should be.
fn population(size: f64, error: f64) -> Vec<Truth> {
    let stratum = |bits: i32| {
        let middle = f64::from(bits) + 0.5;
        // Many strangers far below, most links far above, and little between.
        let pairs = size * (2.0_f64.powf(-0.9 * middle) + 20.0 * 2.0_f64.powf(-(middle - 12.0).powi(2) / 20.0));
        let probability = 1.0 / (1.0 + 2.0_f64.powf(-(middle - error)));
        let pairs = pairs.round().max(1.0);
        Truth { bits, pairs: pairs as u64, same: (pairs * probability).round() as u64 }
    };
    (-10..20).map(stratum).collect()
}

/// The first `answers` pairs of the order, drawn without replacement and answered truly.
fn answered(population: &[Truth], answers: usize, numbers: &mut Numbers) -> Vec<Stratum> {
    let asked: Vec<AskedStratum> = population
        .iter()
        .map(|truth| AskedStratum {
            pairs: truth.pairs,
            is_linked: truth.bits >= 0,
            expected: 1.0 / (1.0 + 2.0_f64.powf(-f64::from(truth.bits) - 0.5)),
            drawn: truth.pairs.min(500) as usize,
        })
        .collect();
    let order = asking_order(&asked);
    let first = order.iter().min().copied().unwrap_or_default();
    let mut strata: Vec<Stratum> = asked
        .iter()
        .map(|asked| Stratum { pairs: asked.pairs, is_linked: asked.is_linked, ..Stratum::default() })
        .collect();
    for number in order.into_iter().take(answers) {
        let (truth, stratum) = (population[number], &mut strata[number]);
        let left = truth.pairs - stratum.same - stratum.different;
        let is_same = numbers.below(left) < truth.same - stratum.same;
        if is_same { stratum.same += 1 } else { stratum.different += 1 }
    }
    strata.split_off(first)
}

/// Of 400 samples, in how many the limits of precision and of recall hold the truth.
fn coverage(population: &[Truth], answers: usize) -> [f64; 2] {
    let sum = |from: i32, of: fn(&Truth) -> u64| {
        population.iter().filter(|truth| truth.bits >= from).map(of).sum::<u64>() as f64
    };
    let mut numbers = Numbers(answers as u64);
    let mut held = [0; 2];
    for _ in 0..400 {
        let strata = answered(population, answers, &mut numbers);
        let from = 20 - strata.len() as i32;
        let right = sum(0, |truth| truth.same);
        let truths = [right / sum(0, |truth| truth.pairs), right / sum(from, |truth| truth.same)];
        let found = Sides::new(&strata).map(|sides| [sides.precision(), sides.recall()]);
        for (held, (truth, found)) in held.iter_mut().zip(truths.into_iter().zip(found.into_iter().flatten())) {
            *held += usize::from(found.is_some_and(|[_, low, high]| low <= truth && truth <= high));
        }
    }
    held.map(|held| held as f64 / 400.0)
}

/// 95 of 100 intervals are to hold the truth: with few answers and many, with next to no wrong link, and with a model that is
/// far off.
#[test]
fn intervals_hold_the_truth_as_often_as_they_say() {
    for (size, error) in [(1.0, 0.0), (30.0, 3.0), (30.0, -3.0), (2_000.0, 1.0)] {
        let population = population(size, error);
        for answers in [40, 100, 300] {
            let [precision, recall] = coverage(&population, answers);
            assert!(precision >= 0.94 && recall >= 0.94, "{size} {error} {answers}: {precision} {recall}");
        }
    }
}
