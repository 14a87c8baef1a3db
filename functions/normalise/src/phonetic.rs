//! Codes of how a name sounds, for match keys. All read a name's letters in ASCII; Double Metaphone its blanks too.

use std::borrow::Cow;

use rphonetic::{DoubleMetaphone, Encoder};

use super::text::{ascii, ascii_alphanumerics};

/// The ASCII letters of a value, in upper case.
fn letters(value: &str) -> Vec<u8> {
    ascii_alphanumerics(value).filter(u8::is_ascii_alphabetic).map(|byte| byte.to_ascii_uppercase()).collect()
}

/// American Soundex: a letter and three digits. `None` without a letter; a value that is a code stays.
///
/// After the US National Archives (archives.gov/research/census/soundex): letters of one code beside each other count
/// once, also with H or W between them.
pub(super) fn soundex(value: &str) -> Option<String> {
    if let [first, digits @ ..] = value.as_bytes()
        && first.is_ascii_uppercase()
        && digits.len() == 3
        && digits.iter().all(u8::is_ascii_digit)
    {
        return Some(value.to_owned());
    }
    let digit = |letter: u8| match letter {
        b'B' | b'F' | b'P' | b'V' => b'1',
        b'C' | b'G' | b'J' | b'K' | b'Q' | b'S' | b'X' | b'Z' => b'2',
        b'D' | b'T' => b'3',
        b'L' => b'4',
        b'M' | b'N' => b'5',
        b'R' => b'6',
        _ => b'0',
    };
    let letters = letters(value);
    let (first, rest) = letters.split_first()?;
    let mut code = String::with_capacity(4);
    code.push((*first).into());
    let mut before = digit(*first);
    for letter in rest.iter().copied().filter(|letter| !matches!(letter, b'H' | b'W')) {
        let digit = digit(letter);
        if digit != before && digit != b'0' && code.len() < 4 {
            code.push(digit.into());
        }
        before = digit;
    }
    while code.len() < 4 {
        code.push('0');
    }
    Some(code)
}

/// Kölner Phonetik: digits. `None` if there is nothing that sounds; a value that is a code stays.
///
/// After Hans Joachim Postel, Die Kölner Phonetik, IBM-Nachrichten 19 (1969), as in the table of the German Wikipedia.
pub(super) fn cologne(value: &str) -> Option<String> {
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.to_owned());
    }
    let letters = letters(value);
    let mut code = String::with_capacity(letters.len());
    let mut last = b' ';
    for (position, letter) in letters.iter().copied().enumerate() {
        let before = position.checked_sub(1).map_or(b' ', |position| letters[position]);
        let after = letters.get(position + 1).copied().unwrap_or(b' ');
        let digits: &[u8] = match letter {
            b'A' | b'E' | b'I' | b'J' | b'O' | b'U' | b'Y' => b"0",
            b'P' if after == b'H' => b"3",
            b'B' | b'P' => b"1",
            b'D' | b'T' if b"CSZ".contains(&after) => b"8",
            b'D' | b'T' => b"2",
            b'F' | b'V' | b'W' => b"3",
            b'G' | b'K' | b'Q' => b"4",
            b'C' if position == 0 && b"AHKLOQRUX".contains(&after) => b"4",
            b'C' if position > 0 && b"AHKOQUX".contains(&after) && !b"SZ".contains(&before) => b"4",
            b'X' if !b"CKQ".contains(&before) => b"48",
            b'C' | b'S' | b'X' | b'Z' => b"8",
            b'L' => b"5",
            b'M' | b'N' => b"6",
            b'R' => b"7",
            _ => b"",
        };
        for digit in digits.iter().copied() {
            if digit != last && (digit != b'0' || code.is_empty()) {
                code.push(digit.into());
            }
            last = digit;
        }
    }
    (!code.is_empty()).then_some(code)
}

