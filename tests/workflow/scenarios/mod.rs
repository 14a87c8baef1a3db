//! What can happen, a scenario a test.

mod failures;
mod faults;
mod growth;
mod interruption;
mod killed;
mod manual;
mod scored;
mod sources;
mod staying;
mod versions;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Waits for the scenario under way.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}
