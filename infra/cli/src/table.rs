//! Tables in plain text, and numbers as people write them.

use console::measure_text_width;
pub use onefold_report::number::{bytes, count, plural};

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
    fn durations_are_seconds() {
        assert_eq!(seconds(0), "0.0");
        assert_eq!(seconds(12_345), "12.3");
        let shown = [59_949, 60_000, 245_900, 3_599_999, 7_380_000].map(duration);
        assert_eq!(shown, ["59.9 s", "1 min 00 s", "4 min 05 s", "59 min 59 s", "2 h 03 min"]);
    }
}
