//! Which values of an account are blocked.

use onefold_normalise::field::{TextField, TextFieldSet};

use crate::account::Account;

/// The blocked values of one account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BlockedSet {
    /// The fields whose first value is blocked.
    first: TextFieldSet,
    /// A bit for each of [`Account::other_values`].
    others: u64,
}

impl BlockedSet {
    /// No value is blocked.
    pub const NONE: Self = Self { first: TextFieldSet::EMPTY, others: 0 };

    /// How many of an account's [`Account::other_values`] can be blocked.
    pub const OTHERS_MAX: usize = u64::BITS as usize;

    /// The first values of these fields are blocked.
    pub fn of_first(first: TextFieldSet) -> Self {
        Self { first, others: 0 }
    }

    /// Whether no value is blocked.
    #[inline]
    pub fn is_empty(self) -> bool {
        self == Self::NONE
    }

    /// Blocks the first value of a field.
    pub fn insert_first(&mut self, field: TextField) {
        self.first.insert(field);
    }

    /// Blocks one of [`Account::other_values`].
    pub fn insert_other(&mut self, place: usize) {
        self.others |= 1u64.checked_shl(place as u32).unwrap_or(0);
    }

    /// Blocks the values of a field of which this holds.
    pub fn insert_values(&mut self, account: &Account<'_>, field: TextField, is_meant: impl Fn(&str) -> bool) {
        if account.text(field).is_some_and(&is_meant) {
            self.insert_first(field);
        }
        let others = account.other_values().enumerate();
        for (place, _) in others.filter(|(_, (name, value))| *name == field.name() && is_meant(value)) {
            self.insert_other(place);
        }
    }

    /// The first value of a field that is not blocked.
    #[inline]
    pub fn text<'a>(self, account: &'a Account<'_>, field: TextField) -> Option<&'a str> {
        if self.first.contains(field) { self.text_behind(account, field) } else { account.text(field) }
    }

    /// The first value of a field, of those behind its first, that is not blocked.
    #[cold]
    fn text_behind<'a>(self, account: &'a Account<'_>, field: TextField) -> Option<&'a str> {
        self.others(account, field).next()
    }

    /// The values of a field that are not blocked.
    #[inline]
    pub fn values<'a>(self, account: &'a Account<'_>, field: TextField) -> impl Iterator<Item = &'a str> {
        let first = account.text(field).filter(|_| !self.first.contains(field));
        first.into_iter().chain(self.others(account, field))
    }

    fn others<'a>(self, account: &'a Account<'_>, field: TextField) -> impl Iterator<Item = &'a str> {
        let others = account.other_values().enumerate();
        let is_meant =
            move |(place, (name, _)): &(usize, (&str, &str))| *name == field.name() && !self.has_other(*place);
        others.filter(is_meant).map(|(_, (_, value))| value)
    }

    fn has_other(self, place: usize) -> bool {
        self.others.checked_shr(place as u32).unwrap_or(0) & 1 == 1
    }

    /// The blocked values of an account with the names of their fields. `fields` are those of the configuration.
    pub fn blocked<'a>(
        self,
        account: &'a Account<'_>,
        fields: &'a [TextField],
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let first = self.first.of(fields).filter_map(|field| Some((field.name(), account.text(field)?)));
        let others = account.other_values().enumerate().filter(move |(place, _)| self.has_other(*place));
        first.chain(others.map(|(_, other)| other))
    }
}

#[cfg(test)]
mod tests {
    use onefold_normalise::timestamp::Timestamp;

    use super::*;

    #[test]
    fn a_value_is_blocked_and_the_others_of_its_field_are_not() {
        let mut account = Account::new("a:1", None, Timestamp::from_milliseconds(0).unwrap());
        for (field, value) in [(TextField::Email, "a"), (TextField::Email, "b"), (TextField::PhoneNumber, "1")] {
            account.push_value(field, value.into());
        }
        account.push_value(TextField::Email, "c".into());
        let values = |blocked: BlockedSet| blocked.values(&account, TextField::Email).collect::<Vec<_>>();
        assert_eq!(values(BlockedSet::NONE), ["a", "b", "c"]);
        let mut blocked = BlockedSet::NONE;
        blocked.insert_values(&account, TextField::Email, |value| value == "a");
        assert_eq!((values(blocked), blocked.text(&account, TextField::Email)), (vec!["b", "c"], Some("b")));
        blocked.insert_values(&account, TextField::Email, |value| value == "b");
        assert_eq!((values(blocked), blocked.text(&account, TextField::Email)), (vec!["c"], Some("c")));
        assert_eq!(blocked.text(&account, TextField::PhoneNumber), Some("1"));
        assert_eq!(blocked.blocked(&account, &TextField::ALL).collect::<Vec<_>>(), [("email", "a"), ("email", "b")]);
        blocked.insert_other(BlockedSet::OTHERS_MAX);
        assert!(!blocked.has_other(BlockedSet::OTHERS_MAX), "no place of it");
    }
}
