//! What a node may be told. An input that answers a wish comes only where that was wished: its host
//! gives no other. A message of the peer may come at any time.

use crate::flight::Side;
use crate::pair::Pair;
use crate::storage::Check;
use mirrorsim::protocol::block::{
    BlockAddress, BlockSize, Contents, Origin, Runs, VolumeId, WriteRange,
};
use mirrorsim::protocol::{
    BlockNumber, ClientId, CpId, CpNumber, EntryHeader, Epoch, Generation, Incarnation, Input,
    Item, ItemBody, Lsn, Message, OpNumber, Operation, PromotionOrder, Purpose, Reference, Request,
    Timer, Transfer, TransferHeader, TransferId, TransferRange, WriteId,
};
use mirrorsim::units::Bytes;

/// An event by its name; `None`: it cannot come now.
pub type Event = (String, Option<Input>);

/// Everything that may or may not happen at a side now, beside messages.
pub fn of_the_host(pair: &mut Pair, side: Side) -> Vec<Event> {
    let mut events = requests(pair);
    let (saving, persisting) = pair.under_way(side);
    let mut add = |name: &str, input| events.push((name.to_owned(), input));
    add("entry durable in NVRAM", persisting.map(Input::NvramDurable));
    add("state durable", saving.map(Input::StateSaved));
    let leaves = pair.flight(side.peer()).depart().is_some() && pair.is_source(side);
    add("message has left", leaves.then_some(Input::Departed));
    add("read fails its check", pair.volumes(side).fail_read());
    let volumes = !pair.volumes(side).requests.is_empty();
    let (input, line) = if volumes {
        let (input, line) = pair.volumes(side).complete(side, 0);
        (Some(input), line)
    } else {
        (None, String::new())
    };
    let of = |word: &str| input.clone().filter(|_| line.contains(word));
    add("block read", of("has read"));
    add("page durable", of("is durable"));
    add("CP committed", of("is committed"));
    add("changes listed", of("has listed"));
    let logs = !pair.log(side).requests.is_empty();
    let done = logs.then(|| pair.log(side).complete(side, 0, Check::Passes));
    let (input, line) =
        done.and_then(Result::ok).map_or((None, String::new()), |(i, l)| (Some(i), l));
    let of = |word: &str| input.clone().filter(|_| line.contains(word));
    add("transfer durable in the log", of("durable in the log"));
    add("log scanned", of("is scanned"));
    add("flushed", of("is flushed"));
    add("operator asks for a CP", pair.is_source(side).then_some(Input::ConsistencyPoint));
    add("promotion ordered", Some(Input::Promote(PromotionOrder::Guarded)));
    add("promotion ordered, forced", Some(Input::Promote(PromotionOrder::Forced)));
    add("connection lost", Some(Input::Disconnected));
    for (name, timer) in TIMERS {
        let set = pair.timers.contains_key(&(side, timer));
        add(&format!("timer {name}"), set.then_some(Input::Timer(timer)));
    }
    events
}

const TIMERS: [(&str, Timer); 7] = [
    ("consistency point", Timer::ConsistencyPoint),
    ("transfer delay", Timer::TransferDelay),
    ("flush", Timer::Flush),
    ("wait", Timer::Wait),
    ("progress", Timer::Progress),
    ("reconnect", Timer::Reconnect),
    ("retransmit", Timer::Retransmit),
];

fn requests(pair: &Pair) -> Vec<Event> {
    let id = WriteId { client: ClientId(9), op: OpNumber(1) };
    let range = |length| WriteRange { volume: VolumeId(0), offset: 16384, length };
    let ask = |operation| Some(Input::Request(Request { id, operation }));
    let open = pair.unanswered().first().copied();
    let again = open.and_then(|id| pair.asked(id));
    vec![
        ("write".to_owned(), ask(Operation::Write(range(4096)))),
        ("write of no bytes".to_owned(), ask(Operation::Write(range(0)))),
        ("read".to_owned(), ask(Operation::Read(range(512)))),
        ("flush asked".to_owned(), ask(Operation::Flush(VolumeId(0)))),
        ("open request again".to_owned(), again.map(Input::Request)),
    ]
}

/// What a message is made of.
pub struct Values {
    pub epoch: Epoch,
    pub generation: Generation,
    /// The life of the peer.
    pub life: Incarnation,
    pub cp: CpId,
    pub last: Lsn,
}

