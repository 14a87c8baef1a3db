//! Phone numbers by calling code and digits.

use std::borrow::Cow;

use super::Surroundings;
use super::e164::{in_doubt, of_tidy, plan_of, spelled};
use super::numbering_plan::{self, Found, Plan};
use super::phone_text::{Digits, Spelled, tidy};
use super::text::has_graphic_ends;

/// Digits of a number, the calling code's among them; ITU-T E.164 allows 15.
const DIGITS_MIN: usize = 8;
const DIGITS_MAX: usize = 15;

/// More digits than most numbers have without their calling code.
const NATIONAL_DIGITS: usize = 10;

/// `+`, calling code and digits, and `;ext=` with the digits of an extension (RFC 3966).
///
/// A number that starts with `+` or `00` has its calling code; one that starts with `0` gets the country's
/// in its place, any other gets it put before. A `(0)` is left out. Where the first digits may be something else (another
/// prefix of the country, its calling code without `+`, a zero that numbers have), the country's plan says what they are.
/// `None` unless there are 8 to 15 digits (ITU-T E.164 allows 15), if the number is a national one and no country is known,
/// and if its digits are lost: `4.91511E+11`.
///
/// Invisible characters, `tel:`, and a spreadsheet's marks around the number are ignored. With words around it, it must be
/// a valid number of its country.
pub(super) fn digits<'a>(value: Cow<'a, str>, surroundings: Surroundings<'_>) -> Option<Cow<'a, str>> {
    let text = if has_graphic_ends(&value) { &value } else { value.trim() };
    if let Some(digits) = Digits::of(text) {
        return plain(&digits, surroundings).map(|number| number.write(value, ""));
    }
    let tidy = tidy(text)?;
    let Some(digits) = Digits::of(&tidy.number).filter(|_| !tidy.had_words) else {
        let (number, extension) = of_tidy(&tidy, plan_of(surroundings))?;
        return has_possible_length(&number).then(|| number.write(value, &extension));
    };
    let extension = tidy.extension.as_deref().unwrap_or_default();
    plain(&digits, surroundings).map(|number| number.write(value, extension))
}

/// The number of a text that has only digits and the usual signs.
fn plain(digits: &Digits, surroundings: Surroundings<'_>) -> Option<Spelled> {
    let bare = digits.without_bracketed_zero();
    let number = match bare.all() {
        [b'0', b'0', rest @ ..] if !digits.has_plus => international(rest, digits.all().get(2..)?),
        all if digits.has_plus => international(all, digits.all()),
        all => national(all, digits, plan_of(surroundings)?),
    }?;
    has_possible_length(&number).then_some(number)
}

fn has_possible_length(number: &Spelled) -> bool {
    (DIGITS_MIN..=DIGITS_MAX).contains(&number.digits().len())
}

/// The number of digits that begin with a calling code: without the zero of `(0)`, and with it.
fn international(bare: &[u8], all: &[u8]) -> Option<Spelled> {
    let as_written = Spelled::new(b"", bare);
    let Some((plan, national)) = numbering_plan::of_international(all) else { return as_written };
    let is_cut = bare.len() < all.len() && plan.has_trunk_zero();
    if is_cut || !plan.is_doubtful(national) {
        return as_written;
    }
    match plan.number(national) {
        Found::Number(number) => spelled(number),
        Found::Nothing => as_written,
        Found::Unsure => in_doubt(&["+", std::str::from_utf8(all).ok()?].concat(), None).or(as_written),
    }
}

