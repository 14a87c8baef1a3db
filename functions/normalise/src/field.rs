//! The fields of an account: the standard ones, by the claim names of OpenID Connect and vCard, and those that a
//! configuration declares.

mod own;

pub use own::{OWN_FIELDS_MAX, OwnField};

/// How many standard text fields there are. Fields of one's own have the numbers behind them.
pub const TEXT_FIELDS: usize = 15;
/// How many of them every customer's record has: those of the lowest numbers.
pub const BASIC_FIELDS: usize = 11;

/// A field that holds text. In the order of their numbers, and those of one's own by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextField {
    /// `given_name`
    GivenName,
    /// `family_name`
    FamilyName,
    /// `gender`
    Gender,
    /// `email`
    Email,
    /// `phone_number`
    PhoneNumber,
    /// `birthdate`, `YYYY-MM-DD`
    Birthdate,
    /// `address.street_address`
    StreetAddress,
    /// `address.locality`
    Locality,
    /// `address.region`
    Region,
    /// `address.postal_code`
    PostalCode,
    /// `address.country`
    Country,
    /// `middle_name`
    MiddleName,
    /// `honorific_prefix`: `Dr.`
    HonorificPrefix,
    /// `honorific_suffix`: `Jr.`, `MD`
    HonorificSuffix,
    /// `organization`
    Organization,
    /// A field that the configuration declares.
    Own(OwnField),
}

impl TextField {
    /// All standard text fields, in the order of their numbers.
    pub const ALL: [Self; TEXT_FIELDS] = [
        Self::GivenName,
        Self::FamilyName,
        Self::Gender,
        Self::Email,
        Self::PhoneNumber,
        Self::Birthdate,
        Self::StreetAddress,
        Self::Locality,
        Self::Region,
        Self::PostalCode,
        Self::Country,
        Self::MiddleName,
        Self::HonorificPrefix,
        Self::HonorificSuffix,
        Self::Organization,
    ];

    /// The first [`BASIC_FIELDS`] of them, which every customer's record has.
    pub const BASIC: [Self; BASIC_FIELDS] = match Self::ALL.first_chunk() {
        Some(basic) => *basic,
        None => panic!("there are fewer standard fields than basic ones"),
    };

    /// Those of them that stand beside `address`, in the order of the output.
    pub const BASIC_PLAIN: [Self; 6] =
        [Self::GivenName, Self::FamilyName, Self::Gender, Self::Email, Self::PhoneNumber, Self::Birthdate];

    /// The members of `address`.
    pub const ADDRESS: [Self; 5] = [Self::StreetAddress, Self::Locality, Self::Region, Self::PostalCode, Self::Country];

    /// The standard fields beside `address`, in the order of the output. Fields of one's own follow them.
    pub const PLAIN: [Self; 10] = [
        Self::GivenName,
        Self::FamilyName,
        Self::Gender,
        Self::Email,
        Self::PhoneNumber,
        Self::Birthdate,
        Self::MiddleName,
        Self::HonorificPrefix,
        Self::HonorificSuffix,
        Self::Organization,
    ];

    /// The full name, as the configuration writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::Gender => "gender",
            Self::Email => "email",
            Self::PhoneNumber => "phone_number",
            Self::Birthdate => "birthdate",
            Self::StreetAddress => "address.street_address",
            Self::Locality => "address.locality",
            Self::Region => "address.region",
            Self::PostalCode => "address.postal_code",
            Self::Country => "address.country",
            Self::MiddleName => "middle_name",
            Self::HonorificPrefix => "honorific_prefix",
            Self::HonorificSuffix => "honorific_suffix",
            Self::Organization => "organization",
            Self::Own(field) => field.name(),
        }
    }

    /// The last part of the name: the JSON member that holds the value.
    pub const fn member(self) -> &'static str {
        match self {
            Self::StreetAddress => "street_address",
            Self::Locality => "locality",
            Self::Region => "region",
            Self::PostalCode => "postal_code",
            Self::Country => "country",
            other => other.name(),
        }
    }

    /// [`TextField::member`] as it stands in JSON behind another member.
    pub const fn json_name(self) -> &'static str {
        match self {
            Self::GivenName => ",\"given_name\":",
            Self::FamilyName => ",\"family_name\":",
            Self::Gender => ",\"gender\":",
            Self::Email => ",\"email\":",
            Self::PhoneNumber => ",\"phone_number\":",
            Self::Birthdate => ",\"birthdate\":",
            Self::StreetAddress => ",\"street_address\":",
            Self::Locality => ",\"locality\":",
            Self::Region => ",\"region\":",
            Self::PostalCode => ",\"postal_code\":",
            Self::Country => ",\"country\":",
            Self::MiddleName => ",\"middle_name\":",
            Self::HonorificPrefix => ",\"honorific_prefix\":",
            Self::HonorificSuffix => ",\"honorific_suffix\":",
            Self::Organization => ",\"organization\":",
            Self::Own(field) => field.json_name(),
        }
    }

    /// The standard field of a full name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    /// The standard field of a member of an account that is not of its address.
    pub fn from_plain_member(member: &str) -> Option<Self> {
        Some(match member {
            "given_name" => Self::GivenName,
            "family_name" => Self::FamilyName,
            "gender" => Self::Gender,
            "email" => Self::Email,
            "phone_number" => Self::PhoneNumber,
            "birthdate" => Self::Birthdate,
            "middle_name" => Self::MiddleName,
            "honorific_prefix" => Self::HonorificPrefix,
            "honorific_suffix" => Self::HonorificSuffix,
            "organization" => Self::Organization,
            _ => return None,
        })
    }

    /// The field of a member of an account's address.
    pub fn from_address_member(member: &str) -> Option<Self> {
        Some(match member {
            "street_address" => Self::StreetAddress,
            "locality" => Self::Locality,
            "region" => Self::Region,
            "postal_code" => Self::PostalCode,
            "country" => Self::Country,
            _ => return None,
        })
    }

    /// The field's number: below [`TEXT_FIELDS`], or of one's own.
    #[inline]
    pub const fn index(self) -> usize {
        match self {
            Self::GivenName => 0,
            Self::FamilyName => 1,
            Self::Gender => 2,
            Self::Email => 3,
            Self::PhoneNumber => 4,
            Self::Birthdate => 5,
            Self::StreetAddress => 6,
            Self::Locality => 7,
            Self::Region => 8,
            Self::PostalCode => 9,
            Self::Country => 10,
            Self::MiddleName => 11,
            Self::HonorificPrefix => 12,
            Self::HonorificSuffix => 13,
            Self::Organization => 14,
            Self::Own(field) => field.index(),
        }
    }
}

