//! The file of answers, `corrections/review.csv`: a file of corrections with more columns.
//!
//! People may edit it. Columns and lines that are not known stay as they are.

use onefold_identity::corrections::Pair;
use onefold_rows::csv::{FieldReader, records};

use super::answer::Answer;

/// The columns of a new file.
const COLUMNS: [&str; 9] = ["kind", "left", "right", "reason", "who", "when", "run", "stratum", "note"];

/// The fields of a line, by the file's columns.
pub(super) type Line = Vec<String>;

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AnswersFile {
    columns: Line,
    lines: Vec<Line>,
}

impl AnswersFile {
    /// Reads a file that was checked as one of corrections, or begins one. A file of an earlier release gets the columns that
    /// it lacks.
    pub(super) fn parse(text: &[u8]) -> Self {
        let mut reader = FieldReader::new(b',');
        let mut lines: Vec<Line> = Vec::new();
        for record in records(text, b',').filter(|record| !record.is_blank()) {
            if reader.read(record.bytes) {
                lines.push(reader.fields().map(|field| String::from_utf8_lossy(field).into_owned()).collect());
            }
        }
        let mut columns = if lines.is_empty() { Line::new() } else { lines.remove(0) };
        columns.iter_mut().for_each(|column| *column = column.trim().to_owned());
        let missing = COLUMNS.iter().filter(|column| !columns.iter().any(|known| known == *column));
        let missing: Vec<String> = missing.map(|column| (*column).to_owned()).collect();
        columns.extend(missing);
        lines.iter_mut().for_each(|line| line.resize(columns.len(), String::new()));
        Self { columns, lines }
    }

    /// The line of a pair.
    pub(super) fn line(&self, pair: &Pair) -> Option<&Line> {
        self.lines.iter().find(|line| self.is_of(line, pair))
    }

    /// Writes an answer in place of what the file says of the pair. Columns that an answer does not have keep their values.
    pub(super) fn answer(&mut self, pair: &Pair, answer: &Answer) {
        let (kind, reason) = (answer.kind.name(), answer.reason);
        let [left, right] = pair;
        let said = [("kind", kind), ("left", left), ("right", right), ("reason", reason)];
        let by = [("who", answer.who.as_str()), ("when", &answer.when)];
        self.fill(pair, &said);
        self.fill(pair, &by);
        self.fill(pair, &[("run", &answer.run), ("stratum", &stratum(answer))]);
    }

    /// Notes that a pair was drawn for a sample. Of a pair that is answered in another file, the file says nothing yet: it gets a
    /// line without who answered and when.
    pub(super) fn count_as_drawn(&mut self, pair: &Pair, answer: &Answer) {
        let [left, right] = pair;
        if self.line(pair).is_none() {
            self.fill(
                pair,
                &[("kind", answer.kind.name()), ("left", left), ("right", right), ("reason", answer.reason)],
            );
        }
        self.fill(pair, &[("run", &answer.run), ("stratum", &stratum(answer))]);
    }

    /// Writes some columns of a pair's line. The first time, both accounts must be among them.
    fn fill(&mut self, pair: &Pair, values: &[(&str, &str)]) {
        let mut line = self.line(pair).cloned().unwrap_or_else(|| vec![String::new(); self.columns.len()]);
        for (column, value) in values {
            if let Some(place) = self.columns.iter().position(|known| known == column) {
                (*value).clone_into(&mut line[place]);
            }
        }
        self.set(pair, Some(line));
    }

    /// Puts a line in place of what the file says of a pair. Without one, the file says nothing of it.
    pub(super) fn set(&mut self, pair: &Pair, line: Option<Line>) {
        let at = self.lines.iter().position(|line| self.is_of(line, pair)).unwrap_or(self.lines.len());
        let (columns, lines) = (&self.columns, &mut self.lines);
        lines.retain(|line| !is_of(columns, line, pair));
        if let Some(line) = line {
            lines.insert(at.min(lines.len()), line);
        }
    }

    /// The file's text.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for line in std::iter::once(&self.columns).chain(&self.lines) {
            let fields: Vec<String> = line.iter().map(|field| quoted(field)).collect();
            text.push_str(&fields.join(","));
            text.push('\n');
        }
        text
    }

    fn is_of(&self, line: &Line, pair: &Pair) -> bool {
        is_of(&self.columns, line, pair)
    }
}

fn is_of(columns: &[String], line: &Line, [left, right]: &Pair) -> bool {
    let field = |name: &str| columns.iter().position(|column| column == name).and_then(|place| line.get(place));
    let (Some(one), Some(other)) = (field("left"), field("right")) else { return false };
    (one == left && other == right) || (one == right && other == left)
}

fn stratum(answer: &Answer) -> String {
    answer.stratum.map(|stratum| stratum.to_string()).unwrap_or_default()
}

