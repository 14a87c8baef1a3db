//! List prices of AWS. Look them up again from time to time, and change the date.

use crate::Prices;

/// The prices of functions that were built for this architecture, `arm64` or `x86_64`.
///
/// The first price of each kind, without the free tier.
pub fn list_prices(architecture: &str) -> Prices {
    Prices {
        region: "us-east-1".to_owned(),
        date: "2026-11-28".to_owned(),
        source: "https://aws.amazon.com/lambda/pricing/, https://aws.amazon.com/s3/pricing/, \
                 https://aws.amazon.com/step-functions/pricing/"
            .to_owned(),
        gb_second: if architecture == "arm64" { 0.000_013_333_4 } else { 0.000_016_666_7 },
        million_lambda_requests: 0.2,
        thousand_s3_reads: 0.000_4,
        thousand_s3_writes: 0.005,
        thousand_state_transitions: 0.025,
    }
}
