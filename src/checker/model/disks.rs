//! What is on the disks of both sides, as the facts tell: committed images and shadow pages.

use crate::facts::{Fact, Role, What};
use crate::protocol::CpId;
use crate::protocol::block::{BlockAddress, BlockSize, Contents, fingerprint};
use std::collections::{BTreeMap, BTreeSet};

/// Images and shadow pages of both sides.
#[derive(Debug)]
pub struct Disks {
    size: BlockSize,
    images: [BTreeMap<BlockAddress, Contents>; 2],
    shadows: BTreeMap<(Role, CpId), Shadow>,
}

/// Shadow pages of a CP under way.
#[derive(Debug, Default)]
pub struct Shadow {
    /// What was asked to be written.
    pub pages: BTreeMap<BlockAddress, Contents>,
    /// Pages asked for and not yet durable.
    pub volatile: BTreeSet<BlockAddress>,
}

impl Disks {
    /// Both images original.
    #[must_use]
    pub const fn new(size: BlockSize) -> Self {
        Self { size, images: [BTreeMap::new(), BTreeMap::new()], shadows: BTreeMap::new() }
    }

    /// Blocks ever committed by a side.
    #[must_use]
    pub const fn image(&self, role: Role) -> &BTreeMap<BlockAddress, Contents> {
        &self.images[role as usize]
    }

    /// The fingerprint of a side's committed image.
    #[must_use]
    pub fn fingerprint(&self, role: Role) -> String {
        let differs = |(address, contents): &(&BlockAddress, &Contents)| {
            **contents != Contents::original(**address, self.size)
        };
        let blocks = self.image(role).iter().filter(differs);
        fingerprint(blocks.map(|(address, contents)| (*address, contents)))
    }

    /// What a block of a side's committed image holds.
    #[must_use]
    pub fn read(&self, role: Role, address: BlockAddress) -> Contents {
        let held = self.image(role).get(&address).cloned();
        held.unwrap_or_else(|| Contents::original(address, self.size))
    }

    /// The shadow pages of a CP.
    #[must_use]
    pub fn shadow(&self, role: Role, cp: CpId) -> Option<&Shadow> {
        self.shadows.get(&(role, cp))
    }

    /// Learns what a fact says.
    pub fn before(&mut self, fact: &Fact) {
        if let What::VolumeWriteAsked(role, cp, address, contents) = &fact.what {
            let shadow = self.shadows.entry((*role, *cp)).or_default();
            shadow.pages.insert(*address, contents.clone());
            shadow.volatile.insert(*address);
        } else if let What::VolumeWritten(role, cp, address) = &fact.what {
            if let Some(shadow) = self.shadows.get_mut(&(*role, *cp)) {
                shadow.volatile.remove(address);
            }
        } else if let What::ShadowDropped(role, cp) = &fact.what {
            self.shadows.remove(&(*role, *cp));
        } else if let What::Survived(role, _) = &fact.what {
            self.shadows.retain(|(owner, _), _| owner != role);
        }
    }

    /// The sides have changed their parts.
    pub fn turn(&mut self) {
        self.images.swap(0, 1);
        let shadows = std::mem::take(&mut self.shadows);
        let other = |role| match role {
            Role::Source => Role::Destination,
            Role::Destination => Role::Source,
        };
        self.shadows =
            shadows.into_iter().map(|((role, cp), pages)| ((other(role), cp), pages)).collect();
    }

    /// The pages of a CP become the image.
    pub fn commit(&mut self, role: Role, cp: CpId) {
        let shadow = self.shadows.remove(&(role, cp)).unwrap_or_default();
        self.images[role as usize].extend(shadow.pages);
    }
}
