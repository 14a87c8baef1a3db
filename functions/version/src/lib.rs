//! Opens, lists, compares and rolls back versions, and finds accounts and customers in them.
//!
//! Functions and the command both use it. It reads what Compact wrote, and needs only a
//! [`Store`](onefold_store::Store). It writes only `processed/CURRENT`. The keys and formats come from `onefold-lake`.
//! Messages do not name the command's verbs; the command adds them.
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod asked;
mod comparison;
mod complete;
mod error;
mod follow;
mod index;
mod lines;
mod list;
mod members;
mod objects;
mod open;
mod restored;
mod rollback;
#[cfg(test)]
mod testing;

pub use asked::Asked;
pub use comparison::{ChangedSetting, CustomerChanges, SourceComparison, TotalChange, VersionComparison};
pub use complete::find_missing;
pub use error::VersionError;
pub use follow::follow_current;
pub use index::{AccountInVersion, CustomerGroup, FoundCustomers, VersionIndex};
pub use lines::VersionLines;
pub use list::{ListedVersion, VersionStatus, list};
pub use members::MemberPlace;
pub use open::{OpenVersion, current_run};
pub use restored::publish_restored;
pub use rollback::{RollbackError, RollbackRefusal, RolledBack, roll_back};
