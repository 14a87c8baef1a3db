//! The statements for the settings of a source.
//!
//! Names from the configuration are quoted, so they may contain anything. Values (keys, watermarks) are always
//! parameters: text that PostgreSQL itself printed and reads again.

use onefold_config::{Postgres, PostgresWatermark, Relation};
use onefold_rows::csv::RECORD_BYTES_MAX;

use super::column::ColumnOrder;

/// The name of the relation that statements read. The whole row is `source.*`, because `source` alone could be a column
/// of that name.
const ALIAS: &str = "source";

/// A range of keys, as PostgreSQL prints them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct KeyRange<'k> {
    /// Keys behind this one.
    pub(super) after: Option<&'k str>,
    /// Keys from this one on.
    pub(super) from: Option<&'k str>,
    /// Keys up to this one, which is among them.
    pub(super) up_to: Option<&'k str>,
}

/// A statement and the values of its parameters, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement<'v> {
    pub(super) text: String,
    pub(super) values: Vec<&'v str>,
}

impl<'v> Statement<'v> {
    fn new(text: String) -> Self {
        Self { text, values: Vec::new() }
    }

    /// Adds a value and gives its placeholder: a parameter of type text, cast to the type of its column.
    fn parameter(&mut self, value: &'v str, order: ColumnOrder) -> String {
        self.values.push(value);
        format!("${}::text::{}", self.values.len(), order.sql())
    }
}

/// The rows of a source that a run reads.
#[derive(Clone, Debug)]
pub(super) struct RowsQuery<'s> {
    settings: &'s Postgres,
    /// How the key is ordered.
    key: ColumnOrder,
    /// The watermark column, how it is ordered, and its greatest value of the version before.
    since: Option<(&'s PostgresWatermark, ColumnOrder, &'s str)>,
}

impl<'s> RowsQuery<'s> {
    pub(super) fn new(
        settings: &'s Postgres,
        key: ColumnOrder,
        since: Option<(&'s PostgresWatermark, ColumnOrder, &'s str)>,
    ) -> Self {
        Self { settings, key, since }
    }

    /// Whether there is any row to read.
    pub(super) fn any(&self) -> Statement<'s> {
        let mut statement = Statement::new(String::new());
        let filter = self.filter(&KeyRange::default(), &mut statement);
        statement.text = format!("SELECT EXISTS (SELECT FROM {}{filter})", relation(&self.settings.relation));
        statement
    }

    /// Whether there is any row without a key.
    pub(super) fn any_without_key(&self) -> Statement<'s> {
        let key = column(&self.settings.key);
        let relation = relation(&self.settings.relation);
        Statement::new(format!("SELECT EXISTS (SELECT FROM {relation} WHERE {key} IS NULL)"))
    }

    /// How many rows of how many bytes PostgreSQL expects.
    pub(super) fn estimate(&self) -> Statement<'s> {
        let mut statement = Statement::new(String::new());
        let filter = self.filter(&KeyRange::default(), &mut statement);
        let relation = relation(&self.settings.relation);
        statement.text = format!("EXPLAIN (FORMAT JSON) SELECT {ALIAS}.* FROM {relation}{filter}");
        statement
    }

    /// The greatest key of each of `splits` equal parts but the last.
    pub(super) fn bounds(&self, splits: u32) -> Statement<'s> {
        let mut statement = Statement::new(String::new());
        let filter = self.filter(&KeyRange::default(), &mut statement);
        let key = column(&self.settings.key);
        let relation = relation(&self.settings.relation);
        let shares: Vec<String> = (1..splits).map(|part| format!("{part}::float8 / {splits}")).collect();
        statement.text = format!(
            "SELECT unnest(percentile_disc(ARRAY[{}]) WITHIN GROUP (ORDER BY {key}))::text FROM {relation}{filter}",
            shares.join(", ")
        );
        statement
    }

    /// The rows of a range in the order of their keys: key and JSON object. A row that is longer than Translate
    /// reads is cut off there, so that no row fills the memory, and is rejected by its length.
    pub(super) fn of<'v>(&self, range: &KeyRange<'v>) -> Statement<'v>
    where
        's: 'v,
    {
        let mut statement = Statement::new(String::new());
        let filter = self.filter(range, &mut statement);
        let key = column(&self.settings.key);
        let relation = relation(&self.settings.relation);
        statement.text = format!(
            "SELECT {key}::text, left(row_to_json({ALIAS}.*)::text, {}) FROM {relation}{filter} ORDER BY {key}",
            RECORD_BYTES_MAX + 1
        );
        statement
    }

    /// The condition for the rows that are read.
    fn filter<'v>(&self, range: &KeyRange<'v>, statement: &mut Statement<'v>) -> String
    where
        's: 'v,
    {
        let key = column(&self.settings.key);
        let mut conditions = Vec::new();
        for (operator, bound) in [(">", range.after), (">=", range.from), ("<=", range.up_to)] {
            conditions.extend(bound.map(|bound| format!("{key} {operator} {}", statement.parameter(bound, self.key))));
        }
        if let Some((watermark, order, since)) = self.since {
            let column = column(&watermark.column);
            let since = statement.parameter(since, order);
            let is_new = match watermark.overlap_s {
                Some(seconds) => format!("{column} >= {since} - interval '{seconds} seconds'"),
                None => format!("{column} > {since}"),
            };
            // Rows without a value are always read: their changes do not show in the watermark.
            conditions.push(format!("({is_new} OR {column} IS NULL)"));
        }
        if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) }
    }
}

