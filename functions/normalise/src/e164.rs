//! Phone numbers by the numbering plans of their countries.

use std::borrow::Cow;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType};

use super::Surroundings;
use super::numbering_plan::{self, Found, Number, Plan};
use super::phone_text::{Digits, Spelled, Tidy, tidy};
use super::text::has_graphic_ends;

/// The number as ITU-T E.164 writes it: `+`, calling code and national number, and its extension as RFC 3966 does
/// (`;ext=12`). `None` if it is no valid number by libphonenumber's metadata.
///
/// A number without a calling code is one of the account's country, or of the source's region if that is not known. A
/// leading `00` is taken for `+` where the country's own plan makes nothing of it: people write it everywhere. Digits that
/// are a valid number both with and without the country's calling code before them are taken for the shorter one, unless
/// only the longer one is a mobile number. Mexican and Argentinian mobile numbers are without the `1` and the `9` that are
/// or were dialled from abroad.
pub(super) fn e164<'a>(value: Cow<'a, str>, surroundings: Surroundings<'_>) -> Option<Cow<'a, str>> {
    let text = if has_graphic_ends(&value) { &value } else { value.trim() };
    let plan = plan_of(surroundings);
    if let Some(digits) = Digits::of(text) {
        return of_digits(&digits, text, plan).map(|number| number.write(value, ""));
    }
    // libphonenumber's shortest number has two digits. Most of what is none has fewer (digits of other scripts count).
    if text.bytes().filter(u8::is_ascii_digit).nth(1).is_none() && text.is_ascii() {
        return None;
    }
    let (number, extension) = of_tidy(&tidy(text)?, plan)?;
    Some(number.write(value, &extension))
}

