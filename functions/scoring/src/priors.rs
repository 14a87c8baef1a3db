//! The probabilities of comparison levels that hold for people's data in general. They weigh as much as
//! [`PRIOR_PAIRS`](crate::em::PRIOR_PAIRS) learnt pairs, so of small sets they decide, and of large ones the pairs do.
//!
//! They are reasoned, not fitted to a published set. Two of them were chosen between a few values with made-up households
//! in view: how often a given name is another one (.03), and how often relatives have one birth date (.01).
//!
//! A probability below is one of three: how often a value is the same, how often it is written differently (by kind of
//! difference), and how often a person has another value. Who has another value is compared as a stranger is, so that share
//! is spread over all levels as the strangers of the set are: of three cities, a third of those who moved live in the same
//! one again.
//!
//! | field | where the numbers come from |
//! |---|---|
//! | names | An estimate in the range of matched census records (Winkler, "Advanced Methods for Record Linkage", 1994): about three of four given names and six of seven family names agree letter by letter, and most others are near. Short forms are half of what is left of given names, marriages most of what is left of family names |
//! | birth date | An estimate: forms and registers have a wrong part in some per cent, people's own typing in more |
//! | e-mail | An estimate: a user has about 1.6 addresses (Radicati Group, 2012: 3.4 billion accounts of 2.2 billion users), and mostly writes down the same |
//! | phone | An estimate: a mobile, and one at home or at work, mostly ported when the provider changes |
//! | address | 8 % (2021) to 14 % (2006) of the people of the United States move in a year, six of ten of them within a county (Census Bureau). Accounts are some years apart |
//! | identifier | An estimate: what is wrong is mostly a digit |
//! | generation | An estimate: who writes one down has a reason to, so one person with two of them is rarer than one in 2,000 |
//!
//! Relatives are pairs that share a home. 79 % of wives have the husband's name (Pew Research Center, 2023), and nearly all
//! children have one of their parents'. The rest are estimates: landlines are shared, mobiles are not; one in ten shares an
//! e-mail address.

use crate::{DIFFER, FREQUENCIES, FieldKind, SWAPPED};

/// Probabilities by level from 1 to 7, and the last is that of equal values.
pub(crate) type ByLevel = [f64; 8];

/// Pairs of one person, per account.
pub(crate) const MATCHES_PER_ACCOUNT: f64 = 0.2;
/// Pairs of relatives, per account.
pub(crate) const RELATIVES_PER_ACCOUNT: f64 = 0.05;

const fn by_level<const N: usize>(equal: f64, levels: [(u8, f64); N]) -> ByLevel {
    let mut probabilities = [0.0; 8];
    probabilities[7] = equal;
    let mut place = 0;
    while place < N {
        let (level, probability) = levels[place];
        probabilities[level as usize - 1] = probability;
        place += 1;
    }
    probabilities
}

/// Among pairs of one person that both have a value. What stands at [`DIFFER`] is how often it is another value.
pub(crate) const fn matches(kind: FieldKind) -> ByLevel {
    match kind {
        FieldKind::GivenName => {
            by_level(0.775, [(6, 0.08), (5, 0.06), (4, 0.015), (3, 0.02), (2, 0.02), (DIFFER, 0.03)])
        }
        FieldKind::FamilyName => by_level(0.85, [(SWAPPED, 0.01), (4, 0.06), (3, 0.02), (2, 0.015), (DIFFER, 0.045)]),
        FieldKind::Generation => by_level(0.9996, [(DIFFER, 0.0004)]),
        FieldKind::Birthdate => by_level(0.88, [(5, 0.015), (4, 0.05), (3, 0.02), (2, 0.01), (DIFFER, 0.025)]),
        FieldKind::Email => by_level(0.68, [(4, 0.05), (3, 0.04), (2, 0.03), (DIFFER, 0.2)]),
        FieldKind::Phone => by_level(0.67, [(3, 0.06), (2, 0.04), (DIFFER, 0.23)]),
        FieldKind::Address => by_level(0.62, [(4, 0.1), (3, 0.03), (2, 0.03), (DIFFER, 0.22)]),
        FieldKind::Unit => by_level(0.6, [(2, 0.1), (DIFFER, 0.3)]),
        FieldKind::PostalCode => by_level(0.7, [(3, 0.05), (2, 0.05), (DIFFER, 0.2)]),
        FieldKind::City => by_level(0.75, [(2, 0.06), (DIFFER, 0.19)]),
        FieldKind::Identifier => by_level(0.92, [(2, 0.04), (DIFFER, 0.04)]),
        FieldKind::Text => by_level(0.65, [(2, 0.1), (DIFFER, 0.25)]),
    }
}

