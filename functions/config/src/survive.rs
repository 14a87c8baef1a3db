//! How values survive into a customer.

use onefold_normalise::field::{Field, TEXT_FIELDS};

/// By which a customer's value is chosen among those of its accounts. Ties go by time, then by trust, then by
/// reference, so that every rule is a function of the set of accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The value of the account that changed last.
    #[default]
    Latest,
    /// The value of the account that changed first. One that says no time comes after all that do.
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
}

impl Rule {
    /// All rules.
    pub const ALL: [Self; 8] = [
        Self::Latest,
        Self::Oldest,
        Self::Trusted,
        Self::Longest,
        Self::MostFrequent,
        Self::Union,
        Self::Min,
        Self::Max,
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
        }
    }

    /// The rule of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }
}

/// How values survive into a customer. What is a unit's goes by the unit's rule; `interests`, `emails` and
/// `phone_numbers` are always unions.
#[derive(Clone, Debug)]
pub struct Survive {
    /// By the number of the text field.
    pub texts: [Rule; TEXT_FIELDS],
    /// Of the location.
    pub location: Rule,
    /// Of the salary.
    pub salary: Rule,
    /// Of attributes that have no rule of their own.
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
    /// Which account that is.
    pub rule: Rule,
}
