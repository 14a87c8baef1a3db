//! [publish]: what must hold before a version is published.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::mapping::flatten;
use super::{of_text_fields, text_field};
use crate::Publish;
use crate::schema::{Key, Kind};
use crate::toml_reader::{Notes, Section, as_number};

/// Of a run's rows, a few are always wrong.
const OF_RUN: f64 = 0.01;
/// A small source has larger shares by chance; what is read wrongly as a whole loses much more than a tenth.
const BY_SOURCE: f64 = 0.1;
/// Likewise, and files are smaller yet.
const BY_FILE: f64 = 0.5;

/// A column that is misread loses nearly all of its values. Where one in twenty can be read, the column is read rightly
/// and its values are bad.
const DROPPED: f64 = 0.95;

pub(super) fn keys() -> Vec<Key> {
    vec![
        Key::ratio("max_reject_ratio", "A greater share of rejected rows holds the version back.").or(OF_RUN),
        Key::ratio(
            "max_reject_ratio_by_source",
            "The same for the rows of one source. If not given, not less than `max_reject_ratio`.",
        )
        .or(BY_SOURCE),
        Key::ratio(
            "max_reject_ratio_by_file",
            "The same for the rows of one file. If not given, not less than `max_reject_ratio`.",
        )
        .or(BY_FILE),
        Key::new(
            "max_dropped_ratio",
            Kind::AnyOf(vec![Kind::Ratio, Kind::Table(ratios())]),
            "A greater share of the values of a field of one source that could not be used holds it back. One number, or \
             one for each of some text fields.",
        )
        .or(DROPPED),
        Key::ratio(
            "max_changed_ratio",
            "A greater share of the previous customers updated, merged, split, retired or deleted holds it back.",
        ),
        Key::integer("max_accounts_of_largest_customer", 1, "A customer of more accounts holds it back."),
        Key::ratio(
            "max_customer_drop_ratio",
            "By a greater share fewer customers than the version before holds it back.",
        )
        .or(0.2),
    ]
}

pub(super) fn publish(root: &Section<'_>, notes: &mut Notes<'_>) -> Publish {
    let mut publish = Publish {
        max_reject_ratio: OF_RUN,
        max_reject_ratio_by_source: BY_SOURCE,
        max_reject_ratio_by_file: BY_FILE,
        max_dropped_ratio: DROPPED,
        max_dropped_ratio_of: BTreeMap::new(),
        max_customer_drop_ratio: 0.2,
        max_changed_ratio: None,
        max_accounts_of_largest_customer: None,
    };
    let Some(section) = root.section("publish", notes) else { return publish };
    section.only(&keys(), notes);
    if let Some(ratio) = section.ratio("max_reject_ratio", notes) {
        publish.max_reject_ratio = ratio;
    }
    // What the whole may have, its parts may have.
    let of_part = |given: Option<f64>, default: f64| given.unwrap_or(default.max(publish.max_reject_ratio));
    publish.max_reject_ratio_by_source = of_part(section.ratio("max_reject_ratio_by_source", notes), BY_SOURCE);
    publish.max_reject_ratio_by_file = of_part(section.ratio("max_reject_ratio_by_file", notes), BY_FILE);
    dropped(&section, &mut publish, notes);
    if let Some(ratio) = section.ratio("max_customer_drop_ratio", notes) {
        publish.max_customer_drop_ratio = ratio;
    }
    publish.max_changed_ratio = section.ratio("max_changed_ratio", notes);
    publish.max_accounts_of_largest_customer =
        section.integer("max_accounts_of_largest_customer", 1, notes).and_then(|accounts| u64::try_from(accounts).ok());
    publish
}

/// A share of each text field.
fn ratios() -> Vec<Key> {
    let key = |name| Key::ratio(name, "The share of this field.");
    of_text_fields(|field| key(field.name()), key("<name>"))
}

