//! How values survive into a customer.

use onefold_normalise::field::Field;

/// The rule that chooses a customer's value among those of its accounts. Ties are broken by time, then trust, then
/// reference, so every rule is a function of the set of accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The value of the account that changed last.
    #[default]
    Latest,
    /// The value of the account that changed first. Accounts without a time come last.
    Oldest,
    /// The value of the source with the highest trust.
    Trusted,
    /// The value with the most characters.
    Longest,
    /// The value that the most accounts have.
    MostFrequent,
    /// All values.
    Union,
    /// The least value: the lowest salary, the earliest date of birth.
    Min,
    /// The greatest value: the highest salary, the latest date of birth.
    Max,
    /// The values of the account that has the most of a unit's fields. An address that has a street, and a locality or
    /// a postal code, counts as whole, with or without its other members and the location.
    MostComplete,
}

impl Rule {
    /// All rules.
    pub const ALL: [Self; 9] = [
        Self::Latest,
        Self::Oldest,
        Self::Trusted,
        Self::Longest,
        Self::MostFrequent,
        Self::Union,
        Self::Min,
        Self::Max,
        Self::MostComplete,
    ];

    /// The rule's name in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Latest => "latest",
            Self::Oldest => "oldest",
            Self::Trusted => "trusted",
            Self::Longest => "longest",
            Self::MostFrequent => "most_frequent",
            Self::Union => "union",
            Self::Min => "min",
            Self::Max => "max",
            Self::MostComplete => "most_complete",
        }
    }

    /// The rule of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }
}

/// How values survive into a customer. The fields of a unit follow the unit's rule; `interests`, `emails` and
/// `phone_numbers` are always unions.
#[derive(Clone, Debug)]
pub struct Survive {
    /// The rule of each text field, by the field's number.
    pub texts: Vec<Rule>,
    /// The rule of the location.
    pub location: Rule,
    /// The rule of the salary.
    pub salary: Rule,
    /// The rule of attributes without one of their own.
    pub attributes: Rule,
    /// Attributes with rules of their own.
    pub named_attributes: Vec<(String, Rule)>,
    /// Groups of fields that survive together.
    pub units: Vec<Unit>,
}

impl Survive {
    /// The rule of an attribute.
    pub fn attribute(&self, name: &str) -> Rule {
        self.named_attributes.iter().find(|(known, _)| known == name).map_or(self.attributes, |(_, rule)| *rule)
    }
}

/// Fields that survive together, from one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Text fields, location, salary.
    pub fields: Vec<Field>,
    /// The rule that chooses the account.
    pub rule: Rule,
}
