//! Filling an account from reference tables.

use std::borrow::Cow;

use onefold_config::{Config, Enrich, Target};
use onefold_identity::account::Account;

use super::items::{sorted, split_items};
use super::tables::Tables;

/// Fills empty fields from the tables, in the order of the configuration, and sets the provenance. A later lookup sees
/// the values of earlier ones.
pub(super) fn enrich<'a, 'c: 'a>(config: &'c Config, tables: &'c Tables, account: &mut Account<'a>) {
    let mut filled: Vec<usize> = Vec::new();
    for (number, (lookup, table)) in config.enrich.iter().zip(tables.of_lookups()).enumerate() {
        if !lookup.overwrite && has(account, &lookup.target) {
            continue;
        }
        let Some(found) = table.get(lookup, account) else {
            continue;
        };
        if lookup.overwrite {
            filled.retain(|earlier| config.enrich[*earlier].target != lookup.target);
        }
        fill(account, lookup, found);
        filled.push(number);
    }
    account.provenance = tables.provenances.of(&filled, &config.enrich);
}

fn has(account: &Account<'_>, target: &Target) -> bool {
    match target {
        Target::Text(field) => account.text(*field).is_some(),
        Target::Location => account.location.is_some(),
        Target::Salary => account.salary.is_some(),
        Target::Interests => !account.interests.is_empty(),
        Target::Attribute(name) => account.attributes.iter().any(|(known, _)| known == name),
    }
}

