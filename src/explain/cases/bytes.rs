//! Blocks that hold wrong bytes: on disks, in messages, behind references. Those that are put together
//! from pieces: `pieces`.

use super::super::history::{History, SentItem, message};
use super::super::lives::{self, places};
use super::super::rule::Rule;
use super::super::words::moment;
use super::super::{Account, Line};
use super::{Evidence, pieces};
use crate::facts::{Fact, Role, What};
use crate::protocol::block::{BlockAddress, Contents, Origin, Runs};
use crate::protocol::{
    BlockNumber, CpId, EntryHeader, ItemBody, Message, Reference, Transfer, TransferId,
};

/// The account of a block that is wrong in a consistency point.
pub(super) fn account(evidence: Evidence) -> Option<Account> {
    let (cp, block) = (evidence.subject.cp?, evidence.subject.block?);
    match (evidence.kind(), evidence.role()) {
        (("S5", "wrong_bytes" | "dangling") | ("S6", "stale_reference"), Role::Source) => {
            reference_sent(evidence, cp, block).or_else(|| pieces::sent(evidence, cp, block))
        }
        (
            ("S6", "pieces_not_allowed" | "foreign_piece" | "wrong_pieces")
            | ("S23", "pieces_missing" | "pieces_too_long" | "block_sent"),
            _,
        ) => Some(pieces::chosen(evidence, cp, block)),
        (("S6", "reference_not_allowed" | "reference_to_metadata"), _) => {
            let happened = format!("{cp} sends {block} as a reference");
            let expected = match evidence.kind().1 {
                "reference_to_metadata" => "the block in full: metadata is in no transfer",
                _ => "the block in full: its newest write covers it in part",
            };
            Some(account_of(happened, expected, Rule::ChooseItem))
        }
        (("S23", "reference_missing"), _) => {
            let happened = format!("{cp} sends {block} in full");
            let expected = wholly_in(evidence, cp, block).map_or_else(
                || "a reference: its newest write covers it wholly".to_owned(),
                |(transfer, number)| {
                    format!("a reference to (transfer {transfer}, block {number})")
                },
            );
            Some(account_of(happened, expected, Rule::ChooseItem))
        }
        (("S5", "wrong_bytes"), Role::Destination) => {
            resolved(evidence, cp, block).or_else(|| pieces::put_together(evidence, cp, block))
        }
        (("S2", "wrong_bytes") | ("S13", "older_over_newer"), Role::Source) => {
            Some(sent_in_full(evidence, cp, block))
        }
        (("S2" | "S3" | "S13" | "S25", _), Role::Destination) => stored(evidence, cp, block),
        (("S25", _), Role::Source) => {
            let happened = format!("the source writes {block} for {cp} with a child that is wrong");
            Some(account_of(happened, "the CP of each child as it is", Rule::WriteMetadata))
        }
        (("S2" | "S3", _), Role::Source) => {
            let happened = format!("{cp} is committed with {block} as it was");
            Some(account_of(happened, "what its entries say", Rule::CommitSource))
        }
        (("S14", _), _) => Some(untracked(evidence, cp, block)),
        _ => None,
    }
}

pub(super) fn account_of(happened: String, expected: impl Into<String>, rule: Rule) -> Account {
    Account { lines: Vec::new(), happened, expected: expected.into(), rule }
}

/// A reference that was sent names other bytes than were frozen.
fn reference_sent(evidence: Evidence, cp: CpId, block: BlockAddress) -> Option<Account> {
    let Evidence { history, size, .. } = evidence;
    let item = history.items(cp).filter(|sent| sent.item.address == block).last()?;
    let ItemBody::Reference(Reference { transfer, number }) = item.item.body else { return None };
    let happened = format!("{cp} sends {block} as (transfer {transfer}, block {number})");
    let named = history.transfers().filter(|carried| carried.transfer.header.id == transfer).last();
    let elsewhere = named.and_then(|carried| {
        let place = places(carried.transfer, size).position(|(address, _)| address == block)?;
        let there = carried.transfer.blocks.get(place)?;
        (place != position(number)? && is_as_frozen(evidence, there)).then_some(place)
    });
    Some(match (elsewhere, named) {
        (Some(place), _) => {
            let expected = format!("(transfer {transfer}, block {place}), where it lies");
            account_of(happened, expected, Rule::NumberBlock)
        }
        (None, None) => {
            account_of(happened, "a transfer that was sent in this session", Rule::ChooseItem)
        }
        (None, Some(_)) => {
            let newest = wholly_in(evidence, cp, block);
            let expected = newest.map_or_else(
                || "the block in full: its newest write covers it in part".to_owned(),
                |(transfer, number)| {
                    format!("(transfer {transfer}, block {number}), its newest write")
                },
            );
            account_of(happened, expected, Rule::ChooseItem)
        }
    })
}