/// A field as CSV writes it.
fn quoted(field: &str) -> String {
    let is_plain = !field.contains([',', '"', '\n', '\r']) && field.trim() == field;
    if is_plain { field.to_owned() } else { format!("\"{}\"", field.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use super::super::answer::AnswerKind;
    use super::*;

    fn pair(left: &str, right: &str) -> Pair {
        [left.to_owned(), right.to_owned()]
    }

    fn answer(kind: AnswerKind, stratum: Option<u32>) -> Answer {
        Answer {
            kind,
            reason: if stratum.is_some() { "sample" } else { "bridge" },
            stratum,
            run: "20261122T174600Z-1a2b3c4d".to_owned(),
            who: "Ada, night shift".to_owned(),
            when: "2026-11-28T09:00:00Z".to_owned(),
        }
    }

    const NEW: &str = "kind,left,right,reason,who,when,run,stratum,note\n";

    #[test]
    fn a_pair_has_one_answer() {
        let mut file = AnswersFile::parse(b"");
        file.answer(&pair("crm:1", "shop:2"), &answer(AnswerKind::Same, None));
        file.answer(&pair("crm:3", "shop:\"4\""), &answer(AnswerKind::Skip, Some(7)));
        file.answer(&pair("shop:2", "crm:1"), &answer(AnswerKind::Different, None));
        let expected = "never,shop:2,crm:1,bridge,\"Ada, night shift\",2026-11-28T09:00:00Z,20261122T174600Z-1a2b3c4d,,\n\
            skip,crm:3,\"shop:\"\"4\"\"\",sample,\"Ada, night shift\",2026-11-28T09:00:00Z,20261122T174600Z-1a2b3c4d,7,\n";
        assert_eq!(file.text(), format!("{NEW}{expected}"));
        assert_eq!(AnswersFile::parse(file.text().as_bytes()), file);
    }

    #[test]
    fn what_people_wrote_stays() {
        let text = "\u{feff}left , right,kind,ticket,note\r\ncrm:1,crm:2,always,T-1,\"two\nlines\"\r\n\r\ncrm:5,crm:6,never,,\r\n";
        let mut file = AnswersFile::parse(text.as_bytes());
        file.answer(&pair("crm:1", "crm:2"), &answer(AnswerKind::Different, None));
        let expected = "left,right,kind,ticket,note,reason,who,when,run,stratum\n\
            crm:1,crm:2,never,T-1,\"two\nlines\",bridge,\"Ada, night shift\",2026-11-28T09:00:00Z,20261122T174600Z-1a2b3c4d,\n\
            crm:5,crm:6,never,,,,,,,\n";
        assert_eq!(file.text(), expected);
    }

    #[test]
    fn an_answer_is_taken_back() {
        let mut file = AnswersFile::parse(format!("{NEW}always,a:1,b:1,,,,,,first\nnever,a:2,b:2,,,,,,\n").as_bytes());
        let before = file.clone();
        let known = pair("a:1", "b:1");
        let line = file.line(&known).cloned();
        file.answer(&known, &answer(AnswerKind::Different, Some(3)));
        assert_ne!(file, before);
        file.set(&known, line);
        assert_eq!(file, before);
        let other = pair("a:9", "b:9");
        file.answer(&other, &answer(AnswerKind::Same, None));
        file.set(&other, None);
        assert_eq!(file, before);
    }

    #[test]
    fn an_answer_that_is_drawn_later_stays_whose_it_is() {
        let mut file = AnswersFile::parse(format!("{NEW}never,a:1,b:1,bridge,bo,then,before,,twins\n").as_bytes());
        file.count_as_drawn(&pair("a:1", "b:1"), &answer(AnswerKind::Different, Some(5)));
        file.count_as_drawn(&pair("a:2", "b:2"), &answer(AnswerKind::Same, Some(6)));
        let expected = "never,a:1,b:1,bridge,bo,then,20261122T174600Z-1a2b3c4d,5,twins\n\
            always,a:2,b:2,sample,,,20261122T174600Z-1a2b3c4d,6,\n";
        assert_eq!(file.text(), format!("{NEW}{expected}"));
    }

    /// What the command writes, a run reads.
    #[test]
    fn the_file_is_one_of_corrections() {
        let mut file = AnswersFile::parse(b"");
        file.answer(&pair("crm:1", "shop:2"), &answer(AnswerKind::Same, Some(4)));
        file.answer(&pair("crm:3", "shop:4"), &answer(AnswerKind::Different, None));
        file.answer(&pair("crm:5", "shop:6"), &answer(AnswerKind::Skip, None));
        let text = file.text();
        let read = onefold_rows::corrections_file::CorrectionsFile { name: "review.csv", bytes: text.as_bytes() };
        let pairs = onefold_rows::corrections_file::check(&[read], &["crm", "shop"]).unwrap().pairs;
        assert_eq!((pairs.always, pairs.never), ([pair("crm:1", "shop:2")].into(), [pair("crm:3", "shop:4")].into()));
        assert_eq!(
            (pairs.skipped, pairs.sampled),
            ([pair("crm:5", "shop:6")].into(), [pair("crm:1", "shop:2")].into())
        );
    }
}