/// A set of text fields of one configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextFieldSet(u64);

impl TextFieldSet {
    /// The set without fields.
    pub const EMPTY: Self = Self(0);

    /// Whether it has no field.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether a field is in it.
    #[inline]
    pub const fn contains(self, field: TextField) -> bool {
        self.0 & Self::bit(field) != 0
    }

    /// Adds a field.
    #[inline]
    pub const fn insert(&mut self, field: TextField) {
        self.0 |= Self::bit(field);
    }

    /// No number is as high as 64, so this wraps nowhere.
    #[inline(always)]
    const fn bit(field: TextField) -> u64 {
        1u64.wrapping_shl(field.index() as u32)
    }

    /// Takes a field out.
    pub const fn remove(&mut self, field: TextField) {
        self.0 &= !(1 << field.index());
    }

    /// Those of `fields` that are in it.
    pub fn of<'f>(self, fields: &'f [TextField]) -> impl Iterator<Item = TextField> + 'f {
        fields.iter().copied().filter(move |field| self.contains(*field))
    }
}

impl FromIterator<TextField> for TextFieldSet {
    fn from_iter<I: IntoIterator<Item = TextField>>(fields: I) -> Self {
        let mut set = Self::default();
        fields.into_iter().for_each(|field| set.insert(field));
        set
    }
}

/// Any field that a source can give or that survives into a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// A field that holds text.
    Text(TextField),
    /// `location{latitude, longitude}`
    Location,
    /// `salary`
    Salary,
    /// `interests[]`
    Interests,
    /// `attributes{}`
    Attributes,
}

impl Field {
    /// The full name, as the configuration writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text(field) => field.name(),
            Self::Location => "location",
            Self::Salary => "salary",
            Self::Interests => "interests",
            Self::Attributes => "attributes",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_agree() {
        assert_eq!(TextField::ALL[..BASIC_FIELDS], TextField::BASIC);
        assert_eq!(TextField::PLAIN[..6], TextField::BASIC_PLAIN);
        assert_eq!([&TextField::BASIC_PLAIN[..], &TextField::ADDRESS[..]].concat(), TextField::BASIC);
        assert!(TextField::ALL.is_sorted());
        assert_eq!(TextField::PLAIN.len() + TextField::ADDRESS.len(), TEXT_FIELDS);
        for (number, field) in TextField::ALL.into_iter().enumerate() {
            assert_eq!(field.index(), number);
            assert_eq!(TextField::from_name(field.name()), Some(field));
            assert!(field.name().ends_with(field.member()));
            assert_eq!(field.json_name(), format!(",\"{}\":", field.member()));
            let is_address = TextField::ADDRESS.contains(&field);
            assert_eq!(TextField::from_address_member(field.member()), is_address.then_some(field));
            assert_eq!(TextField::from_plain_member(field.member()), (!is_address).then_some(field));
        }
    }

    #[test]
    fn a_set_has_the_fields_that_were_added() {
        let mut set: TextFieldSet = [TextField::Country, TextField::GivenName].into_iter().collect();
        assert!(!set.is_empty() && TextFieldSet::default().is_empty());
        assert!(!set.contains(TextField::Email));
        set.insert(TextField::Email);
        set.insert(TextField::Email);
        let last = TextField::Own(OwnField::new("ssn", OWN_FIELDS_MAX as u8 - 1));
        assert!(!set.contains(last));
        set.insert(last);
        assert!(set.contains(last));
        let fields: Vec<TextField> = set.of(&TextField::ALL).collect();
        assert_eq!(fields, [TextField::GivenName, TextField::Email, TextField::Country]);
    }
}
