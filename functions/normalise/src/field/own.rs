//! Fields of one's own: text fields that a configuration declares by name.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use super::{TEXT_FIELDS, TextField};

/// How many fields of one's own a configuration may declare.
pub const OWN_FIELDS_MAX: usize = 32;
/// How long the name of a field of one's own may be, in bytes.
const NAME_MAX: usize = 40;

/// A field of one's own. Fields of one name are equal, whichever configuration declares them.
#[derive(Clone, Copy, Debug)]
pub struct OwnField {
    number: u8,
    names: &'static Names,
}

#[derive(Debug)]
struct Names {
    name: String,
    /// `,"name":`
    json_name: String,
}

/// The names of all fields so far. They come from configurations, so they are few.
static NAMES: Mutex<BTreeMap<String, &'static Names>> = Mutex::new(BTreeMap::new());

impl OwnField {
    /// Whether a text can be the name of a field of one's own: `[a-z][a-z0-9_]{0,39}`, and no other field's name.
    pub fn is_name(text: &str) -> bool {
        Self::is_well_formed(text) && !Self::is_taken(text)
    }

    /// Whether a text is `[a-z][a-z0-9_]{0,39}`.
    pub fn is_well_formed(text: &str) -> bool {
        let mut bytes = text.bytes();
        bytes.next().is_some_and(|byte| byte.is_ascii_lowercase())
            && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
            && text.len() <= NAME_MAX
    }

    /// Whether something else has the name: another field, or a member of records.
    pub fn is_taken(name: &str) -> bool {
        let is_field = TextField::from_plain_member(name).is_some() || TextField::from_address_member(name).is_some();
        let is_other = matches!(
            name,
            "address"
                | "attributes"
                | "customer_id"
                | "default"
                | "deleted"
                | "emails"
                | "frequencies"
                | "full_name"
                | "held_by"
                | "id"
                | "identifiers"
                | "interests"
                | "location"
                | "members"
                | "other_values"
                | "phone_numbers"
                | "provenance"
                | "received_at"
                | "ref"
                | "salary"
                | "units"
                | "updated_at"
                | "written_birthdate"
        );
        is_field || is_other
    }

    /// The field of a name. `number` is its place among the configuration's own fields in the order of their names.
    pub fn new(name: &str, number: u8) -> Self {
        let mut known = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(names) = known.get(name) {
            return Self { number, names };
        }
        let names = Names { name: name.to_owned(), json_name: format!(",\"{name}\":") };
        let names: &'static Names = Box::leak(Box::new(names));
        known.insert(name.to_owned(), names);
        Self { number, names }
    }

    /// The name in the configuration, and of the JSON member that holds the value.
    pub const fn name(self) -> &'static str {
        self.names.name.as_str()
    }

    /// [`OwnField::name`] as it stands in JSON behind another member.
    pub const fn json_name(self) -> &'static str {
        self.names.json_name.as_str()
    }

    /// The field's number among all text fields of its configuration, from [`TEXT_FIELDS`] on.
    pub const fn index(self) -> usize {
        TEXT_FIELDS + self.number as usize
    }
}

impl PartialEq for OwnField {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for OwnField {}

impl PartialOrd for OwnField {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for OwnField {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name().cmp(other.name())
    }
}

impl Hash for OwnField {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_plain_and_no_other_fields() {
        for name in ["ssn", "a", "loyalty_card_2", &"x".repeat(40)] {
            assert!(OwnField::is_name(name), "{name}");
        }
        for name in ["", "2a", "_a", "SSN", "tax-number", "a.b", "größe", "email", "region", "salary", "ref"] {
            assert!(!OwnField::is_name(name), "{name}");
        }
        assert!(!OwnField::is_name(&"x".repeat(41)));
    }

    #[test]
    fn fields_are_one_by_their_names() {
        let [first, again, other] = [("ssn", 1), ("ssn", 0), ("card", 0)].map(|(name, at)| OwnField::new(name, at));
        assert_eq!((first, first.name(), first.json_name()), (again, "ssn", ",\"ssn\":"));
        assert!(other < first && other != first);
        assert_eq!((first.index(), again.index()), (TEXT_FIELDS + 1, TEXT_FIELDS));
        assert!(TextField::Country < TextField::Own(other) && TextField::Organization < TextField::Own(other));
    }
}
