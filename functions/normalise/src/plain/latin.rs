//! Names of other scripts in Latin letters, as passports write them: letters alone do not say how Greek and Japanese names
//! are written, and for all others the tables of AnyAscii do.

use std::borrow::Cow;

use any_ascii::any_ascii_char;

use crate::text::ascii;

/// A folded text in Latin letters of ASCII.
pub(super) fn latin(folded: &str) -> Cow<'_, str> {
    if !folded.chars().any(|letter| is_greek(letter) || is_kana(letter) || of_surname(letter).is_some()) {
        return ascii(Cow::Borrowed(folded));
    }
    let letters: Vec<char> = folded.chars().collect();
    let mut latin = String::with_capacity(folded.len());
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        let (before, behind) = (at.checked_sub(1).map(|before| letters[before]), &letters[at + 1..]);
        at += match letter {
            letter if is_greek(*letter) => push_greek(*letter, before, behind, &mut latin),
            letter if is_kana(*letter) => push_kana(*letter, behind, &mut latin),
            letter => push_any(*letter, before, behind, &mut latin),
        };
    }
    Cow::Owned(latin)
}

const fn is_greek(letter: char) -> bool {
    matches!(letter, '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}')
}

const fn is_kana(letter: char) -> bool {
    matches!(letter, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | 'ー')
}

/// How most people of a surname of one letter write it, where the tables have another reading or the official spelling.
const SURNAMES: [(char, &str); 22] = [
    ('曾', "zeng"),
    ('覃', "qin"),
    ('翟', "zhai"),
    ('仇', "qiu"),
    ('查', "zha"),
    ('김', "kim"),
    ('이', "lee"),
    ('박', "park"),
    ('최', "choi"),
    ('정', "jung"),
    ('강', "kang"),
    ('조', "cho"),
    ('윤', "yoon"),
    ('임', "lim"),
    ('오', "oh"),
    ('신', "shin"),
    ('권', "kwon"),
    ('유', "yoo"),
    ('고', "ko"),
    ('문', "moon"),
    ('우', "woo"),
    ('노', "noh"),
];

fn of_surname(letter: char) -> Option<&'static str> {
    // All are of these scripts.
    let may_be_one = matches!(letter, '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}');
    SURNAMES.into_iter().find(|(known, _)| may_be_one && *known == letter).map(|(_, latin)| latin)
}

/// Appends a letter, as a surname if it stands alone; one is read.
fn push_any(letter: char, before: Option<char>, behind: &[char], latin: &mut String) -> usize {
    let is_alone = [before, behind.first().copied()].iter().flatten().all(|beside| !beside.is_alphabetic());
    match of_surname(letter).filter(|_| is_alone) {
        Some(surname) => latin.push_str(surname),
        None => return push(letter, latin),
    }
    1
}

/// Appends a letter; one is read.
fn push(letter: char, latin: &mut String) -> usize {
    if letter.is_ascii() {
        latin.push(letter)
    } else {
        latin.push_str(any_ascii_char(letter))
    }
    1
}

/// Appends a Greek letter, or two that are one sound (ISO 843, as ELOT 743 has it); returns how many are read.
fn push_greek(letter: char, before: Option<char>, behind: &[char], latin: &mut String) -> usize {
    let is_at_start = before.is_none_or(|before| !before.is_alphabetic());
    let is_voiceless = behind.get(1).is_none_or(|next| "θκξπσςτφχψ".contains(*next) || !next.is_alphabetic());
    let both = match (letter, behind.first()) {
        ('ο', Some('υ' | 'ύ')) => "ou",
        ('α', Some('υ' | 'ύ')) => {
            if is_voiceless {
                "af"
            } else {
                "av"
            }
        }
        ('ε', Some('υ' | 'ύ')) => {
            if is_voiceless {
                "ef"
            } else {
                "ev"
            }
        }
        ('η', Some('υ' | 'ύ')) => {
            if is_voiceless {
                "if"
            } else {
                "iv"
            }
        }
        ('γ', Some('γ')) => "ng",
        ('γ', Some('ξ')) => "nx",
        ('γ', Some('χ')) => "nch",
        ('μ', Some('π')) if is_at_start => "b",
        _ => return push(letter, latin),
    };
    latin.push_str(both);
    2
}

