//! What stages need of memory, measured, against what `MemoryBudget` says that they need: never more, and not much less.

mod allocator;
mod block;
mod export;
mod lake;
mod link;
mod merge;
mod partition;
mod scores;
mod tables;
mod translate;

/// What was measured, against the formulas.
#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    /// Notes what a stage needed, and what the formula says.
    fn note(&mut self, what: &str, measured: usize, formula: u64) {
        let percent = measured as u64 * 100 / formula.max(1);
        println!("{what}: {measured} bytes of {formula}, {percent} %");
        if !(LEAST_PERCENT..=100).contains(&percent) {
            self.0.push(format!("{what}: {percent} %"));
        }
    }
}

/// A formula that says far more than is needed would refuse what fits.
const LEAST_PERCENT: u64 = 33;

impl Findings {
    /// Asserts that all keep to their formulas.
    #[track_caller]
    fn assert(self) {
        assert!(self.0.is_empty(), "the formulas do not hold: {:#?}", self.0);
    }
}
