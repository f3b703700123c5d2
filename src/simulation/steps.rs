//! Steps of the protocol, as the facts tell: what faults can be planned for.

use crate::facts::{Direction, Fact, Role, What};
use crate::faults::ReachedStep;
use crate::protocol::witness::{Plea, WitnessState};
use crate::protocol::{CpId, Generation, Incarnation, Message, MirrorState, Note, Purpose};
use crate::scenario::fault::StepName;
use std::collections::BTreeMap;

/// Counts what is numbered in steps, and collects the steps taken.
#[derive(Debug, Default)]
pub struct Steps {
    reached: Vec<ReachedStep>,
    /// Messages under way that matter: what arrives, or leaves, with each.
    under_way: BTreeMap<u64, Parcel>,
    /// Counted so far, by step and CP or pass.
    counts: BTreeMap<(StepName, u64), u64>,
    pass: u64,
    newest_cp: Option<u64>,
    /// The request for a promotion that the witness was asked last: a node asks until it is answered.
    promotion_asked: Option<(Incarnation, u64)>,
    /// The newest reign that the witness granted.
    granted: Option<Generation>,
    promotions: u64,
    /// The side that was promoted, until it logs its first write.
    promoted: Option<Role>,
}

/// What a message means for steps.
#[derive(Debug, Clone, Copy)]
enum Parcel {
    Blocks { cp: u64, purpose: Purpose, count: u64 },
    End { cp: u64 },
}

impl Steps {
    /// The steps taken since the last call.
    pub fn drain(&mut self) -> Vec<ReachedStep> {
        std::mem::take(&mut self.reached)
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact) {
        match &fact.what {
            What::Sent(Direction::ToDestination, number, message)
            | What::Resent(Direction::ToDestination, number, message) => {
                self.sent(*number, message);
            }
            What::Sent(Direction::ToSource, _, message) => {
                if let Message::CpAck { cp, .. } = **message {
                    self.reach(StepName::CpAck, Some(cp), None);
                }
            }
            What::Departed(Direction::ToDestination, number, _) => {
                if let Some(Parcel::End { cp }) = self.under_way.get(number).copied() {
                    self.under_way.remove(number);
                    self.push(StepName::CpEnd, Some(cp), None, None);
                }
            }
            What::Arrived(Direction::ToDestination, number) => self.arrived(*number),
            What::Lost(Direction::ToDestination, number, _) => {
                self.under_way.remove(number);
            }
            What::Committed(Role::Source, cp, _) => {
                self.reach(StepName::SourceCommit, Some(*cp), None);
            }
            What::Committed(Role::Destination, cp, _) => {
                self.reach(StepName::DestinationCommit, Some(*cp), None);
            }
            What::Appended(role, ..) => self.appended(*role),
            What::WitnessAsked(_, request) if request.plea == Plea::Promotion => {
                let asked = (request.incarnation, request.number);
                if self.promotion_asked.replace(asked) != Some(asked) {
                    self.reach_next(StepName::PromotionAsked);
                }
            }
            What::WitnessSaved(state) => {
                let first = Some(WitnessState::FIRST.generation);
                if Some(state.generation) > self.granted.max(first) {
                    self.granted = Some(state.generation);
                    self.reach_next(StepName::PromotionGranted);
                }
            }
            What::Replayed(..) => {
                let k = self.count(StepName::PromotionReplay, 0);
                self.reach(StepName::PromotionReplay, None, Some(k));
            }
            What::Noted(role, note) => self.noted(*role, note),
            What::Serves(role) => self.promoted = Some(*role),
            _ => {}
        }
    }

    /// A source logged a write.
    fn appended(&mut self, role: Role) {
        let k = self.count(StepName::WriteLogged, 0);
        self.reach(StepName::WriteLogged, None, Some(k));
        if self.promoted.take_if(|promoted| *promoted == role).is_some() {
            self.reach(StepName::FirstWriteAfterPromotion, None, None);
        }
    }

