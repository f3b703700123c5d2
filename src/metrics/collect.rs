//! Figures out of facts, as they come.

use super::outages::Outages;
use super::risk::Risk;
use super::{Figures, Latency, Saved};
use crate::facts::{Direction, Fact, Sink, Usage, What};
use crate::protocol::block::{Area, BlockAddress};
use crate::protocol::wire::{self, Breakdown, Category, Encoding, Packing};
use crate::protocol::{
    CpId, Item, ItemBody, Message, Note, Operation, Outcome, Purpose, Request, WaitCause, WriteId,
    policy,
};
use crate::scenario::{Scenario, Wan};
use crate::units::{Bytes, SimTime};
use std::collections::{BTreeMap, BTreeSet};

/// Collects the figures of one run.
#[derive(Debug)]
pub struct Collector {
    encoding: Encoding,
    wan: Wan,
    figures: Figures,
    usage: Usage,
    outages: Outages,
    risk: Risk,
    /// When each CP under way began.
    begun: BTreeMap<CpId, SimTime>,
    /// Operations without an answer.
    open: BTreeMap<WriteId, (SimTime, Request)>,
    /// Writes that wait for a bound.
    waiting: BTreeMap<WriteId, (SimTime, WaitCause)>,
    /// Since when at least one write has been waiting.
    stalled_since: Option<SimTime>,
    /// CPs that one side has committed.
    half_committed: BTreeSet<CpId>,
    /// The running CP's messages, had every block gone in full.
    in_full: Packing,
    /// Messages handed to a link that have not left: they are on the wire when they do.
    queued: BTreeMap<(Direction, u64), Breakdown>,
    /// Whether the destination applies its log by itself, so that nobody names a block.
    applies_log: bool,
    /// Blocks of the running CP that were NAKed, or wanted: each counts once, however often it is said.
    missed: BTreeSet<BlockAddress>,
    /// Between its `CP_BEGIN` and its `CP_END`: what was sent of the running CP.
    sending: Option<Sending>,
    /// What references saved in the running CP. Counts when all of it was sent: half a CP compared
    /// with the messages it would have filled says nothing.
    saved_so_far: i64,
}

/// A CP that is being sent.
#[derive(Debug, Default)]
struct Sending {
    /// Blocks that were sent.
    items: u64,
    /// Blocks that nobody named and that were NAKed already.
    naked: u64,
}

