//! Columns that rows are ordered by: keys and watermarks.

use tokio_postgres::types::Type;

/// How the values of a column are ordered, and the type that their text is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnOrder {
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

impl ColumnOrder {
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

    /// Whether the column holds times.
    pub(super) const fn is_time(self) -> bool {
        matches!(self, Self::Date | Self::Timestamp | Self::TimestampWithZone)
    }

    /// The condition, behind the column, for a value that can be a watermark: not in the future, and not a mark for
    /// "none". The session's zone is UTC.
    ///
    /// The zone of a time without one is unknown, and writers may use different ones. The west-most zone is twelve
    /// hours behind UTC, so rows can still be written with times up to twelve hours before now; a later watermark would
    /// leave them out. A date is the same for a whole day, so it must be over in that zone.
    pub(super) const fn past(self) -> &'static str {
        match self {
            Self::Date => " < (now() - interval '12 hours')::date",
            Self::Timestamp => " <= (now() - interval '12 hours')::timestamp",
            Self::TimestampWithZone => " <= now()",
            Self::Integer => " < 9223372036854775807",
            // NaN is the greatest of all, and infinity the next; infinity is no number before PostgreSQL 14.
            Self::Numeric => "::text NOT IN ('NaN', 'Infinity')",
            Self::Uuid | Self::Text => " IS NOT NULL",
        }
    }
}
