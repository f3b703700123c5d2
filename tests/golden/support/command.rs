//! The commands of a script.
//!
//! ```text
//! set KEY=VALUE …                   parameters; starts anew with two original images
//! write c1 [v2] OFFSET+LENGTH       a client writes; also `read`; `at=destination` asks there; else
//!                                   the side that serves
//! flush c1 [v2]                     a client flushes
//! checkpoint                        the operator asks for a CP
//! nvram [all] [SIDE]                the oldest entry, or every one, is durable in NVRAM
//! depart [all]                      the oldest message to the destination leaves the queue
//! deliver SIDE [all | n=2]          the oldest (nth) message arrives
//! drop SIDE [n=2]                   it is lost
//! duplicate SIDE [n=2]              the wire makes a second copy, behind the others
//! alter SIDE [n=2] KEY=VALUE …      change epoch, cp, blocks, transfer or number in it
//! flight SIDE                       list the messages on their way
//! log [SIDE] [all | n=2 | fail]     log storage, of the destination unless told otherwise: the
//!                                   oldest (nth) request is done; a read fails
//! disk SIDE [all | n=2 | fail]      volumes: the oldest (nth) request is done; a read fails
//! timer NAME [SIDE]                 a set timer fires; it is its time
//! time 5ms                          it is this time after the beginning
//! time +5ms                         it is that much later
//! save SIDE [all]                   the oldest small state of a side is durable
//! crash SIDE [KEY=N | commit | torn] its life is over; of what was under way survive N `nvram`
//!                                   entries, `states`, `log` writes, the `commit`; `torn`: the next
//!                                   log write is torn
//! restart SIDE                      its next life begins
//! promote SIDE [forced]             the operator orders a side to become the source
//! begin                             both sides begin where a witness decides (`lease` is set)
//! witness SIDE [unheard]            the oldest request of a side reaches the witness, and its answer
//!                                   the side; unheard: it is lost
//! lose nvram                        NVRAM forgets all
//! reset                             the connection breaks
//! again c1#2                        a client asks again, the side that serves or `at=destination`
//! show timers                       from now on, timers that watch the session too
//! settle [quiet]                    all that is under way happens; quiet: only its result
//! state                             what both nodes hold
//! image SIDE volume V block B       what the committed image holds
//! ```
//!
//! `all` means those under way now, not those that they cause.

use crate::flight::Side;
use crate::pair::{Pair, Watching};
use crate::settings::{self, number};
use crate::show;
use crate::storage::{Check, Survivors};
use mirrorsim::protocol::block::{BlockAddress, VolumeId, WriteRange};
use mirrorsim::protocol::{
    BlockNumber, ClientId, CpNumber, Epoch, Input, ItemBody, Message, OpNumber, Operation,
    PromotionOrder, TransferId, WriteId,
};
use mirrorsim::units::SimTime;

type Done = Result<(), String>;

/// Runs one command.
pub fn run(command: &str, pair: &mut Pair) -> Done {
    let words: Vec<&str> = command.split_whitespace().collect();
    let (name, words) = words.split_first().ok_or("a command is missing")?;
    match *name {
        "set" => set(words, pair),
        "write" | "read" | "flush" => request(name, words, pair),
        "checkpoint" => {
            pair.tell(pair.serving, Input::ConsistencyPoint);
            Ok(())
        }
        "nvram" => {
            let side = side_among(words).unwrap_or(pair.serving);
            repeat(words, pair.persisting(side), || pair.persist(side))
        }
        "depart" => {
            let last = pair.flight(Side::Destination).messages().len();
            let waiting = last
                .checked_sub(1)
                .map_or(0, |place| pair.flight(Side::Destination).departures_before(place));
            repeat(words, waiting, || pair.depart(Side::Destination))
        }
        "deliver" | "drop" | "duplicate" | "alter" | "flight" => wire(name, words, pair),
        "log" => log(words, pair),
        "disk" => disk(words, pair),
        "timer" => timer(words, pair),
        "promote" => promote(words, pair),
        "time" => time(words, pair),
        "save" => {
            let side = Side::parse(words.first().ok_or("at which side?")?)?;
            repeat(words, pair.saving(side), || pair.save(side))
        }
        "crash" => crash(words, pair),
        "restart" => {
            pair.restart(Side::parse(words.first().ok_or("which side?")?)?);
            Ok(())
        }
        "begin" => {
            pair.begin();
            Ok(())
        }
        "witness" => {
            let side = side_among(words).ok_or("which side?")?;
            if words.contains(&"unheard") { pair.unheard(side) } else { pair.judge(side) }
        }
        "lose" => {
            pair.lose_nvram();
            Ok(())
        }
        "reset" => {
            pair.reset();
            Ok(())
        }
        "again" => again(words, pair),
        "show" => {
            pair.watching = Watching::Shown;
            Ok(())
        }
        "settle" => settle(words, pair),
        "state" => {
            pair.state();
            Ok(())
        }
        "image" => image(words, pair),
        other => Err(format!("no command is called {other:?}")),
    }
}

