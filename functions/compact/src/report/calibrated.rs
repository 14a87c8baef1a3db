//! What people's answers measure of the scores.

use onefold_lake::version::review;
use onefold_report::{Agreement, CalibrationBin, Measured, MeasuredScores};

/// What the report says of a calibration. `notes` are those of the manifest.
pub(super) fn of_calibration(calibration: review::Calibration, notes: Vec<String>) -> MeasuredScores {
    let review::Calibration { precision, recall, bins, .. } = calibration;
    MeasuredScores {
        precision: agreement(precision),
        recall: agreement(recall),
        bins: bins.into_iter().map(bin).collect(),
        notes,
    }
}

fn agreement(review::Agreement { expected, measured: found }: review::Agreement) -> Agreement {
    Agreement { expected, measured: found.map(measured) }
}

fn measured(review::Measured { share, interval, answers }: review::Measured) -> Measured {
    Measured { share, interval, answers }
}

/// Answers about other pairs than those of the sample are left out: they say nothing about the scores.
fn bin(bin: review::CalibrationBin) -> CalibrationBin {
    let review::CalibrationBin { from, below, pairs, expected, sampled, observed, answered: _ } = bin;
    CalibrationBin { from, below, pairs, expected, sampled, observed: observed.map(measured) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_what_the_calibration_says_of_the_sample() {
        let found = review::Measured { share: 0.75, interval: [0.5, 0.9], answers: 8 };
        let calibration = review::Calibration {
            threshold: 4.25,
            answers: review::AnswerCounts { same: 9, different: 4, skipped: 1, not_compared: 1 },
            bins: vec![review::CalibrationBin {
                from: None,
                below: Some(-3.0),
                pairs: 70,
                expected: 0.25,
                sampled: [8, 6],
                answered: [12, 8],
                observed: Some(found),
            }],
            precision: review::Agreement { expected: Some(0.8), measured: Some(found) },
            recall: review::Agreement { expected: Some(0.7), measured: None },
        };
        let told = Measured { share: 0.75, interval: [0.5, 0.9], answers: 8 };
        let expected = MeasuredScores {
            precision: Agreement { expected: Some(0.8), measured: Some(told) },
            recall: Agreement { expected: Some(0.7), measured: None },
            bins: vec![CalibrationBin {
                from: None,
                below: Some(-3.0),
                pairs: 70,
                expected: 0.25,
                sampled: [8, 6],
                observed: Some(told),
            }],
            notes: vec!["a note".to_owned()],
        };
        assert_eq!(of_calibration(calibration, vec!["a note".to_owned()]), expected);
    }
}
