//! What a run showed, as plain data: scenario, verdict and figures under keys that never change
//! their meaning. [`text`] and [`json`] say the same.
//!
//! Bytes and nanoseconds are integers; shares lie between 0 and 1, or are `null` where there is
//! nothing to take a share of. A latency of no operation is 0. [`Report::host`] alone depends on
//! the machine and the day; without it, equal runs give equal reports, byte for byte.

mod figures;
mod replay;

pub mod expect;
pub mod json;
pub mod text;

pub use figures::{
    DurationSummary, Exposure, FailureLine, Images, Latencies, LatencySummary, MessageCounts,
    OperationCounts, PeakUse, Recovery, Resources, RpoSummary, SavedShares, SynchronizationSummary,
    Waited, WanBytes, WanSummary, WriteCounts,
};

pub use replay::{DriftLine, ReplaySummary};

use crate::checker::{Place, Verdict, Violation};
use crate::facts::{EndReason, Ending};
use crate::metrics::Figures;
use crate::random::GENERATOR;
use crate::scenario::Scenario;
use crate::units::SimTime;
use expect::Expected;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Name and version of the report's format.
pub const FORMAT: &str = "mirrorsim-report/1";

/// What one run showed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Name and version of this format.
    pub format: String,
    /// Name and version of the generator that the seed went into.
    pub generator: String,
    /// Whether every property held.
    pub verdict: VerdictWord,
    /// The first violations, in the order in which they showed.
    pub violations: Vec<ViolationLine>,
    /// Further violations that were only counted.
    pub further_violations: u64,
    /// What the scenario expects, and whether it came out.
    pub expectations: Vec<Expected>,
    /// The seed.
    pub seed: u64,
    /// The digest of all facts.
    pub digest: String,
    /// The hash of the resolved scenario.
    pub scenario_hash: String,
    /// Why the run ended.
    pub ended: EndReason,
    /// Simulated time in nanoseconds.
    pub simulated_ns: u64,
    /// Events handled.
    pub events: u64,
    /// Writes of clients; flushes are no writes.
    pub writes: WriteCounts,
    /// What else clients asked for.
    pub operations: OperationCounts,
    /// How long clients waited for answers.
    pub latency: Latencies,
    /// Consistency points.
    pub synchronization: SynchronizationSummary,
    /// Bytes on the wire.
    pub wan: WanSummary,
    /// Messages on the wire.
    pub messages: MessageCounts,
    /// What references saved.
    pub saved: SavedShares,
    /// What was acknowledged and stood on one side only.
    pub exposure: Exposure,
    /// What would have been lost, had the source's site burned.
    pub rpo: RpoSummary,
    /// What failures cost.
    pub recovery: Recovery,
    /// Writes that waited for a full bound, by bound.
    pub waits: BTreeMap<String, Waited>,
    /// What was in use.
    pub resources: Resources,
    /// Hashes of the committed images at the end.
    pub images: Images,
    /// The resolved scenario.
    pub scenario: Value,
    /// How well the tape fitted that was replayed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay: Option<ReplaySummary>,
    /// The machine and the day; everything else is the same for the same scenario and seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<Host>,
}

/// Whether every property held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictWord {
    /// None was violated.
    Pass,
    /// At least one was violated.
    Violation,
}

/// One property broken once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViolationLine {
    /// The property: `S5`.
    pub property: String,
    /// When it showed, in nanoseconds.
    pub at_ns: u64,
    /// Where it showed.
    #[serde(rename = "where")]
    pub place: Place,
    /// Which bytes, which writes, which CP.
    pub message: String,
    /// The number of the fact at which it showed.
    pub fact: u64,
}

/// What depends on the machine and the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// The version of mirrorsim.
    pub version: String,
    /// The line that gives this report again.
    pub command: String,
    /// How long the run took.
    pub wall_ms: u64,
    /// Operating system and processor: `linux x86_64`.
    pub system: String,
}

impl Report {
    /// The report of a run that lasted until `simulated`.
    #[must_use]
    pub fn new(
        scenario: &Scenario,
        seed: u64,
        verdict: &Verdict,
        figures: &Figures,
        digest: String,
        ending: &Ending,
        simulated: SimTime,
    ) -> Self {
        let [source, destination] = ending.images.clone();
        let mut report = Self {
            format: FORMAT.to_owned(),
            generator: GENERATOR.to_owned(),
            verdict: VerdictWord::of(verdict),
            violations: verdict.violations.iter().map(ViolationLine::of).collect(),
            further_violations: verdict.more,
            expectations: Vec::new(),
            seed,
            digest,
            scenario_hash: scenario.hash(),
            ended: ending.reason,
            simulated_ns: simulated.as_nanos(),
            events: ending.events,
            writes: WriteCounts::of(&figures.operations, simulated),
            operations: OperationCounts::of(&figures.operations),
            latency: Latencies::of(figures),
            synchronization: SynchronizationSummary::of(figures),
            wan: WanSummary::of(figures),
            messages: MessageCounts::of(figures.messages),
            saved: SavedShares::of(figures),
            exposure: Exposure::of(figures),
            rpo: RpoSummary::of(figures),
            recovery: Recovery::of(figures),
            waits: figures::waits(figures),
            resources: Resources { peaks: PeakUse::of(&figures.peaks) },
            images: Images { source, destination },
            scenario: serde_json::from_str(scenario.canonical()).expect("canonical text is JSON"),
            replay: None,
            host: None,
        };
        report.expectations = expect::evaluate(&json::value(&report), &scenario.expect);
        report
    }

    /// Whether the run came out as its scenario expects; a scenario that says nothing about the
    /// verdict expects `pass`.
    #[must_use]
    pub fn is_as_expected(&self) -> bool {
        let says_verdict = self.expectations.iter().any(|line| line.key == "verdict");
        let kept = self.verdict == VerdictWord::Pass || says_verdict;
        kept && self.expectations.iter().all(|line| line.met)
    }

    /// The name of the scenario.
    #[must_use]
    pub fn name(&self) -> &str {
        self.scenario.get("name").and_then(Value::as_str).unwrap_or("unnamed")
    }
}

impl VerdictWord {
    const fn of(verdict: &Verdict) -> Self {
        if verdict.is_pass() { Self::Pass } else { Self::Violation }
    }
}

impl ViolationLine {
    fn of(violation: &Violation) -> Self {
        let Violation { property, at, place, message, fact, subject: _ } = violation.clone();
        Self { property, at_ns: at.as_nanos(), place, message, fact }
    }
}

#[cfg(test)]
mod tests;
