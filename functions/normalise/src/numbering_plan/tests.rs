use proptest::prelude::*;
use rlibphonenumber::{PHONE_NUMBER_UTIL as LIBRARY, PhoneNumberFormat, Region};

use super::*;

fn names() -> Vec<String> {
    TABLE.plans.iter().map(|plan| plan.name().to_owned()).collect()
}

/// What the library makes of a text, without Argentina's `9`.
fn library(text: &str, region: Option<&str>) -> Option<String> {
    let region = region.map(|region| region.parse::<Region>().unwrap());
    let number = LIBRARY.parse(text, region).ok().filter(|number| LIBRARY.is_valid_number(number))?;
    Some(LIBRARY.format(&number, PhoneNumberFormat::E164).into_owned())
}

fn written(found: Found<'_>) -> Option<Option<String>> {
    match found {
        Found::Number(number) => Some(Some(["+", number.code, std::str::from_utf8(number.national).unwrap()].concat())),
        Found::Nothing => Some(None),
        Found::Unsure => None,
    }
}

#[test]
fn the_table_has_the_countries_of_the_library() {
    let mut known: Vec<i32> = LIBRARY.get_supported_calling_codes().collect();
    let global: Vec<i32> = LIBRARY.get_supported_global_network_calling_codes().collect();
    known.retain(|code| !global.contains(code));
    known.sort_unstable();
    known.dedup();
    let codes: Vec<i32> = TABLE.codes.iter().map(|code| TABLE.plans[code.lines.start].code.parse().unwrap()).collect();
    assert_eq!(codes, known);
    assert_eq!(names().len(), LIBRARY.get_supported_regions().count());
    for plan in &TABLE.plans {
        let of_name = of_country(plan.name()).unwrap();
        assert_eq!((of_name.name, of_name.code), (plan.name, plan.code));
        let region: Region = plan.name().parse().unwrap();
        assert_eq!(LIBRARY.get_country_code_for_region(region), plan.code.parse().ok());
        assert_eq!(super::super::calling_code(plan.name()), Some(plan.code));
    }
    assert!(of_country("XX").is_none() && of_country("").is_none() && of_country("DEU").is_none());
}

/// Checks numbers that begin as the library's examples of all types of all countries do, and have other digits behind.
#[test]
fn the_plans_say_of_numbers_like_the_librarys_examples_what_it_says() {
    use rlibphonenumber::PhoneNumberType as Type;
    let types = [Type::FixedLine, Type::Mobile, Type::TollFree, Type::PremiumRate, Type::VoIP, Type::UAN, Type::Pager];
    let mut decided = 0;
    let mut random = 7u64;
    for (plan, kind) in TABLE.plans.iter().flat_map(|plan| types.map(|kind| (plan, kind))) {
        let region: Region = plan.name().parse().unwrap();
        let Ok(example) = LIBRARY.get_example_number_for_type_and_region(region, kind) else { continue };
        let example = LIBRARY.format(&example, PhoneNumberFormat::E164).into_owned();
        let example = &example[1 + plan.code.len()..];
        for _ in 0..8 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let kept = (random >> 33) as usize % (example.len() + 1);
            let digits: String = example
                .chars()
                .enumerate()
                .map(
                    |(place, digit)| {
                        if place < kept { digit } else { char::from(b'0' + (random >> (place * 3)) as u8 % 10) }
                    },
                )
                .collect();
            decided += usize::from(agrees(plan, &digits));
        }
    }
    assert!(decided > 5000, "{decided}");
}

/// Asserts that the plan and the library agree on digits with and without the calling code; false if the plan is unsure.
fn agrees(plan: &Plan, digits: &str) -> bool {
    let abroad = [plan.code, digits].concat();
    let mut is_sure = true;
    let text = ["+", &abroad].concat();
    match written(international(abroad.as_bytes())) {
        Some(found) if !plan.has_mobile_mark() => assert_eq!(found, library(&text, None), "{text}"),
        Some(_) => {}
        None => is_sure = false,
    }
    if digits.starts_with("00") || digits.starts_with(plan.code) || plan.has_mobile_mark() {
        return is_sure;
    }
    match written(plan.national(digits.as_bytes())) {
        Some(found) => assert_eq!(found, library(digits, Some(plan.name())), "{digits} in {}", plan.name()),
        None => is_sure = false,
    }
    is_sure
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn the_plans_say_what_the_library_says(
        country in prop::sample::select(names()),
        digits in "[0-9]{3,14}",
        trunk in "0|1|8|06|",
    ) {
        let plan = of_country(&country).unwrap();
        agrees(plan, &digits);
        agrees(plan, &[trunk.as_str(), &digits].concat());
    }
}

#[test]
fn people_write_other_digits_before_mobile_numbers_of_mexico_and_argentina() {
    for text in ["5215512345678", "525512345678", "520445512345678", "52015512345678", "520455512345678"] {
        let found = written(international(text.as_bytes())).unwrap().unwrap();
        assert!(found.starts_with("+525512345678"), "{text}: {found}");
        assert_eq!(found.len(), 13);
    }
    let plan = of_country("AR").unwrap();
    assert_eq!(plan.canonical_of(b"91123456788").national, b"1123456788");
    assert_eq!(plan.canonical_of(b"1123456788").national, b"1123456788");
}

#[test]
fn numbers_have_the_lengths_of_their_plans() {
    let lengths =
        |country: &str| (1..20).filter(|digits| of_country(country).unwrap().can_have(*digits)).collect::<Vec<_>>();
    // Canada has numbers as short as 310 1234.
    assert_eq!(lengths("US"), [7, 10]);
    assert_eq!(lengths("FR"), [9]);
    assert_eq!(lengths("DE"), (4..=15).collect::<Vec<_>>());
}

#[test]
fn a_zero_is_cut_where_no_other_prefix_begins_with_it() {
    for (pattern, expected) in [
        ("0", true),
        ("0|180020", true),
        ("(183[12])|0", true),
        ("([24-9]\\d{6})$|0", true),
        ("([25-9]\\d{5})$|0|180020", true),
        ("0|80?", true),
        ("", false),
        ("8", false),
        ("([2-9]\\d{6})$|1", false),
        ("(?:0|90)(?:1)?", false),
        ("(000[2569]\\d{4,6})$|(?:(?:003768)0?)|0", false),
        ("0([3579]|4(?:[14]4|56))?", false),
    ] {
        let trunk = trunk(pattern);
        assert_eq!(matches!(trunk, Trunk::Digits("0") | Trunk::ZeroOr(_)), expected, "{pattern}");
    }
}
