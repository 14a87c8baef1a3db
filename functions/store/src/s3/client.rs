//! The client of S3, with its time limits and retries.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    Builder, RequestChecksumCalculation, ResponseChecksumValidation, StalledStreamProtectionConfig,
};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// How many times slower an upload from a user's machine may be than one from a function.
const SLOWER_FROM_A_FILE: u64 = 32;
/// How many times faster a copy within S3 is than an upload.
const FASTER_WITHIN_S3: u64 = 16;
/// Greatest pause between two tries.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Time limits and retries of requests to S3.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Time limit for a connection.
    pub connect: Duration,
    /// Time limit for an answer, and for the next piece of a body.
    pub answer: Duration,
    /// The slowest upload that is allowed, on top of `answer`.
    pub bytes_per_second_min: u64,
    /// How often a request is tried in all.
    pub attempts: u32,
    /// The pause after the first try. It doubles with each further one.
    pub pause: Duration,
    /// Whether an upload may stand still until its time limit.
    pub may_stand_still: bool,
}

impl Patience {
    /// For AWS, which answers within a fraction of a second. Requests that take longer are tried on another connection.
    pub const AWS: Self = Self {
        connect: Duration::from_secs(2),
        answer: Duration::from_secs(10),
        bytes_per_second_min: 512 << 10,
        attempts: 4,
        pause: Duration::from_millis(100),
        may_stand_still: false,
    };

    /// For a local cloud, where one process serves all requests and may stand still for a while.
    pub const LOCAL: Self = Self { answer: Duration::from_secs(60), may_stand_still: true, ..Self::AWS };

    /// Time limit for an attempt that sends so many bytes.
    pub(super) fn sending(&self, bytes: u64) -> Duration {
        self.answer + Duration::from_secs(bytes / self.bytes_per_second_min.max(1))
    }

    /// Time limit for an attempt that sends so many bytes of a file. The line may be slow and shared. If an upload
    /// stands still, the SDK gives it up earlier.
    pub(super) fn sending_a_file(&self, bytes: u64) -> Duration {
        self.sending(bytes.saturating_mul(SLOWER_FROM_A_FILE))
    }

    /// Time limit for an attempt that copies so many bytes within S3.
    pub(super) fn copying(&self, bytes: u64) -> Duration {
        self.sending(bytes / FASTER_WITHIN_S3)
    }

    /// Time limit for an attempt that ends an upload: "processing could take several minutes", says the API reference.
    pub(super) fn completing(&self) -> Duration {
        self.answer * 18
    }

    /// The pause after a number of tries. It differs by key, so that clients do not all return at once.
    pub(super) fn pause(&self, key: &str, tries: u32) -> Duration {
        let whole = (self.pause * 2_u32.saturating_pow(tries)).min(PAUSE_MAX);
        let percent = 50 + xxh3_64_with_seed(key.as_bytes(), u64::from(tries)) % 51;
        whole * percent as u32 / 100
    }

    /// The time limits of a request whose attempts take up to `attempt`.
    pub(super) fn timeouts(&self, attempt: Duration) -> TimeoutConfig {
        TimeoutConfig::builder()
            .connect_timeout(self.connect)
            // The SDK's read timeout counts from the first byte that is sent, and needs its own connections for each
            // value. The attempt's timeout covers it: it ends with the answer, and bodies have limits for each piece.
            .disable_read_timeout()
            .operation_attempt_timeout(self.connect + attempt)
            // The last attempt gets the time that the others left. If all took their whole time, it would not help.
            .operation_timeout((self.connect + attempt) * self.attempts.saturating_sub(1).max(1))
            .build()
    }

    fn retries(&self) -> RetryConfig {
        RetryConfig::standard()
            .with_max_attempts(self.attempts)
            .with_initial_backoff(self.pause)
            .with_max_backoff(PAUSE_MAX)
    }
}

/// A client. `config` has endpoint and credentials. Time limits, retries and checksums are set here, the same for the
/// functions and the command.
pub fn client(config: Builder, patience: Patience) -> Client {
    // Downloads that stand still are noticed and resumed by the store. Only the SDK sees the pieces of uploads.
    let stalled = StalledStreamProtectionConfig::enabled()
        .upload_enabled(!patience.may_stand_still)
        .download_enabled(false)
        .grace_period(patience.answer * 2)
        .build();
    let config = config
        .timeout_config(patience.timeouts(patience.answer))
        .retry_config(patience.retries())
        .stalled_stream_protection(stalled)
        // TCP and zstd have checksums of their own; a second pass over every byte would cost CPU.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .build();
    Client::from_conf(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_has_every_limit() {
        let client =
            client(Builder::new().behavior_version(aws_sdk_s3::config::BehaviorVersion::latest()), Patience::AWS);
        let timeouts = client.config().timeout_config().unwrap();
        assert_eq!(timeouts.connect_timeout(), Some(Duration::from_secs(2)));
        assert_eq!(timeouts.operation_attempt_timeout(), Some(Duration::from_secs(12)));
        assert_eq!(timeouts.operation_timeout(), Some(Duration::from_secs(36)));
        let retries = client.config().retry_config().unwrap();
        assert_eq!((retries.max_attempts(), retries.initial_backoff()), (4, Duration::from_millis(100)));
    }

    #[test]
    fn large_requests_have_more_time() {
        let patience = Patience::AWS;
        assert_eq!(patience.sending(1000), Duration::from_secs(10));
        assert_eq!(patience.sending(16 << 20), Duration::from_secs(10 + 32));
        assert_eq!(patience.copying(256 << 20), Duration::from_secs(10 + 32));
        assert_eq!(patience.sending_a_file(64 << 20), Duration::from_secs(10 + 4096));
    }

    #[test]
    fn pauses_grow_and_differ_by_key() {
        let pauses: Vec<Duration> = (0..12).map(|tries| Patience::AWS.pause("a", tries)).collect();
        assert!((50..=100).contains(&pauses[0].as_millis()));
        assert!(pauses.iter().all(|pause| *pause <= PAUSE_MAX) && pauses[11] >= PAUSE_MAX / 2);
        assert_ne!(Patience::AWS.pause("b", 0), pauses[0]);
    }
}
