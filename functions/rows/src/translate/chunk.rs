//! A chunk: many rows of one source, from one object or several.

use std::collections::BTreeMap;

use hashbrown::HashTable;
use memchr::{memchr, memchr_iter};
use onefold_config::{RowFormat, SourceKind};
use onefold_graph::Stars;
use onefold_identity::match_keys::MatchKey;
use onefold_normalise::timestamp::Timestamp;

use super::objects::{self, ObjectRows, SegmentRows};
use super::rejects::{Reject, Rejects, Whose};
use super::segment::{RowPlace, Segment};
use super::translator::Translator;
use super::values::{DroppedValues, RowValues, is_clean_csv, is_clean_json};
use crate::csv::{Boundary, Dialect, FieldReader, RECORD_BYTES_MAX, column_names, split_plain};
use crate::mapping::Slot;

/// The accounts, links and rejects of a chunk.
#[derive(Debug, Default)]
pub struct ChunkOutput {
    /// Accounts, a line of JSON each.
    pub accounts: Vec<u8>,
    /// The links of each account, in the same order.
    pub stars: Stars,
    /// Rows refused, a line of JSON each.
    pub rejects: Vec<u8>,
    /// Rows that are not blank.
    pub rows: u64,
    /// Blank lines, and lines that repeat the header, as joined files have them.
    pub blank: u64,
    /// Rows refused, repeated ids included. `rows` is the sum of accounts and refused rows.
    pub rejected: u64,
    /// Rows refused because a later version of the same account is in the chunk.
    pub repeated: u64,
    /// Rows refused because their persons were erased.
    pub suppressed: u64,
    /// Rows refused, by what is wrong: `the id is missing`.
    pub rejected_by_kind: BTreeMap<&'static str, u64>,
    /// Whether the chunk must not be kept: it has rows of persons who were erased, or rows that may be theirs because
    /// they cannot be parsed.
    pub must_not_stay: bool,
    /// Values that could not be used, or not as they are, counted by field; with the reason, unless the value is simply
    /// not one of its field.
    pub dropped: BTreeMap<String, u64>,
    /// Values that accounts have, by text field.
    pub kept: BTreeMap<String, u64>,
    /// For sources of files: the objects with refused rows, at most a hundred, the worst first. The first and the last
    /// object of the chunk are always listed, because other chunks can hold more of their rows.
    pub objects: Vec<ObjectRows>,
}

/// What the header of CSV says about its rows.
struct CsvColumns<'a> {
    /// The header, without byte order mark and line end.
    header: &'a [u8],
    dialect: Dialect,
    /// How many columns the header has.
    width: usize,
    /// The column of each slot.
    of_slots: Vec<Option<usize>>,
}

/// An account of the chunk.
struct WrittenAccount {
    place: RowPlace,
    /// Where its text ends in the output.
    end: usize,
}

/// Translates a chunk.
///
/// `segments` cover `bytes` in order. A chunk of CSV starts with its header, which belongs to none of them. Every row
/// that is not blank becomes an account or a reject: nothing is lost.
pub fn translate_chunk(translator: &mut Translator<'_>, bytes: &[u8], segments: &[Segment]) -> ChunkOutput {
    let mut translation = ChunkTranslation {
        bytes,
        segments,
        slots: Vec::new(),
        fields: Vec::new(),
        written: Vec::new(),
        keys: Vec::new(),
        dropped: DroppedValues::default(),
        counts: vec![SegmentRows::default(); segments.len()],
        rejects: Rejects::new(&translator.source.name, translator.suppresses()),
        output: ChunkOutput { accounts: Vec::with_capacity(bytes.len() * 3 / 2), ..ChunkOutput::default() },
        translator,
    };
    match translation.translator.source.kind.rows() {
        RowFormat::JsonLines => translation.json_lines(),
        RowFormat::Csv => translation.csv(),
    }
    translation.finish()
}

