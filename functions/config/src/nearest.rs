//! The known name that a wrong one is probably meant to be.

use strsim::osa_distance;

/// The known name nearest to `name`, if at most one letter in three differs.
///
/// Case, `-`, `_` and blanks make no difference. The distance is optimal string alignment: two letters that changed
/// places count once. The first of several names at the same distance is given.
pub fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let plain = |text: &str| -> String {
        text.chars().filter(|letter| !matches!(letter, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
    };
    let name = plain(name);
    let near_enough = name.chars().count().div_ceil(3).min(4);
    known
        .into_iter()
        .map(|candidate| (osa_distance(&name, &plain(candidate)), candidate))
        .filter(|(distance, _)| *distance <= near_enough)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised() {
        let known = ["email", "phone_number", "given_name", "family_name", "gender"];
        let cases = [
            ("emial", Some("email")),
            ("e-mail", Some("email")),
            ("Mail", Some("email")),
            ("phonenumber", Some("phone_number")),
            ("phone-numer", Some("phone_number")),
            ("GivenName", Some("given_name")),
            ("surname", None),
            ("x", None),
            ("", None),
        ];
        for (name, expected) in cases {
            assert_eq!(nearest(name, known), expected, "{name}");
        }
    }

    #[test]
    fn of_several_the_nearest_is_given() {
        assert_eq!(nearest("lowercse", ["uppercase", "lowercase"]), Some("lowercase"));
        assert_eq!(nearest("unix_mss", ["unix_s", "unix_ms"]), Some("unix_ms"));
    }
}