/// Every message of the peer, of this session; with the values that tell its variants apart.
pub fn messages(values: &Values) -> Vec<(String, Message)> {
    let Values { epoch, cp, last, life, .. } = *values;
    let address = BlockAddress::data(VolumeId(0), 0);
    let mut messages = from_source(values, address);
    let older = CpId { number: CpNumber(cp.number.0.saturating_sub(1)), ..cp };
    let welcome = Message::Welcome {
        epoch,
        incarnation: life,
        committed: CpId::ORIGINAL,
        diverged: Vec::new(),
    };
    let from_destination = [
        ("LOG_ACK", Message::LogAck { epoch, incarnation: life, through: last }),
        ("CP_ACK", Message::CpAck { epoch, cp }),
        ("CP_ACK of an older CP", Message::CpAck { epoch, cp: older }),
        ("NAK", Message::Nak { epoch, cp, address }),
        ("WAIT", Message::Wait { epoch }),
        ("WELCOME", welcome),
        ("IN_SYNC_NOTED", Message::InSyncNoted { epoch }),
    ];
    messages.extend(from_destination.map(|(name, message)| (name.to_owned(), message)));
    messages
}

fn from_source(values: &Values, address: BlockAddress) -> Vec<(String, Message)> {
    let Values { epoch, cp, last, .. } = *values;
    let purpose = Purpose::ConsistencyPoint;
    let size = BlockSize::new(Bytes::kib(4)).expect("a power of two");
    let contents = Contents::original(address, size);
    let first = TransferId(0);
    let transfers = Some(TransferRange { first, last: first });
    let reference = Reference { transfer: first, number: BlockNumber(0) };
    let item = |body| vec![Item { address, body }];
    let data = |body| Message::CpData { epoch, cp, purpose, items: item(body) };
    let begin = |transfers| {
        let unanswered = Vec::new();
        Message::CpBegin { epoch, cp, purpose, transfers, last_lsn: last, unanswered }
    };
    let older = CpId { number: CpNumber(0), ..cp };
    let messages = [
        ("transfer", Message::Transfer(transfer(values, TransferId(7), last))),
        ("CP_BEGIN", begin(transfers)),
        ("CP_BEGIN of a CP in full", begin(None)),
        ("CP_DATA in full", data(ItemBody::Full(contents.clone()))),
        ("CP_DATA, a reference", data(ItemBody::Reference(reference))),
        ("CP_END, one block", Message::CpEnd { epoch, cp, purpose, blocks: 1 }),
        ("CP_END of a committed CP", Message::CpEnd { epoch, cp: older, purpose, blocks: 1 }),
        ("NAK answer", Message::NakAnswer { epoch, cp, address, contents }),
        ("IN_SYNC", Message::InSync { epoch }),
    ];
    messages.map(|(name, message)| (name.to_owned(), message)).into()
}

/// A transfer of one block that follows the newest entry.
fn transfer(values: &Values, id: TransferId, last: Lsn) -> Transfer {
    let write = WriteId { client: ClientId(8), op: OpNumber(1) };
    let range = WriteRange { volume: VolumeId(0), offset: 0, length: 4096 };
    let lsn = last.next();
    let entry =
        EntryHeader { lsn, predecessor: last, write, range, part_start: 0, part_length: 4096 };
    Transfer {
        header: TransferHeader { epoch: values.epoch, id, cp: values.cp, first_lsn: lsn },
        entries: vec![entry],
        blocks: vec![Runs::of(0, 4096, Origin::Write { id: write, position: 0 })],
        fragments: Vec::new(),
    }
}

/// Messages that are looked at whatever their epoch.
pub fn beyond_sessions(values: &Values) -> Vec<(String, Message)> {
    let Values { epoch, generation, life, .. } = *values;
    let (base, voids) = (CpId::ORIGINAL, Vec::new());
    let hello = |generation, epoch| Message::Hello {
        epoch,
        generation,
        incarnation: life,
        base,
        voids: voids.clone(),
    };
    let [older, newer] = [Generation(generation.0 - 1), Generation(generation.0 + 1)];
    let [before, next] = [Epoch(epoch.0.saturating_sub(1)), Epoch(epoch.0 + 1)];
    let messages = [
        ("HELLO", hello(generation, epoch)),
        ("HELLO, next epoch", hello(generation, next)),
        ("HELLO, old epoch", hello(generation, before)),
        ("HELLO, newer reign", hello(newer, next)),
        ("HELLO, older reign", hello(older, next)),
        ("DEPOSED, newer reign", Message::Deposed { epoch, generation: newer }),
        ("DEPOSED, this reign", Message::Deposed { epoch, generation }),
        ("RESTARTED, same life", Message::Restarted { epoch, incarnation: life }),
        (
            "RESTARTED, next life",
            Message::Restarted { epoch, incarnation: Incarnation(life.0 + 1) },
        ),
    ];
    messages.map(|(name, message)| (name.to_owned(), message)).into()
}
