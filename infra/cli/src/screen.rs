//! Prints for people and for programs. A closed output (`onefold start | head`, a closed terminal) neither stops the
//! command nor makes it panic: it may still have a local cloud to stop.
//!
//! With `--json` the standard output holds one document and nothing else, and text for people goes to the error output.

use std::env;
use std::fmt::Display;
use std::io::{IsTerminal, Write, stderr, stdout};
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::ProgressStyle;
use serde::Serialize;

use crate::error::Error;

/// Whether the answer is a document.
static IS_JSON: AtomicBool = AtomicBool::new(false);

/// From now on the command answers with a document.
pub fn answer_in_json() {
    IS_JSON.store(true, Ordering::Relaxed);
}

fn is_json() -> bool {
    IS_JSON.load(Ordering::Relaxed)
}

/// Prints a line for people: to the standard output, or to the error output if a document is to stand there.
pub fn say(line: impl Display) {
    if is_json() { warn(line) } else { print(line) }
}

/// Prints a line that is not part of the result, to the error output.
pub fn warn(line: impl Display) {
    let _ = writeln!(stderr(), "{line}");
}

/// Prints the result of a command: the document with `--json`, and the text without.
///
/// # Errors
/// The document cannot be written as JSON.
pub fn answer(document: &impl Serialize, text: impl FnOnce() -> String) -> Result<(), Error> {
    if !is_json() {
        print(text().trim_end());
        return Ok(());
    }
    self::document(document)
}

/// Prints the document of a command whose text has been printed on the way. Without `--json` it prints nothing.
///
/// # Errors
/// The document cannot be written as JSON.
pub fn document(document: &impl Serialize) -> Result<(), Error> {
    if is_json() {
        print(serde_json::to_string_pretty(document).map_err(|error| Error::malformed("the answer", error))?);
    }
    Ok(())
}

fn print(line: impl Display) {
    let _ = writeln!(stdout(), "{line}");
}

/// Whether lines may be drawn again and again: only on a terminal that can move back, and never beside a document.
pub fn can_redraw() -> bool {
    !is_json() && stdout().is_terminal() && env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Whether the text of the result may have colours.
pub fn has_colours() -> bool {
    let is_refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let is_forced = env::var_os("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0");
    wants_colours(is_refused, is_forced, can_redraw())
}

/// As <https://no-color.org> and <https://bixense.com/clicolors> say: `NO_COLOR` wins, then `CLICOLOR_FORCE`, then the
/// terminal decides.
const fn wants_colours(is_refused: bool, is_forced: bool, is_terminal: bool) -> bool {
    !is_refused && (is_forced || is_terminal)
}

/// The style of a progress bar. The templates are all in the test below, so a wrong one is found there and not in use.
pub fn bar_style(template: &str) -> ProgressStyle {
    let plain = ProgressStyle::default_bar();
    plain.template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━╸ ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_sound() {
        for template in [
            "  {prefix:<10} {bar:32} {bytes} of {total_bytes}",
            "  {prefix:<10} {msg}",
            "  {prefix:<10} {bar:32} {pos} of {msg}",
            "  {prefix:<10} {spinner}",
        ] {
            assert!(ProgressStyle::default_bar().template(template).is_ok(), "{template}");
        }
    }

    #[test]
    fn colours_are_for_terminals_unless_somebody_says_otherwise() {
        assert!(wants_colours(false, false, true));
        assert!(!wants_colours(false, false, false));
        assert!(wants_colours(false, true, false), "CLICOLOR_FORCE");
        assert!(!wants_colours(true, true, true), "NO_COLOR");
    }
}
