//! Facts → verdict. Every property of Spec 11 is a reader of facts; none looks into a node.
//!
//! | property | file |
//! | --- | --- |
//! | S1a acknowledged copies exist | `acknowledged` |
//! | S2 images, S3 atomic, S5 at the destination, S25 metadata | `images`, `metadata` |
//! | S4 CP numbers | `numbers` |
//! | S5 references name the frozen bytes, S6 only where allowed, S23 none missing | `references`, `pieces` |
//! | S7 fresh IDs, nothing stale accepted | `transfers`, `headers` |
//! | S8 nothing freed early | `freeing` |
//! | S1 nothing lost, S9 one cut, S13 no older over newer, at a failover | `failover`; names: `parts` |
//! | S15 promotion guard | `guard` |
//! | S16 divergence detected | `reigns` |
//! | S10 nothing phantom, each operation at most once | `phantoms` |
//! | S11 a replay is idempotent, S12 duplicates are harmless | `replays`, `duplicates` |
//! | S19 damage noticed | `damage` |
//! | S13 no older over newer, S14 what differs is sent | `references`, `images` |
//! | S17 strict means strict, S18 in sync means in sync | `acknowledged` |
//! | S20 lost NVRAM declared | `declared` |
//! | S21 bounds | `bounds` |
//! | S22 reads linearizable | `reads` |
//! | S23 bytes add up | `bytes` |
//! | L1–L5 | `liveness` |
//! | S18, L1 where the destination gets snapshots | `snapshots` |
//! | L6 failover time | `failover_time` |
//! | L7 NAKs satisfied | `naks` |
//! | L8 flaps do not livelock | `flaps` |
//!
//! Bounds on time are worked out from the hardware (`worst`) and leave out what faults cost (`calm`).
//!
//! S24, the same facts for the same scenario and seed, is a comparison of two runs' digests. The
//! truth that the others measure by is [`model::Model`], built from the log alone. S11 and S12 are
//! comparisons of runs as well (`batch::twin`). Facts that end before the run does are no
//! proof of anything and violate L2.

mod acknowledged;
mod bounds;
mod bytes;
mod calm;
mod damage;
mod declared;
mod duplicates;
mod failover;
mod failover_time;
mod findings;
mod flaps;
mod freeing;
mod guard;
mod headers;
mod images;
mod liveness;
mod metadata;
pub mod model;
mod naks;
mod numbers;
mod parts;
mod phantoms;
mod pieces;
mod properties;
mod reads;
mod references;
mod reigns;
mod replays;
mod snapshots;
mod subject;
mod transfers;
mod witness;
mod worst;

pub use findings::Findings;
pub use parts::{Parts, Seen};
pub use properties::{Judge, PROPERTIES, Property};
pub use subject::Subject;

use crate::facts::{Fact, Role, Sink, What};
use crate::protocol::Note;
use crate::scenario::Scenario;
use crate::units::SimTime;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// What it is about, as data.
    pub subject: Subject,
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
    /// The first violations of each property, in the order of facts.
    pub violations: Vec<Violation>,
    /// Further violations that were only counted.
    pub more: u64,
    /// How often each property was violated, those only counted included.
    pub violated: BTreeMap<String, u64>,
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
    parts: Parts,
    model: model::Model,
    failover: failover::Failover,
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
    damage: damage::Damage,
    bounds: bounds::Bounds,
    reads: reads::Reads,
    added_up: bytes::AddedUp,
    guard: guard::Guard,
    reigns: reigns::Reigns,
    liveness: liveness::Liveness,
    witness: witness::Witness,
    replays: replays::Replays,
    duplicates: duplicates::Duplicates,
    failover_time: failover_time::FailoverTime,
    naks: naks::Naks,
    flaps: flaps::Flaps,
    snapshots: snapshots::Snapshots,
}

