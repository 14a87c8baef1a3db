//! The values of an account that scored pairs compare.

use onefold_normalise::field::TextField;
use onefold_scoring::describe::AccountTexts;

use crate::account::Account;
use crate::blocked_set::BlockedSet;

/// The text fields of an account without what is blocked. A birth date that no calendar has is compared as it was written.
#[derive(Clone, Copy, Debug)]
pub struct UnblockedTexts<'a> {
    account: &'a Account<'a>,
    blocked: BlockedSet,
}

impl<'a> UnblockedTexts<'a> {
    /// Without the blocked values.
    pub const fn new(account: &'a Account<'a>, blocked: BlockedSet) -> Self {
        Self { account, blocked }
    }
}

impl AccountTexts for UnblockedTexts<'_> {
    fn each_value(&self, field: TextField, take: &mut dyn FnMut(&str)) {
        let written = self.account.written_birthdate().filter(|_| field == TextField::Birthdate);
        self.blocked.values(self.account, field).chain(written).for_each(take);
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use onefold_normalise::timestamp::Timestamp;

    use super::*;

    #[test]
    fn a_day_that_no_calendar_has_is_compared_as_it_was_written() {
        let mut account = Account::new("crm:1", None, Timestamp::default());
        account.set_written_birthdate(Cow::Borrowed("1949-13-07"));
        account.set_text(TextField::Email, Some(Cow::Borrowed("a@x.de")));
        let of = |field| {
            let mut values = Vec::new();
            UnblockedTexts::new(&account, BlockedSet::default())
                .each_value(field, &mut |text| values.push(text.to_owned()));
            values
        };
        assert_eq!(of(TextField::Birthdate), ["1949-13-07"]);
        assert_eq!(of(TextField::Email), ["a@x.de"]);
        let mut text = Vec::new();
        account.write(&mut text);
        assert_eq!(Account::parse(std::str::from_utf8(&text).unwrap()).unwrap(), account);
        account.set_written_birthdate(Cow::Borrowed("x"));
        assert_eq!(account.text(TextField::Birthdate), None, "it is no birth date");
    }
}
