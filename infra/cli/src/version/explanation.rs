//! `onefold explain`: runs the function Explain's own code on a version, in a folder of results or in the bucket, and
//! prints the answer.

mod text;

pub use text::{list, steps};

use std::path::Path;

use onefold_config::nearest;
use onefold_identity::customer_id::is_id;
use onefold_lake::calls::{ExplainRequest, ExplainResult};
use onefold_version::Asked;

use crate::Outcome;
use crate::args::ExplainOptions;
use crate::chart::Look;
use crate::cloud::Clients;
use crate::error::Error;
use crate::local::functions;
use crate::screen::{self, document, warn};
use crate::version::asked;

/// Asks, and prints the answer as text or JSON.
pub async fn execute(options: ExplainOptions, stack: &str, endpoint: Option<&str>) -> Result<Outcome, Error> {
    let ExplainOptions { of, and, out, run, field } = options;
    let request = ExplainRequest { of: of.clone(), and: and.clone(), field, run };
    let answer = answer(request, out.as_deref(), stack, endpoint).await?;
    let unknown = unknown(&answer);
    match &unknown {
        Some(message) => {
            document(&answer)?;
            warn(format_args!("error: {message}"));
        }
        None => screen::answer(&answer, || text::of(&answer, &of, and.as_deref(), Look::of_output()))?,
    }
    Ok(if unknown.is_some() { Outcome::NotFound } else { Outcome::Done })
}

/// Runs the function's own code, or calls the function where it needs the deployment's secret, which only functions have.
async fn answer(
    request: ExplainRequest,
    out: Option<&Path>,
    stack: &str,
    endpoint: Option<&str>,
) -> Result<ExplainResult, Error> {
    let needs_secret = request.and.is_none() && (request.field.is_some() || Asked::is_surely_identifier(&request.of));
    if needs_secret && out.is_none() {
        return Clients::of(endpoint).await?.find_stack(stack).await?.call("explain", &request).await;
    }
    let (store, run) = asked::find(out, request.run.clone(), stack, endpoint).await?;
    let hasher = out.map(|_| functions::local_hasher()).transpose()?;
    let answer = explain::run(ExplainRequest { run, ..request }, &functions::context(store, hasher)).await;
    answer.map_err(Error::Stage)
}

/// The message if what was asked for does not exist.
fn unknown(answer: &ExplainResult) -> Option<String> {
    let ExplainResult::Unknown { run, asked, sources } = answer else { return None };
    let Some((source, _)) = asked.split_once(':') else {
        return Some(if is_id(asked.trim()) {
            format!("no customer has or had the id {asked:?}, up to the version of {run}")
        } else {
            format!(
                "nobody has {asked:?} in the version of {run}: it is no e-mail address, phone number or identifier of an \
                 account. The reference of an account looks like crm:8, and a customer's id like \
                 01a204c2-d4db-8dde-9e8d-8b6c0ddd5dd7"
            )
        });
    };
    let names = sources.iter().map(String::as_str);
    let meant = match nearest(source, names).filter(|_| !sources.iter().any(|name| name == source)) {
        Some(name) => format!("; did you mean {name:?}?"),
        None => ".".to_owned(),
    };
    Some(format!(
        "there is no account {asked:?} in the version of {run}{meant} A reference is SOURCE:ID with the id as the source \
         has it, such as crm:8; the sources are {}",
        sources.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use onefold_lake::RunId;

    use super::*;

    fn unknown_of(asked: &str) -> String {
        let run = RunId::parse("20261122T174600Z-1a2b3c4d").unwrap();
        let sources = ["crm", "shop"].map(str::to_owned).into();
        unknown(&ExplainResult::Unknown { run, asked: asked.to_owned(), sources }).unwrap()
    }

    #[test]
    fn what_is_not_there_is_told_with_what_it_looks_like() {
        assert!(unknown_of("shp:1").contains("did you mean \"shop\"? A reference is SOURCE:ID"));
        assert!(unknown_of("shop:1").contains("version of 20261122T174600Z-1a2b3c4d. A reference"));
        assert!(unknown_of("shop:1").ends_with("the sources are crm, shop"));
        assert!(unknown_of("8").contains("The reference of an account looks like crm:8"));
        let id = unknown_of("01a204c2-d4db-8dde-9e8d-8b6c0ddd5dd7");
        assert!(id.starts_with("no customer has or had the id"), "{id}");
    }
}
