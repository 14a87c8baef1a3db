//! Prints for people. A closed output (`onefold start | head`, a closed terminal) neither stops the command nor makes it
//! panic: it may still have a local cloud to stop.

use std::fmt::Display;
use std::io::{Write, stderr, stdout};

use indicatif::ProgressStyle;

/// Prints a line of the result, to the standard output.
pub fn say(line: impl Display) {
    let _ = writeln!(stdout(), "{line}");
}

/// Prints a line that is not part of the result, to the error output.
pub fn warn(line: impl Display) {
    let _ = writeln!(stderr(), "{line}");
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
}
