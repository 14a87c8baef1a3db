//! The suffix that tells generations apart.

/// The words of generations, each with its one form. `2nd` is written as `ii` as well.
const WORDS: [(&str, &str); 14] = [
    ("2nd", "ii"),
    ("3rd", "iii"),
    ("4th", "iv"),
    ("5th", "v"),
    ("ii", "ii"),
    ("iii", "iii"),
    ("iv", "iv"),
    ("jnr", "jr"),
    ("jr", "jr"),
    ("junior", "jr"),
    ("senior", "sr"),
    ("snr", "sr"),
    ("sr", "sr"),
    ("vi", "vi"),
];

/// What is one only where nothing but suffixes stands, as these are names and initials, too.
const SUFFIX_WORDS: [(&str, &str); 4] = [("jun", "jr"), ("sen", "sr"), ("v", "v"), ("i", "i")];

/// Takes the generation off the end of a name of plain words. One word is left.
pub(super) fn cut_off(name: &mut String) -> Option<&'static str> {
    let (before, last) = name.rsplit_once(' ')?;
    let generation = form(last, &WORDS)?;
    name.truncate(before.len());
    Some(generation)
}

/// The generation among the plain words of a suffix: `jr` of `jr md`.
pub(super) fn of_suffix(words: &str) -> Option<&'static str> {
    words.split(' ').find_map(|word| form(word, &WORDS).or_else(|| form(word, &SUFFIX_WORDS)))
}

fn form(word: &str, words: &[(&str, &'static str)]) -> Option<&'static str> {
    words.iter().find(|(known, _)| *known == word).map(|(_, form)| *form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generations_are_cut_off() {
        for (name, expected) in [
            ("smith jr", ("smith", Some("jr"))),
            ("smith jnr", ("smith", Some("jr"))),
            ("de la cruz iii", ("de la cruz", Some("iii"))),
            ("miller senior", ("miller", Some("sr"))),
            ("junior", ("junior", None)),
            ("kim jun", ("kim jun", None)),
            ("smith", ("smith", None)),
            ("", ("", None)),
        ] {
            let mut left = name.to_owned();
            let generation = cut_off(&mut left);
            assert_eq!((left.as_str(), generation), expected, "{name}");
        }
    }

    #[test]
    fn generations_are_found_among_suffixes() {
        for (suffix, expected) in
            [("jr", Some("jr")), ("md jun", Some("jr")), ("phd", None), ("v", Some("v")), ("", None)]
        {
            assert_eq!(of_suffix(suffix), expected, "{suffix}");
        }
    }
}
