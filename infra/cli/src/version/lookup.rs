//! `onefold lookup`: finds customers, with the function Lookup, and prints them.
//!
//! In the cloud the function is called, because only functions have the deployment's secret. For a folder of results of the
//! local cloud, whose secret is public, the function's own code runs here.

use onefold_lake::calls::{LookupRequest, LookupResult};
use serde_json::Value;

use crate::Outcome;
use crate::args::LookupOptions;
use crate::cloud::Clients;
use crate::error::Error;
use crate::local::functions;
use crate::screen::{self, document, warn};
use crate::table::FlushLeft;
use crate::version::asked;
use crate::version::explanation::{list, steps};

/// The members of a record that are shown otherwise, or not at all.
const LEFT_OUT: [&str; 4] = ["customer_id", "members", "held_by", "provenance"];

/// Asks, and prints the customers as text or JSON.
pub async fn execute(options: LookupOptions, stack: &str, endpoint: Option<&str>) -> Result<Outcome, Error> {
    let LookupOptions { of, field, out, run } = options;
    let answer: LookupResult = if out.is_some() {
        let (store, run) = asked::find(out.as_deref(), run, stack, endpoint).await?;
        let context = functions::context(store, functions::local_hasher()?);
        lookup::run(LookupRequest { of, field, run }, &context).await.map_err(Error::Stage)?
    } else {
        let cloud = Clients::of(endpoint).await?.find_stack(stack).await?;
        cloud.call("lookup", &LookupRequest { of, field, run }).await?
    };
    if answer.customers.is_empty() {
        document(&answer)?;
        warn(format_args!("error: {}", nobody(&answer)));
        return Ok(Outcome::NotFound);
    }
    screen::answer(&answer, || in_words(&answer))?;
    Ok(Outcome::Done)
}

/// The message if nobody was found. It does not repeat what was asked.
fn nobody(answer: &LookupResult) -> String {
    let run = &answer.run;
    if answer.deleted {
        return format!("the account is deleted in the version of {run}, as its source says");
    }
    if !answer.became.is_empty() {
        return format!("{}No account of it is left in the version of {run}.", steps(&answer.became));
    }
    match answer.by.as_slice() {
        [] => format!("this can be no identifier of the version of {run}; name one with --field, or ask for crm:8"),
        fields => format!("nobody has it in the version of {run}; it was looked up by {}", fields.join(", ")),
    }
}

/// The customers, one below the other.
fn in_words(answer: &LookupResult) -> String {
    let mut text = steps(&answer.became);
    if answer.customers.len() > 1 {
        let more = if answer.more { "More than " } else { "" };
        let run = &answer.run;
        text.push_str(&format!("{more}{} customers in the version of {run}:\n\n", answer.customers.len()));
    }
    let customers: Vec<String> = answer.customers.iter().map(customer).collect();
    text + &customers.join("\n")
}

/// A customer: its id, and its values below that.
fn customer(record: &Value) -> String {
    let id = record["customer_id"].as_str().unwrap_or_default();
    let mut rows = FlushLeft::default();
    rows.row(vec!["accounts".to_owned(), list(&record["members"], 20)]);
    let members = record.as_object().into_iter().flatten();
    for (name, value) in members.filter(|(name, _)| !LEFT_OUT.contains(&name.as_str())) {
        push(name, value, &mut rows);
    }
    format!("{id}\n{}", rows.text())
}

/// Adds the values of a member; nothing of one that is null or empty.
fn push(name: &str, value: &Value, rows: &mut FlushLeft) {
    match value {
        Value::Null => {}
        Value::Object(members) => {
            members.iter().for_each(|(member, value)| push(&format!("{name}.{member}"), value, rows));
        }
        Value::Array(items) if items.is_empty() => {}
        value => rows.row(vec![name.to_owned(), list(value, 20)]),
    }
}

#[cfg(test)]
mod tests {
    use onefold_lake::RunId;
    use serde_json::json;

    use super::*;

    fn found(customers: Vec<Value>) -> LookupResult {
        let run = RunId::parse("20261122T174600Z-1a2b3c4d").unwrap();
        let by = vec!["email".to_owned()];
        LookupResult { run, by, customers, more: false, became: Vec::new(), deleted: false }
    }

    fn anna() -> Value {
        json!({"customer_id": "01", "members": ["crm:1", "shop:2"], "given_name": "Anna", "salary": null, "emails": [],
               "address": {"locality": "Ulm", "region": null}, "interests": ["art", "tea"], "held_by": [["email", "a", "b"]],
               "identifiers": {"card": ["7"]}, "provenance": {"email": "crm:1"}})
    }

    #[test]
    fn a_customer_is_shown_with_its_values_alone() {
        let expected = "01
  accounts          crm:1, shop:2
  address.locality  Ulm
  given_name        Anna
  identifiers.card  7
  interests         art, tea
";
        assert_eq!(in_words(&found(vec![anna()])), expected);
        let several =
            LookupResult { more: true, ..found(vec![anna(), json!({"customer_id": "02", "members": ["a:1"]})]) };
        let text = in_words(&several);
        assert!(
            text.starts_with("More than 2 customers in the version of 20261122T174600Z-1a2b3c4d:\n\n01\n"),
            "{text}"
        );
        assert!(text.ends_with("tea\n\n02\n  accounts  a:1\n"), "{text}");
    }

    #[test]
    fn who_finds_nobody_is_told_what_was_searched() {
        assert!(nobody(&found(Vec::new())).ends_with("looked up by email"));
        assert!(nobody(&LookupResult { by: Vec::new(), ..found(Vec::new()) }).contains("--field"));
        assert!(nobody(&LookupResult { deleted: true, ..found(Vec::new()) }).contains("deleted"));
    }
}
