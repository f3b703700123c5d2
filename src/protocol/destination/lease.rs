//! The destination where a witness decides about failovers (Spec 7.6).
//!
//! Each heartbeat that it answers gives the source a lease. When it has answered none for so long that
//! every lease it gave is over, it asks the witness for its promotion; from then on, until it is
//! refused, it answers no heartbeat. It waits a quarter longer than a lease: so that the source is
//! heard first where both lost each other, and so that clocks may err a little.

use super::super::witness::{Counsel, Plea, Ruling, WitnessAnswer};
use super::super::{Effect, Incarnation, Message, Refusal, Timer};
use super::Destination;
use crate::units::{SimTime, Span};

/// How the destination watches over the source.
#[derive(Debug)]
pub(super) struct Watch(Option<Terms>);

/// Where a witness decides.
#[derive(Debug)]
struct Terms {
    /// The lease and a quarter.
    patience: Span,
    /// Until then some lease may not be over.
    until: SimTime,
    counsel: Counsel,
}

impl Watch {
    pub(super) fn new(lease: Option<Span>, incarnation: Incarnation) -> Self {
        Self(lease.map(|lease| {
            let quarter = Span::from_nanos(lease.as_nanos().div_ceil(4));
            let counsel = Counsel::new(incarnation, quarter);
            Terms { patience: lease.plus(quarter), until: SimTime::ZERO, counsel }
        }))
    }

    /// Whether a witness decides about promotions.
    pub(super) const fn is_on(&self) -> bool {
        self.0.is_some()
    }

    pub(super) fn ask_again(&self, now: SimTime, effects: &mut Vec<Effect>) {
        if let Some(terms) = &self.0 {
            terms.counsel.ask_again(now, effects);
        }
    }
}

impl Destination {
    /// Whatever lease an earlier life or nobody gave counts from now.
    pub(super) fn wait_for_source(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        if let Some(terms) = &mut self.watch.0 {
            terms.until = now.after(terms.patience);
            effects.push(Effect::SetTimer(Timer::Lease, terms.until));
        }
    }

    /// A heartbeat of this session: answered, unless the witness is being asked.
    pub(super) fn heartbeat(&mut self, now: SimTime, number: u64, effects: &mut Vec<Effect>) {
        let Some(terms) = &self.watch.0 else { return };
        if terms.counsel.open().is_some() {
            effects.push(Effect::Refuse(Refusal::Asking));
            return;
        }
        effects.push(Effect::Send(Message::HeartbeatAnswer { epoch: self.epoch, number }));
        self.wait_for_source(now, effects);
    }

    /// Every lease that was given is over, and no heartbeat came.
    pub(super) fn source_is_missed(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        let generation = self.generation;
        let Some(terms) = &mut self.watch.0 else { return };
        if terms.until > now {
            // The timer went off while the node was paused, and it has answered a heartbeat since.
            effects.push(Effect::SetTimer(Timer::Lease, terms.until));
        } else if self.life_to_save.is_some() {
            // A ruling counts for a life, so the life must be durable first.
            self.wait_for_source(now, effects);
        } else {
            terms.counsel.ask(now, generation, Plea::Promotion, effects);
        }
    }

    /// The witness answered.
    pub(super) fn ruled(&mut self, now: SimTime, answer: WitnessAnswer, effects: &mut Vec<Effect>) {
        let Some(terms) = &mut self.watch.0 else { return };
        let Some(heard) = terms.counsel.heard(answer, effects) else { return };
        match heard.ruling {
            // In sync by the witness's word, whatever a restart made this side forget (Spec 7.5).
            Ruling::Granted => self.begin_promotion(heard.generation, None, effects),
            Ruling::Refused => self.wait_for_source(now, effects),
        }
    }
}
