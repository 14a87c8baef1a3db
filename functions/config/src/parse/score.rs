//! [score]: scored pairs, beside match rules or instead of them.

use super::text_field;
use crate::schema::{Key, Kind};
use crate::score::{ScoreSettings, ScoreThreshold};
use crate::toml_reader::{Notes, Section, texts};

pub(super) fn keys() -> Vec<Key> {
    vec![
        Key::new(
            "threshold",
            Kind::Number,
            "Pairs of at least so many bits are one person's: 0 are even odds, 10 are a thousand to one.",
        )
        .or(0),
        Key::ratio(
            "min_precision",
            "Instead of `threshold`: the least threshold at which so large a share of the links is expected to be right.",
        ),
        Key::new("without", Kind::TextFieldOr(Vec::new()).or_several(), "Text fields that are not compared."),
        Key::text(
            "model",
            "The run whose model is used. If not given, that of the previous version; the first run learns one.",
        ),
    ]
}

/// The settings of `[score]`. Without that section and without `[[match]]` they are the defaults.
pub(super) fn score(root: &Section<'_>, notes: &mut Notes<'_>) -> Option<ScoreSettings> {
    let Some(section) = root.section("score", notes) else {
        return root.get("match").is_none().then(ScoreSettings::default);
    };
    section.only(&keys(), notes);
    let bits = section.number("threshold", notes);
    let precision = section.ratio("min_precision", notes);
    let threshold = match (bits, precision) {
        (Some(_), Some(_)) => {
            notes.fault(section.span.clone(), "[score] has threshold and min_precision; leave one of them out");
            ScoreThreshold::default()
        }
        (None, Some(precision)) => ScoreThreshold::Precision(precision),
        (bits, None) => ScoreThreshold::Bits(bits.unwrap_or_default()),
    };
    let named = section.get("without").map(|value| texts(value, "without", notes)).unwrap_or_default();
    let without = named.into_iter().filter_map(|(name, span)| text_field(name, span, notes)).collect();
    let model = section.text("model", notes).map(|(run, _)| run.to_owned());
    Some(ScoreSettings { threshold, without, model })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    const SOURCE: &str =
        "[[source]]\nname = \"crm\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\nemail = \"/email\"\n";

    fn parsed(rest: &str) -> Option<ScoreSettings> {
        Config::parse(&format!("{SOURCE}{rest}")).unwrap().score
    }

    #[test]
    fn scores_decide_where_no_rule_does() {
        assert_eq!(parsed(""), Some(ScoreSettings::default()));
        assert_eq!(parsed("[[match]]\nkey = \"email\"\n"), None);
        assert_eq!(parsed("[[match]]\nkey = \"email\"\n[score]\n"), Some(ScoreSettings::default()));
    }

    #[test]
    fn settings_are_read() {
        let settings =
            parsed("[score]\nthreshold = -2.5\nwithout = \"email\"\nmodel = \"20261122T174600Z-1a2b3c4d\"\n").unwrap();
        assert_eq!(settings.threshold, ScoreThreshold::Bits(-2.5));
        assert_eq!(settings.without, [onefold_normalise::field::TextField::Email]);
        assert_eq!(settings.model.as_deref(), Some("20261122T174600Z-1a2b3c4d"));
        let settings = parsed("[score]\nmin_precision = 0.99\n").unwrap();
        assert_eq!(settings.threshold, ScoreThreshold::Precision(0.99));
    }

    #[test]
    fn faults_are_told() {
        let faults = |rest: &str| Config::parse(&format!("{SOURCE}{rest}")).unwrap_err().to_string();
        assert!(faults("[score]\nthreshold = 1\nmin_precision = 0.9\n").contains("leave one of them out"));
        assert!(faults("[score]\nmin_precision = 2\n").contains("from 0 to 1"));
        assert!(faults("[score]\nwithout = [\"emial\"]\n").contains("did you mean \"email\"?"));
    }
}
