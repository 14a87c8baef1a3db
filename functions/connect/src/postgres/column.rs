//! Columns that rows are ordered by: keys and watermarks.

use tokio_postgres::types::Type;

/// How the values of a column are ordered, and so what their text is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// `smallint`, `integer`, `bigint`
    Integer,
    /// `numeric`
    Numeric,
    /// `uuid`
    Uuid,
    /// `text`, `varchar`
    Text,
    /// `date`
    Date,
    /// `timestamp`
    Timestamp,
    /// `timestamptz`
    TimestampWithZone,
}

impl Order {
    /// How a column of a type is ordered if it can be a key.
    pub(super) fn of_key(kind: &Type) -> Option<Self> {
        match *kind {
            Type::INT2 | Type::INT4 | Type::INT8 => Some(Self::Integer),
            Type::UUID => Some(Self::Uuid),
            Type::TEXT | Type::VARCHAR => Some(Self::Text),
            _ => None,
        }
    }

    /// How a column of a type is ordered if it can be a watermark.
    pub(super) fn of_watermark(kind: &Type) -> Option<Self> {
        match *kind {
            Type::INT2 | Type::INT4 | Type::INT8 => Some(Self::Integer),
            Type::NUMERIC => Some(Self::Numeric),
            Type::DATE => Some(Self::Date),
            Type::TIMESTAMP => Some(Self::Timestamp),
            Type::TIMESTAMPTZ => Some(Self::TimestampWithZone),
            _ => None,
        }
    }

    /// The type in SQL that text is cast to.
    pub(super) const fn sql(self) -> &'static str {
        match self {
            Self::Integer => "bigint",
            Self::Numeric => "numeric",
            Self::Uuid => "uuid",
            Self::Text => "text",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::TimestampWithZone => "timestamptz",
        }
    }

    /// The database's time as a value of the column, if the column holds times. The session's zone is UTC.
    pub(super) const fn now(self) -> Option<&'static str> {
        match self {
            Self::Date => Some("now()::date"),
            Self::Timestamp => Some("now()::timestamp"),
            Self::TimestampWithZone => Some("now()"),
            Self::Integer | Self::Numeric | Self::Uuid | Self::Text => None,
        }
    }
}
