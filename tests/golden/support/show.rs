//! What is observed, as lines of text.
//!
//! `- …` is an input, told to a node because of the command; `source: …` and `destination: …` are
//! the wishes of that node, in order; lines that begin with two blanks say what a message carries.

use crate::flight::Side;
use mirrorsim::protocol::block::{BlockSize, Contents, Runs, WriteRange};
use mirrorsim::protocol::{
    Effect, EntryHeader, Half, Item, ItemBody, Message, Note, Outcome, PieceBase, Purpose,
    Reference, SavedMirror, SavedState, Transfer, Void, wire,
};
use mirrorsim::units::SimTime;
use serde::Serialize;

/// The lines for a wish of a node.
pub fn effect(side: Side, effect: &Effect, size: BlockSize) -> Vec<String> {
    let mut lines = vec![format!("{}: {}", side.name(), wish(effect, size))];
    if let Effect::Send(message) | Effect::SendAgain(message) = effect {
        lines.extend(carried(message, size));
    }
    lines
}

fn wish(effect: &Effect, size: BlockSize) -> String {
    match effect {
        Effect::Answer(id, outcome) => format!("answer {id}: {}", answer(outcome, size)),
        Effect::NvramAppend(half, cp, entry) => {
            let half = half_name(*half);
            format!("log {} of {cp} in the {half} half: {}", entry.lsn, written(entry))
        }
        Effect::NvramPersist(lsn) => format!("persist {lsn}"),
        Effect::NvramFree(half) => format!("free the {} half", half_name(*half)),
        Effect::NvramAssign(half, cp) => format!("the {} half is {cp}", half_name(*half)),
        Effect::Send(message) => format!("send {}", sent(message, size)),
        Effect::SendAgain(message) => format!("send again {}", sent(message, size)),
        Effect::Disconnect => "disconnect".to_owned(),
        Effect::ReadVolume(_, address) => format!("read {address}"),
        Effect::WriteVolume(_, cp, address, held) => {
            format!("write {address} for {cp}: {}", contents(held, size))
        }
        Effect::Commit(record) => format!("commit {} up to {}", record.cp, record.last_lsn),
        Effect::DropShadow(cp) => format!("forget the pages of {cp}"),
        Effect::PinImage => "pin the image".to_owned(),
        Effect::ReadPinned(_, address) => format!("read {address} of the pinned image"),
        Effect::UnpinImage => "unpin the image".to_owned(),
        Effect::ListChanged(cp) => format!("list what changed after {cp}"),
        Effect::SaveState(_, state) => format!("save: {}", saved(state)),
        Effect::ScanLog => "scan the log".to_owned(),
        Effect::WriteLog(_, file, offset, transfer) => {
            format!("write transfer {} to file {file} at {offset}", transfer.header.id)
        }
        Effect::ReadLog(_, file, offset, _) => format!("read file {file} at {offset}"),
        Effect::FreeLog(file) => format!("free file {file}"),
        Effect::Flush => "flush".to_owned(),
        Effect::Replay(_, cp, entry) => format!("replay {} in {cp}: {}", entry.lsn, written(entry)),
        Effect::Serve => "serve clients".to_owned(),
        Effect::ChangePart => "change its part".to_owned(),
        Effect::AskWitness(request) => {
            let (plea, reign) = (word(&request.plea), request.generation);
            format!("ask the witness, {} of reign {reign}: {plea}", request.number)
        }
        Effect::SetTimer(timer, at) => format!("set timer {} for {}", word(timer), time(*at)),
        Effect::CancelTimer(timer) => format!("cancel timer {}", word(timer)),
        Effect::Refuse(refusal) => format!("refuse: {}", word(refusal)),
        Effect::Note(said) => format!("note {}", note(said)),
    }
}

