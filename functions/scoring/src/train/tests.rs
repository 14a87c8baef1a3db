use super::*;
use crate::curve::Curve;
use crate::weights::Weights;
use crate::{DIFFER, FieldKind, Pattern, frequency};

/// Who a made-up account is of, and its values: 0 is none.
struct Row {
    person: u64,
    values: [u64; 4],
}

const KINDS: [(FieldKind, &str); 4] = [
    (FieldKind::GivenName, "given_name"),
    (FieldKind::FamilyName, "family_name"),
    (FieldKind::Birthdate, "birthdate"),
    (FieldKind::Email, "email"),
];

fn fields() -> ScoredFields {
    ScoredFields::new(KINDS.map(|(kind, name)| ScoredField { kind, name }).to_vec())
}

/// A number that looks drawn from 0 to below `of`.
fn drawn(seed: u64, of: u64) -> u64 {
    xxhash_rust::xxh3::xxh3_64(&seed.to_le_bytes()) % of
}

/// Accounts of persons with one to three each; of a tenth of the values, another is written.
fn rows(persons: u64) -> Vec<Row> {
    let mut rows = Vec::new();
    for person in 0..persons {
        let value = |field: u64, of: u64| 1 + drawn(person * 16 + field, of);
        let values = [value(0, 60), value(1, 300), value(2, 20_000), 1 + person];
        for account in 0..=drawn(person * 16 + 5, 3) {
            let seed = (persons + person) * 64 + account * 16;
            let written = std::array::from_fn(|field| match drawn(seed + field as u64, 20) {
                0 => 0,
                1 => 1_000_000 + drawn(seed + field as u64 + 8, 1_000),
                _ => values[field],
            });
            rows.push(Row { person, values: written });
        }
    }
    rows
}

fn accounts_with(rows: &[Row], field: usize, value: u64) -> u64 {
    rows.iter().filter(|row| row.values[field] == value).count() as u64
}

/// What a run counts of rows: every pair is compared.
fn counted(rows: &[Row]) -> (Counts, Histogram, Vec<(Pattern, bool)>) {
    let mut counts = Counts { accounts: rows.len() as u64, fields: vec![FieldCounts::default(); KINDS.len()] };
    let mut classes = vec![[0; KINDS.len()]; rows.len()];
    for (place, field) in counts.fields.iter_mut().enumerate() {
        let mut values: Vec<u64> = rows.iter().map(|row| row.values[place]).filter(|value| *value > 0).collect();
        field.known = values.len() as u64;
        values.sort_unstable();
        values.dedup();
        for value in values {
            let accounts = accounts_with(rows, place, value);
            let class = frequency(accounts);
            field.accounts[usize::from(class)] += accounts;
            field.equal_pairs[usize::from(class)] += u128::from(accounts * (accounts - 1) / 2);
            let with_value = rows.iter().zip(&mut classes).filter(|(row, _)| row.values[place] == value);
            with_value.for_each(|(_, classes)| classes[place] = class);
        }
    }
    let (mut histogram, mut pairs) = (Histogram::default(), Vec::new());
    for (row, classes) in rows.iter().zip(&classes).rev() {
        for other in rows.iter().take_while(|other| !std::ptr::eq(*other, row)) {
            let pattern = (0..KINDS.len()).fold(Pattern::default(), |pattern, field| {
                match (row.values[field], other.values[field]) {
                    (0, _) | (_, 0) => pattern,
                    (one, two) if one == two => pattern.with(field, EQUAL + classes[field]),
                    _ => pattern.with(field, DIFFER),
                }
            });
            counts.add_sample(pattern);
            let agreeing = (0..KINDS.len()).filter(|field| pattern.level(*field) >= EQUAL).count();
            if agreeing > 0 {
                histogram.add(pattern, agreeing as u32, 1);
            }
            pairs.push((pattern, row.person == other.person));
        }
    }
    (counts, histogram, pairs)
}

