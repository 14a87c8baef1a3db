//! The colours of the style sheet.

use crate::page::STYLE;

/// The light theme and the dark one.
fn themes() -> [&'static str; 2] {
    let (light, rest) = STYLE.split_once("@media screen and (prefers-color-scheme: dark)").unwrap();
    [light, rest.split_once("\n}\n").unwrap().0]
}

/// The colours of a theme, by name.
fn colours(theme: &str) -> Vec<(&str, [f64; 3])> {
    let lines =
        theme.lines().filter_map(|line| line.trim().strip_prefix("--")?.trim_end_matches(';').split_once(": #"));
    let part = |code: &str, at: usize| f64::from(u8::from_str_radix(&code[at..at + 2], 16).unwrap()) / 255.0;
    lines.map(|(name, code)| (name, [0, 2, 4].map(|at| part(code, at)))).collect()
}

/// The contrast of two colours (Web Content Accessibility Guidelines 2.2).
fn contrast(one: [f64; 3], two: [f64; 3]) -> f64 {
    let luminance = |colour: [f64; 3]| {
        let [red, green, blue] =
            colour.map(|part| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    };
    let (one, two) = (luminance(one), luminance(two));
    (one.max(two) + 0.05) / (one.min(two) + 0.05)
}

#[test]
fn letters_and_marks_stand_out_from_their_ground_in_both_themes() {
    for theme in themes() {
        let colours = colours(theme);
        let of = |name: &str| colours.iter().find(|(found, _)| *found == name).unwrap().1;
        let letters = [
            ("ink", "paper"),
            ("ink", "ground"),
            ("ink", "track"),
            ("muted", "paper"),
            ("muted", "ground"),
            ("link", "paper"),
            ("link", "ground"),
            ("good", "good-soft"),
            ("warn", "warn-soft"),
            ("bad", "bad-soft"),
        ];
        for (letter, ground) in letters {
            assert!(contrast(of(letter), of(ground)) >= 4.5, "{letter} on {ground}");
        }
        for mark in ["one", "two", "rest"] {
            assert!(contrast(of(mark), of("paper")) >= 3.0, "{mark}");
        }
    }
}

/// People who do not tell red from green still see which of two marks is lighter, or bluer.
#[test]
fn marks_differ_for_those_who_do_not_tell_red_from_green() {
    for theme in themes() {
        let colours = colours(theme);
        let blue = |name: &str| {
            let [red, green, blue] = colours.iter().find(|(found, _)| *found == name).unwrap().1;
            blue - (red + green) / 2.0
        };
        assert!(blue("one") - blue("rest") > 0.2 && blue("rest") - blue("two") > 0.2);
    }
}