/// The name of a message, without what it carries.
pub fn name(message: &Message) -> String {
    let name = match message {
        Message::Transfer(Transfer { header, .. }) => {
            format!("transfer {} of {}", header.id, header.cp)
        }
        Message::CpBegin { cp, purpose, .. } => format!("{}CP_BEGIN of {cp}", why(*purpose)),
        Message::CpData { cp, purpose, .. } => format!("{}CP_DATA of {cp}", why(*purpose)),
        Message::CpEnd { cp, purpose, .. } => format!("{}CP_END of {cp}", why(*purpose)),
        Message::NakAnswer { cp, address, .. } => format!("NAK answer of {cp} for {address}"),
        Message::Want { cp, addresses, .. } => {
            let blocks: Vec<_> = addresses.iter().map(ToString::to_string).collect();
            format!("WANT of {cp} for {}", blocks.join(", "))
        }
        Message::Wanted { cp, .. } => format!("WANTED of {cp}"),
        Message::LogAck { through, .. } => format!("LOG_ACK through {through}"),
        Message::CpAck { cp, .. } => format!("CP_ACK of {cp}"),
        Message::Nak { cp, address, .. } => format!("NAK of {cp} for {address}"),
        Message::Wait { .. } => "WAIT".to_owned(),
        Message::Hello { .. } => "HELLO".to_owned(),
        Message::Welcome { .. } => "WELCOME".to_owned(),
        Message::Deposed { .. } => "DEPOSED".to_owned(),
        Message::Restarted { .. } => "RESTARTED".to_owned(),
        Message::InSync { .. } => "IN_SYNC".to_owned(),
        Message::InSyncNoted { .. } => "IN_SYNC_NOTED".to_owned(),
        Message::Heartbeat { number, .. } => format!("HEARTBEAT {number}"),
        Message::HeartbeatAnswer { number, .. } => format!("answer to HEARTBEAT {number}"),
    };
    match message.epoch().0 {
        1 => name,
        epoch => format!("{name} in epoch {epoch}"),
    }
}

/// The name of a message and the few fields that fit on its line.
fn sent(message: &Message, size: BlockSize) -> String {
    let name = name(message);
    match message {
        Message::Transfer(transfer) => format!("{name}, first {}", transfer.header.first_lsn),
        Message::CpBegin { transfers, last_lsn, unanswered, .. } => {
            let transfers = transfers.map_or("no transfers".to_owned(), |range| {
                format!("transfers {} to {}", range.first, range.last)
            });
            let ids = unanswered.iter().map(|id| format!(", {id} unanswered"));
            format!("{name}: {transfers}, last {last_lsn}{}", ids.collect::<String>())
        }
        Message::Hello { generation, incarnation, voids, .. } => {
            let voids = voids.iter().map(void);
            format!("{name}: reign {generation}, life {incarnation}{}", voids.collect::<String>())
        }
        Message::Welcome { incarnation, committed, .. } => {
            format!("{name}: life {incarnation} has {committed}")
        }
        Message::Deposed { generation, .. } => format!("{name}: reign {generation}"),
        Message::Restarted { incarnation, .. } => format!("{name}: life {incarnation}"),
        Message::CpData { .. } => {
            format!("{name}, {}", wire::length(message, &wire::Encoding::plain(size)))
        }
        Message::CpEnd { blocks, .. } => format!("{name}: {}", counted(*blocks, "block")),
        Message::NakAnswer { contents: held, .. } => format!("{name}: {}", contents(held, size)),
        Message::Wanted { blocks, .. } => {
            format!("{name}: {}", counted(blocks.len() as u64, "block"))
        }
        Message::LogAck { .. }
        | Message::CpAck { .. }
        | Message::Nak { .. }
        | Message::Want { .. }
        | Message::Wait { .. }
        | Message::InSync { .. }
        | Message::InSyncNoted { .. }
        | Message::Heartbeat { .. }
        | Message::HeartbeatAnswer { .. } => name,
    }
}

