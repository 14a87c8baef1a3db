//! Prints what a person is to read. An output that was closed (`onefold start | head`, a terminal that went away) is
//! no reason to stop, and less so to panic: there may be a local cloud to be stopped yet.

use std::fmt::Display;
use std::io::{Write, stderr, stdout};

use indicatif::ProgressStyle;

/// Prints a line that belongs to the result.
pub fn say(line: impl Display) {
    let _ = writeln!(stdout(), "{line}");
}

/// Prints a line that belongs beside the result.
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
