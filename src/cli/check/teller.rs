//! Findings in, text out: the sequence in which what runs came to is told. It does not ask where a
//! finding comes from: a run that was just made, or a file.

use super::super::exit::{Exit, Failure};
use super::export::Export;
use crate::results::{Plan, Run, Totals};

/// Tells the runs of a plan, which come in its order.
pub(in crate::cli) struct Teller {
    plan: Plan,
    export: Box<dyn Export>,
    /// The runs of the scenario at hand.
    scenario: Totals,
    /// All runs.
    totals: Totals,
}

impl Teller {
    /// Nothing is told yet.
    pub fn new(plan: Plan, export: Box<dyn Export>) -> Self {
        Self { plan, export, scenario: Totals::default(), totals: Totals::default() }
    }

    /// Takes the next run; gives the text that is written next, maybe none.
    pub fn take(&mut self, run: &Run) -> String {
        self.scenario.add(&run.finding);
        self.totals.add(&run.finding);
        let mut text = self.export.run(run);
        if run.seed == self.plan.seeds.last() {
            text += &self.export.scenario(&run.file, &self.scenario);
            self.scenario = Totals::default();
        }
        text
    }

    /// What all runs so far came to.
    pub const fn totals(&self) -> &Totals {
        &self.totals
    }

    /// The text at the end.
    pub fn summary(&mut self) -> String {
        self.export.summary(self.plan.files.len() as u64, &self.totals)
    }

    /// What the process answers.
    ///
    /// # Errors
    /// Some run was not as expected.
    pub fn exit(&self) -> Result<Exit, Failure> {
        let Totals { runs, failed, differing, bugs, .. } = self.totals;
        let exit = match (bugs, differing, failed) {
            (0, 0, 0) => return Ok(Exit::Expected),
            (0, 0, _) => Exit::Violated,
            (0, _, _) => Exit::Differs,
            (_, _, _) => Exit::Bug,
        };
        Err(Failure::new(exit, format!("{failed} of {runs} runs failed")))
    }
}
