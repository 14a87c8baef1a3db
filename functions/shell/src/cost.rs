//! Measures the cost of an invocation. Only this module reads the clock; stages do not.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use onefold_lake::run::receipt::Cost;
use onefold_store::Store;

/// CPU time of the process that earlier invocations reported, in milliseconds.
static REPORTED_CPU_MS: AtomicU64 = AtomicU64::new(0);
/// Whether the process has begun to work.
static IS_WARM: AtomicBool = AtomicBool::new(false);

/// A running measurement.
#[derive(Debug)]
pub(crate) struct Meter {
    started: Instant,
    started_ms: u64,
    is_cold_start: bool,
    requests: u64,
    reads: u64,
}

impl Meter {
    #[expect(clippy::disallowed_methods, reason = "what an invocation costs is measured")]
    pub(crate) fn start(store: &dyn Store) -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            started: Instant::now(),
            started_ms: milliseconds(since_1970),
            is_cold_start: !IS_WARM.swap(true, Ordering::Relaxed),
            requests: store.requests(),
            reads: store.reads(),
        }
    }

    /// The cost so far, of a function of so much memory. CPU time counts from the last call in this process, so the first invocation includes the
    /// start-up, and each one the runtime's work before it.
    pub(crate) fn cost(&self, store: &dyn Store, memory_mb: u64) -> Cost {
        let cpu_ms = cpu_ms();
        let before = REPORTED_CPU_MS.swap(cpu_ms, Ordering::Relaxed);
        Cost {
            elapsed_ms: milliseconds(self.started.elapsed()),
            cpu_ms: cpu_ms.saturating_sub(before),
            max_rss_bytes: max_rss_bytes(),
            s3_requests: store.requests().saturating_sub(self.requests),
            s3_reads: store.reads().saturating_sub(self.reads),
            started_ms: self.started_ms,
            is_cold_start: self.is_cold_start,
            memory_mb,
        }
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// CPU time of the process: the sum over the `schedstat` of its threads. That counts nanoseconds, while
/// `/proc/self/stat` counts ticks of 10 ms.
fn cpu_ms() -> u64 {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else {
        return 0;
    };
    let nanoseconds: u64 = threads
        .filter_map(Result::ok)
        .filter_map(|thread| std::fs::read_to_string(thread.path().join("schedstat")).ok())
        .filter_map(|text| text.split_whitespace().next()?.parse::<u64>().ok())
        .sum();
    nanoseconds / 1_000_000
}

/// The peak of resident memory, from `/proc/self/status`. (`getrusage` would also count the process that started this
/// one, as it was before `exec`.)
fn max_rss_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: Option<u64> = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok());
    kilobytes.unwrap_or_default() * 1024
}

#[cfg(test)]
mod tests {
    use onefold_store::memory::MemoryStore;

    use super::*;

    #[test]
    fn only_the_first_invocation_of_a_process_is_a_cold_start() {
        let store = MemoryStore::default();
        let _first = Meter::start(&store);
        let cost = Meter::start(&store).cost(&store, 1_769);
        assert_eq!((cost.is_cold_start, cost.memory_mb, cost.s3_reads), (false, 1_769, 0));
        assert!(cost.started_ms > 1_700_000_000_000, "{cost:?}");
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "CPU time must pass")]
    fn measures_this_process() {
        let before = cpu_ms();
        let mut sum = 0u64;
        let started = Instant::now();
        while started.elapsed().as_millis() < 60 {
            sum = sum.wrapping_add(std::hint::black_box(1));
        }
        assert!(cpu_ms() > before, "{sum}");
        assert!(max_rss_bytes() > 100_000);
    }
}
