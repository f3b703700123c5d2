//! S2, S3, S5, S25: what each side commits is the image that the log says, all of it at once, its
//! metadata included (Spec 5.2, 5.6, 5.8).
//!
//! A CP changes exactly the blocks its entries touch. Each commit is compared with the log block by
//! block; the blocks a CP does not touch were compared when they were last committed. So every byte
//! of every image is checked, with memory for the CPs under way only.

use super::Findings;
use super::metadata::ExpectedMetadata;
use super::model::{Model, Point};
use crate::facts::{Direction, Fact, Role, What};
use crate::protocol::block::{Area, BlockAddress, Contents};
use crate::protocol::{CpId, ItemBody, Lsn, Message, Metadata};
use std::collections::{BTreeMap, BTreeSet};

/// Shadow pages of CPs under way, by side, and what they must hold.
#[derive(Debug)]
pub struct Images {
    shadows: BTreeMap<(Role, CpId), Shadow>,
    /// Blocks of the CP under way that were sent as a reference.
    referenced: BTreeSet<BlockAddress>,
    /// What metadata the next CP of each side must write: source, destination.
    metadata: Option<[ExpectedMetadata; 2]>,
}

#[derive(Debug, Default)]
struct Shadow {
    pages: BTreeMap<BlockAddress, Contents>,
    /// Pages asked for and not yet durable.
    volatile: BTreeSet<BlockAddress>,
}

impl Images {
    /// For a run with this kind of metadata.
    #[must_use]
    pub fn new(metadata: Metadata, block_size: crate::protocol::block::BlockSize) -> Self {
        let expected = || ExpectedMetadata::new(block_size);
        let metadata = match metadata {
            Metadata::None => None,
            Metadata::Tree => Some([expected(), expected()]),
        };
        Self { shadows: BTreeMap::new(), referenced: BTreeSet::new(), metadata }
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, model: &Model, findings: &mut Findings) {
        if let What::VolumeWriteAsked(role, cp, address, contents) = &fact.what {
            self.write_asked(fact, (*role, *cp), *address, contents, model, findings);
        } else if let What::VolumeWritten(role, cp, address) = &fact.what {
            if let Some(shadow) = self.shadows.get_mut(&(*role, *cp)) {
                shadow.volatile.remove(address);
            }
        } else if let What::Sent(Direction::ToDestination, _, message) = &fact.what {
            self.sent(message);
        } else if let What::Committed(role, cp, last_lsn) = &fact.what {
            self.committed(fact, *role, *cp, *last_lsn, model, findings);
        }
    }

    fn sent(&mut self, message: &Message) {
        if let Message::CpBegin { .. } = message {
            self.referenced.clear();
        } else if let Message::CpData { items, .. } = message {
            let references = items.iter().filter(|item| match item.body {
                ItemBody::Reference(_) => true,
                ItemBody::Full(_) => false,
            });
            self.referenced.extend(references.map(|item| item.address));
        }
    }

    fn write_asked(
        &mut self,
        fact: &Fact,
        (role, cp): (Role, CpId),
        address: BlockAddress,
        contents: &Contents,
        model: &Model,
        findings: &mut Findings,
    ) {
        if cp <= model.committed_by(role) {
            let message = format!("{address} was written for {cp}, which is committed already");
            findings.add(fact, "S3", role, "late_write", message);
        }
        if role == Role::Destination && self.referenced.contains(&address) {
            check_referenced(fact, cp, address, contents, model, findings);
        }
        let shadow = self.shadows.entry((role, cp)).or_default();
        shadow.pages.insert(address, contents.clone());
        shadow.volatile.insert(address);
    }

    fn committed(
        &mut self,
        fact: &Fact,
        role: Role,
        cp: CpId,
        last_lsn: Lsn,
        model: &Model,
        findings: &mut Findings,
    ) {
        let shadow = self.shadows.remove(&(role, cp)).unwrap_or_default();
        if let Some(address) = shadow.volatile.first() {
            let message = format!("{cp} was committed before {address} was durable");
            findings.add(fact, "S3", role, "torn_commit", message);
        }
        let Some(point) = model.points.get(&cp) else {
            let message = format!("{cp} was committed, but the log has no entries of it");
            findings.add(fact, "S2", role, "unknown_cp", message);
            return;
        };
        if point.last_lsn != last_lsn {
            let expected = point.last_lsn;
            let message = format!("{cp} was committed up to {last_lsn}, expected {expected}");
            findings.add(fact, "S2", role, "wrong_end", message);
        }
        compare_data(fact, role, cp, &shadow.pages, point, findings);
        let pages = shadow.pages.into_iter().filter(|(address, _)| address.area != Area::Data);
        let written: BTreeMap<_, _> = pages.collect();
        if let Some(metadata) = &mut self.metadata {
            let expected = metadata[role as usize].next(cp, point.blocks.keys());
            compare_metadata(fact, role, cp, &written, &expected, findings);
        } else if let Some(address) = written.keys().next() {
            let message = format!("{cp} wrote {address}, but there is no metadata");
            findings.add(fact, "S25", role, "unexpected_metadata", message);
        }
    }
}

/// S5 at the destination: what a reference resolved to is what was frozen.
fn check_referenced(
    fact: &Fact,
    cp: CpId,
    address: BlockAddress,
    contents: &Contents,
    model: &Model,
    findings: &mut Findings,
) {
    let block = model.points.get(&cp).and_then(|point| point.blocks.get(&address));
    let Some(block) = block else { return };
    let expected = Contents::Data(block.contents.clone());
    if let Some(difference) = contents.difference(&expected) {
        let message = format!("{cp}: the reference for {address} gave: {difference}");
        findings.add(fact, "S5", Role::Destination, "wrong_bytes", message);
    }
}

fn compare_data(
    fact: &Fact,
    role: Role,
    cp: CpId,
    pages: &BTreeMap<BlockAddress, Contents>,
    point: &Point,
    findings: &mut Findings,
) {
    for (address, block) in &point.blocks {
        let expected = Contents::Data(block.contents.clone());
        match pages.get(address).map(|page| page.difference(&expected)) {
            Some(None) => {}
            Some(Some(difference)) => {
                let message = format!("{cp}: {address} {difference}");
                findings.add(fact, "S2", role, "wrong_bytes", message);
            }
            None => {
                let message = format!("{cp} was committed without {address}");
                findings.add(fact, "S2", role, "block_missing", message);
            }
        }
    }
    let data = pages.keys().filter(|address| address.area == Area::Data);
    for address in data.filter(|address| !point.blocks.contains_key(address)) {
        let message = format!("{cp} changed {address}, which no entry of it touches");
        findings.add(fact, "S2", role, "block_too_many", message);
    }
}

fn compare_metadata(
    fact: &Fact,
    role: Role,
    cp: CpId,
    written: &BTreeMap<BlockAddress, Contents>,
    expected: &BTreeMap<BlockAddress, Contents>,
    findings: &mut Findings,
) {
    for (address, contents) in expected {
        let difference = match written.get(address) {
            Some(page) => page.difference(contents),
            None => Some("was not written".to_owned()),
        };
        if let Some(difference) = difference {
            let message = format!("{cp}: {address}: {difference}");
            findings.add(fact, "S25", role, "wrong_metadata", message);
        }
    }
    for address in written.keys().filter(|address| !expected.contains_key(address)) {
        let message = format!("{cp} wrote {address}, under which nothing changed");
        findings.add(fact, "S25", role, "unexpected_metadata", message);
    }
}