/// Likewise among relatives. Nothing where they are like strangers: their given names and birth dates are their own. If
/// these were learnt, relatives and one person's pairs would change places.
pub(crate) const fn relatives(kind: FieldKind) -> Option<ByLevel> {
    Some(match kind {
        FieldKind::GivenName | FieldKind::Birthdate | FieldKind::Text => return None,
        FieldKind::FamilyName => by_level(0.84, [(SWAPPED, 0.01), (4, 0.05), (3, 0.02), (2, 0.01), (DIFFER, 0.07)]),
        // Father and son are told apart by it.
        FieldKind::Generation => by_level(0.1, [(DIFFER, 0.9)]),
        FieldKind::Email => by_level(0.1, [(4, 0.02), (3, 0.02), (2, 0.02), (DIFFER, 0.84)]),
        FieldKind::Phone => by_level(0.45, [(3, 0.03), (2, 0.03), (DIFFER, 0.49)]),
        FieldKind::Address => by_level(0.78, [(4, 0.08), (3, 0.03), (2, 0.03), (DIFFER, 0.08)]),
        FieldKind::Unit => by_level(0.7, [(2, 0.1), (DIFFER, 0.2)]),
        FieldKind::PostalCode => by_level(0.82, [(3, 0.05), (2, 0.03), (DIFFER, 0.1)]),
        FieldKind::City => by_level(0.85, [(2, 0.05), (DIFFER, 0.1)]),
        FieldKind::Identifier => by_level(0.02, [(2, 0.01), (DIFFER, 0.97)]),
    })
}

/// Where relatives are like strangers: the share that is equal all the same. Of 1,000 children born in the United States, 31
/// are twins (National Center for Health Statistics, 2020), so about three in 200 pairs of siblings are. A third to a half of
/// the pairs of a home are siblings; made-up days of birth come on top.
pub(crate) const fn equal_relatives(kind: FieldKind) -> f64 {
    if matches!(kind, FieldKind::Birthdate) { 0.01 } else { 0.0 }
}

/// Among strangers that differ, the share of each level: what the spelling of names, dates and numbers makes likely.
pub(crate) const fn strangers(kind: FieldKind) -> [f64; 7] {
    let [a, b, c, d, e, f, g, _] = match kind {
        FieldKind::GivenName => {
            by_level(0.0, [(6, 0.003), (5, 0.004), (4, 0.002), (3, 0.006), (2, 0.015), (DIFFER, 0.97)])
        }
        FieldKind::FamilyName => {
            by_level(0.0, [(SWAPPED, 0.0001), (4, 0.002), (3, 0.004), (2, 0.01), (DIFFER, 0.9839)])
        }
        FieldKind::Generation => by_level(0.0, [(DIFFER, 1.0)]),
        // Of 25,000 days: five others swap day and month or nearly so, twenty are a digit away, and so on.
        FieldKind::Birthdate => by_level(0.0, [(5, 0.00002), (4, 0.0008), (3, 0.004), (2, 0.03), (DIFFER, 0.96518)]),
        FieldKind::Email => by_level(0.0, [(4, 0.0003), (3, 0.0003), (2, 0.0004), (DIFFER, 0.999)]),
        FieldKind::Phone => by_level(0.0, [(3, 0.0001), (2, 0.0001), (DIFFER, 0.9998)]),
        FieldKind::Address => by_level(0.0, [(4, 0.0003), (3, 0.0007), (2, 0.01), (DIFFER, 0.989)]),
        FieldKind::Unit => by_level(0.0, [(2, 0.08), (DIFFER, 0.92)]),
        FieldKind::PostalCode => by_level(0.0, [(3, 0.005), (2, 0.015), (DIFFER, 0.98)]),
        FieldKind::City => by_level(0.0, [(2, 0.005), (DIFFER, 0.995)]),
        FieldKind::Identifier => by_level(0.0, [(2, 0.0001), (DIFFER, 0.9999)]),
        FieldKind::Text => by_level(0.0, [(2, 0.01), (DIFFER, 0.99)]),
    };
    [a, b, c, d, e, f, g]
}

