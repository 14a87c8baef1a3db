//! Normalisers: small named steps that the configuration chains for each text field.
//!
//! A step leaves a value that is already normal as it is, without copying it: most values are.

mod calling_codes;
mod email;
mod name;
mod phone;

use std::borrow::Cow;

pub use calling_codes::calling_code;
pub use email::is_email;

/// One step of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Removes white space around the value.
    Trim,
    /// Lower case (Unicode).
    Lowercase,
    /// Upper case (Unicode).
    Uppercase,
    /// Removes the tag of an e-mail address: `anna+shop@x.de` becomes `anna@x.de`.
    Untag,
    /// One spelling for addresses of Google Mail: `@gmail.com`, no dots before it.
    Gmail,
    /// First letter upper case, the others lower case.
    Capitalise,
    /// A phone number as `+`, calling code and digits, without a numbering plan.
    Digits,
}

/// What a step may look at beside the value.
#[derive(Clone, Copy, Debug, Default)]
pub struct Surroundings<'a> {
    /// The account's country, ISO 3166-1 alpha-2.
    pub country: Option<&'a str>,
    /// The source's region, for accounts without a (known) country.
    pub region: Option<&'a str>,
}

impl Step {
    /// All steps.
    pub const ALL: [Self; 7] =
        [Self::Trim, Self::Lowercase, Self::Uppercase, Self::Untag, Self::Gmail, Self::Capitalise, Self::Digits];

    /// The name in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trim => "trim",
            Self::Lowercase => "lowercase",
            Self::Uppercase => "uppercase",
            Self::Untag => "untag",
            Self::Gmail => "gmail",
            Self::Capitalise => "capitalise",
            Self::Digits => "digits",
        }
    }

    /// The step of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }

    /// The value after this step; `None` if there is nothing of this kind in it.
    pub fn apply<'a>(self, value: Cow<'a, str>, surroundings: Surroundings<'_>) -> Option<Cow<'a, str>> {
        match self {
            Self::Trim => Some(trim(value)),
            Self::Lowercase => Some(name::lowercase(value)),
            Self::Uppercase => Some(name::uppercase(value)),
            Self::Untag => Some(email::untag(value)),
            Self::Gmail => Some(email::gmail(value)),
            Self::Capitalise => Some(name::capitalise(value)),
            Self::Digits => phone::digits(&value, surroundings).map(Cow::Owned),
        }
    }
}

/// Removes white space around the value.
pub(crate) fn trim(value: Cow<'_, str>) -> Cow<'_, str> {
    if has_graphic_ends(&value) {
        return value;
    }
    match value {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// Whether a value, as most do, begins and ends with ASCII that is no white space.
fn has_graphic_ends(value: &str) -> bool {
    matches!(value.as_bytes(), [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic())
}

/// Runs a chain; `None` if nothing is left.
pub fn run<'a>(chain: &[Step], value: Cow<'a, str>, surroundings: Surroundings<'_>) -> Option<Cow<'a, str>> {
    let mut value = value;
    for step in chain {
        value = step.apply(value, surroundings)?;
    }
    (!value.is_empty()).then_some(value)
}

/// Whether a value says that there is none. Such values never form a match key (invariant 5).
pub fn is_placeholder(value: &str) -> bool {
    const LONGEST: usize = 13;
    const PLACEHOLDERS: [&str; 14] = [
        "-",
        "--",
        "?",
        ".",
        "n/a",
        "#n/a",
        "na",
        "nil",
        "null",
        "none",
        "unknown",
        "undefined",
        "not available",
        "xxx",
    ];
    // Most values are told by their length and ends: longer, and without white space around them.
    if value.len() > LONGEST && has_graphic_ends(value) {
        return false;
    }
    let value = value.trim();
    value.is_empty()
        || (value.len() <= LONGEST && PLACEHOLDERS.iter().any(|placeholder| value.eq_ignore_ascii_case(placeholder)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_have_names() {
        for step in Step::ALL {
            assert_eq!(Step::from_name(step.name()), Some(step));
        }
    }

    #[test]
    fn chains_run_in_order() {
        let chain = [Step::Trim, Step::Lowercase, Step::Untag, Step::Gmail];
        let run = |text: &'static str| run(&chain, Cow::Borrowed(text), Surroundings::default());
        assert_eq!(run("  Anna.Weber+Shop@GoogleMail.com ").as_deref(), Some("annaweber@gmail.com"));
        assert_eq!(run("   "), None);
    }

    #[test]
    fn placeholders_are_nothing() {
        for nothing in [
            "",
            "  ",
            "n/a                 ",
            "\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}",
            "-",
            "N/A",
            " n/a ",
            "Unknown",
            "NULL",
            "not available",
        ] {
            assert!(is_placeholder(nothing), "{nothing:?}");
        }
        for something in ["a", "Nadia", "nobody@x.de", "Nullmeier"] {
            assert!(!is_placeholder(something), "{something:?}");
        }
    }
}
