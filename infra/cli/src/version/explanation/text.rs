//! Answers of Explain as text.

use onefold_identity::customer_id::is_id;
use onefold_identity::explain::{
    BridgeFinding, CheckedCondition, FieldFinding, GroupFinding, MergeFinding, PairFinding, ScoreFinding,
};
use onefold_identity::judge::Verdict;
use onefold_lake::RunId;
use onefold_lake::calls::{ExplainResult, SourcedValue, Together};
use onefold_lake::version::retired::Retired;
use serde_json::Value;

use crate::chart::{Look, waterfall};
use crate::table::FlushLeft;

/// The answer to a question about one account or customer, or about two accounts.
pub fn of(answer: &ExplainResult, asked: &str, and: Option<&str>, look: Look) -> String {
    match answer {
        ExplainResult::Customer {
            run,
            customer,
            values,
            accounts,
            accounts_left_out,
            links,
            growth,
            weakest_bridge,
            guards,
            became,
        } => {
            let id = text(&customer["customer_id"]);
            let mut out = steps(became);
            out.push_str(&match (asked.contains(':'), is_id(asked.trim()) || !became.is_empty()) {
                (true, _) => format!("{asked} is in the customer {id} in the version of {run}.\n"),
                (_, true) => format!("{id} is a customer in the version of {run}.\n"),
                _ => format!("{asked} is of the customer {id} in the version of {run}.\n"),
            });
            section(&mut out, "Values, and where each came from", values.iter().map(value).collect());
            let members = accounts.len() + accounts_left_out;
            if members == 1 {
                out.push_str("\nIt has one account, which needs nothing to hold it together.\n");
            }
            section(&mut out, "What holds its accounts together", links.iter().map(link).collect());
            if members > links.len() + 1 {
                out.push_str(&format!("  and {} more\n", members - links.len() - 1));
            }
            grown(&mut out, growth);
            out.push_str(&weakest_bridge.iter().filter(|_| members > 2).map(|found| bridge(found)).collect::<String>());
            section(&mut out, "What guards did", guards.iter().map(guard).collect());
            out
        }
        ExplainResult::Pair { run, customers, rules, together } => {
            pair(run, customers, rules, together, [asked, and.unwrap_or_default()], look)
        }
        ExplainResult::Several { run, customers, more } => {
            let number = format!("{}{}", if *more { "more than " } else { "" }, customers.len());
            let title = format!("{asked} is of {number} customers in the version of {run}; ask for one of them");
            let mut out = String::new();
            section(&mut out, &title, customers.iter().map(|customer| vec![customer.clone()]).collect());
            out.trim_start().to_owned()
        }
        ExplainResult::Ended { run, became, customers } => {
            let mut out = steps(became);
            if customers.is_empty() {
                out.push_str(&format!("No account of it is left in the version of {run}.\n"));
            } else {
                let rows = customers.iter().map(|customer| vec![customer.clone()]).collect();
                section(&mut out, &format!("Its accounts are in these customers in the version of {run}"), rows);
            }
            out
        }
        ExplainResult::AccountDeleted { run, account } => {
            format!("{account} is deleted in the version of {run}, as its source says.\n")
        }
        // Printed as an error.
        ExplainResult::Unknown { .. } => String::new(),
    }
}