/// A statement that gives all columns of the rows; it is prepared and never run.
pub(super) fn columns(settings: &Postgres) -> String {
    format!("SELECT {ALIAS}.* FROM {}", relation(&settings.relation))
}

/// The greatest value of the watermark column that can be a watermark. A time in the future cannot: all rows before it
/// would be left out by later runs.
pub(super) fn watermark(settings: &Postgres, watermark: &PostgresWatermark, order: ColumnOrder) -> Statement<'static> {
    let relation = relation(&settings.relation);
    let column = column(&watermark.column);
    let past = order.past();
    Statement::new(format!("SELECT max({column})::text FROM {relation} WHERE {column}{past}"))
}

fn relation(relation: &Relation) -> String {
    match relation {
        Relation::Table { schema, table } => format!("{}.{} AS {ALIAS}", quote(schema), quote(table)),
        // The line end closes a comment at the query's end.
        Relation::Query(query) => format!("({query}\n) AS {ALIAS}"),
    }
}

fn column(name: &str) -> String {
    format!("{ALIAS}.{}", quote(name))
}

/// A name in quotes, as PostgreSQL's `quote_ident` writes it where quotes are needed.
fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(relation: Relation) -> Postgres {
        Postgres {
            secret: "s".into(),
            relation,
            key: "id".into(),
            splits: None,
            watermark: None,
            rows_per_page: 10,
            certificates: None,
        }
    }

    fn table(schema: &str, table: &str) -> Postgres {
        settings(Relation::Table { schema: schema.into(), table: table.into() })
    }

    #[test]
    fn names_are_names_whatever_they_contain() {
        let hostile = table("public", "a\" ; DROP TABLE b; --");
        assert_eq!(columns(&hostile), "SELECT source.* FROM \"public\".\"a\"\" ; DROP TABLE b; --\" AS source");
    }

    #[test]
    fn a_comment_at_a_querys_end_comments_nothing_else_out() {
        let query = settings(Relation::Query("select 1 as id -- all".into()));
        assert_eq!(columns(&query), "SELECT source.* FROM (select 1 as id -- all\n) AS source");
    }

    #[test]
    fn values_are_parameters_in_their_order() {
        let settings = table("public", "t");
        let watermark = PostgresWatermark { column: "at".into(), overlap_s: Some(300) };
        let source = RowsQuery::new(
            &settings,
            ColumnOrder::Integer,
            Some((&watermark, ColumnOrder::TimestampWithZone, "2026-01-01")),
        );
        let statement = source.of(&KeyRange { after: Some("5"), from: None, up_to: Some("9") });
        assert_eq!(
            statement.text,
            "SELECT source.\"id\"::text, left(row_to_json(source.*)::text, 1048577) FROM \"public\".\"t\" AS source \
             WHERE source.\"id\" > $1::text::bigint AND source.\"id\" <= $2::text::bigint \
             AND (source.\"at\" >= $3::text::timestamptz - interval '300 seconds' OR source.\"at\" IS NULL) \
             ORDER BY source.\"id\""
        );
        assert_eq!(statement.values, ["5", "9", "2026-01-01"]);
    }

    #[test]
    fn bounds_divide_into_equal_parts() {
        let settings = table("public", "t");
        let statement = RowsQuery::new(&settings, ColumnOrder::Uuid, None).bounds(3);
        assert!(statement.text.contains("ARRAY[1::float8 / 3, 2::float8 / 3]"), "{}", statement.text);
        assert!(statement.values.is_empty());
    }
}