/// The side that is named among the words, if one is.
fn side_among(words: &[&str]) -> Option<Side> {
    words.iter().find_map(|word| Side::parse(word).ok())
}

fn timer(words: &[&str], pair: &mut Pair) -> Done {
    let timer = settings::word(words.first().ok_or("which timer?")?)?;
    let owner = |((side, set), _): (&(Side, _), _)| (*set == timer).then_some(*side);
    let side = side_among(words).or_else(|| pair.timers.iter().find_map(owner));
    pair.fire(side.ok_or("the timer is not set")?, timer)
}

fn promote(words: &[&str], pair: &mut Pair) -> Done {
    let order =
        if words.contains(&"forced") { PromotionOrder::Forced } else { PromotionOrder::Guarded };
    pair.tell(side_among(words).ok_or("which side?")?, Input::Promote(order));
    Ok(())
}

fn set(words: &[&str], pair: &mut Pair) -> Done {
    let mut parameters = settings::default();
    for word in words {
        let (key, value) = word.split_once('=').ok_or_else(|| format!("{word:?} sets nothing"))?;
        settings::apply(&mut parameters, key, value)?;
    }
    *pair = Pair::new(parameters);
    Ok(())
}

/// What `key=…` stands for among the words.
fn value<'a>(words: &[&'a str], key: &str) -> Option<&'a str> {
    let value = |word: &&'a str| word.strip_prefix(key)?.strip_prefix('=');
    words.iter().find_map(value)
}

fn request(name: &str, words: &[&str], pair: &mut Pair) -> Done {
    let lettered = |letter: char| words.iter().find_map(|word| word.strip_prefix(letter));
    let client = number(lettered('c').ok_or("which client?")?)?;
    let volume = VolumeId(lettered('v').map_or(Ok(0), number)?);
    let range = words.iter().find_map(|word| word.split_once('+'));
    let range = || -> Result<WriteRange, String> {
        let (offset, length) = range.ok_or("which bytes?")?;
        Ok(WriteRange { volume, offset: length_of(offset)?, length: length_of(length)? })
    };
    let operation = match name {
        "write" => Operation::Write(range()?),
        "read" => Operation::Read(range()?),
        _ => Operation::Flush(volume),
    };
    let side = value(words, "at").map_or(Ok(pair.serving), Side::parse)?;
    let id = pair.next_operation(client);
    pair.ask(side, id, operation);
    Ok(())
}

fn again(words: &[&str], pair: &mut Pair) -> Done {
    let id = words.first().and_then(|word| word.strip_prefix('c')?.split_once('#'));
    let (client, op) = id.ok_or("which request? c1#2")?;
    let side = value(words, "at").map_or(Ok(pair.serving), Side::parse)?;
    pair.ask_again(side, WriteId { client: ClientId(number(client)?), op: OpNumber(number(op)?) })
}

