//! The accounts of a slice.

use onefold_graph::node::Node;
use onefold_lake::RunId;
use onefold_lake::data::scores::Frequencies;
use onefold_lake::run::receipt::Moved;
use onefold_shell::{Context, SliceRecords, StageError};

/// The references of a slice's accounts, and the frequency classes of their values.
pub(crate) struct SliceAccounts {
    references: Vec<Node>,
    /// Where the classes of each account end.
    ends: Vec<u32>,
    classes: Vec<u8>,
}

impl SliceAccounts {
    pub(crate) async fn read(
        run: &RunId,
        slice: u32,
        context: &Context,
        moved: &mut Moved,
    ) -> Result<Self, StageError> {
        let slice = SliceRecords::read(run, slice, context, moved).await?;
        let mut accounts = Self { references: Vec::new(), ends: Vec::new(), classes: Vec::new() };
        slice.each(|reference, _, classes| {
            accounts.references.push(reference);
            accounts.classes.extend_from_slice(classes);
            accounts.ends.push(accounts.classes.len() as u32);
        })?;
        Ok(accounts)
    }

    /// How many accounts there are.
    pub(crate) fn len(&self) -> usize {
        self.references.len()
    }

    /// The place of the account with a reference. Accounts are in the order of their references.
    pub(crate) fn place(&self, reference: Node) -> Option<usize> {
        self.references.binary_search(&reference).ok()
    }

    /// Accounts without values, in the order of these references.
    #[cfg(test)]
    pub(crate) fn of_references(references: Vec<Node>) -> Self {
        Self { ends: vec![0; references.len()], references, classes: Vec::new() }
    }

    /// The reference of the account at a place.
    pub(crate) fn reference(&self, place: u32) -> Option<Node> {
        self.references.get(place as usize).copied()
    }

    /// The frequency classes of each account.
    pub(crate) fn frequencies(&self) -> impl Iterator<Item = Frequencies<'_>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        self.references.iter().zip(starts.zip(&self.ends)).map(|(account, (start, end))| Frequencies {
            account: *account,
            classes: &self.classes[start as usize..*end as usize],
        })
    }
}
