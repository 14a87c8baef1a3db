//! Panics: where, and never what. The text of a panic can quote a value: of a slice of text that is cut within a
//! character, for one.

use std::any::Any;
use std::cell::RefCell;
use std::io::Write;
use std::panic::{AssertUnwindSafe, PanicHookInfo};

use futures_util::FutureExt;

use crate::error::StageError;

thread_local! {
    /// Where this thread panicked last.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Lets a panic print its place in the source, and nothing else.
pub fn hide_panic_messages() {
    std::panic::set_hook(Box::new(|info| {
        let place = place(info);
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("without a name");
        // A hook that panics itself, here because nobody reads the output, ends the process.
        let _ = writeln!(std::io::stderr(), "the program panicked at {place} (thread {name})");
        PLACE.set(Some(place));
    }));
}

fn place(info: &PanicHookInfo<'_>) -> String {
    info.location().map_or_else(|| "an unknown place".to_owned(), |at| format!("{}:{}", at.file(), at.line()))
}

/// Does some work. If it panics, that is an error that names the place; [`hide_panic_messages`] must have been called.
///
/// # Errors
/// What the work fails with; [`crate::ErrorKind::Internal`] if it panics.
pub async fn caught<T>(work: impl Future<Output = Result<T, StageError>>) -> Result<T, StageError> {
    // What the work leaves half done is what any error may leave: outputs are whole when their receipt is there.
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|message| Err(panicked(message)))
}

/// The message is dropped unread.
fn panicked(_message: Box<dyn Any + Send>) -> StageError {
    let place = PLACE.take().unwrap_or_else(|| "an unknown place".to_owned());
    StageError::internal(format!("the program panicked at {place}; this is a fault of Onefold"))
}
