//! What `[[match]]` and `[guard]` say, once checked.

use std::collections::BTreeMap;

use onefold_normalise::Step;
use onefold_normalise::field::{TEXT_FIELDS, TextField};

/// A match rule: a key that brings accounts together, and conditions that decide pair by pair.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchRule {
    /// What must be equal, sorted by field.
    pub key: Vec<ComparedField>,
    /// What must hold for two accounts that share the key. All of them must.
    pub conditions: Vec<Condition>,
    /// A key of this rule that more accounts share links nothing; the guard's limit if not given.
    pub max_accounts_per_key: Option<u32>,
    /// The sources between which the rule links: only their accounts have its keys, and only pairs of two sources are
    /// decided. Sorted; empty if the rule is about all accounts.
    pub between: Vec<String>,
}

impl MatchRule {
    /// A rule without conditions over fields as they are.
    pub fn of_fields(fields: &[TextField]) -> Self {
        let key = fields.iter().map(|field| ComparedField { field: *field, steps: Vec::new() }).collect();
        Self { key, conditions: Vec::new(), max_accounts_per_key: None, between: Vec::new() }
    }

    /// Whether the rule decides pair by pair, so that not all accounts of a key are linked by it.
    pub fn decides_pairs(&self) -> bool {
        !self.conditions.is_empty() || !self.between.is_empty()
    }

    /// Whether a condition of the rule can say that two accounts are two persons'.
    pub fn can_refuse(&self) -> bool {
        self.conditions.iter().any(|condition| condition.requirement == Requirement::NotDisagree)
    }

    /// Whether accounts of a source have keys of this rule.
    pub fn has_source(&self, source: &str) -> bool {
        self.between.is_empty() || self.between.iter().any(|named| named == source)
    }

    /// The names of the key's parts joined by `+`, as reports show them.
    pub fn name(&self) -> String {
        self.key.iter().map(ComparedField::name).collect::<Vec<_>>().join("+")
    }

    /// The field whose value alone is the key, if there is one.
    pub fn only_field(&self) -> Option<TextField> {
        match self.key.as_slice() {
            [part] if part.steps.is_empty() => Some(part.field),
            _ => None,
        }
    }
}

/// A field as rules compare it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparedField {
    /// The field.
    pub field: TextField,
    /// What is done to its value for the comparison only, in order.
    pub steps: Vec<Step>,
}

/// The name of the given and the family name as one value.
pub const FULL_NAME: &str = "full_name";

impl ComparedField {
    /// The given name, a blank and the family name as one value. It is missing if one of them is.
    pub fn full_name(steps: Vec<Step>) -> Self {
        let steps = [Step::FullName].into_iter().chain(steps).collect();
        Self { field: TextField::FamilyName, steps }
    }

    /// Whether it is [`ComparedField::full_name`].
    #[inline]
    pub fn is_full_name(&self) -> bool {
        self.steps.first() == Some(&Step::FullName)
    }

    /// The field's name: `full_name` for the whole name.
    pub fn field_name(&self) -> &'static str {
        if self.is_full_name() { FULL_NAME } else { self.field.name() }
    }

    /// The field's name, with the steps in parentheses: `given_name(ascii,nickname)`.
    pub fn name(&self) -> String {
        let name = self.field_name();
        let steps = self.steps.iter().filter(|step| **step != Step::FullName);
        let steps: Vec<&str> = steps.map(|step| step.name()).collect();
        if steps.is_empty() { name.to_owned() } else { format!("{name}({})", steps.join(",")) }
    }
}

/// A condition on two accounts that share a key.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// What the two values must or must not be.
    pub requirement: Requirement,
    /// Which values, and when they agree.
    pub comparer: Comparer,
}

/// A field whose values need not be equal to agree.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparer {
    /// Which values.
    pub part: ComparedField,
    /// When two values agree.
    pub level: ComparisonLevel,
    /// Whether names get no special treatment: otherwise an initial agrees with a given name that begins with it, and
    /// names of two accounts agree if given and family name are swapped.
    pub exact: bool,
}

impl Comparer {
    /// Values of a field as they are, which agree if they are equal.
    pub const fn exact(field: TextField) -> Self {
        Self { part: ComparedField { field, steps: Vec::new() }, level: ComparisonLevel::Equal, exact: true }
    }

