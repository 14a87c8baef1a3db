//! Shows faults as compilers do: the message, the place, the line, and a mark under the place.

use console::Style;
use onefold_config::LineSpan;

use crate::documents::Finding;

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

impl Severity {
    const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }

    /// Its name, in its colour or without.
    fn painted(self, has_colours: bool) -> String {
        let style = Style::new().force_styling(has_colours).bold();
        let style = match self {
            Self::Error => style.red(),
            Self::Warning => style.yellow(),
        };
        style.apply_to(self.name()).to_string()
    }
}

impl Diagnostic {
    /// The fault for programs.
    pub fn document(&self) -> Finding {
        Finding {
            severity: self.severity.name().to_owned(),
            message: self.message.clone(),
            line: self.place.map(|place| place.line),
            column: self.place.map(|place| place.column),
        }
    }
}

/// The diagnostics of a configuration as text. `file` is its name, `text` its content.
pub fn show(file: &str, text: &str, diagnostics: &[Diagnostic], has_colours: bool) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        out.push_str(&format!("{}: {}\n", diagnostic.severity.painted(has_colours), diagnostic.message));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_have_colours_where_they_are_wanted() {
        let found = [Diagnostic { severity: Severity::Error, place: None, message: "no id".to_owned() }];
        assert_eq!(show("f", "", &found, false), "error: no id\n\n");
        assert_eq!(show("f", "", &found, true), "\u{1b}[31m\u{1b}[1merror\u{1b}[0m: no id\n\n");
    }
}
