//! Findings in, text out: the sequence in which what runs came to is told. It does not ask where a
//! finding comes from: a run that was just made, or a file.

use super::super::exit::{Exit, Failure};
use super::export::{Ended, Export, Summary};
use crate::results::baseline::{Comparison, Tally};
use crate::results::saved::Saved;
use crate::results::{Plan, Run, Totals};

/// Tells the runs of a plan, which come in its order.
pub(in crate::cli) struct Teller {
    plan: Plan,
    export: Box<dyn Export>,
    asides: Vec<Aside>,
    /// The file of the scenario at hand, while some of its runs are yet to come.
    begun: Option<String>,
    /// Its runs.
    scenario: Totals,
    /// All runs of the plan.
    totals: Totals,
    /// Failures of earlier checks that are to be run again before, and those that were.
    saved_planned: u64,
    saved: Totals,
    /// The baseline that runs are held against.
    comparison: Option<Comparison>,
    interrupted: bool,
}

/// A form whose text is written at the end, and the text so far.
struct Aside {
    export: Box<dyn Export>,
    text: String,
}

impl Teller {
    /// Nothing is told yet. What `export` tells is written as it comes, what `asides` tell at the end.
    pub fn new(plan: Plan, export: Box<dyn Export>, asides: Vec<Box<dyn Export>>) -> Self {
        let (scenario, totals) = (Totals::default(), Totals::default());
        let aside = |export| Aside { export, text: String::new() };
        let asides = asides.into_iter().map(aside).collect();
        let (saved_planned, saved) = (0, Totals::default());
        let (comparison, interrupted) = (None, false);
        Self {
            plan,
            export,
            asides,
            begun: None,
            scenario,
            totals,
            saved_planned,
            saved,
            comparison,
            interrupted,
        }
    }

    /// So many failures of earlier checks come before the runs of the plan.
    pub fn expect_saved(&mut self, number: u64) {
        self.saved_planned = number;
    }

    /// The runs of the plan are held against a baseline.
    pub fn compare(&mut self, comparison: Comparison) {
        self.comparison = Some(comparison);
    }

    /// Takes the next failure of an earlier check, which was run again.
    pub fn take_saved(&mut self, folder: &str, run: &Run, saved: &Saved) -> String {
        self.saved.add(&run.finding);
        let text = self.tell(|export| export.saved(run, saved));
        if self.saved.runs < self.saved_planned {
            return text;
        }
        let totals = self.saved;
        text + &self.tell(|export| export.all_saved(folder, &totals))
    }

    /// Takes the next run; gives the text that is written next, maybe none.
    pub fn take(&mut self, run: &Run) -> String {
        let ends = self.plan.ends_scenario(self.totals.runs);
        self.scenario.add(&run.finding);
        self.totals.add(&run.finding);
        let mut text = self.tell(|export| export.run(run));
        let changes = self.comparison.as_mut().map(|comparison| comparison.take(run));
        if let Some(changes) = changes.filter(|changes| !changes.is_empty()) {
            text += &self.tell(|export| export.moved(run, &changes));
        }
        if ends {
            text += &self.end_scenario(&run.file);
        } else if self.begun.is_none() {
            self.begun = Some(run.file.clone());
        }
        text
    }

    /// Runs so far, and how many of them failed.
    pub const fn so_far(&self) -> (u64, u64) {
        (self.totals.runs + self.saved.runs, self.totals.failed + self.saved.failed)
    }

    /// Runs so far that violated a property, as expected or not.
    pub const fn violations(&self) -> u64 {
        self.totals.violations + self.saved.violations
    }

    /// No more runs come, as the process was interrupted.
    pub fn interrupt(&mut self) {
        self.interrupted = true;
    }

    fn ended(&self) -> Ended {
        match (self.left(), self.interrupted) {
            (0, _) => Ended::Complete,
            (_, true) => Ended::Interrupted,
            (_, false) => Ended::Cut,
        }
    }

    /// Runs that are not told yet.
    fn left(&self) -> u64 {
        let planned = self.plan.runs().saturating_add(self.saved_planned);
        planned.saturating_sub(self.so_far().0)
    }

    /// Whether all runs were told.
    pub fn is_complete(&self) -> bool {
        self.left() == 0
    }

    /// The text at the end, which may come before all runs of the plan did.
    pub fn summary(&mut self) -> String {
        let mut text = String::new();
        if let Some(file) = self.begun.take() {
            text += &self.end_scenario(&file);
        }
        let (scenarios, totals) = (self.plan.files.len() as u64, self.totals);
        let (ended, not_made, saved) = (self.ended(), self.left(), self.saved);
        let tally = self.comparison.as_ref().map(|comparison| comparison.tally().clone());
        let baseline = tally.as_ref();
        let summary =
            Summary { scenarios, ended, not_made, totals: &totals, saved: &saved, baseline };
        text + &self.tell(|export| export.summary(&summary))
    }

    /// What is written beside the output, in the order of the asides.
    pub fn asides(&mut self) -> impl Iterator<Item = String> {
        self.asides.iter_mut().map(|aside| std::mem::take(&mut aside.text))
    }

    fn end_scenario(&mut self, file: &str) -> String {
        let totals = std::mem::take(&mut self.scenario);
        self.begun = None;
        self.tell(|export| export.scenario(file, &totals))
    }

    /// Tells every form; gives the text of the one that is written as it comes.
    fn tell(&mut self, words: impl Fn(&mut dyn Export) -> String) -> String {
        for aside in &mut self.asides {
            aside.text += &words(aside.export.as_mut());
        }
        words(self.export.as_mut())
    }

    /// What the process answers.
    ///
    /// # Errors
    /// Some run was not as expected.
    pub fn exit(&self) -> Result<Exit, Failure> {
        let (totals, saved) = (self.totals, self.saved);
        let (bugs, differing) = (totals.bugs + saved.bugs, totals.differing + saved.differing);
        let (runs, failed) = self.so_far();
        if self.ended() == Ended::Interrupted {
            let message = format!("interrupted after {runs} runs, of which {failed} failed");
            return Err(Failure::new(Exit::Interrupted, message));
        }
        let exit = match (bugs, differing, failed) {
            (0, 0, 0) => return self.exit_by_baseline(),
            (0, 0, _) => Exit::Violated,
            (0, _, _) => Exit::Differs,
            (_, _, _) => Exit::Bug,
        };
        Err(Failure::new(exit, format!("{failed} of {runs} runs failed")))
    }

    /// What the process answers if every run was as expected.
    fn exit_by_baseline(&self) -> Result<Exit, Failure> {
        let Some(tally) = self.comparison.as_ref().map(Comparison::tally) else {
            return Ok(Exit::Expected);
        };
        if !tally.differs() {
            return Ok(Exit::Expected);
        }
        let Tally { compared, moved, new, gone, .. } = tally;
        let (new, gone) = (new.len(), gone.len());
        let message = format!(
            "not as the baseline has it: {moved} of {compared} runs moved, {new} scenarios are new, \
                {gone} are gone"
        );
        Err(Failure::new(Exit::Differs, message))
    }
}
