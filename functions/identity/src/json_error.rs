//! Why JSON cannot be read, and where: never a value of it, as that can be personal.

use std::fmt;

/// JSON that cannot be read. Names of members are said, values are not: `string where a sequence is expected`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    reason: String,
    /// Line and column of the text, each from 1. A value that was parsed before has no place.
    place: Option<(usize, usize)>,
}

impl JsonError {
    /// What may be said of an error of the parser.
    pub fn new(error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        let text = text.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&text);
        Self { reason: without_value(text), place: (line > 0).then_some((line, column)) }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.reason)?;
        match self.place {
            None => Ok(()),
            Some((1, column)) => write!(formatter, " at column {column}"),
            Some((line, column)) => write!(formatter, " at line {line}, column {column}"),
        }
    }
}

impl std::error::Error for JsonError {}

/// The text of an error of serde or its parser. Only these three forms quote a value.
fn without_value(text: &str) -> String {
    if let Some(variant) = text.strip_prefix("unknown variant ") {
        let expected = variant.rsplit_once(", expected ").map_or("another one", |(_, expected)| expected);
        return format!("unknown variant where {expected} is expected");
    }
    let value = text.strip_prefix("invalid type: ").or_else(|| text.strip_prefix("invalid value: "));
    match value.and_then(|value| value.rsplit_once(", expected ")) {
        Some((value, expected)) => {
            let kind = value.split([' ', '`']).next().unwrap_or_default();
            format!("{kind} where {expected} is expected")
        }
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only its form matters")]
    struct Request {
        emails: Vec<String>,
        #[serde(default)]
        kind: Option<Kind>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        One,
        Other,
    }

    const CASES: [(&str, &str); 7] = [
        (r#"{"emails":"a@weber.de, expected b"}"#, "string where a sequence is expected"),
        (r#"{"emails":[4915112345]}"#, "integer where a string is expected"),
        (r#"{"emails":[true]}"#, "boolean where a string is expected"),
        (r#"{"emails":null}"#, "null where a sequence is expected"),
        (r#"{"email":[]}"#, "unknown field `email`, expected `emails` or `kind`"),
        (r#"{"emails":[],"kind":"anna@weber.de, expected b"}"#, "unknown variant where `one` or `other` is expected"),
        ("{}", "missing field `emails`"),
    ];

    #[test]
    fn values_are_not_said() {
        for (text, expected) in CASES {
            let value: serde_json::Value = serde_json::from_str(text).unwrap();
            let of_value = JsonError::new(&serde_json::from_value::<Request>(value).unwrap_err()).to_string();
            let of_text = JsonError::new(&serde_json::from_str::<Request>(text).unwrap_err()).to_string();
            assert_eq!(of_value, expected);
            let reason = of_text.rsplit_once(" at column ").map(|(reason, _)| reason);
            assert_eq!(reason, Some(expected), "{of_text}");
            assert!(!of_text.contains("weber") && !of_text.contains("49151"), "{of_text}");
        }
    }

    #[test]
    fn the_place_is_said() {
        let error = |text: &str| JsonError::new(&serde_json::from_str::<Request>(text).unwrap_err()).to_string();
        assert_eq!(error("{\n  \"emails\": x}"), "expected value at line 2, column 13");
        assert_eq!(error("{"), "EOF while parsing an object at column 1");
    }
}