/// The number of digits as people in a country write them, without the zero of `(0)`.
fn national(bare: &[u8], digits: &Digits, plan: &'static Plan) -> Option<Spelled> {
    let code = plan.code.as_bytes();
    // A short number is a national one, even if its plan knows another that begins with the calling code.
    let is_short = bare.len() <= NATIONAL_DIGITS && bare.starts_with(code) && plan.can_have(bare.len());
    if !plan.is_ambiguous(bare) || (is_short && !digits.is_float) {
        return Spelled::new(code, plan.without_trunk(bare));
    }
    let by_plan = match plan.national(digits.all()) {
        Found::Number(number) => spelled(number),
        Found::Nothing => None,
        Found::Unsure => in_doubt(std::str::from_utf8(digits.all()).ok()?, Some(plan)),
    };
    if by_plan.is_some() {
        return by_plan;
    }
    let national = plan.without_trunk(bare);
    // No plan knows the number, so its length must do.
    let is_possible = plan.can_have(national.len());
    let abroad = plan.without_abroad_prefix(bare).filter(|abroad| !is_possible && abroad.len() >= DIGITS_MIN);
    if let Some(abroad) = abroad {
        return Spelled::new(b"", abroad);
    }
    match bare.strip_prefix(code).filter(|rest| plan.can_have(rest.len())) {
        // A number for arithmetic has no `+`: this may be the calling code, or not.
        Some(_) if digits.is_float => None,
        Some(rest) if !is_possible || bare.len() > NATIONAL_DIGITS => Spelled::new(code, rest),
        _ => Spelled::new(code, national),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_calling_code() {
        let cases = [
            ("+49 143 8055090", None, Some("+491438055090")),
            ("0143/805 5090", Some("DE"), Some("+491438055090")),
            ("0049 143 8055090", Some("FR"), Some("+491438055090")),
            ("+49 (0)1438-055090", None, Some("+491438055090")),
            ("(+49) 1438 055090", None, Some("+491438055090")),
            ("(212) 345-6789", Some("US"), Some("+12123456789")),
            ("0143 805 509", Some("XX"), Some("+1143805509")),
            ("12 34", Some("DE"), None),
            ("3000A0", Some("DE"), None),
            ("n/a", Some("DE"), None),
            ("1234567890123456", Some("DE"), None),
            // Valid in Germany, and too short and too long for any other reader.
            ("30000A", Some("DE"), None),
            ("201-00-0000T00000", Some("DE"), None),
        ];
        check(&cases);
    }

    fn of(text: &str, surroundings: Surroundings<'_>) -> Option<String> {
        digits(Cow::Borrowed(text), surroundings).map(Cow::into_owned)
    }

    fn check(cases: &[(&str, Option<&str>, Option<&str>)]) {
        for (text, country, expected) in cases {
            let surroundings = Surroundings { country: *country, region: Some("US") };
            assert_eq!(of(text, surroundings).as_deref(), *expected, "{text}");
        }
    }

    #[test]
    fn a_number_that_lost_its_digits_is_none() {
        let cases = [
            ("4.91511E+11", Some("DE"), None),
            ("4,91511E+11", Some("DE"), None),
            ("4.91512e+12", Some("DE"), None),
            // A number of no plan, which may have its calling code before it or not.
            ("499012345678.0", Some("DE"), None),
            ("0151 1234567 or 0152 12", Some("DE"), None),
            ("#NAME?", Some("DE"), None),
            ("########", Some("DE"), None),
            ("0151,12345678", Some("DE"), None),
            ("+49+151 12345678", Some("DE"), None),
            ("٠١٥١١٢٣٤٥٦٧", Some("DE"), None),
        ];
        check(&cases);
    }

    #[test]
    fn what_is_around_a_number_does_not_count() {
        let cases = [
            ("'+4915157300118", Some("DE"), Some("+4915157300118")),
            ("=\"+49 1515 7300111\"", Some("DE"), Some("+4915157300111")),
            ("\u{202a}+4915157300122\u{202c}", Some("DE"), Some("+4915157300122")),
            ("+49 1515 7300121\u{200b}", Some("DE"), Some("+4915157300121")),
            ("\u{feff}+49\u{a0}1515\u{2009}7300121\t", Some("DE"), Some("+4915157300121")),
            ("+49\u{2013}1515\u{2011}7300121", Some("DE"), Some("+4915157300121")),
            ("＋４９１５１５７３００１２１", Some("DE"), Some("+4915157300121")),
            ("tel:+49-151-57300121", Some("DE"), Some("+4915157300121")),
            ("15157300119.0", Some("DE"), Some("+4915157300119")),
            ("4915157300111.0", Some("DE"), Some("+4915157300111")),
            ("61412345678.0", Some("AU"), Some("+61412345678")),
            ("2125550188.0", Some("US"), Some("+12125550188")),
            ("212 345 6789 ext. 12", Some("US"), Some("+12123456789;ext=12")),
            ("212 345 6789 X12", Some("US"), Some("+12123456789;ext=12")),
            ("+12123456789;ext=12", None, Some("+12123456789;ext=12")),
            ("Mobil: 0151/57300121", Some("DE"), Some("+4915157300121")),
            ("0151 57300121 (privat)", Some("DE"), Some("+4915157300121")),
            ("Nr. 12345678", Some("US"), None),
            ("1-800-FLOWERS", Some("US"), Some("+18003569377")),
            ("'", Some("DE"), None),
            ("=\"\"", Some("DE"), None),
            ("tel:", Some("DE"), None),
            ("ext", Some("DE"), None),
        ];
        check(&cases);
    }

    #[test]
    fn the_plan_says_what_the_first_digits_are() {
        let cases = [
            ("06 6982 1234", Some("IT"), Some("+390669821234")),
            ("+39 06 6982 1234", Some("IT"), Some("+390669821234")),
            ("+39 (0)6 6982 1234", Some("IT"), Some("+390669821234")),
            ("347 123 4567", Some("IT"), Some("+393471234567")),
            ("4915157300121", Some("DE"), Some("+4915157300121")),
            ("+49 0151 57300121", Some("DE"), Some("+4915157300121")),
            ("011 49 1515 7300121", Some("US"), Some("+4915157300121")),
            ("011 49 143 8055090", Some("US"), Some("+491438055090")),
            ("1 (212) 345-6789", Some("US"), Some("+12123456789")),
            ("8 (495) 555-01-34", Some("RU"), Some("+74955550134")),
            ("06 1 234 5678", Some("HU"), Some("+3612345678")),
            ("0412 345 678", Some("AU"), Some("+61412345678")),
            ("61 412 345 678", Some("AU"), Some("+61412345678")),
            ("07 08 09 10 11", Some("CI"), Some("+2250708091011")),
            ("+52 1 55 1234 5678", None, Some("+525512345678")),
            ("044 55 1234 5678", Some("MX"), Some("+525512345678")),
            ("01 55 1234 5678", Some("MX"), Some("+525512345678")),
            ("011 15-2345-6789", Some("AR"), Some("+541123456789")),
            ("+54 11 2345-6789", Some("AR"), Some("+541123456789")),
            ("+54 9 11 2345-6789", None, Some("+541123456789")),
            // Numbers of no plan stay as they are.
            ("499012345678", Some("DE"), Some("+499012345678")),
            ("(499) 567-6370", Some("DE"), Some("+494995676370")),
            ("0113/713 2060", Some("US"), Some("+11137132060")),
            ("1111111111", Some("US"), Some("+11111111111")),
            ("0123456789", Some("US"), Some("+1123456789")),
            ("+49 000 0000000", Some("DE"), Some("+490000000000")),
        ];
        check(&cases);
    }

    #[test]
    fn a_national_number_without_country_is_none() {
        assert_eq!(of("0143 805 5090", Surroundings::default()), None);
        assert_eq!(of("+49 143 8055090", Surroundings::default()).as_deref(), Some("+491438055090"));
    }
}
