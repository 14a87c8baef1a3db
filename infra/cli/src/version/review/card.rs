//! Two accounts side by side: their values, what agrees, and what each field says.

use std::collections::{BTreeMap, BTreeSet};

use onefold_identity::account::Account;
use onefold_identity::merge::split_member;
use onefold_scoring::levels::meaning;
use onefold_scoring::model::RunModel;
use onefold_scoring::weights::{BIT, FieldWeights, Weights};
use onefold_scoring::{DIFFER, EQUAL, Level, MISSING, ScoredField, ScoredFields};
use onefold_version::OpenVersion;
use serde::Serialize;

use super::question::AskedPair;
use crate::data::members::members;
use crate::error::Error;

/// What the names of values behind the first ones start with.
const OTHER_VALUES: &str = "other_values.";
/// Members of an account that are no values of the person.
const NOT_SHOWN: [&str; 4] = ["ref", "received_at", "updated_at", "provenance"];
/// What is shown in the place of a field for the bits before any field is compared.
const ANY_TWO: &str = "any two accounts";
/// Scored fields that are a part of another one's value, or its name for short.
const PARTS: [(&str, &str); 2] = [("address", "address.street_address"), ("generation", "honorific_suffix")];

/// How the values of two accounts compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mark {
    /// They have a value in common.
    Equal,
    /// Their values are alike.
    Alike,
    /// Their values differ.
    Different,
    /// At least one of them has none.
    Missing,
}

/// A field of two accounts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Row {
    pub(super) field: String,
    pub(super) values: [Vec<String>; 2],
    pub(super) mark: Mark,
    /// The comparison level in words, if the field is scored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) level: Option<String>,
    /// What the field adds to the score, in bits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bits: Option<f64>,
}

/// A pair as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Card {
    pub(super) asked: AskedPair,
    pub(super) rows: Vec<Row>,
}

/// What explains scores by fields: the fields of the version's model and their weights.
#[derive(Clone, Debug, Default)]
pub(super) struct Scale {
    fields: Vec<(ScoredField, FieldWeights)>,
    priors: [i64; 2],
    /// From where on the model says that a pair is one person's, in bits.
    pub(super) threshold: Option<f64>,
}

impl Scale {
    /// That of a version. It explains nothing if the version scored no pairs, or if its model is for other fields than this
    /// program's.
    pub(super) async fn of(version: &OpenVersion<'_>) -> Result<Self, Error> {
        let config = version.config().await.map_err(Error::version("read the configuration"))?;
        if config.score.is_none() {
            return Ok(Self::default());
        }
        let model = version.model().await.map_err(Error::version("read the model"))?;
        Ok(model.map_or_else(Self::default, |model| Self::new(&model, &ScoredFields::of(&config))))
    }

    #[cfg(test)]
    pub(super) const fn of_weights(fields: Vec<(ScoredField, FieldWeights)>, priors: [i64; 2], threshold: f64) -> Self {
        Self { fields, priors, threshold: Some(threshold) }
    }

    fn new(model: &RunModel, fields: &ScoredFields) -> Self {
        let threshold = Some(model.threshold as f64 / BIT as f64);
        if !model.fits(fields) {
            return Self { threshold, ..Self::default() };
        }
        let weights = Weights::new(&model.model, &model.counts);
        let priors = [weights.strangers_prior, weights.relatives_prior];
        Self { fields: fields.iter().zip(weights.fields).collect(), priors, threshold }
    }

    /// By field: its level in words, and its bits for one person rather than the class of pairs that is nearer. With the bits
    /// before any field is compared.
    fn explain(&self, levels: &BTreeMap<String, u8>) -> (BTreeMap<&str, (Level, String, f64)>, f64) {
        let known =
            || self.fields.iter().filter_map(|(field, weights)| Some((field, weights, *levels.get(field.name)?)));
        let sum = |of: fn(&FieldWeights) -> &[i64], prior: i64| {
            prior
                + known()
                    .map(|(_, weights, level)| of(weights).get(usize::from(level)).copied().unwrap_or(0))
                    .sum::<i64>()
        };
        let strangers: fn(&FieldWeights) -> &[i64] = |weights| &weights.strangers;
        let relatives: fn(&FieldWeights) -> &[i64] = |weights| &weights.relatives;
        let [of_strangers, of_relatives] = self.priors;
        let are_strangers_nearer = sum(strangers, of_strangers) <= sum(relatives, of_relatives);
        let (nearer, prior) = if are_strangers_nearer { (strangers, of_strangers) } else { (relatives, of_relatives) };
        let said = |(field, weights, level): (&ScoredField, &FieldWeights, Level)| {
            let words = meaning(field.kind, level).unwrap_or("of another version of the levels");
            let bits = nearer(weights).get(usize::from(level)).copied().unwrap_or(0) as f64 / BIT as f64;
            (field.name, (level, words.to_owned(), bits))
        };
        (known().map(said).collect(), prior as f64 / BIT as f64)
    }
}

