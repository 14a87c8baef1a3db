//! The quality of a result: compares its customers with the truth, a file that names the person of each account.
//!
//! Pairs of accounts are counted. Precision is the share of the pairs in one customer that are one person's. Recall is the
//! share of the pairs of one person that are in one customer. Accounts that the truth does not name are left out. An
//! account in no customer is in no pair.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;

use csv_core::{ReadRecordResult, Reader};
use serde::Deserialize;

use crate::documents::QualityDocument;
use crate::error::Error;

/// The person of each account.
#[derive(Debug, Default)]
pub struct Truth {
    /// The person's number, by the account's reference.
    person_of: HashMap<Box<str>, u32>,
    /// How many accounts each person has, by the person's number.
    person_sizes: Vec<u32>,
}

/// The part of a customer that is compared.
#[derive(Deserialize)]
struct CustomerMembers {
    members: Vec<String>,
}

/// Pairs of accounts, counted.
#[derive(Debug, Default)]
struct PairCounts {
    together: u64,
    right: u64,
}

impl Truth {
    /// Reads a CSV file with the columns `uid` and `person`.
    ///
    /// # Errors
    /// The file cannot be read, or lines have faults: all of them are named, up to [`FAULTS_MAX`].
    pub fn read(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(Error::file("read", path))?;
        Self::from_csv(BufReader::with_capacity(1 << 18, file), path)
    }

    fn from_csv(mut source: impl BufRead, path: &Path) -> Result<Self, Error> {
        let mut truth = Self::default();
        let mut numbers: HashMap<Box<str>, u32> = HashMap::new();
        let mut columns = None;
        for_each_record(&mut source, path, |fields| {
            let Some((uid, person)) = columns else {
                let name_of = |field: &str| field.trim_start_matches('\u{feff}').trim().to_owned();
                let column = |name| fields.iter().position(|field| name_of(field) == name);
                columns = column("uid").zip(column("person"));
                return columns
                    .map(drop)
                    .ok_or(TruthFault::OfAll("the first line must name the columns uid and person"));
            };
            let (Some(uid), Some(person)) = (fields.get(uid), fields.get(person)) else {
                return Err(TruthFault::OfLine("a line has too few columns"));
            };
            let next =
                u32::try_from(truth.person_sizes.len()).map_err(|_| TruthFault::OfAll("there are too many persons"))?;
            let number = *numbers.entry((*person).into()).or_insert(next);
            if number == next {
                truth.person_sizes.push(0);
            }
            match truth.person_of.entry((*uid).into()) {
                Entry::Occupied(_) => Err(TruthFault::OfLine("an account is there twice")),
                Entry::Vacant(vacant) => {
                    vacant.insert(number);
                    truth.person_sizes[number as usize] += 1;
                    Ok(())
                }
            }
        })?;
        Ok(truth)
    }

    /// Compares with the customers in a folder of compressed JSON Lines files.
    pub fn compare(mut self, customers: &Path) -> Result<QualityDocument, Error> {
        let listed = fs::read_dir(customers).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
        let mut files: Vec<_> =
            listed.map_err(Error::file("list", customers))?.iter().map(fs::DirEntry::path).collect();
        files.sort_unstable();
        let mut pairs = PairCounts::default();
        for path in files {
            self.count_file(&path, &mut pairs)?;
        }
        Ok(self.quality(&pairs))
    }

    fn count_file(&mut self, path: &Path, pairs: &mut PairCounts) -> Result<(), Error> {
        let file = File::open(path).map_err(Error::file("read", path))?;
        let decoder = zstd::Decoder::new(file).map_err(Error::file("read", path))?;
        let mut lines = BufReader::with_capacity(1 << 18, decoder);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).map_err(Error::file("read", path))? > 0 {
            let customer: CustomerMembers =
                serde_json::from_slice(&line).map_err(|error| Error::malformed(path.display(), error))?;
            self.count(&customer.members, pairs);
            line.clear();
        }
        Ok(())
    }

    /// Counts the pairs of a customer. An account counts in the first customer that it is found in.
    fn count(&mut self, members: &[String], pairs: &mut PairCounts) {
        let mut persons: Vec<u32> =
            members.iter().filter_map(|member| self.person_of.remove(member.as_str())).collect();
        persons.sort_unstable();
        pairs.together += pairs_of(persons.len() as u64);
        pairs.right +=
            persons.chunk_by(|left, right| left == right).map(|same| pairs_of(same.len() as u64)).sum::<u64>();
    }

    fn quality(&self, pairs: &PairCounts) -> QualityDocument {
        let of_persons = self.person_sizes.iter().map(|size| pairs_of(u64::from(*size))).sum();
        QualityDocument { precision: share(pairs.right, pairs.together), recall: share(pairs.right, of_persons) }
    }
}

/// How many lines with faults are named.
const FAULTS_MAX: usize = 20;

