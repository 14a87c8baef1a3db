//! Nicknames and the given names that they are short for.

use std::borrow::Cow;

use super::name::lowercase;
use super::table::look_up;
use super::word_filter::WordFilter;

/// Names and the one name that they are taken for. Made by `infra/tables/make.py`, which says how one is chosen, from
/// the package nicknames (Apache-2.0) and the given names of the US Census of 1990 (public domain), and with short forms of
/// six more languages.
const NICKNAMES: &str = include_str!("tables/nicknames.tsv");
static FILTER: WordFilter = WordFilter::of_table(NICKNAMES.as_bytes());

/// The name that a nickname is short for, in lower case; another name is only put in lower case.
pub(super) fn nickname(value: Cow<'_, str>) -> Cow<'_, str> {
    let name = lowercase(value);
    if name.is_empty() || !FILTER.may_have(name.as_bytes()) {
        return name;
    }
    look_up(NICKNAMES, &name).map_or(name, Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table;

    fn of(name: &str) -> String {
        nickname(Cow::Borrowed(name)).into_owned()
    }

    #[test]
    fn what_a_nickname_becomes_is_no_nickname() {
        assert!(table::is_sound(NICKNAMES));
        for line in NICKNAMES.lines() {
            let (nickname, canonical) = line.split_once('\t').unwrap();
            assert_eq!(of(nickname), canonical);
            assert_eq!(of(canonical), canonical);
        }
    }

    #[test]
    fn knows_common_nicknames() {
        let cases = [
            ("Bob", "robert"),
            ("ROBERT", "robert"),
            ("Bill", "william"),
            ("Peggy", "margaret"),
            ("Dick", "richard"),
            ("Liz", "elizabeth"),
            ("Kate", "katherine"),
            ("Sepp", "josef"),
            ("Paco", "francisco"),
            ("José", "jose"),
            ("Pepe", "jose"),
            ("Beppe", "giuseppe"),
            ("Kasia", "katarzyna"),
            ("Миша", "михаил"),
            ("Misha", "mikhail"),
            ("Jürgen", "jürgen"),
            ("Anna Maria", "anna maria"),
        ];
        for (name, canonical) in cases {
            assert_eq!(of(name), canonical, "{name}");
        }
    }

    #[test]
    fn an_ambiguous_nickname_is_taken_for_one_name_and_joins_no_others() {
        assert_eq!(of("Chris"), "christopher");
        assert_eq!(of("Al"), "albert");
        let own = [
            "Christopher",
            "Christine",
            "Christina",
            "Alan",
            "Alfred",
            "Peter",
            "Patrick",
            "Hannah",
            "Susan",
            "Erin",
            "Aaron",
        ];
        for name in own {
            assert_eq!(of(name), name.to_lowercase());
        }
    }
}
