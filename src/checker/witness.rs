//! S15, S16 and L9 where a witness decides about failovers (Spec 7.6). Read from the facts of sites, by
//! the parts they played at the start: what a site may do hangs on what the witness durably granted it.
//!
//! - S16: from the moment a promotion is durably granted the other site answers no client and begins
//!   no session; whoever acknowledges out of sync, or begins a session, has the witness's durable
//!   consent.
//! - S15: a site is promoted only by a grant, which is given only while the other has no such consent;
//!   an operator's force excepted, who overrules the witness.
//! - L9: faults of the witness alone never bring a source out of sync while the destination answers its
//!   heartbeats.

use super::Findings;
use crate::facts::{Direction, Fact, Role, What};
use crate::protocol::witness::{Member, Standing, WitnessState};
use crate::protocol::{
    Generation, Message, MirrorState, Note, Outcome, Part, PromotionOrder, SavedMirror, WriteId,
};
use crate::scenario::fault::{self, FaultKind, WitnessFault};
use crate::scenario::{Scenario, Swarm};
use crate::units::{Ratio, SimTime, Span};
use std::collections::BTreeMap;

/// Follows the witness and both sites' rights.
#[derive(Debug)]
pub struct Witness(Option<Rights>);

/// Where a witness decides.
#[derive(Debug)]
struct Rights {
    lease: Span,
    /// What the witness durably knows.
    state: WitnessState,
    /// What each site durably knows of the mirror.
    mirror: [SavedMirror; 2],
    overruled: Overruled,
    /// The faults of the run are the witness's alone.
    alone: Alone,
    /// Heartbeats on their way to be answered: when they were sent, by site and number.
    sent: BTreeMap<(Role, u64), SimTime>,
    /// Answers on their way, by direction and number of the message.
    answers: BTreeMap<(Direction, u64), u64>,
    /// The end of each site's lease.
    until: [SimTime; 2],
}

/// Whether an operator promoted a site by force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Overruled {
    No,
    Yes,
}

/// Whether nothing but the witness can be to blame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alone {
    No,
    Yes,
}

impl Witness {
    /// For a run of this scenario.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let only_witness = scenario.faults.iter().all(is_of_witness)
            && scenario.swarm == Swarm::Off
            && scenario.wan.loss == Ratio::ZERO;
        let rights = |lease| Rights {
            lease,
            state: WitnessState::FIRST,
            mirror: [SavedMirror::InSync; 2],
            overruled: Overruled::No,
            alone: if only_witness { Alone::Yes } else { Alone::No },
            sent: BTreeMap::new(),
            answers: BTreeMap::new(),
            until: [SimTime::ZERO.after(lease); 2],
        };
        Self(scenario.parameters.lease.map(rights))
    }

    /// Reads a fact, in which sites have the names of the parts they began with.
    pub fn take(&mut self, fact: &Fact, findings: &mut Findings) {
        if let Some(rights) = &mut self.0 {
            rights.check_ruling(fact, findings);
            rights.learn(fact);
            rights.check(fact, findings);
        }
    }
}

fn is_of_witness(fault: &fault::Fault) -> bool {
    match fault.kind {
        FaultKind::Part(fault::Part::Witness(WitnessFault::Crash | WitnessFault::Partition(_))) => {
            true
        }
        FaultKind::Part(_)
        | FaultKind::Flap { .. }
        | FaultKind::CrashLoop { .. }
        | FaultKind::RollingDisaster { .. }
        | FaultKind::PowerLoss
        | FaultKind::PromoteBoth => false,
    }
}

const fn site_of(member: Member) -> Role {
    match member {
        Member::First => Role::Source,
        Member::Second => Role::Destination,
    }
}

const fn sender(direction: Direction) -> Role {
    match direction {
        Direction::ToDestination => Role::Source,
        Direction::ToSource => Role::Destination,
    }
}

const fn receiver(direction: Direction) -> Role {
    match direction {
        Direction::ToDestination => Role::Destination,
        Direction::ToSource => Role::Source,
    }
}

