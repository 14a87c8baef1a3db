//! The fields that are compared.

use onefold_config::Config;
use onefold_normalise::field::TextField;

/// The most fields that are compared: what a [`Pattern`](crate::Pattern) has room for.
pub const FIELDS_MAX: usize = 25;

/// As what a field is compared. In the order of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldKind {
    /// A given name.
    GivenName,
    /// A family name.
    FamilyName,
    /// The suffix that tells generations apart: `jr`, `sr`, `ii`.
    Generation,
    /// A day of birth.
    Birthdate,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// A street and a number.
    Address,
    /// A flat or a floor.
    Unit,
    /// A postal code.
    PostalCode,
    /// A city.
    City,
    /// A number or a code that one person has.
    Identifier,
    /// Any other text.
    Text,
}

impl FieldKind {
    /// Whether a person may have several values at a time, as people have several addresses. Of two customers, the best pair
    /// of values speaks for such a field, and for any other the mean of all pairs.
    pub const fn has_many_values(self) -> bool {
        matches!(
            self,
            Self::Email | Self::Phone | Self::Address | Self::Unit | Self::PostalCode | Self::City | Self::Text
        )
    }
}

/// A field that is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScoredField {
    /// As what it is compared.
    pub kind: FieldKind,
    /// Its name, as the configuration writes it; `address` for street and number, `address.unit` for a flat, `generation`.
    pub name: &'static str,
}

/// The fields that are compared, in the order of a pattern: by kind, then by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScoredFields(Vec<ScoredField>);

impl ScoredFields {
    /// The fields that some source maps or a table fills, without those that `[score]` leaves out.
    pub fn of(config: &Config) -> Self {
        let is_left_out = |field| config.score.as_ref().is_some_and(|score| score.without.contains(&field));
        let fields: Vec<ScoredField> = config
            .filled_fields()
            .filter(|field| !is_left_out(*field))
            .flat_map(|field| parts(field, config))
            .filter(|field| field.kind != FieldKind::Generation || !is_left_out(TextField::HonorificSuffix))
            .collect();
        Self::new(fields)
    }

    /// These fields, sorted. Those beyond [`FIELDS_MAX`] are not compared.
    pub fn new(mut fields: Vec<ScoredField>) -> Self {
        fields.sort_unstable();
        fields.dedup();
        fields.truncate(FIELDS_MAX);
        Self(fields)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The fields, in the order of a pattern.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = ScoredField> + '_ {
        self.0.iter().copied()
    }

    /// The first field of a kind.
    pub fn place(&self, kind: FieldKind) -> Option<usize> {
        self.0.iter().position(|field| field.kind == kind)
    }
}

/// What is compared of a text field.
fn parts(field: TextField, config: &Config) -> Vec<ScoredField> {
    use FieldKind as Kind;
    let named = |kind, name| ScoredField { kind, name };
    match field {
        TextField::GivenName => vec![named(Kind::GivenName, field.name())],
        // A generation stands behind names as often as in a field of its own.
        TextField::FamilyName => vec![named(Kind::FamilyName, field.name()), named(Kind::Generation, "generation")],
        TextField::HonorificSuffix => vec![named(Kind::Generation, "generation")],
        TextField::Email => vec![named(Kind::Email, field.name())],
        TextField::PhoneNumber => vec![named(Kind::Phone, field.name())],
        TextField::Birthdate => vec![named(Kind::Birthdate, field.name())],
        TextField::StreetAddress => vec![named(Kind::Address, "address"), named(Kind::Unit, "address.unit")],
        TextField::Locality => vec![named(Kind::City, field.name())],
        TextField::PostalCode => vec![named(Kind::PostalCode, field.name())],
        TextField::Organization => vec![named(Kind::Text, field.name())],
        TextField::Own(own) => {
            let declared = config.own_fields.iter().find(|declared| declared.field == own);
            let kind = if declared.is_some_and(|declared| declared.identifier) { Kind::Identifier } else { Kind::Text };
            vec![named(kind, field.name())]
        }
        // A second given name is a word of the given name. Gender follows from the given name; titles come and go; a region
        // and a country follow from the postal code.
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(fields: &str, rest: &str) -> Vec<&'static str> {
        let head = "[field.loyalty]\nidentifier = true\n[field.note]\n[[source]]\nname = \"crm\"\nformat = \"jsonl\"\n";
        let mapped: String = fields.split(' ').map(|field| format!("{field} = \"/{field}\"\n")).collect();
        let config = Config::parse(&format!("{head}[source.fields]\nid = \"/id\"\n{mapped}{rest}")).unwrap();
        ScoredFields::of(&config).iter().map(|field| field.name).collect()
    }

    #[test]
    fn fields_that_are_filled_are_compared_by_kind_and_name() {
        let found = names("note email loyalty gender given_name organization", "");
        assert_eq!(found, ["given_name", "generation", "email", "loyalty", "note", "organization"]);
        let address = names("address.street_address address.country", "");
        assert_eq!(address, ["address", "address.unit"]);
    }

    #[test]
    fn names_have_generations_unless_they_are_left_out() {
        // A company may stand in place of a name.
        assert_eq!(names("family_name", ""), ["family_name", "generation", "organization"]);
        assert_eq!(names("family_name", "[score]\nwithout = \"honorific_suffix\""), ["family_name", "organization"]);
        assert!(names("family_name", "[score]\nwithout = \"family_name\"").contains(&"generation"));
    }
}