fn position(number: BlockNumber) -> Option<usize> {
    usize::try_from(number.0).ok()
}

/// Whether these runs hold what is expected where the block differs; true where nobody knows.
fn is_as_frozen(evidence: Evidence, runs: &Runs) -> bool {
    let Some(difference) = evidence.subject.difference else { return true };
    let there = runs.slice(difference.start, difference.end);
    there.as_slice().first().map(|run| run.origin) == difference.expected
}

/// Where the newest write of the block in the CP lies, if that covers it wholly.
fn wholly_in(evidence: Evidence, cp: CpId, block: BlockAddress) -> Option<(TransferId, usize)> {
    let Evidence { history, size, .. } = evidence;
    let of_cp = history.transfers().filter(|carried| carried.transfer.header.cp == cp);
    let touching = of_cp.filter_map(|carried| {
        let touches = |transfer: &Transfer| {
            let pieces = transfer
                .entries
                .iter()
                .flat_map(|entry| entry.pieces(size).map(move |piece| (entry.lsn, piece)));
            pieces.filter(|(_, piece)| piece.address == block).last()
        };
        let (lsn, piece) = touches(carried.transfer)?;
        Some((lsn, piece.is_whole(size), carried))
    });
    let (lsn, is_whole, carried) = touching.max_by_key(|(lsn, ..)| *lsn)?;
    let is_it =
        |(address, entry): (BlockAddress, EntryHeader)| address == block && entry.lsn == lsn;
    let number = places(carried.transfer, size).position(is_it)?;
    is_whole.then_some((carried.transfer.header.id, number))
}

/// A block in full holds other bytes than were frozen.
fn sent_in_full(evidence: Evidence, cp: CpId, block: BlockAddress) -> Account {
    let Evidence { history, subject, .. } = evidence;
    let held = subject.difference.and_then(|difference| difference.held);
    let later = held.and_then(|origin| match origin {
        Origin::Write { id, .. } => history.logged(id).filter(|logged| logged.cp > cp),
        Origin::Original | Origin::Damaged(_) => None,
    });
    let own = history.all().iter().find_map(|fact| own_write(fact, cp, block));
    let own_is_wrong = own.is_some_and(|contents| has(contents, evidence, held));
    match later {
        Some(logged) if own_is_wrong => {
            let write = logged.entry.write;
            let happened = format!(
                "{write}, of {}, changed the buffer that {cp} had frozen: both sides get it",
                logged.cp
            );
            account_of(happened, format!("a copy for {}", logged.cp), Rule::CopyOnWrite)
        }
        Some(logged) => {
            let write = logged.entry.write;
            let happened = format!(
                "{cp} sends {block} with {write}, of {}; the source's own disk gets it without",
                logged.cp
            );
            account_of(happened, "the block as it was frozen, to both", Rule::SendFrozen)
        }
        None if evidence.violation.property == "S13" => {
            let happened = format!("{cp} sends {block} as it was before {cp}'s entries");
            let expected = "the block with them: a newer one must not be undone";
            account_of(happened, expected, Rule::ResyncOrder)
        }
        None => account_of(
            format!("{cp} sends {block} with other bytes than it froze"),
            "the block as it was frozen",
            Rule::SendFrozen,
        ),
    }
}

/// What the source asks its own disks to hold of a block.
fn own_write(fact: &Fact, cp: CpId, block: BlockAddress) -> Option<&Contents> {
    match &fact.what {
        What::VolumeWriteAsked(Role::Source, of, address, contents)
            if (*of, *address) == (cp, block) =>
        {
            Some(contents)
        }
        _ => None,
    }
}

/// Whether the block holds this where the violation says that it differs.
fn has(contents: &Contents, evidence: Evidence, held: Option<Origin>) -> bool {
    let (Contents::Data(runs), Some(difference)) = (contents, evidence.subject.difference) else {
        return false;
    };
    let there = runs.slice(difference.start, difference.end);
    there.as_slice().first().map(|run| run.origin) == held
}

