//! Shows faults the way compilers do: what is wrong, where, the line, and a mark under the place.

use onefold_config::Place;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// A run would refuse it.
    Error,
    /// It looks wrong, and a run would go on.
    Warning,
}

/// Something found in a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    /// Where in the file, if it is about a place in it.
    pub place: Option<Place>,
    pub message: String,
}

/// What was found in the text of a file, one below the other.
pub fn show(file: &str, text: &str, all: &[Diagnostic]) -> String {
    let mut out = String::new();
    for found in all {
        let severity = match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        out.push_str(&format!("{severity}: {}\n", found.message));
        if let Some(Place { line, column, length }) = found.place {
            let number = line.to_string();
            let margin = " ".repeat(number.len());
            // A tab is as wide in the line as above the mark.
            let source = text.lines().nth(line - 1).unwrap_or_default();
            let indent: String =
                source.chars().take(column - 1).map(|letter| if letter == '\t' { '\t' } else { ' ' }).collect();
            let mark = "^".repeat(length.max(1));
            out.push_str(&format!("{margin}--> {file}:{line}:{column}\n{margin} |\n"));
            out.push_str(&format!("{number} | {source}\n{margin} | {indent}{mark}\n"));
        }
        out.push('\n');
    }
    out
}