fn crash(words: &[&str], pair: &mut Pair) -> Done {
    let side = Side::parse(words.first().ok_or("which side?")?)?;
    let count = |key| value(words, key).map_or(Ok(0), number);
    let said = |word| if words.contains(&word) { Check::Passes } else { Check::Fails };
    let survivors = Survivors {
        nvram: count("nvram")?,
        states: count("states")?,
        commit: said("commit"),
        log: count("log")?,
        torn: if words.contains(&"torn") { Check::Fails } else { Check::Passes },
    };
    pair.crash(side, &survivors)
}

/// A number of bytes, with or without a unit.
fn length_of(text: &str) -> Result<u64, String> {
    number(text).or_else(|_| settings::bytes(text).map(mirrorsim::units::Bytes::get))
}

/// Does it once, or for `all` as often as there are things under way.
fn repeat(words: &[&str], under_way: usize, mut once: impl FnMut() -> Done) -> Done {
    let times = if words.contains(&"all") { under_way } else { 1 };
    (0..times).try_for_each(|_| once())
}

/// The place that `n=2` names among `count`; the oldest without.
fn place(words: &[&str], count: usize) -> Result<usize, String> {
    let nth: usize = value(words, "n").map_or(Ok(1), number)?;
    let place = nth.checked_sub(1).filter(|place| *place < count);
    place.ok_or_else(|| format!("there is no number {nth} of {count}"))
}

fn wire(name: &str, words: &[&str], pair: &mut Pair) -> Done {
    let side = Side::parse(words.first().ok_or("at which side?")?)?;
    let count = pair.flight(side).messages().len();
    if name == "flight" {
        let names: Vec<_> = pair.flight(side).messages().iter().map(show::name).collect();
        names.into_iter().for_each(|name| pair.say(name));
        return Ok(());
    }
    if name == "deliver" && words.contains(&"all") {
        (0..count).for_each(|_| pair.deliver(side, 0));
        return Ok(());
    }
    let place = place(words, count)?;
    match name {
        "deliver" => pair.deliver(side, place),
        "drop" => {
            for _ in 0..pair.flight(side).departures_before(place) {
                pair.depart(side)?;
            }
            let lost = pair.flight(side).take(place);
            pair.say(format!("- {} is lost", show::name(&lost)));
        }
        "duplicate" => {
            for _ in 0..pair.flight(side).departures_before(place) {
                pair.depart(side)?;
            }
            pair.flight(side).duplicate(place);
        }
        _ => {
            let changes = words.iter().filter_map(|word| word.split_once('='));
            for (key, value) in changes.filter(|(key, _)| *key != "n") {
                alter(pair.flight(side).get_mut(place), key, value)?;
            }
        }
    }
    Ok(())
}

/// Changes a field of a message, as a broken or confused peer might.
fn alter(message: &mut Message, key: &str, value: &str) -> Done {
    let changed = match (key, message) {
        ("epoch", message) => return alter_epoch(message, Epoch(number(value)?)),
        ("cp", Message::CpBegin { cp, .. } | Message::CpEnd { cp, .. }) => {
            cp.number = CpNumber(number(value)?);
            true
        }
        ("cp", Message::CpAck { cp, .. } | Message::Nak { cp, .. }) => {
            cp.number = CpNumber(number(value)?);
            true
        }
        ("blocks", Message::CpEnd { blocks, .. }) => {
            *blocks = number(value)?;
            true
        }
        (field, Message::CpData { items, .. }) => match items.first_mut().map(|i| &mut i.body) {
            Some(ItemBody::Reference(reference)) if field == "transfer" => {
                reference.transfer = TransferId(number(value)?);
                true
            }
            Some(ItemBody::Reference(reference)) if field == "number" => {
                reference.number = BlockNumber(number(value)?);
                true
            }
            Some(_) | None => false,
        },
        (_, _) => false,
    };
    if changed { Ok(()) } else { Err(format!("the message has no {key:?} to change")) }
}

