//! Which column is which field, and how sure that is.

use super::columns::Columns;
use super::search::Search;

/// How sure a guess is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sureness {
    /// Only proposed: it is written as a comment.
    Unsure,
    /// Name and values agree well enough.
    Likely,
    /// Nearly all values say so.
    Sure,
}

/// A field and where it may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldGuess {
    /// The field's name in the configuration.
    pub field: String,
    /// The column's pointer.
    pub pointer: String,
    /// How its values are written.
    pub written: Written,
    /// How sure it is.
    pub sureness: Sureness,
    /// Why.
    pub why: String,
    /// The pointers of other columns with such values.
    pub also: Vec<String>,
}

/// How the values of a column are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// As they are.
    Plainly,
    /// Times, in a format by its name.
    In(&'static str),
    /// Lists as texts, with what separates the items.
    SplitBy(char),
    /// The text that is meant, where others are not.
    Equal(String),
}

/// What was guessed of a source.
#[derive(Clone, Debug, Default)]
pub struct FieldGuesses {
    /// In the order in which they are written.
    pub fields: Vec<FieldGuess>,
    /// The pointers of columns that are no field.
    pub others: Vec<String>,
}

impl FieldGuesses {
    /// The guess of a field that is in force.
    pub fn in_force(&self, field: &str) -> Option<&FieldGuess> {
        self.fields.iter().find(|guess| guess.field == field && guess.sureness > Sureness::Unsure)
    }
}

/// Fields of one text that say who somebody is. They are looked for in this order: those first that are told most
/// surely.
const WHO: [&str; 6] = ["email", "phone_number", "given_name", "family_name", "full_name", "gender"];

/// Those that say where somebody is, looked for behind the others. The country comes first, as a column of countries may
/// be called a region.
const WHERE: [&str; 7] = [
    "address.country",
    "address.street_address",
    "address.locality",
    "address.region",
    "address.postal_code",
    "location.latitude",
    "location.longitude",
];

/// The order in which fields are written.
const WRITTEN: [&str; 19] = [
    "id",
    "full_name",
    "given_name",
    "family_name",
    "email",
    "phone_number",
    "gender",
    "birthdate",
    "address.street_address",
    "address.locality",
    "address.region",
    "address.postal_code",
    "address.country",
    "location.latitude",
    "location.longitude",
    "salary",
    "interests",
    "updated_at",
    "deleted",
];

/// Which columns are which fields.
pub fn guess(source: &str, columns: &Columns) -> FieldGuesses {
    let mut search = Search::new(source, columns);
    search.id_by_name();
    search.time("birthdate");
    search.time("updated_at");
    search.deleted();
    for field in WHO.into_iter().chain(WHERE) {
        search.text(field);
    }
    search.text("salary");
    search.interests();
    search.settle_names();
    search.settle_location();
    search.id_of_the_rest();
    finish(search)
}

fn finish(search: Search<'_>) -> FieldGuesses {
    let Search { columns, found: mut fields, .. } = search;
    fields.sort_by_key(|guess| WRITTEN.iter().position(|field| *field == guess.field));
    let is_used = |pointer: &str| {
        fields.iter().any(|guess| guess.pointer == pointer || guess.also.iter().any(|also| also == pointer))
    };
    let others = columns.all.iter().map(|column| column.pointer.clone());
    let others = others.filter(|pointer| !is_used(pointer)).collect();
    FieldGuesses { fields, others }
}
