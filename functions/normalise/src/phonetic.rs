//! Codes of how a name sounds, for match keys, by rphonetic. All read a name's letters in ASCII; Double Metaphone its
//! blanks too.

use std::borrow::Cow;

use rphonetic::{Cologne, DoubleMetaphone, Encoder, Soundex};

use super::text::{ascii, ascii_alphanumerics};

/// The ASCII letters of a value, in upper case.
pub(super) fn letters(value: &str) -> Vec<u8> {
    if value.is_ascii() { upper_letters(value.bytes()) } else { upper_letters(ascii_alphanumerics(value)) }
}

fn upper_letters(text: impl Iterator<Item = u8>) -> Vec<u8> {
    text.filter(u8::is_ascii_alphabetic).map(|byte| byte.to_ascii_uppercase()).collect()
}

/// The code of some letters; `None` if nothing in them sounds.
fn encode(encoder: &impl Encoder, letters: Vec<u8>) -> Option<String> {
    // Letters in ASCII are UTF-8.
    let letters = String::from_utf8(letters).unwrap_or_default();
    Some(encoder.encode(&letters)).filter(|code| !code.is_empty())
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
    encode(&Soundex::default(), letters(value))
}

/// Kölner Phonetik: digits. `None` if there is nothing that sounds; a value that is a code stays.
///
/// After Hans Joachim Postel, Die Kölner Phonetik, IBM-Nachrichten 19 (1969), as in the table of the German Wikipedia.
pub(super) fn cologne(value: &str) -> Option<String> {
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.to_owned());
    }
    let mut letters = letters(value);
    // rphonetic takes a C behind an H that begins the word for the word's beginning, where CL and CR have another code.
    let start = letters.iter().take_while(|letter| **letter == b'H').count();
    if start > 0 && matches!(letters[start..], [b'C', b'L' | b'R', ..]) {
        // S has the code of such a C.
        letters[start] = b'S';
    }
    encode(&Cologne, letters)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check_code;

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
        check_code(soundex, &cases);
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
            ("Hclaus", "858"),
            ("HHCRAX", "8748"),
            ("657", "657"),
            ("h", ""),
            ("", ""),
        ];
        check_code(cologne, &cases);
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
        check_code(double_metaphone, &cases);
        for (one, other) in [("Catherine", "Kathryn"), ("Jon", "John"), ("Philip", "Fillip"), ("Jäger", "Jager")] {
            assert_eq!(double_metaphone(one), double_metaphone(other));
        }
        assert_ne!(double_metaphone("Meyer"), double_metaphone("Miller"));
    }
}