#[test]
fn persons_are_found_without_labels() {
    let (counts, histogram, pairs) = counted(&rows(400));
    let model = train(&fields(), &counts, &histogram, "2026-01-01");
    let weights = Weights::new(&model, &counts);
    let linked = |right: bool| {
        pairs.iter().filter(|(pattern, one)| *one == right && weights.pair(*pattern).bits() >= 0).count() as f64
    };
    let truly = pairs.iter().filter(|(_, one)| *one).count() as f64;
    assert!(!model.is_prior);
    assert!(linked(true) / truly > 0.95, "{} of {truly}", linked(true));
    assert!(linked(false) / truly < 0.01, "{}", linked(false));
    let expected = model.matches_per_account * counts.accounts as f64;
    assert!((expected / truly - 1.0).abs() < 0.05, "{expected} of {truly}");
    let curve = Curve::new(&weights, &histogram, None);
    let at_even_odds = curve.at(0).unwrap();
    assert_eq!(at_even_odds.links as f64, linked(true) + linked(false));
    assert!((at_even_odds.recall - linked(true) / truly).abs() < 0.03, "{at_even_odds:?}");
}

#[test]
fn the_order_of_adding_up_does_not_matter() {
    let rows = rows(60);
    let (counts, histogram, pairs) = counted(&rows);
    let (mut backwards, mut parts) = (Histogram::default(), Histogram::default());
    for (pattern, pairs) in histogram.iter().collect::<Vec<_>>().into_iter().rev() {
        for (place, pairs) in pairs.into_iter().enumerate() {
            backwards.add(pattern, place as u32 + 1, pairs / 2);
            parts.add(pattern, place as u32 + 1, pairs - pairs / 2);
        }
    }
    backwards.add_all(&parts);
    let mut sample = Counts { fields: counts.fields.iter().map(|_| FieldCounts::default()).collect(), accounts: 0 };
    pairs.iter().for_each(|(pattern, _)| sample.add_sample(*pattern));
    let mut sum = counts.clone();
    sum.fields.iter_mut().for_each(|field| field.sample = [0; 8]);
    sum.add(&sample);
    assert_eq!(sum, counts);
    let model = train(&fields(), &counts, &histogram, "run");
    let again = train(&fields(), &sum, &backwards, "run");
    assert_eq!(model, again);
    let weights = Weights::new(&model, &counts);
    assert_eq!(Weights::new(&again, &sum), weights);
    assert_eq!(Curve::new(&weights, &backwards, None), Curve::new(&weights, &histogram, None));
    assert_eq!(crate::counts::digest(&sum, &backwards), crate::counts::digest(&counts, &histogram));
}

#[test]
fn a_value_that_everybody_has_carries_no_weight() {
    let mut rows = rows(100);
    rows.iter_mut().for_each(|row| row.values[1] = 7);
    let (counts, histogram, _) = counted(&rows);
    let weights = Weights::new(&train(&fields(), &counts, &histogram, "run"), &counts);
    let class = usize::from(EQUAL + frequency(counts.accounts));
    assert_eq!((weights.fields[1].strangers[class], weights.fields[1].relatives[class]), (0, 0));
    let rare = usize::from(EQUAL + 1);
    assert!(weights.fields[3].strangers[rare] > 5 * crate::weights::BIT, "{:?}", weights.fields[3]);
}

#[test]
fn common_values_carry_less_weight() {
    let (counts, histogram, _) = counted(&rows(400));
    let weights = Weights::new(&train(&fields(), &counts, &histogram, "run"), &counts);
    for field in &weights.fields[..3] {
        let equal = &field.strangers[usize::from(EQUAL)..];
        assert!(equal.is_sorted_by(|rarer, commoner| rarer >= commoner), "{equal:?}");
        assert!(equal[1] > field.strangers[usize::from(DIFFER)]);
    }
}