impl Rights {
    fn learn(&mut self, fact: &Fact) {
        if let What::WitnessSaved(state) = &fact.what {
            self.state = state.clone();
        } else if let What::StateSaved(role, state) = &fact.what {
            self.mirror[*role as usize] = state.mirror;
        } else if let What::PromotionOrdered(_, PromotionOrder::Forced) = &fact.what {
            self.overruled = Overruled::Yes;
        } else if let What::Sent(direction, number, message) = &fact.what {
            match **message {
                Message::Heartbeat { number, .. } => {
                    self.sent.retain(|_, sent| sent.after(self.lease) > fact.at);
                    self.sent.insert((sender(*direction), number), fact.at);
                }
                Message::HeartbeatAnswer { number: beat, .. } => {
                    self.answers.insert((*direction, *number), beat);
                }
                _ => {}
            }
        } else if let What::Arrived(direction, number) = &fact.what {
            let role = receiver(*direction);
            let beat = self.answers.remove(&(*direction, *number));
            let sent = beat.and_then(|beat| self.sent.remove(&(role, beat)));
            if let Some(sent) = sent {
                let until = &mut self.until[role as usize];
                *until = sent.after(self.lease).max(*until);
            }
        } else if let What::Crashed(role) = &fact.what {
            // Its next life counts heartbeats anew.
            self.sent.retain(|(site, _), _| site != role);
        }
    }

    /// Whether the witness durably lets the site go on alone.
    fn has_consent(&self, role: Role) -> bool {
        self.state.standing == Standing::Alone && site_of(self.state.reigning) == role
    }

    /// S15: nobody is promoted over a site that may be ahead.
    fn check_ruling(&self, fact: &Fact, findings: &mut Findings) {
        let What::WitnessSaved(next) = &fact.what else { return };
        let passes_on = next.reigning != self.state.reigning;
        let is_ahead = self.state.standing == Standing::Alone;
        if passes_on && is_ahead && self.overruled == Overruled::No {
            let role = site_of(next.reigning);
            let message = "a promotion was granted over a source that may go on alone".to_owned();
            findings.add(fact, "S15", role, "granted_over_consent", message);
        }
    }

    fn check(&self, fact: &Fact, findings: &mut Findings) {
        if let What::Answered(role, id, outcome) = &fact.what {
            self.check_answer(fact, (*role, *id), outcome, findings);
        } else if let What::Sent(direction, _, message) = &fact.what
            && let Message::Hello { generation, .. } = **message
        {
            self.check_hello(fact, sender(*direction), generation, findings);
        } else if let What::ChangedPart(role, Part::Promoted) = &fact.what {
            self.check_promotion(fact, *role, findings);
        } else if let What::Noted(role, Note::Mirror(MirrorState::OutOfSync)) = &fact.what {
            self.check_loss(fact, *role, findings);
        }
    }

    /// S16: who answers is who reigns, and out of sync only with consent.
    fn check_answer(
        &self,
        fact: &Fact,
        (role, id): (Role, WriteId),
        outcome: &Outcome,
        findings: &mut Findings,
    ) {
        let needs_consent = match outcome {
            Outcome::Refused(_) => return,
            Outcome::Written => self.mirror[role as usize] != SavedMirror::InSync,
            Outcome::Read(_) | Outcome::Flushed => false,
        };
        if self.overruled == Overruled::Yes {
            return;
        }
        if site_of(self.state.reigning) != role {
            let message = format!("{id} was answered by a site after the other's promotion");
            findings.add(fact, "S16", role, "old_source_serves", message).of_write(id);
            return;
        }
        if self.has_consent(role) {
            return;
        }
        if needs_consent {
            let message = format!("{id} was answered out of sync without the witness's consent");
            findings.add(fact, "S16", role, "no_consent", message);
        }
        // So far a clock may err and the other side be none the wiser.
        let quarter = Span::from_nanos(self.lease.as_nanos() / 4);
        let until = self.until[role as usize].after(quarter);
        if fact.at >= until {
            let message = format!("{id} was answered with no lease since {until}");
            findings.add(fact, "S16", role, "no_lease", message).of_write(id);
        }
    }

    /// S16: a session begins out of sync, so with consent.
    fn check_hello(
        &self,
        fact: &Fact,
        role: Role,
        generation: Generation,
        findings: &mut Findings,
    ) {
        if !self.has_consent(role) || generation != self.state.generation {
            let message =
                format!("HELLO of reign {generation} was sent without the witness's consent");
            findings.add(fact, "S16", role, "no_consent", message);
        }
    }

    /// S15: a promotion is by a grant, or by force.
    fn check_promotion(&self, fact: &Fact, role: Role, findings: &mut Findings) {
        if self.overruled == Overruled::No && !self.has_consent(role) {
            let message = "promoted without the witness's grant".to_owned();
            findings.add(fact, "S15", role, "not_granted", message);
        }
    }

    /// L9: with the witness alone to blame, a source that is answered stays in sync.
    fn check_loss(&self, fact: &Fact, role: Role, findings: &mut Findings) {
        let until = self.until[role as usize];
        if self.alone == Alone::Yes && fact.at < until {
            let message = format!(
                "out of sync though nothing but the witness failed, with a lease until {until}"
            );
            findings.add(fact, "L9", role, "stopped", message);
        }
    }
}
