//! Facts name sites by the part they played at the start; properties think in parts played now. After
//! a promotion this turns the names round, so that "source" is whoever reigns (Spec 7.4).
//!
//! A site whose reign is over may go on for a while, since nobody told it (operator's promotion across
//! a partition). What it does then belongs to a log that nobody continues: it is kept apart, and only
//! its disks and its answers are looked at (Spec 7.7, S16).

use crate::facts::{Direction, Ending, Fact, Role, What};
use crate::protocol::Part;

/// Who plays which part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    turned: Turned,
    /// Whether the other side still believes that it reigns.
    rival: Rival,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turned {
    No,
    Yes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rival {
    None,
    Reigns,
}

/// What a fact is to the properties.
#[derive(Debug)]
pub enum Seen {
    /// It is of the present reign; its names are those of parts played now.
    OfThisReign(Fact),
    /// It begins a new reign: from here on the names have turned.
    NewReign(Fact),
    /// It is what a site does whose reign is over and that does not know it.
    OfRival(Fact),
}

impl Parts {
    /// As at the start of a run.
    #[must_use]
    pub const fn new() -> Self {
        Self { turned: Turned::No, rival: Rival::None }
    }

    /// Whether facts are to be looked at as they are.
    #[must_use]
    pub fn is_original(self, fact: &Fact) -> bool {
        self == Self::new() && !matches!(fact.what, What::ChangedPart(_, Part::Promoted))
    }

    /// Looks at a fact.
    pub fn see(&mut self, fact: &Fact) -> Seen {
        if let What::ChangedPart(role, part) = fact.what {
            let role = self.role(role);
            match part {
                Part::Promoted if role == Role::Destination => {
                    self.turned = match self.turned {
                        Turned::No => Turned::Yes,
                        Turned::Yes => Turned::No,
                    };
                    self.rival = Rival::Reigns;
                    return Seen::NewReign(self.translated(fact));
                }
                Part::Destination if role == Role::Destination => self.rival = Rival::None,
                Part::Promoted | Part::Destination | Part::Source => {}
            }
        }
        let fact = self.translated(fact);
        if self.rival == Rival::Reigns && is_of(&fact.what, Role::Destination) {
            return Seen::OfRival(fact);
        }
        Seen::OfThisReign(fact)
    }

    fn translated(self, fact: &Fact) -> Fact {
        let what = match self.turned {
            Turned::No => fact.what.clone(),
            Turned::Yes => turn(fact.what.clone()),
        };
        Fact { what, ..fact.clone() }
    }

    const fn role(self, role: Role) -> Role {
        match self.turned {
            Turned::No => role,
            Turned::Yes => other(role),
        }
    }
}

impl Default for Parts {
    fn default() -> Self {
        Self::new()
    }
}

const fn other(role: Role) -> Role {
    match role {
        Role::Source => Role::Destination,
        Role::Destination => Role::Source,
    }
}

const fn back(direction: Direction) -> Direction {
    match direction {
        Direction::ToDestination => Direction::ToSource,
        Direction::ToSource => Direction::ToDestination,
    }
}

/// The fact with both sites' names exchanged.
fn turn(what: What) -> What {
    match what {
        What::Answered(role, id, outcome) => What::Answered(other(role), id, outcome),
        What::Appended(role, half, cp, entry) => What::Appended(other(role), half, cp, entry),
        What::NvramDurable(role, lsn) => What::NvramDurable(other(role), lsn),
        What::HalfFreed(role, half) => What::HalfFreed(other(role), half),
        What::HalfAssigned(role, half, cp) => What::HalfAssigned(other(role), half, cp),
        What::Sent(direction, number, message) => What::Sent(back(direction), number, message),
        What::Resent(direction, number, message) => What::Resent(back(direction), number, message),
        What::Departed(direction, number, bytes) => What::Departed(back(direction), number, bytes),
        What::Arrived(direction, number) => What::Arrived(back(direction), number),
        What::Lost(direction, number, cause) => What::Lost(back(direction), number, cause),
        What::Damaged(direction, number) => What::Damaged(back(direction), number),
        What::LinkResent(direction, bytes) => What::LinkResent(back(direction), bytes),
        What::Refused(role, refusal) => What::Refused(other(role), refusal),
        What::VolumeReadAsked(role, address) => What::VolumeReadAsked(other(role), address),
        What::VolumeWriteAsked(role, cp, address, contents) => {
            What::VolumeWriteAsked(other(role), cp, address, contents)
        }
        What::VolumeWritten(role, cp, address) => What::VolumeWritten(other(role), cp, address),
        What::Committed(role, cp, lsn) => What::Committed(other(role), cp, lsn),
        What::LogWriteAsked(role, file, offset, length, header) => {
            What::LogWriteAsked(other(role), file, offset, length, header)
        }
        What::LogWritten(role, file, header) => What::LogWritten(other(role), file, header),
        What::LogReadAsked(role, file, offset) => What::LogReadAsked(other(role), file, offset),
        What::FragmentReadAsked(role, file, offset, length) => {
            What::FragmentReadAsked(other(role), file, offset, length)
        }
        What::LogFreed(role, file) => What::LogFreed(other(role), file),
        What::Flushed(role) => What::Flushed(other(role)),
        What::TimerFired(role, timer) => What::TimerFired(other(role), timer),
        What::Noted(role, note) => What::Noted(other(role), note),
        What::ShadowDropped(role, cp) => What::ShadowDropped(other(role), cp),
        What::StateSaved(role, state) => What::StateSaved(other(role), state),
        What::Crashed(role) => What::Crashed(other(role)),
        What::Survived(role, newest) => What::Survived(other(role), newest),
        What::Restarted(role) => What::Restarted(other(role)),
        What::PromotionOrdered(role, order) => What::PromotionOrdered(other(role), order),
        What::ChangedPart(role, part) => What::ChangedPart(other(role), part),
        What::Replayed(role, half, cp, entry) => What::Replayed(other(role), half, cp, entry),
        What::Serves(role) => What::Serves(other(role)),
        What::ImageFound(role, image) => What::ImageFound(other(role), image),
        What::PinnedReadAsked(role, address) => What::PinnedReadAsked(other(role), address),
        What::Spoiled(role, spot) => What::Spoiled(other(role), spot),
        What::CheckFailed(role, spot) => What::CheckFailed(other(role), spot),
        What::Began(role) => What::Began(other(role)),
        What::WitnessAsked(role, request) => What::WitnessAsked(other(role), request),
        What::WitnessHeard(role, request) => What::WitnessHeard(other(role), request),
        What::WitnessAnswered(role, answer) => What::WitnessAnswered(other(role), answer),
        What::WitnessTold(role, answer) => What::WitnessTold(other(role), answer),
        What::WitnessUnheard(role) => What::WitnessUnheard(other(role)),
        What::Ended(ending) => What::Ended(turned(ending)),
        What::Requested(_)
        | What::OperatorAsked
        | What::Repeated(_)
        | What::Unheard(_)
        | What::FaultBegan(_)
        | What::FaultEnded(_)
        | What::FaultFelt(_)
        | What::ConnectionReset
        | What::WitnessSaved(_)
        | What::WitnessCrashed
        | What::WitnessRestarted => what,
    }
}

fn turned(mut ending: Ending) -> Ending {
    std::mem::swap(&mut ending.source, &mut ending.destination);
    ending.link_bytes.reverse();
    ending.images.reverse();
    ending
}

/// Whether the fact is something that this site did or that happened in it; not what it received.
const fn is_of(what: &What, site: Role) -> bool {
    let (doer, sender) = (doer(what), sender(what));
    match (doer, sender) {
        (Some(role), _) => role as u8 == site as u8,
        (None, Some(Direction::ToDestination)) => matches!(site, Role::Source),
        (None, Some(Direction::ToSource)) => matches!(site, Role::Destination),
        (None, None) => false,
    }
}

const fn doer(what: &What) -> Option<Role> {
    match what {
        What::Answered(role, ..)
        | What::Appended(role, ..)
        | What::NvramDurable(role, _)
        | What::HalfFreed(role, _)
        | What::HalfAssigned(role, ..)
        | What::Refused(role, _)
        | What::VolumeReadAsked(role, _)
        | What::VolumeWriteAsked(role, ..)
        | What::VolumeWritten(role, ..)
        | What::Committed(role, ..)
        | What::LogWriteAsked(role, ..)
        | What::LogWritten(role, ..)
        | What::LogReadAsked(role, ..)
        | What::FragmentReadAsked(role, ..)
        | What::LogFreed(role, _)
        | What::Flushed(role)
        | What::TimerFired(role, _)
        | What::Noted(role, _)
        | What::ShadowDropped(role, _)
        | What::StateSaved(role, _)
        | What::Crashed(role)
        | What::Survived(role, _)
        | What::Restarted(role)
        | What::PromotionOrdered(role, _)
        | What::ChangedPart(role, _)
        | What::Replayed(role, ..)
        | What::PinnedReadAsked(role, _)
        | What::ImageFound(role, _)
        | What::Spoiled(role, _)
        | What::CheckFailed(role, _)
        | What::Began(role)
        | What::WitnessAsked(role, _)
        | What::WitnessTold(role, _)
        | What::Serves(role) => Some(*role),
        What::Sent(..)
        | What::Resent(..)
        | What::Departed(..)
        | What::Arrived(..)
        | What::Lost(..)
        | What::Damaged(..)
        | What::LinkResent(..)
        | What::Ended(_)
        | What::Requested(_)
        | What::OperatorAsked
        | What::Repeated(_)
        | What::Unheard(_)
        | What::FaultBegan(_)
        | What::FaultEnded(_)
        | What::FaultFelt(_)
        | What::ConnectionReset
        | What::WitnessHeard(..)
        | What::WitnessAnswered(..)
        | What::WitnessUnheard(_)
        | What::WitnessSaved(_)
        | What::WitnessCrashed
        | What::WitnessRestarted => None,
    }
}

const fn sender(what: &What) -> Option<Direction> {
    match what {
        What::Sent(direction, ..)
        | What::Resent(direction, ..)
        | What::Departed(direction, ..)
        | What::Lost(direction, ..)
        | What::LinkResent(direction, _) => Some(*direction),
        _ => None,
    }
}