#[test]
fn a_small_set_is_near_the_priors_and_says_so() {
    let (counts, histogram, pairs) = counted(&rows(30));
    let model = train(&fields(), &counts, &histogram, "run");
    assert!(model.is_prior);
    let prior = priors::matches(FieldKind::FamilyName);
    assert!((model.fields[1].m[7] - prior[7]).abs() < 0.1, "{:?}", model.fields[1].m);
    let weights = Weights::new(&model, &counts);
    let wrong = pairs.iter().filter(|(pattern, one)| *one != (weights.pair(*pattern).bits() >= 0)).count();
    let truly = pairs.iter().filter(|(_, one)| *one).count();
    assert!(wrong * 20 <= truly, "{wrong} of {truly}");
}

#[test]
fn nothing_to_learn_from_gives_the_priors() {
    let fields = fields();
    let counts = Counts { accounts: 3, fields: vec![FieldCounts::default(); fields.len()] };
    let model = train(&fields, &counts, &Histogram::default(), "run");
    assert!(model.is_prior);
    assert_eq!(model.matches_per_account, priors::MATCHES_PER_ACCOUNT);
    let weights = Weights::new(&model, &counts);
    assert_eq!(weights.pair(Pattern::default().with(0, EQUAL + 1)).bits(), weights.pair(Pattern::default()).bits());
    let none = ScoredFields::default();
    let empty = train(&none, &Counts::default(), &Histogram::default(), "run");
    assert_eq!(empty.fields, []);
    Weights::new(&empty, &Counts::default());
}

#[test]
fn a_lone_field_of_ones_own_links() {
    let fields = ScoredFields::new(vec![ScoredField { kind: FieldKind::Email, name: "email" }]);
    let mut counts = Counts { accounts: 1_000, fields: vec![FieldCounts::default()] };
    counts.fields[0].known = 1_000;
    counts.fields[0].accounts[..2].copy_from_slice(&[800, 200]);
    counts.fields[0].equal_pairs[1] = 100;
    let mut histogram = Histogram::default();
    histogram.add(Pattern::default().with(0, EQUAL + 1), 1, 100);
    let weights = Weights::new(&train(&fields, &counts, &histogram, "run"), &counts);
    assert!(weights.pair(Pattern::default().with(0, EQUAL + 1)).bits() > 0);
    assert!(weights.pair(Pattern::default().with(0, DIFFER)).bits() < -10 * crate::weights::BIT);
}

/// The same set, twice as large: the model holds, the weights of equal values follow.
#[test]
fn a_pinned_model_scores_a_larger_set_as_its_own() {
    let (small, histogram, _) = counted(&rows(200));
    let pinned = train(&fields(), &small, &histogram, "run");
    let (large, histogram, pairs) = counted(&rows(800));
    let own = Weights::new(&train(&fields(), &large, &histogram, "run"), &large);
    let weights = Weights::new(&pinned, &large);
    let differing =
        pairs.iter().filter(|(pattern, _)| (weights.pair(*pattern).bits() >= 0) != (own.pair(*pattern).bits() >= 0));
    let truly = pairs.iter().filter(|(_, one)| *one).count();
    let differing = differing.count();
    assert!(differing * 50 < truly, "{differing} of {truly}");
}

#[test]
fn a_model_is_read_back_from_json() {
    let (counts, histogram, _) = counted(&rows(100));
    let model = train(&fields(), &counts, &histogram, "run");
    let weights = Weights::new(&model, &counts);
    let curve = Curve::new(&weights, &histogram, None);
    let run = crate::model::RunModel {
        digest: crate::counts::digest(&counts, &histogram),
        passes: vec![crate::model::Pass { name: "email".to_owned(), cap: 50, first_found: 7, is_dropped: true }],
        threshold: curve.threshold(0.99),
        model,
        counts,
        curve,
    };
    let read: crate::model::RunModel = serde_json::from_str(&serde_json::to_string(&run).unwrap()).unwrap();
    assert_eq!(read, run);
    assert_eq!(Weights::new(&read.model, &read.counts), weights);
}

