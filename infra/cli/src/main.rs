//! The command `onefold`: reads the arguments, carries them out, and turns the outcome into an exit code.

use std::process::ExitCode;

use clap::Parser;
use onefold::args::Arguments;
use onefold::error::describe;
use onefold::screen::{answer_in_json, warn};
use onefold_shell::hide_panic_messages;

fn main() -> ExitCode {
    hide_panic_messages();
    let arguments = Arguments::parse();
    if arguments.json {
        answer_in_json();
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            warn(format_args!("error: cannot start the asynchronous runtime: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(onefold::execute(arguments));
    // Nothing waits for work that still runs on a thread, such as hashing a file.
    runtime.shutdown_background();
    match result {
        Ok(outcome) => outcome.exit_code(),
        Err(error) => {
            warn(format_args!("error: {}", describe(&error)));
            error.exit_code()
        }
    }
}