fn fill<'a, 'c: 'a>(account: &mut Account<'a>, lookup: &'c Enrich, found: &'c str) {
    match &lookup.target {
        Target::Text(field) => account.set_text(*field, Some(Cow::Borrowed(found))),
        Target::Location => account.location = Some(Cow::Borrowed(found)),
        Target::Salary => account.salary = Some(Cow::Borrowed(found)),
        Target::Interests => account.interests = sorted(split_items(found, Some(&lookup.split))),
        Target::Attribute(name) => {
            let value = Cow::Borrowed(found);
            match account.attributes.binary_search_by(|(known, _)| known.as_ref().cmp(name)) {
                Ok(place) => account.attributes[place].1 = value,
                Err(place) => account.attributes.insert(place, (Cow::Borrowed(name), value)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use onefold_normalise::field::TextField;
    use onefold_normalise::timestamp::Timestamp;
    use serde_json::{Value, json};

    use super::*;
    use crate::enrich::TableText;

    const SOURCE: &str = "[[source]]\nname = \"crm\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\n\
        attributes.occupation = \"/job\"\n[[match]]\nkey = \"email\"\n";

    /// What becomes of Anna, a nurse in Texas with 100 and golf, under some lookups.
    fn enriched(lookups: &str) -> Value {
        let config = Config::parse(&format!("{SOURCE}{lookups}")).unwrap();
        let tables = Tables::parse(&config, |name| {
            let bytes: &[u8] = match name {
                "names" => b"name,gender,nick\nAnna,f,Ann\n",
                "nicks" => b"name,gender\nAnn,x\n",
                "jobs" => b"job,region,salary,group\nnurse,TX,80000,health\n",
                _ => b"name,interests\nAnna,wine; art;wine\n",
            };
            Some(TableText::csv("table.csv", bytes))
        })
        .unwrap();
        let mut account = Account::new("crm:1", None, Timestamp::from_milliseconds(0).unwrap());
        account.set_text(TextField::GivenName, Some("Anna".into()));
        account.set_text(TextField::Region, Some("TX".into()));
        account.salary = Some("100".into());
        account.interests = vec!["golf".into()];
        account.attributes = vec![("occupation".into(), r#""Nurse""#.into()), ("z".into(), "1".into())];
        enrich(&config, &tables, &mut account);
        let mut out = Vec::new();
        account.write(&mut out);
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn what_the_source_gave_stays_unless_it_is_to_be_overwritten() {
        let pay = "[[enrich]]\nfield = \"salary\"\ntable = \"jobs\"\nignore_case = true\n\
            on = [\"attributes.occupation\", \"address.region\"]\n";
        let likes = "[[enrich]]\nfield = \"interests\"\ntable = \"likes\"\non = \"given_name\"\n";
        let kept = enriched(&format!("{pay}{likes}"));
        assert_eq!((&kept["salary"], &kept["interests"]), (&json!(100), &json!(["golf"])));
        assert_eq!(kept.get("provenance"), None);
        let replaced = enriched(&format!("{pay}overwrite = true\n{likes}overwrite = true\n"));
        assert_eq!((&replaced["salary"], &replaced["interests"]), (&json!(80000), &json!(["art", "wine"])));
        assert_eq!(replaced["provenance"], json!({"salary": "reference:jobs", "interests": "reference:likes"}));
    }

    #[test]
    fn attributes_are_filled_in_their_order_and_looked_up_by_what_follows() {
        let group = "[[enrich]]\nfield = \"attributes.group\"\ntable = \"jobs\"\nignore_case = true\n\
            on = \"attributes.occupation\"\n";
        let found = enriched(group);
        assert_eq!(found["attributes"], json!({"group": "health", "occupation": "Nurse", "z": 1}));
        let names: Vec<&String> = found["attributes"].as_object().unwrap().keys().collect();
        assert!(names.is_sorted(), "{names:?}");
        assert_eq!(found["provenance"], json!({"attributes.group": "reference:jobs"}));
        let then = "[[enrich]]\nfield = \"gender\"\nvalue = \"gender\"\ntable = \"names\"\non = \"attributes.group\"\n";
        assert_eq!(enriched(&format!("{group}{then}")).get("gender"), None, "there is no one named health");
    }

    #[test]
    fn any_number_of_lookups_is_noted() {
        // The first four find nothing for Anna, every third of the others does.
        let lookup = |number: usize| {
            let on = if number.is_multiple_of(3) && number > 3 { "given_name" } else { "email" };
            format!(
                "[[enrich]]\nfield = \"attributes.of{number:02}\"\nvalue = \"gender\"\ntable = \"names\"\non = \"{on}\"\n"
            )
        };
        for count in [1, 6, 7, 13, 70] {
            let found = enriched(&(0..count).map(lookup).collect::<String>());
            let expected: serde_json::Map<String, Value> = (4..count)
                .filter(|number| number.is_multiple_of(3))
                .map(|number| (format!("attributes.of{number:02}"), json!("reference:names")))
                .collect();
            let noted = found.get("provenance").cloned().unwrap_or(json!({}));
            assert_eq!(noted, Value::Object(expected), "{count} lookups");
        }
    }

    #[test]
    fn a_shorter_prefix_is_tried_in_the_same_table() {
        let by = |prefix: usize| {
            format!("[[enrich]]\nfield = \"gender\"\ntable = \"nicks\"\non = \"given_name\"\nprefix = {prefix}\n")
        };
        let lookups = by(4) + &by(3);
        assert_eq!(enriched(&lookups)["gender"], "x");
        let config = Config::parse(&format!("{SOURCE}{lookups}")).unwrap();
        let tables = Tables::parse(&config, |_| Some(TableText::csv("nicks.csv", b"name,gender\nAnn,x\n"))).unwrap();
        assert_eq!((tables.read.len(), tables.of_lookups().count()), (1, 2));
        let with_threshold = by(3) + "threshold = { column = \"name\", min = 1 }\n";
        let other = Config::parse(&format!("{SOURCE}{}{with_threshold}", by(3))).unwrap();
        assert!(!other.enrich[0].reads_like(&other.enrich[1]));
    }

    #[test]
    fn of_several_lookups_the_first_that_finds_something_fills() {
        let names = "[[enrich]]\nfield = \"gender\"\ntable = \"names\"\non = \"given_name\"\n";
        let nick = "[[enrich]]\nfield = \"given_name\"\nvalue = \"nick\"\ntable = \"names\"\n\
            on = \"given_name\"\noverwrite = true\n";
        let nicks = "[[enrich]]\nfield = \"gender\"\ntable = \"nicks\"\non = \"given_name\"\n";
        assert_eq!(enriched(&format!("{names}{nick}{nicks}"))["gender"], "f");
        let overwritten = enriched(&format!("{names}{nick}{nicks}overwrite = true\n"));
        assert_eq!((&overwritten["given_name"], &overwritten["gender"]), (&json!("Ann"), &json!("x")));
        assert_eq!(overwritten["provenance"], json!({"given_name": "reference:names", "gender": "reference:nicks"}));
    }
}
