//! The pipeline comes to what the oracle comes to, and says truly why.

use std::collections::BTreeMap;

use onefold_lake::keys;
use onefold_rows::enrich::TableFormat;
use onefold_tests::oracle::{self, Account};
use onefold_tests::pipeline::{Knobs, Pipeline};
use onefold_tests::row::Row;
use onefold_tests::settings::Settings;
use onefold_tests::tables::parquet_of;
use proptest::prelude::*;
use serde_json::Value;

use crate::data::{any_rows, cases, drop_rows, publish, version_of};

fn by_reference(rows: &[Row], settings: &Settings) -> BTreeMap<String, Account> {
    oracle::latest(rows, settings).into_iter().map(|account| (account.reference.clone(), account)).collect()
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn customers_are_those_of_the_oracle(rows in any_rows(40), max_accounts_per_key in 2usize..6) {
        let settings = Settings { max_accounts_per_key, ..Settings::default() };
        let version = version_of(&rows, &settings);
        let expected = oracle::customers(&rows, &settings);
        prop_assert_eq!(version.values(), expected);
    }

    #[test]
    fn every_account_is_a_member_of_one_customer(rows in any_rows(30)) {
        let version = version_of(&rows, &Settings::default());
        let accounts = by_reference(&rows, &Settings::default());
        prop_assert!(version.members.keys().eq(accounts.keys()), "members are the accounts");
        for (customer_id, customer) in &version.customers {
            for member in strings(&customer["members"]) {
                prop_assert_eq!(&version.members[member], customer_id);
            }
        }
        let listed: usize = version.customers.values().map(|customer| strings(&customer["members"]).len()).sum();
        prop_assert_eq!(listed, accounts.len());
    }

    #[test]
    fn held_by_is_a_spanning_tree_of_keys_that_are_shared(rows in any_rows(40)) {
        let settings = Settings::default();
        let version = version_of(&rows, &settings);
        let accounts = by_reference(&rows, &settings);
        let all: Vec<Account> = accounts.values().cloned().collect();
        let blocked = oracle::blocked_keys(&all, &settings);
        for customer in version.customers.values() {
            let members = strings(&customer["members"]);
            let bonds = customer["held_by"].as_array().cloned().unwrap_or_default();
            prop_assert_eq!(bonds.len(), members.len() - 1);
            let mut reached = vec![members[0].to_owned()];
            let mut rest = Vec::new();
            for bond in &bonds {
                let [rule, left, right] = strings(bond)[..] else { panic!("a bond is a rule and two members") };
                let number = settings.rules.iter().position(|fields| fields.join("+") == rule).expect("a rule");
                let others = oracle::keys(&accounts[right], &settings);
                let keys = oracle::keys(&accounts[left], &settings).into_iter();
                let mut shared = keys.filter(|key| key.0 == number && others.contains(key));
                prop_assert!(shared.any(|key| !blocked.contains_key(&key)), "they share a key that is no junk");
                rest.push((left.to_owned(), right.to_owned()));
            }
            // As many bonds as a tree has, so if they reach every member they are one.
            for _ in &bonds {
                for (left, right) in &rest {
                    if reached.contains(left) != reached.contains(right) {
                        reached.push(if reached.contains(left) { right.clone() } else { left.clone() });
                    }
                }
            }
            prop_assert_eq!(reached.len(), members.len());
        }
    }

    /// Parquet is one more way to write the same table.
    #[test]
    fn how_a_table_is_written_does_not_matter(rows in any_rows(20)) {
        let settings = Settings::default();
        let mut pipeline = Pipeline::without_tables(&settings);
        for (table, csv) in settings.tables() {
            pipeline.put(&keys::reference(table, TableFormat::Parquet), parquet_of(&csv));
        }
        drop_rows(&pipeline, "all", &rows);
        pipeline.drop_file("crm", "empty.jsonl", "");
        let version = publish(&mut pipeline, &Knobs::default());
        prop_assert_eq!(version.values(), oracle::customers(&rows, &settings));
    }

    /// Invariant 5.
    #[test]
    fn no_key_is_made_of_nothing(nothing in prop::sample::select(&["", " ", "n/a", "-", "Unknown", "null"][..]), missing in any::<bool>()) {
        let rows: Vec<Row> = (1..=3)
            .map(|id| {
                let row = Row::new("crm", &id.to_string());
                let texts = ["given_name", "family_name", "email", "phone_number", "birthdate"];
                if missing { row } else { texts.into_iter().fold(row, |row, field| row.with(field, nothing)) }
            })
            .collect();
        let settings = Settings {
            rules: vec![vec!["email"], vec!["phone_number"], vec!["given_name"], vec!["given_name", "family_name"]],
            ..Settings::default()
        };
        let version = version_of(&rows, &settings);
        prop_assert_eq!(version.customers.len(), 3);
        prop_assert_eq!(version.manifest.counts.blocked_keys, 0);
    }
}
