//! What a run came to, and many together.

use super::figures::KeyFigures;
use crate::batch::Trouble;
use crate::facts::EndReason;
use crate::report::expect::Expected;
use crate::report::{Report, VerdictWord, ViolationLine};
use crate::scenario::Problem;
use serde::{Deserialize, Serialize};

/// What is kept of a report: enough to tell how the run came out, and to compare it with another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// What it came to.
    pub word: Word,
    /// Whether every property held.
    pub verdict: VerdictWord,
    /// The short hash of the resolved scenario, as a swarm's seed drew it.
    pub scenario_hash: String,
    /// The digest of all facts.
    pub digest: String,
    /// Why the run ended.
    pub ended: EndReason,
    /// Events handled.
    pub events: u64,
    /// Simulated time in nanoseconds.
    pub simulated_ns: u64,
    /// What it did and what that cost.
    pub figures: KeyFigures,
    /// The first violation.
    pub violation: Option<ViolationLine>,
    /// The sentences of expectations that were missed.
    pub missed: Vec<String>,
}

/// What a run came to, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// It has a report.
    Judged(Row),
    /// It has none.
    Lost {
        /// What it came to.
        word: Word,
        /// The short hash of the resolved scenario.
        scenario_hash: String,
        /// Why there is no report.
        message: String,
    },
}

impl Row {
    /// What is kept of this report.
    #[must_use]
    pub fn of(report: Report) -> Self {
        let missed = report.expectations.iter().filter(|line| !line.met).map(Expected::message);
        Self {
            word: if report.is_as_expected() { Word::Pass } else { Word::Fail },
            verdict: report.verdict,
            scenario_hash: short(&report.scenario_hash).to_owned(),
            ended: report.ended,
            figures: KeyFigures::of(&report),
            events: report.events,
            simulated_ns: report.simulated_ns,
            missed: missed.collect(),
            digest: report.digest,
            violation: report.violations.into_iter().next(),
        }
    }

    /// Fails it for a further reason, a sentence.
    pub fn fail(&mut self, reason: String) {
        self.word = Word::Fail;
        self.missed.push(reason);
    }
}

impl Finding {
    /// What a run came to. `hash` gives the hash of its scenario where no report does.
    ///
    /// # Errors
    /// A rule that the scenario breaks: it should not have been run.
    pub fn of(
        result: Result<Row, Trouble>,
        hash: impl FnOnce() -> String,
    ) -> Result<Self, Problem> {
        let trouble = match result {
            Ok(row) => return Ok(Self::Judged(row)),
            Err(trouble) => trouble,
        };
        let message = trouble.to_string();
        let word = match trouble {
            Trouble::Refused(problem) => return Err(problem),
            Trouble::Differs { .. } => Word::Differs,
            Trouble::Panicked(_) => Word::Bug,
        };
        Ok(Self::Lost { word, scenario_hash: short(&hash()).to_owned(), message })
    }

    /// Whether a property was violated: a run that panicked, or gave another digest, tells of none.
    #[must_use]
    pub const fn has_violation(&self) -> bool {
        match self {
            Self::Judged(row) => row.violation.is_some(),
            Self::Lost { .. } => false,
        }
    }

    /// In a word.
    #[must_use]
    pub const fn word(&self) -> Word {
        match self {
            Self::Judged(row) => row.word,
            Self::Lost { word, .. } => *word,
        }
    }

    /// The short hash of the resolved scenario.
    #[must_use]
    pub fn scenario_hash(&self) -> &str {
        match self {
            Self::Judged(row) => &row.scenario_hash,
            Self::Lost { scenario_hash, .. } => scenario_hash,
        }
    }
}

/// The hash of a scenario as it is shown beside a run: the first 16 of its digits.
#[must_use]
pub fn short(hash: &str) -> &str {
    hash.get(..16).unwrap_or(hash)
}

/// What many runs came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
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
            Finding::Lost { .. } => {}
        }
    }

    /// The `n` of the rule of three: after `n` runs without a violation, the probability of one is
    /// below 3/n with 95 % confidence. None where that says nothing.
    #[must_use]
    pub fn rule_of_three(self) -> Option<u64> {
        let clean = self.violations + self.differing + self.bugs == 0;
        (clean && self.runs > 3).then_some(self.runs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{Job, Panicked, Repeat};
    use crate::scenario::Scenario;
    use std::sync::Arc;

    #[test]
    fn findings_read_back_as_they_were_written() {
        let text =
            r#"{ "clients": [ { "workload": { "count": 9 } } ], "limits": { "events": 30 } }"#;
        let scenario = Scenario::parse(text, &[]).expect("it makes sense");
        let job = Job {
            scenario: scenario.into(),
            traces: Arc::default(),
            seed: 3,
            repeat: Repeat::Once,
        };
        let row = Row::of(job.run().expect("it runs"));
        assert!(row.violation.is_some() && row.word == Word::Fail);
        let (word, message) = (Word::Bug, "it \"broke\"\n".to_owned());
        let lost = Finding::Lost { word, scenario_hash: row.scenario_hash.clone(), message };
        for finding in [Finding::Judged(row), lost] {
            let text = serde_json::to_string(&finding).expect("plain JSON");
            assert_eq!(serde_json::from_str::<Finding>(&text).expect("it reads"), finding);
        }
    }

    #[test]
    fn what_has_no_report_fails_and_tells_why() {
        let (first, second) = ("a".to_owned(), "b".to_owned());
        let mut totals = Totals { runs: 4, ..Totals::default() };
        assert_eq!(totals.rule_of_three(), Some(4));
        for (trouble, word, sentence) in [
            (Trouble::Differs { first, second }, Word::Differs, "another digest: b instead of a"),
            (Trouble::Panicked(Panicked("x".into())), Word::Bug, "the simulator panicked: x"),
        ] {
            let finding =
                Finding::of(Err(trouble), || "0123456789abcdef0123456789abcdef".to_owned())
                    .expect("no rule is broken");
            totals.add(&finding);
            assert_eq!(finding.word(), word);
            assert_eq!(finding.scenario_hash(), "0123456789abcdef");
            let lost = |finding| matches!(finding, Finding::Lost { message, .. } if message.ends_with(sentence));
            assert!(lost(finding));
        }
        let counted = [totals.runs, totals.failed, totals.differing, totals.bugs];
        assert_eq!(counted, [6, 2, 1, 1]);
        assert_eq!(totals.rule_of_three(), None);
    }
}
