//! Why a run violated a property: what led to it along what happened, what should have happened
//! instead, and the rule of the protocol at which the two part.
//!
//! A violation says what it is about ([`crate::checker::Subject`]). From there the facts are walked:
//! which write the wrong bytes are of and which write should be there, how each was logged, carried
//! and stored, what the consistency point did with them, what was lost or refused on the way. Nothing
//! here looks into a node, and nothing knows of wrong protocols: the rule is concluded from evidence,
//! as for a protocol that nobody knows to be wrong.

mod cases;
mod causes;
mod counterfactual;
mod events;
mod history;
mod lives;
mod rule;
mod text;
mod words;

pub use counterfactual::{Counterfactual, Effect};
pub use events::Events;
pub use rule::Rule;
pub use text::render;

use crate::batch;
use crate::checker::Violation;
use crate::facts::{Fact, Sink};
use crate::scenario::{Problem, Scenario};
use crate::units::SimTime;
use crate::workload::Traces;
use counterfactual::Run;
use events::Noticing;
use history::History;
use serde::Serialize;

/// Name and version of the format of [`json`].
pub const FORMAT: &str = "mirrorsim-explanation/1";

/// Why a run violated a property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// What was violated, where and when.
    pub violation: Violation,
    /// What led there, in order of time.
    pub lines: Vec<Line>,
    /// What happened where the two part.
    pub happened: String,
    /// What should have happened there.
    pub expected: String,
    /// The rule at which they part.
    pub rule: Rule,
    /// What the violating fact goes back to, from it on.
    pub causes: Vec<String>,
    /// Whether faults and events of chance were taken out.
    pub taken_out: TakeOut,
    /// What becomes of the violation without each fault that came.
    pub faults: Vec<Counterfactual>,
    /// What becomes of it without each single event of chance.
    pub events: Events,
}

/// Something that happened, in a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Line {
    /// When.
    pub at: SimTime,
    /// The number of its fact.
    pub fact: u64,
    /// What.
    pub text: String,
}

impl Line {
    fn of(fact: &Fact, text: String) -> Self {
        Self { at: fact.at, fact: fact.number, text }
    }
}

/// What an explanation says beside the violation itself.
struct Account {
    lines: Vec<Line>,
    happened: String,
    expected: String,
    rule: Rule,
}

/// Whether faults and events of chance are taken out to see which ones the violation needs: a run for
/// each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TakeOut {
    /// Each alone.
    Each,
    /// None.
    None,
}

/// Explains the first violation of a run, or the first of `property`. `None`: there is none.
///
/// # Errors
/// A rule that the scenario breaks together with its traces.
pub fn explain(
    scenario: &Scenario,
    seed: u64,
    traces: &Traces,
    property: Option<&str>,
    take_out: TakeOut,
) -> Result<Option<Explanation>, Problem> {
    let drawn = batch::draw(scenario, seed)?;
    let scenario = drawn.as_ref().unwrap_or(scenario);
    let first = batch::run(scenario, seed, traces, None, &mut |_, _| {})?;
    let wanted = |violation: &Violation| property.is_none_or(|name| violation.property == name);
    let found = first.verdict.violations.into_iter().find(wanted);
    let Some(violation) = found else { return Ok(None) };
    let mut history = History::new(violation.fact);
    let mut noticing = Noticing::new(seed, history.clock());
    let sink: Option<&mut dyn Sink> = Some(&mut history);
    batch::run_with(scenario, seed, &mut noticing, traces, sink, &mut |_, _| {})?;
    let (account, origin) = cases::account(&violation, &history, scenario);
    let run = Run { scenario, seed, traces, violation: &violation, property };
    let (faults, events) = match take_out {
        TakeOut::None => (Vec::new(), Events::default()),
        TakeOut::Each => (
            counterfactual::all(&run, &history)?,
            events::all(&noticing, &run, &history, first.finished.ending.events)?,
        ),
    };
    Ok(Some(Explanation {
        causes: causes::of(&history, origin),
        lines: account.lines,
        happened: account.happened,
        expected: account.expected,
        rule: account.rule,
        taken_out: take_out,
        faults,
        events,
        violation,
    }))
}

/// The explanation as JSON.
#[must_use]
pub fn json(explanation: &Explanation) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        format: &'static str,
        clause: &'static str,
        #[serde(flatten)]
        explanation: &'a Explanation,
    }
    let document = Document { format: FORMAT, clause: explanation.rule.clause(), explanation };
    let text = serde_json::to_string_pretty(&document);
    text.expect("an explanation is plain data") + "\n"
}
