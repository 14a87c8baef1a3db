//! The accounts of lines, as scored pairs compare them.

use onefold_config::Config;
use onefold_graph::AccountVersion;
use onefold_graph::node::{Node, NodeHasher};

use super::line::{LineError, LineOrigin};
use super::record::read_records;
use crate::account::Account;
use crate::blocked_values::Blocklist;
use crate::counts::VersionCounts;
use crate::snapshot::SourceMarks;
use crate::suppression::Suppression;
use crate::unblocked_texts::UnblockedTexts;

/// Reads which versions of accounts lines have, for scored pairs.
#[derive(Debug)]
pub struct ComparedAccounts<'c> {
    config: &'c Config,
    blocklist: Blocklist,
    hasher: &'c NodeHasher,
    replaced: SourceMarks,
    erased: &'c Suppression,
}

impl<'c> ComparedAccounts<'c> {
    /// Accounts of the previous version are left out where their sources are among `replaced`, or `erased` covers them.
    pub fn new<'s>(
        config: &'c Config,
        hasher: &'c NodeHasher,
        replaced: impl IntoIterator<Item = &'s str>,
        erased: &'c Suppression,
    ) -> Self {
        let replaced = SourceMarks::new(replaced, hasher);
        Self { config, blocklist: Blocklist::new(config), hasher, replaced, erased }
    }

    /// Gives each version of an account in some lines: its reference, its version, and its values if it is not deleted.
    /// Returns how many lines were left out.
    ///
    /// # Errors
    /// What `damaged` makes of a line that is neither an account, a member nor a tombstone; or that of `take`.
    pub fn each<E>(
        &self,
        lines: &str,
        damaged: impl FnOnce(LineError) -> E,
        mut take: impl FnMut(Node, AccountVersion, Option<UnblockedTexts<'_>>) -> Result<(), E>,
    ) -> Result<u64, E> {
        let mut gone = 0;
        for record in read_records(lines, &mut VersionCounts::default()).map_err(damaged)? {
            let account = &record.account;
            if record.origin != LineOrigin::Run && self.is_gone(account) {
                gone += 1;
                continue;
            }
            let texts = (!account.deleted).then(|| UnblockedTexts::new(account, self.blocklist.of(account)));
            take(self.hasher.reference(&account.reference), record.version(), texts)?;
        }
        Ok(gone)
    }

    fn is_gone(&self, account: &Account<'_>) -> bool {
        self.replaced.of(&account.reference).is_some() || self.erased.covers(account, self.config)
    }
}

#[cfg(test)]
mod tests {
    use onefold_normalise::field::TextField;
    use onefold_scoring::describe::AccountTexts;

    use super::*;
    use crate::merge::line::{write_member, write_tombstone};

    const CONFIG: &str =
        "[[source]]\nname = \"crm\"\nformat = \"csv\"\n[source.fields]\nid = \"/id\"\nemail = \"/e\"\n[score]\n";

    fn line(id: &str, more: &str) -> String {
        format!(r#"{{"ref":"{id}","received_at":"2026-01-01T00:00:00Z"{more}}}"#)
    }

    #[test]
    fn lines_are_given_as_merge_takes_them() {
        let config = Config::parse(CONFIG).unwrap();
        let hasher = NodeHasher::from_hex("000102030405060708090a0b0c0d0e0f").unwrap();
        let erased = Suppression::new(hasher.clone(), [hasher.reference("crm:4")]);
        let accounts = ComparedAccounts::new(&config, &hasher, ["shop"], &erased);
        let mut text = Vec::new();
        let own = line("crm:1", r#","email":"info@x.de","other_values":{"email":["anna@x.de"]}"#);
        text.extend_from_slice(own.as_bytes());
        text.push(b'\n');
        // A row of this run of a source that is replaced is what replaces it.
        text.extend_from_slice((line("shop:1", r#","email":"a@x.de""#) + "\n").as_bytes());
        write_member(&mut text, "id", &line("crm:2", r#","email":"b@x.de""#), None);
        write_member(&mut text, "id", &line("crm:4", r#","email":"erased@x.de""#), None);
        write_member(&mut text, "id", &line("shop:2", r#","email":"gone@x.de""#), None);
        write_tombstone(&mut text, &line("crm:3", r#","deleted":true"#));
        let text = String::from_utf8(text).unwrap();
        let mut found = Vec::new();
        let gone = accounts.each(
            &text,
            |error| error,
            |reference, version, texts| {
                let mut emails = Vec::new();
                if let Some(texts) = texts {
                    texts.each_value(TextField::Email, &mut |email| emails.push(email.to_owned()));
                }
                found.push((reference, version.is_deletion(), emails));
                Ok(())
            },
        );
        let expected = |id: &str, is_deleted, emails: &[&str]| {
            (hasher.reference(id), is_deleted, emails.iter().map(|email| (*email).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(gone.unwrap(), 2);
        assert_eq!(
            found,
            [
                expected("crm:1", false, &["anna@x.de"]),
                expected("shop:1", false, &["a@x.de"]),
                expected("crm:2", false, &["b@x.de"]),
                expected("crm:3", true, &[]),
            ]
        );
        assert!(accounts.each("{}x\n", |error| error, |_, _, _| Ok(())).is_err());
    }
}
