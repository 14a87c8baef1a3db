//! What `[score]` says, once checked.

use onefold_normalise::field::TextField;

use crate::{Config, Target};

/// How scored pairs decide.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScoreSettings {
    /// From where on a pair is one person's.
    pub threshold: ScoreThreshold,
    /// The text fields that are not compared.
    pub without: Vec<TextField>,
    /// The run whose model is used, instead of that of the previous version.
    pub model: Option<String>,
}

/// From where on a pair is one person's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ScoreThreshold {
    /// The logarithm to base 2 of the odds that it is.
    Bits(f64),
    /// The expected share of right links among all.
    Precision(f64),
}

impl Default for ScoreThreshold {
    fn default() -> Self {
        Self::Bits(0.0)
    }
}

impl Config {
    /// The text fields that accounts can have: those that some source maps or names may fill, and those that tables fill.
    pub fn filled_fields(&self) -> impl Iterator<Item = TextField> {
        self.text_fields.iter().copied().filter(|field| self.can_be_filled(*field))
    }

    fn can_be_filled(&self, field: TextField) -> bool {
        let is_mapped = self.sources.iter().any(|source| {
            source.mapping.texts.iter().any(|text| text.field == field) || source.mapping.names_may_fill(field)
        });
        is_mapped || self.enrich.iter().any(|enrich| enrich.target == Target::Text(field))
    }
}
