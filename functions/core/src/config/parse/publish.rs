//! [publish]: what must hold before a version is published.

use crate::config::Publish;
use crate::config::schema::Key;
use crate::config::toml_reader::{Notes, Section};

pub(super) fn keys() -> Vec<Key> {
    vec![
        Key::ratio("max_reject_ratio", "A greater share of rejected rows holds the version back.").or(0.01),
        Key::ratio(
            "max_changed_ratio",
            "A greater share of the customers before updated, merged, split or deleted holds it back.",
        ),
        Key::integer("max_accounts_of_largest_customer", 1, "A customer of more accounts holds it back."),
        Key::ratio("max_customer_drop_ratio", "Fewer customers than before, by a greater share, hold it back.").or(0.2),
    ]
}

pub(super) fn publish(root: &Section<'_>, notes: &mut Notes<'_>) -> Publish {
    let mut publish = Publish {
        max_reject_ratio: 0.01,
        max_customer_drop_ratio: 0.2,
        max_changed_ratio: None,
        max_accounts_of_largest_customer: None,
    };
    let Some(section) = root.section("publish", notes) else { return publish };
    section.only(&keys(), notes);
    if let Some(ratio) = section.ratio("max_reject_ratio", notes) {
        publish.max_reject_ratio = ratio;
    }
    if let Some(ratio) = section.ratio("max_customer_drop_ratio", notes) {
        publish.max_customer_drop_ratio = ratio;
    }
    publish.max_changed_ratio = section.ratio("max_changed_ratio", notes);
    publish.max_accounts_of_largest_customer =
        section.integer("max_accounts_of_largest_customer", 1, notes).and_then(|accounts| u64::try_from(accounts).ok());
    publish
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Publish};

    const SOURCE: &str =
        "[[source]]\nname = \"crm\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\n[[match]]\nkey = \"email\"\n";

    fn parse(section: &str) -> Result<Publish, String> {
        Config::parse(&format!("{SOURCE}{section}")).map(|config| config.publish).map_err(|faults| faults.to_string())
    }

    #[test]
    fn limits_have_defaults_or_there_are_none() {
        let default = Publish {
            max_reject_ratio: 0.01,
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
    fn every_limit_is_checked_at_its_line() {
        let faults = parse(
            "[publish]\nmax_reject_ratio = -1\nmax_changed_ratio = 2\nmax_accounts_of_largest_customer = 0\n\
             max_customers = 1\n",
        )
        .unwrap_err();
        for expected in [
            "line 9, column 20: max_reject_ratio must be a number from 0 to 1",
            "line 10, column 21: max_changed_ratio must be a number from 0 to 1",
            "line 11, column 36: max_accounts_of_largest_customer must be a whole number from 1 on",
            "line 12, column 1: unknown name \"max_customers\"",
        ] {
            assert!(faults.contains(expected), "{faults}");
        }
    }
}