/// Appends a letter of Hiragana or Katakana (Hepburn, without marks of length, as in passports); returns how many are read.
fn push_kana(letter: char, behind: &[char], latin: &mut String) -> usize {
    let end = latin.bytes().next_back().unwrap_or_default();
    match letter {
        'ー' => {}
        'う' | 'ウ' if matches!(end, b'o' | b'u') => {}
        'お' | 'オ' if end == b'o' => {}
        'っ' | 'ッ' => {
            let next = behind.first().map_or("", |next| any_ascii_char(*next));
            let doubled = if next.starts_with("ch") { "t" } else { next.get(..1).unwrap_or_default() };
            latin.push_str(doubled);
        }
        'ゃ' | 'ゅ' | 'ょ' | 'ャ' | 'ュ' | 'ョ' => push_small_y(any_ascii_char(letter), latin),
        'ぁ' | 'ぃ' | 'ぅ' | 'ぇ' | 'ぉ' | 'ァ' | 'ィ' | 'ゥ' | 'ェ' | 'ォ' => {
            push_small_vowel(any_ascii_char(letter), latin)
        }
        letter => latin.push_str(any_ascii_char(letter)),
    }
    1
}

/// `ki` and `yo` are `kyo`, `shi` and `yo` are `sho`.
fn push_small_y(kana: &str, latin: &mut String) {
    if latin.ends_with('i') {
        latin.pop();
    }
    let has_it_in_it = latin.ends_with("sh") || latin.ends_with("ch") || latin.ends_with('j');
    latin.push_str(if has_it_in_it { kana.trim_start_matches('y') } else { kana });
}

/// `fu` and `a` are `fa`, `u` and `i` are `wi`.
fn push_small_vowel(vowel: &str, latin: &mut String) {
    let is_vowel = |letter: char| matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u');
    if latin.ends_with(is_vowel) {
        let vowel = latin.pop();
        let is_alone = !latin.ends_with(|letter: char| letter.is_ascii_alphabetic() && !is_vowel(letter));
        if is_alone && vowel == Some('u') {
            latin.push('w');
        }
    }
    latin.push_str(vowel);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greek_is_written_as_in_passports() {
        for (name, expected) in [
            ("παπαδόπουλος", "papadopoulos"),
            ("ευαγγελία", "evangelia"),
            ("ευθύμιος", "efthymios"),
            ("αύγουστος", "avgoustos"),
            ("μπάμπης", "bampis"),
            ("σταύρος", "stavros"),
            ("σφιγξ", "sfinx"),
            ("γιάννης-μπου", "giannis-bou"),
            ("ιωάννης", "ioannis"),
        ] {
            assert_eq!(latin(name), expected, "{name}");
        }
    }

    #[test]
    fn kana_are_written_as_in_passports() {
        for (name, expected) in [
            ("しょうた", "shota"),
            ("ショウタ", "shota"),
            ("きょうこ", "kyoko"),
            ("ゆうき", "yuki"),
            ("じゅんこ", "junko"),
            ("おおの", "ono"),
            ("りょう", "ryo"),
            ("はっとり", "hattori"),
            ("きっちょう", "kitcho"),
            ("ほっかいどう", "hokkaido"),
            ("ヴァレリー", "vareri"),
            ("フェリックス", "ferikkusu"),
            ("ウィリアム", "wiriamu"),
            ("ジェーン", "jen"),
            ("つばさ", "tsubasa"),
        ] {
            assert_eq!(latin(name), expected, "{name}");
        }
    }

    #[test]
    fn surnames_of_one_letter_are_written_as_most_people_do() {
        for (name, expected) in [("김 민준", "kim MinJun"), ("曾", "zeng"), ("이민", "IMin"), ("王", "Wang")] {
            assert_eq!(latin(name), expected, "{name}");
        }
    }

    #[test]
    fn other_scripts_are_those_of_the_tables() {
        for (name, expected) in [("юлия", "yulia"), ("müller", "muller"), ("한 ά x", "Han a x")] {
            assert_eq!(latin(name), expected, "{name}");
        }
    }
}
