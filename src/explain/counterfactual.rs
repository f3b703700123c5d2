//! Which faults the violation needs: each that came is taken out of the run alone, and all draws of
//! what is left stay as they were ([`crate::random`]).

use super::history::History;
use crate::batch;
use crate::checker::Violation;
use crate::facts::What;
use crate::protocol::FaultId;
use crate::random::{Decisions, Seeded};
use crate::scenario::{Problem, Scenario};
use crate::workload::Traces;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// What becomes of the violation without a fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counterfactual {
    /// The fault's place in the list of the scenario that was run.
    pub fault: u32,
    /// Its kind, as scenario files say it.
    pub kind: String,
    /// What becomes of the violation.
    pub without: Effect,
}

/// What becomes of a violation when a fault is taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// No property is violated.
    Gone,
    /// The same property is violated in the same way.
    Stays,
    /// Another one is the first to be violated, or in another way.
    Becomes(String),
    /// The scenario makes no sense without it.
    Refused,
}

/// The run that is explained, to be made again with something taken out.
pub(super) struct Run<'a> {
    pub scenario: &'a Scenario,
    pub seed: u64,
    pub traces: &'a Traces,
    pub violation: &'a Violation,
    /// The property that was asked for.
    pub property: Option<&'a str>,
}

impl Run<'_> {
    /// The first violation when this scenario is run instead, with these decisions.
    pub fn again(
        &self,
        scenario: &Scenario,
        decisions: &mut dyn Decisions,
    ) -> Result<Option<Violation>, Problem> {
        let traces = self.traces;
        let outcome =
            batch::run_with(scenario, self.seed, decisions, traces, None, &mut |_, _| {})?;
        let mut violations = outcome.verdict.violations.into_iter();
        let is_wanted = |v: &Violation| self.property.is_none_or(|name| v.property == name);
        Ok(violations.find(is_wanted))
    }
}

/// Runs the scenario without each fault that came before the violation.
pub(super) fn all(run: &Run, history: &History) -> Result<Vec<Counterfactual>, Problem> {
    let came = history.before().iter().filter_map(|fact| match fact.what {
        What::FaultBegan(fault) | What::FaultFelt(fault) => Some(fault),
        _ => None,
    });
    let came: BTreeSet<FaultId> = came.collect();
    let mut found = Vec::new();
    for (fault, place) in run.scenario.faults.iter().zip(0..) {
        if !came.contains(&FaultId(place)) {
            continue;
        }
        let effect = match without(run.scenario, place) {
            None => Effect::Refused,
            Some(rest) => {
                effect(run.again(&rest, &mut Seeded::new(run.seed))?.as_ref(), run.violation)
            }
        };
        let kind = fault.kind.word().to_owned();
        found.push(Counterfactual { fault: place, kind, without: effect });
    }
    Ok(found)
}

/// The scenario without the fault at this place.
fn without(scenario: &Scenario, place: u32) -> Option<Scenario> {
    let mut document: Value = serde_json::from_str(scenario.canonical()).ok()?;
    let faults = document.get_mut("faults")?.as_array_mut()?;
    let place = usize::try_from(place).ok().filter(|place| *place < faults.len())?;
    faults.remove(place);
    Scenario::parse(&document.to_string(), &[]).ok()
}

/// What became of a violation, by the first one that is found now.
pub(super) fn effect(now: Option<&Violation>, before: &Violation) -> Effect {
    match now {
        None => Effect::Gone,
        Some(now) if (&now.property, &now.place) == (&before.property, &before.place) => {
            Effect::Stays
        }
        Some(now) => Effect::Becomes(format!("{} ({})", now.property, now.place.kind)),
    }
}
