use super::*;

/// The same in plain words: probabilities are multiplied, and each class is counted anew for each field.
mod naive {
    use super::super::{Field, Pairs, Relatives};

    pub struct Class {
        pub pairs: f64,
        pub by_field: Vec<Vec<f64>>,
    }

    fn product(class: &Class, pattern: &[u8]) -> f64 {
        let mut product = class.pairs;
        for (field, level) in pattern.iter().enumerate() {
            if *level > 0 {
                product *= class.by_field[field][*level as usize];
            }
        }
        product
    }

    /// How many pairs of a class have each level of a field.
    fn counted(pairs: &Pairs, shares: &[f64], field: usize) -> Vec<f64> {
        let fields = pairs.fields.len();
        let mut counted = vec![0.0; 24];
        for (place, share) in shares.iter().enumerate() {
            let level = pairs.levels[place * fields + field] as usize;
            if level > 0 {
                counted[level] += pairs.pairs[place] * share;
            }
        }
        counted
    }

    fn learnt(field: &Field, mut counted: Vec<f64>, prior: &[f64], weight: f64) -> Vec<f64> {
        let equal: f64 = counted[8..].iter().sum();
        for class in 0..16 {
            counted[8 + class] = equal * field.frequencies[class];
        }
        let known: f64 = counted.iter().sum();
        (0..24).map(|level| (counted[level] + weight * prior[level]) / (known + weight)).collect()
    }

    pub fn learn(pairs: &Pairs) -> [Class; 3] {
        let fields = pairs.fields.len();
        let normal = |numbers: Vec<f64>| -> Vec<f64> {
            let sum: f64 = numbers.iter().sum();
            numbers.into_iter().map(|number| number / sum).collect()
        };
        let of = |number: f64, by_field: Vec<Vec<f64>>| Class { pairs: number, by_field };
        let u: Vec<Vec<f64>> = pairs.fields.iter().map(|field| normal(field.totals[..24].to_vec())).collect();
        let m = pairs.fields.iter().map(|field| field.m[..24].to_vec()).collect();
        // Levels 8 and above are those of equal values.
        let as_strangers = |field: &Field, u: &[f64], equal: f64| -> Vec<f64> {
            let twins = |level: usize| if level < 8 { 0.0 } else { equal * field.frequencies[level - 8] };
            (0..24).map(|level| (1.0 - equal) * u[level] + twins(level)).collect()
        };
        let first = |(field, u): (&Field, &Vec<f64>)| match &field.relatives {
            Relatives::Learnt(prior) => prior[..24].to_vec(),
            Relatives::Strangers { equal } => as_strangers(field, u, *equal),
        };
        let r = pairs.fields.iter().zip(&u).map(first).collect();
        let mut shares: Vec<f64> = pairs
            .fields
            .iter()
            .map(|field| match &field.relatives {
                Relatives::Learnt(_) => 0.0,
                Relatives::Strangers { equal } => *equal,
            })
            .collect();
        let mut one = of(pairs.matches, m);
        let mut related = of(pairs.relatives, r);
        let mut strangers = of(pairs.space - pairs.matches - pairs.relatives, u);
        for iteration in 1..=60 {
            let odds: Vec<[f64; 3]> = (0..pairs.pairs.len())
                .map(|place| &pairs.levels[place * fields..(place + 1) * fields])
                .map(|pattern| [&one, &related, &strangers].map(|class| product(class, pattern)))
                .collect();
            let share = |class: usize| -> Vec<f64> {
                odds.iter().map(|odds| odds[class] / (odds[0] + odds[1] + odds[2])).collect()
            };
            let (of_one, of_related) = (share(0), share(1));
            let pairs_of = |shares: &[f64]| -> f64 { shares.iter().zip(&pairs.pairs).map(|(a, b)| a * b).sum() };
            one.pairs = pairs_of(&of_one);
            related.pairs = pairs_of(&of_related);
            strangers.pairs = pairs.space - one.pairs - related.pairs;
            for (place, field) in pairs.fields.iter().enumerate() {
                let counted_one = counted(pairs, &of_one, place);
                let mut m = learnt(field, counted_one.clone(), &field.m[..24], 100.0);
                m[1] = m[1].min(field.differ_most).max(0.002);
                one.by_field[place] = normal(m);
                if let Relatives::Learnt(prior) = &field.relatives {
                    let counted_related = counted(pairs, &of_related, place);
                    related.by_field[place] = learnt(field, counted_related, &prior[..24], 100.0);
                }
                if let Relatives::Strangers { equal } = field.relatives {
                    let counted_related = counted(pairs, &of_related, place);
                    let u = &strangers.by_field[place];
                    // How many of those with this level are equal, and not by chance.
                    let twins = |level: usize| {
                        let (twin, other) =
                            (shares[place] * field.frequencies[level - 8], (1.0 - shares[place]) * u[level]);
                        if twin > 0.0 { counted_related[level] * twin / (twin + other) } else { 0.0 }
                    };
                    let expected: f64 = (8..24).map(twins).sum();
                    let learnt = (expected + 100.0 * equal) / (counted_related.iter().sum::<f64>() + 100.0);
                    shares[place] = learnt.max(equal);
                }
                if iteration > 5 {
                    let left =
                        |level: usize| f64::max(field.totals[level] - counted_one[level], field.totals[level] / 20.0);
                    strangers.by_field[place] = normal((0..24).map(left).collect());
                }
                if let Relatives::Strangers { .. } = field.relatives {
                    related.by_field[place] = as_strangers(field, &strangers.by_field[place], shares[place]);
                }
            }
        }
        [one, related, strangers]
    }
}

