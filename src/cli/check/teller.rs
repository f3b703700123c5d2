//! Findings in, text out: the sequence in which what runs came to is told. It does not ask where a
//! finding comes from: a run that was just made, or a file.

use super::super::exit::{Exit, Failure};
use super::export::{Export, Summary};
use crate::results::{Plan, Run, Totals};

/// Tells the runs of a plan, which come in its order.
pub(in crate::cli) struct Teller {
    plan: Plan,
    export: Box<dyn Export>,
    /// The file of the scenario at hand, while some of its runs are yet to come.
    begun: Option<String>,
    /// Its runs.
    scenario: Totals,
    /// All runs.
    totals: Totals,
}

impl Teller {
    /// Nothing is told yet.
    pub fn new(plan: Plan, export: Box<dyn Export>) -> Self {
        let (scenario, totals) = (Totals::default(), Totals::default());
        Self { plan, export, begun: None, scenario, totals }
    }

    /// Takes the next run; gives the text that is written next, maybe none.
    pub fn take(&mut self, run: &Run) -> String {
        let ends = self.plan.ends_scenario(self.totals.runs);
        self.scenario.add(&run.finding);
        self.totals.add(&run.finding);
        let mut text = self.export.run(run);
        if ends {
            text += &self.export.scenario(&run.file, &self.scenario);
            (self.begun, self.scenario) = (None, Totals::default());
        } else if self.begun.is_none() {
            self.begun = Some(run.file.clone());
        }
        text
    }

    /// What all runs so far came to.
    pub const fn totals(&self) -> &Totals {
        &self.totals
    }

    /// The text at the end, which may come before all runs of the plan did.
    pub fn summary(&mut self) -> String {
        let mut text = String::new();
        if let Some(file) = self.begun.take() {
            text += &self.export.scenario(&file, &self.scenario);
        }
        let summary = Summary {
            scenarios: self.plan.files.len() as u64,
            not_made: self.plan.runs().saturating_sub(self.totals.runs),
            totals: &self.totals,
        };
        text + &self.export.summary(&summary)
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
