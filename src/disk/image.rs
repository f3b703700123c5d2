//! What the volume disks hold: a committed image, shadow pages that no reader sees (Spec 5.6), and
//! what faults of the medium did to it (Spec 8.2).
//!
//! Checksums are kept apart from the data, with the parent of a block: a page that was damaged, a
//! write that never reached the medium and one that landed elsewhere all fail the next check. A
//! later commit of the block heals it.
//!
//! Not here: misdirected reads, which change nothing on the medium; the host reads another block.

use crate::protocol::block::{
    Area, BlockAddress, BlockSize, Contents, Origin, Run, Runs, fingerprint,
};
use crate::protocol::{CpId, FaultId};
use std::collections::BTreeMap;

/// The contents of a side's volume disks. Grows with blocks ever written, never with addresses
/// (Spec 2.3).
#[derive(Debug)]
pub struct Image {
    size: BlockSize,
    /// What the medium holds where that differs from the original; an absent block holds
    /// [`Contents::original`].
    committed: BTreeMap<BlockAddress, Contents>,
    /// The CP whose commit last wrote each block ever written. Kept apart from the contents: a
    /// block that was written back to its original contents has changed all the same.
    births: BTreeMap<BlockAddress, CpId>,
    /// Shadow pages by the CP in progress that wrote them.
    shadow: BTreeMap<CpId, BTreeMap<BlockAddress, Page>>,
    /// Committed blocks that do not hold what was written there last, and the fault to blame.
    spoiled: BTreeMap<BlockAddress, FaultId>,
    /// While an older image is pinned: its blocks that were written since.
    pinned: Option<BTreeMap<BlockAddress, Kept>>,
}

/// A shadow page.
#[derive(Debug, Default)]
struct Page {
    /// What reached the medium; `None`: nothing did, and a commit leaves the old page in place.
    contents: Option<Contents>,
    /// The last write of the page did not reach it.
    lost: Option<FaultId>,
}

/// A block of the pinned image that is not in the committed one any more.
#[derive(Debug)]
struct Kept {
    contents: Contents,
    spoiled: Option<FaultId>,
}

/// Which of the readable images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// The committed one.
    Committed,
    /// The pinned one; there must be one.
    Pinned,
}

/// What the check of a block's checksum says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// The block holds what was written there last.
    Intact,
    /// It does not: a fault destroyed it, or a write never arrived.
    Damaged,
}

impl Image {
    /// The original image, in blocks of this size.
    #[must_use]
    pub fn new(size: BlockSize) -> Self {
        Self {
            size,
            committed: BTreeMap::new(),
            births: BTreeMap::new(),
            shadow: BTreeMap::new(),
            spoiled: BTreeMap::new(),
            pinned: None,
        }
    }

    /// The committed contents of a block as the medium has them, damage included; whether they may
    /// be trusted says [`Self::check`].
    #[must_use]
    pub fn read(&self, address: BlockAddress) -> Contents {
        let committed = self.committed.get(&address);
        committed.cloned().unwrap_or_else(|| Contents::original(address, self.size))
    }

    /// Whether a read of the committed block passes its check.
    #[must_use]
    pub fn check(&self, address: BlockAddress) -> Stored {
        Stored::of(self.spoiled.get(&address))
    }

    /// Writes a shadow page of a CP, invisible until that CP is committed. A second page for the
    /// same block replaces the first.
    pub fn write_shadow(&mut self, cp: CpId, address: BlockAddress, contents: Contents) {
        let page = Page { contents: Some(contents), lost: None };
        self.shadow.entry(cp).or_default().insert(address, page);
    }

    /// A write of a shadow page that says it is done and never reaches the medium: whatever lay in
    /// its place stays. Nobody can tell before the commit.
    pub fn write_shadow_lost(&mut self, cp: CpId, address: BlockAddress, fault: FaultId) {
        let page = self.shadow.entry(cp).or_default().entry(address).or_default();
        page.lost = Some(fault);
    }

    /// A write of a shadow page for `from` that says it is done and lands on the committed page of
    /// `to`: that one is spoiled at once, `from` with the commit.
    pub fn misdirect(
        &mut self,
        cp: CpId,
        from: BlockAddress,
        to: BlockAddress,
        contents: Contents,
        fault: FaultId,
    ) {
        self.write_shadow_lost(cp, from, fault);
        self.place(to, contents);
        self.spoiled.insert(to, fault);
    }

    /// Makes every shadow page of the CP the image, at once. Without pages it changes nothing. Gives
    /// the blocks whose page never arrived, in order of address: from now on they fail their check.
    pub fn commit(&mut self, cp: CpId) -> Vec<BlockAddress> {
        let mut missing = Vec::new();
        for (address, page) in self.shadow.remove(&cp).unwrap_or_default() {
            self.replace(address, page.contents, cp);
            if let Some(fault) = page.lost {
                self.spoiled.insert(address, fault);
                missing.push(address);
            }
        }
        missing
    }

    /// Changes the committed image at once, as a node without shadow paging does: no commit will
    /// make this atomic (Spec 5.6), and a crash does not take it back.
    pub fn write_in_place(&mut self, address: BlockAddress, contents: Contents, cp: CpId) {
        self.replace(address, Some(contents), cp);
    }

    /// A crash: the pages of every CP in progress are garbage (Spec 1.2, 1.3).
    pub fn drop_shadows(&mut self) {
        self.shadow.clear();
    }

    /// A CP was given up: its pages are garbage.
    pub fn drop_shadow(&mut self, cp: CpId) {
        self.shadow.remove(&cp);
    }