/// The plan by which numbers without a calling code are read.
pub(super) fn plan_of(surroundings: Surroundings<'_>) -> Option<&'static Plan> {
    let of = |country: Option<&str>| country.and_then(numbering_plan::of_country);
    of(surroundings.country).or_else(|| of(surroundings.region))
}

pub(super) fn spelled(number: Number<'_>) -> Option<Spelled> {
    Spelled::new(number.code.as_bytes(), number.national)
}

/// The valid number and the extension of a text.
pub(super) fn of_tidy(tidy: &Tidy, plan: Option<&'static Plan>) -> Option<(Spelled, String)> {
    let number = match Digits::of(&tidy.number) {
        Some(digits) => of_digits(&digits, &tidy.number, plan).map(|number| (number, None)),
        None => by_library(&tidy.number, plan).map(|found| (found.number, found.extension)),
    };
    let lettered = || by_library(tidy.lettered.as_deref()?, plan).map(|found| (found.number, found.extension));
    let (number, extension) = number.or_else(lettered)?;
    Some((number, tidy.extension.clone().or(extension).unwrap_or_default()))
}

/// The valid number of digits. The text is what they were read from.
fn of_digits(digits: &Digits, text: &str, plan: Option<&'static Plan>) -> Option<Spelled> {
    let all = digits.all();
    let found = match (digits.has_plus, plan) {
        (true, _) => numbering_plan::international(all),
        (false, Some(plan)) => plan.national(all),
        (false, None) => all.strip_prefix(b"00").map_or(Found::Nothing, numbering_plan::international),
    };
    match found {
        Found::Number(number) => spelled(number),
        Found::Nothing => None,
        Found::Unsure if digits.is_float => in_doubt(std::str::from_utf8(all).ok()?, plan),
        Found::Unsure => in_doubt(text, plan),
    }
}

/// The valid number of a text of digits that can be read in several ways.
#[cold]
pub(super) fn in_doubt(text: &str, plan: Option<&'static Plan>) -> Option<Spelled> {
    let read = by_library(text, plan);
    let digits = Digits::of(text).filter(|digits| !digits.has_plus);
    let all = digits.as_ref().map(Digits::all).unwrap_or_default();
    let called = plan.is_some_and(|plan| all.starts_with(plan.code.as_bytes()));
    let with_plus = || by_library(&["+", std::str::from_utf8(all).ok()?].concat(), None);
    let found = match (read, if called { with_plus() } else { None }) {
        (Some(national), Some(international)) if national.is_mobile && !international.is_mobile => Some(national),
        (_, Some(international)) => Some(international),
        (national, None) => national,
    };
    let of_zeros = || by_library(&["+", std::str::from_utf8(all.strip_prefix(b"00")?).ok()?].concat(), None);
    // Mexico's plan knows what its people write before mobile numbers.
    let of_plan = || match plan.filter(|plan| plan.has_mobile_mark())?.number(all) {
        Found::Number(number) => spelled(number),
        Found::Nothing | Found::Unsure => None,
    };
    found.or_else(of_zeros).map(|found| found.number).or_else(of_plan)
}

/// What libphonenumber reads.
struct Read {
    number: Spelled,
    extension: Option<String>,
    is_mobile: bool,
}

/// The valid number that libphonenumber reads in a text.
fn by_library(text: &str, plan: Option<&Plan>) -> Option<Read> {
    let library = &*PHONE_NUMBER_UTIL;
    let region = plan.and_then(|plan| plan.name().parse().ok());
    let number = library.parse(text, region).ok().filter(|number| library.is_valid_number(number))?;
    let written = library.format(&number, PhoneNumberFormat::E164);
    let digits = written.as_bytes().strip_prefix(b"+")?;
    let spelled = match numbering_plan::of_international(digits) {
        Some((plan, national)) => spelled(plan.canonical_of(national)),
        None => Spelled::new(b"", digits),
    };
    let is_mobile = library.get_number_type(&number) == PhoneNumberType::Mobile;
    Some(Read { number: spelled?, extension: number.extension.clone(), is_mobile })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str, country: Option<&str>, region: Option<&str>) -> Option<String> {
        e164(Cow::Borrowed(value), Surroundings { country, region }).map(Cow::into_owned)
    }

    #[test]
    fn numbers_of_libphonenumbers_own_tests() {
        // phonenumberutil_test.cc, where the number is valid in the real metadata too.
        let cases = [
            ("03-331 6005", "NZ", Some("+6433316005")),
            ("03 331 6005", "NZ", Some("+6433316005")),
            ("tel:03-331-6005;phone-context=+64", "NZ", Some("+6433316005")),
            ("0064 3 331 6005", "NZ", Some("+6433316005")),
            ("01164 3 331 6005", "US", Some("+6433316005")),
            ("+64 3 331 6005", "US", Some("+6433316005")),
            ("+ 64 3 331 6005", "US", Some("+6433316005")),
            ("03 331 6005 ext 3456", "NZ", Some("+6433316005;ext=3456")),
            ("0(44) 2087 123 456", "GB", None),
            ("(020) 7031 3000", "GB", Some("+442070313000")),
            ("(0)20 7031 3000", "GB", Some("+442070313000")),
            ("+44 (0)20 7031 3000", "US", Some("+442070313000")),
            ("0236618300", "IT", Some("+390236618300")),
            ("+39 02-36618 300", "IT", Some("+390236618300")),
            ("347 123 4567", "IT", Some("+393471234567")),
            ("650 253 0000", "US", Some("+16502530000")),
            ("1-650-253-0000", "US", Some("+16502530000")),
            ("(650) 253-0000", "US", Some("+16502530000")),
            ("1 800 six-flag", "US", Some("+18007493524")),
            ("030/123456", "DE", Some("+4930123456")),
            ("011 15 3128-4567", "AR", Some("+541131284567")),
            ("+376 312 345", "AD", Some("+376312345")),
            ("１ ６５０ ２５３ ００００", "US", Some("+16502530000")),
            ("+800 1234 5678", "US", Some("+80012345678")),
            // Too short, too long, not a number, not assigned.
            ("253-0000", "US", None),
            ("123", "DE", None),
            ("+49 1234567890123456", "DE", None),
            ("This is not a phone number", "NZ", None),
            ("1 Still not a number", "NZ", None),
            ("0000000000", "US", None),
            ("+210 3456 56789", "NZ", None),
            ("", "DE", None),
            ("n/a", "DE", None),
        ];
        for (text, country, expected) in cases {
            assert_eq!(of(text, Some(country), None).as_deref(), expected, "{text} in {country}");
        }
    }

    #[test]
    fn the_accounts_country_goes_before_the_sources_region() {
        assert_eq!(of("0151 12345678", Some("DE"), Some("FR")).as_deref(), Some("+4915112345678"));
        assert_eq!(of("0151 12345678", None, Some("DE")).as_deref(), Some("+4915112345678"));
        assert_eq!(of("0151 12345678", Some("XX"), Some("DE")).as_deref(), Some("+4915112345678"));
        assert_eq!(of("0151 12345678", None, None), None);
        assert_eq!(of("+49 151 12345678", None, None).as_deref(), Some("+4915112345678"));
    }

    #[test]
    fn double_zero_is_a_plus_where_the_country_dials_otherwise() {
        assert_eq!(of("0049 151 12345678", Some("US"), None).as_deref(), Some("+4915112345678"));
        assert_eq!(of("0016502530000", Some("US"), None).as_deref(), Some("+16502530000"));
        assert_eq!(of("0016502530000", None, None).as_deref(), Some("+16502530000"));
    }

    #[test]
    fn numbers_as_people_and_programs_write_them() {
        let cases = [
            ("4915123456789.0", "DE", Some("+4915123456789")),
            ("1512345678.0", "DE", None),
            ("49301234567.0", "DE", Some("+49301234567")),
            ("4684567890.0", "SE", Some("+4684567890")),
            ("61412345678.0", "AU", Some("+61412345678")),
            ("2125550188.0", "US", Some("+12125550188")),
            ("4.91512E+12", "DE", None),
            ("4,9E+11", "DE", None),
            ("4917612345679", "DE", Some("+4917612345679")),
            ("49 176 12345679", "DE", Some("+4917612345679")),
            ("49-160-1234567", "DE", Some("+491601234567")),
            ("436641234567", "AT", Some("+436641234567")),
            ("39 347 1234567", "IT", Some("+393471234567")),
            ("393 123 4567", "IT", Some("+393931234567")),
            ("9123456789", "IN", Some("+919123456789")),
            ("tel:+49-151-23456783", "DE", Some("+4915123456783")),
            ("'+4915123456785", "DE", Some("+4915123456785")),
            ("=\"+49 151 23456785\"", "DE", Some("+4915123456785")),
            ("\u{202a}+49 151 23456778\u{202c}", "DE", Some("+4915123456778")),
            ("Mobil: 0151/23456782", "DE", Some("+4915123456782")),
            ("0151 23456781 (privat)", "DE", Some("+4915123456781")),
            ("0151 23456781 privat", "DE", Some("+4915123456781")),
            ("Tel. (0151) 23456781 / Anna", "DE", Some("+4915123456781")),
            ("1-800-FLOWERS", "US", Some("+18003569377")),
            ("+52 1 55 1234 5678", "MX", Some("+525512345678")),
            ("044 55 1234 5679", "MX", Some("+525512345679")),
            ("045 55 1234 5679", "MX", Some("+525512345679")),
            ("52 1 55 1234 5679", "MX", Some("+525512345679")),
            ("+54 11 2345-6788", "AR", Some("+541123456788")),
            ("+54 9 11 2345 6788", "AR", Some("+541123456788")),
            ("110", "DE", None),
        ];
        for (text, country, expected) in cases {
            assert_eq!(of(text, Some(country), None).as_deref(), expected, "{text} in {country}");
        }
    }

    #[test]
    fn an_extension_is_kept_apart_from_the_number() {
        let cases = [
            ("+1 (212) 555-0123 x45", "US", Some("+12125550123;ext=45")),
            ("+1-905-222-3333;ext=555", "CA", Some("+19052223333;ext=555")),
            ("tel:+1-905-222-3333;ext=555", "CA", Some("+19052223333;ext=555")),
            ("020 7946 0123 ext. 12", "GB", Some("+442079460123;ext=12")),
            ("(415) 555-0134 #7", "US", Some("+14155550134;ext=7")),
            ("030 23456781 Durchwahl 12", "DE", Some("+493023456781;ext=12")),
            ("+19052223333;ext=555", "DE", Some("+19052223333;ext=555")),
            ("12 ext 12", "DE", None),
        ];
        for (text, country, expected) in cases {
            assert_eq!(of(text, Some(country), None).as_deref(), expected, "{text} in {country}");
        }
    }

    #[test]
    fn a_normal_number_is_not_copied() {
        let number = e164(Cow::Borrowed("+16502530000"), Surroundings::default());
        assert!(matches!(number, Some(Cow::Borrowed("+16502530000"))));
    }
}