impl Card {
    /// `texts` are both accounts as the member files have them.
    fn new(asked: AskedPair, texts: [&str; 2], scale: &Scale) -> Self {
        let (mut said, prior) = scale.explain(&asked.levels);
        // A drawn pair is shown without its score.
        let is_scored = !said.is_empty() && asked.stratum().is_none();
        let [left, right] = texts.map(values);
        let mut names: Vec<&String> = left.iter().map(|(name, _)| name).collect();
        names.extend(right.iter().map(|(name, _)| name).filter(|name| left.iter().all(|(known, _)| known != *name)));
        names.sort_by_key(|name| rank(name));
        let of = |values: &[(String, Vec<String>)], name: &str| {
            values.iter().find(|(known, _)| known == name).map_or_else(Vec::new, |(_, values)| values.clone())
        };
        let mut rows: Vec<Row> = Vec::new();
        if is_scored {
            rows.push(Row { bits: Some(prior), ..Row::new(ANY_TWO, [Vec::new(), Vec::new()], None) });
        }
        for name in names {
            let scored = PARTS.iter().find(|(_, of)| of == name).map_or(name.as_str(), |(scored, _)| scored);
            rows.push(Row::new(name, [of(&left, name), of(&right, name)], said.remove(scored)));
        }
        // A flat is a part of the address line: it has a level, and no value of its own.
        let rest = said.into_iter().filter(|(_, (level, ..))| *level != MISSING);
        rows.extend(rest.map(|(name, said)| Row::new(name, [Vec::new(), Vec::new()], Some(said))));
        Self { asked, rows }
    }
}

impl Row {
    fn new(field: &str, values: [Vec<String>; 2], said: Option<(Level, String, f64)>) -> Self {
        let mark = mark(&values, said.as_ref().map(|(level, ..)| *level));
        let said = said.filter(|(level, ..)| *level != MISSING);
        let (level, bits) = said.map(|(_, words, bits)| (words, bits)).unzip();
        Self { field: field.to_owned(), values, mark, level, bits }
    }
}

/// How values compare: as they are, or else as their comparison level says.
fn mark([left, right]: &[Vec<String>; 2], level: Option<Level>) -> Mark {
    if left.iter().any(|value| right.contains(value)) {
        return Mark::Equal;
    }
    match level {
        Some(MISSING) => Mark::Missing,
        Some(DIFFER) => Mark::Different,
        Some(EQUAL..) => Mark::Equal,
        Some(_) => Mark::Alike,
        None if left.is_empty() || right.is_empty() => Mark::Missing,
        None => Mark::Different,
    }
}

/// Where a field is shown: names first, then what identifies, then the rest as it is written.
fn rank(name: &str) -> usize {
    const FIRST: [&str; 16] = [
        "name",
        "honorific_prefix",
        "given_name",
        "additional_name",
        "middle_name",
        "family_name",
        "honorific_suffix",
        "organization",
        "birthdate",
        "gender",
        "email",
        "phone_number",
        "address.street_address",
        "address.postal_code",
        "address.locality",
        "address.country",
    ];
    FIRST.iter().position(|first| *first == name).unwrap_or(if name.starts_with("attributes.") { 99 } else { 50 })
}

/// The values of an account by their fields, in the order of its text, with all values of a field together.
fn values(text: &str) -> Vec<(String, Vec<String>)> {
    let (others, own): (Vec<_>, Vec<_>) =
        members(text, ".").into_iter().partition(|(name, _)| name.starts_with(OTHER_VALUES));
    let shown = own.into_iter().filter(|(name, _)| !NOT_SHOWN.contains(&name.split('.').next().unwrap_or(name)));
    let mut found: Vec<(String, Vec<String>)> = shown.map(|(name, value)| (name, several(value))).collect();
    for (name, list) in others {
        let name = name.strip_prefix(OTHER_VALUES).unwrap_or(&name).to_owned();
        match found.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.extend(several(list)),
            None => found.push((name, several(list))),
        }
    }
    found.retain(|(_, values)| !values.is_empty());
    found
}

/// The elements of a list of texts, or one value.
fn several(value: String) -> Vec<String> {
    if value == "null" {
        return Vec::new();
    }
    serde_json::from_str(&value).unwrap_or_else(|_| vec![value])
}

