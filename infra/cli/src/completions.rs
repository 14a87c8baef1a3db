//! `onefold completions`: the script that completes the command's words in a shell.

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use crate::Outcome;
use crate::args::{Arguments, CompletionsOptions};
use crate::error::Error;
use crate::screen::say;

/// Prints the script.
///
/// # Errors
/// JSON was asked for.
pub fn execute(options: CompletionsOptions, is_json: bool) -> Result<Outcome, Error> {
    if is_json {
        let fault = "onefold completions prints a script for a shell, which is no JSON; leave --json away";
        return Err(Error::Unready(fault.to_owned()));
    }
    say(script(options.shell).trim_end());
    Ok(Outcome::Done)
}

fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    generate(shell, &mut Arguments::command(), "onefold", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn every_shell_learns_every_command() {
        for shell in Shell::value_variants() {
            let script = script(*shell);
            for word in ["versions", "diff", "rollback", "--dry-run"] {
                let word = if matches!(shell, Shell::Fish) { word.trim_start_matches('-') } else { word };
                assert!(script.contains(word), "{shell}: {word}");
            }
        }
    }

    #[test]
    fn a_script_is_no_document() {
        let error = execute(CompletionsOptions { shell: Shell::Bash }, true).unwrap_err().to_string();
        assert!(error.contains("leave --json away"), "{error}");
    }
}
