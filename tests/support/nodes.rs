//! The two appliances driven by hand, without a simulation.

use super::{block, cp, listed, lsn};
use mirrorsim::protocol::block::{Contents, Origin, Runs, WriteRange};
use mirrorsim::protocol::destination::Destination;
use mirrorsim::protocol::source::Source;
use mirrorsim::protocol::{
    BlockNumber, ClientId, Effect, EntryHeader, Epoch, Input, Item, ItemBody, LogFile, Message,
    Occupancy, OpNumber, Operation, Outcome, Parameters, Purpose, Reference, Refusal, Request,
    Ticket, Transfer, TransferHeader, TransferId, TransferRange, WriteId,
};
use mirrorsim::units::SimTime;

/// The knobs of a small scenario.
pub fn parameters(sets: &[(&str, &str)]) -> Parameters {
    listed(&[(0, 4096)], sets).parameters
}

/// Client 0 writes.
fn write(op: u64, offset: u64, length: u64) -> Request {
    let id = WriteId { client: ClientId(0), op: OpNumber(op) };
    let range = WriteRange { volume: block(0).volume, offset, length };
    Request { id, operation: Operation::Write(range) }
}

/// What a source sends that takes these writes and is then asked for a consistency point.
pub fn source_sends(writes: &[(u64, u64)]) -> Vec<Message> {
    let mut source = Source::new(parameters(&[]));
    let mut effects = Vec::new();
    for (op, (offset, length)) in (1..).zip(writes) {
        let request = Input::Request(write(op, *offset, *length));
        source.handle(SimTime::ZERO, request, &mut effects);
        source.handle(SimTime::ZERO, Input::NvramDurable(lsn(op)), &mut effects);
    }
    source.handle(SimTime::ZERO, Input::ConsistencyPoint, &mut effects);
    let reads: Vec<_> = effects.iter().filter_map(volume_read).collect();
    for (ticket, contents) in reads {
        source.handle(SimTime::ZERO, Input::VolumeRead(ticket, contents), &mut effects);
    }
    let sent = effects.into_iter().filter_map(|effect| match effect {
        Effect::Send(message) => Some(message),
        _ => None,
    });
    sent.collect()
}

/// The answer to a read of disks that nobody wrote.
fn volume_read(effect: &Effect) -> Option<(Ticket, Contents)> {
    match effect {
        Effect::ReadVolume(ticket, address) => {
            Some((*ticket, Contents::original(*address, parameters(&[]).block_size)))
        }
        _ => None,
    }
}

/// Bytes of write `op` from `position` on that fill a block.
pub fn bytes_of(op: u64, position: u64) -> Runs {
    let id = WriteId { client: ClientId(0), op: OpNumber(op) };
    Runs::of(0, 4096, Origin::Write { id, position })
}

/// Transfer 7: an unaligned write that covers blocks 1 and 2 wholly, 0 and 3 in part.
fn unaligned_transfer() -> Transfer {
    let id = WriteId { client: ClientId(0), op: OpNumber(1) };
    let range = WriteRange { volume: block(0).volume, offset: 4000, length: 96 + 8192 + 10 };
    let entry = EntryHeader {
        lsn: lsn(1),
        predecessor: lsn(0),
        write: id,
        range,
        part_start: 0,
        part_length: range.length,
    };
    let fragment = |start, end, position| Runs::of(start, end, Origin::Write { id, position });
    Transfer {
        header: TransferHeader { epoch: Epoch(1), id: TransferId(7), cp: cp(1), first_lsn: lsn(1) },
        entries: vec![entry],
        blocks: vec![bytes_of(1, 96), bytes_of(1, 96 + 4096)],
        fragments: vec![fragment(4000, 4096, 0), fragment(0, 10, 96 + 8192)],
    }
}

/// A destination by hand.
pub struct Site {
    destination: Destination,
}

impl Site {
    /// With this much memory for transfers.
    pub fn new(cache: &str) -> Self {
        Self { destination: Destination::new(parameters(&[("destination.cache", cache)])) }
    }

    /// What it does about an input.
    pub fn tell(&mut self, input: Input) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.destination.handle(SimTime::ZERO, input, &mut effects);
        effects
    }

    fn hear(&mut self, message: Message) -> Vec<Effect> {
        self.tell(Input::Message(message))
    }

    /// Takes transfer 7, durably; gives where it was stored.
    pub fn store_transfer(&mut self) -> (LogFile, u64) {
        let effects = self.hear(Message::Transfer(unaligned_transfer()));
        let [Effect::WriteLog(ticket, file, offset, transfer)] = effects.as_slice() else {
            panic!("a transfer is written to log storage: {effects:?}")
        };
        assert_eq!(*transfer, unaligned_transfer(), "with its blocks");
        let (ticket, place) = (*ticket, (*file, *offset));
        let effects = self.tell(Input::LogWritten(ticket));
        assert!(matches!(effects.as_slice(), [Effect::Send(Message::LogAck { .. })]));
        place
    }

    /// A CP of two blocks begins: block 2 by reference, block 0 in full.
    pub fn begin_cp(&mut self) -> Vec<Effect> {
        let transfers = TransferRange { first: TransferId(7), last: TransferId(7) };
        let (epoch, cp, purpose) = (Epoch(1), cp(1), Purpose::ConsistencyPoint);
        let (transfers, last_lsn, unanswered) = (Some(transfers), lsn(1), Vec::new());
        self.hear(Message::CpBegin { epoch, cp, purpose, transfers, last_lsn, unanswered });
        let reference = Reference { transfer: TransferId(7), number: BlockNumber(1) };
        let items = vec![
            Item { address: block(0), body: ItemBody::Full(Contents::Data(bytes_of(9, 0))) },
            Item { address: block(2), body: ItemBody::Reference(reference) },
        ];
        let effects = self.hear(Message::CpData { epoch, cp, purpose, items });
        self.hear(Message::CpEnd { epoch, cp, purpose, blocks: 2 });
        effects
    }

    /// A client's request to the destination changes nothing and is answered with a refusal.
    pub fn assert_refuses_clients(&mut self) {
        let request = write(1, 0, 4096);
        let refused = Outcome::Refused(Refusal::NotTheSource);
        let expected =
            vec![Effect::Refuse(Refusal::NotTheSource), Effect::Answer(request.id, refused)];
        assert_eq!(self.tell(Input::Request(request)), expected);
        assert_eq!(self.destination.occupancy(), Occupancy::default());
    }
}