/// Of pairs of equal values, by frequency class, the share that is not one person's. It is asked for only where nothing can
/// be learnt: of a value that a person has for himself, up to seven accounts are mostly one person's.
pub(crate) const fn equal_strangers(kind: FieldKind) -> [f64; FREQUENCIES] {
    let mut shares = [1.0; FREQUENCIES];
    if matches!(kind, FieldKind::Email | FieldKind::Phone | FieldKind::Identifier) {
        shares[0] = 0.05;
        shares[1] = 0.05;
        shares[2] = 0.1;
        shares[3] = 0.4;
        shares[4] = 0.8;
    }
    shares
}

/// Whether a value that is another altogether is mostly another person's, so that one person's values never differ more often
/// than the prior says. Couples and twins who share all else would teach that they do.
pub(crate) const fn is_own_name(kind: FieldKind) -> bool {
    matches!(kind, FieldKind::GivenName)
}

/// Whether the probabilities are learnt. Father and son who share all but the generation look like one person to every
/// other field, and would teach that one person has two.
pub(crate) const fn is_learnt(kind: FieldKind) -> bool {
    !matches!(kind, FieldKind::Generation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EQUAL;

    const KINDS: [FieldKind; 12] = [
        FieldKind::GivenName,
        FieldKind::FamilyName,
        FieldKind::Generation,
        FieldKind::Birthdate,
        FieldKind::Email,
        FieldKind::Phone,
        FieldKind::Address,
        FieldKind::Unit,
        FieldKind::PostalCode,
        FieldKind::City,
        FieldKind::Identifier,
        FieldKind::Text,
    ];

    #[test]
    fn they_are_probabilities_of_the_same_levels() {
        for kind in KINDS {
            let (m, r, u) = (matches(kind), relatives(kind), strangers(kind));
            for probabilities in [Some(&m[..]), r.as_ref().map(|r| &r[..]), Some(&u[..])].into_iter().flatten() {
                let sum: f64 = probabilities.iter().sum();
                assert!((sum - 1.0).abs() < 1e-9, "{kind:?} {sum}");
            }
            for level in 1..EQUAL {
                let place = usize::from(level) - 1;
                assert_eq!(m[place] > 0.0, u[place] > 0.0, "{kind:?} {level}");
                assert!(r.is_none_or(|r| (r[place] > 0.0) == (m[place] > 0.0)), "{kind:?} {level}");
            }
        }
    }

    #[test]
    fn nearer_speaks_more_for_one_person() {
        for kind in KINDS {
            let (m, u) = (matches(kind), strangers(kind));
            let odds = |level: usize| m[level - 1] / u[level - 1];
            for level in (2..=7).filter(|level| m[level - 1] > 0.0) {
                assert!(odds(level) > odds(1), "{kind:?} {level}");
            }
            assert!(odds(1) < 1.0, "{kind:?}");
        }
    }
}
