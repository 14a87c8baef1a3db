use onefold_lake::data::asked::AskedPair;
use onefold_scoring::counts::Histogram;
use onefold_scoring::weights::{BIT, Weights};
use onefold_scoring::{EQUAL, FieldKind, Pattern, ScoredField};

use super::*;

fn node(number: u128) -> Node {
    Node::from_bits(number)
}

/// Accounts `a:<number>`, each with its customer and the customer's size.
fn placed(accounts: &[(u128, &str, u64)]) -> BTreeMap<Node, PlacedAccount> {
    let of = |(number, customer, accounts): &(u128, &str, u64)| PlacedAccount {
        node: node(*number),
        account: format!("a:{number}"),
        customer_id: (*customer).to_owned(),
        accounts: *accounts,
    };
    accounts.iter().map(|account| (node(account.0), of(account))).collect()
}

fn asked(left: u128, right: u128, bits: i32, reasons: u8) -> AskedPair {
    let pattern = Pattern::default().with(0, EQUAL);
    AskedPair { accounts: [node(left), node(right)], pattern, score: bits * BIT as i32, reasons }
}

fn pair(left: u128, right: u128) -> Pair {
    [format!("a:{left}"), format!("a:{right}")]
}

fn fields() -> ScoredFields {
    let field = |(kind, name)| ScoredField { kind, name };
    ScoredFields::new([(FieldKind::Email, "email"), (FieldKind::Phone, "phone_number")].map(field).into())
}

#[test]
fn doubtful_pairs_of_two_customers_are_asked_about() {
    let placed = placed(&[(1, "x", 2), (2, "x", 2), (3, "y", 2), (4, "z", 1), (5, "z", 1), (10, "w", 1)]);
    let pairs = [
        asked(10, 1, -1, DOUBTFUL),
        asked(2, 3, -1, DOUBTFUL),
        asked(1, 3, -2, DOUBTFUL),
        asked(4, 5, -1, DOUBTFUL),
        asked(3, 4, -1, SAMPLED),
    ];
    let pairs = placed_pairs(pairs.to_vec(), &placed).unwrap();
    let found = queue(Vec::new(), &pairs, &Pairs::default(), &fields());
    let accounts: Vec<&Pair> = found.iter().map(|question| &question.accounts).collect();
    assert_eq!(accounts, [&pair(2, 3), &pair(1, 10)], "customers once each, the more accounts the better");
    let first = &found[0];
    assert_eq!((first.bits, first.group_bits, first.pairs), (Some(-1.0), Some(-2.0), 4));
    assert_eq!((first.gain, first.customers.clone()), (0.8, ["x", "y"].map(str::to_owned)));
    assert_eq!(first.levels, BTreeMap::from([("email".to_owned(), EQUAL)]), "what both have");
}

#[test]
fn what_is_answered_is_not_asked_again() {
    let placed = placed(&[(1, "x", 2), (2, "x", 2), (3, "y", 1), (4, "z", 1)]);
    let pairs = [asked(1, 3, -1, DOUBTFUL | LABELLED), asked(2, 3, -1, DOUBTFUL), asked(3, 4, -1, DOUBTFUL)];
    let pairs = placed_pairs(pairs.to_vec(), &placed).unwrap();
    let open = |corrections: &Pairs| {
        let found = queue(Vec::new(), &pairs, corrections, &fields());
        found.into_iter().map(|question| question.accounts).collect::<Vec<_>>()
    };
    assert_eq!(open(&Pairs::default()), [pair(1, 3), pair(3, 4)]);
    let never = Pairs { never: [pair(1, 3)].into(), ..Pairs::default() };
    assert_eq!(open(&never), [pair(3, 4)], "the two customers stay two, whichever accounts one asks about");
    let skipped = Pairs { skipped: [pair(3, 4)].into(), ..Pairs::default() };
    assert_eq!(open(&skipped), [pair(1, 3)]);
}

#[test]
fn a_pair_of_an_unknown_account_is_an_error() {
    let placed = placed(&[(1, "x", 1)]);
    let error = placed_pairs(vec![asked(1, 2, 0, SAMPLED)], &placed).unwrap_err();
    assert!(error.text().contains("asks about 1 pairs of accounts, and Merge knows the accounts of 0"));
}

#[test]
fn the_sample_comes_by_strata_and_hashes() {
    let weights = Weights { strangers_prior: 0, relatives_prior: 0, fields: Vec::new() };
    let draw = Draw::new(&weights, &Histogram::default(), 0, 0.5);
    let accounts: Vec<(u128, &str, u64)> = (0..40).map(|number| (number, "x", 40)).collect();
    let placed = placed(&accounts);
    let drawn: Vec<AskedPair> =
        (0..20).map(|number| asked(number, number + 20, (number % 2) as i32 * 3, SAMPLED)).collect();
    let pairs = placed_pairs(drawn, &placed).unwrap();
    let found = sample(&pairs, &draw, &fields());
    let hash = |line: &SampledPair| {
        let number = |reference: &String| node(reference[2..].parse().unwrap());
        (line.stratum, pair_hash([number(&line.accounts[0]), number(&line.accounts[1])]))
    };
    assert!(found.len() == 20 && found.iter().map(hash).is_sorted());
    let strata = strata(&draw, &found);
    let of = |bits: f64| strata.strata.iter().find(|stratum| stratum.from == bits).unwrap().sampled;
    assert_eq!((of(0.0), of(3.0), of(2.0), strata.threshold, strata.missed), (10, 10, 0, 0.0, 0.5));
}
