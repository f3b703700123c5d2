//! Facts → verdict. Every property of Spec 11 is a reader of facts; none looks into a node.
//!
//! | property | file |
//! | --- | --- |
//! | S1a acknowledged copies exist | `acknowledged` |
//! | S2 images, S3 atomic, S5 at the destination, S25 metadata | `images`, `metadata` |
//! | S4 CP numbers | `numbers` |
//! | S5 references name the frozen bytes, S6 only where allowed, S23 none missing | `references` |
//! | S7 fresh IDs, nothing stale accepted | `transfers`, `headers` |
//! | S8 nothing freed early | `freeing` |
//! | S10 nothing phantom, each operation at most once | `phantoms` |
//! | S13 no older over newer, S14 what differs is sent | `references`, `images` |
//! | S17 strict means strict, S18 in sync means in sync | `acknowledged` |
//! | S20 lost NVRAM declared | `declared` |
//! | S21 bounds | `bounds` |
//! | S22 reads linearizable | `reads` |
//! | S23 bytes add up | `bytes` |
//! | L1, L2, L4, L5 | `liveness` |
//!
//! S24, the same facts for the same scenario and seed, is a comparison of two runs' digests. The
//! truth that the others measure by is [`model::Model`], built from the log alone. Properties that
//! need a failover, or damage on disks (S9, S11, S12, S15, S16, S19, L3, L6–L9) are not here yet. Facts that end before the run does are no
//! proof of anything and violate L2.

mod acknowledged;
mod bounds;
mod bytes;
mod declared;
mod findings;
mod freeing;
mod headers;
mod images;
mod liveness;
mod metadata;
pub mod model;
mod numbers;
mod phantoms;
mod reads;
mod references;
mod transfers;

pub use findings::Findings;

use crate::facts::{Fact, Role, Sink, What};
use crate::protocol::Note;
use crate::scenario::Scenario;
use crate::units::SimTime;
use serde::{Deserialize, Serialize};

/// One property broken once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// The property: `S5`, `L2`.
    pub property: String,
    /// When it showed.
    pub at: SimTime,
    /// Where it showed: what stays the same when the same bug shows at another time or block.
    #[serde(rename = "where")]
    pub place: Place,
    /// Which bytes, which writes, which CP.
    pub message: String,
    /// The number of the fact at which it showed.
    pub fact: u64,
}

/// Where a violation showed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The part of the node concerned.
    pub role: Role,
    /// The state of the mirror, as the facts show it: `in_sync`.
    pub state: String,
    /// The kind of divergence: `wrong_bytes`.
    pub kind: String,
}

/// Whether the run kept every property.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// The first violations, in the order of facts.
    pub violations: Vec<Violation>,
    /// Further violations that were only counted.
    pub more: u64,
}

impl Verdict {
    /// Whether no property was violated.
    #[must_use]
    pub const fn is_pass(&self) -> bool {
        self.violations.is_empty()
    }
}

/// Reads the facts of one run and judges them.
#[derive(Debug)]
pub struct Checker {
    model: model::Model,
    findings: Findings,
    phantoms: phantoms::Phantoms,
    acknowledged: acknowledged::Acknowledged,
    declared: declared::Declared,
    images: images::Images,
    references: references::References,
    numbers: numbers::Numbers,
    transfers: transfers::Transfers,
    freeing: freeing::Freeing,
    headers: headers::Headers,
    bounds: bounds::Bounds,
    reads: reads::Reads,
    added_up: bytes::AddedUp,
    liveness: liveness::Liveness,
}

impl Checker {
    /// A checker for a run of this scenario.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let parameters = scenario.parameters;
        let size = parameters.block_size;
        Self {
            model: model::Model::new(size, parameters.metadata),
            findings: Findings::default(),
            phantoms: phantoms::Phantoms::default(),
            acknowledged: acknowledged::Acknowledged::new(parameters.ack, parameters.mode),
            declared: declared::Declared::new(&scenario.faults),
            images: images::Images::new(&scenario.faults),
            references: references::References::new(scenario),
            numbers: numbers::Numbers::new(),
            transfers: transfers::Transfers::new(size),
            freeing: freeing::Freeing::default(),
            headers: headers::Headers::default(),
            bounds: bounds::Bounds::new(parameters),
            reads: reads::Reads::new(size),
            added_up: bytes::AddedUp::new(size, &scenario.wan),
            liveness: liveness::Liveness::new(scenario),
        }
    }

    /// The verdict over the facts read.
    #[must_use]
    pub fn into_verdict(mut self) -> Verdict {
        self.liveness.check_ended(&mut self.findings);
        self.findings.into_verdict()
    }
}

impl Sink for Checker {
    fn take(&mut self, fact: &Fact) {
        self.model.before(fact);
        if let What::Noted(Role::Source, Note::Mirror(state)) = &fact.what {
            self.findings.set_state(*state);
        }
        let findings = &mut self.findings;
        self.declared.take(fact, findings);
        self.images.take(fact, &mut self.model, findings);
        let model = &self.model;
        self.phantoms.take(fact, model, findings);
        self.acknowledged.take(fact, model, findings);
        self.numbers.take(fact, model, findings);
        self.references.take(fact, model, findings);
        self.transfers.take(fact, model, findings);
        self.freeing.take(fact, model, findings);
        self.headers.take(fact, model, findings);
        self.bounds.take(fact, findings);
        self.reads.take(fact, model, findings);
        self.added_up.take(fact, findings);
        self.liveness.take(fact, model, findings);
        self.model.after(fact);
    }
}
