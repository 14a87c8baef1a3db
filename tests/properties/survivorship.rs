//! Values survive as the oracle says, whatever the rules, and however a run is divided.

use onefold_tests::oracle;
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::settings::Settings;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::data::{any_rows, cases, publish_in_two};

const OF_ANY: [&str; 4] = ["latest", "oldest", "trusted", "most_frequent"];
const OF_TEXT: [&str; 5] = ["latest", "oldest", "trusted", "most_frequent", "longest"];
const OF_NUMBERS: [&str; 6] = ["latest", "oldest", "trusted", "most_frequent", "min", "max"];

fn any_rules() -> impl Strategy<Value = Settings> {
    let texts =
        ["given_name", "family_name", "email", "phone_number", "gender", "address.country", "attributes.device"];
    let of_texts = texts.map(|field| select(&OF_TEXT[..]).prop_map(move |rule| (field, rule)));
    let of_numbers = ["birthdate", "salary"].map(|field| select(&OF_NUMBERS[..]).prop_map(move |rule| (field, rule)));
    let of_location = select(&OF_ANY[..]).prop_map(|rule| ("location", rule));
    let rules = (of_texts.to_vec(), of_numbers.to_vec(), of_location, any::<[bool; 10]>());
    let units = vec!["address.locality", "address.postal_code", "location", "salary", "given_name", "family_name"];
    let of_moving = vec![
        "address.street_address",
        "address.locality",
        "address.postal_code",
        "address.country",
        "location",
        "salary",
        "gender",
    ];
    let of_address = OF_TEXT.into_iter().chain(["most_complete"]).collect::<Vec<_>>();
    let unit = prop_oneof![
        Just(None),
        select(of_address).prop_map(|rule| Some((vec!["address", "location"], rule))),
        (subsequence(units, 1..5), select(&OF_ANY[..])).prop_map(Some),
        (subsequence(of_moving, 2..7), Just("most_complete")).prop_map(Some),
    ];
    (rules, unit, select(&OF_ANY[..])).prop_map(|((texts, numbers, location, is_set), unit, default)| {
        let fields = unit.as_ref().map_or(vec!["address", "location"], |(fields, _)| fields.clone());
        let in_unit = |field: &str| {
            let of_address = field.starts_with("address.") && fields.contains(&"address");
            of_address || fields.contains(&field)
        };
        let all = texts.into_iter().chain(numbers).chain([location]).zip(is_set);
        let survive = all.filter(|((field, _), is_set)| *is_set && !in_unit(field)).map(|(rule, _)| rule).collect();
        Settings { survive, unit, survive_default: default, ..Settings::default() }
    })
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn values_survive_as_the_oracle_says(
        rows in any_rows(40),
        settings in any_rules(),
        cut in 0.0..1.0,
        (partitions, max_accounts_per_key) in (1u32..4, 2usize..8),
    ) {
        let settings = Settings { max_accounts_per_key, ..settings };
        let knobs = Knobs { partitions, ..Knobs::default() };
        let version = publish_in_two(&mut Pipeline::new(&settings), &rows, cut, &knobs);
        prop_assert_eq!(version.values(), oracle::customers(&rows, &settings));
    }
}
