//! Prints what a person is to read. An output that was closed (`onefold start | head`, a terminal that went away) is
//! no reason to stop, and less so to panic: there may be a local cloud to be stopped yet.

use std::fmt::Display;
use std::io::{Write, stderr, stdout};

/// Prints a line that belongs to the result.
pub fn say(line: impl Display) {
    let _ = writeln!(stdout(), "{line}");
}

/// Prints a line that belongs beside the result.
pub fn warn(line: impl Display) {
    let _ = writeln!(stderr(), "{line}");
}
