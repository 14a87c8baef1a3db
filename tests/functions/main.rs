//! The functions as Lambda sees them: each is invoked through `cargo lambda`, against a bucket of MiniStack.
//!
//! `cargo lambda watch --release` serves all from the project's folder, and `cargo lambda invoke` sends them the
//! events kept in `tests/events`, which take one small run from Plan to Compact. Profile and features are those of
//! `make build`, so behind that there is nothing left to compile, and this takes seconds. The events hold no
//! placeholders: the run's name follows from its start, entity tags from bytes, and the token is one that nobody waits
//! for. So each can be sent by hand too. A second run reads an API and a database, which are started for it.

mod background;
mod lake;
mod refusals;
mod served;
mod sources;
mod tools;
mod walk;

use served::Served;

#[test]
fn functions_through_cargo_lambda() {
    let served = Served::start();
    walk::one_run_from_plan_to_compact(&served);
    sources::an_api_and_a_database_are_planned_and_read(&served);
    refusals::what_is_not_understood_is_refused_by_name(&served);
    refusals::what_does_not_fit_the_run_is_refused_by_name(&served);
}
