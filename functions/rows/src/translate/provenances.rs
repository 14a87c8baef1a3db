//! What accounts say of the tables that filled them.

use std::borrow::Cow;

use onefold_config::Enrich;
use onefold_identity::provenance;

/// The texts that say which tables filled an account. The text of each set of the first lookups is written once, as
/// millions of accounts have the same.
#[derive(Debug, Default)]
pub(super) struct Provenances(Vec<Option<String>>);

impl Provenances {
    /// How many lookups have a text for each of their sets beforehand: 64 sets.
    const LOOKUPS: usize = 6;

    /// The texts of the lookups of a configuration.
    pub(super) fn new(lookups: &[Enrich]) -> Self {
        let first = &lookups[..lookups.len().min(Self::LOOKUPS)];
        let set = |set: usize| text((0..first.len()).filter(move |number| set & (1 << number) != 0), first);
        Self((0..1 << first.len()).map(set).collect())
    }

    /// The text of an account that these lookups filled, in their order.
    pub(super) fn of(&self, filled: &[usize], lookups: &[Enrich]) -> Option<Cow<'_, str>> {
        let set = filled.iter().try_fold(0usize, |set, number| Some(set | 1usize.checked_shl(*number as u32)?));
        match set.and_then(|set| self.0.get(set)) {
            Some(text) => text.as_deref().map(Cow::Borrowed),
            None => text(filled.iter().copied(), lookups).map(Cow::Owned),
        }
    }
}

fn text(filled: impl Iterator<Item = usize>, lookups: &[Enrich]) -> Option<String> {
    provenance::text(filled.map(|number| (lookups[number].target.name(), lookups[number].table.as_str())))
}
