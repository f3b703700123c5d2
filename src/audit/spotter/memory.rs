//! What a spotter remembers of the facts before.

use crate::facts::{Direction, Fact, Role, Spot, What};
use crate::protocol::block::{BlockAddress, BlockSize};
use crate::protocol::{
    CpId, EntryHeader, Epoch, Message, MirrorState, Note, Part, Refusal, SessionEnd, TransferId,
    Trigger,
};
use crate::scenario::Scenario;
use crate::scenario::fault::{FaultKind, NodeFault, Part as Broken, Side};
use std::collections::{BTreeMap, BTreeSet};

/// Clients' requests remembered, to tell what a refusal is about.
const REQUESTS: usize = 1 << 14;

/// The last fact, where it means something for the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    CpEnded,
    LogCheckFailed,
    HelloRepeated,
    Other,
}

/// What a site is busy with beside its ordinary work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    Ordinary,
    /// A crash is being carried out.
    Crashing,
    /// A new life begins.
    Beginning,
    /// A log is being replayed, after a crash or a promotion.
    Replaying,
}

/// Whether a pass of resynchronization is under way, and which CP it sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    None,
    Sends(CpId),
}

/// How a write meets the blocks that are frozen for a CP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frozen {
    Untouched,
    Wholly,
    InPart,
}

/// Blocks of the entries of the active half, and of the CP that is under way.
#[derive(Debug)]
pub(super) struct Blocks {
    size: BlockSize,
    active: BTreeSet<BlockAddress>,
    frozen: Option<(CpId, BTreeSet<BlockAddress>)>,
}

impl Blocks {
    /// A CP begins.
    pub fn freeze(&mut self, cp: CpId) {
        self.frozen = Some((cp, std::mem::take(&mut self.active)));
    }

    /// A write is logged for a CP; the worst that any of its blocks meets.
    pub fn write(&mut self, cp: CpId, entry: &EntryHeader) -> Frozen {
        let mut met = Frozen::Untouched;
        for piece in entry.pieces(self.size) {
            let first = self.active.insert(piece.address);
            let frozen = self
                .frozen
                .as_ref()
                .is_some_and(|(running, blocks)| *running != cp && blocks.contains(&piece.address));
            if first && frozen {
                let whole = piece.is_whole(self.size) && met != Frozen::InPart;
                met = if whole { Frozen::Wholly } else { Frozen::InPart };
            }
        }
        met
    }
}

/// NAKs of one CP.
#[derive(Debug, Default)]
pub(super) struct Naks {
    cp: Option<CpId>,
    said: BTreeSet<BlockAddress>,
}

impl Naks {
    /// A NAK is said: whether it was before.
    pub fn said_before(&mut self, cp: CpId, address: BlockAddress) -> bool {
        if self.cp.replace(cp) != Some(cp) {
            self.said.clear();
        }
        !self.said.insert(address)
    }
}

/// What a spotter remembers. What there is one of for each site, or each direction, is in the order of
/// roles.
#[derive(Debug)]
pub(super) struct Memory {
    /// Faults that pause a node.
    pausing: BTreeMap<u32, Role>,
    /// Pauses that are on.
    paused: [u32; 2],
    last: (u64, Last),
    requests: BTreeSet<u64>,
    /// The last order to promote a node.
    order: Option<u64>,
    parts: [Part; 2],
    works: [Work; 2],
    /// The site that clients ask.
    serving: Role,
    pub mirrors: [MirrorState; 2],
    pub passes: [Pass; 2],
    pub frozen: [Blocks; 2],
    pub naks: Naks,
    /// The newest CP that was acknowledged.
    pub acknowledged: [Option<(Epoch, CpId)>; 2],
    /// The transfer that was sent last.
    pub transfers: [Option<(Epoch, TransferId)>; 2],
}

impl Memory {
    pub fn new(scenario: &Scenario) -> Self {
        let size = scenario.parameters.block_size;
        let blocks = || Blocks { size, active: BTreeSet::new(), frozen: None };
        let faults = scenario.faults.iter().zip(0..);
        let pausing = faults.filter_map(|(fault, place)| match fault.kind {
            FaultKind::Part(Broken::Node(Side::Source, NodeFault::Pause)) => {
                Some((place, Role::Source))
            }
            FaultKind::Part(Broken::Node(Side::Destination, NodeFault::Pause)) => {
                Some((place, Role::Destination))
            }
            FaultKind::Part(_)
            | FaultKind::Flap { .. }
            | FaultKind::CrashLoop { .. }
            | FaultKind::RollingDisaster { .. }
            | FaultKind::PowerLoss
            | FaultKind::PromoteBoth => None,
        });
        Self {
            pausing: pausing.collect(),
            paused: [0; 2],
            last: (0, Last::Other),
            requests: BTreeSet::new(),
            order: None,
            parts: [Part::Source, Part::Destination],
            works: [Work::Ordinary; 2],
            serving: Role::Source,
            mirrors: [MirrorState::InSync; 2],
            passes: [Pass::None; 2],
            frozen: [blocks(), blocks()],
            naks: Naks::default(),
            acknowledged: [None; 2],
            transfers: [None; 2],
        }
    }

