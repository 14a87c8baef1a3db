//! How long to wait before a page is asked for again.
//!
//! These are not the store's retries: the source's settings and the server's `Retry-After` say how often and how long,
//! and a wait that is longer than the invocation is kept with the position, so that the next one waits for the rest.

use std::time::Duration;

use hyper::HeaderMap;
use hyper::header::{DATE, RETRY_AFTER};
use onefold_config::HttpPatience;
use xxhash_rust::xxh3::xxh3_64;

/// Longest wait, unless the server asks for more.
const LONGEST: Duration = Duration::from_secs(60);

/// The wait after `failures` tries (from 1 on): exponential backoff with full jitter (Brooker 2015, "Exponential
/// Backoff And Jitter", AWS Architecture Blog), and never shorter than `asked`, which the server asks for.
///
/// The jitter is derived from `seed`: it must differ between invocations, and need not be unpredictable.
pub(super) fn wait(patience: &HttpPatience, failures: u32, asked: Option<Duration>, seed: &str) -> Duration {
    let doubled = patience.wait.saturating_mul(1u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX));
    let hash = xxh3_64(format!("{seed} {failures}").as_bytes());
    let share = (hash >> 11) as f64 / (1u64 << 53) as f64;
    let jittered = doubled.min(LONGEST).mul_f64(share);
    asked.map_or(jittered, |asked| asked.max(jittered))
}

/// How long the server asks to wait, by `Retry-After` (RFC 9110, 10.2.3). A date is compared with the `Date` of the
/// answer.
pub(super) fn asked_for(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let now = httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()?;
    let then = httpdate::parse_http_date(text).ok()?;
    Some(then.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: HttpPatience = HttpPatience { timeout: Duration::ZERO, tries: 20, wait: Duration::from_secs(1) };

    #[test]
    fn waits_grow_up_to_a_limit_and_differ() {
        for failures in 1..40 {
            let most = Duration::from_secs(1 << (failures - 1).min(6)).min(LONGEST);
            let waits: Vec<Duration> =
                (0..100).map(|run| wait(&PATIENCE, failures, None, &format!("run {run}"))).collect();
            assert!(waits.iter().all(|wait| *wait <= most), "{failures}");
            let mean = waits.iter().sum::<Duration>() / 100;
            assert!(mean > most / 3 && mean < most * 2 / 3, "{failures}: {mean:?} of {most:?}");
        }
        assert_eq!(wait(&PATIENCE, 3, None, "a"), wait(&PATIENCE, 3, None, "a"), "a try is like its repetition");
    }

    #[test]
    fn the_server_decides_the_least() {
        let asked = Duration::from_secs(300);
        assert_eq!(wait(&PATIENCE, 1, Some(asked), "a"), asked);
        assert_eq!(wait(&PATIENCE, 3, Some(Duration::ZERO), "a"), wait(&PATIENCE, 3, None, "a"));
    }

    #[test]
    fn reads_seconds_and_dates() {
        let asked = |after: &str, date: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, after.parse().unwrap());
            date.map(|date| headers.insert(DATE, date.parse().unwrap()));
            asked_for(&headers).map(|wait| wait.as_secs())
        };
        let now = Some("Fri, 31 Dec 1999 23:58:59 GMT");
        assert_eq!(asked("120", None), Some(120));
        assert_eq!(asked("Fri, 31 Dec 1999 23:59:59 GMT", now), Some(60));
        assert_eq!(asked("Fri, 31 Dec 1999 23:57:59 GMT", now), Some(0));
        assert_eq!(asked("Fri, 31 Dec 1999 23:59:59 GMT", None), None, "there is no telling how long that is");
        assert_eq!(asked("soon", now), None);
        assert_eq!(asked("-1", now), None);
        assert_eq!(asked_for(&HeaderMap::new()), None);
    }
}
