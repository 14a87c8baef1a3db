//! How complete the values are that an account has in the fields of a unit.

use onefold_normalise::field::{Field, TextField};

/// How many of a unit's fields have a value. A whole address, with a street and a locality or a postal code, counts with
/// all its members and the location: of two whole addresses neither is more complete than the other.
pub(super) fn of(fields: &[Field], has: impl Fn(Field) -> bool) -> usize {
    let has_text = |field: TextField| fields.contains(&Field::Text(field)) && has(Field::Text(field));
    let has_town = || has_text(TextField::Locality) || has_text(TextField::PostalCode);
    let is_whole = has_text(TextField::StreetAddress) && has_town();
    fields.iter().filter(|field| has(**field) || (is_whole && is_of_place(**field))).count()
}

/// Whether a field says where somebody lives.
fn is_of_place(field: Field) -> bool {
    match field {
        Field::Text(field) => TextField::ADDRESS.contains(&field),
        Field::Location => true,
        Field::Salary | Field::Interests | Field::Attributes => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREET: Field = Field::Text(TextField::StreetAddress);
    const LOCALITY: Field = Field::Text(TextField::Locality);
    const POSTAL_CODE: Field = Field::Text(TextField::PostalCode);
    const COUNTRY: Field = Field::Text(TextField::Country);
    const UNIT: [Field; 6] = [STREET, LOCALITY, Field::Text(TextField::Region), POSTAL_CODE, COUNTRY, Field::Location];

    fn count(unit: &[Field], having: &[Field]) -> usize {
        of(unit, |field| having.contains(&field))
    }

    #[test]
    fn an_address_is_whole_with_a_street_and_a_town() {
        for whole in [&[STREET, LOCALITY][..], &[STREET, POSTAL_CODE], &UNIT] {
            assert_eq!(count(&UNIT, whole), 6, "{whole:?}");
        }
        assert_eq!(count(&UNIT, &[STREET, COUNTRY, Field::Location]), 3);
        assert_eq!(count(&UNIT, &UNIT[1..]), 5, "without a street the rest is not whole");
        assert_eq!(count(&UNIT, &[]), 0);
    }

    #[test]
    fn only_fields_of_the_unit_count() {
        let towns = [LOCALITY, POSTAL_CODE];
        assert_eq!(count(&towns, &[STREET, LOCALITY]), 1);
        let moved = [STREET, POSTAL_CODE, Field::Salary];
        assert_eq!((count(&moved, &[STREET, POSTAL_CODE]), count(&moved, &moved)), (2, 3));
    }
}