    /// Whether the fact before this one was of this kind.
    pub fn follows(&self, fact: &Fact, last: Last) -> bool {
        self.last == (fact.number.wrapping_sub(1), last)
    }

    pub fn work(&self, role: Role) -> Work {
        self.works[role as usize]
    }

    pub fn part(&self, role: Role) -> Part {
        self.parts[role as usize]
    }

    pub fn is_source(&self, role: Role) -> bool {
        match self.part(role) {
            Part::Source | Part::Promoted => true,
            Part::Destination => false,
        }
    }

    /// Whether the site goes on as a source while clients are served by the other.
    pub fn is_rival(&self, role: Role) -> bool {
        role != self.serving && self.is_source(role)
    }

    /// Whether the sender is paused.
    pub fn is_paused(&self, direction: Direction) -> bool {
        self.paused[direction as usize] > 0
    }

    pub fn is_request(&self, cause: Option<u64>) -> bool {
        cause.is_some_and(|cause| self.requests.contains(&cause))
    }

    pub fn is_order(&self, cause: Option<u64>) -> bool {
        cause.is_some() && cause == self.order
    }

    /// Remembers what matters of a fact.
    pub fn take(&mut self, fact: &Fact) {
        let mut last = Last::Other;
        match &fact.what {
            What::Requested(_) | What::Repeated(_) => {
                self.requests.insert(fact.number);
                if self.requests.len() > REQUESTS {
                    self.requests.pop_first();
                }
            }
            What::PromotionOrdered(..) => self.order = Some(fact.number),
            What::Noted(role, note) => last = self.noted(*role, note),
            What::Refused(role, Refusal::Repeated) if !self.is_source(*role) => {
                last = Last::HelloRepeated;
            }
            What::CheckFailed(_, Spot::Log(..)) => last = Last::LogCheckFailed,
            What::Sent(_, _, message) => {
                if let Message::CpAck { cp, .. } = **message {
                    let over = |pass: &&mut Pass| **pass == Pass::Sends(cp);
                    self.passes.iter_mut().filter(over).for_each(|pass| *pass = Pass::None);
                }
            }
            What::FaultBegan(fault) => {
                if let Some(role) = self.pausing.get(&fault.0) {
                    self.paused[*role as usize] += 1;
                }
            }
            What::FaultEnded(fault) => {
                if let Some(role) = self.pausing.get(&fault.0) {
                    self.paused[*role as usize] -= 1;
                }
            }
            What::Crashed(role) => self.works[*role as usize] = Work::Crashing,
            What::Restarted(role) => self.begin(*role),
            What::ChangedPart(role, part) => {
                self.begin(*role);
                self.parts[*role as usize] = *part;
            }
            What::StateSaved(role, state) => self.parts[*role as usize] = state.part,
            What::Serves(role) => {
                self.serving = *role;
                self.works[*role as usize] = Work::Ordinary;
            }
            _ => {}
        }
        self.last = (fact.number, last);
    }

    /// A life begins.
    fn begin(&mut self, role: Role) {
        let site = role as usize;
        self.works[site] = Work::Beginning;
        self.passes[site] = Pass::None;
        self.frozen[site].active.clear();
        self.frozen[site].frozen = None;
    }

    fn noted(&mut self, role: Role, note: &Note) -> Last {
        let site = role as usize;
        match note {
            Note::CpStarted(_, Trigger::Replay) => self.works[site] = Work::Replaying,
            Note::CpEnded(_) => {
                self.frozen[site].frozen = None;
                self.works[site] = Work::Ordinary;
                return Last::CpEnded;
            }
            Note::Mirror(state) => {
                self.mirrors[site] = *state;
                self.passes[site] = Pass::None;
            }
            Note::ResyncPass(_, cp, _) => self.passes[site] = Pass::Sends(*cp),
            Note::Restarted(..) => self.works[site] = Work::Ordinary,
            Note::SessionLost(SessionEnd::SourceRestarted) => self.parts[site] = Part::Source,
            Note::SessionLost(SessionEnd::Promoted) => {
                (self.parts[site], self.works[site]) = (Part::Promoted, Work::Replaying);
            }
            Note::Session(_) => self.parts[site] = Part::Destination,
            _ => {}
        }
        Last::Other
    }
}
