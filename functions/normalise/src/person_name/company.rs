//! Companies in the place of a name.

use super::text::{Word, has_upper};
use super::words::{Kind, Kinds};

/// Whether the words are a company's name: it has a legal form, or ends like `& Sons`.
pub(super) fn is_company(words: &[Word<'_>]) -> bool {
    let has_upper = has_upper(words);
    let tail = |pair: &[Word<'_>]| pair[0].is_and(has_upper) && pair[1].is(Kind::CompanyTail);
    says_company(words) || has_form(words) || words.windows(2).skip(1).any(tail)
}

/// Whether the first word says that a company follows.
fn says_company(words: &[Word<'_>]) -> bool {
    let is_said = |first: &Word<'_>| first.is(Kind::Company) || (first.is(Kind::DottedCompany) && first.ends_in_dot());
    words.len() > 1 && words.first().is_some_and(is_said)
}

fn has_form(words: &[Word<'_>]) -> bool {
    const LONGEST_FORM: usize = 4;
    let Some(behind) = words.get(1..) else { return false };
    let ends = (1..=LONGEST_FORM.min(behind.len())).map(|length| words.split_at(words.len() - length));
    behind.iter().any(|word| word.is(Kind::LegalForm)) || ends.into_iter().any(|(name, form)| is_form(name, form))
}

/// Whether the last words are a legal form.
fn is_form(name: &[Word<'_>], form: &[Word<'_>]) -> bool {
    let are_short = form.iter().all(|word| word.text.chars().filter(|letter| letter.is_alphanumeric()).count() <= 2);
    if form.len() > 1 && !are_short {
        return false;
    }
    let kinds = Kinds::of_joined(form.iter().map(|word| word.text));
    let is_set_off = form.iter().any(|word| word.has_dots() || word.text.contains('/'))
        || (form.len() > 1 && form.iter().any(|word| word.ends_in_dot()))
        || (form.iter().any(|word| has_capital_behind(word.text)) && name.iter().any(|word| word.has_lower()));
    kinds.has(Kind::LegalForm) || kinds.has(Kind::LastLegalForm) || (kinds.has(Kind::WeakLegalForm) && is_set_off)
}

/// Whether a letter behind the first is in upper case: `AB`, `eV`, `ApS`, `A/S`.
fn has_capital_behind(text: &str) -> bool {
    text.chars().skip(1).any(char::is_uppercase)
}
