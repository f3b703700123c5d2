//! By what right the source serves where a witness decides about failovers (Spec 7.6).
//!
//! In sync it serves by a *lease*: for so long after it sent a heartbeat that the destination answered.
//! The destination asks for its promotion only when a lease is over that it may have given, so there
//! are never two that serve. Heartbeats go through the mirror's own link and the witness takes no part
//! in them: its loss alone stops nothing.
//!
//! Whatever leads out of sync needs the witness's *consent*, which stands until the mirror is in sync
//! again; with it the source needs no lease. A source that lost its lease ends the session and asks for
//! consent at once. It asks a quarter of a lease before the destination may, so that a link which
//! breaks makes no failover. Refused, it serves nobody and waits for the HELLO of the newer reign, in its
//! next life too, since there it asks again.
//!
//! A restarted or promoted source has neither lease nor consent: it asks first.

use super::super::witness::{Counsel, Plea, Ruling, WitnessAnswer};
use super::super::{Effect, Generation, Incarnation, Message, Sabotage, SessionEnd, Timer};
use super::session::{Contact, Mirror, Told};
use super::{Service, Source};
use crate::units::{SimTime, Span};
use std::collections::BTreeMap;

/// Heartbeats in a lease: so many that one or two may be lost.
const HEARTBEATS: u64 = 4;

/// What the source may do at present.
#[derive(Debug)]
pub(super) struct Lease(Option<Terms>);

/// Where a witness decides.
#[derive(Debug)]
struct Terms {
    length: Span,
    /// The end of the lease.
    until: SimTime,
    consent: Consent,
    counsel: Counsel,
    /// Heartbeats sent so far in this life.
    beats: u64,
    /// When those were sent that may still give a longer lease.
    sent: BTreeMap<u64, SimTime>,
}

/// Whether the witness agreed that the source goes on alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Consent {
    None,
    Given,
}

impl Lease {
    /// At the start of a run: as if the destination had just answered.
    pub(super) fn first(length: Option<Span>, incarnation: Incarnation) -> Self {
        let until = |length| SimTime::ZERO.after(length);
        Self(length.map(|length| Terms::new(length, until(length), incarnation)))
    }

    /// At the start of any other life.
    pub(super) fn lost(length: Option<Span>, incarnation: Incarnation) -> Self {
        Self(length.map(|length| Terms::new(length, SimTime::ZERO, incarnation)))
    }

    pub(super) fn ask_again(&self, now: SimTime, effects: &mut Vec<Effect>) {
        if let Some(terms) = &self.0 {
            terms.counsel.ask_again(now, effects);
        }
    }
}

impl Terms {
    fn new(length: Span, until: SimTime, incarnation: Incarnation) -> Self {
        let counsel = Counsel::new(incarnation, interval(length));
        let (beats, sent) = (0, BTreeMap::new());
        Self { length, until, consent: Consent::None, counsel, beats, sent }
    }

    fn ask(&mut self, now: SimTime, generation: Generation, plea: Plea, effects: &mut Vec<Effect>) {
        self.counsel.ask(now, generation, plea, effects);
    }
}

/// Between two heartbeats, and between two attempts to ask the witness.
fn interval(lease: Span) -> Span {
    Span::from_nanos(lease.as_nanos().div_ceil(HEARTBEATS))
}

impl Source {
    /// Whether clients may be answered now.
    pub(super) fn may_serve(&self, now: SimTime) -> bool {
        if self.parameters.sabotages(Sabotage::ServeAfterLease) {
            return true;
        }
        self.lease.0.as_ref().is_none_or(|terms| match terms.consent {
            Consent::Given => true,
            Consent::None => now < terms.until,
        })
    }

    /// Whether the source may go on alone.
    pub(super) fn has_consent(&self) -> bool {
        self.lease.0.as_ref().is_none_or(|terms| terms.consent == Consent::Given)
    }

    /// The run begins, in sync and with a lease.
    pub(super) fn begin(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        if let Some(terms) = &self.lease.0 {
            effects.push(Effect::SetTimer(Timer::Lease, terms.until));
        }
        self.beat(now, effects);
    }

    /// Sends a heartbeat, while there is a session that carries it, and sees to the next.
    pub(super) fn beat(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        let Some(terms) = &mut self.lease.0 else { return };
        if matches!(self.mirror, Mirror::OutOfSync(_)) {
            return;
        }
        let next = now.after(interval(terms.length));
        effects.push(Effect::SetTimer(Timer::Heartbeat, next));
        terms.beats += 1;
        let number = terms.beats;
        let useful = |sent: &SimTime| sent.after(terms.length) > now;
        terms.sent.retain(|_, sent| useful(sent));
        if self.outlet.has_room() {
            terms.sent.insert(number, now);
            self.send(Message::Heartbeat { epoch: self.epoch, number }, None, effects);
        }
        self.beat_at_witness(now, effects);
    }