/// The cards of pairs, with the accounts' values from the version. Each part of the member files is read once. A pair whose
/// accounts the version does not have is left out.
pub(super) async fn cards(version: &OpenVersion<'_>, pairs: Vec<AskedPair>, scale: &Scale) -> Result<Vec<Card>, Error> {
    let wanted: BTreeSet<&str> = pairs.iter().flat_map(|pair| &pair.accounts).map(String::as_str).collect();
    let references: Vec<String> = wanted.iter().map(|reference| (*reference).to_owned()).collect();
    let failed = || Error::version("read the members");
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for place in version.member_places(Some(&references)).await.map_err(failed())? {
        let members = version.read_members(&place).await.map_err(failed())?;
        for line in members.lines().filter_map(split_member).filter(|line| line.customer_id.is_some()) {
            if let Some(reference) = reference_of(line.account).filter(|reference| wanted.contains(reference.as_str()))
            {
                texts.insert(reference, line.account.to_owned());
            }
        }
    }
    let card = |pair: AskedPair| {
        let [left, right] = pair.accounts.each_ref().map(|reference| texts.get(reference));
        Some(Card::new(pair.clone(), [left?, right?], scale))
    };
    Ok(pairs.into_iter().filter_map(card).collect())
}

/// The reference of an account by its text.
fn reference_of(text: &str) -> Option<String> {
    let Some(rest) = text.strip_prefix("{\"ref\":") else {
        return Some(Account::parse(text).ok()?.reference.into_owned());
    };
    serde_json::Deserializer::from_str(rest).into_iter::<String>().next()?.ok()
}

#[cfg(test)]
mod tests {
    use super::super::question::Why;
    use super::super::testing;
    use super::*;

    #[test]
    fn values_stand_side_by_side() {
        let left = r#"{"ref":"crm:2","updated_at":"2026-01-01T00:00:00Z","received_at":"2026-01-01T00:00:00Z","family_name":"Miller","given_name":"Bob","email":"bob@miller.co.uk","address":{"street_address":"1 High St","locality":null},"interests":["art","golf"],"attributes":{"plan":{"of":1}},"other_values":{"email":["b@m.uk"]}}"#;
        let right = r#"{"ref":"shop:26","received_at":"2026-01-01T00:00:00Z","given_name":"Robert","family_name":"Miller","email":"b@m.uk","phone_number":"+44","ssn":"7"}"#;
        let asked = AskedPair { why: Why::Sample { stratum: 0 }, ..testing::asked("crm:2", "shop:26") };
        let card = Card::new(asked, [left, right], &Scale::default());
        let shown: Vec<String> = card
            .rows
            .iter()
            .map(|row| {
                format!("{} {:?} {} | {}", row.field, row.mark, row.values[0].join(", "), row.values[1].join(", "))
            })
            .collect();
        let expected = [
            "given_name Different Bob | Robert",
            "family_name Equal Miller | Miller",
            "email Equal bob@miller.co.uk, b@m.uk | b@m.uk",
            "phone_number Missing  | +44",
            "address.street_address Missing 1 High St | ",
            "interests Missing art, golf | ",
            "ssn Missing  | 7",
            "attributes.plan.of Missing 1 | ",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn levels_and_bits_are_those_of_the_model() {
        let scale = testing::scale();
        let left = r#"{"ref":"crm:2","given_name":"Bob","email":"a@x.de","address":{"street_address":"1 High St"}}"#;
        let right = r#"{"ref":"shop:26","given_name":"Robert"}"#;
        let levels =
            [("given_name", 6), ("email", 0), ("address.unit", 1)].map(|(name, level)| (name.to_owned(), level));
        let asked = AskedPair { levels: levels.into(), ..testing::asked("crm:2", "shop:26") };
        let rows = Card::new(asked, [left, right], &scale).rows;
        let shown: Vec<_> = rows.iter().map(|row| (row.field.as_str(), row.mark, row.level.as_deref())).collect();
        let expected = [
            ("any two accounts", Mark::Missing, None),
            ("given_name", Mark::Alike, Some("nickname or a part of it")),
            ("email", Mark::Missing, None),
            ("address.street_address", Mark::Missing, None),
            ("address.unit", Mark::Different, Some("different")),
        ];
        assert_eq!(shown, expected);
        let bits: Vec<_> = rows.iter().map(|row| row.bits).collect();
        assert_eq!(bits[..2], [Some(2.0), Some(4.0)], "relatives are nearer than strangers");
    }

    #[test]
    fn references_are_read_from_texts() {
        assert_eq!(reference_of(r#"{"ref":"a:\"1","x":1}"#).as_deref(), Some("a:\"1"));
        assert_eq!(reference_of("{"), None);
    }
}
