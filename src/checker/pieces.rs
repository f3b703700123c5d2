//! S5, S6 and the second half of S23 for blocks that go as pieces (Spec 10, `extents`): the pieces, put
//! together here over the destination's image, are the frozen bytes; they are those of this CP that are
//! seen, in the order of the log; and the list is shorter than the block in full.

use super::Findings;
use super::model::{Block, Carried, Model};
use crate::facts::{Fact, Role};
use crate::protocol::block::{BlockAddress, BlockSize, Contents, Origin, Run, Runs};
use crate::protocol::wire::{self, BASE, FRAGMENT, PIECES};
use crate::protocol::{CpId, Lsn, PieceBase, Pieces, Policy, TransferId};

/// The entries of a block whose bytes are seen, in the order of the log.
#[must_use]
pub fn seen(block: &Block) -> Vec<Lsn> {
    let mut seen = Vec::new();
    let mut covered = Runs::default();
    for (lsn, start, end) in block.written.iter().rev() {
        if !covered.covers(*start, *end) {
            seen.push(*lsn);
        }
        covered.put(Run { start: *start, end: *end, origin: Origin::Original });
    }
    seen.reverse();
    seen
}

/// Whether the block goes as pieces where it is partly modified and all of it was sent: the list is
/// shorter than the block.
#[must_use]
pub fn is_shorter(block: &Block, size: BlockSize) -> bool {
    let seen = seen(block);
    let whole = |(lsn, start, end): &&(Lsn, u32, u32)| {
        (*start, *end) == (0, size.get()) && seen.contains(lsn)
    };
    let bases = block.written.iter().filter(whole).count();
    let length = |count: usize, each: u64| each * u64::try_from(count).unwrap_or(u64::MAX / each);
    let list = PIECES + length(bases, BASE) + length(seen.len() - bases, FRAGMENT);
    list < wire::item_in_full(size).get()
}

/// What the pieces of a block are, by the transfers they name.
struct Named<'a> {
    base: Option<(TransferId, &'a Carried)>,
    fragments: Vec<(TransferId, &'a Carried)>,
}

impl<'a> Named<'a> {
    /// Looks every piece up.
    ///
    /// # Errors
    /// The transfer of one that was never sent in this session.
    fn of(pieces: &Pieces, model: &'a Model) -> Result<Self, TransferId> {
        let base = match pieces.base {
            PieceBase::Image => None,
            PieceBase::Block(reference) => {
                let found = model.referenced(reference).ok_or(reference.transfer)?;
                Some((reference.transfer, found))
            }
        };
        let fragments = pieces.fragments.iter().map(|reference| {
            let found = model.fragment(*reference).ok_or(reference.transfer)?;
            Ok((reference.transfer, found))
        });
        Ok(Self { base, fragments: fragments.collect::<Result<_, _>>()? })
    }

    /// All of them, the base first.
    fn all(&self) -> impl Iterator<Item = &(TransferId, &'a Carried)> {
        self.base.iter().chain(&self.fragments)
    }

    /// The block that they make over what the destination's image holds.
    fn put_together(&self, image: Contents) -> Runs {
        let Contents::Data(image) = image else { return Runs::default() };
        let mut block = self.base.map_or(image, |(_, (_, _, runs))| runs.clone());
        for (_, (_, _, runs)) in &self.fragments {
            block.overlay(runs);
        }
        block
    }
}

/// Checks a block that a CP sends as pieces.
pub fn check(
    fact: &Fact,
    policy: Policy,
    (cp, address): (CpId, BlockAddress),
    pieces: &Pieces,
    block: &Block,
    model: &Model,
    findings: &mut Findings,
) {
    let named = match Named::of(pieces, model) {
        Ok(named) => named,
        Err(transfer) => {
            let message = format!("{address}: a piece in transfer {transfer} was never sent");
            let subject = findings.add(fact, "S5", Role::Source, "dangling", message);
            subject.of_cp(cp).of_block(address).of_transfer(transfer);
            return;
        }
    };
    let image = model.disks.read(Role::Destination, address);
    let made = named.put_together(image);
    // Wrong bytes first: they are worse than a rule that was broken.
    if let Some(difference) = made.difference(&block.contents) {
        let message = format!("{address}: its pieces make: {difference}");
        let subject = findings.add(fact, "S5", Role::Source, "wrong_bytes", message);
        subject.of_cp(cp).of_block(address).difference = Some(difference);
    }
    check_allowed(fact, policy, (cp, address), &named, block, model, findings);
    let size = model.size();
    let (length, full) = (wire::pieces(pieces), wire::item_in_full(size));
    if length >= full {
        let message = format!("{cp} sent {address} as pieces in {length}, in full it is {full}");
        let subject = findings.add(fact, "S23", Role::Source, "pieces_too_long", message);
        subject.of_cp(cp).of_block(address);
    }
}

/// Spec 10: a partly modified block only; pieces of this CP and this block, exactly those that are
/// seen, in the order of the log.
fn check_allowed(
    fact: &Fact,
    policy: Policy,
    (cp, address): (CpId, BlockAddress),
    named: &Named,
    block: &Block,
    model: &Model,
    findings: &mut Findings,
) {
    let mut broken = |kind: &'static str, transfer: Option<TransferId>, message: String| {
        let subject = findings.add(fact, "S6", Role::Source, kind, message);
        subject.of_cp(cp).of_block(address).transfer = transfer;
    };
    if policy != Policy::Extents || block.wholly {
        let message = format!("{cp} sent {address} as pieces, though none are allowed for it");
        broken("pieces_not_allowed", None, message);
    }
    let foreign = named.all().find(|(transfer, (_, of, _))| {
        *of != address || model.transfers.get(transfer).is_none_or(|sent| sent.cp != cp)
    });
    if let Some((transfer, (lsn, of, _))) = foreign {
        let message = format!("{cp} sent {address} with a piece of {lsn}, which is of {of}");
        broken("foreign_piece", Some(*transfer), message);
    }
    let lsns: Vec<Lsn> = named.all().map(|(_, (lsn, ..))| *lsn).collect();
    let expected = seen(block);
    if lsns != expected {
        let list = |lsns: &[Lsn]| lsns.iter().map(Lsn::to_string).collect::<Vec<_>>().join(", ");
        let (held, wanted) = (list(&lsns), list(&expected));
        let message = format!("{cp} sent {address} as pieces of {held}, expected {wanted}");
        broken("wrong_pieces", None, message);
    }
}
