//! How scored pairs compare a row's account: the values of its record.

use onefold_config::Config;
use onefold_identity::account::Account;
use onefold_identity::blocked_values::Blocklist;
use onefold_identity::unblocked_texts::UnblockedTexts;
use onefold_scoring::describe::Describer;
use onefold_scoring::record::{self, Value};
use onefold_scoring::{FieldKind, ScoredField};

/// A field and one of its values as it is compared.
pub type ComparedValue = (String, String);

/// Describes accounts as Block does.
pub struct ComparedTexts {
    describer: Describer,
    blocklist: Blocklist,
}

impl ComparedTexts {
    /// For a configuration; nothing if it scores no pairs.
    pub fn new(config: &Config) -> Option<Self> {
        config.score.as_ref()?;
        Some(Self { describer: Describer::new(config), blocklist: Blocklist::new(config) })
    }

    /// The values of an account, in the order of the fields, its own first.
    pub fn of(&self, account: &Account<'_>) -> Vec<ComparedValue> {
        let mut bytes = Vec::new();
        self.describer.record(&UnblockedTexts::new(account, self.blocklist.of(account)), &mut bytes);
        let fields: Vec<ScoredField> = self.describer.fields().iter().collect();
        let shown = |(place, value): (usize, Value<'_>)| {
            let field: &ScoredField = fields.get(place)?;
            Some((field.name.to_owned(), shown(field.kind, value)))
        };
        record::values(&bytes).filter_map(shown).collect()
    }
}

/// A value for people: of an address with its number, of a nickname with the name that it stands for.
fn shown(kind: FieldKind, value: Value<'_>) -> String {
    let text = String::from_utf8_lossy(value.text).into_owned();
    let extra = String::from_utf8_lossy(value.extra);
    match kind {
        FieldKind::Address if !extra.is_empty() => format!("{text}, number {extra}"),
        FieldKind::GivenName => {
            let name = extra.split('\0').next().unwrap_or_default();
            let is_nickname = !name.is_empty() && text.split(' ').next() != Some(name);
            if is_nickname { format!("{text} (short for {name})") } else { text }
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "[[source]]\nname = \"crm\"\nformat = \"jsonl\"\n[source.fields]\nid = \"/id\"\n\
                          given_name = \"/g\"\nfamily_name = \"/f\"\nemail = \"/e\"\naddress.street_address = \"/s\"\n";

    fn compared(rest: &str) -> Option<Vec<ComparedValue>> {
        let config = Config::parse(&format!("{SOURCE}{rest}")).unwrap();
        let line = r#"{"ref":"crm:1","updated_at":"2026-01-01T00:00:00Z","received_at":"2026-01-01T00:00:00Z","given_name":"Bob","family_name":"O'Hara","email":"info@x.de","address":{"street_address":"12 Main Street"}}"#;
        let account = Account::parse(line).unwrap();
        Some(ComparedTexts::new(&config)?.of(&account))
    }

    #[test]
    fn values_are_shown_as_they_are_compared() {
        let expected = [
            ("given_name", "bob (short for robert)"),
            ("family_name", "ohara"),
            // The address of a role is nobody's.
            ("address", "main st, number 12"),
        ];
        let expected = expected.map(|(field, value)| (field.to_owned(), value.to_owned()));
        assert_eq!(compared("[score]\n").unwrap(), expected);
        assert_eq!(
            compared("[score]\nwithout = [\"address.street_address\", \"family_name\"]\n").unwrap(),
            expected[..1]
        );
    }

    #[test]
    fn nothing_is_compared_by_rules_alone() {
        assert_eq!(compared("[[match]]\nkey = \"email\"\n"), None);
    }
}