/// Whether two accounts are one customer, and why.
fn pair(
    run: &RunId,
    [one, other]: &[String; 2],
    rules: &[PairFinding],
    together: &Together,
    [asked, and]: [&str; 2],
    look: Look,
) -> String {
    let mut out = String::new();
    match together {
        Together::Yes { path } => {
            out.push_str(&format!("{asked} and {and} are one customer in the version of {run}: {one}\n"));
            section(&mut out, "The way from the one to the other", path.iter().map(link).collect());
        }
        Together::No { divided_by, .. } => {
            out.push_str(&format!("{asked} and {and} are two customers in the version of {run}:\n"));
            out.push_str(&format!("  {one}\n  {other}\n"));
            if !divided_by.is_empty() {
                let limits: Vec<&str> = divided_by.iter().map(|limit| divider(limit)).collect();
                let limits = limits.join(", ");
                out.push_str(&format!(
                    "They would have been one, which was divided at its weakest keys by {limits}.\n"
                ));
            }
        }
    }
    let findings = rules.iter().map(|finding| vec![finding.rule.clone(), said(finding)]).collect();
    section(&mut out, "What each rule says of the two", findings);
    for score in rules.iter().filter_map(|finding| finding.score.as_ref()) {
        let ScoreFinding { strangers, relatives, prior, .. } = score;
        let (against_strangers, against_relatives) = (
            sum(score, prior[0], *strangers, |field| field.strangers, look),
            sum(score, prior[1], *relatives, |field| field.relatives, look),
        );
        section(&mut out, "Rather one person than two strangers, in bits", against_strangers);
        section(&mut out, "Rather one person than two relatives, in bits", against_relatives);
    }
    if let Together::No { shared, kept_apart, left_out, .. } = together {
        section(&mut out, "What a rule keeps apart", kept_apart.iter().map(shared_by).collect());
        section(&mut out, "Links that were left out", left_out.iter().map(link).collect());
        section(&mut out, "What accounts of the two customers have in common", shared.iter().map(shared_by).collect());
    }
    out
}

/// Writes how a customer grew together by scores.
fn grown(out: &mut String, growth: &[MergeFinding]) {
    let row = |merge: &MergeFinding| {
        let MergeFinding { groups: [left, right], bits, accounts: [one, other], direct_bits } = merge;
        let direct = format!("most alike are {one} and {other}, {direct_bits:+.1}");
        vec![group(left), group(right), format!("{bits:+.1} bits"), direct]
    };
    section(out, "How it grew together by scores", growth.iter().map(row).collect());
    let weakest = growth.iter().min_by(|one, other| one.bits.total_cmp(&other.bits));
    if let Some(MergeFinding { groups: [left, right], bits, .. }) = weakest.filter(|_| growth.len() > 1) {
        out.push_str(&format!("  The weakest is that of {} and {}, {bits:+.1} bits.\n", left.first, right.first));
    }
}

/// How a sum over the fields of two accounts comes about, from what holds before anything is compared.
fn sum(
    score: &ScoreFinding,
    prior: f64,
    sum: f64,
    bits: impl Fn(&FieldFinding) -> f64,
    look: Look,
) -> Vec<Vec<String>> {
    let steps: Vec<f64> = [prior].into_iter().chain(score.fields.iter().map(&bits)).collect();
    let names = score.fields.iter().map(|finding| [finding.field.as_str(), finding.level.as_str()]);
    let names = [["any two accounts", ""]].into_iter().chain(names).chain([["together", ""]]);
    let values = steps.iter().copied().chain([sum]);
    let row = |(([field, level], value), bar): (([&str; 2], f64), String)| {
        vec![field.to_owned(), level.to_owned(), format!("{value:>+6.1}"), bar]
    };
    names.zip(values).zip(waterfall(&steps, sum, look)).map(row).collect()
}

/// What the weakest bridge holds together.
fn bridge(BridgeFinding { link, groups: [left, right] }: &BridgeFinding) -> String {
    let [one, other] = &link.accounts;
    let (rule, bits) = (&link.rule, link.score.as_ref().map(weight).unwrap_or_default());
    format!(
        "\nThe weakest bridge is {one} and {other}, by {rule}{bits}: without it, no link holds {} and {} together.\n",
        group(left),
        group(right)
    )
}

fn group(GroupFinding { first, accounts }: &GroupFinding) -> String {
    if *accounts == 1 { first.clone() } else { format!("{first} with {} more", accounts - 1) }
}

