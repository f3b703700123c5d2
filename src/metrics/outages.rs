//! How long and how much was exposed, and what each failure cost: time to detect, decide, replay and
//! serve, what was lost, and how long until the mirror was in sync again (Spec 6.3, 7.4, 7.5).

use crate::facts::{Fact, Role, What};
use crate::protocol::witness::{Plea, Ruling, WitnessAnswer, WitnessRequest};
use crate::protocol::{Lsn, MirrorState, Note, Outcome, Part, WriteId};
use crate::units::{SimTime, Span};
use std::collections::BTreeMap;

/// What was acknowledged and stood on one side only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exposed {
    /// Time in which the mirror was not in sync.
    pub out_of_sync: Span,
    /// Writes acknowledged meanwhile.
    pub writes: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// One failure, from the fault that began it to the mirror that is in sync again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// Whether another side served clients after it.
    pub kind: FailureKind,
    /// When the mirror was out of sync.
    pub at: SimTime,
    /// From the last fault that began before it to the mirror out of sync, or where a witness decides
    /// to the other side's asking for a promotion; `None`: no fault did.
    pub detect: Option<Span>,
    /// From that fault to the operator's order to promote the other side, or from that side's asking
    /// to its promotion by the witness.
    pub decide: Option<Span>,
    /// From the promotion to an image that clients may be served from.
    pub replay: Option<Span>,
    /// From then to the first answer.
    pub serve: Option<Span>,
    /// From WELCOME to in sync.
    pub resync: Option<Span>,
    /// Writes acknowledged that the promoted side does not have.
    pub lost_writes: u64,
    /// Their bytes.
    pub lost_bytes: u64,
    /// From the first of them to the promotion.
    pub lost: Span,
}

/// What came of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The source went on.
    Outage,
    /// The other side was promoted.
    Failover,
}

impl FailureKind {
    /// Its word in reports.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Outage => "outage",
            Self::Failover => "failover",
        }
    }
}

/// Follows the state of the mirror.
#[derive(Debug)]
pub(super) struct Outages {
    pub exposed: Exposed,
    pub failures: Vec<Failure>,
    /// The site that reigns.
    source: Role,
    state: MirrorState,
    /// Since when the mirror is not in sync.
    since: Option<SimTime>,
    fault: Option<SimTime>,
    /// When the other side asked a witness for its promotion.
    asked: Option<SimTime>,
    /// When a promotion was ordered, began, and was done.
    ordered: Option<SimTime>,
    began: Option<SimTime>,
    serves: Option<SimTime>,
    resync: Option<SimTime>,
    entries: BTreeMap<WriteId, (Lsn, u64)>,
    /// Acknowledged writes that the other side's image does not hold: bytes, when.
    acknowledged: BTreeMap<Lsn, (u64, SimTime)>,
    committed: [Lsn; 2],
}

impl Default for Outages {
    fn default() -> Self {
        Self {
            exposed: Exposed::default(),
            failures: Vec::new(),
            source: Role::Source,
            state: MirrorState::InSync,
            since: None,
            fault: None,
            asked: None,
            ordered: None,
            began: None,
            serves: None,
            resync: None,
            entries: BTreeMap::new(),
            acknowledged: BTreeMap::new(),
            committed: [Lsn::ORIGIN; 2],
        }
    }
}

impl Outages {
    pub fn take(&mut self, fact: &Fact) {
        if let What::FaultBegan(_) = fact.what {
            self.fault = Some(fact.at);
        } else if let What::Appended(_, _, _, entry) = &fact.what {
            self.entries.insert(entry.write, (entry.lsn, entry.range.length));
        } else if let What::Answered(role, id, outcome) = &fact.what {
            self.answered(fact.at, *role, *id, outcome);
        } else if let What::Committed(role, _, lsn) = &fact.what {
            self.committed[*role as usize] = *lsn;
            if *role != self.source {
                self.acknowledged.retain(|held, _| held > lsn);
            }
        } else if let What::Noted(role, Note::Mirror(state)) = &fact.what {
            if *role == self.source {
                self.mirror(fact.at, *state);
            }
        } else if let What::PromotionOrdered(..) = fact.what {
            self.ordered = Some(fact.at);
        } else if let What::WitnessAsked(_, WitnessRequest { plea: Plea::Promotion, .. }) =
            fact.what
        {
            self.asked.get_or_insert(fact.at);
        } else if let What::WitnessTold(_, WitnessAnswer { ruling: Ruling::Refused, .. }) =
            fact.what
        {
            self.asked = None;
        } else if let What::ChangedPart(role, Part::Promoted) = fact.what {
            self.promoted(fact.at, role);
        } else if let What::Serves(role) = fact.what {
            self.serves(fact.at, role);
        } else if let What::Ended(_) = fact.what
            && let Some(since) = self.since
        {
            self.exposed.out_of_sync = self.exposed.out_of_sync.plus(fact.at.since(since));
        }
    }