/// What a message carries, a line each.
fn carried(message: &Message, size: BlockSize) -> Vec<String> {
    match message {
        Message::Transfer(transfer) => {
            let mut lines: Vec<_> = transfer.entries.iter().map(entry).collect();
            let blocks = transfer.blocks.iter().enumerate();
            lines.extend(blocks.map(|(at, held)| format!("  block {at}: {}", runs(held, size))));
            let fragments = transfer.fragments.iter();
            lines.extend(fragments.map(|held| format!("  fragment: {}", runs(held, size))));
            lines
        }
        Message::CpData { items, .. } => items.iter().map(|held| item(held, size)).collect(),
        Message::Wanted { blocks, .. } => {
            let line = |(address, held): &(_, _)| format!("  {address}: {}", contents(held, size));
            blocks.iter().map(line).collect()
        }
        Message::CpBegin { .. }
        | Message::CpEnd { .. }
        | Message::NakAnswer { .. }
        | Message::Want { .. }
        | Message::LogAck { .. }
        | Message::CpAck { .. }
        | Message::Nak { .. }
        | Message::Wait { .. }
        | Message::Hello { .. }
        | Message::Welcome { .. }
        | Message::Deposed { .. }
        | Message::Restarted { .. }
        | Message::InSync { .. }
        | Message::InSyncNoted { .. }
        | Message::Heartbeat { .. }
        | Message::HeartbeatAnswer { .. } => Vec::new(),
    }
}

/// What tells a pass of resynchronization from a CP.
const fn why(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::ConsistencyPoint => "",
        Purpose::Resync => "pass ",
        Purpose::Snapshot => "snapshot ",
    }
}

fn void(Void { after, until }: &Void) -> String {
    format!(", void after {after} until life {}", until.incarnation)
}

fn saved(state: &SavedState) -> String {
    let SavedState { incarnation, epoch, mirror, voids, .. } = state;
    let mirror = match mirror {
        SavedMirror::InSync => "in sync".to_owned(),
        SavedMirror::OutOfSync(since) => format!("out of sync since {}", time(*since)),
    };
    let voids = voids.iter().map(void).collect::<String>();
    format!("life {incarnation}, epoch {epoch}, {mirror}{voids}")
}

fn entry(entry: &EntryHeader) -> String {
    let part = if entry.part_length == entry.range.length {
        String::new()
    } else {
        let (start, end) = (entry.part_start, entry.part_start + entry.part_length);
        format!(", part {start}..{end} of it")
    };
    format!("  entry {} after {}: {}{part}", entry.lsn, entry.predecessor, written(entry))
}

fn item(item: &Item, size: BlockSize) -> String {
    match &item.body {
        ItemBody::Hash(held) => format!("  {}: hash of {}", item.address, runs(held, size)),
        ItemBody::Full(held) => format!("  {}: in full, {}", item.address, contents(held, size)),
        ItemBody::Reference(reference) => format!(
            "  {}: reference to transfer {} block {}",
            item.address, reference.transfer, reference.number
        ),
        ItemBody::Pieces(pieces) => {
            let base = match pieces.base {
                PieceBase::Image => "the image".to_owned(),
                PieceBase::Block(Reference { transfer, number }) => {
                    format!("transfer {transfer} block {number}")
                }
            };
            let fragments = pieces.fragments.iter();
            let fragments = fragments
                .map(|piece| format!("; transfer {} fragment {}", piece.transfer, piece.number));
            format!("  {}: pieces over {base}{}", item.address, fragments.collect::<String>())
        }
    }
}

fn answer(outcome: &Outcome, size: BlockSize) -> String {
    match outcome {
        Outcome::Written => "written".to_owned(),
        Outcome::Flushed => "flushed".to_owned(),
        Outcome::Refused(refusal) => format!("refused, {}", word(refusal)),
        Outcome::Read(blocks) => {
            let block = |(address, held): &(_, Runs)| format!("{address}: {}", runs(held, size));
            let blocks: Vec<_> = blocks.iter().map(block).collect();
            format!("read {}", blocks.join("; "))
        }
    }
}