/// The limits of dropped values: one number, or a table by field.
fn dropped(section: &Section<'_>, publish: &mut Publish, notes: &mut Notes<'_>) {
    let Some((DeValue::Table(table), _)) = section.get("max_dropped_ratio") else {
        publish.max_dropped_ratio = section.ratio("max_dropped_ratio", notes).unwrap_or(DROPPED);
        return;
    };
    for (name, name_span, (value, value_span)) in flatten(table, "") {
        let field = text_field(&name, name_span, notes);
        let ratio = as_number(value).filter(|ratio| (0.0..=1.0).contains(ratio));
        match (field, ratio) {
            (Some(field), Some(ratio)) => _ = publish.max_dropped_ratio_of.insert(field.name().to_owned(), ratio),
            (_, None) => notes.wrong(value_span, &name, "a number from 0 to 1"),
            (None, _) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::{Config, Publish};

    const SOURCE: &str =
        "[[source]]\nname = \"crm\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\n[[match]]\nkey = \"email\"\n";

    fn parse(section: &str) -> Result<Publish, String> {
        Config::parse(&format!("{SOURCE}{section}")).map(|config| config.publish).map_err(|faults| faults.to_string())
    }

    #[test]
    fn limits_have_defaults_or_there_are_none() {
        let default = Publish {
            max_reject_ratio: 0.01,
            max_reject_ratio_by_source: 0.1,
            max_reject_ratio_by_file: 0.5,
            max_dropped_ratio: 0.95,
            max_dropped_ratio_of: BTreeMap::new(),
            max_customer_drop_ratio: 0.2,
            max_changed_ratio: None,
            max_accounts_of_largest_customer: None,
        };
        assert_eq!(parse(""), Ok(default.clone()));
        assert_eq!(parse("[publish]\n"), Ok(default.clone()));
        let given = "[publish]\nmax_customer_drop_ratio = 1\nmax_changed_ratio = 0.25\n\
                     max_accounts_of_largest_customer = 40\n";
        let expected = Publish {
            max_customer_drop_ratio: 1.0,
            max_changed_ratio: Some(0.25),
            max_accounts_of_largest_customer: Some(40),
            ..default
        };
        assert_eq!(parse(given), Ok(expected));
    }

    #[test]
    fn parts_may_have_what_the_whole_may_have() {
        let limits = |section: &str| {
            let publish = parse(section).unwrap();
            (publish.max_reject_ratio_by_source, publish.max_reject_ratio_by_file)
        };
        assert_eq!(limits("[publish]\nmax_reject_ratio = 0\n"), (0.1, 0.5));
        assert_eq!(limits("[publish]\nmax_reject_ratio = 0.2\n"), (0.2, 0.5));
        assert_eq!(limits("[publish]\nmax_reject_ratio = 1\n"), (1.0, 1.0));
        let own = "max_reject_ratio_by_source = 0.3\nmax_reject_ratio_by_file = 0\n";
        assert_eq!(limits(&format!("[publish]\nmax_reject_ratio = 0.6\n{own}")), (0.3, 0.0));
    }

    #[test]
    fn dropped_values_have_one_limit_or_one_for_each_field() {
        let limits = |section: &str| {
            let publish = parse(section).unwrap();
            (publish.max_dropped_ratio, publish.max_dropped_ratio_of)
        };
        assert_eq!(limits("[publish]\nmax_dropped_ratio = 0.5\n"), (0.5, BTreeMap::new()));
        let by_field = "[publish.max_dropped_ratio]\nphone_number = 0.2\naddress.postal_code = 1\n";
        let expected = [("phone_number".to_owned(), 0.2), ("address.postal_code".to_owned(), 1.0)];
        assert_eq!(limits(by_field), (0.95, expected.into()));
        let faults = parse("[publish]\nmax_dropped_ratio = { fone_number = 0.2, email = 2 }\n").unwrap_err();
        assert!(faults.contains("did you mean \"phone_number\"?"), "{faults}");
        assert!(faults.contains("email must be a number from 0 to 1"), "{faults}");
    }

    #[test]
    fn every_limit_is_checked_at_its_line() {
        let faults = parse(
            "[publish]\nmax_reject_ratio = -1\nmax_changed_ratio = 2\nmax_accounts_of_largest_customer = 0\n\
             max_customers = 1\nmax_reject_ratio_by_source = 2\nmax_reject_ratio_by_file = \"none\"\n",
        )
        .unwrap_err();
        for expected in [
            "line 9, column 20: max_reject_ratio must be a number from 0 to 1",
            "line 10, column 21: max_changed_ratio must be a number from 0 to 1",
            "line 11, column 36: max_accounts_of_largest_customer must be a whole number from 1 on",
            "line 13, column 30: max_reject_ratio_by_source must be a number from 0 to 1",
            "line 14, column 28: max_reject_ratio_by_file must be a number from 0 to 1",
            "line 12, column 1: unknown name \"max_customers\"",
        ] {
            assert!(faults.contains(expected), "{faults}");
        }
    }
}