    fn mirror(&mut self, at: SimTime, state: MirrorState) {
        match (self.state, state) {
            (_, MirrorState::InSync) => {
                if let Some(since) = self.since.take() {
                    self.exposed.out_of_sync = self.exposed.out_of_sync.plus(at.since(since));
                }
                if let (Some(failure), Some(resync)) = (self.failures.last_mut(), self.resync) {
                    failure.resync = Some(at.since(resync));
                }
            }
            (MirrorState::InSync, _) => self.fails(at),
            (_, MirrorState::Resync) => self.resync = Some(at),
            (_, MirrorState::OutOfSync | MirrorState::CpForwarding) => {}
        }
        self.state = state;
    }

    fn fails(&mut self, at: SimTime) {
        self.since.get_or_insert(at);
        self.failures.push(Failure {
            kind: FailureKind::Outage,
            at,
            detect: self.fault.map(|fault| at.since(fault)),
            decide: None,
            replay: None,
            serve: None,
            resync: None,
            lost_writes: 0,
            lost_bytes: 0,
            lost: Span::ZERO,
        });
    }

    fn answered(&mut self, at: SimTime, role: Role, id: WriteId, outcome: &Outcome) {
        if let Some(serves) = self.serves.filter(|_| role == self.source)
            && let Some(failure) = self.failures.last_mut()
        {
            failure.serve = Some(at.since(serves));
            self.serves = None;
        }
        let Some((lsn, bytes)) = self.entries.remove(&id) else { return };
        if *outcome == Outcome::Written {
            self.acknowledged.insert(lsn, (bytes, at));
            if self.state != MirrorState::InSync {
                self.exposed.writes += 1;
                self.exposed.bytes += bytes;
            }
        }
    }

    /// Another side begins its reign.
    fn promoted(&mut self, at: SimTime, role: Role) {
        if role != self.source && self.state == MirrorState::InSync {
            self.fails(at);
        }
        (self.source, self.state) = (role, MirrorState::OutOfSync);
        self.since.get_or_insert(at);
        self.began = Some(at);
        let fault = self.fault;
        let ordered = self.ordered.take();
        if let Some(failure) = self.failures.last_mut() {
            failure.kind = FailureKind::Failover;
            failure.decide = ordered.zip(fault).map(|(ordered, fault)| ordered.since(fault));
            if let Some(asked) = self.asked.take() {
                failure.detect = fault.map(|fault| asked.since(fault));
                failure.decide = Some(at.since(asked));
            }
        }
    }

    fn serves(&mut self, at: SimTime, role: Role) {
        let cut = self.committed[role as usize];
        let lost: Vec<_> = self
            .acknowledged
            .range(..)
            .filter(|(lsn, _)| **lsn > cut)
            .map(|(_, lost)| *lost)
            .collect();
        let began = self.began.take();
        if let Some(failure) = self.failures.last_mut() {
            failure.replay = began.map(|began| at.since(began));
            failure.lost_writes += lost.len() as u64;
            failure.lost_bytes += lost.iter().map(|(bytes, _)| bytes).sum::<u64>();
            let first = lost.iter().map(|(_, at)| *at).min();
            failure.lost = began.zip(first).map_or(Span::ZERO, |(began, first)| {
                if first < began { began.since(first) } else { Span::ZERO }
            });
        }
        self.acknowledged.clear();
        self.serves = Some(at);
    }
}
