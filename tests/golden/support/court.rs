//! The witness of a script, and what it was asked and has not heard yet (Spec 7.6).

use crate::flight::Side;
use crate::pair::Pair;
use crate::show;
use mirrorsim::protocol::Input;
use mirrorsim::protocol::witness::{
    Member, Witness, WitnessEffect, WitnessInput, WitnessRequest, WitnessState,
};
use std::collections::VecDeque;

/// A witness whose state is durable at once.
pub struct Court {
    witness: Witness,
    /// Requests on their way, of each side.
    requests: [VecDeque<WitnessRequest>; 2],
}

impl Default for Court {
    fn default() -> Self {
        Self { witness: Witness::new(WitnessState::FIRST), requests: Default::default() }
    }
}

impl Court {
    pub fn ask(&mut self, side: Side, request: WitnessRequest) {
        self.requests[side as usize].push_back(request);
    }
}

impl Pair {
    /// Both sides begin where a witness decides.
    pub fn begin(&mut self) {
        for side in [Side::Source, Side::Destination] {
            self.tell(side, Input::Begin);
        }
    }

    /// The oldest request of a side is lost.
    pub fn unheard(&mut self, side: Side) -> Result<(), String> {
        let request = self.court.requests[side as usize].pop_front();
        request.map(|_| ()).ok_or_else(|| "the witness is asked nothing".to_owned())
    }

    /// The oldest request of a side reaches the witness, and its answer the side.
    pub fn judge(&mut self, side: Side) -> Result<(), String> {
        let request = self.court.requests[side as usize].pop_front();
        let request = request.ok_or("the witness is asked nothing")?;
        let member = match side {
            Side::Source => Member::First,
            Side::Destination => Member::Second,
        };
        let mut inputs = VecDeque::from([WitnessInput::Request(member, request)]);
        while let Some(input) = inputs.pop_front() {
            let mut effects = Vec::new();
            self.court.witness.handle(input, &mut effects);
            for effect in effects {
                match effect {
                    WitnessEffect::SaveState(ticket, _) => {
                        inputs.push_back(WitnessInput::StateSaved(ticket));
                    }
                    WitnessEffect::Answer(_, answer) => {
                        let (ruling, reign) = (show::word(&answer.ruling), answer.generation);
                        let asker = side.name();
                        self.say(format!("- the witness to {asker}: {ruling}, reign {reign}"));
                        self.tell(side, Input::Witness(answer));
                    }
                }
            }
        }
        Ok(())
    }
}