/// The destination resolved a reference to other bytes than the transfer brought.
fn resolved(evidence: Evidence, cp: CpId, block: BlockAddress) -> Option<Account> {
    let Evidence { history, .. } = evidence;
    let sent = history.items(cp).filter(|sent| sent.item.address == block).last()?;
    let ItemBody::Reference(Reference { transfer, number }) = sent.item.body else { return None };
    let name = format!("(transfer {transfer}, block {number})");
    let stored = history.newest(|fact| match &fact.what {
        What::LogWriteAsked(_, file, offset, length, header)
            if header.id == transfer && header.cp == cp =>
        {
            Some((fact, *file, *offset, *length))
        }
        _ => None,
    });
    let read = history.causes(history.last()?).find_map(|fact| match &fact.what {
        What::LogReadAsked(_, file, offset) => Some((fact, *file, *offset)),
        _ => None,
    });
    let line = stored.map(|(fact, file, offset, _)| {
        Line::of(fact, format!("transfer {transfer} goes to NVLog file {file} from byte {offset}"))
    });
    let (happened, rule) = match (read, stored) {
        (Some((read, file, offset)), Some((_, held, from, length)))
            if file != held || !(from..from + length).contains(&offset) =>
        {
            let at = moment(read.at);
            (format!("{name} is read {at} from NVLog file {file} at byte {offset}"), Rule::Resolve)
        }
        (Some((read, file, offset)), _) => {
            let at = moment(read.at);
            let freed = history.newest(|fact| match fact.what {
                What::LogFreed(_, freed) if freed == file => Some(fact),
                _ => None,
            });
            let is_gone =
                freed.zip(stored).is_some_and(|(freed, (fact, ..))| freed.number > fact.number);
            let rule = if is_gone { Rule::FreeLog } else { Rule::CheckLog };
            (format!("{name} is read {at} from NVLog file {file} at byte {offset}"), rule)
        }
        (None, _) => (format!("{name} is taken from memory, and is another block"), Rule::Resolve),
    };
    let expected = match stored {
        Some((_, file, offset, _)) => format!("file {file} from byte {offset}, where it was put"),
        None => "a NAK: the transfer is not there".to_owned(),
    };
    Some(Account { lines: line.into_iter().collect(), happened, expected, rule })
}

/// The destination's image is wrong: was the block sent, did it arrive, was it written?
fn stored(evidence: Evidence, cp: CpId, block: BlockAddress) -> Option<Account> {
    let Evidence { history, .. } = evidence;
    let committed = moment(history.last()?.at);
    let sent: Vec<SentItem> = history.items(cp).filter(|sent| sent.item.address == block).collect();
    let Some(last) = sent.last() else {
        let happened = format!("{cp} is committed {committed}, and {block} was never sent");
        return Some(account_of(happened, "the block in it", Rule::SendAll));
    };
    let fate = lives::fate(history, last.direction, last.number);
    let line =
        Line::of(last.fact, format!("{block} of {cp} sent (message {}): {fate}", last.number));
    let (happened, expected, rule) = if arrived(history, &sent) {
        let written =
            format!("{cp} is committed {committed} before {block} is written and durable");
        (written, "the commit once all of it is durable", Rule::CommitComplete)
    } else {
        let early = format!("{cp} is committed {committed} without {block}, which has not come");
        (early, "the commit once CP_END's count of blocks has come", Rule::CommitComplete)
    };
    Some(Account { lines: vec![line], happened, expected: expected.to_owned(), rule })
}

fn arrived(history: &History, sent: &[SentItem]) -> bool {
    let came = |item: &SentItem| {
        let mut fates = history.fates(item.direction, item.number);
        fates.any(|fact| matches!(fact.what, What::Arrived(..)))
    };
    sent.iter().any(came)
}

/// A block differs and is not sent.
fn untracked(evidence: Evidence, cp: CpId, block: BlockAddress) -> Account {
    let Evidence { history, .. } = evidence;
    let mut lines: Vec<Line> = Vec::new();
    let before = history.before().iter().filter_map(message);
    let mut sent = before.filter_map(|(fact, direction, number, message)| match message {
        Message::CpData { cp, items, .. } if items.iter().any(|item| item.address == block) => {
            Some((fact, direction, number, *cp))
        }
        _ => None,
    });
    if let Some((fact, direction, number, with)) = sent.next_back() {
        let fate = lives::fate(history, direction, number);
        lines.push(Line::of(fact, format!("{block} sent with {with} (message {number}): {fate}")));
    }
    let is_claim = history.last().and_then(|fact| message(fact));
    let claims = matches!(is_claim, Some((.., Message::InSync { .. })));
    if claims {
        let happened = "in sync is declared while the destination lacks the block".to_owned();
        let expected = "in sync once what differs is acknowledged".to_owned();
        return Account { lines, happened, expected, rule: Rule::DeclareInSync };
    }
    let happened = format!("{cp} goes without {block}: it counts as equal on both sides");
    let expected = "the block in it, until a CP with it is acknowledged".to_owned();
    Account { lines, happened, expected, rule: Rule::TrackChanges }
}
