//! Blocks taken from the log (Spec 5.4, 5.5, 10; Claims 1, 15).
//!
//! A reference names a whole block of a transfer. Pieces name what a block is put together from: a base,
//! which may be the block in the committed image, and fragments over it. A reference is a base without
//! fragments, so both are resolved alike: each part is found in memory or read from where it lies, and
//! when all are there the block is written. What cannot be had makes the block a NAK.
//!
//! Under `write-once` nobody names anything: once every transfer of a CP is here, the destination applies
//! the CP's entries by itself, each block put together from the pieces that are seen.

use super::super::block::{BlockAddress, Contents, Origin, Run, Runs};
use super::super::nvlog::{Located, Stretch};
use super::super::status::sometimes;
use super::super::{
    CpId, Effect, Mark, Message, Note, PieceBase, Pieces, ResolvedFrom, Sabotage, Ticket,
    TransferId, policy,
};
use super::Destination;
use std::collections::BTreeMap;

/// The blocks of a CP that are being resolved.
#[derive(Debug)]
pub(super) struct Resolving {
    /// Blocks of which a transfer is still on its way (Spec 5.4).
    held: BTreeMap<TransferId, Vec<(BlockAddress, Pieces)>>,
    /// Blocks of which parts are being read.
    assemblies: BTreeMap<BlockAddress, Assembly>,
    /// Reads under way.
    reading: BTreeMap<Ticket, Reading>,
    applied: Applied,
}

/// Whether the entries of the CP were applied from the log (`write-once`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Applied {
    No,
    Yes,
}

/// A block that is being put together.
#[derive(Debug)]
struct Assembly {
    /// Its parts, the lowest first; `None`: it is being read.
    parts: Vec<Option<Runs>>,
    /// Parts that are being read.
    outstanding: usize,
    from: ResolvedFrom,
}

/// A read for a part of a block.
#[derive(Debug, Clone, Copy)]
struct Reading {
    address: BlockAddress,
    /// Which of its parts.
    part: usize,
    /// The bytes of the block that the part is.
    bytes: (u32, u32),
}

/// Where a part of a block is.
#[derive(Debug)]
enum Part {
    Here(Runs),
    InLog(Stretch),
    /// In the committed image.
    InImage,
}

/// Why a block cannot be resolved now.
enum Trouble {
    /// There is no such part.
    NoSuchPart,
    /// This transfer is not here.
    Unknown(TransferId),
}

impl Resolving {
    pub(super) const fn new() -> Self {
        Self {
            held: BTreeMap::new(),
            assemblies: BTreeMap::new(),
            reading: BTreeMap::new(),
            applied: Applied::No,
        }
    }

    /// Whether nothing is held or being read.
    pub(super) fn is_done(&self) -> bool {
        self.held.is_empty() && self.reading.is_empty()
    }
}

impl Destination {
    /// Resolves a block: transfer ID → offset → bytes, for each of its pieces (Spec 5.5; Claim 15).
    pub(super) fn resolve(
        &mut self,
        address: BlockAddress,
        pieces: Pieces,
        effects: &mut Vec<Effect>,
    ) {
        let cp = self.reception_mut().cp();
        match self.parts(cp, &pieces) {
            Ok(parts) => {
                let from = match (pieces.fragments.is_empty(), parts.as_slice()) {
                    (true, [Part::Here(_)]) => ResolvedFrom::Memory,
                    (true, _) => ResolvedFrom::LogStorage,
                    (false, _) => ResolvedFrom::Pieces,
                };
                self.assemble(address, parts, from, effects);
            }
            Err(Trouble::NoSuchPart) => self.nak(address, effects),
            Err(Trouble::Unknown(id)) => self.hold_or_nak(address, pieces, id, effects),
        }
    }

    /// Where the parts of a block are, the lowest first. The committed image is that of the CP before,
    /// since a CP begins when the one before is acknowledged; it is not needed where fragments cover
    /// the block.
    fn parts(&self, cp: CpId, pieces: &Pieces) -> Result<Vec<Part>, Trouble> {
        let size = self.parameters.block_size.get();
        let mut parts = Vec::with_capacity(pieces.fragments.len() + 1);
        if let PieceBase::Block(reference) = pieces.base {
            parts.push(part(self.log.locate(cp, reference), reference.transfer)?);
        }
        let mut covered = Runs::default();
        for reference in &pieces.fragments {
            let part = part(self.log.locate_fragment(cp, *reference), reference.transfer)?;
            if pieces.base == PieceBase::Image {
                part.mark(&mut covered);
            }
            parts.push(part);
        }
        if pieces.base == PieceBase::Image && !covered.covers(0, size) {
            parts.insert(0, Part::InImage);
        }
        Ok(parts)
    }

