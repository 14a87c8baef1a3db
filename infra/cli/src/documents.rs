//! What commands print with `--json`: one document each, and here are the types of all.
//!
//! `explain`, `model` and `erase` print documents of the functions: [`ExplainResult`](onefold_lake::calls::ExplainResult),
//! [`RunModel`](onefold_scoring::model::RunModel) and [`EraseResult`](onefold_lake::calls::EraseResult). The page json.md of
//! the manual shows each document. A new member may be added at any time; none changes its meaning or goes.

mod data;
mod runs;
mod versions;

pub use data::{
    CheckDocument, ComparedDocument, Finding, InitDocument, MatchKeyDocument, PushDocument, RejectDocument,
    TriedRowDocument, TryDocument,
};
pub use runs::{
    DifferenceDocument, EndedAs, FailureDocument, LocalCloudDocument, QualityDocument, RunDocument, RunsDocument,
    RunsEntry, StageDocument, Totals,
};
pub use versions::{
    ChangedCustomer, DiffCounts, DiffDocument, FetchDocument, OtherCustomer, RollbackDocument, SyncDocument, SyncStep,
    VersionEntry, VersionsDocument, WhatBecame,
};

#[cfg(test)]
mod tests;
