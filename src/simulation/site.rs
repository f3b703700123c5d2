//! One appliance's site: its node, and everything that the node's wishes work on.

use super::clock::NodeClock;
use super::storage::{Asked, Server};
use crate::disk::{Image, LogStorage, NvramStore, ScannedRecord, StateStore};
use crate::facts::Role;
use crate::protocol::block::{BlockAddress, Contents};
use crate::protocol::destination::Destination;
use crate::protocol::source::{Recovered, RecoveredNvram, Source};
use crate::protocol::{
    CommitRecord, CpNumber, Effect, FaultId, Input, Occupancy, Parameters, Part, SavedState,
    Scanned,
};
use crate::scenario::fault::NvramFault;
use crate::scenario::{DiskModel, Scenario};
use crate::units::SimTime;

/// A site. What survives a crash is outside [`Node`].
#[derive(Debug)]
pub struct Site {
    pub node: Node,
    /// Lives of the node so far: what was under way in an earlier one means nothing (Spec 1.5).
    pub life: u32,
    /// When the appliance's processor is free.
    pub busy_until: SimTime,
    pub volume: Server,
    pub image: Image,
    /// Of the committed image.
    pub record: CommitRecord,
    pub log: Server,
    pub log_storage: LogStorage,
    pub nvram: NvramStore,
    pub states: StateStore<SavedState>,
    /// The part it plays, as was written down.
    pub part: Part,
    /// The disaster that burned the site, until people switch it on again.
    pub burned_by: Option<FaultId>,
    /// Pauses that are on; while there is one the node does nothing.
    pub pauses: u32,
    /// What came for the node meanwhile.
    pub deferred: Vec<Deferred>,
    /// How many times as long the processor takes.
    pub slowdown: u32,
    pub clock: NodeClock,
    /// Waits for the next crash.
    pub nvram_fault: Option<(FaultId, NvramFault)>,
}

/// Something for a node that is paused.
#[derive(Debug)]
pub struct Deferred {
    pub input: Input,
    /// The fact that led to it.
    pub cause: u64,
}

/// The appliance's software.
#[derive(Debug)]
pub enum Node {
    Source(Box<Source>),
    Destination(Box<Destination>),
    Down,
}

impl Site {
    /// A site at the start of a run.
    #[must_use]
    pub fn new(role: Role, scenario: &Scenario) -> Self {
        let size = scenario.parameters.block_size;
        let disk: &DiskModel = match role {
            Role::Source => &scenario.source.disk,
            Role::Destination => &scenario.destination.disk,
        };
        let parameters = scenario.parameters.clone();
        let (node, part) = match role {
            Role::Source => (Node::Source(Box::new(Source::new(parameters))), Part::Source),
            Role::Destination => {
                (Node::Destination(Box::new(Destination::new(parameters))), Part::Destination)
            }
        };
        Self {
            node,
            life: 0,
            busy_until: SimTime::ZERO,
            volume: Server::new(disk),
            image: Image::new(size),
            record: CommitRecord::ORIGINAL,
            log: Server::new(&scenario.destination.log),
            log_storage: LogStorage::new(size),
            nvram: NvramStore::new(),
            states: StateStore::new(SavedState { part, ..SavedState::FIRST }),
            part,
            burned_by: None,
            pauses: 0,
            deferred: Vec::new(),
            slowdown: 1,
            clock: NodeClock::RIGHT,
            nvram_fault: None,
        }
    }

    /// Tells the node; one that is down hears nothing.
    pub fn handle(&mut self, now: SimTime, input: Input, wishes: &mut Vec<Effect>) {
        let now = self.clock.shows(now);
        match &mut self.node {
            Node::Source(source) => source.handle(now, input, wishes),
            Node::Destination(destination) => destination.handle(now, input, wishes),
            Node::Down => {}
        }
    }

    #[must_use]
    pub fn is_source(&self) -> bool {
        matches!(self.node, Node::Source(_))
    }

    #[must_use]
    pub fn is_down(&self) -> bool {
        matches!(self.node, Node::Down)
    }

    #[must_use]
    pub fn occupancy(&self) -> Occupancy {
        match &self.node {
            Node::Source(source) => source.occupancy(),
            Node::Destination(destination) => destination.occupancy(),
            Node::Down => Occupancy::default(),
        }
    }

    /// Begins the node's next life from what survived; adds what it wishes at once.
    pub fn restart(&mut self, now: SimTime, parameters: &Parameters, wishes: &mut Vec<Effect>) {
        let (record, state) = (self.record.clone(), self.states.durable().clone());
        let now = self.clock.shows(now);
        self.node = match state.part {
            Part::Source => {
                let found = self.recovered(record, state);
                Node::Source(Box::new(Source::restart(parameters, now, found, wishes)))
            }
            Part::Destination => {
                let destination = Destination::restart(parameters, now, record, state, wishes);
                Node::Destination(Box::new(destination))
            }
            Part::Promoted => {
                let metadata = self.metadata();
                let source = Source::promoted(parameters, now, record, state, metadata, wishes);
                Node::Source(Box::new(source))
            }
        };
    }

    fn recovered(&self, record: CommitRecord, state: SavedState) -> Recovered {
        let found = self.nvram.recover();
        let nvram = match found.damage {
            Some(_) => RecoveredNvram::Damaged,
            None => RecoveredNvram::Halves(
                found.halves.map(|half| half.into_iter().map(|(_, entry)| entry).collect()),
            ),
        };
        Recovered { record, state, nvram, metadata: self.metadata() }
    }

    /// The metadata blocks of the committed image.
    fn metadata(&self) -> Vec<(BlockAddress, Vec<(u32, CpNumber)>)> {
        let metadata = self.image.blocks().filter_map(|(address, contents)| match contents {
            Contents::Metadata(children) => Some((address, children.clone())),
            Contents::Data(_) => None,
        });
        metadata.collect()
    }

    /// Everything in log storage, as a node reads it.
    #[must_use]
    pub fn scan(&self) -> Vec<Scanned> {
        let found = self.log_storage.scan().into_iter();
        let node_sees = found.map(|found| Scanned {
            file: found.file,
            offset: found.offset,
            transfer: match found.record {
                ScannedRecord::Intact(transfer) => Some(transfer),
                ScannedRecord::Damaged(_) => None,
            },
        });
        node_sees.collect()
    }

    /// Drops what was under way at both devices; gives what was in service.
    pub fn clear_devices(&mut self, now: SimTime) -> (Vec<Asked>, Vec<Asked>) {
        (self.volume.clear(now), self.log.clear(now))
    }
}
