//! Shows rows, their accounts and what these are matched by in three columns.

use console::{Term, measure_text_width};

use super::trial::TriedRow;
use crate::data::members::members;
use crate::table::plural;

/// The least width that three columns need.
const WIDTH_MIN: usize = 100;
/// The width if the output is not a screen.
const WIDTH_DEFAULT: usize = 120;
/// The greatest width, as longer lines are hard to read.
const WIDTH_MAX: usize = 180;
const GAP: &str = " │ ";
/// What the names of values behind the first ones start with.
const OTHER_VALUES: &str = "other_values.";

/// The width of the screen, within limits.
pub fn screen_width() -> usize {
    let size = Term::stdout().size_checked();
    size.map_or(WIDTH_DEFAULT, |(_, columns)| usize::from(columns)).clamp(WIDTH_MIN, WIDTH_MAX)
}

/// The rows as text, in lines of `width`.
pub fn show(rows: &[TriedRow], width: usize) -> String {
    let gaps = 2 * GAP.chars().count();
    let left = (width - gaps) * 36 / 100;
    let middle = (width - gaps) * 36 / 100;
    let widths = [left, middle, width - gaps - left - middle];
    let mut out = String::new();
    for row in rows {
        let heading = format!("── {} ", row.place);
        out.push_str(&heading);
        out.push_str(&"─".repeat(width.saturating_sub(measure_text_width(&heading))));
        out.push('\n');
        push_columns(&mut out, widths, [raw(row), account(row), matched_by(row)]);
        if let Some((field, reason)) = &row.reject {
            let field = field.as_ref().map_or_else(String::new, |field| format!("{field}: "));
            out.push_str(&format!("rejected: {field}{reason}\n"));
        }
        // A loss with a reason of its own is `field: reason`.
        let (told, unusable): (Vec<&str>, Vec<&str>) =
            row.dropped.iter().map(String::as_str).partition(|name| name.contains(": "));
        if !unusable.is_empty() {
            out.push_str(&format!("dropped, as no value of its kind: {}\n", unusable.join(", ")));
        }
        told.iter().for_each(|told| out.push_str(&format!("not kept as it is: {told}\n")));
        out.push('\n');
    }
    let rejected = rows.iter().filter(|row| row.reject.is_some()).count();
    out.push_str(&format!(
        "{}: {}, {rejected} rejected\n",
        plural(rows.len(), "row"),
        plural(rows.len() - rejected, "account")
    ));
    out
}

/// The row's cells, or its text if it has none.
fn raw(row: &TriedRow) -> Vec<String> {
    if row.cells.is_empty() {
        return row.raw.lines().map(ToOwned::to_owned).collect();
    }
    row.cells.iter().map(|(name, value)| format!("{name}: {value}")).collect()
}

/// The account's fields under their full names with all values, without the time of its receipt.
fn account(row: &TriedRow) -> Vec<String> {
    let members = members(row.account.as_deref().unwrap_or_default(), ".");
    let (others, own): (Vec<_>, Vec<_>) = members.into_iter().partition(|(name, _)| name.starts_with(OTHER_VALUES));
    let others_of = |name: &str| -> Vec<String> {
        let of_field = others.iter().find(|(other, _)| other.strip_prefix(OTHER_VALUES) == Some(name));
        of_field.and_then(|(_, values)| serde_json::from_str(values).ok()).unwrap_or_default()
    };
    let shown = own.into_iter().filter(|(name, _)| name != "received_at");
    let with_others = |(name, value): (String, String)| {
        let values: Vec<String> = std::iter::once(value).chain(others_of(&name)).collect();
        format!("{name}: {}", values.join(", "))
    };
    shown.map(with_others).collect()
}

/// The match keys and the values that scored pairs compare, or a line that says that there are none.
fn matched_by(row: &TriedRow) -> Vec<String> {
    let key = |(rule, values): &(String, Vec<(String, String)>)| {
        let values: Vec<&str> = values.iter().map(|(_, value)| value.as_str()).collect();
        format!("{rule} = {}", values.join(" + "))
    };
    let mut lines: Vec<String> = row.match_keys.iter().map(key).collect();
    let compared = row.compared.as_deref().unwrap_or_default();
    if !compared.is_empty() {
        lines.push("compared:".to_owned());
        lines.extend(compared.iter().map(|(field, value)| format!("  {field}: {value}")));
    }
    if lines.is_empty() && row.account.is_some() {
        lines.push("(none: it stays alone)".to_owned());
    }
    lines
}

/// Writes three columns, each folded to its width.
fn push_columns(out: &mut String, widths: [usize; 3], columns: [Vec<String>; 3]) {
    let mut folded = columns;
    for (lines, width) in folded.iter_mut().zip(widths) {
        *lines = lines.iter().flat_map(|line| fold(line, width)).collect();
    }
    let height = folded.iter().map(Vec::len).max().unwrap_or(0);
    for number in 0..height {
        let mut line = String::new();
        for (column, (lines, width)) in folded.iter().zip(widths).enumerate() {
            let cell = lines.get(number).map_or("", String::as_str);
            line.push_str(if column == 0 { "" } else { GAP });
            line.push_str(cell);
            line.push_str(&" ".repeat(width.saturating_sub(measure_text_width(cell))));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// Folds a text into lines of a width. Lines that continue it are indented. Control characters are replaced.
fn fold(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for letter in text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }) {
        let letter_width = measure_text_width(letter.encode_utf8(&mut [0; 4]));
        if used + letter_width > width {
            // Fold at a blank in the second half of the line, if there is one.
            let at = line.rfind(' ').map(|at| at + 1).filter(|at| measure_text_width(&line[..*at]) * 2 > width);
            let rest = line.split_off(at.unwrap_or(line.len()));
            lines.push(std::mem::replace(&mut line, format!("  {rest}")));
            used = measure_text_width(&line);
        }
        line.push(letter);
        used += letter_width;
    }
    lines.push(line);
    lines
}
