//! Conditions and guards decide as the oracle does, whatever is drawn, and however a run is divided.

use onefold_tests::oracle;
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::row::SOURCES;
use onefold_tests::settings::Settings;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::data::{any_customer_limits, any_rows, any_source_limits, cases, publish_in_two};

pub fn any_settings() -> impl Strategy<Value = Settings> {
    let rules = vec![vec!["email"], vec!["phone_number"], vec!["family_name"], vec!["family_name", "birthdate"]];
    let fields = select(&["given_name", "birthdate", "address.country", "email"][..]);
    let conditions = proptest::collection::vec((0usize..4, select(&["if_agree", "unless_differ"][..]), fields), 0..4);
    let limits = (
        2usize..7,
        proptest::collection::vec((0usize..4, 2usize..7), 0..3),
        proptest::option::weighted(0.3, 0.05..0.5),
    );
    let names = (
        proptest::option::weighted(0.3, 1usize..3),
        proptest::option::weighted(0.3, any_source_limits()),
        proptest::option::weighted(0.3, (0usize..4, subsequence(SOURCES.to_vec(), 2..=3))),
        proptest::collection::vec(0usize..4, 0..2),
    );
    let blocked_emails = subsequence(vec!["bob@x.de", "anna@gmail.com", "noreply@x.de"], 0..3);
    let customers = (any_customer_limits(), names);
    (subsequence(rules, 2..=4), conditions, limits, blocked_emails, customers).prop_map(
        |(rules, mut conditions, limits, blocked_emails, (customers, (alike, per_source, between, exact)))| {
            let count = rules.len();
            conditions.retain(|(rule, ..)| *rule < count);
            conditions.sort();
            conditions.dedup();
            Settings {
                rules,
                conditions,
                max_accounts_per_key: limits.0,
                own_limits: limits.1.into_iter().filter(|(rule, _)| *rule < count).collect(),
                max_share_per_key: limits.2,
                blocked_emails,
                max_accounts_per_customer: customers.0,
                max_distinct: customers.1,
                max_distinct_alike: alike,
                max_per_source: per_source.unwrap_or_default(),
                between: between.into_iter().filter(|(rule, _)| *rule < count).collect(),
                exact,
                ..Settings::default()
            }
        },
    )
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn conditions_and_guards_are_those_of_the_oracle(
        rows in any_rows(40),
        settings in any_settings(),
        cut in 0.0..1.0,
        (shards, partitions) in (1u32..4, 1u32..4),
    ) {
        let knobs = Knobs { shards, partitions, ..Knobs::default() };
        let version = publish_in_two(&mut Pipeline::new(&settings), &rows, cut, &knobs);
        prop_assert_eq!(version.values(), oracle::customers(&rows, &settings));
    }
}