    /// The destination answered: the lease is counted from the sending of the heartbeat.
    pub(super) fn heartbeat_answered(
        &mut self,
        now: SimTime,
        number: u64,
        effects: &mut Vec<Effect>,
    ) {
        if self.parameters.sabotages(Sabotage::LeaseFromWitness) {
            return;
        }
        let Some(terms) = &mut self.lease.0 else { return };
        let Some(sent) = terms.sent.remove(&number) else { return };
        terms.sent = terms.sent.split_off(&number);
        terms.until = terms.until.max(sent.after(terms.length));
        effects.push(Effect::SetTimer(Timer::Lease, terms.until.max(now)));
    }

    /// The lease is over. In sync the source has no other right to serve: it leaves, and asks for one.
    pub(super) fn lease_over(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        let Some(terms) = &self.lease.0 else { return };
        if terms.until > now {
            // The clock that keeps the timer errs.
            effects.push(Effect::SetTimer(Timer::Lease, terms.until));
        } else if !self.has_consent() && !self.parameters.sabotages(Sabotage::ServeAfterLease) {
            self.end_session(now, SessionEnd::LeaseLost, effects);
        }
    }

    /// It is durable that the mirror is out of sync: the destination may be called, if the witness has
    /// agreed.
    pub(super) fn consult(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        if self.has_consent() {
            self.mirror = Mirror::OutOfSync(Contact::Greeting);
            self.greet(now, effects);
            return;
        }
        self.mirror = Mirror::OutOfSync(Contact::Consulting);
        if let Some(terms) = &mut self.lease.0 {
            terms.ask(now, self.generation, Plea::Alone, effects);
        }
    }

    /// The witness answered.
    pub(super) fn ruled(&mut self, now: SimTime, answer: WitnessAnswer, effects: &mut Vec<Effect>) {
        let Some(terms) = &mut self.lease.0 else { return };
        let Some(heard) = terms.counsel.heard(answer, effects) else { return };
        match (heard.plea, heard.ruling) {
            (Plea::Alone, Ruling::Granted) => {
                terms.consent = Consent::Given;
                if matches!(self.mirror, Mirror::OutOfSync(Contact::Consulting)) {
                    self.mirror = Mirror::OutOfSync(Contact::Greeting);
                    self.greet(now, effects);
                }
                let reigns = self.committed.cp.generation == self.generation;
                if self.service == Service::Replaying && reigns {
                    self.serve(effects);
                }
            }
            (Plea::Together | Plea::Promotion, Ruling::Granted) => {
                self.leased_by_witness(now, effects);
            }
            // Another is to reign: it will call.
            (Plea::Alone | Plea::Together | Plea::Promotion, Ruling::Refused) => {
                self.service = Service::Superseded;
            }
        }
    }

    /// What a wrong protocol does (Beyond Spec 12): the witness is asked for the lease.
    fn beat_at_witness(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        let wrong = self.parameters.sabotages(Sabotage::LeaseFromWitness);
        let Some(terms) = self.lease.0.as_mut().filter(|_| wrong) else { return };
        if terms.consent == Consent::None && terms.counsel.open().is_none() {
            terms.ask(now, self.generation, Plea::Together, effects);
        }
    }

    /// What a wrong protocol does (Beyond Spec 12): the witness's word is a lease.
    fn leased_by_witness(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        let wrong = self.parameters.sabotages(Sabotage::LeaseFromWitness);
        let Some(terms) = self.lease.0.as_mut().filter(|_| wrong) else { return };
        terms.until = now.after(terms.length);
        effects.push(Effect::SetTimer(Timer::Lease, terms.until));
    }

    /// In sync again, as the destination durably knows, and by a lease: consent is given back. From
    /// here on the destination may be promoted when it misses the source.
    pub(super) fn leave_consent(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        let in_sync = matches!(self.mirror, Mirror::InSync) && self.told == Told::Noted;
        let Some(terms) = &mut self.lease.0 else { return };
        if in_sync && terms.consent == Consent::Given && now < terms.until {
            terms.consent = Consent::None;
            terms.ask(now, self.generation, Plea::Together, effects);
        }
    }
}