    /// Whether values agree only if they are equal and stand for themselves.
    pub fn is_plain(&self) -> bool {
        self.exact && self.part.steps.is_empty() && self.level == ComparisonLevel::Equal
    }
}

/// What a condition asks of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// Both are there and agree: `if_agree`.
    Agree,
    /// One is missing, or both agree: `unless_differ`.
    NotDisagree,
}

impl Requirement {
    /// The name in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agree => "if_agree",
            Self::NotDisagree => "unless_differ",
        }
    }
}

/// When two values agree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ComparisonLevel {
    /// They are equal.
    Equal,
    /// Their Jaro-Winkler similarity, from 0 to 1, is at least this.
    JaroWinkler(f64),
    /// At most so many characters must be inserted, deleted or replaced, or neighbours swapped.
    EditDistance(usize),
}

/// Limits against wrong merges.
#[derive(Clone, Debug, PartialEq)]
pub struct Guard {
    /// A key that more accounts share links nothing.
    pub max_accounts_per_key: u32,
    /// A key that a larger share of all accounts has links nothing, from [`Guard::SHARE_FROM`] accounts on.
    pub max_share_per_key: Option<f64>,
    /// Values that are nobody's.
    pub blocked_values: BlockedValues,
    /// How many different values a customer may have, sorted by field.
    pub max_distinct: Vec<DistinctLimit>,
    /// How many accounts of a source a customer may have.
    pub max_per_source: SourceLimits,
    /// How many accounts a customer may have.
    pub max_accounts_per_customer: Option<u32>,
    /// Nobody is born before this year.
    pub min_birth_year: i16,
}

impl Guard {
    /// Keys of fewer accounts are never blocked for their share: a family may well be three of ten accounts.
    pub const SHARE_FROM: u32 = 4;

    /// How many accounts may share a key of a rule.
    pub fn limit(&self, rule: &MatchRule) -> u32 {
        rule.max_accounts_per_key.unwrap_or(self.max_accounts_per_key)
    }

    /// How many accounts may share a key under the most generous rule.
    pub fn widest_limit(&self, rules: &[MatchRule]) -> u32 {
        rules.iter().map(|rule| self.limit(rule)).max().unwrap_or(self.max_accounts_per_key)
    }

    /// How many accounts may share any key where there are `accounts` in all: what Link goes by. It knows no rules.
    pub fn link_limit(&self, rules: &[MatchRule], accounts: u64) -> u32 {
        let share = self.max_share_per_key.map_or(u32::MAX, |share| (share * accounts as f64) as u32);
        self.widest_limit(rules).min(share.max(Self::SHARE_FROM - 1))
    }

    /// Whether any customer can be too large or too diverse.
    pub fn limits_customers(&self) -> bool {
        self.max_accounts_per_customer.is_some() || !self.max_distinct.is_empty() || !self.max_per_source.is_empty()
    }
}

/// How many different values of a field a customer may have.
#[derive(Clone, Debug, PartialEq)]
pub struct DistinctLimit {
    /// The field, and which of its values are not different.
    pub comparer: Comparer,
    /// How many.
    pub most: u32,
}

/// How many accounts of each source a customer may have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceLimits {
    /// Of a source that is not among the others.
    pub every: Option<u32>,
    /// By source.
    pub named: BTreeMap<String, u32>,
}

impl SourceLimits {
    /// How many accounts of this source a customer may have.
    pub fn of(&self, source: &str) -> Option<u32> {
        self.named.get(source).copied().or(self.every)
    }

    /// Whether no source has a limit.
    pub fn is_empty(&self) -> bool {
        self.every.is_none() && self.named.is_empty()
    }
}

/// Values that make no key and do not survive. Patterns are lower case, with `*` for any text.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockedValues {
    /// Whether the built-in list counts.
    pub builtin: bool,
    /// The user's patterns, by the field's number.
    pub blocked: Vec<Vec<String>>,
    /// Patterns of values that are in order all the same, by the field's number.
    pub allowed: Vec<Vec<String>>,
}

impl Default for BlockedValues {
    fn default() -> Self {
        Self::builtin(TEXT_FIELDS)
    }
}

impl BlockedValues {
    /// No patterns but the built-in list, for `fields` text fields.
    pub fn builtin(fields: usize) -> Self {
        Self { builtin: true, blocked: vec![Vec::new(); fields], allowed: vec![Vec::new(); fields] }
    }
}