/// Metaphone: consonants as they sound in English, and a vowel only at the start; `0` is th, `X` is sh. `None` if
/// there is nothing that sounds. A code of a code is another code: this belongs at the end of a chain.
///
/// After Lawrence Philips, Hanging on the Metaphone, Computer Language 7 (1990), as Apache Commons Codec has it,
/// without its limit of four letters.
pub(super) fn metaphone(value: &str) -> Option<String> {
    let mut letters = letters(value);
    match letters.as_mut_slice() {
        [b'K' | b'G' | b'P', b'N', ..] | [b'A', b'E', ..] | [b'W', b'R', ..] => {
            letters.remove(0);
        }
        [b'W', b'H', ..] => {
            letters.remove(1);
        }
        [first @ b'X', ..] => *first = b'S',
        _ => {}
    }
    let mut code = String::with_capacity(letters.len());
    let mut position = 0;
    while let Some(&letter) = letters.get(position) {
        let before = position.checked_sub(1).map_or(b' ', |position| letters[position]);
        if letter != before || letter == b'C' {
            code.push_str(sound(letter, before, &letters[position + 1..], position == 0));
        }
        // DGE, DGI and DGY are one sound.
        let is_dge = matches!(letters[position..], [b'D', b'G', b'E' | b'I' | b'Y', ..]);
        position += if is_dge { 3 } else { 1 };
    }
    (!code.is_empty()).then_some(code)
}

/// Double Metaphone, the more likely of its two codes: up to four letters for how a name sounds in English, which also
/// knows spellings of Slavic, Germanic, Romance and other names. `None` if there is nothing that sounds. A code of a code
/// is another code: this belongs at the end of a chain.
///
/// After Lawrence Philips, The Double Metaphone Search Algorithm, C/C++ Users Journal 18 (2000), as rphonetic has it from
/// Apache Commons Codec.
pub(super) fn double_metaphone(value: &str) -> Option<String> {
    // Blanks tell where words end, as in San Jose.
    let words = ascii(Cow::Borrowed(value));
    Some(DoubleMetaphone::default().encode(&words)).filter(|code| !code.is_empty())
}

