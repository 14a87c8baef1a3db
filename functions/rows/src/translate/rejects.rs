//! Rows that are refused: why, and what is kept of them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use onefold_identity::json;

use super::segment::RowPlace;

/// Why a row was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reject {
    /// The field at fault; `None` if it is the row as a whole.
    pub(super) field: Option<&'static str>,
    /// What is wrong and what to do.
    pub(super) reason: Cow<'static, str>,
    /// What is wrong, the same for all such rows.
    pub(super) kind: &'static str,
    /// Whose row it is. It decides what may be kept of the row.
    pub(super) whose: Whose,
}

/// Whose a refused row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// It could not be taken apart, so it may be anybody's.
    Unknown,
    /// A person's who was not erased.
    Known,
    /// A person's who was erased.
    Suppressed,
}

impl Reject {
    pub(super) fn row(reason: &'static str) -> Self {
        Self { field: None, reason: reason.into(), kind: kind(reason), whose: Whose::Unknown }
    }

    pub(super) fn field(field: &'static str, reason: &'static str) -> Self {
        Self { field: Some(field), reason: reason.into(), kind: kind(reason), whose: Whose::Known }
    }

    pub(super) fn suppressed() -> Self {
        Self { whose: Whose::Suppressed, ..Self::row("the person was erased, so nothing of this row is kept") }
    }

    /// With a reason that says more of this row.
    pub(super) fn because(self, reason: String) -> Self {
        Self { reason: reason.into(), ..self }
    }

    pub(super) fn not_utf8() -> Self {
        Self::row("the text is not UTF-8; write the file in UTF-8")
    }
}

/// A reason without what to do.
fn kind(reason: &'static str) -> &'static str {
    reason.split_once(';').map_or(reason, |(kind, _)| kind)
}

/// The refused rows of a chunk.
pub(super) struct Rejects<'s> {
    source: &'s str,
    /// Whether anybody was erased: then a row that cannot be taken apart may be theirs.
    suppresses: bool,
    /// A line of JSON for each.
    pub(super) lines: Vec<u8>,
    pub(super) rows: u64,
    /// Those of persons who were erased.
    pub(super) suppressed: u64,
    /// By what is wrong.
    pub(super) by_kind: BTreeMap<&'static str, u64>,
    /// Whether any row is, or may be, a person's who was erased.
    pub(super) must_not_stay: bool,
}

impl<'s> Rejects<'s> {
    pub(super) fn new(source: &'s str, suppresses: bool) -> Self {
        Self {
            source,
            suppresses,
            lines: Vec::new(),
            rows: 0,
            suppressed: 0,
            by_kind: BTreeMap::new(),
            must_not_stay: false,
        }
    }

    /// Adds a row of an object. Its text is left out if it is, or may be, a person's who was erased.
    pub(super) fn push(&mut self, reject: &Reject, place: RowPlace, object: &str, text: &[u8]) {
        self.rows += 1;
        self.suppressed += u64::from(reject.whose == Whose::Suppressed);
        *self.by_kind.entry(reject.kind).or_default() += 1;
        let must_not_stay = match reject.whose {
            Whose::Known => false,
            Whose::Unknown => self.suppresses,
            Whose::Suppressed => true,
        };
        self.must_not_stay |= must_not_stay;
        let out = &mut self.lines;
        out.push(b'{');
        json::push_member(out, "source", self.source);
        json::push_member(out, "object", object);
        json::push_name(out, "line");
        out.extend_from_slice(place.line.map_or("null".to_owned(), |line| line.to_string()).as_bytes());
        json::push_name(out, "byte");
        out.extend_from_slice(place.byte.to_string().as_bytes());
        json::push_name(out, "field");
        match reject.field {
            Some(field) => json::push_string(out, field),
            None => out.extend_from_slice(b"null"),
        }
        json::push_member(out, "reason", &reject.reason);
        if must_not_stay {
            json::push_name(out, "raw");
            out.extend_from_slice(b"null}\n");
            return;
        }
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        json::push_member(out, "raw", &String::from_utf8_lossy(text));
        out.extend_from_slice(b"}\n");
    }
}
