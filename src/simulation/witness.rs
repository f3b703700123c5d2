//! The witness's site, and the messages between it and the nodes (Spec 7.6).
//!
//! They are few and small and go their own ways: each takes the witness's latency and, by chance, up
//! to as long again, so that they overtake one another. One that meets a partition or a witness that
//! is down is lost; nobody is told.

use super::injection::role_of;
use super::{Event, Reaction, Simulation};
use crate::disk::StateStore;
use crate::facts::{Role, What};
use crate::protocol::witness::{
    Member, Witness, WitnessAnswer, WitnessEffect, WitnessInput, WitnessRequest, WitnessState,
};
use crate::protocol::{Input, Ticket};
use crate::random::{Choice, Decisions as _, Key, Purpose};
use crate::scenario::fault::{Part, WitnessFault};
use crate::units::Span;

/// A message between a node and the witness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Request(WitnessRequest),
    Answer(WitnessAnswer),
}

/// The witness and what survives its crash.
#[derive(Debug)]
pub(super) struct WitnessSite {
    /// `None`: it is down.
    node: Option<Witness>,
    states: StateStore<WitnessState>,
    life: u32,
}

impl WitnessSite {
    pub(super) fn new() -> Self {
        let node = Some(Witness::new(WitnessState::FIRST));
        Self { node, states: StateStore::new(WitnessState::FIRST), life: 0 }
    }
}

impl Simulation<'_> {
    /// Both nodes begin where a witness decides.
    pub(super) fn begin_watch(&mut self) {
        if self.scenario.parameters.lease.is_none() {
            return;
        }
        for role in [Role::Source, Role::Destination] {
            self.recorder.begin(self.now, None);
            self.recorder.leading_fact(What::Began(role));
            self.tell(role, Input::Begin);
        }
    }

    pub(super) fn ask_witness(&mut self, role: Role, request: WitnessRequest) {
        let fact = self.recorder.fact(What::WitnessAsked(role, request));
        self.carry_word(role, Word::Request(request), fact);
    }

    /// A message to or from the witness begins its way.
    fn carry_word(&mut self, role: Role, word: Word, cause: u64) {
        if self.is_cut_off(role) {
            self.unheard(role);
            return;
        }
        let latency = self.scenario.failover.witness_latency;
        let key = Key { purpose: Purpose::Witness, entity: role as u64, index: self.words };
        self.words += 1;
        let more = self.decisions.decide(key, Choice::Below(latency.as_nanos() + 1));
        let at = self.now.after(latency).after(Span::from_nanos(more));
        self.queue.insert(at, Event::Word(role, word, cause));
    }

    /// A message to or from the witness arrives, or is lost.
    pub(super) fn word_arrives(&mut self, role: Role, word: Word, cause: u64) {
        self.recorder.begin(self.now, Some(cause));
        if self.is_cut_off(role) {
            self.unheard(role);
            return;
        }
        match word {
            Word::Request(request) => {
                if self.witness.node.is_none() {
                    self.recorder.fact(What::WitnessUnheard(role));
                    return;
                }
                self.recorder.leading_fact(What::WitnessHeard(role, request));
                self.tell_witness(WitnessInput::Request(member(role), request));
            }
            Word::Answer(answer) => {
                if self.sites[role as usize].is_down() {
                    self.recorder.fact(What::WitnessUnheard(role));
                    return;
                }
                self.recorder.leading_fact(What::WitnessTold(role, answer));
                self.tell(role, Input::Witness(answer));
            }
        }
    }

    fn tell_witness(&mut self, input: WitnessInput) {
        let Some(node) = &mut self.witness.node else { return };
        let mut wishes = Vec::new();
        node.handle(input, &mut wishes);
        let cause = self.cause();
        for wish in wishes {
            match wish {
                WitnessEffect::SaveState(ticket, state) => {
                    self.witness.states.save(ticket, state);
                    let at = self.now.after(self.scenario.source.nvram_latency);
                    let saved = Event::WitnessSaved(self.witness.life, ticket, cause);
                    self.queue.insert(at, saved);
                }
                WitnessEffect::Answer(member, answer) => {
                    let role = role_of_member(member);
                    let fact = self.recorder.fact(What::WitnessAnswered(role, answer));
                    self.carry_word(role, Word::Answer(answer), fact);
                }
            }
        }
    }

    pub(super) fn witness_saved(&mut self, ticket: Ticket, cause: u64) {
        self.recorder.begin(self.now, Some(cause));
        self.witness.states.saved(ticket);
        let state = self.witness.states.durable().clone();
        self.recorder.leading_fact(What::WitnessSaved(state));
        self.tell_witness(WitnessInput::StateSaved(ticket));
    }

    /// Whether an event is of a life of the witness that is over.
    pub(super) const fn is_of_old_witness(&self, life: u32) -> bool {
        self.witness.life != life
    }

    /// The witness crashes: of what it was saving the first so many are durable, as drawn.
    pub(super) fn crash_witness(&mut self) -> Reaction {
        if self.witness.node.take().is_none() {
            return Reaction::None;
        }
        self.recorder.leading_fact(What::WitnessCrashed);
        self.witness.life += 1;
        let in_flight = self.witness.states.in_flight() as u64;
        let key = Key { purpose: Purpose::Witness, entity: 2, index: self.words };
        self.words += 1;
        let survivors = self.decisions.decide(key, Choice::Below(in_flight + 1));
        let survivors = usize::try_from(survivors).expect("it is at most what was in flight");
        self.witness.states.crash(survivors);
        if survivors > 0 {
            self.recorder.fact(What::WitnessSaved(self.witness.states.durable().clone()));
        }
        Reaction::Some
    }

    pub(super) fn restart_witness(&mut self) {
        let crash = Part::Witness(WitnessFault::Crash);
        let is_kept_down = self.active.iter().any(|(_, part)| *part == crash);
        if self.witness.node.is_none() && !is_kept_down {
            self.recorder.leading_fact(What::WitnessRestarted);
            self.witness.node = Some(Witness::new(self.witness.states.durable().clone()));
        }
    }

    /// A partition lies in the way of a message.
    fn unheard(&mut self, role: Role) {
        self.recorder.fact(What::WitnessUnheard(role));
        self.felt_by_word(role);
    }

    /// Whether a partition lies between the node and the witness.
    fn is_cut_off(&self, role: Role) -> bool {
        self.active.iter().any(|(_, part)| match part {
            Part::Witness(WitnessFault::Partition(side)) => {
                side.is_none_or(|side| role_of(side) == role)
            }
            Part::Witness(WitnessFault::Crash)
            | Part::Link(..)
            | Part::Node(..)
            | Part::Nvram(_)
            | Part::Disk(..)
            | Part::Order(_) => false,
        })
    }

    /// Whether nothing is left to happen but that the sides tell each other that they are there.
    pub(super) fn is_at_rest(&self) -> bool {
        self.final_point == super::FinalPoint::Asked && self.queue.is_idle()
    }
}

const fn member(role: Role) -> Member {
    match role {
        Role::Source => Member::First,
        Role::Destination => Member::Second,
    }
}

const fn role_of_member(member: Member) -> Role {
    match member {
        Member::First => Role::Source,
        Member::Second => Role::Destination,
    }
}
