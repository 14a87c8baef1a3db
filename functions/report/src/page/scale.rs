//! Scales: from a value to its place between the two ends of an axis.

/// How far a value is along an axis: 0 at its start, 1 at its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// Equal steps have equal lengths.
    Linear {
        /// The value at the start.
        from: f64,
        /// The value at the end.
        to: f64,
    },
    /// Equal factors have equal lengths. Nought stands at the start; 1 is a little above, so it can be seen.
    Log {
        /// The value at the end, at least 10.
        to: f64,
    },
}

/// How much of a logarithmic axis is below 1.
const BELOW_ONE: f64 = 0.06;

impl Scale {
    /// From 0 to a round number at or above `most`.
    pub fn linear_to(most: f64) -> Self {
        let step = step(most, 4.0);
        let to = if step > 0.0 { (most / step).ceil() * step } else { 1.0 };
        Self::Linear { from: 0.0, to }
    }

    /// From a round number at or below `least` to one at or above `most`: from 0 unless they are close to each other.
    pub fn linear_around(least: f64, most: f64) -> Self {
        if least < most * 0.5 || least <= 0.0 {
            return Self::linear_to(most);
        }
        // Small differences do not look like great ones, and three digits tell neighbouring ticks apart.
        let step = step((most - least).max(most * 0.04), 4.0);
        let from = (least / step).floor() * step;
        Self::Linear { from, to: ((most / step).ceil() * step).max(from + 2.0 * step) }
    }

    /// From 0 to the power of ten at or above `most`.
    pub fn log_to(most: f64) -> Self {
        Self::Log { to: 10_f64.powf(most.max(10.0).log10().ceil()) }
    }

    /// The place of a value. What is beyond an end stands at it.
    pub fn place(self, value: f64) -> f64 {
        let place = match self {
            Self::Linear { from, to } if to > from => (value - from) / (to - from),
            Self::Linear { .. } => 0.0,
            Self::Log { .. } if value < 1.0 => 0.0,
            Self::Log { to } => BELOW_ONE + (1.0 - BELOW_ONE) * value.log10() / to.log10(),
        };
        if place.is_finite() { place.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// About `wanted` round values along the axis, or fewer.
    pub fn ticks(self, wanted: usize) -> Vec<f64> {
        match self {
            Self::Linear { from, to } => linear_ticks(from, to, wanted),
            Self::Log { to } => log_ticks(to, wanted),
        }
    }
}

fn linear_ticks(from: f64, to: f64, wanted: usize) -> Vec<f64> {
    let step = step(to - from, wanted.max(1) as f64);
    if step <= 0.0 {
        return vec![from];
    }
    let first = (from / step).ceil() as i64;
    let last = (to / step + 1e-9).floor() as i64;
    (first..=last).map(|number| number as f64 * step).collect()
}

fn log_ticks(to: f64, wanted: usize) -> Vec<f64> {
    let powers = to.log10().round() as i32;
    let every = (powers as usize + 1).div_ceil(wanted.max(1)).max(1);
    (0..=powers).step_by(every).map(|power| 10_f64.powi(power)).collect()
}

/// A step of 1, 2 or 5 times a power of ten that divides a length into at most about `parts` parts; 0 for no length.
fn step(length: f64, parts: f64) -> f64 {
    let least = length / parts;
    if !least.is_finite() || least <= 0.0 {
        return 0.0;
    }
    let power = 10_f64.powf(least.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= least * 0.999).unwrap_or(10.0);
    factor * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_round() {
        assert_eq!(Scale::linear_to(73.0), Scale::Linear { from: 0.0, to: 80.0 });
        assert_eq!(Scale::linear_to(0.0), Scale::Linear { from: 0.0, to: 1.0 });
        assert_eq!(Scale::linear_around(3.0, 73.0), Scale::Linear { from: 0.0, to: 80.0 });
        assert_eq!(Scale::linear_around(61.0, 73.0), Scale::Linear { from: 60.0, to: 75.0 });
        assert_eq!(Scale::linear_around(100.0, 100.0), Scale::Linear { from: 100.0, to: 102.0 });
        assert_eq!(Scale::linear_around(0.0, 0.0), Scale::Linear { from: 0.0, to: 1.0 });
        assert_eq!(Scale::log_to(4_200.0), Scale::Log { to: 10_000.0 });
        assert_eq!(Scale::log_to(0.0), Scale::Log { to: 10.0 });
    }

    #[test]
    fn ticks_are_round_and_within_the_ends() {
        assert_eq!(Scale::Linear { from: -13.0, to: 22.0 }.ticks(5), [-10.0, 0.0, 10.0, 20.0]);
        assert_eq!(Scale::linear_to(73.0).ticks(4), [0.0, 20.0, 40.0, 60.0, 80.0]);
        assert_eq!(Scale::log_to(1_000_000.0).ticks(4), [1.0, 100.0, 10_000.0, 1_000_000.0]);
    }

    #[test]
    fn every_place_is_between_the_ends() {
        let log = Scale::log_to(1_000.0);
        assert_eq!((log.place(0.0), log.place(1.0), log.place(1_000.0)), (0.0, BELOW_ONE, 1.0));
        for value in [f64::NAN, f64::INFINITY, -1e300, 1e300] {
            for scale in [log, Scale::linear_to(10.0), Scale::Linear { from: 1.0, to: 1.0 }] {
                assert!((0.0..=1.0).contains(&scale.place(value)), "{value} on {scale:?}");
            }
        }
    }
}
