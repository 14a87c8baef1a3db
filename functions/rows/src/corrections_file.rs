//! Reading `corrections/*.csv`: all files together, every fault with its file and line.
//!
//! Messages name lines and never a reference, because an id may be personal.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use onefold_graph::union_find::UnionFind;
use onefold_identity::corrections::{Pair, Pairs};
use onefold_identity::reference;

use crate::csv::{FieldReader, records};

/// The columns that each file must have.
const COLUMNS: [&str; 3] = ["kind", "left", "right"];
/// The column that tells answers about a version's sample: it has the number of the pair's stratum.
const STRATUM: &str = "stratum";

/// What a line says of its pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Always,
    Never,
    /// Somebody looked at the pair and could not say.
    Skip,
}

/// The places of the columns that are read, and how many columns there are.
struct Columns {
    kind: usize,
    left: usize,
    right: usize,
    stratum: Option<usize>,
    width: usize,
}

/// A file of corrections.
#[derive(Clone, Copy, Debug)]
pub struct CorrectionsFile<'f> {
    /// Its key.
    pub name: &'f str,
    /// Its content.
    pub bytes: &'f [u8],
}

/// Corrections without faults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckedCorrections {
    /// The pairs.
    pub pairs: Pairs,
    /// What may be a mistake and is no fault, in the order of the files.
    pub notes: Vec<String>,
}

/// Where a line stands: the file's key, and the line from 1.
type LinePlace<'f> = (&'f str, usize);

/// Reads and checks the corrections of all files. `sources` are the names of the sources that references may name.
///
/// # Errors
/// Every fault, in the order of the files.
pub fn check(files: &[CorrectionsFile<'_>], sources: &[&str]) -> Result<CheckedCorrections, Vec<String>> {
    let mut reading = CorrectionsReader::new(sources);
    files.iter().for_each(|file| reading.file(file));
    reading.check_chains();
    if !reading.faults.is_empty() {
        return Err(reading.faults);
    }
    let CorrectionsReader { always, never, mut skipped, sampled, notes, .. } = reading;
    skipped.retain(|pair| !always.contains_key(pair) && !never.contains_key(pair));
    let pairs = Pairs { always: always.into_keys().collect(), never: never.into_keys().collect(), skipped, sampled };
    Ok(CheckedCorrections { pairs, notes })
}

struct CorrectionsReader<'f, 's> {
    sources: &'s [&'s str],
    /// The first place of each pair.
    always: BTreeMap<Pair, LinePlace<'f>>,
    never: BTreeMap<Pair, LinePlace<'f>>,
    skipped: BTreeSet<Pair>,
    sampled: BTreeSet<Pair>,
    faults: Vec<String>,
    notes: Vec<String>,
}