/// What a node says on its status channel.
pub fn note(note: &Note) -> String {
    match note {
        Note::CpStarted(cp, trigger) => format!("{cp} started: {}", word(trigger)),
        Note::CpEnded(cp) => format!("{cp} ended"),
        Note::WriteWaits(id, cause) => format!("{id} waits: {}", word(cause)),
        Note::DestinationWaits => "waiting for a free file".to_owned(),
        Note::Resolved(address, from) => format!("resolved {address} from {}", word(from)),
        Note::Held(address) => format!("holding the reference for {address}"),
        Note::Mirror(state) => format!("mirror: {}", word(state)),
        Note::SessionLost(end) => format!("session lost: {}", word(end)),
        Note::ResyncPass(pass, cp, blocks) => {
            format!("pass {pass} sends {cp}, {}", counted(*blocks, "block"))
        }
        Note::ResyncDoesNotConverge => "resync does not converge".to_owned(),
        Note::Restarted(life, entries) => format!("life {life}, {entries} found in the log"),
        Note::NvramLost => "NVRAM is lost".to_owned(),
        Note::PromotionDecided(None) => "to be promoted, in sync".to_owned(),
        Note::PromotionDecided(Some(since)) => {
            format!("to be promoted, loss unknown since {}", time(*since))
        }
        Note::LogReplayed(entries, left) => {
            format!("of the log {entries} replayed, {left} left")
        }
        Note::Deposed(generation) => format!("deposed by reign {generation}"),
        Note::Diverged(blocks) => format!("{} changed alone", counted(*blocks, "block")),
        Note::LogDamaged(file, at) => format!("file {file} is damaged at {at}"),
        Note::BlockDamaged(address) => format!("{address} is damaged"),
        Note::Session(state) => format!("session: {}", word(state)),
        Note::Sometimes(mark) => format!("rare: {}", word(mark)),
    }
}

/// What a block holds.
pub fn contents(contents: &Contents, size: BlockSize) -> String {
    match contents {
        Contents::Data(held) => runs(held, size),
        Contents::Metadata(children) => {
            let child = |(place, cp): &(u32, _)| format!("child {place} of CP {cp}");
            format!("metadata [{}]", children.iter().map(child).collect::<Vec<_>>().join(", "))
        }
    }
}

/// Runs of bytes; a run that is the whole block goes without its bounds.
pub fn runs(runs: &Runs, size: BlockSize) -> String {
    let run = |run: &mirrorsim::protocol::block::Run| match (run.start, run.end) {
        (0, end) if end == size.get() => run.origin.to_string(),
        (start, end) => format!("{start}..{end} {}", run.origin),
    };
    runs.as_slice().iter().map(run).collect::<Vec<_>>().join(", ")
}

fn written(entry: &EntryHeader) -> String {
    format!("{} {}", entry.write, range(entry.range))
}

/// A range of bytes, which need not have an end below 2⁶⁴.
pub fn range(range: WriteRange) -> String {
    let end = u128::from(range.offset) + u128::from(range.length);
    format!("volume {} bytes {}..{end}", range.volume.0, range.offset)
}

/// A number of things: `1 block`, `2 blocks`.
pub fn counted(count: u64, thing: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{ending}")
}

const fn half_name(half: Half) -> &'static str {
    match half {
        Half::First => "first",
        Half::Second => "second",
    }
}

/// A moment, in the shortest unit: `5ms`.
pub fn time(at: SimTime) -> String {
    at.since(SimTime::ZERO).to_string()
}

/// The name that a word of the protocol has in files.
pub fn word<T: Serialize>(word: &T) -> String {
    let value = serde_json::to_value(word).expect("a word has a plain form");
    value.as_str().expect("a word is a string").replace('_', " ")
}
