//! Explain: says why accounts are one customer or not, and what happened to a customer.
//!
//! It is no stage of the workflow: people call it as a function or by the command. It reads a version through its
//! index, by ranged GETs. It needs the secret only to find somebody by an identifier. Its answers hold personal values;
//! they go to the caller and nowhere else.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod asked;
mod values;

use onefold_graph::node::NodeHasher;
use onefold_identity::account::Account;
use onefold_identity::explain::{Apart, Explainer};
use onefold_identity::identifiers::{AskedIdentifier, Identifiers};
use onefold_identity::json_error::JsonError;
use onefold_identity::match_keys::Matcher;
use onefold_identity::merge::Guarded;
use onefold_lake::calls::{ExplainRequest, ExplainResult, Together};
use onefold_lake::version::retired::Retired;
use onefold_shell::{Context, StageError};
use onefold_version::{AccountInVersion, Asked, CustomerGroup, FoundCustomers};
use serde_json::Value;

use asked::AskedVersion;

/// The most accounts of a customer that are shown with all their values. An answer must fit into 6 MB.
const ACCOUNTS_MOST: usize = 500;
/// The most links of a customer that are shown.
const LINKS_MOST: usize = 2000;
/// The most lines about guards that are shown.
const GUARDS_MOST: usize = 50;
/// The most customers of an identifier that are named.
const CUSTOMERS_MOST: usize = 20;
/// The most pairs of two customers that are shown, of each kind.
const SHARED_MOST: usize = 20;
/// A stand-in for the secret. Any secret works: keys are only compared with each other, and their hashes are not shown.
const ANY_SECRET: &str = "00000000000000000000000000000000";

/// Answers a question about an account, a customer or a pair of them.
///
/// # Errors
/// `InvalidInput` if the question cannot be answered; `Corrupt` if an object is damaged; `Transient` if the store
/// failed.
pub async fn run(request: ExplainRequest, context: &Context) -> Result<ExplainResult, StageError> {
    let version = AskedVersion::open(request.run.as_ref(), context).await?;
    if let Some(other) = &request.and {
        return pair(&version, &request.of, other).await;
    }
    let identifiers = Identifiers::new(&version.config);
    let asked = version.read(&request.of, request.field.as_deref(), &identifiers)?;
    match asked {
        Asked::Account(reference) => account(&version, &reference).await,
        Asked::Customer(customer_id) => customer(&version, &customer_id).await,
        // What looks like a reference is one of no source.
        Asked::Identifiers(_) if is_reference(&request.of) && !version.has_identifiers(context) => {
            Ok(unknown(&version, &request.of))
        }
        Asked::Identifiers(asked) => identified(&version, &identifiers, &asked, &request.of, context).await,
    }
}

/// The answer about whoever has an identifier. `text` is the question.
async fn identified(
    version: &AskedVersion<'_>,
    identifiers: &Identifiers<'_>,
    asked: &[AskedIdentifier],
    text: &str,
    context: &Context,
) -> Result<ExplainResult, StageError> {
    let FoundCustomers { customers, more } = version.find_identified(identifiers, asked, context.hasher()?).await?;
    let customers = json(customers.iter())?;
    let ids = customers.iter().filter_map(|customer| customer["customer_id"].as_str());
    let ids: Vec<String> = ids.map(str::to_owned).collect();
    match ids.as_slice() {
        [] => Ok(unknown(version, text)),
        [only] if !more => customer(version, only).await,
        _ => Ok(ExplainResult::Several { run: version.run(), customers: ids, more }),
    }
}

/// Whether the text is a reference. References have a colon, and customer ids have none.
fn is_reference(asked: &str) -> bool {
    asked.contains(':')
}

fn unknown(version: &AskedVersion<'_>, asked: &str) -> ExplainResult {
    let sources = version.config.sources.iter().map(|source| source.name.clone()).collect();
    ExplainResult::Unknown { run: version.run(), asked: asked.to_owned(), sources }
}

async fn account(version: &AskedVersion<'_>, reference: &str) -> Result<ExplainResult, StageError> {
    match version.find_account(reference).await? {
        Some(AccountInVersion::Member(group)) => shown(version, &group, Some(reference), Vec::new()),
        Some(AccountInVersion::Tombstone) => {
            Ok(ExplainResult::AccountDeleted { run: version.run(), account: reference.to_owned() })
        }
        None => Ok(unknown(version, reference)),
    }
}

async fn customer(version: &AskedVersion<'_>, customer_id: &str) -> Result<ExplainResult, StageError> {
    if let Some(group) = version.find_customer(customer_id).await? {
        return shown(version, &group, None, Vec::new());
    }
    let (became, customers) = version.follow_retired(customer_id).await?;
    if became.is_empty() {
        return Ok(unknown(version, customer_id));
    }
    let customers: Vec<String> = customers.into_iter().collect();
    match customers.as_slice() {
        [into] => match version.find_customer(into).await? {
            Some(group) => shown(version, &group, None, became),
            None => Err(StageError::corrupt("a customer id that ended leads to a customer that is not in the version")),
        },
        _ => Ok(ExplainResult::Ended { run: version.run(), became, customers }),
    }
}

