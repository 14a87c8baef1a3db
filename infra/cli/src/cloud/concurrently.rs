//! Asynchronous work on many items, a few at a time.

use std::future::Future;

use tokio::task::JoinSet;

use crate::error::Error;

/// Calls `work` for every item, at most `limit` at a time, and returns the results in the order of the items. The first
/// error stops the rest.
pub async fn for_each<I, T, F>(
    items: impl IntoIterator<Item = I>,
    limit: usize,
    mut work: impl FnMut(I) -> F,
) -> Result<Vec<T>, Error>
where
    F: Future<Output = Result<T, Error>> + Send + 'static,
    T: Send + 'static,
{
    let mut waiting = items.into_iter().enumerate();
    let mut working = JoinSet::new();
    let mut results = Vec::new();
    loop {
        while working.len() < limit
            && let Some((position, item)) = waiting.next()
        {
            let task = work(item);
            working.spawn(async move { (position, task.await) });
        }
        match working.join_next().await {
            None => break,
            Some(Ok((position, result))) => results.push((position, result?)),
            Some(Err(error)) => return Err(Error::task("finish a transfer")(error)),
        }
    }
    results.sort_by_key(|(position, _)| *position);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn results_keep_the_order_of_the_items() {
        let doubled = for_each([3_u64, 1, 2], 2, |number| async move {
            tokio::time::sleep(std::time::Duration::from_millis(number)).await;
            Ok(number * 2)
        });
        assert_eq!(doubled.await.unwrap(), [6, 2, 4]);
    }

    #[tokio::test]
    async fn an_error_ends_it() {
        let failing = for_each([1, 2, 3], 1, |number| async move {
            if number == 2 { Err(Error::Unready("two".to_owned())) } else { Ok(()) }
        });
        assert!(failing.await.is_err());
    }
}
