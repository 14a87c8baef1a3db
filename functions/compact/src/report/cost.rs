//! What a run costs by list price.

use onefold_lake::keys::Stage;
use onefold_report::{Cost, Dollars, StageCost, list_prices};

use super::measured::{Measured, StageMeasures};

/// State transitions of an execution whatever its size: choices, passes, and Compact.
const TRANSITIONS: u64 = 12;
/// Milliseconds times megabytes of a GB-second.
const MB_MS: f64 = 1_024_000.0;

/// What the stages cost that were measured.
pub(super) fn cost(measured: &Measured) -> Cost {
    let architecture = match std::env::consts::ARCH {
        "aarch64" => "arm64",
        other => other,
    };
    let prices = list_prices(architecture);
    let sum = |of: fn(&StageMeasures) -> u64| measured.stages().map(|(_, stage)| of(stage)).sum::<u64>();
    let (requests, reads) = (sum(|stage| stage.s3_requests), sum(|stage| stage.s3_reads));
    let writes = requests.saturating_sub(reads);
    let invocations = sum(|stage| stage.invocations);
    let transitions =
        TRANSITIONS + measured.stages().map(|(stage, measures)| transitions(stage) * measures.invocations).sum::<u64>();
    let gb_seconds = sum(|stage| stage.mb_ms) as f64 / MB_MS;
    let dollars = Dollars {
        lambda_seconds: rounded(gb_seconds * prices.gb_second),
        lambda_requests: rounded(invocations as f64 * prices.million_lambda_requests / 1e6),
        s3_requests: rounded(
            (reads as f64 * prices.thousand_s3_reads + writes as f64 * prices.thousand_s3_writes) / 1e3,
        ),
        state_transitions: rounded(transitions as f64 * prices.thousand_state_transitions / 1e3),
        total: 0.0,
    };
    let total = dollars.lambda_seconds + dollars.lambda_requests + dollars.s3_requests + dollars.state_transitions;
    Cost {
        architecture: architecture.to_owned(),
        invocations,
        cpu_ms: sum(|stage| stage.cpu_ms),
        gb_seconds: rounded(gb_seconds),
        s3_requests: requests,
        state_transitions: transitions,
        stages: measured.stages().map(of_stage).collect(),
        dollars: Dollars { total: rounded(total), ..dollars },
        prices,
    }
}

fn of_stage((stage, measures): (Stage, &StageMeasures)) -> StageCost {
    StageCost {
        stage: stage.name().to_owned(),
        cpu_ms: measures.cpu_ms,
        gb_seconds: rounded(measures.mb_ms as f64 / MB_MS),
        s3_requests: measures.s3_requests,
    }
}

/// About how many states an invocation of a stage passes. A queue calls Translate.
const fn transitions(stage: Stage) -> u64 {
    match stage {
        Stage::Translate => 0,
        Stage::Extract => 3,
        // Rounds: the function that plans the next one, and the choice behind it.
        Stage::Block | Stage::Link => 2,
        _ => 1,
    }
}

/// With six decimals: so many are read back exactly.
fn rounded(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use onefold_lake::run::receipt;

    use super::super::measured::tests::measured;
    use super::*;

    #[test]
    fn a_run_costs_its_seconds_and_requests() {
        let merge = receipt::Cost {
            elapsed_ms: 500_000,
            memory_mb: 2_048,
            cpu_ms: 400_000,
            s3_requests: 3_000_000,
            s3_reads: 2_000_000,
            ..receipt::Cost::default()
        };
        let cost =
            cost(&measured(&[(Stage::Merge, merge), (Stage::Merge, merge), (Stage::Plan, receipt::Cost::default())]));
        assert_eq!(
            (cost.invocations, cost.cpu_ms, cost.s3_requests, cost.gb_seconds),
            (3, 800_000, 6_000_000, 2_000.0)
        );
        assert_eq!(cost.state_transitions, TRANSITIONS + 3);
        let prices = list_prices(&cost.architecture);
        assert_eq!(cost.dollars.lambda_seconds, rounded(2_000.0 * prices.gb_second));
        assert_eq!(cost.dollars.s3_requests, 4_000.0 * 0.0004 + 2_000.0 * 0.005);
        let sum = cost.dollars.lambda_seconds + cost.dollars.lambda_requests + cost.dollars.s3_requests;
        assert!((cost.dollars.total - sum - cost.dollars.state_transitions).abs() < 1e-6, "{:?}", cost.dollars);
    }
}
