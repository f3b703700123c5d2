//! L7: NAKs are satisfied (Spec 5.4), and so are wishes for blocks whose hash said nothing (Spec 10),
//! which are meant below as well. While its session lives, a NAK that arrived is answered with the
//! block in full, or refused because its CP needs no answer any more; and when the run ends no NAK is
//! open: its CP was committed, or its session is over.
//!
//! ```text
//! limit = timeout / 2 + 2 × wire time of (an NVRAM half + the link's queue + the longest message)
//! ```
//!
//! An answer waits for the transfers of one half and for what is in the queue; under `dedup` for every
//! block of the CP as well. A session in which
//! nothing else happens lives for `timeout` after a NAK, so one that is never answered shows, where
//! the link is fast enough. Time in which a fault costs time does not count, and over a link that
//! always loses packets there is no limit but the run's end.

use super::Findings;
use super::calm::{Calm, Whose};
use super::model::Model;
use super::worst::times;
use crate::facts::{Direction, EndReason, Fact, Role, What};
use crate::protocol::block::BlockAddress;
use crate::protocol::{CpId, Epoch, Message, Policy, Refusal, SavedMirror, wire};
use crate::scenario::Scenario;
use crate::units::{Bytes, Ratio, SimTime, Span};
use std::collections::BTreeMap;

/// Follows NAKs.
#[derive(Debug)]
pub struct Naks {
    calm: Calm,
    /// How long an answer may take; `None`: no limit.
    limit: Option<Span>,
    /// NAKs on their way, by message number.
    under_way: BTreeMap<u64, (Epoch, CpId, Vec<BlockAddress>)>,
    /// NAKs that arrived and are not over.
    open: BTreeMap<(CpId, BlockAddress), Open>,
}

/// A NAK that arrived.
#[derive(Debug)]
struct Open {
    /// The fact of its arrival.
    arrival: u64,
    /// When, by the calm clock.
    since: SimTime,
    answer: Answer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Awaited,
    Sent,
    /// It did not come in time, which was said.
    Missed,
}

impl Naks {
    /// For a run of this scenario.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let parameters = &scenario.parameters;
        let ahead = [parameters.nvram_half, parameters.link_queue, parameters.longest_message()];
        let blocks = match parameters.policy {
            // As many blocks may be wanted at once as a CP has.
            Policy::Dedup => wire::item_in_full(parameters.block_size).get(),
            Policy::References
            | Policy::FullBlocks
            | Policy::Extents
            | Policy::CpOnly
            | Policy::WriteOnce
            | Policy::SnapshotDelta
            | Policy::Compress => 0,
        };
        let blocks = blocks.saturating_mul(parameters.buffers);
        let ahead = ahead.iter().fold(blocks, |sum, bytes| sum.saturating_add(bytes.get()));
        let wire = scenario.wan.wire_length(Bytes::new(ahead));
        let half = Span::from_nanos(parameters.timeout.as_nanos() / 2);
        let limit = half.plus(times(scenario.wan.bandwidth.time_for(wire), 2));
        Self {
            calm: Calm::new(&scenario.faults, Whose::Anybodys),
            limit: (scenario.wan.loss == Ratio::ZERO).then_some(limit),
            under_way: BTreeMap::new(),
            open: BTreeMap::new(),
        }
    }

    /// A new reign begins: the sessions before are over.
    pub fn begin_reign(&mut self) {
        self.under_way.clear();
        self.open.clear();
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, model: &Model, findings: &mut Findings) {
        self.calm.take(fact);
        if let What::Sent(Direction::ToSource, number, message)
        | What::Resent(Direction::ToSource, number, message) = &fact.what
        {
            if let Message::Nak { epoch, cp, address } = **message {
                self.under_way.insert(*number, (epoch, cp, vec![address]));
            } else if let Message::Want { epoch, cp, addresses } = &**message {
                self.under_way.insert(*number, (*epoch, *cp, addresses.clone()));
            }
        } else if let What::Lost(Direction::ToSource, number, _) = &fact.what {
            self.under_way.remove(number);
        } else if let What::Arrived(Direction::ToSource, number) = &fact.what {
            self.arrived(fact, *number, model);
        } else if let What::Sent(Direction::ToDestination, _, message) = &fact.what {
            if let Message::NakAnswer { cp, address, .. } = &**message {
                self.answered(*cp, [*address]);
            } else if let Message::Wanted { cp, blocks, .. } = &**message {
                self.answered(*cp, blocks.iter().map(|(address, _)| *address));
            } else if let Message::Hello { .. } = **message {
                self.begin_reign();
            }
        } else if let What::Committed(Role::Destination, committed, _) = &fact.what {
            self.open.retain(|(cp, _), _| cp > committed);
        } else if let What::Crashed(_) | What::Refused(Role::Source, Refusal::DiskFailed) =
            &fact.what
        {
            self.begin_reign();
        } else if let What::StateSaved(Role::Source, state) = &fact.what {
            // Durably out of sync: the session is over.
            match state.mirror {
                SavedMirror::OutOfSync(_) => self.begin_reign(),
                SavedMirror::InSync => {}
            }
        } else if let What::Refused(Role::Source, _) = &fact.what {
            self.open.retain(|_, open| fact.cause != Some(open.arrival));
        } else if let What::Ended(ending) = &fact.what
            && ending.reason == EndReason::Done
            && let Some((cp, address)) = self.open.keys().next()
        {
            let message = format!("the run is over, but the NAK of {address} in {cp} is open");
            findings
                .add(fact, "L7", Role::Source, "nak_open", message)
                .of_cp(*cp)
                .of_block(*address);
        }
        self.check_limit(fact, findings);
    }

    fn arrived(&mut self, fact: &Fact, number: u64, model: &Model) {
        let Some((epoch, cp, addresses)) = self.under_way.remove(&number) else { return };
        let lives = epoch == model.epochs[Role::Source as usize];
        if lives && cp > model.committed_by(Role::Destination) {
            let since = self.calm.at(fact.at);
            for address in addresses {
                let open = Open { arrival: fact.number, since, answer: Answer::Awaited };
                self.open.entry((cp, address)).or_insert(open);
            }
        }
    }

    fn answered(&mut self, cp: CpId, addresses: impl IntoIterator<Item = BlockAddress>) {
        for address in addresses {
            if let Some(open) = self.open.get_mut(&(cp, address)) {
                open.answer = Answer::Sent;
            }
        }
    }

    fn check_limit(&mut self, fact: &Fact, findings: &mut Findings) {
        let Some(limit) = self.limit else { return };
        let now = self.calm.at(fact.at);
        for ((cp, address), open) in &mut self.open {
            let waits = now.since(open.since);
            if open.answer == Answer::Awaited && waits > limit {
                open.answer = Answer::Missed;
                let message = format!(
                    "the NAK of {address} in {cp} has no answer after {waits}, where {limit} are \
                     enough"
                );
                let subject = findings.add(fact, "L7", Role::Source, "nak_unanswered", message);
                subject.of_cp(*cp).of_block(*address);
            }
        }
    }
}
