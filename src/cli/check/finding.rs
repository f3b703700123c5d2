//! What a run came to, and many together.

use crate::batch::Trouble;
use crate::report::expect::Expected;
use crate::report::{Report, VerdictWord, ViolationLine};
use crate::scenario::Problem;
use serde::Serialize;

/// What is kept of a report.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub word: Word,
    pub verdict: VerdictWord,
    pub digest: String,
    pub events: u64,
    pub simulated_ns: u64,
    /// The first violation.
    pub violation: Option<ViolationLine>,
    /// The sentences of expectations that were missed.
    pub missed: Vec<String>,
}

/// What a run came to, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Word {
    /// As expected, an expected violation too.
    Pass,
    /// A property was violated or an expectation missed.
    Fail,
    /// A second run gave another digest.
    Differs,
    /// The simulator panicked.
    Bug,
}

/// What a run came to.
#[derive(Debug, Clone)]
pub(super) enum Finding {
    /// It has a report.
    Judged(Row),
    /// It has none, and this is why.
    Lost(Word, String),
}

impl Row {
    /// What is kept of this report.
    pub fn of(report: Report) -> Self {
        let missed = report.expectations.iter().filter(|line| !line.met).map(Expected::message);
        Self {
            word: if report.is_as_expected() { Word::Pass } else { Word::Fail },
            verdict: report.verdict,
            events: report.events,
            simulated_ns: report.simulated_ns,
            missed: missed.collect(),
            digest: report.digest,
            violation: report.violations.into_iter().next(),
        }
    }
}

impl Finding {
    /// What a run came to.
    ///
    /// # Errors
    /// A rule that the scenario breaks: it should not have been run.
    pub fn of(result: Result<Row, Trouble>) -> Result<Self, Problem> {
        let trouble = match result {
            Ok(row) => return Ok(Self::Judged(row)),
            Err(trouble) => trouble,
        };
        let message = trouble.to_string();
        match trouble {
            Trouble::Refused(problem) => Err(problem),
            Trouble::Differs { .. } => Ok(Self::Lost(Word::Differs, message)),
            Trouble::Panicked(_) => Ok(Self::Lost(Word::Bug, message)),
        }
    }

    /// In a word.
    pub const fn word(&self) -> Word {
        match self {
            Self::Judged(row) => row.word,
            Self::Lost(word, _) => *word,
        }
    }
}

/// What many runs came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(super) struct Totals {
    /// Runs that were made.
    pub runs: u64,
    /// Those that violated a property, as expected or not.
    pub violations: u64,
    /// Those that were not as expected, for whatever reason.
    pub failed: u64,
    /// Those of them of which a second run gave another digest.
    pub differing: u64,
    /// Those of them that panicked.
    pub bugs: u64,
    /// Events of all runs that have a report.
    pub events: u64,
    /// Simulated time of all runs that have a report, in nanoseconds.
    pub simulated_ns: u64,
}

impl Totals {
    /// Counts a run.
    pub fn add(&mut self, finding: &Finding) {
        self.runs += 1;
        match finding.word() {
            Word::Pass => {}
            Word::Fail => self.failed += 1,
            Word::Differs => (self.failed, self.differing) = (self.failed + 1, self.differing + 1),
            Word::Bug => (self.failed, self.bugs) = (self.failed + 1, self.bugs + 1),
        }
        match finding {
            Finding::Judged(row) => {
                self.violations += u64::from(row.verdict == VerdictWord::Violation);
                self.events = self.events.saturating_add(row.events);
                self.simulated_ns = self.simulated_ns.saturating_add(row.simulated_ns);
            }
            Finding::Lost(..) => {}
        }
    }

    /// The `n` of the rule of three: after `n` runs without a violation, the probability of one is
    /// below 3/n with 95 % confidence. None where that says nothing.
    pub fn rule_of_three(self) -> Option<u64> {
        let clean = self.violations + self.differing + self.bugs == 0;
        (clean && self.runs > 3).then_some(self.runs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Panicked;

    #[test]
    fn what_has_no_report_fails_and_tells_why() {
        let (first, second) = ("a".to_owned(), "b".to_owned());
        let mut totals = Totals { runs: 4, ..Totals::default() };
        assert_eq!(totals.rule_of_three(), Some(4));
        for (trouble, word, sentence) in [
            (Trouble::Differs { first, second }, Word::Differs, "another digest: b instead of a"),
            (Trouble::Panicked(Panicked("x".into())), Word::Bug, "the simulator panicked: x"),
        ] {
            let finding = Finding::of(Err(trouble)).expect("no rule is broken");
            totals.add(&finding);
            assert_eq!(finding.word(), word);
            assert!(matches!(finding, Finding::Lost(_, text) if text.ends_with(sentence)));
        }
        let counted = [totals.runs, totals.failed, totals.differing, totals.bugs];
        assert_eq!(counted, [6, 2, 1, 1]);
        assert_eq!(totals.rule_of_three(), None);
    }
}
