//! One piece of work of a stage. It is skipped if it was done before. Otherwise it is done and measured, and its
//! receipt is written.

use onefold_lake::RunId;
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::receipt::{Moved, Receipt};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::context::Context;
use crate::cost::Meter;
use crate::error::StageError;
use crate::json::json_object;

/// A piece of work. Its stage and name determine the key of its receipt.
#[derive(Clone, Debug)]
pub struct Work {
    /// The run.
    pub run: RunId,
    /// The stage.
    pub stage: Stage,
    /// The name of the work within the stage.
    pub name: String,
}

impl Work {
    /// Does the work once. If a receipt exists, its result is returned. Otherwise this runs `work` and then writes the
    /// receipt, when the output is whole (invariant 4).
    ///
    /// # Errors
    /// The error of `work`, or an error of the store.
    pub async fn once<R: Serialize + DeserializeOwned>(
        &self,
        context: &Context,
        work: impl AsyncFnOnce(&mut Moved) -> Result<R, StageError>,
    ) -> Result<R, StageError> {
        self.once_for(context, |_| true, work).await
    }

    /// Like `once`, but a receipt counts only if `is_current` accepts its result.
    ///
    /// # Errors
    /// The error of `work`, or an error of the store.
    pub async fn once_for<R: Serialize + DeserializeOwned>(
        &self,
        context: &Context,
        is_current: impl FnOnce(&R) -> bool,
        work: impl AsyncFnOnce(&mut Moved) -> Result<R, StageError>,
    ) -> Result<R, StageError> {
        match self.receipt::<R>(context).await? {
            Some(receipt) if is_current(&receipt.result) => {
                tracing::info!(stage = %self.stage, run_id = %self.run, name = self.name, "done before");
                Ok(receipt.result)
            }
            _ => self.always(context, work).await,
        }
    }

    /// Does the work even if a receipt exists.
    ///
    /// # Errors
    /// The error of `work`, or an error of the store.
    pub async fn always<R: Serialize + DeserializeOwned>(
        &self,
        context: &Context,
        work: impl AsyncFnOnce(&mut Moved) -> Result<R, StageError>,
    ) -> Result<R, StageError> {
        let done = self.until_done(context, async |moved| work(moved).await.map(Some)).await?;
        done.ok_or_else(|| StageError::internal("the work was not done"))
    }

    /// Does a part of the work. The part that returns the result also writes the receipt.
    ///
    /// # Errors
    /// The error of `work`, or an error of the store.
    pub async fn until_done<R: Serialize + DeserializeOwned>(
        &self,
        context: &Context,
        work: impl AsyncFnOnce(&mut Moved) -> Result<Option<R>, StageError>,
    ) -> Result<Option<R>, StageError> {
        let meter = Meter::start(context.store.as_ref());
        let mut moved = Moved::default();
        let result = work(&mut moved).await?;
        let cost = meter.cost(context.store.as_ref(), context.memory.megabytes());
        let is_done = result.is_some();
        let receipt =
            Receipt { run: self.run.clone(), stage: self.stage, name: self.name.clone(), moved, cost, result };
        if is_done {
            context.put(&self.key(), json_object(&receipt)?).await?;
        }
        tracing::info!(
            stage = %self.stage,
            run_id = %self.run,
            name = self.name,
            records_in = moved.records_in,
            records_out = moved.records_out,
            records_rejected = moved.records_rejected,
            bytes_in = moved.bytes_in,
            bytes_out = moved.bytes_out,
            elapsed_ms = cost.elapsed_ms,
            cpu_ms = cost.cpu_ms,
            max_rss_bytes = cost.max_rss_bytes,
            s3_requests = cost.s3_requests,
            "{}",
            if is_done { "done" } else { "stopped before the time limit" }
        );
        Ok(receipt.result)
    }

    /// Reads the receipt; `None` if the work was not done.
    ///
    /// # Errors
    /// The store failed, or the receipt is damaged.
    pub async fn receipt<R: DeserializeOwned>(&self, context: &Context) -> Result<Option<Receipt<R>>, StageError> {
        Ok(context.json_if_there(&self.key()).await?.map(|(receipt, _)| receipt))
    }

    fn key(&self) -> String {
        keys::receipt(&self.run, self.stage, &self.name)
    }
}