/// A chunk on its way to accounts.
struct ChunkTranslation<'t, 'c, 'a> {
    translator: &'t mut Translator<'c>,
    bytes: &'a [u8],
    segments: &'a [Segment],
    slots: Vec<Slot<'a>>,
    /// The fields of a record of CSV.
    fields: Vec<&'a str>,
    written: Vec<WrittenAccount>,
    keys: Vec<MatchKey>,
    dropped: DroppedValues,
    /// By segment.
    counts: Vec<SegmentRows>,
    rejects: Rejects<'c>,
    output: ChunkOutput,
}

impl<'c: 'a, 'a> ChunkTranslation<'_, 'c, 'a> {
    fn json_lines(&mut self) {
        let bytes = self.bytes;
        let whole = std::str::from_utf8(bytes).ok();
        let mut start = 0;
        for (number, segment) in self.segments.iter().enumerate() {
            let end = (start + segment.length).min(bytes.len());
            let (mut byte, mut line) = (segment.byte, segment.line);
            while start < end {
                let length = memchr(b'\n', &bytes[start..end]).map_or(end - start, |position| position + 1);
                let place = RowPlace { segment: number, start, end: start + length, byte, line };
                if bytes[start..start + length].trim_ascii().is_empty() {
                    self.output.blank += 1;
                } else {
                    self.output.rows += 1;
                    // UTF-8 is checked for the whole chunk at once, and line by line only if that failed. A line end is
                    // a character of its own, so slices are valid.
                    let text = match whole {
                        Some(whole) => whole.get(start..start + length).ok_or(()),
                        None => std::str::from_utf8(&bytes[start..start + length]).map_err(|_| ()),
                    };
                    let result = self.json_line(text, place, segment.received_at);
                    self.note(result, place);
                }
                start += length;
                byte += length as u64;
                line = line.map(|line| line + 1);
            }
        }
    }

    fn json_line(&mut self, text: Result<&'a str, ()>, place: RowPlace, received_at: i64) -> Result<(), Reject> {
        self.check_length(place)?;
        let text = text.map_err(|()| Reject::not_utf8())?;
        // A byte order mark at the start of an object is no part of its first row.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut slots = std::mem::take(&mut self.slots);
        let read = self.translator.plan.rows.read_json(text, &mut slots);
        self.slots = slots;
        let no_object = || Reject::row("the line is not one JSON object");
        // The error can quote a value.
        read.map_err(|error| match self.translator.suppresses() {
            false => no_object().because(format!("the line is not one JSON object: {}", cause(&error))),
            true => no_object(),
        })?;
        self.row(place, received_at)
    }

    fn csv(&mut self) {
        let bytes = self.bytes;
        let delimiter = self.translator.source.kind.delimiter();
        let covered: usize = self.segments.iter().map(|segment| segment.length).sum();
        let header = &bytes[..bytes.len().saturating_sub(covered)];
        let names = column_names(header, delimiter);
        let csv = CsvColumns {
            header: without_ends(header),
            dialect: Dialect::of(header, delimiter),
            width: names.len(),
            of_slots: self.translator.plan.rows.columns(&names),
        };
        let repeated = self.csv_segments(header.len(), &csv);
        let source = &self.translator.source.name;
        if repeated > 0 {
            self.output.dropped.insert(format!("{source}: lines that repeat the header"), repeated);
        }
        for pointer in self.translator.plan.unanswered(&names) {
            // A missing column leaves its field empty in every row, so all rows are counted.
            self.output.dropped.insert(format!("{source}: no column for {pointer}"), self.output.rows);
        }
    }