/// What Metaphone writes for a letter, from the letters around it.
fn sound(letter: u8, before: u8, after: &[u8], is_first: bool) -> &'static str {
    let is_vowel = |place: usize| matches!(after.get(place), Some(b'A' | b'E' | b'I' | b'O' | b'U'));
    let is_front = matches!(after, [b'E' | b'I' | b'Y', ..]);
    let next = after.first().copied().unwrap_or(b' ');
    match letter {
        b'A' if is_first => "A",
        b'E' if is_first => "E",
        b'I' if is_first => "I",
        b'O' if is_first => "O",
        b'U' if is_first => "U",
        b'B' if before == b'M' && after.is_empty() => "",
        b'B' => "B",
        b'C' if before == b'S' && is_front => "",
        b'C' if after.starts_with(b"IA") => "X",
        b'C' if is_front => "S",
        b'C' if next == b'H' && before != b'S' && !(is_first && is_vowel(1)) => "X",
        b'C' => "K",
        b'D' if matches!(after, [b'G', b'E' | b'I' | b'Y', ..]) => "J",
        b'D' => "T",
        b'F' => "F",
        b'G' if next == b'H' && !is_vowel(1) => "",
        b'G' if !is_first && next == b'N' => "",
        b'G' if is_front && before != b'G' => "J",
        b'G' => "K",
        b'H' if is_vowel(0) && !b"CSPTG".contains(&before) => "H",
        b'J' => "J",
        b'K' if before != b'C' => "K",
        b'L' => "L",
        b'M' => "M",
        b'N' => "N",
        b'P' if next == b'H' => "F",
        b'P' => "P",
        b'Q' => "K",
        b'R' => "R",
        b'S' if next == b'H' || after.starts_with(b"IO") || after.starts_with(b"IA") => "X",
        b'S' => "S",
        b'T' if after.starts_with(b"IA") || after.starts_with(b"IO") => "X",
        b'T' if after.starts_with(b"CH") => "",
        b'T' if next == b'H' => "0",
        b'T' => "T",
        b'V' => "F",
        b'W' if is_vowel(0) => "W",
        b'X' => "KS",
        b'Y' if is_vowel(0) => "Y",
        b'Z' => "S",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(code: impl Fn(&str) -> Option<String>, cases: &[(&str, &str)]) {
        for (name, expected) in cases {
            assert_eq!(code(name).unwrap_or_default(), *expected, "{name}");
        }
    }

    #[test]
    fn soundex_as_the_national_archives_write_it() {
        // archives.gov/research/census/soundex, and Knuth, The Art of Computer Programming 3, 6.
        let cases = [
            ("Washington", "W252"),
            ("Lee", "L000"),
            ("Gutierrez", "G362"),
            ("Pfister", "P236"),
            ("Jackson", "J250"),
            ("Tymczak", "T522"),
            ("VanDeusen", "V532"),
            ("Ashcraft", "A261"),
            ("Robert", "R163"),
            ("Rupert", "R163"),
            ("Rubin", "R150"),
            ("Euler", "E460"),
            ("Gauss", "G200"),
            ("Hilbert", "H416"),
            ("Knuth", "K530"),
            ("Lloyd", "L300"),
            ("Lukasiewicz", "L222"),
            ("Łukasiewicz", "L222"),
            ("O'Hara", "O600"),
            ("R163", "R163"),
            ("42", ""),
            ("", ""),
        ];
        check(soundex, &cases);
    }

    #[test]
    fn cologne_as_wikipedia_and_commons_codec_write_it() {
        // de.wikipedia.org/wiki/Kölner_Phonetik, and ColognePhoneticTest of Apache Commons Codec.
        let cases = [
            ("Müller-Lüdenscheidt", "65752682"),
            ("Wikipedia", "3412"),
            ("Breschnew", "17863"),
            ("müller", "657"),
            ("schmidt", "862"),
            ("schneider", "8627"),
            ("fischer", "387"),
            ("weber", "317"),
            ("wagner", "3467"),
            ("becker", "147"),
            ("hoffmann", "0366"),
            ("schÄfer", "837"),
            ("peter", "127"),
            ("pharma", "376"),
            ("mönchengladbach", "664645214"),
            ("deutsch", "28"),
            ("deutz", "28"),
            ("hamburg", "06174"),
            ("hannover", "0637"),
            ("christstollen", "478256"),
            ("Xanthippe", "48621"),
            ("Zacharias", "8478"),
            ("Holzbau", "0581"),
            ("matsch", "68"),
            ("Arbeitsamt", "071862"),
            ("Eberhardt", "01772"),
            ("Celsius", "8588"),
            ("Ace", "08"),
            ("Aabjoe", "01"),
            ("Aaclan", "0856"),
            ("Aychlmajr", "04567"),
            ("shch", "84"),
            ("xch", "484"),
            ("cx", "48"),
            ("heithabu", "021"),
            ("ß", "8"),
            ("657", "657"),
            ("h", ""),
            ("", ""),
        ];
        check(cologne, &cases);
        assert_eq!(cologne("Meyer"), cologne("Maier"));
    }

    #[test]
    fn double_metaphone_as_its_author_and_commons_codec_write_it() {
        // DoubleMetaphoneTest of Apache Commons Codec, and DoubleMetaphone2Test, whose codes are those of the article's own
        // program.
        let cases = [
            ("testing", "TSTN"),
            ("The", "0"),
            ("quick", "KK"),
            ("brown", "PRN"),
            ("fox", "FKS"),
            ("jumped", "JMPT"),
            ("over", "AFR"),
            ("lazy", "LS"),
            ("dogs", "TKS"),
            ("MacCafferey", "MKFR"),
            ("Stephan", "STFN"),
            ("Kuczewski", "KSSK"),
            ("McClelland", "MKLL"),
            ("san jose", "SNHS"),
            ("xenophobia", "SNFP"),
            ("Allerton", "ALRT"),
            ("Acton", "AKTN"),
            ("Adams", "ATMS"),
            ("Aggar", "AKR"),
            ("schmidt", "XMT"),
            ("Smith", "SM0"),
            ("snider", "SNTR"),
            ("schneider", "XNTR"),
            ("Wagner", "AKNR"),
            ("Knight", "NT"),
            ("gallegos", "KLKS"),
            ("chianti", "KNT"),
            ("chemistry", "KMST"),
            ("Wright", "RT"),
            ("Vasserman", "FSRM"),
            ("hochmeier", "HKMR"),
            ("zhao", "J"),
            ("42", ""),
            ("", ""),
        ];
        check(double_metaphone, &cases);
        for (one, other) in [("Catherine", "Kathryn"), ("Jon", "John"), ("Philip", "Fillip"), ("Jäger", "Jager")] {
            assert_eq!(double_metaphone(one), double_metaphone(other));
        }
        assert_ne!(double_metaphone("Meyer"), double_metaphone("Miller"));
    }

    #[test]
    fn metaphone_as_commons_codec_writes_it() {
        // MetaphoneTest of Apache Commons Codec, whose codes end after four letters.
        let cases = [
            ("howl", "HL"),
            ("testing", "TSTN"),
            ("The", "0"),
            ("quick", "KK"),
            ("brown", "BRN"),
            ("fox", "FKS"),
            ("jumped", "JMPT"),
            ("over", "OFR"),
            ("lazy", "LS"),
            ("dogs", "TKS"),
            ("COMB", "KM"),
            ("TOMB", "TM"),
            ("WOMB", "WM"),
            ("SCIENCE", "SNS"),
            ("SCENE", "SN"),
            ("SCY", "S"),
            ("SASHA", "SX"),
            ("WHY", ""),
            ("CIAPO", "XP"),
            ("SCHEDULE", "SKTL"),
            ("SCHEMATIC", "SKMT"),
            ("CHARACTER", "KRKT"),
            ("TEACH", "TX"),
            ("DODGY", "TJ"),
            ("DODGE", "TJ"),
            ("ADGIEMTI", "AJMT"),
            ("GHENT", "KNT"),
            ("BAUGH", "B"),
            ("GNU", "N"),
            ("SIGNED", "SNT"),
            ("PHISH", "FX"),
            ("SHOT", "XT"),
            ("ODSIAN", "OTXN"),
            ("PULSION", "PLXN"),
            ("OTIA", "OX"),
            ("PORTION", "PRXN"),
            ("RETCH", "RX"),
            ("WATCH", "WX"),
            ("AXEAXE", "AKSK"),
            ("ALLERTON", "ALRT"),
            ("42", ""),
        ];
        check(|name| metaphone(name).map(|code| code.chars().take(4).collect()), &cases);
        check(metaphone, &[("ALLERTON", "ALRTN"), ("synchronization", "SNXRNSXN")]);
    }

    #[test]
    fn metaphone_joins_what_sounds_alike() {
        // The groups of MetaphoneTest.
        let groups: [&[&str]; 8] = [
            &["Lawrence", "Lorenza"],
            &["Gary", "Cahra", "Carey", "Carrie", "Cory", "Gray", "Kari", "Keri"],
            &["Aero", "Eure"],
            &["John", "Gena", "Gene", "Jaine", "Jo-Anne", "Joan", "Juana", "June"],
            &["Knight", "Hynda", "Nada", "Nita", "Netty"],
            &["Mary", "Mair", "Maria", "Maura", "Moira", "Myra"],
            &["Peter", "Peadar", "Pedro", "Petr", "Piotr"],
            &["Susan", "Siusan", "Susannah", "Suzanne", "Zuzana"],
        ];
        for group in groups {
            let codes: Vec<Option<String>> = group.iter().map(|name| metaphone(name)).collect();
            assert!(codes[0].is_some() && codes.iter().all(|code| *code == codes[0]), "{group:?} {codes:?}");
        }
    }
}