impl<'f, 's> CorrectionsReader<'f, 's> {
    fn new(sources: &'s [&'s str]) -> Self {
        Self {
            sources,
            always: BTreeMap::new(),
            never: BTreeMap::new(),
            skipped: BTreeSet::new(),
            sampled: BTreeSet::new(),
            faults: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn file(&mut self, file: &CorrectionsFile<'f>) {
        let mut reader = FieldReader::new(b',');
        let mut columns = None;
        for record in records(file.bytes, b',') {
            let place = (file.name, record.line);
            if record.is_broken || !reader.read(record.bytes) {
                self.fault(place, "the line cannot be read as CSV; close its quotes, and end lines with a line feed");
                continue;
            }
            if record.is_blank() {
                continue;
            }
            let Some(fields) = texts(&reader) else {
                self.fault(place, "the line is not UTF-8; write the file in UTF-8");
                continue;
            };
            match &columns {
                None => match self.header(place, &fields) {
                    Some(found) => columns = Some(found),
                    // No line can be read without the columns.
                    None => return,
                },
                Some(columns) => self.line(place, &fields, columns),
            }
        }
        if columns.is_none() {
            self.fault((file.name, 1), "the file has no header; begin it with kind,left,right");
        }
    }

    fn fault(&mut self, (file, line): LinePlace<'_>, message: impl AsRef<str>) {
        self.faults.push(format!("{file}: line {line}: {}", message.as_ref()));
    }

    /// Finds the columns. Those that are not read, such as `note`, `who` and `when`, are for people.
    fn header(&mut self, place: LinePlace<'f>, names: &[&str]) -> Option<Columns> {
        let names: Vec<&str> = names.iter().map(|name| name.trim()).collect();
        let place_of = |column: &str| names.iter().position(|name| *name == column);
        let is_once = |column: &&str| names.iter().filter(|name| *name == column).count() <= 1;
        let each_once = COLUMNS.iter().chain(&[STRATUM]).all(is_once);
        match COLUMNS.map(place_of) {
            [Some(kind), Some(left), Some(right)] if each_once => {
                Some(Columns { kind, left, right, stratum: place_of(STRATUM), width: names.len() })
            }
            _ => {
                self.fault(place, "the header must have kind, left and right, each once, and stratum at most once");
                None
            }
        }
    }

    fn line(&mut self, place: LinePlace<'f>, fields: &[&str], columns: &Columns) {
        if fields.len() != columns.width {
            self.fault(place, format!("the header has {} columns, this line {}", columns.width, fields.len()));
            return;
        }
        let faults_before = self.faults.len();
        let kind = self.kind(place, fields[columns.kind].trim());
        let pair = self.pair(place, [fields[columns.left], fields[columns.right]]);
        let stratum = columns.stratum.map_or("", |column| fields[column].trim());
        if !stratum.is_empty() && stratum.parse::<u32>().is_err() {
            self.fault(place, "stratum must be a whole number, or empty if the pair is of no sample");
        }
        let Some(kind) = kind.filter(|_| self.faults.len() == faults_before) else { return };
        if !stratum.is_empty() {
            self.sampled.insert(pair.clone());
        }
        self.add(place, kind, pair);
    }

    fn kind(&mut self, place: LinePlace<'f>, text: &str) -> Option<Kind> {
        match text {
            "always" => Some(Kind::Always),
            "never" => Some(Kind::Never),
            "skip" => Some(Kind::Skip),
            _ => {
                self.fault(place, "kind must be always, never or skip");
                None
            }
        }
    }

    /// The two accounts, the lesser first. What is wrong with them becomes a fault.
    fn pair(&mut self, place: LinePlace<'f>, [left, right]: [&str; 2]) -> Pair {
        for (side, account) in [("left", left), ("right", right)] {
            if let Some(wrong) = self.wrong_reference(account) {
                self.fault(place, format!("{side} {wrong}"));
            }
        }
        if left == right {
            self.fault(place, "left and right are one account; name two, or remove the line");
        }
        let mut pair = [left.to_owned(), right.to_owned()];
        pair.sort_unstable_by(|left, right| reference::compare(left, right));
        pair
    }

    fn add(&mut self, place: LinePlace<'f>, kind: Kind, pair: Pair) {
        let of_kind = match kind {
            Kind::Always => &mut self.always,
            Kind::Never => &mut self.never,
            Kind::Skip => {
                self.skipped.insert(pair);
                return;
            }
        };
        match of_kind.get(&pair) {
            Some((file, line)) => {
                self.notes.push(format!("{}: line {}: the pair stands in {file}: line {line}, too", place.0, place.1));
            }
            None => _ = of_kind.insert(pair, place),
        }
    }

    /// What is wrong with a reference.
    fn wrong_reference(&self, account: &str) -> Option<String> {
        let (source, id) = account.split_once(':').unwrap_or_default();
        if source.is_empty() || id.is_empty() {
            return Some("is no reference; write <source>:<id>, such as crm:8".to_owned());
        }
        if account.trim() != account {
            return Some("has white space around it; remove it".to_owned());
        }
        if self.sources.contains(&source) {
            return None;
        }
        let likeness = |known: &&&str| (strsim::jaro_winkler(known, source) * 1e6) as u32;
        Some(match self.sources.iter().max_by_key(likeness) {
            Some(nearest) => format!("is of no source of the configuration; the nearest is {nearest:?}"),
            None => "is of no source of the configuration".to_owned(),
        })
    }

    /// Finds `never` pairs that contradict a chain of `always` pairs, and `always` pairs that other pairs imply.
    fn check_chains(&mut self) {
        let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
        for account in self.always.keys().flatten() {
            let next = numbers.len() as u32;
            numbers.entry(account).or_insert(next);
        }
        let mut sets = UnionFind::new(numbers.len() as u32);
        let mut by_place: Vec<(&Pair, LinePlace<'f>)> =
            self.always.iter().map(|(pair, place)| (pair, *place)).collect();
        by_place.sort_by_key(|(_, place)| *place);
        for ([left, right], (file, line)) in by_place {
            if !sets.union(numbers[left.as_str()], numbers[right.as_str()]) {
                self.notes.push(format!(
                    "{file}: line {line}: other always lines say that already, so the accounts are in a cycle"
                ));
            }
        }
        let mut contradicted: Vec<(LinePlace<'f>, String)> = Vec::new();
        for ([left, right], place) in &self.never {
            let set = |account: &str| numbers.get(account).copied();
            let (Some(from), Some(to)) = (set(left), set(right)) else { continue };
            if sets.find(from) == sets.find(to) {
                contradicted.push((*place, self.chain(left, right)));
            }
        }
        contradicted.sort_unstable();
        for (place, chain) in contradicted {
            self.fault(place, format!("never contradicts always ({chain}); remove one of these lines"));
        }
    }

    /// The lines of a shortest chain of `always` pairs between two accounts.
    fn chain(&self, from: &str, to: &str) -> String {
        let mut neighbours: BTreeMap<&str, Vec<(&str, LinePlace<'f>)>> = BTreeMap::new();
        for ([left, right], place) in &self.always {
            neighbours.entry(left).or_default().push((right, *place));
            neighbours.entry(right).or_default().push((left, *place));
        }
        let mut came_from: BTreeMap<&str, Option<(&str, LinePlace<'f>)>> = BTreeMap::from([(from, None)]);
        let mut to_visit = VecDeque::from([from]);
        while let Some(account) = to_visit.pop_front() {
            for (other, place) in neighbours.get(account).into_iter().flatten() {
                if !came_from.contains_key(other) {
                    came_from.insert(other, Some((account, *place)));
                    to_visit.push_back(other);
                }
            }
        }
        let mut lines = Vec::new();
        let mut at = to;
        while let Some(Some((before, (file, line)))) = came_from.get(at) {
            lines.push(format!("{file}: line {line}"));
            at = before;
        }
        lines.reverse();
        lines.join(", ")
    }
}

/// The fields of a record as texts.
fn texts(reader: &FieldReader) -> Option<Vec<&str>> {
    reader.fields().map(|field| std::str::from_utf8(field).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(texts: &[&str]) -> Result<CheckedCorrections, Vec<String>> {
        const NAMES: [&str; 3] = ["a.csv", "b.csv", "c.csv"];
        let files: Vec<CorrectionsFile<'_>> =
            NAMES.into_iter().zip(texts).map(|(name, text)| CorrectionsFile { name, bytes: text.as_bytes() }).collect();
        check(&files, &["crm", "shop"])
    }

    #[test]
    fn files_are_read_together() {
        let found = checked(&[
            "\u{feff}kind,left,right,note\r\nalways,shop:25,crm:8,\"twins,\nno\"\r\n\r\nnever,crm:10,crm:9,\r\n",
            "right,left,kind\ncrm:8,crm:1,always",
        ])
        .unwrap();
        let pair = |left: &str, right: &str| [left.to_owned(), right.to_owned()];
        assert_eq!(found.pairs.always, [pair("crm:8", "shop:25"), pair("crm:1", "crm:8")].into());
        assert_eq!(found.pairs.never, [pair("crm:9", "crm:10")].into(), "the smaller comes first");
        assert_eq!(found.notes, Vec::<String>::new());
    }

    #[test]
    fn every_fault_is_told_with_its_place_and_no_reference() {
        let faults = checked(&[
            "kind,left,right\nperhaps,crm:8,crm:9\nnever,crm,shop:\nalways,crm:5,crm:5\nalways,cmr:77, crm:4\nnever,crm:1\n",
            "kind,left\nalways,crm:1\n",
            "",
        ])
        .unwrap_err();
        let expected = [
            "a.csv: line 2: kind must be always, never or skip",
            "a.csv: line 3: left is no reference",
            "a.csv: line 3: right is no reference",
            "a.csv: line 4: left and right are one account",
            "a.csv: line 5: left is of no source of the configuration; the nearest is \"crm\"",
            "a.csv: line 5: right has white space around it",
            "a.csv: line 6: the header has 3 columns, this line 2",
            "b.csv: line 1: the header must have kind, left and right",
            "c.csv: line 1: the file has no header",
        ];
        assert_eq!(faults.len(), expected.len(), "{faults:?}");
        for (fault, expected) in faults.iter().zip(expected) {
            assert!(fault.starts_with(expected), "{fault}");
            assert!(!fault.contains("77"), "{fault}");
        }
    }

    #[test]
    fn answers_have_more_columns() {
        let header = "kind,left,right,reason,who,when,run,stratum,note,ticket\n";
        let lines = "always,crm:1,shop:1,sample,ada,2026-11-28T09:00:00Z,20261122T174600Z-1a2b3c4d,7,,T-1\n\
                     never,crm:2,shop:2,bridge,ada,2026-11-28T09:00:00Z,20261122T174600Z-1a2b3c4d,,,\n\
                     skip,shop:3,crm:3,sample,ada,,,0,,\nskip,crm:2,shop:2,,,,,,,\n";
        let found = checked(&[&[header, lines].concat()]).unwrap();
        let pair = |number: u32| [format!("crm:{number}"), format!("shop:{number}")];
        assert_eq!((found.pairs.always, found.pairs.never), ([pair(1)].into(), [pair(2)].into()));
        assert_eq!(found.pairs.skipped, [pair(3)].into(), "what is decided is not skipped");
        assert_eq!(found.pairs.sampled, [pair(1), pair(3)].into());
        assert_eq!(found.notes, Vec::<String>::new());
        let faults = checked(&["kind,left,right,stratum\nalways,crm:1,crm:2,x\n", "kind,left,right,stratum,stratum\n"]);
        let expected = [
            "a.csv: line 2: stratum must be a whole number, or empty if the pair is of no sample",
            "b.csv: line 1: the header must have kind, left and right, each once, and stratum at most once",
        ];
        assert_eq!(faults.unwrap_err(), expected);
    }

    #[test]
    fn a_contradiction_names_the_chain() {
        let faults = checked(&[
            "kind,left,right\nalways,crm:1,crm:2\nnever,crm:4,crm:1\nalways,crm:7,crm:8\n",
            "kind,left,right\nalways,crm:3,crm:2\nalways,crm:4,crm:3\n",
        ])
        .unwrap_err();
        let expected = "a.csv: line 3: never contradicts always (a.csv: line 2, b.csv: line 2, b.csv: line 3); \
                        remove one of these lines";
        assert_eq!(faults, [expected]);
    }

    #[test]
    fn cycles_and_repetitions_are_notes() {
        let text = "kind,left,right\nalways,crm:1,crm:2\nalways,crm:2,crm:3\nalways,crm:3,crm:1\nalways,crm:2,crm:1\n";
        let found = checked(&[text]).unwrap();
        assert_eq!(found.pairs.always.len(), 3);
        assert_eq!(
            found.notes,
            [
                "a.csv: line 5: the pair stands in a.csv: line 2, too",
                "a.csv: line 4: other always lines say that already, so the accounts are in a cycle"
            ]
        );
    }
}
