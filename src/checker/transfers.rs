//! S7: transfer IDs are fresh, and no message of another session or CP is acted upon (Spec 3.3, 4.2,
//! 5.4). Also the ground that S1a stands on: a transfer carries what the log says (Spec 3.4).

use super::Findings;
use super::model::Model;
use crate::facts::{Direction, Fact, Role, What};
use crate::protocol::block::{BlockSize, Origin, Runs};
use crate::protocol::{CpId, EntryHeader, Epoch, Lsn, Message, Transfer};
use std::collections::BTreeMap;
use std::fmt;

/// Follows messages to what they bring about.
#[derive(Debug)]
pub struct Transfers {
    size: BlockSize,
    /// Logged entries not yet wholly sent, and the bytes of each that were.
    unsent: BTreeMap<Lsn, (EntryHeader, u64)>,
    /// Messages on their way, by direction and number: what they claim to belong to.
    under_way: BTreeMap<(Direction, u64), Claim>,
    /// Stale messages that arrived, by the fact of their arrival: only a refusal may follow.
    stale: BTreeMap<u64, (Role, Stale)>,
}

/// Why a message is stale.
#[derive(Debug, Clone, Copy)]
enum Stale {
    /// It is of an older session.
    Epoch(u64, Epoch),
    /// Its CP is over. Still a sign of life: a timer that it moves may go off because of it.
    Cp(u64, CpId),
}

impl Stale {
    /// The number of the message in its direction.
    const fn number(&self) -> u64 {
        match self {
            Self::Epoch(number, _) | Self::Cp(number, _) => *number,
        }
    }
}

impl fmt::Display for Stale {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Epoch(number, epoch) => write!(formatter, "message {number} of epoch {epoch}"),
            Self::Cp(number, cp) => write!(formatter, "message {number} of {cp}, committed"),
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Claim {
    /// Whether it says what it says whatever the session is.
    begins_session: bool,
    epoch: Epoch,
    /// The CP, for messages of the synchronization phase.
    cp: Option<CpId>,
}

impl Claim {
    const fn of(message: &Message) -> Self {
        let begins_session = matches!(message, Message::Hello { .. } | Message::Restarted { .. });
        Self { begins_session, epoch: message.epoch(), cp: cp_of(message) }
    }
}

impl Transfers {
    /// Nothing sent yet.
    #[must_use]
    pub const fn new(size: BlockSize) -> Self {
        Self { size, unsent: BTreeMap::new(), under_way: BTreeMap::new(), stale: BTreeMap::new() }
    }

    /// A new reign begins: messages of the old one are refused by everybody.
    pub fn begin_reign(&mut self) {
        *self = Self::new(self.size);
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, model: &Model, findings: &mut Findings) {
        self.check_consequence(fact, findings);
        if let What::Resent(direction, number, message) = &fact.what {
            let claim = Claim::of(message);
            self.under_way.insert((*direction, *number), claim);
        } else if let What::Lost(direction, number, _) = &fact.what {
            self.under_way.remove(&(*direction, *number));
        } else if let What::Survived(Role::Source, _) = &fact.what {
            self.unsent.clear();
        } else if let What::Sent(direction, number, message) = &fact.what {
            check_fresh(fact, message, model, findings);
            if let Message::Transfer(transfer) = &**message {
                self.check_carried(fact, transfer, findings);
            }
            let claim = Claim::of(message);
            self.under_way.insert((*direction, *number), claim);
        } else if let What::Arrived(direction, number) = &fact.what
            && let Some(claim) = self.under_way.get(&(*direction, *number))
            && !claim.begins_session
        {
            let claim = *claim;
            self.arrived(fact, *direction, *number, &claim, model);
        } else if let What::Appended(_, _, _, entry) = &fact.what {
            self.unsent.insert(entry.lsn, (*entry, 0));
        } else if let What::Committed(Role::Destination, _, last_lsn) = &fact.what {
            // What a CP brought need not be sent any more, where the log is forwarded at all.
            self.unsent.retain(|lsn, _| lsn > last_lsn);
        }
    }

