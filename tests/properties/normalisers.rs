//! Normalisers alone, on texts that no row of the other properties has.

use onefold_normalise::{Step, Surroundings};
use onefold_tests::oracle;
use proptest::prelude::*;

use crate::data::cases;

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn digits_of_phone_numbers_agree_with_the_oracle(
        // Calling codes and prefixes of Germany and the United States, and digits that are none.
        value in "[ \u{a0}]?(\\+49|\\+1|\\+ 49 0|0049|001|0|1|49|011|[2-9]|0000|\\+)([-0-9 ()/]|\\(0\\)){0,18}",
        country in proptest::option::of("[DUX][ESX]"),
        region in proptest::option::of("US|XX"),
    ) {
        let surroundings = Surroundings { country: country.as_deref(), region: region.as_deref() };
        let found = Step::Digits.apply(value.as_str().into(), surroundings);
        let expected = oracle::phone_number(&value, country.as_deref().unwrap_or_default(), region.as_deref());
        prop_assert_eq!(found.as_deref(), expected.as_deref());
    }
}