    /// Puts a block together, at once or when what lies in storage was read.
    fn assemble(
        &mut self,
        address: BlockAddress,
        parts: Vec<Part>,
        from: ResolvedFrom,
        effects: &mut Vec<Effect>,
    ) {
        let whole = (0, self.parameters.block_size.get());
        let wrong = self.parameters.sabotages(Sabotage::ResolveInWrongFile);
        let mut assembly = Assembly { parts: Vec::new(), outstanding: 0, from };
        for (number, part) in parts.into_iter().enumerate() {
            let (bytes, read): (_, &dyn Fn(Ticket) -> Effect) = match &part {
                Part::Here(runs) => {
                    assembly.parts.push(Some(runs.clone()));
                    continue;
                }
                Part::InLog(stretch) => {
                    let Stretch { file, offset, start, end } = *stretch;
                    let file = if wrong { self.log.other(file) } else { file };
                    let length = stretch.length();
                    ((start, end), &move |ticket| Effect::ReadLog(ticket, file, offset, length))
                }
                Part::InImage => (whole, &|ticket| Effect::ReadVolume(ticket, address)),
            };
            let ticket = self.ticket();
            effects.push(read(ticket));
            let reading = Reading { address, part: number, bytes };
            self.reception_mut().resolving.reading.insert(ticket, reading);
            assembly.parts.push(None);
            assembly.outstanding += 1;
        }
        if assembly.outstanding == 0 {
            self.write_assembled(address, assembly, effects);
        } else {
            self.reception_mut().resolving.assemblies.insert(address, assembly);
        }
    }

    /// Every part of the block is there: lays one over the other, and writes the block.
    fn write_assembled(
        &mut self,
        address: BlockAddress,
        assembly: Assembly,
        effects: &mut Vec<Effect>,
    ) {
        let mut parts: Vec<Runs> = assembly.parts.into_iter().flatten().collect();
        if self.parameters.sabotages(Sabotage::PiecesOutOfOrder) {
            parts[1..].reverse();
        }
        let (base, above) = parts.split_first_mut().expect("a block has a part at least");
        let mut block = std::mem::take(base);
        for part in above {
            block.overlay(part);
        }
        effects.push(Effect::Note(Note::Resolved(address, assembly.from)));
        self.write_shadow(address, Contents::Data(block), effects);
    }

    /// A part of a block was read from log storage; what fails its check is NAKed (Spec 5.4).
    pub(super) fn log_read(
        &mut self,
        ticket: Ticket,
        runs: Option<Runs>,
        effects: &mut Vec<Effect>,
    ) {
        self.part_read(ticket, runs, effects);
    }

    /// A base was read from the committed image; what fails its check is NAKed.
    pub(super) fn base_read(
        &mut self,
        ticket: Ticket,
        contents: Option<Contents>,
        effects: &mut Vec<Effect>,
    ) {
        let runs = contents.map(|contents| match contents {
            Contents::Data(runs) => runs,
            Contents::Metadata(_) => unreachable!("only data blocks are put together"),
        });
        self.part_read(ticket, runs, effects);
    }

    fn part_read(&mut self, ticket: Ticket, runs: Option<Runs>, effects: &mut Vec<Effect>) {
        let resolving = self.reception.as_mut().map(|reception| &mut reception.resolving);
        let read = resolving.and_then(|resolving| {
            let reading = resolving.reading.remove(&ticket)?;
            Some((resolving, reading))
        });
        let Some((resolving, Reading { address, part, bytes: (start, end) })) = read else {
            return sometimes(Mark::LogReadOfDroppedCp, effects);
        };
        // Another part of it was damaged, and it was NAKed.
        let Some(assembly) = resolving.assemblies.get_mut(&address) else {
            return self.commit_if_complete(effects);
        };
        let Some(runs) = runs else {
            resolving.assemblies.remove(&address);
            return self.nak(address, effects);
        };
        assembly.parts[part] = Some(runs.slice(start, end));
        assembly.outstanding -= 1;
        if assembly.outstanding == 0 {
            let assembly = resolving.assemblies.remove(&address).expect("it is there");
            self.write_assembled(address, assembly, effects);
        }
    }

