//! Reads many objects at once.

use futures_util::stream::{self, StreamExt};
use onefold_lake::RunId;
use onefold_lake::keys::{self, Stage};
use onefold_lake::run::receipt::{Cost, Receipt};
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::context::Context;
use crate::error::StageError;
use crate::work::Work;

/// Reads up to `ahead` items at once, and passes the results on in the order of the items. At most `ahead` results are
/// in memory.
///
/// # Errors
/// The first error of reading or taking. Nothing is taken after it.
pub async fn in_order<I, T, F: Future<Output = Result<T, StageError>>>(
    items: impl IntoIterator<Item = I>,
    ahead: usize,
    read: impl FnMut(I) -> F,
    mut take: impl FnMut(T) -> Result<(), StageError>,
) -> Result<(), StageError> {
    let mut reading = stream::iter(items.into_iter().map(read)).buffered(ahead);
    while let Some(item) = reading.next().await {
        take(item?)?;
    }
    Ok(())
}

/// Reads the receipts of many invocations.
#[derive(Debug)]
pub struct Receipts;

impl Receipts {
    /// How many receipts are read at once.
    const AHEAD: usize = 16;

    /// Reads the receipt of each item, in order.
    ///
    /// # Errors
    /// `Corrupt` if a receipt is missing, because its invocation did not finish.
    pub async fn read<R: DeserializeOwned, I>(
        context: &Context,
        run: &RunId,
        stage: Stage,
        items: impl IntoIterator<Item = I>,
        name: impl Fn(&I) -> String,
    ) -> Result<Vec<(I, Receipt<R>)>, StageError> {
        let mut receipts = Vec::new();
        let read = |item: I| {
            let work = Work { run: run.clone(), stage, name: name(&item) };
            async move {
                let missing =
                    StageError::corrupt(format!("{stage} has no receipt of {}, so it did not end", work.name));
                work.receipt::<R>(context).await?.map(|receipt| (item, receipt)).ok_or(missing)
            }
        };
        in_order(items, Self::AHEAD, read, |receipt| {
            receipts.push(receipt);
            Ok(())
        })
        .await?;
        Ok(receipts)
    }

    /// What the invocations of a stage took that wrote a receipt. A receipt that cannot be read is left out.
    ///
    /// # Errors
    /// The store failed.
    pub async fn costs(context: &Context, run: &RunId, stage: Stage) -> Result<Vec<Cost>, StageError> {
        let keys = context.list(&keys::receipts_of(run, stage)).await?.into_iter().map(|object| object.key);
        let read = |key: String| async move { context.get_if_there(&key).await };
        let mut costs = Vec::new();
        in_order(keys, Self::AHEAD, read, |found| {
            let receipt = found.and_then(|(bytes, _)| serde_json::from_slice::<Receipt<IgnoredAny>>(&bytes).ok());
            costs.extend(receipt.map(|receipt| receipt.cost));
            Ok(())
        })
        .await?;
        Ok(costs)
    }
}
