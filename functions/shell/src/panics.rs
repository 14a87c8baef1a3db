//! Hides the messages of panics and keeps their places. A message can quote personal data, for example when text is cut
//! inside a character.

use std::any::Any;
use std::cell::RefCell;
use std::io::Write;
use std::panic::{AssertUnwindSafe, PanicHookInfo};

use futures_util::FutureExt;

use crate::error::StageError;

thread_local! {
    /// The place of this thread's last panic.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Makes panics print only their place in the source.
pub fn hide_panic_messages() {
    std::panic::set_hook(Box::new(|info| {
        let place = place(info);
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("without a name");
        // Standard error may be closed. A panic in the hook would end the process.
        let _ = writeln!(std::io::stderr(), "the program panicked at {place} (thread {name})");
        PLACE.set(Some(place));
    }));
}

fn place(info: &PanicHookInfo<'_>) -> String {
    info.location().map_or_else(|| "an unknown place".to_owned(), |at| format!("{}:{}", at.file(), at.line()))
}

/// Runs some work. A panic becomes an error that names its place. Call [`hide_panic_messages`] before.
///
/// # Errors
/// The error of the work, or [`crate::ErrorKind::Internal`] if it panics.
pub async fn caught<T>(work: impl Future<Output = Result<T, StageError>>) -> Result<T, StageError> {
    // A panic leaves no more behind than any error: outputs count only once their receipt exists.
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|message| Err(panicked(message)))
}

/// Drops the message without reading it.
fn panicked(_message: Box<dyn Any + Send>) -> StageError {
    let place = PLACE.take().unwrap_or_else(|| "an unknown place".to_owned());
    StageError::internal(format!("the program panicked at {place}"))
}
