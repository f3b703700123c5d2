//! S2, S3, S5, S13, S14, S25: what each side commits is the image that the log says, all of it at
//! once, its metadata included (Spec 5.2, 5.6, 5.8, 6.5).
//!
//! A commit of CP n must leave the image of CP n: every block that changed since the side's last
//! commit is compared, every other one was compared before. So every byte of every image is checked.

use super::Findings;
use super::model::Model;
use crate::facts::{Direction, Fact, Role, What};
use crate::protocol::block::{Area, BlockAddress, Contents};
use crate::protocol::{CpId, ItemBody, Lsn, Message, Mirroring, Policy};
use crate::scenario::Scenario;
use crate::scenario::fault::{Device, DiskFault, Fault, FaultKind, Part};
use std::collections::BTreeSet;

/// What was sent of the CP under way.
#[derive(Debug)]
pub struct Images {
    /// Sides whose disks may spoil what was committed: their images are not as the log says.
    spoiled: BTreeSet<Role>,
    /// Blocks that were sent as a reference, or as pieces.
    referenced: BTreeSet<BlockAddress>,
    /// Whether the destination takes every block from its log by itself.
    policy: Policy,
    /// Blocks that were sent at all.
    sent: BTreeSet<BlockAddress>,
    in_full: InFull,
}

/// Whether the CP goes in full, to a destination that may miss more than its entries say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum InFull {
    No,
    Yes,
}

impl Images {
    /// For a run of this scenario.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        Self {
            spoiled: scenario.faults.iter().filter_map(spoils).collect(),
            referenced: BTreeSet::new(),
            policy: scenario.parameters.policy,
            sent: BTreeSet::new(),
            in_full: InFull::No,
        }
    }

    /// The sides have changed their parts.
    pub fn begin_reign(&mut self) {
        let other = |role: &Role| match role {
            Role::Source => Role::Destination,
            Role::Destination => Role::Source,
        };
        self.spoiled = self.spoiled.iter().map(other).collect();
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, model: &mut Model, findings: &mut Findings) {
        if let What::VolumeWriteAsked(role, cp, address, contents) = &fact.what {
            self.write_asked(fact, (*role, *cp), *address, contents, model, findings);
        } else if let What::Sent(Direction::ToDestination, _, message) = &fact.what {
            self.sent(fact, message, model, findings);
        } else if let What::Committed(role, cp, last_lsn) = &fact.what {
            committed(fact, *role, *cp, *last_lsn, model, findings);
        } else if let What::ImageFound(role, found) = &fact.what
            && !self.spoiled.contains(role)
            && *found != model.disks.fingerprint(*role)
        {
            let cp = model.committed_by(*role);
            let message = format!("after a crash the image is not that of {cp}, committed last");
            findings.add(fact, "S3", *role, "torn_image", message).of_cp(cp);
        }
    }

    fn sent(&mut self, fact: &Fact, message: &Message, model: &mut Model, findings: &mut Findings) {
        if let Message::CpBegin { transfers, .. } = message {
            self.referenced.clear();
            self.sent.clear();
            self.in_full = if transfers.is_none() { InFull::Yes } else { InFull::No };
        } else if let Message::CpData { items, .. } = message {
            let references = items.iter().filter(|item| match item.body {
                ItemBody::Reference(_) | ItemBody::Hash(_) | ItemBody::Pieces(_) => true,
                ItemBody::Full(_) => false,
            });
            self.referenced.extend(references.map(|item| item.address));
            self.sent.extend(items.iter().map(|item| item.address));
        } else if let Message::CpEnd { cp, .. } = message
            && self.in_full == InFull::Yes
        {
            self.check_sent(fact, *cp, model, findings);
        } else if let Message::InSync { .. } = message {
            check_in_sync(fact, model, findings);
        }
    }

    /// S14: whatever differs is sent. A block that changed and was not tracked would be missing here.
    fn check_sent(&self, fact: &Fact, cp: CpId, model: &mut Model, findings: &mut Findings) {
        for (address, contents) in model.expected(Role::Destination, cp) {
            let there = model.disks.read(Role::Destination, address);
            if !self.sent.contains(&address)
                && let Some(difference) = there.difference(&contents)
            {
                let message = format!("{cp} was sent without {address}, which {difference}");
                let subject = findings.add(fact, "S14", Role::Source, "untracked_block", message);
                subject.of_cp(cp).of_block(address).of_bytes(&there, &contents);
            }
        }
    }

    fn write_asked(
        &self,
        fact: &Fact,
        (role, cp): (Role, CpId),
        address: BlockAddress,
        contents: &Contents,
        model: &Model,
        findings: &mut Findings,
    ) {
        if cp <= model.committed_by(role) {
            let message = format!("{address} was written for {cp}, which is committed already");
            findings.add(fact, "S3", role, "late_write", message).of_cp(cp).of_block(address);
        }
        let applied = self.policy == Policy::WriteOnce && self.in_full == InFull::No;
        if role == Role::Destination && (applied || self.referenced.contains(&address)) {
            let what = if applied { "log" } else { "reference" };
            check_referenced(fact, what, (cp, address), contents, model, findings);
        }
    }
}