fn by_level(levels: &[(usize, f64)]) -> ByLevel {
    let mut by_level = [0.0; 32];
    levels.iter().for_each(|(level, number)| by_level[*level] = *number);
    by_level
}

/// A set of 2,000 accounts with three fields.
fn example() -> Pairs {
    let mut frequencies = [0.0; FREQUENCIES];
    (frequencies[0], frequencies[1], frequencies[3]) = (0.5, 0.3, 0.2);
    let field = |relatives| Field {
        totals: by_level(&[(1, 1_990_000.0), (2, 4_000.0), (9, 500.0), (11, 2_000.0)]),
        frequencies,
        m: by_level(&[(1, 0.1), (2, 0.1), (8, 0.4), (9, 0.24), (11, 0.16)]),
        relatives,
        is_learnt: true,
        differ_most: 0.2,
    };
    let shared = by_level(&[(1, 0.1), (2, 0.1), (8, 0.4), (9, 0.24), (11, 0.16)]);
    let patterns: [([u8; 3], f64); 9] = [
        ([9, 9, 9], 300.0),
        ([9, 11, 2], 80.0),
        ([2, 9, 9], 60.0),
        ([1, 9, 11], 150.0),
        ([11, 1, 1], 1_500.0),
        ([1, 11, 1], 1_700.0),
        ([1, 2, 0], 900.0),
        ([0, 9, 1], 40.0),
        ([1, 1, 9], 20.0),
    ];
    Pairs {
        space: 1_999_000.0,
        fields: vec![
            field(Relatives::Strangers { equal: 0.01 }),
            field(Relatives::Learnt(Box::new(shared))),
            field(Relatives::Learnt(Box::new(shared))),
        ],
        levels: patterns.iter().flat_map(|(pattern, _)| *pattern).collect(),
        pairs: patterns.iter().map(|(_, pairs)| *pairs).collect(),
        matches: 400.0,
        relatives: 100.0,
    }
}

#[test]
fn a_naive_computation_gives_the_same() {
    let pairs = example();
    let learnt = learn(&pairs);
    let [one, related, strangers] = naive::learn(&pairs);
    let near = |a: f64, b: f64| assert!((a - b).abs() <= 1e-9 * a.abs().max(1e-9), "{a} {b}");
    near(learnt.matches, one.pairs);
    near(learnt.relatives, related.pairs);
    for (place, field) in learnt.fields.iter().enumerate() {
        for level in 1..LEVELS {
            near(field.m[level], one.by_field[place][level]);
            near(field.r[level], related.by_field[place][level]);
            near(field.u[level], strangers.by_field[place][level]);
        }
    }
    assert!(learnt.matches > 300.0 && learnt.relatives > 50.0, "{learnt:?}");
}

#[test]
fn pairs_are_dealt_out_and_none_is_lost() {
    let pairs = example();
    let learnt = learn(&pairs);
    let expected = expect(&pairs, &learnt);
    let all: f64 = pairs.pairs.iter().sum();
    assert!(expected.matches.pairs + expected.relatives.pairs < all);
    for field in 0..pairs.fields.len() {
        for class in [&expected.matches, &expected.relatives] {
            let sum: f64 = class.levels[field].iter().sum();
            assert!((sum - class.pairs).abs() < 1e-9 * class.pairs);
        }
        for probabilities in [&learnt.fields[field].m, &learnt.fields[field].r, &learnt.fields[field].u] {
            assert!((probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }
}

#[test]
fn what_is_not_learnt_stays() {
    let mut pairs = example();
    pairs.fields[1].is_learnt = false;
    let learnt = learn(&pairs);
    assert_eq!(learnt.fields[1].m, pairs.fields[1].m);
    assert_eq!(learnt.fields[1].r, start(&pairs).fields[1].r);
    assert_ne!(learnt.fields[2].m, pairs.fields[2].m);
}

/// Any other machine must give these bits.
#[test]
fn the_bits_are_frozen() {
    let learnt = learn(&example());
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    for field in &learnt.fields {
        for number in field.m.iter().chain(&field.r).chain(&field.u).chain(&field.left) {
            hash.update(&number.to_bits().to_le_bytes());
        }
    }
    let (matches, relatives) = (learnt.matches.to_bits(), learnt.relatives.to_bits());
    assert_eq!(
        (matches, relatives, hash.digest()),
        (4_647_178_334_433_419_662, 4_637_516_820_653_979_165, 8_874_658_671_679_400_084)
    );
}