/// The answer about a customer: its values, its accounts, and the links that lead from one account (`from`, or else the
/// first) to all others. `became` are the retired ids that led to this customer.
fn shown(
    version: &AskedVersion<'_>,
    group: &CustomerGroup,
    from: Option<&str>,
    became: Vec<Retired>,
) -> Result<ExplainResult, StageError> {
    let accounts = parse(&group.accounts)?;
    let guarded = guarded(&group.guarded)?;
    let explainer = explainer(version, &guarded, &accounts, std::slice::from_ref(group))?;
    let all: Vec<u32> = explainer.numbers().collect();
    let from = from.and_then(|reference| explainer.number(reference)).unwrap_or_default();
    let mut links = explainer.tree(&all, from);
    links.truncate(LINKS_MOST);
    let mut growth = explainer.growth();
    growth.truncate(ACCOUNTS_MOST);
    let customer: Value = serde_json::from_str(&group.customer)
        .map_err(|error| unreadable("a customer of the version is no JSON", &error))?;
    Ok(ExplainResult::Customer {
        run: version.run(),
        values: values::of(&customer, &accounts),
        customer,
        accounts: json(group.accounts.iter().take(ACCOUNTS_MOST))?,
        accounts_left_out: group.accounts.len().saturating_sub(ACCOUNTS_MOST),
        links,
        growth,
        weakest_bridge: explainer.weakest_bridge(&all).map(Box::new),
        guards: json(group.guarded.iter().take(GUARDS_MOST))?,
        became,
    })
}

async fn pair(version: &AskedVersion<'_>, one: &str, other: &str) -> Result<ExplainResult, StageError> {
    if !is_reference(one) || !is_reference(other) {
        return Err(StageError::invalid_input(
            "to compare two accounts, give the references of both, such as crm:8 and shop:25",
        ));
    }
    let mut groups = Vec::new();
    for reference in [one, other] {
        match version.find_account(reference).await? {
            Some(AccountInVersion::Member(group)) => groups.push(group),
            Some(AccountInVersion::Tombstone) => {
                return Ok(ExplainResult::AccountDeleted { run: version.run(), account: reference.to_owned() });
            }
            None => return Ok(unknown(version, reference)),
        }
    }
    let [left_group, right_group] = groups.as_slice() else {
        return Err(StageError::internal("two accounts have other than two customers"));
    };
    let customers = [left_group.customer_id.clone(), right_group.customer_id.clone()];
    let is_together = customers[0] == customers[1];
    let kept = if is_together { &groups[..1] } else { &groups[..] };
    let texts: Vec<String> = kept.iter().flat_map(|group| group.accounts.iter().cloned()).collect();
    let guard_lines: Vec<String> = kept.iter().flat_map(|group| group.guarded.iter().cloned()).collect();
    let accounts = parse(&texts)?;
    let guarded = guarded(&guard_lines)?;
    let explainer = explainer(version, &guarded, &accounts, kept)?;
    let (Some(left), Some(right)) = (explainer.number(one), explainer.number(other)) else {
        return Err(StageError::corrupt("an account is not among its customer's"));
    };
    let rules = explainer.pair(left, right);
    let members: Vec<u32> = explainer.numbers().collect();
    let together = if is_together {
        let path = explainer.path(&members, left, right).ok_or_else(|| {
            StageError::internal("no chain of links holds two accounts of one customer together under its own rules")
        })?;
        Together::Yes { path }
    } else {
        let (of_one, of_other) = members.split_at(left_group.accounts.len());
        let shared = explainer.between(of_one, of_other, SHARED_MOST);
        let divided_by = explainer.divided_by(left, right);
        let apart =
            if divided_by.is_empty() { Apart::default() } else { explainer.apart(of_one, of_other, SHARED_MOST) };
        Together::No { shared, divided_by, kept_apart: apart.kept_apart, left_out: apart.left_out }
    };
    Ok(ExplainResult::Pair { run: version.run(), customers, rules, together })
}

fn parse(texts: &[String]) -> Result<Vec<Account<'_>>, StageError> {
    let accounts: Result<Vec<_>, _> = texts.iter().map(|text| Account::parse(text)).collect();
    accounts.map_err(|error| unreadable("a member of the version is no account", &error))
}

fn guarded(lines: &[String]) -> Result<Vec<Guarded>, StageError> {
    let guarded: Result<Vec<_>, _> = lines.iter().map(|line| serde_json::from_str(line)).collect();
    guarded.map_err(|error| unreadable("a line of what guards did cannot be read", &error))
}

/// Parses lines of JSON.
fn json<'t>(texts: impl Iterator<Item = &'t String>) -> Result<Vec<Value>, StageError> {
    let values: Result<Vec<Value>, _> = texts.map(|text| serde_json::from_str(text)).collect();
    values.map_err(|error| unreadable("a line of the version is no JSON", &error))
}

fn unreadable(what: &str, error: &serde_json::Error) -> StageError {
    StageError::corrupt(what).caused_by(JsonError::new(error))
}

/// An explainer of the accounts of these customers.
fn explainer<'e>(
    version: &'e AskedVersion<'_>,
    guarded: &'e [Guarded],
    accounts: &'e [Account<'e>],
    groups: &'e [CustomerGroup],
) -> Result<Explainer<'e>, StageError> {
    let hasher = NodeHasher::from_hex(ANY_SECRET)
        .map_err(|error| StageError::internal("a hasher cannot be made").caused_by(error))?;
    let matcher = Matcher::new(&version.config, hasher);
    let explainer = Explainer::new(&version.config, matcher, &version.corrections, guarded, accounts);
    let Some(scorer) = &version.scorer else { return Ok(explainer) };
    let frequencies: Option<Vec<_>> = groups.iter().map(|group| group.frequencies.as_ref()).collect();
    let Some(frequencies) = frequencies else { return Ok(explainer) };
    Ok(explainer.scoring(scorer, frequencies.into_iter().flatten().map(Vec::as_slice).collect()))
}
