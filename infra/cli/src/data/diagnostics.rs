//! Shows faults as compilers do: the message, the place, the line, and a mark under the place.

use onefold_config::LineSpan;

/// Whether a run goes on in spite of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// A run would refuse the folder.
    Error,
    /// It looks wrong, but a run would go on.
    Warning,
}

/// A fault of a configuration or of its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    /// Its place in the configuration, if it has one.
    pub place: Option<LineSpan>,
    pub message: String,
}

/// The diagnostics of a configuration as text. `file` is its name, `text` its content.
pub fn show(file: &str, text: &str, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        out.push_str(&format!("{severity}: {}\n", diagnostic.message));
        if let Some(LineSpan { line, column, length }) = diagnostic.place {
            let number = line.to_string();
            let margin = " ".repeat(number.len());
            // A tab before the place stays a tab, so that the mark is under it.
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
