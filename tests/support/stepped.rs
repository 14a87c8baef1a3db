//! Two works on one store, one operation at a time, in the order that a test likes.

use std::ops::Range;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use bytes::Bytes;
use onefold_store::Body;
use onefold_store::{Condition, Object, Store, StoreError};

/// A store before another one, each of whose operations waits until the work that asks for it is polled once more.
pub struct SteppedStore(Arc<dyn Store>);

impl SteppedStore {
    /// Lets the operations of a store wait.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self(store)
    }
}

/// Waits to be polled again.
async fn turn() {
    let mut has_waited = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut has_waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Lets the first work take some steps, then the second one some, then lets the first and at last the second come to
/// their ends. A work that ends before takes no more steps. A step is an operation of a [`SteppedStore`], or several
/// that are asked for at once.
///
/// Nothing but the store is waited for, so no runtime is needed.
pub fn interleave<A, B>(
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
    steps: (usize, usize),
) -> (A, B) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let mut context = Context::from_waker(Waker::noop());
    let (mut one, mut other) = (None, None);
    for _ in 0..steps.0 {
        poll_on(&mut one, first.as_mut(), &mut context);
    }
    for _ in 0..steps.1 {
        poll_on(&mut other, second.as_mut(), &mut context);
    }
    let one = finish(one, first, &mut context).0;
    (one, finish(other, second, &mut context).0)
}

/// How many steps a work takes that nothing disturbs.
pub fn steps<A>(work: impl Future<Output = A>) -> usize {
    finish(None, pin!(work), &mut Context::from_waker(Waker::noop())).1
}

fn poll_on<A>(done: &mut Option<A>, work: std::pin::Pin<&mut impl Future<Output = A>>, context: &mut Context<'_>) {
    if done.is_none()
        && let Poll::Ready(output) = work.poll(context)
    {
        *done = Some(output);
    }
}

fn finish<A>(
    mut done: Option<A>,
    mut work: std::pin::Pin<&mut impl Future<Output = A>>,
    context: &mut Context<'_>,
) -> (A, usize) {
    let mut steps = 0;
    loop {
        if let Some(output) = done {
            return (output, steps);
        }
        poll_on(&mut done, work.as_mut(), context);
        steps += 1;
    }
}

#[async_trait]
impl Store for SteppedStore {
    async fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        turn().await;
        self.0.list(prefix).await
    }

    async fn get(&self, key: &str) -> Result<(Bytes, String), StoreError> {
        turn().await;
        self.0.get(key).await
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        turn().await;
        self.0.get_range(key, range).await
    }

    async fn get_tail(&self, key: &str, length: u64) -> Result<Bytes, StoreError> {
        turn().await;
        self.0.get_tail(key, length).await
    }

    async fn stream(&self, key: &str, etag: &str, from: u64) -> Result<Box<dyn Body>, StoreError> {
        turn().await;
        self.0.stream(key, etag, from).await
    }

    async fn put(&self, key: &str, bytes: Bytes, condition: Condition) -> Result<(), StoreError> {
        turn().await;
        self.0.put(key, bytes, condition).await
    }

    async fn upload(&self, file: &Path, key: &str) -> Result<(), StoreError> {
        turn().await;
        self.0.upload(file, key).await
    }

    async fn concatenate(&self, sources: &[Object], key: &str) -> Result<(), StoreError> {
        turn().await;
        self.0.concatenate(sources, key).await
    }

    async fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        turn().await;
        self.0.delete(keys).await
    }

    fn requests(&self) -> u64 {
        self.0.requests()
    }

    fn reads(&self) -> u64 {
        self.0.reads()
    }

    fn address(&self, key: &str) -> String {
        self.0.address(key)
    }
}