    /// A block of which a transfer is not here: still on its way, or void (Spec 5.4).
    fn hold_or_nak(
        &mut self,
        address: BlockAddress,
        pieces: Pieces,
        missing: TransferId,
        effects: &mut Vec<Effect>,
    ) {
        let reception = self.reception_mut();
        if reception.begin.as_ref().is_none_or(|begin| begin.names(missing)) {
            reception.resolving.held.entry(missing).or_default().push((address, pieces));
            effects.push(Effect::Note(Note::Held(address)));
        } else {
            self.nak(address, effects);
        }
    }

    pub(super) fn nak(&mut self, address: BlockAddress, effects: &mut Vec<Effect>) {
        let epoch = self.epoch;
        let reception = self.reception_mut();
        reception.naked.insert(address);
        effects.push(Effect::Send(Message::Nak { epoch, cp: reception.cp(), address }));
    }

    /// `CP_BEGIN` came again, so the source hears nothing. A block that is named by an item is NAKed again
    /// when that comes again; under `write-once` none is.
    pub(super) fn nak_unnamed_again(&mut self, effects: &mut Vec<Effect>) {
        if policy::applies_log(self.parameters.policy) {
            for address in self.reception_mut().naked.clone() {
                self.nak(address, effects);
            }
        }
    }

    /// After `CP_BEGIN`: what was held for a transfer outside its range is void.
    pub(super) fn settle_held(&mut self, effects: &mut Vec<Effect>) {
        let Some(reception) = &mut self.reception else { return };
        let Some(begin) = &reception.begin else { return };
        let held = reception.resolving.held.keys();
        let void: Vec<_> = held.filter(|id| !begin.names(**id)).copied().collect();
        for id in void {
            let held = self.reception_mut().resolving.held.remove(&id);
            for (address, _) in held.unwrap_or_default() {
                self.nak(address, effects);
            }
        }
    }

    /// Under `write-once`: applies the entries of the CP, once, when all that carried them is here.
    pub(super) fn apply_log(&mut self, effects: &mut Vec<Effect>) {
        let Some(reception) = &mut self.reception else { return };
        let Some(transfers) = reception.begin.as_ref().and_then(|begin| begin.transfers) else {
            return;
        };
        let cp = reception.cp();
        let all_here = self.log.has_all(cp, transfers, self.parameters.transfer_id_bits)
            || self.parameters.sabotages(Sabotage::ApplyBeforeAllCame);
        if !policy::applies_log(self.parameters.policy)
            || !all_here
            || std::mem::replace(&mut reception.resolving.applied, Applied::Yes) == Applied::Yes
        {
            return;
        }
        for (address, pieces) in self.log.written(cp) {
            self.reception_mut().seen.insert(address);
            self.resolve(address, pieces, effects);
        }
    }

    /// A transfer was stored: blocks that waited for it are resolved.
    pub(super) fn transfer_stored(&mut self, cp: CpId, id: TransferId, effects: &mut Vec<Effect>) {
        let Some(reception) = self.reception.as_mut().filter(|held| held.cp() == cp) else {
            return;
        };
        for (address, pieces) in reception.resolving.held.remove(&id).unwrap_or_default() {
            self.resolve(address, pieces, effects);
        }
        self.apply_log(effects);
    }
}

impl Part {
    /// Adds the bytes of a fragment to those that are covered.
    fn mark(&self, covered: &mut Runs) {
        match self {
            Self::Here(runs) => covered.overlay(runs),
            Self::InLog(Stretch { start, end, .. }) => {
                covered.put(Run { start: *start, end: *end, origin: Origin::Original });
            }
            Self::InImage => {}
        }
    }
}

/// A part of a block that lies in the log.
fn part(located: Located, transfer: TransferId) -> Result<Part, Trouble> {
    match located {
        Located::InMemory(runs) => Ok(Part::Here(runs)),
        Located::InStorage(stretch) => Ok(Part::InLog(stretch)),
        Located::NoSuchBlock => Err(Trouble::NoSuchPart),
        Located::Unknown => Err(Trouble::Unknown(transfer)),
    }
}