    /// Reads the rows. Gives how many lines repeat the header.
    ///
    /// [`records`](crate::csv::records) is not used: it would also count line ends where line numbers are not known.
    fn csv_segments(&mut self, mut start: usize, csv: &CsvColumns<'_>) -> u64 {
        let bytes = self.bytes;
        let mut reader = FieldReader::new(csv.dialect.delimiter);
        let mut repeated = 0;
        for (number, segment) in self.segments.iter().enumerate() {
            let end = (start + segment.length).min(bytes.len());
            let (mut byte, mut line) = (segment.byte, segment.line);
            while start < end {
                let (length, is_broken) = match csv.dialect.record(&bytes[start..end], true) {
                    _ if segment.is_fragment => (end - start, false),
                    Boundary::Complete(length) => (length, false),
                    Boundary::Broken(length) => (length, true),
                    Boundary::Open => (end - start, true),
                };
                let place = RowPlace { segment: number, start, end: start + length, byte, line };
                let record = &bytes[start..start + length];
                if record.trim_ascii().is_empty() {
                    self.output.blank += 1;
                } else if repeats(record, csv.header) {
                    self.output.blank += 1;
                    repeated += 1;
                } else {
                    self.output.rows += 1;
                    let result = if is_broken {
                        Err(Reject::row("a quote is opened and not closed; close it, or double it if it is text"))
                    } else {
                        self.csv_record(record, &mut reader, csv, place, segment.received_at)
                    };
                    self.note(result, place);
                }
                start += length;
                byte += length as u64;
                line = line.map(|line| line + memchr_iter(b'\n', record).count() as u64);
            }
        }
        repeated
    }

    fn csv_record(
        &mut self,
        record: &'a [u8],
        reader: &mut FieldReader,
        csv: &CsvColumns<'_>,
        place: RowPlace,
        received_at: i64,
    ) -> Result<(), Reject> {
        self.check_length(place)?;
        let CsvColumns { dialect: Dialect { delimiter, .. }, width, ref of_slots, .. } = *csv;
        if split_plain(record, delimiter, &mut self.fields) && self.fields.len() == width {
            let slot =
                |column: &Option<usize>| column.map_or(Slot::Absent, |column| Slot::Text(self.fields[column].into()));
            self.slots.clear();
            self.slots.extend(of_slots.iter().map(slot));
            return self.row(place, received_at);
        }
        if !reader.read(record) {
            return Err(Reject::row("a carriage return stands alone; put the field in quotes"));
        }
        if reader.len() != width {
            let reject = Reject::row("the row has another number of columns than the header");
            return Err(reject.because(format!("the header has {width} columns, this row {}", reader.len())));
        }
        self.slots.clear();
        for column in of_slots {
            let Some(column) = column else {
                self.slots.push(Slot::Absent);
                continue;
            };
            let text =
                std::str::from_utf8(reader.field(*column).unwrap_or_default()).map_err(|_| Reject::not_utf8())?;
            self.slots.push(Slot::Text(text.to_owned().into()));
        }
        self.row(place, received_at)
    }

    fn check_length(&self, place: RowPlace) -> Result<(), Reject> {
        if self.segments[place.segment].is_fragment {
            return Err(Reject::row(
                "this is the start of a line that is longer than 16 MiB; at most 1 MiB is read. If the file holds one JSON \
                 array, write format = \"json\"",
            ));
        }
        let length = place.end - place.start;
        if length > RECORD_BYTES_MAX {
            let reason = format!("the row is {length} bytes long; at most {RECORD_BYTES_MAX} are read");
            return Err(Reject::row("the row is longer than 1 MiB").because(reason));
        }
        Ok(())
    }

    /// Writes the account of the row that is in the slots.
    fn row(&mut self, place: RowPlace, received_at: i64) -> Result<(), Reject> {
        let received_at = Timestamp::from_milliseconds(received_at)
            .ok_or_else(|| Reject::row("the object's time of receipt is out of range"))?;
        let is_csv = self.translator.source.kind.rows() == RowFormat::Csv;
        let bytes = &self.bytes[place.start..place.end];
        let is_clean = if is_csv { is_clean_csv(bytes) } else { is_clean_json(bytes) };
        let row = RowValues { slots: &self.slots, is_clean, is_csv };
        let account = self.translator.account(row, received_at, &mut self.dropped)?;
        self.keys.clear();
        self.translator.matcher.keys(&account, &mut self.keys);
        let start = self.output.accounts.len();
        account.write(&mut self.output.accounts);
        let version = account.version(&self.output.accounts[start..]);
        self.output.accounts.push(b'\n');
        let reference = self.translator.matcher.hasher().reference(&account.reference);
        let always = self.translator.matcher.always(&account.reference).filter(|_| !account.deleted);
        self.output.stars.push(reference, version, None, self.keys.iter().map(|key| key.node).chain(always));
        self.written.push(WrittenAccount { place, end: self.output.accounts.len() });
        Ok(())
    }