    fn sent(&mut self, number: u64, message: &Message) {
        match message {
            Message::Transfer(transfer) => {
                let cp = transfer.header.cp;
                let k = self.count(StepName::Transfer, cp.number.0);
                self.reach(StepName::Transfer, Some(cp), Some(k));
            }
            Message::CpBegin {
                cp, purpose: Purpose::ConsistencyPoint | Purpose::Snapshot, ..
            } => {
                self.reach(StepName::CpBegin, Some(*cp), None);
            }
            Message::CpData { cp, purpose, items, .. } => {
                let (cp, count) = (cp.number.0, items.len() as u64);
                self.under_way.insert(number, Parcel::Blocks { cp, purpose: *purpose, count });
            }
            Message::CpEnd {
                cp, purpose: Purpose::ConsistencyPoint | Purpose::Snapshot, ..
            } => {
                self.under_way.insert(number, Parcel::End { cp: cp.number.0 });
            }
            _ => {}
        }
    }

    fn arrived(&mut self, number: u64) {
        let Some(Parcel::Blocks { cp, purpose, count }) = self.under_way.remove(&number) else {
            return;
        };
        for _ in 0..count {
            match purpose {
                Purpose::ConsistencyPoint | Purpose::Snapshot => {
                    let k = self.count(StepName::CpBlock, cp);
                    self.push(StepName::CpBlock, Some(cp), Some(k), None);
                }
                Purpose::Resync => {
                    let k = self.count(StepName::ResyncBlock, self.pass);
                    self.push(StepName::ResyncBlock, None, Some(k), Some(self.pass));
                }
            }
        }
    }

    fn noted(&mut self, role: Role, note: &Note) {
        match note {
            Note::CpStarted(cp, _) => self.newest_cp = Some(cp.number.0),
            Note::ResyncPass(pass, ..) => {
                self.pass = *pass;
                self.push(StepName::ResyncPass, None, None, Some(*pass));
            }
            Note::Mirror(MirrorState::CpForwarding) => {
                self.push(StepName::CpForwarding, self.newest_cp, None, None);
            }
            Note::Mirror(MirrorState::InSync) => {
                let k = self.count(StepName::InSync, 0);
                self.reach(StepName::InSync, None, Some(k));
            }
            Note::Mirror(MirrorState::OutOfSync) => {
                let k = self.count(StepName::OutOfSync, 0);
                self.reach(StepName::OutOfSync, None, Some(k));
            }
            // Each life that replays its log counts anew.
            Note::LogReplayed(..) => {
                self.counts.remove(&(StepName::PromotionReplay, 0));
            }
            Note::Restarted(_, found) => {
                let name = match role {
                    Role::Source => StepName::SourceReplay,
                    Role::Destination => StepName::DestinationScan,
                };
                for k in 1..=*found {
                    self.reach(name, None, Some(k));
                }
            }
            Note::PromotionDecided(_) => {
                self.promotions = self.count(StepName::Promotion, 0);
                self.reach(StepName::Promotion, None, Some(self.promotions));
            }
            _ => {}
        }
    }

    /// The number of this one of its kind, from 1.
    fn count(&mut self, name: StepName, within: u64) -> u64 {
        let count = self.counts.entry((name, within)).or_default();
        *count += 1;
        *count
    }

    /// One more of its kind.
    fn reach_next(&mut self, name: StepName) {
        let k = self.count(name, 0);
        self.reach(name, None, Some(k));
    }

    fn reach(&mut self, name: StepName, cp: Option<CpId>, k: Option<u64>) {
        self.push(name, cp.map(|cp| cp.number.0), k, None);
    }

    fn push(&mut self, name: StepName, cp: Option<u64>, k: Option<u64>, pass: Option<u64>) {
        self.reached.push(ReachedStep { name, cp, k, pass });
    }
}
