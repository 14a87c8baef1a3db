//! The columns of the Parquet files, as a tree, and the members of lines that they take their values from.
//!
//! They are frozen: readers have tables with these columns. They do not depend on the configuration. Fields of one's own
//! and whatever else a line has are entries of the map `own_fields`.

use crate::keys::ParquetPart;

/// A column, or a group of columns.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// The name.
    pub(super) name: &'static str,
    /// The members of a line that give it, of which a line has one.
    pub(super) members: &'static [&'static str],
    /// What it holds.
    pub(super) content: Content,
}

/// What a column holds.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// Text.
    Text,
    /// Text that every row has.
    Name,
    /// Text, where the member is a string; otherwise the member's JSON.
    Json,
    /// True or false. A line without it means false.
    Flag,
    /// A point in time.
    Time,
    /// A number.
    Number,
    /// A date, and behind it a column for the text that is no date. Its name has `_text` at the end.
    BirthDate,
    /// A group that may be missing.
    Struct(Vec<Column>),
    /// The columns of a member that is an object. They stand beside each other, not in a group.
    Spread(Vec<Column>),
    /// Several values of a kind. A line without them means none.
    List(Box<Content>),
    /// Values by name. A line without them means none.
    Map(Box<Content>),
    /// A map of all members that no other column takes.
    Others,
}

/// The columns of a part.
pub(super) fn columns(part: ParquetPart) -> Vec<Column> {
    match part {
        ParquetPart::Customers => customer(),
        ParquetPart::Members => member(),
        ParquetPart::Changes => change(),
    }
}

fn customer() -> Vec<Column> {
    let mut columns = vec![column("customer_id", Content::Name), texts("members")];
    columns.extend(person());
    columns.extend([
        address(),
        location(),
        column("salary", Content::Number),
        texts("interests"),
        texts("emails"),
        texts("phone_numbers"),
        column("identifiers", Content::Map(Box::new(Content::List(Box::new(Content::Name))))),
        column("own_fields", Content::Others),
        column("attributes", Content::Map(Box::new(Content::Json))),
        column("updated_at", Content::Time),
        column(
            "held_by",
            Content::List(Box::new(Content::Struct(["rule", "account_1", "account_2"].map(name).into()))),
        ),
        column("provenance", Content::Map(Box::new(Content::Text))),
    ]);
    columns
}

fn member() -> Vec<Column> {
    let mut account = vec![
        name("ref"),
        column("updated_at", Content::Time),
        column("received_at", Content::Time),
        column("deleted", Content::Flag),
    ];
    account.extend(person());
    account.extend([
        text("written_birthdate"),
        address(),
        location(),
        column("salary", Content::Number),
        texts("interests"),
        column("own_fields", Content::Others),
        column("attributes", Content::Map(Box::new(Content::Json))),
        column("other_values", Content::Map(Box::new(Content::List(Box::new(Content::Name))))),
        column("provenance", Content::Map(Box::new(Content::Text))),
    ]);
    vec![text("customer_id"), column("account", Content::Spread(account)), text("frequencies")]
}

/// `from`, `into` and `to` are words of SQL. They name one customer or several.
fn change() -> Vec<Column> {
    vec![
        name("change"),
        text("customer_id"),
        texts("fields"),
        Column { members: &["from"], ..texts("from_customers") },
        Column { members: &["into", "to"], ..texts("into_customers") },
        text("account"),
        column("customer", Content::Struct(customer())),
    ]
}

/// The text fields of a person, without the address.
fn person() -> Vec<Column> {
    let mut columns: Vec<Column> = ["given_name", "family_name", "gender", "email", "phone_number"].map(text).into();
    columns.push(column("birthdate", Content::BirthDate));
    columns.extend(["middle_name", "honorific_prefix", "honorific_suffix", "organization"].map(text));
    columns
}

fn address() -> Column {
    let members = ["street_address", "locality", "region", "postal_code", "country"].map(text);
    column("address", Content::Struct(members.into()))
}

fn location() -> Column {
    let members = ["latitude", "longitude"].map(|name| column(name, Content::Number));
    column("location", Content::Struct(members.into()))
}

fn column(name: &'static str, content: Content) -> Column {
    // A column takes the member of its name.
    Column { name, members: &[], content }
}

fn text(name: &'static str) -> Column {
    column(name, Content::Text)
}

fn name(name: &'static str) -> Column {
    column(name, Content::Name)
}

fn texts(name: &'static str) -> Column {
    column(name, Content::List(Box::new(Content::Name)))
}