impl Collector {
    /// For a run of this scenario.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let parameters = &scenario.parameters;
        Self {
            encoding: parameters.encoding.clone(),
            wan: scenario.wan.clone(),
            figures: Figures::new(),
            usage: Usage::new(parameters.encoding.clone()),
            outages: Outages::default(),
            risk: Risk::default(),
            begun: BTreeMap::new(),
            open: BTreeMap::new(),
            waiting: BTreeMap::new(),
            stalled_since: None,
            half_committed: BTreeSet::new(),
            in_full: Packing::new(parameters.cp_message_bytes),
            missed: BTreeSet::new(),
            queued: BTreeMap::new(),
            applies_log: policy::applies_log(parameters.policy),
            sending: None,
            saved_so_far: 0,
        }
    }

    /// The figures of the facts read.
    #[must_use]
    pub fn into_figures(mut self) -> Figures {
        let peak = self.usage.peak;
        self.figures.peaks = super::Peaks {
            nvram_half_bytes: peak.nvram_half_bytes,
            transfer_ids: peak.transfer_ids,
            buffers: peak.buffers,
            nvlog_file_bytes: peak.nvlog_file_bytes,
            link_queue_bytes: peak.link_queue_bytes,
        };
        self.figures.exposed = self.outages.exposed;
        self.figures.failures = self.outages.failures;
        self.figures.risk = self.risk.ages;
        self.figures
    }

    fn requested(&mut self, at: SimTime, request: Request) {
        if let Operation::Write(_) = request.operation {
            self.figures.operations.writes_requested += 1;
        }
        self.open.insert(request.id, (at, request));
    }

    fn answered(&mut self, at: SimTime, id: WriteId, outcome: &Outcome) {
        let Some((asked, request)) = self.open.remove(&id) else { return };
        let latency = at.since(asked);
        let operations = &mut self.figures.operations;
        match (outcome, request.operation) {
            (Outcome::Written, Operation::Write(range)) => {
                operations.writes_acknowledged += 1;
                add(&mut operations.bytes_written, range.length);
                self.figures.write_latency.record(latency);
            }
            (Outcome::Read(_), Operation::Read(range)) => {
                operations.reads += 1;
                add(&mut operations.bytes_read, range.length);
                self.figures.read_latency.record(latency);
            }
            (Outcome::Flushed, _) => operations.flushes += 1,
            (Outcome::Refused(_), Operation::Write(_)) => operations.writes_refused += 1,
            (Outcome::Written | Outcome::Read(_) | Outcome::Refused(_), _) => {}
        }
    }

    fn sent(&mut self, direction: Direction, number: u64, message: &Message) {
        let mut bytes = wire::breakdown(message, &self.encoding);
        let overhead = self.wan.overhead(Bytes::new(bytes.total())).get();
        bytes.add(Category::PacketOverhead, overhead);
        self.queued.insert((direction, number), bytes);
        let total = bytes.total();
        match message {
            // A pass of resynchronization is no consistency point.
            Message::CpBegin { purpose: Purpose::Resync, .. }
            | Message::CpData { purpose: Purpose::Resync, .. }
            | Message::CpEnd { purpose: Purpose::Resync, .. } => {}
            Message::CpData { items, .. } => {
                self.saved_so_far -= signed(total);
                self.synchronized(total);
                for item in items {
                    self.item(item);
                }
            }
            Message::CpEnd { blocks, .. } => {
                self.synchronized(total);
                self.count_unnamed(*blocks);
                let last = self.in_full.close();
                self.save_message(last);
                let saved = std::mem::take(&mut self.saved_so_far);
                self.save(saved);
            }
            Message::Nak { address, .. } => {
                self.synchronized(total);
                self.save(-signed(total));
                self.figures.synchronization.naks += 1;
                self.missed(&[*address]);
            }
            Message::Want { addresses, .. } => {
                self.synchronized(total);
                self.save(-signed(total));
                self.missed(addresses);
            }
            Message::NakAnswer { .. } | Message::Wanted { .. } => {
                self.synchronized(total);
                self.save(-signed(total));
            }
            Message::CpBegin { .. } => {
                self.synchronized(total);
                self.sending = Some(Sending::default());
                self.missed.clear();
            }
            Message::CpAck { .. } => self.synchronized(total),
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
            | Message::HeartbeatAnswer { .. } => {}
        }
    }

    /// The destination misses these blocks, so they go in full (Spec 9).
    fn missed(&mut self, addresses: &[BlockAddress]) {
        for address in addresses {
            if !self.missed.insert(*address) {
                continue;
            }
            let points = &mut self.figures.synchronization;
            match &mut self.sending {
                Some(sending) if self.applies_log => sending.naked += 1,
                Some(_) | None => {
                    points.blocks_referenced -= 1;
                    points.blocks_full += 1;
                }
            }
        }
    }

    /// A message goes once more: all of it counts as sent again.
    fn resent(&mut self, direction: Direction, number: u64, message: &Message) {
        let length = wire::length(message, &self.encoding);
        let mut bytes = wire::Breakdown::default();
        bytes.add(Category::Retransmissions, self.wan.wire_length(length).get());
        self.queued.insert((direction, number), bytes);
    }

    fn departed(&mut self, direction: Direction, number: u64) {
        if let Some(bytes) = self.queued.remove(&(direction, number)) {
            self.figures.wan[direction as usize].merge(&bytes);
            self.figures.messages[direction as usize] += 1;
        }
    }

    /// Counts a block of a CP, and packs it as if it went in full (Spec 9.3).
    fn item(&mut self, item: &Item) {
        if let Some(sending) = &mut self.sending {
            sending.items += 1;
        }
        let points = &mut self.figures.synchronization;
        match (&item.body, item.address.area) {
            (ItemBody::Reference(_) | ItemBody::Hash(_) | ItemBody::Pieces(_), _) => {
                points.blocks_referenced += 1;
            }
            (ItemBody::Full(_), Area::Data) => points.blocks_full += 1,
            (ItemBody::Full(_), Area::Indirect(_) | Area::Bitmap) => points.metadata_blocks += 1,
        }
        let in_full = match &item.body {
            ItemBody::Full(_) => wire::item(item, &self.encoding),
            ItemBody::Reference(_) | ItemBody::Hash(_) | ItemBody::Pieces(_) => {
                wire::item_in_full(self.encoding.size)
            }
        };
        let closed = self.in_full.add(in_full);
        self.save_message(closed);
    }

    /// Counts the blocks of a CP that nobody named, since the destination applies its log by itself, and
    /// packs them as if they went in full.
    fn count_unnamed(&mut self, blocks: u64) {
        let Some(sending) = self.sending.take().filter(|_| self.applies_log) else { return };
        let unnamed = blocks.saturating_sub(sending.items);
        let points = &mut self.figures.synchronization;
        points.blocks_referenced += unnamed.saturating_sub(sending.naked);
        points.blocks_full += sending.naked;
        for _ in 0..unnamed {
            let closed = self.in_full.add(wire::item_in_full(self.encoding.size));
            self.save_message(closed);
        }
    }

    /// A message that would have been sent, had every block gone in full.
    fn save_message(&mut self, length: Option<Bytes>) {
        if let Some(length) = length {
            self.saved_so_far += signed(self.wan.wire_length(length).get());
        }
    }

    const fn save(&mut self, bytes: i64) {
        self.figures.saved.bytes += bytes;
    }

    const fn synchronized(&mut self, bytes: u64) {
        self.figures.saved.synchronization_bytes += bytes;
    }

    fn noted(&mut self, at: SimTime, note: &Note) {
        if let Note::CpStarted(cp, trigger) = note {
            let points = &mut self.figures.synchronization;
            *points.by_trigger.entry(*trigger).or_default() += 1;
            self.begun.insert(*cp, at);
        } else if let Note::CpEnded(cp) = note {
            if let Some(begun) = self.begun.remove(cp) {
                self.figures.cp_durations.record(at.since(begun));
            }
        } else if let Note::WriteWaits(id, cause) = note {
            self.waiting.insert(*id, (at, *cause));
            self.stalled_since.get_or_insert(at);
        }
    }

    fn admitted(&mut self, at: SimTime, id: WriteId) {
        let Some((since, cause)) = self.waiting.remove(&id) else { return };
        let (writes, time) = self.figures.waits.entry(cause).or_default();
        *writes += 1;
        *time = time.plus(at.since(since));
        if self.waiting.is_empty() {
            self.stalled(at);
        }
    }

    /// No write waits any more, or the run is over.
    fn stalled(&mut self, at: SimTime) {
        if let Some(since) = self.stalled_since.take() {
            let points = &mut self.figures.synchronization;
            points.stalled = points.stalled.plus(at.since(since));
        }
    }

    fn committed(&mut self, cp: CpId) {
        if self.half_committed.remove(&cp) {
            self.figures.synchronization.consistency_points += 1;
            // Of those before it one side alone has had any.
            self.half_committed.retain(|half| *half > cp);
        } else {
            self.half_committed.insert(cp);
        }
    }
}

