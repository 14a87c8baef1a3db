//! Tables in plain text, and numbers as people write them.

use console::measure_text_width;

/// A table in plain text, its columns lined up.
#[derive(Debug, Default)]
pub struct TextTable {
    rows: Vec<Vec<String>>,
}

impl TextTable {
    /// Adds a row. The first cell is set flush left, the others flush right.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// The rows as text, indented by two spaces, each line with its line end.
    pub fn text(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width =
            |column: usize| self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
        let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                if column == 0 {
                    line.push_str(&format!("  {cell:<width$}"));
                } else {
                    line.push_str(&format!("  {cell:>width$}"));
                }
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// The greatest width of a column of texts. Longer cells stick out.
const COLUMN_WIDTH_MAX: usize = 48;

/// A table of texts, all cells flush left. Cells may have colours.
#[derive(Debug, Default)]
pub struct FlushLeft {
    rows: Vec<Vec<String>>,
}

impl FlushLeft {
    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The rows as text, indented by two spaces, each line with its line end.
    pub fn text(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let cells = |column: usize| self.rows.iter().filter_map(move |row| row.get(column));
        let widest = |column: usize| cells(column).map(|cell| measure_text_width(cell)).max();
        let widths: Vec<usize> = (0..columns).map(|column| widest(column).unwrap_or(0).min(COLUMN_WIDTH_MAX)).collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::from(" ");
            for (cell, width) in row.iter().zip(&widths) {
                line.push(' ');
                line.push_str(cell);
                line.push_str(&" ".repeat(width.saturating_sub(measure_text_width(cell)) + 1));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

impl From<Vec<Vec<String>>> for FlushLeft {
    fn from(rows: Vec<Vec<String>>) -> Self {
        Self { rows }
    }
}

/// A count with its thousands set apart: 1,234,567.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A size in the largest unit that keeps it above one: 12.3 MiB.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if number < 1024 {
        return format!("{number} B");
    }
    let mut value = number as f64 / 1024.0;
    let mut unit = 0;
    // What would be shown as 1024.0 is one of the next unit.
    while value >= 1023.95 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// A duration in seconds, with one decimal.
pub fn seconds(milliseconds: i64) -> String {
    format!("{:.1}", milliseconds as f64 / 1000.0)
}

/// A duration in the units that people think in: `12.3 s`, `4 min 05 s`, `2 h 03 min`.
pub fn duration(milliseconds: i64) -> String {
    let whole_s = milliseconds / 1000;
    match whole_s {
        ..60 => format!("{} s", seconds(milliseconds)),
        60..3600 => format!("{} min {:02} s", whole_s / 60, whole_s % 60),
        3600.. => format!("{} h {:02} min", whole_s / 3600, whole_s / 60 % 60),
    }
}

/// A number and a noun in the singular: `1 row`, `1,234 rows`, `2 entries`.
pub fn plural(number: impl TryInto<u64>, what: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    format!("{} {}", count(number), noun(number, what))
}

/// A noun for a number of things: `row` for 1, `rows` otherwise.
fn noun(number: u64, what: &str) -> String {
    match what.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u'])) {
        _ if number == 1 => what.to_owned(),
        Some(stem) => format!("{stem}ies"),
        None => format!("{what}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let mut table = TextTable::default();
        table.row(["stage".into(), "seconds".into(), "in".into()]);
        table.row(["plan".into(), "0.3".into(), "1.0 KiB".into()]);
        table.row(["total".into(), "12.0".into()]);
        let expected = "  stage  seconds       in\n  plan       0.3  1.0 KiB\n  total     12.0\n";
        assert_eq!(table.text(), expected);
    }

    #[test]
    fn an_empty_table_is_no_text() {
        assert_eq!(TextTable::default().text(), "");
    }

    #[test]
    fn thousands_are_set_apart() {
        let shown: Vec<String> = [0, 12, 999, 1000, 12_345, 1_234_567].map(count).into();
        assert_eq!(shown, ["0", "12", "999", "1,000", "12,345", "1,234,567"]);
    }

    #[test]
    fn sizes_have_units() {
        let shown: Vec<String> = [0, 1023, 1024, 1536, 1_048_575, 5 << 30, u64::MAX].map(bytes).into();
        assert_eq!(shown, ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "1.0 MiB", "5.0 GiB", "16384.0 PiB"]);
    }

    #[test]
    fn nouns_follow_their_number() {
        let shown = [(1, "customer"), (0, "customer"), (1234, "row"), (2, "entry"), (1, "entry"), (2, "key")];
        let expected = ["1 customer", "0 customers", "1,234 rows", "2 entries", "1 entry", "2 keys"];
        assert_eq!(shown.map(|(number, what)| plural(number, what)), expected);
        assert_eq!(plural(1_usize, "file"), "1 file");
    }

    #[test]
    fn durations_are_seconds() {
        assert_eq!(seconds(0), "0.0");
        assert_eq!(seconds(12_345), "12.3");
        let shown = [59_949, 60_000, 245_900, 3_599_999, 7_380_000].map(duration);
        assert_eq!(shown, ["59.9 s", "1 min 00 s", "4 min 05 s", "59 min 59 s", "2 h 03 min"]);
    }
}
