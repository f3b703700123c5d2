//! Twin runs (S11, S12): the same scenario and seed twice, the second time without what must make no
//! difference, and what must be equal is compared.
//!
//! Time is not: what comes twice, late or again takes time, and a CP is cut where time says. Equal must
//! be what depends on the order of the log alone:
//!
//! * the log itself: the same writes in the same order;
//! * the outcome of every operation, what reads returned included;
//! * an image as a function of the log: where both runs ever committed an image of the first n entries,
//!   on whatever side, it holds the same bytes; and so do the images at the end.
//!
//! So a scenario is fit for this if time does not decide what comes first: one client that asks for
//! one thing at a time, with faults at steps of the protocol, not at times, as far as they end a life.
//! A CP of N entries (`consistency_point.entries`, no timer) cuts at the same places in both runs.
//! Metadata holds numbers of CPs, which may differ; it is left to S25.

mod account;

use super::run;
use crate::checker::Verdict;
use crate::protocol::WriteId;
use crate::scenario::fault::{FaultKind, LinkFault, Part, StepName, When};
use crate::scenario::{Problem, Scenario, Swarm};
use crate::units::Span;
use crate::workload::Traces;
use account::Account;

/// What the second run goes without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Without {
    /// Faults at a step of a replay, or of the scan before it: those that interrupt it (S11).
    InterruptedReplays,
    /// Duplication, reordering and lateness of messages, and jitter, which reorders datagrams (S12).
    DuplicatesAndReordering,
}

/// Both runs, compared.
#[derive(Debug, Clone)]
pub struct Twins {
    /// What differs and must not; the first of each kind.
    pub differences: Vec<Difference>,
    /// Whether each run kept every property.
    pub verdicts: [Verdict; 2],
    /// The digest of the facts of each run: other ones if the fault made itself felt at all.
    pub digests: [String; 2],
    /// Images of the same entries that were compared.
    pub images: u64,
}

/// What differs between twins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// The logs.
    #[error("entry {place} of the log is {first:?}, without the fault {second:?}")]
    Log {
        /// The entry's place, from 1.
        place: u64,
        /// The write in the run with the fault; `None`: its log ends before.
        first: Option<WriteId>,
        /// The write in the run without.
        second: Option<WriteId>,
    },
    /// The answer to an operation.
    #[error("{id} was answered {first}, without the fault {second}")]
    Answer {
        /// The operation.
        id: WriteId,
        /// The outcome in the run with the fault.
        first: String,
        /// The outcome in the run without.
        second: String,
    },
    /// An image of the same entries.
    #[error("the image of the first {entries} entries differs from the one without the fault")]
    Image {
        /// How many.
        entries: u64,
    },
    /// The images at the end.
    #[error("the image of the {side} at the end differs from the one without the fault")]
    FinalImage {
        /// Whose: `source`, by the part played at the start.
        side: &'static str,
    },
}

/// Runs a scenario with one seed twice, and compares.
///
/// # Errors
/// A rule that the scenario breaks together with its traces; a swarm, which is no plan of faults.
pub fn twins(
    scenario: &Scenario,
    seed: u64,
    traces: &Traces,
    without: Without,
) -> Result<Twins, Problem> {
    match scenario.swarm {
        Swarm::Off => {}
        Swarm::On => {
            let rule = "twins differ in a fault that is planned, and a swarm draws its faults";
            let (key, value) = ("swarm".to_owned(), "true".to_owned());
            return Err(Problem { key, value, rule: rule.to_owned() });
        }
    }
    let mut accounts = [Account::default(), Account::default()];
    let [first, second] = &mut accounts;
    let with = run(scenario, seed, traces, Some(first), &mut |_, _| {})?;
    let twin = twin_of(scenario, without);
    let spared = run(&twin, seed, traces, Some(second), &mut |_, _| {})?;
    let [first, second] = &accounts;
    Ok(Twins {
        differences: first.differences(second),
        images: first.common_images(second),
        verdicts: [with.verdict, spared.verdict],
        digests: [with.finished.digest, spared.finished.digest],
    })
}

/// The scenario without those faults. A fault's number names its draws, so all others stay as they
/// are; facts of faults may bear other numbers, which nothing that is compared depends on.
fn twin_of(scenario: &Scenario, without: Without) -> Scenario {
    let mut twin = scenario.clone();
    match without {
        Without::InterruptedReplays => {
            twin.faults.retain(|fault| !interrupts_replay(fault.when));
        }
        Without::DuplicatesAndReordering => {
            twin.faults.retain(|fault| !disorders(fault.kind));
            twin.wan.jitter = Span::ZERO;
        }
    }
    twin
}

fn interrupts_replay(when: When) -> bool {
    match when {
        When::Step(step) => match step.name {
            StepName::SourceReplay
            | StepName::DestinationScan
            | StepName::Promotion
            | StepName::PromotionReplay => true,
            StepName::CpBegin
            | StepName::CpBlock
            | StepName::CpEnd
            | StepName::SourceCommit
            | StepName::DestinationCommit
            | StepName::CpAck
            | StepName::Transfer
            | StepName::WriteLogged
            | StepName::ResyncPass
            | StepName::ResyncBlock
            | StepName::CpForwarding
            | StepName::InSync
            | StepName::OutOfSync
            | StepName::PromotionAsked
            | StepName::PromotionGranted
            | StepName::FirstWriteAfterPromotion => false,
        },
        When::At(_) | When::Every(_) => false,
    }
}

fn disorders(kind: FaultKind) -> bool {
    match kind {
        FaultKind::Part(Part::Link(_, fault)) => match fault {
            LinkFault::Duplication(_) | LinkFault::Reordering { .. } | LinkFault::Late { .. } => {
                true
            }
            LinkFault::Loss(_)
            | LinkFault::BurstLoss { .. }
            | LinkFault::Corruption { .. }
            | LinkFault::Delay(_)
            | LinkFault::Bandwidth(_)
            | LinkFault::Clog
            | LinkFault::Partition
            | LinkFault::Reset => false,
        },
        FaultKind::Part(
            Part::Node(..) | Part::Nvram(_) | Part::Disk(..) | Part::Order(_) | Part::Witness(_),
        )
        | FaultKind::Flap { .. }
        | FaultKind::CrashLoop { .. }
        | FaultKind::RollingDisaster { .. }
        | FaultKind::PowerLoss
        | FaultKind::PromoteBoth => false,
    }
}