/// The side whose committed blocks a fault may spoil.
fn spoils(fault: &Fault) -> Option<Role> {
    let FaultKind::Part(Part::Disk(device, kind)) = fault.kind else { return None };
    let role = match device {
        Device::SourceDisk => Role::Source,
        Device::DestinationDisk => Role::Destination,
        Device::DestinationLog => return None,
    };
    match kind {
        DiskFault::Stall | DiskFault::Slow(_) | DiskFault::Dead | DiskFault::Full => None,
        DiskFault::LatentError(_)
        | DiskFault::BitRot(_)
        | DiskFault::TornWrite(_)
        | DiskFault::LostWrite(_)
        | DiskFault::MisdirectedWrite(_)
        | DiskFault::MisdirectedRead(_) => Some(role),
    }
}

/// S14: in sync, nothing is tracked any more. So whatever the images differ in comes with a CP whose
/// entries are still in NVRAM.
fn check_in_sync(fact: &Fact, model: &mut Model, findings: &mut Findings) {
    if model.mirroring == Mirroring::Snapshots {
        // What differs is told by the births of blocks: whether all of it is sent is looked at then.
        return;
    }
    let Some(cp) = model.last_not_held() else { return };
    for (address, contents) in model.expected(Role::Destination, cp) {
        let there = model.disks.read(Role::Destination, address);
        if let Some(difference) = there.difference(&contents) {
            let message = format!(
                "in sync was declared, though no CP to come brings {address} of {cp}: {difference}"
            );
            let subject = findings.add(fact, "S14", Role::Source, "untracked_block", message);
            subject.of_cp(cp).of_block(address).of_bytes(&there, &contents);
        }
    }
}

fn committed(
    fact: &Fact,
    role: Role,
    cp: CpId,
    last_lsn: Lsn,
    model: &mut Model,
    findings: &mut Findings,
) {
    let volatile = model.disks.shadow(role, cp).and_then(|shadow| shadow.volatile.first());
    if let Some(address) = volatile {
        let message = format!("{cp} was committed before {address} was durable");
        findings.add(fact, "S3", role, "torn_commit", message).of_cp(cp).of_block(*address);
    }
    let Some(point) = model.points.get(cp) else {
        let message = format!("{cp} was committed, but the log has no entries of it");
        findings.add(fact, "S2", role, "unknown_cp", message).of_cp(cp);
        return;
    };
    if point.last_lsn != last_lsn {
        let expected = point.last_lsn;
        let message = format!("{cp} was committed up to {last_lsn}, expected {expected}");
        findings.add(fact, "S2", role, "wrong_end", message).of_cp(cp);
    }
    compare(fact, role, cp, model, findings);
}

/// Compares the image that the commit makes with the one that the log says.
fn compare(fact: &Fact, role: Role, cp: CpId, model: &mut Model, findings: &mut Findings) {
    let expected = model.expected(role, cp);
    let none = std::collections::BTreeMap::new();
    let pages = model.disks.shadow(role, cp).map_or(&none, |shadow| &shadow.pages);
    for (address, wanted) in &expected {
        let before = || model.disks.read(role, *address);
        let difference = match pages.get(address) {
            Some(page) => page.difference(wanted),
            None => before().difference(wanted),
        };
        let Some(difference) = difference else { continue };
        let (property, kind) = match (address.area, pages.contains_key(address)) {
            (Area::Data, true) if before() == *wanted => ("S13", "older_over_newer"),
            (Area::Data, true) => ("S2", "wrong_bytes"),
            (Area::Data, false) => ("S2", "block_missing"),
            (Area::Indirect(_) | Area::Bitmap, _) => ("S25", "wrong_metadata"),
        };
        let message = match kind {
            "block_missing" => format!("{cp} was committed without {address}: {difference}"),
            _ if !pages.contains_key(address) => {
                format!("{cp}: {address} was not written: {difference}")
            }
            _ => format!("{cp}: {address} {difference}"),
        };
        let held = pages.get(address).cloned().unwrap_or_else(before);
        let subject = findings.add(fact, property, role, kind, message);
        subject.of_cp(cp).of_block(*address).of_bytes(&held, wanted);
    }
    for (address, page) in pages.iter().filter(|(address, _)| !expected.contains_key(address)) {
        if page.difference(&model.disks.read(role, *address)).is_some() {
            let (property, kind) = match address.area {
                Area::Data => ("S2", "block_too_many"),
                Area::Indirect(_) | Area::Bitmap => ("S25", "unexpected_metadata"),
            };
            let why = match (address.area, model.points.has_metadata()) {
                (Area::Indirect(_) | Area::Bitmap, false) => "but there is no metadata",
                (Area::Data | Area::Indirect(_) | Area::Bitmap, _) => {
                    "which no entry of it touches"
                }
            };
            let message = format!("{cp} changed {address}, {why}");
            findings.add(fact, property, role, kind, message).of_cp(cp).of_block(*address);
        }
    }
}

/// S5 at the destination: what a reference resolved to, what pieces made, or what the log says (Spec
/// 10) is what was frozen.
fn check_referenced(
    fact: &Fact,
    what: &str,
    (cp, address): (CpId, BlockAddress),
    contents: &Contents,
    model: &Model,
    findings: &mut Findings,
) {
    let block = model.points.get(cp).and_then(|point| point.blocks.get(&address));
    let Some(block) = block else { return };
    let expected = Contents::Data(block.contents.clone());
    if let Some(difference) = contents.difference(&expected) {
        let message = format!("{cp}: the {what} for {address} gave: {difference}");
        let subject = findings.add(fact, "S5", Role::Destination, "wrong_bytes", message);
        subject.of_cp(cp).of_block(address).of_bytes(contents, &expected);
    }
}