/// Moves a message to another session.
pub fn alter_epoch(message: &mut Message, to: Epoch) -> Done {
    match message {
        Message::Transfer(transfer) => transfer.header.epoch = to,
        Message::CpBegin { epoch, .. }
        | Message::CpData { epoch, .. }
        | Message::CpEnd { epoch, .. }
        | Message::NakAnswer { epoch, .. }
        | Message::Want { epoch, .. }
        | Message::Wanted { epoch, .. }
        | Message::LogAck { epoch, .. }
        | Message::CpAck { epoch, .. }
        | Message::Nak { epoch, .. }
        | Message::Wait { epoch }
        | Message::Hello { epoch, .. }
        | Message::Welcome { epoch, .. }
        | Message::Deposed { epoch, .. }
        | Message::Restarted { epoch, .. }
        | Message::InSync { epoch }
        | Message::InSyncNoted { epoch }
        | Message::Heartbeat { epoch, .. }
        | Message::HeartbeatAnswer { epoch, .. } => *epoch = to,
    }
    Ok(())
}

fn log(words: &[&str], pair: &mut Pair) -> Done {
    let check = if words.contains(&"fail") { Check::Fails } else { Check::Passes };
    let side = side_among(words).unwrap_or(Side::Destination);
    let count = pair.log(side).requests.len();
    if words.contains(&"all") {
        return (0..count).try_for_each(|_| pair.complete_log(side, 0, check));
    }
    pair.complete_log(side, place(words, count)?, check)
}

fn disk(words: &[&str], pair: &mut Pair) -> Done {
    let side = Side::parse(words.first().ok_or("at which side?")?)?;
    if words.contains(&"fail") {
        let input = pair.volumes(side).fail_read().ok_or("the oldest request is no read")?;
        pair.volumes(side).requests.remove(0);
        pair.tell(side, input);
        return Ok(());
    }
    let count = pair.volumes(side).requests.len();
    if words.contains(&"all") {
        (0..count).for_each(|_| pair.complete_volume(side, 0));
        return Ok(());
    }
    let place = place(words, count)?;
    pair.complete_volume(side, place);
    Ok(())
}

fn time(words: &[&str], pair: &mut Pair) -> Done {
    let word = words.first().ok_or("what time?")?;
    let (from, span) = match word.strip_prefix('+') {
        Some(span) => (pair.now, span),
        None => (SimTime::ZERO, *word),
    };
    let now = from.after(settings::span(span)?);
    let passed = pair.timers.values().any(|at| *at < now);
    if now < pair.now || passed {
        return Err("time does not run backwards, nor past a timer that is set".to_owned());
    }
    pair.now = now;
    Ok(())
}

fn settle(words: &[&str], pair: &mut Pair) -> Done {
    let before = pair.take_lines();
    let settled = pair.settle();
    let observed = pair.take_lines();
    before.into_iter().for_each(|line| pair.say(line));
    if !words.contains(&"quiet") {
        observed.into_iter().filter(|line| tells(line)).for_each(|line| pair.say(line));
    }
    settled?;
    pair.compare();
    Ok(())
}

/// Whether the summary of settling shows the line: answers, freed space, refusals, notes.
fn tells(line: &str) -> bool {
    let shown = [
        "answer",
        "free",
        "refuse",
        "note",
        "send NAK",
        "send HELLO",
        "send WELCOME",
        "send DEPOSED",
        "serve",
        "change its part",
        "replay",
        "send IN_SYNC",
        "send RESTARTED",
        "send pass",
        "forget",
        "set timer",
    ];
    if line.starts_with("- ") && line.ends_with(" is lost") {
        return true;
    }
    let said = line.split_once(": ").map_or("", |(_, said)| said);
    shown.iter().any(|start| said.starts_with(start))
}

fn image(words: &[&str], pair: &mut Pair) -> Done {
    let [side, "volume", volume, "block", block] = words else {
        return Err("image SIDE volume V block B".to_owned());
    };
    let side = Side::parse(side)?;
    let address = BlockAddress::data(VolumeId(number(volume)?), number(block)?);
    let held = pair.volumes(side).image.read(address);
    let held = show::contents(&held, pair.parameters.block_size);
    pair.say(format!("{address} at {} holds {held}", side.name()));
    Ok(())
}
