//! What a node has asked the witness (Spec 7.6). One request is open at a time; a newer one takes its
//! place, and the number tells answers to older ones apart. It is asked again until it is answered,
//! since nothing tells whether it arrived.

use super::super::{Effect, Generation, Incarnation, Timer};
use super::{Plea, Ruling, WitnessAnswer, WitnessRequest};
use crate::units::{SimTime, Span};

/// The requests of one life of a node.
#[derive(Debug)]
pub struct Counsel {
    incarnation: Incarnation,
    /// After so long a request is asked again.
    again: Span,
    /// Requests so far.
    asked: u64,
    open: Option<WitnessRequest>,
}

/// What an answer tells a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// What had been asked for.
    pub plea: Plea,
    /// The ruling.
    pub ruling: Ruling,
    /// The newest reign.
    pub generation: Generation,
}

impl Counsel {
    /// For a life of a node that asks again after `again`.
    #[must_use]
    pub const fn new(incarnation: Incarnation, again: Span) -> Self {
        Self { incarnation, again, asked: 0, open: None }
    }

    /// What is asked for at present.
    #[must_use]
    pub fn open(&self) -> Option<Plea> {
        self.open.map(|request| request.plea)
    }

    /// Asks; whatever was asked before is given up.
    pub fn ask(
        &mut self,
        now: SimTime,
        generation: Generation,
        plea: Plea,
        effects: &mut Vec<Effect>,
    ) {
        self.asked += 1;
        let (incarnation, number) = (self.incarnation, self.asked);
        self.open = Some(WitnessRequest { generation, incarnation, number, plea });
        self.ask_again(now, effects);
    }

    /// Asks again for what is open.
    pub fn ask_again(&self, now: SimTime, effects: &mut Vec<Effect>) {
        if let Some(request) = self.open {
            effects.push(Effect::AskWitness(request));
            effects.push(Effect::SetTimer(Timer::Witness, now.after(self.again)));
        }
    }

    /// The witness answered; `None`: not what is open.
    pub fn heard(&mut self, answer: WitnessAnswer, effects: &mut Vec<Effect>) -> Option<Heard> {
        let asked = |request: &mut WitnessRequest| {
            (request.incarnation, request.number) == (answer.incarnation, answer.number)
        };
        let request = self.open.take_if(asked)?;
        effects.push(Effect::CancelTimer(Timer::Witness));
        let WitnessAnswer { generation, ruling, .. } = answer;
        Some(Heard { plea: request.plea, ruling, generation })
    }
}