impl Checker {
    /// A checker for a run of this scenario.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let parameters = &scenario.parameters;
        let size = parameters.block_size;
        Self {
            parts: Parts::new(),
            failover: failover::Failover::new(parameters.ack),
            model: model::Model::new(parameters),
            findings: Findings::default(),
            phantoms: phantoms::Phantoms::default(),
            acknowledged: acknowledged::Acknowledged::new(parameters),
            declared: declared::Declared::new(&scenario.faults),
            images: images::Images::new(scenario),
            references: references::References::new(scenario),
            numbers: numbers::Numbers::new(),
            transfers: transfers::Transfers::new(size),
            freeing: freeing::Freeing::default(),
            headers: headers::Headers::default(),
            damage: damage::Damage::new(size.bytes().get()),
            bounds: bounds::Bounds::new(parameters.clone()),
            reads: reads::Reads::new(size),
            added_up: bytes::AddedUp::new(parameters.encoding.clone(), &scenario.wan),
            guard: guard::Guard::new(scenario),
            reigns: reigns::Reigns::new(),
            liveness: liveness::Liveness::new(scenario),
            witness: witness::Witness::new(scenario),
            replays: replays::Replays::default(),
            duplicates: duplicates::Duplicates::new(scenario),
            failover_time: failover_time::FailoverTime::new(scenario),
            naks: naks::Naks::new(scenario),
            flaps: flaps::Flaps::new(scenario),
            snapshots: snapshots::Snapshots::new(scenario),
        }
    }

    /// The verdict over the facts read.
    #[must_use]
    pub fn into_verdict(mut self) -> Verdict {
        self.liveness.check_ended(&mut self.findings);
        self.findings.into_verdict()
    }
}

impl Checker {
    /// Looks at a fact of the present reign.
    fn look(&mut self, fact: &Fact) {
        self.model.before(fact);
        if let What::Noted(Role::Source, Note::Mirror(state)) = &fact.what {
            self.findings.set_state(*state);
        }
        let findings = &mut self.findings;
        self.declared.take(fact, findings);
        self.images.take(fact, &mut self.model, findings);
        self.flaps.take(fact, &mut self.model, findings);
        self.snapshots.take(fact, &mut self.model, findings);
        let model = &self.model;
        self.failover.take(fact, model, findings);
        self.replays.take(fact, model, findings);
        self.duplicates.take(fact, model, findings);
        self.phantoms.take(fact, model, findings);
        self.acknowledged.take(fact, model, findings);
        self.numbers.take(fact, model, findings);
        self.references.take(fact, model, findings);
        self.transfers.take(fact, model, findings);
        self.freeing.take(fact, model, findings);
        self.headers.take(fact, model, findings);
        self.damage.take(fact, model, findings);
        self.bounds.take(fact, findings);
        self.reads.take(fact, model, findings);
        self.liveness.take(fact, model, findings);
        self.naks.take(fact, model, findings);
        self.model.after(fact);
    }

    /// A new reign begins: what was under way of the old one means nothing any more.
    fn begin_reign(&mut self, fact: &Fact) {
        self.model.begin_reign();
        self.images.begin_reign();
        self.declared.begin_reign();
        self.liveness.begin_reign();
        self.transfers.begin_reign();
        self.freeing.begin_reign();
        self.headers.begin_reign();
        self.replays.begin_reign();
        self.duplicates.begin_reign();
        self.naks.begin_reign();
        self.flaps.begin_reign();
        self.snapshots.begin_reign();
        self.damage.begin_reign();
        self.look(fact);
    }

    /// What a site does whose reign is over and that does not know it: its disks are kept account of,
    /// and clients take its answers.
    fn look_at_rival(&mut self, fact: &Fact) {
        self.damage.take(fact, &self.model, &mut self.findings);
        self.model.rival(fact);
        if let What::Answered(..) = &fact.what {
            self.phantoms.answered_by_rival(fact);
            self.liveness.take(fact, &self.model, &mut self.findings);
            self.reads.answered_by_rival(fact);
            self.acknowledged.answered_by_rival(fact);
        }
    }
}

impl Sink for Checker {
    fn take(&mut self, fact: &Fact) {
        self.added_up.take(fact, &mut self.findings);
        self.witness.take(fact, &mut self.findings);
        self.guard.take(fact, &mut self.findings);
        self.reigns.take(fact, &mut self.findings);
        self.failover_time.take(fact, &mut self.findings);
        if self.parts.is_original(fact) {
            self.look(fact);
            return;
        }
        match self.parts.see(fact) {
            Seen::OfThisReign(fact) => self.look(&fact),
            Seen::NewReign(fact) => self.begin_reign(&fact),
            Seen::OfRival(fact) => self.look_at_rival(&fact),
        }
    }
}