    /// Compares a transfer with the log: its entries, and every byte of its two areas.
    fn check_carried(&mut self, fact: &Fact, transfer: &Transfer, findings: &mut Findings) {
        let id = transfer.header.id;
        let (mut blocks, mut fragments) = (Vec::new(), Vec::new());
        for entry in &transfer.entries {
            let EntryHeader { lsn, write, .. } = *entry;
            if !self.sends_next_part(entry) {
                let message = format!("transfer {id} carries {write} as {lsn}, unlike the log");
                findings.add(fact, "S1a", Role::Source, "entry_differs", message).of_entry(lsn);
                return;
            }
            for piece in entry.pieces(self.size) {
                let origin = Origin::Write { id: write, position: piece.position };
                let area = if piece.is_whole(self.size) { &mut blocks } else { &mut fragments };
                area.push(Runs::of(piece.start, piece.end, origin));
            }
        }
        if (&transfer.blocks, &transfer.fragments) != (&blocks, &fragments) {
            let message = format!("transfer {id} carries other bytes than its entries say");
            findings.add(fact, "S1a", Role::Source, "copy_differs", message);
        }
    }

    /// Whether this is the next part of an entry of the log; it is sent now.
    fn sends_next_part(&mut self, entry: &EntryHeader) -> bool {
        let Some((logged, sent)) = self.unsent.get_mut(&entry.lsn) else { return false };
        let part = EntryHeader { part_start: *sent, part_length: entry.part_length, ..*logged };
        let left = logged.range.length - *sent;
        if part != *entry || entry.part_length == 0 || entry.part_length > left {
            return false;
        }
        *sent += entry.part_length;
        if entry.part_length == left {
            self.unsent.remove(&entry.lsn);
        }
        true
    }

    fn arrived(
        &mut self,
        fact: &Fact,
        direction: Direction,
        number: u64,
        claim: &Claim,
        model: &Model,
    ) {
        let role = match direction {
            Direction::ToDestination => Role::Destination,
            Direction::ToSource => Role::Source,
        };
        let stale = match claim {
            Claim { epoch, .. } if *epoch != model.epochs[role as usize] => {
                Stale::Epoch(number, *epoch)
            }
            Claim { cp: Some(cp), .. } if is_over(*cp, role, model) => Stale::Cp(number, *cp),
            Claim { .. } => return,
        };
        self.stale.insert(fact.number, (role, stale));
    }

    fn check_consequence(&self, fact: &Fact, findings: &mut Findings) {
        let Some(cause) = fact.cause else { return };
        let Some((role, stale)) = self.stale.get(&cause) else { return };
        // To say once more what was said before changes nothing.
        let again = match &fact.what {
            What::Sent(_, _, message) => matches!(**message, Message::CpAck { .. }),
            What::Refused(..) => true,
            What::TimerFired(..) => matches!(stale, Stale::Cp(..)),
            _ => false,
        };
        if !again {
            let message = format!("{stale} was acted upon");
            let direction = match role {
                Role::Destination => Direction::ToDestination,
                Role::Source => Direction::ToSource,
            };
            let subject = findings.add(fact, "S7", *role, "stale_accepted", message);
            subject.of_message(direction, stale.number());
        }
    }
}

/// Whether a CP is over for the side that gets a message of it.
fn is_over(cp: CpId, role: Role, model: &Model) -> bool {
    match role {
        Role::Destination => cp <= model.committed_by(Role::Destination),
        Role::Source => !model.holds_space(cp) && !model.passes.contains(&cp),
    }
}

fn check_fresh(fact: &Fact, message: &Message, model: &Model, findings: &mut Findings) {
    let Message::Transfer(transfer) = message else { return };
    let header = transfer.header;
    if let Some(live) = model.transfers.get(&header.id) {
        let message = format!(
            "transfer ID {} was given to a transfer of {}, while one of {} still has it",
            header.id, header.cp, live.cp
        );
        let subject = findings.add(fact, "S7", Role::Source, "id_not_fresh", message);
        subject.of_transfer(header.id).of_cp(header.cp);
    }
}

/// The CP of a message of the synchronization phase.
const fn cp_of(message: &Message) -> Option<CpId> {
    match message {
        Message::CpBegin { cp, .. }
        | Message::CpData { cp, .. }
        | Message::CpEnd { cp, .. }
        | Message::NakAnswer { cp, .. }
        | Message::Want { cp, .. }
        | Message::Wanted { cp, .. }
        | Message::CpAck { cp, .. }
        | Message::Nak { cp, .. } => Some(*cp),
        Message::Transfer(_)
        | Message::LogAck { .. }
        | Message::Wait { .. }
        | Message::Hello { .. }
        | Message::Welcome { .. }
        | Message::Deposed { .. }
        | Message::Restarted { .. }
        | Message::InSync { .. }
        | Message::InSyncNoted { .. }
        | Message::Heartbeat { .. }
        | Message::HeartbeatAnswer { .. } => None,
    }
}
