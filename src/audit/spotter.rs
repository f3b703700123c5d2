//! Spots rare branches in the facts of a run.
//!
//! Most are told by one fact: a note, a refusal, a message sent again. Others need what came before:
//! a crash *in mid-replay*, a write *to a frozen block*; what is remembered for them is little and
//! bounded.

mod memory;

use super::branch::Branch;
use crate::facts::{Direction, Fact, LossCause, Role, What};
use crate::protocol::{
    EntryHeader, Message, MirrorState, Note, Outcome, Part, Purpose, Refusal, Timer, Transfer,
    Trigger,
};
use crate::scenario::Scenario;
use memory::{Frozen, Last, Memory, Pass, Work};
use std::collections::BTreeMap;

/// Reads the facts of one run.
#[derive(Debug)]
pub struct Spotter {
    memory: Memory,
    /// How often each was taken.
    taken: BTreeMap<Branch, u64>,
}

impl Spotter {
    /// For a run of this scenario.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        Self { memory: Memory::new(scenario), taken: BTreeMap::new() }
    }

    /// How often each branch was taken; those that were not have no entry.
    #[must_use]
    pub fn into_taken(self) -> BTreeMap<Branch, u64> {
        self.taken
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact) {
        match &fact.what {
            What::Noted(role, note) => self.noted(fact, *role, note),
            What::Refused(role, refusal) => self.refused(fact, *role, *refusal),
            What::Requested(_) | What::Repeated(_) => self.asked(fact),
            What::Unheard(_) => self.spot(Branch::RequestUnheard),
            What::Answered(role, _, Outcome::Written) if self.memory.is_rival(*role) => {
                self.spot(Branch::RivalAnswers);
            }
            What::Appended(role, _, cp, entry) => self.appended(*role, *cp, entry),
            What::Sent(direction, _, message) => self.sent(fact, *direction, message),
            What::Resent(_, _, message) => self.resent(message),
            What::Departed(direction, ..) if self.memory.is_paused(*direction) => {
                self.spot(Branch::DepartureDeferred);
            }
            What::Lost(_, _, LossCause::NodeDown) => self.spot(Branch::MessageFindsNobody),
            What::Damaged(..) => self.spot(Branch::MessageDamaged),
            What::HalfFreed(role, _) if self.memory.work(*role) == Work::Beginning => {
                self.spot(Branch::HalfFreedAfterCrash);
            }
            What::Committed(role, ..) if self.memory.work(*role) == Work::Crashing => {
                self.spot(Branch::CommitSurvivesCrash);
            }
            What::TimerFired(_, timer) => self.timer(*timer),
            What::Crashed(role) => self.crashed(*role),
            _ => {}
        }
        self.memory.take(fact);
    }

    fn spot(&mut self, branch: Branch) {
        *self.taken.entry(branch).or_default() += 1;
    }

    fn noted(&mut self, fact: &Fact, role: Role, note: &Note) {
        if let Some(branch) = Branch::of_note(note) {
            self.spot(branch);
        }
        match note {
            Note::CpStarted(cp, trigger) => {
                let at_once = self.memory.follows(fact, Last::CpEnded);
                match trigger {
                    Trigger::Timer
                    | Trigger::Operator
                    | Trigger::DirtyBuffers
                    | Trigger::WaitingWrite
                        if at_once =>
                    {
                        self.spot(Branch::TriggerKept);
                    }
                    Trigger::Replay if at_once => self.spot(Branch::BothHalvesReplayed),
                    Trigger::Timer
                    | Trigger::HalfFull
                    | Trigger::BackToBack
                    | Trigger::DirtyBuffers
                    | Trigger::Bound
                    | Trigger::WaitingWrite
                    | Trigger::Operator
                    | Trigger::Replay
                    | Trigger::Resync => {}
                }
                self.memory.frozen[role as usize].freeze(*cp);
            }
            Note::SessionLost(_) => {
                if self.memory.passes[role as usize] != Pass::None {
                    self.spot(Branch::PassInterrupted);
                }
                if self.memory.mirrors[role as usize] == MirrorState::CpForwarding {
                    self.spot(Branch::ForwardingInterrupted);
                }
            }
            _ => {}
        }
    }

    fn refused(&mut self, fact: &Fact, role: Role, refusal: Refusal) {
        let of_client = self.memory.is_request(fact.cause);
        let of_order = self.memory.is_order(fact.cause);
        let spotted = match (refusal, role) {
            (Refusal::WrongEpoch, Role::Source) => Some(Branch::EpochOverAtSource),
            (Refusal::WrongEpoch, Role::Destination) => Some(Branch::EpochOverAtDestination),
            (Refusal::ForeignCp, Role::Source) => Some(Branch::CpOverAtSource),
            (Refusal::ForeignCp, Role::Destination) => Some(Branch::CpOverAtDestination),
            (Refusal::WrongDirection, _) => of_order.then_some(Branch::PromotionOfSource),
            (Refusal::Repeated, _) if of_client => Some(Branch::RequestRepeated),
            (Refusal::Repeated, _) => {
                let is_source = self.memory.is_source(role);
                is_source.then_some(Branch::WelcomeRepeated)
            }
            (Refusal::NotInSync, _) if of_client => Some(Branch::WriteFails),
            (Refusal::NotInSync, _) => Some(Branch::PromotionRefused),
            (Refusal::Deposed, _) if self.memory.is_source(role) => Some(Branch::OldSourceAtSource),
            (Refusal::Deposed, _) => Some(Branch::OldSourceAtDestination),
            (other, _) => Branch::of_refusal(other),
        };
        if let Some(branch) = spotted {
            self.spot(branch);
        }
    }

    fn asked(&mut self, fact: &Fact) {
        if matches!(fact.what, What::Repeated(_)) && fact.cause.is_none() {
            self.spot(Branch::ClientTimeout);
        }
    }

    fn appended(&mut self, role: Role, cp: crate::protocol::CpId, entry: &EntryHeader) {
        match self.memory.frozen[role as usize].write(cp, entry) {
            Frozen::Untouched => {}
            Frozen::Wholly => self.spot(Branch::FrozenBlockCopied),
            Frozen::InPart => {
                self.spot(Branch::FrozenBlockCopied);
                self.spot(Branch::FrozenBlockCopiedInPart);
            }
        }
    }

    fn sent(&mut self, fact: &Fact, direction: Direction, message: &Message) {
        match message {
            Message::Transfer(transfer) => self.transfer(direction, transfer),
            Message::Nak { cp, address, .. } => {
                if self.memory.follows(fact, Last::LogCheckFailed) {
                    self.spot(Branch::NakOfDamaged);
                }
                if self.memory.naks.said_before(*cp, *address) {
                    self.spot(Branch::NakRepeated);
                }
            }
            Message::CpAck { epoch, cp } => {
                let newest = &mut self.memory.acknowledged[direction as usize];
                if newest.replace((*epoch, *cp)) == Some((*epoch, *cp)) {
                    self.spot(Branch::CpAckAgain);
                }
            }
            Message::Wait { .. } => self.spot(Branch::Wait),
            Message::Welcome { .. } if self.memory.follows(fact, Last::HelloRepeated) => {
                self.spot(Branch::HelloAnsweredAgain);
            }
            Message::Restarted { .. } if self.memory.follows(fact, Last::HelloRepeated) => {
                self.spot(Branch::HelloOfEarlierLife);
            }
            _ => {}
        }
    }

    fn transfer(&mut self, direction: Direction, transfer: &Transfer) {
        let (epoch, id) = (transfer.header.epoch, transfer.header.id);
        let before = self.memory.transfers[direction as usize].replace((epoch, id));
        if before.is_some_and(|(old, last)| old == epoch && last > id) {
            self.spot(Branch::TransferIdsWrap);
        }
        if transfer.entries.iter().any(|entry| entry.part_length < entry.range.length) {
            self.spot(Branch::WriteSplit);
        }
        if transfer.entries.len() > 1 {
            self.spot(Branch::TransferShared);
        }
    }

    fn resent(&mut self, message: &Message) {
        match message {
            Message::Transfer(_) => self.spot(Branch::TransferAgain),
            Message::CpBegin { purpose: Purpose::ConsistencyPoint, .. } => {
                self.spot(Branch::CpAgain);
            }
            Message::CpBegin { purpose: Purpose::Resync | Purpose::Snapshot, .. } => {
                self.spot(Branch::PassAgain);
            }
            Message::InSync { .. } => self.spot(Branch::InSyncAgain),
            _ => {}
        }
    }

    fn timer(&mut self, timer: Timer) {
        match timer {
            Timer::TransferDelay => self.spot(Branch::TransferTimer),
            Timer::Flush => self.spot(Branch::FlushTimer),
            Timer::ConsistencyPoint
            | Timer::Wait
            | Timer::Progress
            | Timer::Reconnect
            | Timer::Retransmit
            | Timer::Heartbeat
            | Timer::Lease
            | Timer::Witness
            | Timer::Snapshot => {}
        }
    }

    fn crashed(&mut self, role: Role) {
        match (self.memory.work(role), self.memory.part(role)) {
            (Work::Replaying, Part::Promoted) => self.spot(Branch::CrashInPromotion),
            (Work::Replaying, Part::Source | Part::Destination) => {
                self.spot(Branch::CrashInReplay);
            }
            (Work::Ordinary | Work::Beginning | Work::Crashing, _) => {}
        }
    }
}
