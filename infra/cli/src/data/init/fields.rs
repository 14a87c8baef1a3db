//! Guesses which column is which field, and how sure that is.

use onefold_config::pointer::has_wildcard;

use super::columns::Columns;
use super::search::Search;

/// How sure a guess is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sureness {
    /// A proposal, which is written as a comment.
    Unsure,
    /// Name and values agree well enough.
    Likely,
    /// Nearly all values agree.
    Sure,
}

/// A field and the column that may hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldGuess {
    /// The field's name in the configuration.
    pub field: String,
    /// The column's pointer.
    pub pointer: String,
    /// How its values are written.
    pub written: Written,
    pub sureness: Sureness,
    /// The reason, for the comment in the configuration.
    pub why: String,
    /// The pointers of other columns with such values.
    pub also: Vec<String>,
}

/// How the values of a column are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// As Onefold reads them without settings.
    Plainly,
    /// Times, in the format of this name.
    In(&'static str),
    /// Lists as text, with this separator.
    SplitBy(char),
    /// A text that means yes; all other texts mean no.
    Equal(String),
}

/// The guesses for a source.
#[derive(Clone, Debug, Default)]
pub struct FieldGuesses {
    /// The guesses, in the order in which they are written.
    pub fields: Vec<FieldGuess>,
    /// The pointers of columns without a field.
    pub others: Vec<String>,
}

impl FieldGuesses {
    /// The guess for a field, unless it is only a proposal.
    pub fn in_force(&self, field: &str) -> Option<&FieldGuess> {
        self.fields.iter().find(|guess| guess.field == field && guess.sureness > Sureness::Unsure)
    }
}

/// Text fields that identify a person, in the order of the search: the most certain first.
const WHO: [&str; 6] = ["email", "phone_number", "given_name", "family_name", "full_name", "gender"];

/// Text fields of an address, searched after the others. The country comes first, because a column of countries may be
/// called a region.
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

/// Guesses the fields of a source.
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
    search.identifiers();
    finish(search)
}

fn finish(search: Search<'_>) -> FieldGuesses {
    let Search { columns, found: mut fields, .. } = search;
    // Fields of one's own come last.
    fields.sort_by_key(|guess| WRITTEN.iter().position(|field| *field == guess.field).unwrap_or(WRITTEN.len()));
    let is_used = |pointer: &str| {
        fields.iter().any(|guess| guess.pointer == pointer || guess.also.iter().any(|also| also == pointer))
    };
    let others = columns.all.iter().map(|column| column.pointer.clone());
    let others = others.filter(|pointer| !is_used(pointer) && !has_wildcard(pointer)).collect();
    FieldGuesses { fields, others }
}