/// Any other machine must give these bits.
#[test]
fn the_bits_are_frozen() {
    let (counts, histogram, _) = counted(&rows(200));
    let model = train(&fields(), &counts, &histogram, "run");
    let weights = Weights::new(&model, &counts);
    let curve = Curve::new(&weights, &histogram, None);
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    let mut number = |number: f64| hash.update(&number.to_bits().to_le_bytes());
    number(model.matches_per_account);
    number(model.relatives_per_account);
    for field in &model.fields {
        let numbers = [&field.m[..], field.r.as_ref().map_or(&[], |r| &r[..]), &field.u, &field.equal_strangers];
        numbers.concat().into_iter().for_each(&mut number);
    }
    number(curve.found);
    number(curve.missed);
    curve.points.iter().flat_map(|point| [point.precision, point.recall]).for_each(&mut number);
    for field in &weights.fields {
        let both = field.strangers.iter().chain(&field.relatives);
        both.for_each(|weight| hash.update(&weight.to_le_bytes()));
    }
    let priors = [weights.strangers_prior, weights.relatives_prior];
    assert_eq!((priors, hash.digest()), ([-8536, 8140], 15_539_365_001_852_068_009));
}

/// Homes of two persons with one surname and one e-mail address; in one of so many, they are twins.
fn homes(homes: u64, homes_per_twins: u64) -> Vec<Row> {
    let mut rows = Vec::new();
    for home in 0..homes {
        for member in 0..2 {
            let person = 2 * home + member;
            let born_of = if home % homes_per_twins == 0 { 2 * home } else { person };
            let given = 1 + (drawn(home, 60) + member * 7) % 60;
            let values = [given, 1 + drawn(home + 5_000, 300), 1 + drawn(born_of + 90_000, 20_000), 1 + home];
            for account in 0..=drawn(person + 7_000, 2) {
                let written = |field: u64| drawn((person * 2 + account) * 8 + field, 20) > 0;
                let values = std::array::from_fn(|field| if written(field as u64) { values[field] } else { 0 });
                rows.push(Row { person, values });
            }
        }
    }
    rows
}

#[test]
fn relatives_and_twins_stay_apart() {
    let (counts, histogram, pairs) = counted(&homes(900, 100));
    let model = train(&fields(), &counts, &histogram, "run");
    let weights = Weights::new(&model, &counts);
    let level = |levels: [u8; 4]| {
        levels.into_iter().enumerate().fold(Pattern::default(), |pattern, (field, level)| pattern.with(field, level))
    };
    let (rare, surname) = (EQUAL + 1, EQUAL + 2);
    assert!(weights.pair(level([DIFFER, surname, DIFFER, rare])).bits() < -3 * crate::weights::BIT);
    let twins = weights.pair(level([DIFFER, surname, rare, rare]));
    assert!(twins.bits() < 0, "{twins:?}");
    assert!(weights.pair(level([EQUAL + 4, surname, rare, rare])).bits() > 3 * crate::weights::BIT);
    let linked =
        |right: bool| pairs.iter().filter(|(pattern, one)| *one == right && weights.pair(*pattern).bits() >= 0).count();
    assert!(linked(false) * 30 < linked(true), "{} of {}", linked(false), linked(true));
}

#[test]
fn many_twins_do_not_teach_that_one_persons_given_names_differ() {
    let (counts, histogram, pairs) = counted(&homes(600, 4));
    let model = train(&fields(), &counts, &histogram, "run");
    let weights = Weights::new(&model, &counts);
    let linked =
        |right: bool| pairs.iter().filter(|(pattern, one)| *one == right && weights.pair(*pattern).bits() >= 0).count();
    assert!(linked(false) * 15 < linked(true), "{} of {}", linked(false), linked(true));
    let twins = model.fields.iter().map(|field| field.equal_relatives).fold(0.0, f64::max);
    assert!((0.1..0.4).contains(&twins), "{twins}");
}
