//! Follows the states of both sites through the facts of a run.

use super::{Machine, State, Stay, Stays};
use crate::facts::{Direction, Fact, Role, What};
use crate::protocol::{Message, MirrorState, Note, Part, Purpose, Refusal, SessionEnd, Trigger};
use crate::units::{SimTime, Span};
use std::collections::BTreeMap;

/// Reads the facts of one run.
#[derive(Debug)]
pub struct Follower {
    sites: [Site; 2],
    stays: Stays,
}

/// The present states of a site, each with the time it was entered.
#[derive(Debug)]
struct Site {
    part: Part,
    present: BTreeMap<Machine, (State, SimTime)>,
}

impl Default for Follower {
    fn default() -> Self {
        let mut follower = Self {
            sites: [Part::Source, Part::Destination]
                .map(|part| Site { part, present: BTreeMap::new() }),
            stays: Stays::default(),
        };
        for role in [Role::Source, Role::Destination] {
            follower.enter(role, State::Up, SimTime::ZERO);
        }
        for state in [State::InSync, State::NoCp, State::Serving] {
            follower.enter(Role::Source, state, SimTime::ZERO);
        }
        for state in [State::Live, State::NotReceiving] {
            follower.enter(Role::Destination, state, SimTime::ZERO);
        }
        follower
    }
}

impl Follower {
    /// How long each state lasted, once the run is over.
    #[must_use]
    pub fn into_stays(self) -> Stays {
        self.stays
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact) {
        let at = fact.at;
        match &fact.what {
            What::Crashed(role) => {
                self.leave_all(*role, at);
                self.enter(*role, State::Down, at);
            }
            What::Restarted(role) => self.enter(*role, State::Up, at),
            What::ChangedPart(role, _) => self.leave_all(*role, at),
            What::Noted(role, note) => self.noted(*role, note, at),
            What::Refused(role, Refusal::DiskFailed) if self.serves(*role) => {
                self.stops_serving(*role, State::Failed, at);
            }
            What::Serves(role) => self.enter(*role, State::Serving, at),
            What::Sent(direction, _, message) => self.sent(*direction, message, at),
            What::VolumeWriteAsked(role, ..)
            | What::LogReadAsked(role, ..)
            | What::FragmentReadAsked(role, ..)
                if self.is(*role, State::NotReceiving) =>
            {
                self.enter(*role, State::Receiving, at);
            }
            What::Committed(role, ..) | What::ShadowDropped(role, _)
                if self.is(*role, State::Receiving) =>
            {
                self.enter(*role, State::NotReceiving, at);
            }
            What::Ended(_) => {
                for role in [Role::Source, Role::Destination] {
                    self.leave_all(role, at);
                    self.leave(role, Machine::Node, at);
                }
            }
            _ => {}
        }
    }

    fn noted(&mut self, role: Role, note: &Note, at: SimTime) {
        match note {
            Note::Mirror(state) => self.mirror(role, *state, at),
            Note::SessionLost(end) => self.session_lost(role, *end, at),
            Note::CpStarted(_, trigger) => {
                let forwards = self.is(role, State::InSync) || self.is(role, State::CpForwarding);
                self.enter(role, if forwards { State::Draining } else { State::Alone }, at);
                if *trigger == Trigger::Replay && self.is(role, State::Serving) {
                    self.enter(role, State::Recovering, at);
                }
            }
            Note::CpEnded(_) => {
                self.enter(role, State::NoCp, at);
                if self.is(role, State::Recovering) {
                    self.enter(role, State::Serving, at);
                }
            }
            Note::NvramLost => self.stops_serving(role, State::Fenced, at),
            Note::Deposed(_) => self.stops_serving(role, State::Deposed, at),
            Note::Session(state) => {
                self.sites[role as usize].part = Part::Destination;
                self.enter(role, State::from(*state), at);
                if !self.is(role, State::Receiving) {
                    self.enter(role, State::NotReceiving, at);
                }
            }
            _ => {}
        }
    }

    fn mirror(&mut self, role: Role, state: MirrorState, at: SimTime) {
        self.enter(role, State::from(state), at);
        // Forwarding begins with a CP in full: one that had begun alone would not be it.
        if state == MirrorState::CpForwarding && self.is(role, State::Alone) {
            self.enter(role, State::Draining, at);
        }
    }

    fn session_lost(&mut self, role: Role, end: SessionEnd, at: SimTime) {
        let (part, begins) = match end {
            SessionEnd::SourceRestarted => (Part::Source, Some(State::Serving)),
            SessionEnd::Promoted => (Part::Promoted, Some(State::Replaying)),
            SessionEnd::NoProgress
            | SessionEnd::ConnectionLost
            | SessionEnd::DestinationRestarted
            | SessionEnd::BlockDamaged
            | SessionEnd::LeaseLost => (self.sites[role as usize].part, None),
        };
        self.sites[role as usize].part = part;
        if let Some(service) = begins {
            self.enter(role, service, at);
            self.enter(role, State::NoCp, at);
        } else if !self.is(role, State::NoCp) {
            self.enter(role, State::Alone, at);
        }
    }

    fn sent(&mut self, direction: Direction, message: &Message, at: SimTime) {
        let role = match direction {
            Direction::ToDestination => Role::Source,
            Direction::ToSource => Role::Destination,
        };
        let of_cp = Purpose::ConsistencyPoint;
        match message {
            Message::CpBegin { purpose, .. }
                if *purpose == of_cp && self.is(role, State::Draining) =>
            {
                self.enter(role, State::Sending, at);
            }
            Message::CpEnd { purpose, .. }
                if *purpose == of_cp && self.is(role, State::Sending) =>
            {
                self.enter(role, State::Awaiting, at);
            }
            _ => {}
        }
    }

    /// A source serves nobody from now on, and takes part in nothing.
    fn stops_serving(&mut self, role: Role, why: State, at: SimTime) {
        self.enter(role, why, at);
        self.leave(role, Machine::Mirror, at);
        self.leave(role, Machine::ConsistencyPoint, at);
    }

    fn serves(&self, role: Role) -> bool {
        self.is(role, State::Serving) || self.is(role, State::Recovering)
    }

    fn is(&self, role: Role, state: State) -> bool {
        let present = self.sites[role as usize].present.get(&state.machine());
        present.is_some_and(|(present, _)| *present == state)
    }

    fn enter(&mut self, role: Role, state: State, at: SimTime) {
        if !self.is(role, state) {
            self.leave(role, state.machine(), at);
            self.sites[role as usize].present.insert(state.machine(), (state, at));
            self.stays.add(state, Stay { entered: 1, time: Span::ZERO });
        }
    }

    fn leave(&mut self, role: Role, machine: Machine, at: SimTime) {
        if let Some((state, since)) = self.sites[role as usize].present.remove(&machine) {
            self.stays.add(state, Stay { entered: 0, time: at.since(since) });
        }
    }

    /// A life is over: whatever the site was, it is no more. Only the node remains.
    fn leave_all(&mut self, role: Role, at: SimTime) {
        for machine in [
            Machine::Mirror,
            Machine::ConsistencyPoint,
            Machine::Service,
            Machine::Session,
            Machine::Reception,
        ] {
            self.leave(role, machine, at);
        }
    }
}