/// The weight of a link.
fn weight(score: &ScoreFinding) -> String {
    format!(", {:+.1} bits", score.bits)
}

/// What divided a customer.
fn divider(limit: &str) -> &str {
    if limit == "refused" { "a rule that keeps accounts of it apart (refused)" } else { limit }
}

/// What became of an id, one line a step.
pub fn steps(became: &[Retired]) -> String {
    let line = |Retired { customer_id, into, run }: &Retired| match into.as_slice() {
        [] => format!("{customer_id} ended in the run {run}: all its accounts were deleted.\n"),
        [into] => format!("{customer_id} ended in the run {run}: it was merged into {into}.\n"),
        several => {
            format!("{customer_id} ended in the run {run}: its accounts went to {}.\n", several.join(", "))
        }
    };
    became.iter().map(line).collect()
}

fn value(SourcedValue { field, value, from }: &SourcedValue) -> Vec<String> {
    vec![field.clone(), text(value), from.join(", ")]
}

fn link(finding: &PairFinding) -> Vec<String> {
    let [one, other] = finding.accounts.clone();
    let is_by_rule = finding.verdict == Verdict::Accepted && finding.rule != "score";
    let bits = finding.score.as_ref().filter(|_| is_by_rule).map(weight).unwrap_or_default();
    vec![one, other, finding.rule.clone(), why(finding) + &bits]
}

/// What two accounts of different customers have in common.
fn shared_by(finding: &PairFinding) -> Vec<String> {
    let [one, other] = finding.accounts.clone();
    vec![one, other, finding.rule.clone(), said(finding)]
}

/// The reason of a finding, marked if the rule accepts the pair.
fn said(finding: &PairFinding) -> String {
    let accepted = if finding.verdict == Verdict::Accepted { "accepted: " } else { "" };
    format!("{accepted}{}", why(finding))
}

/// The reason of a finding, without its accounts and its rule.
fn why(finding @ PairFinding { verdict, key, over, conditions, .. }: &PairFinding) -> String {
    if finding.rule == "score" {
        return finding.score.as_ref().map_or_else(|| "scores joined them".to_owned(), scored);
    }
    let [left, right] = key.each_ref().map(|parts| values(parts));
    match verdict {
        Verdict::Always if over.is_empty() => "a correction says that they are one person's".to_owned(),
        Verdict::Always => format!("corrections say that they are one person's, over {}", over.join(", ")),
        Verdict::Never => "a correction says that they are not one person's".to_owned(),
        Verdict::Accepted => format!("both have {left}{}", conditions.iter().map(condition).collect::<String>()),
        Verdict::Refused => {
            let refused = conditions.iter().filter(|condition| !condition.holds);
            format!("refused: both have {left}{}", refused.map(condition).collect::<String>())
        }
        Verdict::OtherSources => "not asked: the rule links accounts of other sources".to_owned(),
        Verdict::BlockedKey => format!("blocked: both have {left}, but too many accounts do"),
        Verdict::AmbiguousKey => format!("ambiguous: both have {left}, but accounts have several additions to it"),
        Verdict::BlockedValue => format!("nobody's: {left} and {right}, and a blocked value is among them"),
        Verdict::DifferentKeys => format!("different: {left} and {right}"),
        Verdict::MissingValue => format!("missing: {left} and {right}"),
    }
}

fn scored(ScoreFinding { bits, threshold, strangers, relatives, .. }: &ScoreFinding) -> String {
    format!(
        "{bits:+.1} bits that they are one person's, {threshold} are enough ({strangers:+.1} rather than strangers, \
         {relatives:+.1} rather than relatives)"
    )
}

fn condition(CheckedCondition { requirement, field, values: [left, right], holds }: &CheckedCondition) -> String {
    let [left, right] = [left, right].map(|value| value.as_deref().unwrap_or("nothing"));
    let holds = if *holds { "" } else { " does not hold" };
    format!("; {requirement} {field}{holds}: {left} and {right}")
}

