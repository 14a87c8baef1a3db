//! Tries of requests that the SDK cannot repeat: writes under a condition, and the rest of broken bodies.

use super::client::Patience;

/// The tries that failed so far.
#[derive(Debug, Default)]
pub(super) struct FailedTries(u32);

impl FailedTries {
    /// Counts a failed try and waits before the next one. `false` if that was the last.
    pub(super) async fn wait_for_next(&mut self, patience: &Patience, key: &str) -> bool {
        self.0 += 1;
        if self.0 >= patience.attempts {
            return false;
        }
        tokio::time::sleep(patience.pause(key, self.0 - 1)).await;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn there_are_as_many_tries_as_the_patience_allows() {
        let patience = Patience { attempts: 3, pause: Duration::from_millis(1), ..Patience::AWS };
        let mut failed = FailedTries::default();
        let mut tries = 1;
        while failed.wait_for_next(&patience, "a").await {
            tries += 1;
        }
        assert_eq!(tries, 3);
    }
}
