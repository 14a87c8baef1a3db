//! From an account's values to its record.

use onefold_config::Config;
use onefold_normalise::field::TextField;

use crate::ScoredFields;

/// The values of an account.
pub trait AccountTexts {
    /// Calls `take` with each value of a text field, the account's own first. Blocked values are left out.
    fn each_value(&self, field: TextField, take: &mut dyn FnMut(&str));
}

/// Makes records of accounts.
#[derive(Clone, Debug)]
pub struct Describer {
    fields: ScoredFields,
}

impl Describer {
    /// For the fields that a configuration compares.
    pub fn new(config: &Config) -> Self {
        Self { fields: ScoredFields::of(config) }
    }

    /// The fields that are compared.
    pub const fn fields(&self) -> &ScoredFields {
        &self.fields
    }
}
