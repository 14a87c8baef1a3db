//! Answers of Explain as text.

use console::measure_text_width;
use onefold_identity::explain::{
    CheckedCondition, FieldFinding, GroupFinding, MergeFinding, PairFinding, ScoreFinding,
};
use onefold_identity::judge::Verdict;
use onefold_lake::RunId;
use onefold_lake::calls::{ExplainResult, SourcedValue, Together};
use onefold_lake::version::retired::Retired;
use serde_json::Value;

/// The greatest width of a column. Longer cells stick out.
const COLUMN_WIDTH_MAX: usize = 48;

/// The answer to a question about one account or customer, or about two accounts.
pub fn of(answer: &ExplainResult, asked: &str, and: Option<&str>) -> String {
    match answer {
        ExplainResult::Customer {
            run,
            customer,
            values,
            accounts,
            accounts_left_out,
            links,
            growth,
            guards,
            became,
        } => {
            let id = text(&customer["customer_id"]);
            let mut out = steps(became);
            if asked.contains(':') {
                out.push_str(&format!("{asked} is in the customer {id} in the version of {run}.\n"));
            } else {
                out.push_str(&format!("{id} is a customer in the version of {run}.\n"));
            }
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
            section(&mut out, "What guards did", guards.iter().map(guard).collect());
            out
        }
        ExplainResult::Pair { run, customers, rules, together } => {
            pair(run, customers, rules, together, [asked, and.unwrap_or_default()])
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
        section(&mut out, "What each field says of the two, in bits", fields(score));
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
    let group = |GroupFinding { first, accounts }: &GroupFinding| {
        if *accounts == 1 { first.clone() } else { format!("{first} with {} more", accounts - 1) }
    };
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

/// What each field says of two accounts, with the sums.
fn fields(ScoreFinding { strangers, relatives, fields, prior, .. }: &ScoreFinding) -> Vec<Vec<String>> {
    let row = |field: &str, level: &str, strangers: f64, relatives: f64| {
        let sides = [format!("{strangers:+.1}"), format!("{relatives:+.1}")];
        [field, level].into_iter().map(str::to_owned).chain(sides).collect()
    };
    let title = ["", "", "rather than strangers", "rather than relatives"].map(str::to_owned).to_vec();
    let before = row("any two accounts", "", prior[0], prior[1]);
    let of_field =
        |FieldFinding { field, level, strangers, relatives }: &FieldFinding| row(field, level, *strangers, *relatives);
    let sum = row("together", "", *strangers, *relatives);
    [title, before].into_iter().chain(fields.iter().map(of_field)).chain([sum]).collect()
}

/// What divided a customer.
fn divider(limit: &str) -> &str {
    if limit == "refused" { "a rule that keeps accounts of it apart (refused)" } else { limit }
}

/// What became of an id, one line a step.
fn steps(became: &[Retired]) -> String {
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
    vec![one, other, finding.rule.clone(), why(finding)]
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
fn list(value: &Value, most: usize) -> String {
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
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| measure_text_width(cell)).max();
    let widths: Vec<usize> = (0..columns).map(|column| widest(column).unwrap_or(0).min(COLUMN_WIDTH_MAX)).collect();
    for row in &rows {
        let mut line = String::from(" ");
        for (cell, width) in row.iter().zip(&widths) {
            line.push(' ');
            line.push_str(cell);
            line.push_str(&" ".repeat(width.saturating_sub(measure_text_width(cell)) + 1));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const RUN: &str = "20261122T174600Z-1a2b3c4d";

    fn shown(answer: Value, asked: &str, and: Option<&str>) -> String {
        of(&serde_json::from_value(answer).unwrap(), asked, and)
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

What each field says of the two, in bits:
                               rather than strangers  rather than relatives
  any two accounts             -20.0                  +1.5
  given_name        different  -6.3                   -5.6
  email             equal      +57.5                  +0.0
  together                     +31.2                  -4.1
";
        assert_eq!(shown(answer, "crm:1", Some("shop:22")), expected);

        let merge = |first: &str, accounts: usize, bits: f64| {
            json!({"groups": [{"first": "crm:1", "accounts": accounts}, {"first": first, "accounts": 1}], "bits": bits,
                   "accounts": ["crm:1", first], "direct_bits": 12.0})
        };
        let customer = json!({
            "answer": "customer", "run": RUN, "customer": {"customer_id": "0193"}, "values": [], "accounts": [{}, {}],
            "accounts_left_out": 0, "links": [{"accounts": ["crm:1", "shop:22"], "rule": "score", "verdict": "accepted"}],
            "growth": [merge("shop:22", 1, 9.0), merge("shop:3", 2, 2.06)], "guards": [], "became": [],
        });
        let expected = "
What holds its accounts together:
  crm:1  shop:22  score  scores joined them

How it grew together by scores:
  crm:1              shop:22  +9.0 bits  most alike are crm:1 and shop:22, +12.0
  crm:1 with 1 more  shop:3   +2.1 bits  most alike are crm:1 and shop:3, +12.0
  The weakest is that of crm:1 and shop:3, +2.1 bits.
";
        let shown = shown(customer, "0193", None);
        assert!(shown.ends_with(expected), "{shown}");
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
