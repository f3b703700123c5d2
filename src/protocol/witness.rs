//! The witness: a third party that durably lets one side go on alone (Spec 7.6).
//!
//! It stores no data. It knows whose reign is the newest, and whether the side that reigns may
//! acknowledge what the other lacks. A source that is to go on out of sync, and a destination that
//! misses the source's heartbeats, both ask; whoever is heard first is granted, and the other is
//! refused. Every ruling is durable before it is told, so that a witness which crashes contradicts
//! nothing it said. A request heard again gets the same ruling; one that a later request of the same
//! node has overtaken gets none.
//!
//! What a node keeps of its own requests is a [`Counsel`].

mod counsel;

pub use counsel::{Counsel, Heard};

use super::{Generation, Incarnation, Ticket};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One of the two nodes that a witness decides between, by its place at the start of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Member {
    /// The node that began as source.
    First,
    /// The node that began as destination.
    Second,
}

/// What a node asks the witness for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plea {
    /// A source: to go on out of sync.
    Alone,
    /// A source that is in sync again: it needs that no longer.
    Together,
    /// A destination that misses the source: to become the source.
    Promotion,
}

/// A request to the witness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessRequest {
    /// The newest reign that the node knows of.
    pub generation: Generation,
    /// The node's life. A ruling counts only for the life that asked.
    pub incarnation: Incarnation,
    /// The request's number within that life, from 1.
    pub number: u64,
    /// What is asked for.
    pub plea: Plea,
}

/// What the witness decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// It may.
    Granted,
    /// It may not.
    Refused,
}

/// The witness's answer, durable before it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessAnswer {
    /// The newest reign after the ruling; a promotion that is granted begins it.
    pub generation: Generation,
    /// The life that asked.
    pub incarnation: Incarnation,
    /// The request that is answered.
    pub number: u64,
    /// The ruling.
    pub ruling: Ruling,
}

/// Whether the side that reigns may go on without the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It acknowledges nothing that the other lacks: the other may be promoted.
    Together,
    /// It may be ahead of the other: the other may not.
    Alone,
}

/// What survives a crash of the witness: all that it knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessState {
    /// The newest reign.
    pub generation: Generation,
    /// Whose it is.
    pub reigning: Member,
    /// Whether that node may go on alone.
    pub standing: Standing,
    /// The last answer to each node.
    pub answers: [Option<WitnessAnswer>; 2],
}

impl WitnessState {
    /// At the start of a run: in sync, nobody has asked for anything.
    pub const FIRST: Self = Self {
        generation: Generation(1),
        reigning: Member::First,
        standing: Standing::Together,
        answers: [None, None],
    };
}

/// What a witness is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WitnessInput {
    /// A node asks.
    Request(Member, WitnessRequest),
    /// The state saved with this ticket, and every earlier one, is durable.
    StateSaved(Ticket),
}

/// What a witness wishes; carried out in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WitnessEffect {
    /// Make this state durable, after every earlier one; answered by [`WitnessInput::StateSaved`].
    SaveState(Ticket, WitnessState),
    /// Answer a node.
    Answer(Member, WitnessAnswer),
}

/// The witness.
#[derive(Debug)]
pub struct Witness {
    state: WitnessState,
    /// Answers that wait until they are durable.
    saving: BTreeMap<Ticket, (Member, WitnessAnswer)>,
    next_ticket: Ticket,
}

impl Witness {
    /// A witness that knows this: at the start of a run, or what a crash left.
    #[must_use]
    pub const fn new(state: WitnessState) -> Self {
        Self { state, saving: BTreeMap::new(), next_ticket: Ticket(0) }
    }

    /// Takes an input and adds what is to be done to `effects`, in order.
    pub fn handle(&mut self, input: WitnessInput, effects: &mut Vec<WitnessEffect>) {
        match input {
            WitnessInput::Request(member, request) => self.request(member, request, effects),
            WitnessInput::StateSaved(ticket) => {
                if let Some((member, answer)) = self.saving.remove(&ticket) {
                    effects.push(WitnessEffect::Answer(member, answer));
                }
            }
        }
    }

    fn request(
        &mut self,
        member: Member,
        request: WitnessRequest,
        effects: &mut Vec<WitnessEffect>,
    ) {
        let asked = (request.incarnation, request.number);
        if let Some(last) = self.state.answers[member as usize] {
            let answered = (last.incarnation, last.number);
            if asked < answered {
                return;
            }
            if asked == answered {
                // Heard again. If the ruling is still being made durable, its answer is to come.
                if !self.saving.values().any(|(of, answer)| *of == member && *answer == last) {
                    effects.push(WitnessEffect::Answer(member, last));
                }
                return;
            }
        }
        let ruling = self.rule(member, request);
        let WitnessRequest { incarnation, number, .. } = request;
        let generation = self.state.generation;
        let answer = WitnessAnswer { generation, incarnation, number, ruling };
        self.state.answers[member as usize] = Some(answer);
        let ticket = self.next_ticket;
        self.next_ticket = Ticket(ticket.0 + 1);
        self.saving.insert(ticket, (member, answer));
        effects.push(WitnessEffect::SaveState(ticket, self.state.clone()));
    }

    /// Decides, and goes to the state that follows.
    fn rule(&mut self, member: Member, request: WitnessRequest) -> Ruling {
        let WitnessState { generation, reigning, standing, .. } = self.state;
        // A reign that the witness has not heard of is an operator's, who overrules it (Spec 7.5).
        let newer = request.generation > generation;
        let reigns = newer || (member == reigning && request.generation == generation);
        match request.plea {
            Plea::Alone if reigns => self.reign(request.generation, member, Standing::Alone),
            Plea::Together if reigns => self.reign(request.generation, member, Standing::Together),
            Plea::Promotion
                if standing == Standing::Together
                    && member != reigning
                    && request.generation == generation =>
            {
                self.reign(Generation(generation.0 + 1), member, Standing::Alone)
            }
            // It was granted before, to a life that ended before the new reign was durable.
            Plea::Promotion
                if member == reigning && Generation(request.generation.0 + 1) == generation =>
            {
                Ruling::Granted
            }
            Plea::Alone | Plea::Together | Plea::Promotion => Ruling::Refused,
        }
    }

    fn reign(&mut self, generation: Generation, member: Member, standing: Standing) -> Ruling {
        self.state.generation = generation;
        self.state.reigning = member;
        self.state.standing = standing;
        Ruling::Granted
    }
}

#[cfg(test)]
mod tests;