    /// Counts a row, and adds it to the rejects if it was refused.
    fn note(&mut self, result: Result<(), Reject>, place: RowPlace) {
        let counts = &mut self.counts[place.segment];
        counts.rows += 1;
        if let Err(reject) = result {
            counts.rejected += u64::from(reject.whose != Whose::Suppressed);
            self.reject(&reject, place);
        }
    }

    fn reject(&mut self, reject: &Reject, place: RowPlace) {
        let object = &self.segments[place.segment].object;
        self.rejects.push(reject, place, object, &self.bytes[place.start..place.end]);
    }

    fn finish(mut self) -> ChunkOutput {
        self.reject_repeated();
        let Self { translator, segments, counts, dropped, rejects, mut output, .. } = self;
        if matches!(translator.source.kind, SourceKind::Files(_)) {
            output.objects = objects::listed(segments, &counts);
        }
        let fields = &translator.config.text_fields;
        output.kept = dropped.kept(fields);
        output.dropped.extend(dropped.into_counts(fields));
        ChunkOutput {
            rejects: rejects.lines,
            rejected: rejects.rows,
            suppressed: rejects.suppressed,
            rejected_by_kind: rejects.by_kind,
            must_not_stay: rejects.must_not_stay,
            ..output
        }
    }

    /// Moves all but the latest version of each account from the output to the rejects.
    fn reject_repeated(&mut self) {
        let repeated = superseded(&self.output.stars);
        if repeated.is_empty() {
            return;
        }
        let accounts = std::mem::take(&mut self.output.accounts);
        let stars = std::mem::take(&mut self.output.stars);
        let mut gone = repeated.iter().copied().peekable();
        let mut start = 0;
        for (number, written) in std::mem::take(&mut self.written).into_iter().enumerate() {
            if gone.next_if_eq(&number).is_some() {
                let reason = "the id is repeated in this chunk; the latest version of the account was kept";
                self.reject(&Reject::field("id", reason), written.place);
                self.output.repeated += 1;
            } else {
                self.output.accounts.extend_from_slice(&accounts[start..written.end]);
                self.output.stars.push_star(&stars, number);
            }
            start = written.end;
        }
    }
}

/// The numbers of the stars that are not the latest version of their account, in order.
fn superseded(stars: &Stars) -> Vec<usize> {
    let mut latest: HashTable<u32> = HashTable::with_capacity(stars.len());
    let mut superseded: Vec<usize> = Vec::new();
    for number in 0..stars.len() {
        let head = stars.head(number);
        let same = |other: &u32| stars.head(*other as usize).reference == head.reference;
        match latest.find_mut(head.reference.spread(), same) {
            None => {
                let spread = |other: &u32| stars.head(*other as usize).reference.spread();
                latest.insert_unique(head.reference.spread(), number as u32, spread);
            }
            Some(other) if stars.head(*other as usize).version < head.version => {
                superseded.push(*other as usize);
                *other = number as u32;
            }
            Some(_) => superseded.push(number),
        }
    }
    superseded.sort_unstable();
    superseded
}

/// Whether a record is the header once more.
fn repeats(record: &[u8], header: &[u8]) -> bool {
    (header.len()..header.len() + 6).contains(&record.len()) && without_ends(record) == header
}

/// A header or a record without byte order mark and line end.
fn without_ends(record: &[u8]) -> &[u8] {
    let record = record.strip_prefix("\u{feff}".as_bytes()).unwrap_or(record);
    let record = record.strip_suffix(b"\n").unwrap_or(record);
    record.strip_suffix(b"\r").unwrap_or(record)
}

/// What is wrong with a line that is no JSON, with its column in bytes from 1. The parser's line number is left out: it
/// is counted from the row, and would be taken for a line of the file.
fn cause(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let told = error.to_string();
    let reason = told.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&told);
    if error.is_eof() { reason.to_owned() } else { format!("{reason} at column {column}") }
}