/// The parts of a key, joined by ` + `.
fn values(parts: &[Option<String>]) -> String {
    let parts: Vec<&str> = parts.iter().map(|part| part.as_deref().unwrap_or("nothing")).collect();
    parts.join(" + ")
}

/// The row of a guard: its name, and what it did to which account.
fn guard(line: &Value) -> Vec<String> {
    let member = |name: &str| text(&line[name]);
    match line["parts"].as_array() {
        Some(parts) => {
            let parts: Vec<String> = parts.iter().map(|part| list(part, 5)).collect();
            vec![member("guard"), "divided".to_owned(), String::new(), parts.join(" | ")]
        }
        None => {
            let what = if line["key"].is_null() { member("field") } else { member("key") };
            vec![member("guard"), what, member("account"), list(&line["value"], 5)]
        }
    }
}

/// The first elements of a list, or the value itself if it is not a list.
pub fn list(value: &Value, most: usize) -> String {
    let Some(elements) = value.as_array() else { return text(value) };
    let mut shown: Vec<String> = elements.iter().take(most).map(text).collect();
    if elements.len() > most {
        shown.push(format!("and {} more", elements.len() - most));
    }
    shown.join(", ")
}

/// A value as a person writes it.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Writes a title with rows in columns below it; nothing if there are no rows.
fn section(out: &mut String, title: &str, rows: Vec<Vec<String>>) {
    if rows.is_empty() {
        return;
    }
    out.push_str(&format!("\n{title}:\n"));
    out.push_str(&FlushLeft::from(rows).text());
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const RUN: &str = "20261122T174600Z-1a2b3c4d";

    fn shown(answer: Value, asked: &str, and: Option<&str>) -> String {
        of(&serde_json::from_value(answer).unwrap(), asked, and, Look::default())
    }

    fn finding(rule: &str, verdict: &str, key: [&[Option<&str>]; 2]) -> Value {
        json!({"accounts": ["crm:1", "shop:22"], "rule": rule, "verdict": verdict, "key": key})
    }

    #[test]
    fn a_customer_is_shown_with_what_holds_it_together() {
        let customer = json!({
            "answer": "customer", "run": RUN, "customer": {"customer_id": "0193"},
            "values": [{"field": "email", "value": "a@x.de", "from": ["crm:1"]},
                       {"field": "interests", "value": "art", "from": ["crm:1", "shop:22"]}],
            "accounts": [{}, {}, {}], "accounts_left_out": 0,
            "links": [finding("email", "accepted", [&[Some("a@x.de")]; 2]),
                      {"accounts": ["crm:1", "shop:3"], "rule": "always", "verdict": "always", "over": ["b:1"]}],
            "guards": [{"guard": "blocked_values", "field": "phone_number", "value": "000", "account": "crm:1"},
                       {"guard": "never", "parts": [["crm:1"], ["a:1", "a:2", "a:3", "a:4", "a:5", "a:6"]]}],
            "became": [{"customer_id": "0001", "into": ["0193"], "run": RUN}],
        });
        let expected = "0001 ended in the run 20261122T174600Z-1a2b3c4d: it was merged into 0193.
0193 is a customer in the version of 20261122T174600Z-1a2b3c4d.

Values, and where each came from:
  email      a@x.de  crm:1
  interests  art     crm:1, shop:22

What holds its accounts together:
  crm:1  shop:22  email   both have a@x.de
  crm:1  shop:3   always  corrections say that they are one person's, over b:1

What guards did:
  blocked_values  phone_number  crm:1  000
  never           divided              crm:1 | a:1, a:2, a:3, a:4, a:5, and 1 more
";
        assert_eq!(shown(customer.clone(), "0001", None), expected);
        assert!(shown(customer, "crm:1", None).contains("crm:1 is in the customer 0193 in"));
    }

    #[test]
    fn two_customers_are_shown_with_every_reason() {
        let conditions = json!([{"demand": "if_agree", "field": "gender", "values": ["f", "f"], "holds": true},
                                {"demand": "unless_differ", "field": "given_name", "values": ["Anna", null], "holds": false}]);
        let phone: [&[Option<&str>]; 2] = [&[Some("+49")]; 2];
        let mut refused = finding("phone_number", "refused", phone);
        refused["conditions"] = conditions;
        let answer = json!({
            "answer": "pair", "run": RUN, "customers": ["01", "02"], "together": "no", "divided_by": ["never"],
            "rules": [finding("email", "missing", [&[None], &[Some("b@x.de")]]), refused,
                      finding("name+city", "different", [&[Some("A"), Some("Ulm")], &[Some("A"), None]])],
            "shared": [finding("email", "accepted", phone), {"accounts": ["crm:1", "shop:3"], "rule": "never", "verdict": "never"},
                       finding("phone_number", "blocked", phone), finding("phone_number", "nobodys", phone)],
        });
        let expected = "crm:1 and shop:22 are two customers in the version of 20261122T174600Z-1a2b3c4d:
  01
  02
They would have been one, which was divided at its weakest keys by never.

What each rule says of the two:
  email         missing: nothing and b@x.de
  phone_number  refused: both have +49; unless_differ given_name does not hold: Anna and nothing
  name+city     different: A + Ulm and A + nothing

What accounts of the two customers have in common:
  crm:1  shop:22  email         accepted: both have +49
  crm:1  shop:3   never         a correction says that they are not one person's
  crm:1  shop:22  phone_number  blocked: both have +49, but too many accounts do
  crm:1  shop:22  phone_number  nobody's: +49 and +49, and a blocked value is among them
";
        assert_eq!(shown(answer, "crm:1", Some("shop:22")), expected);
    }

    #[test]
    fn what_a_rule_keeps_apart_is_shown_with_the_links_that_were_left_out() {
        let phone: [&[Option<&str>]; 2] = [&[Some("+49")]; 2];
        let mut refused = finding("phone_number", "refused", phone);
        refused["conditions"] = json!([
            {"demand": "unless_differ", "field": "given_name", "values": ["Anna", "Otto"], "holds": false}
        ]);
        let answer = json!({
            "answer": "pair", "run": RUN, "customers": ["01", "02"], "together": "no", "divided_by": ["refused"],
            "rules": [finding("email", "other_sources", [&[], &[]])], "shared": [],
            "kept_apart": [refused], "left_out": [finding("phone_number", "accepted", phone)],
        });
        let expected = "crm:1 and shop:22 are two customers in the version of 20261122T174600Z-1a2b3c4d:
  01
  02
They would have been one, which was divided at its weakest keys by a rule that keeps accounts of it apart (refused).

What each rule says of the two:
  email  not asked: the rule links accounts of other sources

What a rule keeps apart:
  crm:1  shop:22  phone_number  refused: both have +49; unless_differ given_name does not hold: Anna and Otto

Links that were left out:
  crm:1  shop:22  phone_number  both have +49
";
        assert_eq!(shown(answer, "crm:1", Some("shop:22")), expected);
    }

    #[test]
    fn scores_are_said_by_field_and_merge() {
        let field = |field: &str, level: &str, strangers: f64, relatives: f64| json!({"field": field, "level": level, "strangers": strangers, "relatives": relatives});
        let score = json!({
            "bits": -4.125, "threshold": 0.0, "strangers": 31.2, "relatives": -4.1, "prior": [-20.0, 1.5],
            "fields": [field("given_name", "different", -6.31, -5.6), field("email", "equal", 57.51, 0.0)],
        });
        let answer = json!({
            "answer": "pair", "run": RUN, "customers": ["01", "02"], "together": "no", "divided_by": [], "shared": [],
            "rules": [{"accounts": ["crm:1", "shop:22"], "rule": "score", "verdict": "refused", "score": score}],
        });
        let expected = "crm:1 and shop:22 are two customers in the version of 20261122T174600Z-1a2b3c4d:
  01
  02

What each rule says of the two:
  score  -4.1 bits that they are one person's, 0 are enough (+31.2 rather than strangers, -4.1 rather than relatives)

Rather one person than two strangers, in bits:
  any two accounts              -20.0     ------------
  given_name        different    -6.3  ----          |
  email             equal       +57.5  ++++++++++++++++++++++++++++++++
  together                      +31.2                ++++++++++++++++++

Rather one person than two relatives, in bits:
  any two accounts               +1.5                         +++++++++
  given_name        different    -5.6  --------------------------------
  email             equal        +0.0                         |
  together                       -4.1  ------------------------
";
        assert_eq!(shown(answer, "crm:1", Some("shop:22")), expected);

        let merge = |first: &str, accounts: usize, bits: f64| {
            json!({"groups": [{"first": "crm:1", "accounts": accounts}, {"first": first, "accounts": 1}], "bits": bits,
                   "accounts": ["crm:1", first], "direct_bits": 12.0})
        };
        let mut weighed = finding("email", "accepted", [&[Some("a@x.de")]; 2]);
        weighed["score"] = json!({"bits": 3.25, "threshold": 0.0, "strangers": 9.0, "relatives": 3.25});
        let customer = json!({
            "answer": "customer", "run": RUN, "customer": {"customer_id": "0193"}, "values": [], "accounts": [{}, {}, {}],
            "accounts_left_out": 0, "links": [{"accounts": ["crm:1", "shop:22"], "rule": "score", "verdict": "accepted"}, weighed.clone()],
            "weakest_bridge": {"link": weighed, "groups": [{"first": "crm:1", "accounts": 2}, {"first": "shop:3", "accounts": 1}]},
            "growth": [merge("shop:22", 1, 9.0), merge("shop:3", 2, 2.06)], "guards": [], "became": [],
        });
        let expected = "
What holds its accounts together:
  crm:1  shop:22  score  scores joined them
  crm:1  shop:22  email  both have a@x.de, +3.2 bits

How it grew together by scores:
  crm:1              shop:22  +9.0 bits  most alike are crm:1 and shop:22, +12.0
  crm:1 with 1 more  shop:3   +2.1 bits  most alike are crm:1 and shop:3, +12.0
  The weakest is that of crm:1 and shop:3, +2.1 bits.

The weakest bridge is crm:1 and shop:22, by email, +3.2 bits: without it, no link holds crm:1 with 1 more and shop:3 together.
";
        let shown = shown(customer, "0193", None);
        assert!(shown.ends_with(expected), "{shown}");
    }

    #[test]
    fn who_shares_an_identifier_is_listed() {
        let several = |more: bool| json!({"answer": "several", "run": RUN, "customers": ["01", "02"], "more": more});
        let expected =
            "a@x.de is of 2 customers in the version of 20261122T174600Z-1a2b3c4d; ask for one of them:\n  01\n  02\n";
        assert_eq!(shown(several(false), "a@x.de", None), expected);
        assert!(shown(several(true), "a@x.de", None).starts_with("a@x.de is of more than 2 customers"));
    }

    #[test]
    fn ids_that_ended_are_followed() {
        let step = |into: &[&str]| json!({"customer_id": "01", "into": into, "run": RUN});
        let ended = |into: &[&str]| {
            let answer = json!({"answer": "ended", "run": RUN, "became": [step(into)], "customers": into});
            shown(answer, "01", None)
        };
        assert!(ended(&[]).contains("all its accounts were deleted"));
        let several = ended(&["02", "03"]);
        assert!(several.contains("its accounts went to 02, 03.") && several.ends_with(":\n  02\n  03\n"), "{several}");
    }
}
