//! The requests that a store is asked, by name.

use std::fmt;

/// A kind of request, as S3 counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// A page of a listing; its key is the prefix.
    List,
    /// A read of a whole object.
    Get,
    /// A read of a range.
    Range,
    /// A read of the last bytes.
    Tail,
    /// A read piece by piece.
    Stream,
    /// A write of a whole object.
    Put,
    /// The start of an object that is made of parts.
    Create,
    /// The upload of a part.
    Part,
    /// The copy of a part; its key is the object that is copied from.
    Copy,
    /// The end of an object that is made of parts: from here on it is there.
    Complete,
    /// The removal of some objects; its key is the first of them.
    Delete,
}

impl Operation {
    /// All operations.
    pub const ALL: [Self; 11] = [
        Self::List,
        Self::Get,
        Self::Range,
        Self::Tail,
        Self::Stream,
        Self::Put,
        Self::Create,
        Self::Part,
        Self::Copy,
        Self::Complete,
        Self::Delete,
    ];

    /// Whether it reads an object, or a part of one.
    pub const fn is_read(self) -> bool {
        matches!(self, Self::Get | Self::Range | Self::Tail | Self::Stream)
    }

    /// Whether it asks for a change.
    pub const fn is_write(self) -> bool {
        match self {
            Self::List | Self::Get | Self::Range | Self::Tail | Self::Stream => false,
            Self::Put | Self::Create | Self::Part | Self::Copy | Self::Complete | Self::Delete => true,
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::List => "list",
            Self::Get => "get",
            Self::Range => "get of a range",
            Self::Tail => "get of the tail",
            Self::Stream => "stream",
            Self::Put => "put",
            Self::Create => "start of the upload",
            Self::Part => "upload of a part",
            Self::Copy => "copy",
            Self::Complete => "end of the upload",
            Self::Delete => "delete",
        })
    }
}
