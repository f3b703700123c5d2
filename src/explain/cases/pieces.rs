//! Blocks that are put together from pieces (Spec 10).

use super::super::Account;
use super::super::history::{Carried, History};
use super::super::rule::Rule;
use super::super::words::moment;
use super::Evidence;
use super::bytes::account_of;
use crate::facts::{Role, What};
use crate::protocol::block::{BlockAddress, BlockSize};
use crate::protocol::{CpId, ItemBody, Lsn, PieceBase, Pieces};

/// The pieces that were sent make other bytes than were frozen, or one of them was never sent.
pub(super) fn sent(evidence: Evidence, cp: CpId, block: BlockAddress) -> Option<Account> {
    let pieces = of(evidence.history, cp, block)?;
    let happened = format!("{cp} sends {block} as {}", words(pieces));
    Some(account_of(happened, expected(evidence, cp, block), Rule::ChoosePieces))
}

/// Other pieces were sent than are to be, or none where some are to be.
pub(super) fn chosen(evidence: Evidence, cp: CpId, block: BlockAddress) -> Account {
    let sent = of(evidence.history, cp, block);
    let how = sent.map_or_else(|| "in full".to_owned(), |pieces| format!("as {}", words(pieces)));
    let expected = match evidence.kind().1 {
        "pieces_not_allowed" => "a reference or the block in full".to_owned(),
        "pieces_too_long" => "the block in full, which is shorter".to_owned(),
        "block_sent" => "nothing: the destination applies the log by itself".to_owned(),
        _ => expected(evidence, cp, block),
    };
    account_of(format!("{cp} sends {block} {how}"), expected, Rule::ChoosePieces)
}

/// The destination made other bytes out of the pieces that it was to use, or out of its log.
pub(super) fn put_together(evidence: Evidence, cp: CpId, block: BlockAddress) -> Option<Account> {
    let Evidence { history, .. } = evidence;
    let at = moment(history.last()?.at);
    let Some(pieces) = of(history, cp, block) else {
        return Some(applied(evidence, cp, block, &at));
    };
    let happened = format!("the destination puts {block} of {cp} together {at} to other bytes");
    let base = match pieces.base {
        PieceBase::Image => {
            let committed = history.newest(|fact| match &fact.what {
                What::Committed(Role::Destination, cp, _) => Some(*cp),
                _ => None,
            });
            committed
                .map_or_else(|| "the first image".to_owned(), |cp| format!("the image of {cp}"))
        }
        PieceBase::Block(_) => "its base".to_owned(),
    };
    let expected = format!("{} laid over {base} in this order", words(pieces));
    Some(account_of(happened, expected, Rule::PutTogether))
}

/// The destination made other bytes out of its log, which it applies by itself.
fn applied(evidence: Evidence, cp: CpId, block: BlockAddress, at: &str) -> Account {
    let Evidence { history, size, .. } = evidence;
    let touches = |carried: &Carried| {
        let mut pieces = carried.transfer.entries.iter().flat_map(|entry| entry.pieces(size));
        carried.transfer.header.cp == cp && pieces.any(|piece| piece.address == block)
    };
    let has_come = |carried: &Carried| {
        let mut fates = history.fates(carried.direction, carried.number);
        fates.any(|fact| matches!(fact.what, What::Arrived(..)))
    };
    let mut missing = history.transfers().filter(|sent| touches(sent) && !has_come(sent));
    let happened = format!("the destination applies its log to {block} of {cp} {at}");
    let (happened, expected) = match missing.next() {
        Some(carried) => (
            format!("{happened}, and transfer {} has not come", carried.transfer.header.id),
            "the same once all that CP_BEGIN names is there".to_owned(),
        ),
        None => (format!("{happened} to other bytes"), expected(evidence, cp, block)),
    };
    account_of(happened, expected, Rule::ApplyLog)
}

/// The pieces as which the block was sent last.
fn of(history: &History, cp: CpId, block: BlockAddress) -> Option<&Pieces> {
    let sent = history.items(cp).filter(|sent| sent.item.address == block).last()?;
    match &sent.item.body {
        ItemBody::Pieces(pieces) => Some(pieces),
        ItemBody::Full(_) | ItemBody::Reference(_) | ItemBody::Hash(_) => None,
    }
}

/// Pieces named after where they lie.
fn words(pieces: &Pieces) -> String {
    let fragments = pieces.fragments.iter();
    let mut names: Vec<_> = fragments
        .map(|piece| format!("(transfer {}, fragment {})", piece.transfer, piece.number))
        .collect();
    if let PieceBase::Block(base) = pieces.base {
        names.insert(0, format!("(transfer {}, block {})", base.transfer, base.number));
    }
    names.join(", ")
}

/// The pieces that should have been sent, by the entries that wrote them.
fn expected(evidence: Evidence, cp: CpId, block: BlockAddress) -> String {
    let entries = written(evidence.history, evidence.size, cp, block);
    let list = entries.iter().map(Lsn::to_string).collect::<Vec<_>>().join(", ");
    format!("what is seen of {list}, in this order")
}

/// The entries of the CP that touch the block, from the last that covers it wholly on.
fn written(history: &History, size: BlockSize, cp: CpId, block: BlockAddress) -> Vec<Lsn> {
    let of_cp = history.transfers().filter(|carried| carried.transfer.header.cp == cp);
    let mut entries = Vec::new();
    for entry in of_cp.flat_map(|carried| &carried.transfer.entries) {
        for piece in entry.pieces(size).filter(|piece| piece.address == block) {
            if piece.is_whole(size) {
                entries.clear();
            }
            entries.push(entry.lsn);
        }
    }
    entries
}
