//! Remarks about a source that was read without errors, but perhaps not as its owner meant.
//!
//! A connector makes notes in Plan ([`crate::run::plan::Plan::source_notes`]) or while it reads a split. Notes on a
//! split are stored in the index of its next raw chunk, so they are kept however the invocation ends. If no chunk
//! follows, Extract's receipt holds them. Compact gathers all notes in the manifest.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The most notes of one source in a manifest.
pub const NOTES_OF_SOURCE_MAX: usize = 100;

/// What was noticed. A note must not hold a value of a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Note {
    /// The first page of an API has rows, but does not name the next page. So it was taken for the last.
    NoNextPage {
        /// Where the next page should be named: a JSON Pointer, or the header `Link`.
        at: String,
    },
    /// An API answers the second request with the first page. So it was the only page, or the API ignores the page
    /// parameter.
    SamePage {
        /// The page parameter.
        param: String,
    },
    /// A file has bytes but no rows.
    NoRow {
        /// The object's key.
        object: String,
    },
    /// Row-level security hides rows of a database from the user who reads.
    RowsHidden,
    /// The source has more notes than are listed.
    More {
        /// How many notes are left out.
        notes: u64,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoNextPage { at } => write!(
                out,
                "the first page has nothing at {at}, so it was taken for the only one; if there are more pages, check page \
                 in [source.http]"
            ),
            Self::SamePage { param } => write!(
                out,
                "the second page is the first again, so that was taken for the only one; if there are more rows, the API \
                 does not look at {param}: check page in [source.http]"
            ),
            Self::NoRow { object } => {
                write!(out, "there is no row in {object}; check whether it should be empty, and the source's format")
            }
            Self::RowsHidden => write!(
                out,
                "row-level security may hide rows from the user of the secret, and hidden rows are not read; if all rows \
                 are to be read, give the user BYPASSRLS, or a policy that shows all rows"
            ),
            Self::More { notes } => write!(out, "{notes} more notes are not listed"),
        }
    }
}

/// A note and its source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceNote {
    /// The source's name.
    pub source: String,
    /// What was noticed.
    pub note: Note,
}

/// The notes as a manifest lists them: sorted by source, without duplicates, at most [`NOTES_OF_SOURCE_MAX`] per
/// source.
pub fn listed(notes: impl IntoIterator<Item = SourceNote>) -> Vec<SourceNote> {
    let mut by_source: BTreeMap<String, Vec<Note>> = BTreeMap::new();
    for SourceNote { source, note } in notes {
        by_source.entry(source).or_default().push(note);
    }
    let mut listed = Vec::new();
    for (source, mut notes) in by_source {
        notes.sort_unstable();
        notes.dedup();
        let left_out = notes.len().saturating_sub(NOTES_OF_SOURCE_MAX);
        notes.truncate(NOTES_OF_SOURCE_MAX);
        if left_out > 0 {
            notes.push(Note::More { notes: left_out as u64 });
        }
        listed.extend(notes.into_iter().map(|note| SourceNote { source: source.clone(), note }));
    }
    listed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(source: &str, at: &str) -> SourceNote {
        SourceNote { source: source.to_owned(), note: Note::NoNextPage { at: at.to_owned() } }
    }

    #[test]
    fn notes_are_listed_by_source_and_each_once() {
        let notes = [note("shop", "/b"), note("crm", "/c"), note("shop", "/a"), note("shop", "/b")];
        assert_eq!(listed(notes), [note("crm", "/c"), note("shop", "/a"), note("shop", "/b")]);
    }

    #[test]
    fn no_source_has_more_notes_than_can_be_read() {
        let notes = (0..NOTES_OF_SOURCE_MAX + 3).map(|number| note("crm", &format!("/{number:03}")));
        let listed = listed(notes.chain([note("shop", "/a")]));
        assert_eq!(listed.len(), NOTES_OF_SOURCE_MAX + 2);
        assert_eq!(listed[NOTES_OF_SOURCE_MAX].note, Note::More { notes: 3 });
        assert_eq!(listed[NOTES_OF_SOURCE_MAX + 1], note("shop", "/a"));
    }

    /// Notes are kept in raw chunks, receipts and manifests, which later programs read.
    #[test]
    fn notes_are_written_by_their_names() {
        let written = [
            (Note::NoNextPage { at: "/next".to_owned() }, r#"{"no_next_page":{"at":"/next"}}"#),
            (Note::SamePage { param: "page".to_owned() }, r#"{"same_page":{"param":"page"}}"#),
            (Note::RowsHidden, r#""rows_hidden""#),
            (Note::More { notes: 3 }, r#"{"more":{"notes":3}}"#),
        ];
        for (note, text) in written {
            assert_eq!(serde_json::to_string(&note).unwrap(), text);
            assert_eq!(serde_json::from_str::<Note>(text).unwrap(), note);
        }
    }
}
