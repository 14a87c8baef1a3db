//! `onefold explain`: runs the function Explain's own code on a version, in a folder of results or in the bucket, and
//! prints the answer.

mod text;

use onefold_config::nearest;
use onefold_lake::calls::{ExplainRequest, ExplainResult};

use crate::Outcome;
use crate::args::ExplainOptions;
use crate::error::Error;
use crate::local::functions;
use crate::screen::{self, document, warn};
use crate::version::asked;

/// Asks, and prints the answer as text or JSON.
pub async fn execute(options: ExplainOptions, stack: &str, endpoint: Option<&str>) -> Result<Outcome, Error> {
    let ExplainOptions { of, and, out, run } = options;
    let (store, run) = asked::find(out.as_deref(), run, stack, endpoint).await?;
    let request = ExplainRequest { of: of.clone(), and: and.clone(), run };
    let answer = explain::run(request, &functions::context(store, None)).await;
    let answer = answer.map_err(Error::Stage)?;
    let unknown = unknown(&answer);
    match &unknown {
        Some(message) => {
            document(&answer)?;
            warn(format_args!("error: {message}"));
        }
        None => screen::answer(&answer, || text::of(&answer, &of, and.as_deref()))?,
    }
    Ok(if unknown.is_some() { Outcome::NotFound } else { Outcome::Done })
}

/// The message if what was asked for does not exist.
fn unknown(answer: &ExplainResult) -> Option<String> {
    let ExplainResult::Unknown { run, asked, sources } = answer else { return None };
    let Some((source, _)) = asked.split_once(':') else {
        return Some(format!(
            "no customer has or had the id {asked:?}, up to the version of {run}. An id looks like \
             01a204c2-d4db-8dde-9e8d-8b6c0ddd5dd7, and the reference of an account like crm:8"
        ));
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
        assert!(unknown_of("8").contains("the reference of an account like crm:8"));
    }
}
