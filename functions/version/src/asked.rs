//! What people ask a version for.

use onefold_config::Config;
use onefold_identity::customer_id;
use onefold_identity::identifiers::{AskedIdentifier, Identifiers};
use onefold_identity::reference;

use crate::error::VersionError;

/// What a text asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The account of this reference.
    Account(String),
    /// The customer of this id.
    Customer(String),
    /// Whoever has one of these; none if the text can be no identifier.
    Identifiers(Vec<AskedIdentifier>),
}

impl Asked {
    /// Reads a text: a reference begins with the name of a source and a colon, and a customer's id is a UUID. Any other text
    /// is an identifier of any field. With `field`, it is an identifier of that field.
    ///
    /// # Errors
    /// [`VersionError::UnknownField`]
    pub fn new(
        text: &str,
        field: Option<&str>,
        config: &Config,
        identifiers: &Identifiers<'_>,
    ) -> Result<Self, VersionError> {
        if let Some(name) = field {
            let field = identifiers.fields().find(|field| field.name() == name);
            let known = || identifiers.fields().map(|field| field.name()).collect::<Vec<_>>().join(", ");
            let field = field.ok_or_else(|| VersionError::UnknownField { known: known() })?;
            return Ok(Self::Identifiers(identifiers.asked(text, Some(field))));
        }
        let text = text.trim();
        let (source, _) = reference::split(text);
        if config.source(source).is_some() {
            return Ok(Self::Account(text.to_owned()));
        }
        if customer_id::is_id(text) {
            return Ok(Self::Customer(text.to_ascii_lowercase()));
        }
        Ok(Self::Identifiers(identifiers.asked(text, None)))
    }

    /// Whether a text is surely an identifier, whatever the configuration is: neither a reference nor a customer's id.
    pub fn is_surely_identifier(text: &str) -> bool {
        !text.contains(':') && !customer_id::is_id(text.trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = r#"
[[source]]
name = "crm"
format = "jsonl"
[source.fields]
id = "/id"
[field.card]
identifier = true
[[match]]
key = "email"
"#;

    fn asked(text: &str, field: Option<&str>) -> Result<Asked, VersionError> {
        let config = Config::parse(CONFIG).unwrap();
        Asked::new(text, field, &config, &Identifiers::new(&config))
    }

    #[test]
    fn a_text_tells_what_it_asks_for() {
        let id = "01A22105-3e63-8ac4-abbc-bb214337e925";
        assert_eq!(asked(" crm:8 ", None).unwrap(), Asked::Account("crm:8".to_owned()));
        assert_eq!(asked(id, None).unwrap(), Asked::Customer(id.to_lowercase()));
        for text in ["shop:8", "anna@weber.de", "+49 30 1234567", "12345", "mailto:anna@weber.de"] {
            let Asked::Identifiers(identifiers) = asked(text, None).unwrap() else { panic!("{text}") };
            assert!(!identifiers.is_empty(), "{text}");
        }
        assert!(Asked::is_surely_identifier("12345") && Asked::is_surely_identifier("anna@weber.de"));
        assert!(!Asked::is_surely_identifier("crm:8") && !Asked::is_surely_identifier(id));
    }

    #[test]
    fn a_field_that_is_named_decides() {
        let Asked::Identifiers(identifiers) = asked("crm:8", Some("card")).unwrap() else { panic!("an identifier") };
        assert_eq!(identifiers.len(), 1);
        let error = asked("8", Some("anna@weber.de")).unwrap_err().to_string();
        assert!(error.ends_with("email, phone_number, card") && !error.contains("anna"), "{error}");
    }
}
