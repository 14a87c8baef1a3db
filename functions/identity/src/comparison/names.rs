//! How names agree that are not written alike: initials, and given and family name in the other order.

use std::borrow::Cow;

use onefold_normalise::field::TextField;
use onefold_normalise::{Step, Surroundings, lowercase};

/// Whether people write the field's names as initials.
pub(super) fn may_be_initials(field: TextField) -> bool {
    matches!(field, TextField::GivenName | TextField::MiddleName)
}

/// The field that has a field's value where given and family name are swapped.
pub(super) fn counterpart(field: TextField) -> Option<TextField> {
    match field {
        TextField::GivenName => Some(TextField::FamilyName),
        TextField::FamilyName => Some(TextField::GivenName),
        _ => None,
    }
}

/// Whether two names agree by their initials: word by word, as long as both have words, an initial stands for a word that
/// begins with it, and other words are equal. False if neither has an initial.
pub(super) fn initials_agree(left: &str, right: &str) -> bool {
    let has_initial = words(left).chain(words(right)).any(is_initial);
    has_initial
        && words(left).next().is_some()
        && words(right).next().is_some()
        && words(left).zip(words(right)).all(|(left, right)| stand_for(left, right))
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    let is_between = |letter: char| letter.is_whitespace() || matches!(letter, '.' | '-' | ',');
    name.split(is_between).filter(|word| !word.is_empty())
}

/// A single letter of a script that has upper and lower case; elsewhere names of one letter are whole.
fn is_initial(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(|letter| letter.is_uppercase() || letter.is_lowercase()) && letters.next().is_none()
}

fn stand_for(left: &str, right: &str) -> bool {
    let (left, right, is_whole) = (folded(left), folded(right), !is_initial(left) && !is_initial(right));
    left == right || !is_whole && (left.starts_with(&*right) || right.starts_with(&*left))
}

fn folded(word: &str) -> Cow<'_, str> {
    let ascii = Step::Ascii.apply(Cow::Borrowed(word), Surroundings::default()).unwrap_or(Cow::Borrowed(word));
    Cow::Owned(lowercase(&ascii).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_stand_for_names_that_begin_with_them() {
        for (left, right) in [
            ("R.", "Robert"),
            ("R", "robert"),
            ("r.", "Robert Paul"),
            ("J.R.", "John Robert"),
            ("J. R.", "John-Robert"),
            ("J.R.", "John"),
            ("J. Robert", "John Robert"),
            ("Robert J.", "Robert"),
            ("R.", "R"),
            ("É.", "Emile"),
            ("Ж.", "Жанна"),
        ] {
            assert!(initials_agree(left, right), "{left} {right}");
            assert!(initials_agree(right, left), "{right} {left}");
        }
        for (left, right) in [
            ("R.", "Bob"),
            ("J.R.", "John Paul"),
            ("J. Robert", "John Paul"),
            ("R.", "T."),
            ("Ro", "Robert"),
            ("Robert", "Robert"),
            ("Robert", "Robert Paul"),
            ("伟", "伟东"),
            (".", "R."),
            ("", "R."),
        ] {
            assert!(!initials_agree(left, right), "{left} {right}");
            assert!(!initials_agree(right, left), "{right} {left}");
        }
    }
}
