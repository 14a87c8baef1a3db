//! The values of a customer, and the accounts or tables that they came from.

use onefold_identity::account::Account;
use onefold_lake::calls::SourcedValue;
use onefold_normalise::field::{OwnField, TextField};
use serde_json::Value;

/// The fields of a record that hold no value of the customer.
const NOT_VALUES: [&str; 4] = ["customer_id", "members", "held_by", "provenance"];

/// The values of a record that are not null. Each element of an array is a value of its own.
pub(crate) fn of(customer: &Value, accounts: &[Account<'_>]) -> Vec<SourcedValue> {
    let mut values = Vec::new();
    let mut push = |field: String, value: &Value| {
        if !value.is_null() {
            let from = from(&customer["provenance"], &field, value, accounts);
            values.push(SourcedValue { field, value: value.clone(), from });
        }
    };
    let fields = customer.as_object().into_iter().flatten().filter(|(field, _)| !NOT_VALUES.contains(&field.as_str()));
    for (field, value) in fields {
        match value {
            Value::Array(elements) => elements.iter().for_each(|element| push(field.clone(), element)),
            Value::Object(fields) if field == "identifiers" => {
                for (name, values) in fields {
                    values.as_array().into_iter().flatten().for_each(|value| push(format!("{field}.{name}"), value));
                }
            }
            // A location is one value.
            Value::Object(parts) if field != "location" => {
                parts.iter().for_each(|(part, value)| push(format!("{field}.{part}"), value));
            }
            _ => push(field.clone(), value),
        }
    }
    values
}

fn from(provenance: &Value, field: &str, value: &Value, accounts: &[Account<'_>]) -> Vec<String> {
    if let Some(Value::String(from)) = provenance.get(field) {
        return vec![from.clone()];
    }
    if let [only] = accounts {
        return vec![only.reference.to_string()];
    }
    let text = value.as_str();
    let has_value = |account: &Account<'_>, field| account.values(field).any(|known| Some(known) == text);
    let has = |account: &&Account<'_>| match field {
        "emails" => has_value(account, TextField::Email),
        "phone_numbers" => has_value(account, TextField::PhoneNumber),
        "interests" => account.interests.iter().any(|interest| Some(interest.as_ref()) == text),
        "updated_at" => account.updated_at.map(|time| time.to_string()).as_deref() == text,
        _ => identifier(field).is_some_and(|field| has_value(account, field)),
    };
    accounts.iter().filter(has).map(|account| account.reference.to_string()).collect()
}

/// The field of one's own whose values a record has as `identifiers.<name>`.
fn identifier(field: &str) -> Option<TextField> {
    let name = field.strip_prefix("identifiers.").filter(|name| OwnField::is_name(name))?;
    // An account's values are found by the name, and the number does not matter.
    Some(TextField::Own(OwnField::new(name, 0)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_value_names_its_accounts_or_table() {
        let lines = [
            r#"{"ref":"a:1","updated_at":"2024-01-01T00:00:00Z","received_at":"2024-01-01T00:00:00Z","email":"a@x.de","interests":["art"]}"#,
            r#"{"ref":"b:2","updated_at":"2024-02-01T00:00:00Z","received_at":"2024-01-01T00:00:00Z","email":"b@x.de","ssn":"7","interests":["art","golf"],"other_values":{"email":["a@x.de"],"ssn":["8"]}}"#,
        ];
        let accounts: Vec<Account<'_>> = lines.iter().map(|line| Account::parse(line).unwrap()).collect();
        let customer = json!({
            "customer_id": "c", "members": ["a:1", "b:2"], "email": "b@x.de", "gender": "f", "salary": null,
            "address": {"locality": "Ulm", "region": null}, "location": {"latitude": 1, "longitude": 2},
            "interests": ["art", "golf"], "emails": ["a@x.de", "b@x.de"], "identifiers": {"ssn": ["7", "8"], "card": []},
            "ssn": "7", "attributes": {"plan": {"of": [1]}},
            "updated_at": "2024-02-01T00:00:00Z", "held_by": [],
            "provenance": {"email": "b:2", "gender": "reference:gender", "address.locality": "a:1", "location": "a:1",
                           "attributes.plan": "b:2", "ssn": "b:2"},
        });
        let told = |customer, accounts| {
            let mut told: Vec<String> = of(customer, accounts)
                .into_iter()
                .map(|sourced| format!("{} {} {}", sourced.field, sourced.value, sourced.from.join(",")))
                .collect();
            told.sort_unstable();
            told
        };
        let expected = [
            r#"address.locality "Ulm" a:1"#,
            r#"attributes.plan {"of":[1]} b:2"#,
            r#"email "b@x.de" b:2"#,
            r#"emails "a@x.de" a:1,b:2"#,
            r#"emails "b@x.de" b:2"#,
            r#"gender "f" reference:gender"#,
            r#"identifiers.ssn "7" b:2"#,
            r#"identifiers.ssn "8" b:2"#,
            r#"interests "art" a:1,b:2"#,
            r#"interests "golf" b:2"#,
            r#"location {"latitude":1,"longitude":2} a:1"#,
            r#"ssn "7" b:2"#,
            r#"updated_at "2024-02-01T00:00:00Z" b:2"#,
        ];
        assert_eq!(told(&customer, &accounts), expected);
        let alone = json!({"email": "a@x.de", "gender": "f", "provenance": {"gender": "reference:gender"}});
        assert_eq!(told(&alone, &accounts[..1]), [r#"email "a@x.de" a:1"#, r#"gender "f" reference:gender"#]);
    }
}