impl Sink for Collector {
    fn take(&mut self, fact: &Fact) {
        self.usage.take(fact);
        self.outages.take(fact);
        self.risk.take(fact);
        if let What::Requested(request) = &fact.what {
            self.requested(fact.at, *request);
        } else if let What::Answered(_, id, outcome) = &fact.what {
            self.answered(fact.at, *id, outcome);
        } else if let What::Sent(direction, number, message) = &fact.what {
            self.sent(*direction, *number, message);
        } else if let What::Resent(direction, number, message) = &fact.what {
            self.resent(*direction, *number, message);
        } else if let What::LinkResent(direction, bytes) = &fact.what {
            self.figures.wan[*direction as usize].add(Category::Retransmissions, *bytes);
        } else if let What::Lost(direction, number, _) = &fact.what {
            self.queued.remove(&(*direction, *number));
        } else if let What::Departed(direction, number, _) = &fact.what {
            self.departed(*direction, *number);
        } else if let What::Noted(_, note) = &fact.what {
            self.noted(fact.at, note);
        } else if let What::Appended(_, _, _, entry) = &fact.what {
            self.admitted(fact.at, entry.write);
        } else if let What::Committed(_, cp, _) = &fact.what {
            self.committed(*cp);
        } else if let What::Ended(_) = &fact.what {
            self.stalled(fact.at);
        }
    }
}

impl Figures {
    fn new() -> Self {
        Self {
            operations: super::Operations::default(),
            write_latency: Latency::new(),
            read_latency: Latency::new(),
            synchronization: super::Synchronization::default(),
            cp_durations: Latency::new(),
            wan: <[wire::Breakdown; 2]>::default(),
            messages: [0; 2],
            saved: Saved::default(),
            peaks: super::Peaks::default(),
            waits: BTreeMap::new(),
            exposed: super::Exposed::default(),
            risk: super::Ages::default(),
            failures: Vec::new(),
        }
    }
}

fn add(sum: &mut Bytes, length: u64) {
    *sum = Bytes::new(sum.get() + length);
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).expect("a run sends fewer than 2⁶³ bytes")
}