/// A fault of a file of truth.
#[derive(Clone, Copy)]
enum TruthFault {
    /// Of one line; the other lines are still read.
    OfLine(&'static str),
    /// Of the whole file.
    OfAll(&'static str),
}

/// Calls `found` for every record of a CSV file.
fn for_each_record(
    source: &mut impl BufRead,
    path: &Path,
    mut found: impl FnMut(&[&str]) -> Result<(), TruthFault>,
) -> Result<(), Error> {
    let mut faults: Vec<String> = Vec::new();
    let mut reader = Reader::new();
    let (mut text, mut ends) = (vec![0; 4096], vec![0; 16]);
    let (mut written, mut fields) = (0, 0);
    loop {
        let input = source.fill_buf().map_err(Error::file("read", path))?;
        let (result, bytes_in, bytes_out, ends_out) =
            reader.read_record(input, &mut text[written..], &mut ends[fields..]);
        source.consume(bytes_in);
        written += bytes_out;
        fields += ends_out;
        match result {
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull => text.resize(text.len() * 2, 0),
            ReadRecordResult::OutputEndsFull => ends.resize(ends.len() * 2, 0),
            ReadRecordResult::End => break,
            ReadRecordResult::Record => {
                let bounds = [0].into_iter().chain(ends[..fields].iter().copied()).zip(&ends[..fields]);
                let record: Result<Vec<&str>, _> =
                    bounds.map(|(start, end)| std::str::from_utf8(&text[start..*end])).collect();
                let taken =
                    record.map_err(|_| TruthFault::OfLine("a line is not UTF-8")).and_then(|record| found(&record));
                (written, fields) = (0, 0);
                let Err(TruthFault::OfLine(reason) | TruthFault::OfAll(reason)) = taken else { continue };
                faults.push(format!("line {}: {reason}", reader.line() - 1));
                if matches!(taken, Err(TruthFault::OfAll(_))) || faults.len() == FAULTS_MAX {
                    break;
                }
            }
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::malformed(path.display(), faults.join("; "))) }
}

/// The number of pairs among accounts.
fn pairs_of(accounts: u64) -> u64 {
    accounts * accounts.saturating_sub(1) / 2
}

/// The share of a part in a whole; 1 if the whole is empty.
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truth(csv: &str) -> Result<Truth, Error> {
        Truth::from_csv(csv.as_bytes(), Path::new("truth.csv"))
    }

    /// Every pair of accounts, looked at one by one.
    fn naive(persons: &[(String, u32)], customers: &[Vec<String>]) -> QualityDocument {
        let customer_of = |uid| customers.iter().position(|members| members.contains(uid));
        let (mut together, mut belong, mut right) = (0, 0, 0);
        for (position, (left, left_person)) in persons.iter().enumerate() {
            for (other, other_person) in &persons[position + 1..] {
                let are_together = customer_of(left).is_some() && customer_of(left) == customer_of(other);
                let belong_together = left_person == other_person;
                together += u64::from(are_together);
                belong += u64::from(belong_together);
                right += u64::from(are_together && belong_together);
            }
        }
        QualityDocument { precision: share(right, together), recall: share(right, belong) }
    }

    #[test]
    fn counting_pairs_is_the_same_as_looking_at_each() {
        // A small generator, so that the cases are many and the same in every test.
        let mut state = 1_u32;
        let mut below = |limit: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % limit
        };
        for _ in 0..200 {
            let persons: Vec<(String, u32)> = (0..below(30)).map(|id| (format!("crm:{id}"), below(6))).collect();
            let mut customers: Vec<Vec<String>> = vec![Vec::new(); 8];
            for (uid, _) in &persons {
                match below(9) {
                    8 => {} // In no customer.
                    customer => customers[customer as usize].push(uid.clone()),
                }
            }
            customers[0].push("crm:unknown".to_owned());

            let lines: String = persons.iter().map(|(uid, person)| format!("{uid},p{person}\n")).collect();
            let mut truth = truth(&format!("uid,person\n{lines}")).unwrap();
            let mut pairs = PairCounts::default();
            for members in &customers {
                truth.count(members, &mut pairs);
            }
            assert_eq!(truth.quality(&pairs), naive(&persons, &customers));
        }
    }

    #[test]
    fn columns_are_found_by_name() {
        let mut truth = truth("person,note,uid\r\nann,\"a, b\",crm:1\r\nann,,shop:\"\"2\r\n").unwrap();
        let mut pairs = PairCounts::default();
        truth.count(&["crm:1".to_owned()], &mut pairs);
        assert_eq!(truth.quality(&pairs), QualityDocument { precision: 1.0, recall: 0.0 });
    }

    #[test]
    fn a_byte_order_mark_and_blanks_are_no_part_of_a_name() {
        assert_eq!(truth("\u{feff}uid, person\na,1\nb,1\n").unwrap().person_sizes, [2]);
    }

    #[test]
    fn faults_name_the_line() {
        let fault = |csv| truth(csv).unwrap_err().to_string();
        assert_eq!(fault("id,person\n"), "truth.csv: line 1: the first line must name the columns uid and person");
        assert_eq!(
            fault("uid,person\na,1\na,2\nb\n"),
            "truth.csv: line 3: an account is there twice; line 4: a line has too few columns"
        );
        assert_eq!(fault("uid,person\na\n"), "truth.csv: line 2: a line has too few columns");
    }
}