    /// A fault destroys bytes `start..end` of a committed block. A metadata block has no bytes to
    /// name, so all of it is destroyed.
    pub fn damage(&mut self, address: BlockAddress, start: u32, end: u32, fault: FaultId) {
        assert!(start < end && end <= self.size.get(), "damage lies within the block");
        let origin = Origin::Damaged(fault);
        let contents = match self.read(address) {
            Contents::Data(mut runs) => {
                runs.put(Run { start, end, origin });
                Contents::Data(runs)
            }
            Contents::Metadata(_) => Contents::Data(Runs::of(0, self.size.get(), origin)),
        };
        self.place(address, contents);
        self.spoiled.insert(address, fault);
    }

    /// The page that holds a block in one of the images cannot be read any more. Tells which image
    /// it belongs to: a page that both share to the committed one.
    pub fn make_unreadable(
        &mut self,
        version: Version,
        address: BlockAddress,
        fault: FaultId,
    ) -> Version {
        let kept = self.pinned.as_mut().and_then(|pinned| pinned.get_mut(&address));
        match (version, kept) {
            (Version::Pinned, Some(kept)) => {
                kept.spoiled = Some(fault);
                Version::Pinned
            }
            (Version::Committed | Version::Pinned, _) => {
                self.damage(address, 0, self.size.get(), fault);
                Version::Committed
            }
        }
    }

    /// What a read of a block finds that checks what it reads; `None`: it fails.
    #[must_use]
    pub fn read_checked(&self, version: Version, address: BlockAddress) -> Option<Contents> {
        let (stored, contents) = match version {
            Version::Committed => (self.check(address), self.read(address)),
            Version::Pinned => (self.check_pinned(address), self.read_pinned(address)),
        };
        (stored == Stored::Intact).then_some(contents)
    }

    /// Data blocks that were ever written and can be hit by a fault of the medium, in order of
    /// address. Metadata lies on the disks twice (Spec 8.2).
    pub fn exposed(&self) -> impl Iterator<Item = BlockAddress> {
        let addresses = self.committed.keys().copied();
        addresses.filter(|address| address.area == Area::Data)
    }

    /// Blocks that fail their check, in order of address, and the fault to blame.
    #[must_use]
    pub fn spoiled(&self) -> impl ExactSizeIterator<Item = (BlockAddress, FaultId)> {
        self.spoiled.iter().map(|(address, fault)| (*address, *fault))
    }

    /// Blocks written by a commit later than `cp`, and by which last: what a side that holds `cp`
    /// lacks (Spec 6.4). Takes time with blocks ever written.
    #[must_use]
    pub fn changed_since(&self, cp: CpId) -> BTreeMap<BlockAddress, CpId> {
        let later = self.births.iter().filter(|(_, birth)| **birth > cp);
        later.map(|(address, birth)| (*address, *birth)).collect()
    }

    /// Keeps the committed image of now readable while later CPs commit (Spec 6.5). Memory grows
    /// with blocks committed since. Only one image can be pinned.
    pub fn pin(&mut self) {
        assert!(self.pinned.is_none(), "one image is pinned at a time");
        self.pinned = Some(BTreeMap::new());
    }

    /// The contents of a block in the pinned image; there must be one. Damage of a page that the
    /// committed image still shares shows here too.
    #[must_use]
    pub fn read_pinned(&self, address: BlockAddress) -> Contents {
        self.kept(address).map_or_else(|| self.read(address), |kept| kept.contents.clone())
    }

    /// Whether a read of the pinned image's block passes its check; there must be such an image.
    #[must_use]
    pub fn check_pinned(&self, address: BlockAddress) -> Stored {
        let kept = self.kept(address);
        kept.map_or_else(|| self.check(address), |kept| Stored::of(kept.spoiled.as_ref()))
    }

    /// Lets go of the pinned image, if there is one.
    pub fn unpin(&mut self) {
        self.pinned = None;
    }

    /// Committed blocks that differ from the original, in order of address.
    #[must_use]
    pub fn blocks(&self) -> impl ExactSizeIterator<Item = (BlockAddress, &Contents)> {
        self.committed.iter().map(|(address, contents)| (*address, contents))
    }

    /// The fingerprint of the committed image.
    #[must_use]
    pub fn hash(&self) -> String {
        fingerprint(self.blocks())
    }

    /// A commit writes a block: its birth moves, and where a page arrived the block is healed.
    fn replace(&mut self, address: BlockAddress, contents: Option<Contents>, cp: CpId) {
        self.keep_for_pin(address);
        self.births.insert(address, cp);
        if let Some(contents) = contents {
            self.place(address, contents);
            self.spoiled.remove(&address);
        }
    }

    /// Puts contents on the page that the committed image has for a block.
    fn place(&mut self, address: BlockAddress, contents: Contents) {
        if contents == Contents::original(address, self.size) {
            self.committed.remove(&address);
        } else {
            self.committed.insert(address, contents);
        }
    }

    /// A block is about to get a new page: the pinned image keeps the old one.
    fn keep_for_pin(&mut self, address: BlockAddress) {
        let Some(pinned) = &self.pinned else { return };
        if pinned.contains_key(&address) {
            return;
        }
        let spoiled = self.spoiled.get(&address).copied();
        let kept = Kept { contents: self.read(address), spoiled };
        self.pinned.get_or_insert_default().insert(address, kept);
    }

    fn kept(&self, address: BlockAddress) -> Option<&Kept> {
        let pinned = self.pinned.as_ref().expect("only a pinned image is read as such");
        pinned.get(&address)
    }
}

impl Stored {
    const fn of(spoiled: Option<&FaultId>) -> Self {
        match spoiled {
            None => Self::Intact,
            Some(_) => Self::Damaged,
        }
    }
}

#[cfg(test)]
mod tests;
