//! What is told of a source that is no fault: it was read, and perhaps not as somebody meant.
//!
//! A connector notes it in Plan ([`crate::run::plan::Plan::source_notes`]) or while it reads a split: then it travels in the
//! index of the split's next raw chunk, so that it is there however the invocation ends, or in Extract's receipt if no
//! chunk follows. Compact gathers all of them into the manifest.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Notes of one source that a manifest lists.
pub const NOTES_OF_SOURCE_MAX: usize = 100;

/// What is told. No note may hold a value of a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Note {
    /// An API's first page has rows, and nothing where the next page should be named; so it was the last.
    NoNextPage {
        /// Where the name of the next page should be: a JSON Pointer, or the header `Link`.
        at: String,
    },
    /// An API gives the first page again where it is asked for the second, so that it was the last; or it does not look at
    /// which page it is asked for.
    SamePage {
        /// The parameter that asks for a page.
        param: String,
    },
    /// A file has bytes, and no row.
    NoRow {
        /// The object's key.
        object: String,
    },
    /// Row-level security hides rows of a database from the user who reads.
    RowsHidden,
    /// There is more to tell of the source than is listed.
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

/// A note, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceNote {
    /// The source's name.
    pub source: String,
    /// What is told of it.
    pub note: Note,
}

/// The notes of a run as a manifest lists them: by source, each once, and no more of a source than
/// [`NOTES_OF_SOURCE_MAX`].
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
