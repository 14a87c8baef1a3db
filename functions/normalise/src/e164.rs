//! Phone numbers by the numbering plans of their countries.

use std::borrow::Cow;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, Region};

use super::{Surroundings, calling_code};

/// The number as ITU-T E.164 writes it: `+`, calling code and national number, without an extension.
/// `None` if it is no valid number by libphonenumber's metadata.
///
/// A number without a calling code is one of the account's country, or of the source's region if that is not known. A
/// leading `00` is taken for `+` where the country's own plan makes nothing of it: people write it everywhere.
pub(super) fn e164<'a>(value: Cow<'a, str>, surroundings: Surroundings<'_>) -> Option<Cow<'a, str>> {
    let text = value.trim();
    // libphonenumber's shortest number has two digits. Most of what is none has fewer (digits of other scripts count).
    if text.bytes().filter(u8::is_ascii_digit).nth(1).is_none() && text.is_ascii() {
        return None;
    }
    let country = surroundings.country.filter(|code| calling_code(code).is_some()).or(surroundings.region);
    let region = country.and_then(|code| code.parse().ok());
    let number = valid(text, region).or_else(|| valid(&["+", text.strip_prefix("00")?].concat(), None))?;
    let number = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164);
    Some(if number == value { value } else { Cow::Owned(number.into_owned()) })
}

fn valid(text: &str, region: Option<Region>) -> Option<PhoneNumber> {
    PHONE_NUMBER_UTIL.parse(text, region).ok().filter(|number| PHONE_NUMBER_UTIL.is_valid_number(number))
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
            ("03 331 6005 ext 3456", "NZ", Some("+6433316005")),
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
            ("011 15 3128-4567", "AR", Some("+5491131284567")),
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
    fn a_normal_number_is_not_copied() {
        let number = e164(Cow::Borrowed("+16502530000"), Surroundings::default());
        assert!(matches!(number, Some(Cow::Borrowed("+16502530000"))));
    }
}
