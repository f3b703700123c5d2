//! S5, S6 and the second half of S23: each reference names the frozen bytes, references are sent only
//! where Spec 3.6 allows, and without faults every block that may go as a reference does. So without
//! faults an answer to a NAK is a violation too, however right its bytes. Under `extents` a partly
//! modified block goes as pieces wherever these are shorter (`pieces`). Under `write-once` a CP whose
//! entries were forwarded sends no data block at all.

use super::model::{Block, Model};
use super::{Findings, Subject, pieces};
use crate::facts::{Direction, Fact, Role, What};
use crate::protocol::block::{Area, BlockAddress, Contents, Runs};
use crate::protocol::{CpId, Item, ItemBody, Message, Policy, Purpose, Reference};
use crate::scenario::Scenario;

/// Looks at every block that a CP sends.
#[derive(Debug)]
pub struct References {
    policy: Policy,
    faults: Faults,
    forwarded: Forwarded,
}

/// Whether anything goes wrong in the run: then a NAK has its reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Faults {
    None,
    Planned,
}

/// Whether the entries of the CP under way were forwarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Forwarded {
    Yes,
    No,
}

impl References {
    /// For a run of this scenario.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let faults = if scenario.is_faultless() { Faults::None } else { Faults::Planned };
        Self { policy: scenario.parameters.policy, faults, forwarded: Forwarded::Yes }
    }

    /// Reads a fact.
    pub fn take(&mut self, fact: &Fact, model: &Model, findings: &mut Findings) {
        let (What::Sent(Direction::ToDestination, _, message)
        | What::Resent(Direction::ToDestination, _, message)) = &fact.what
        else {
            return;
        };
        if let Message::CpBegin { transfers, .. } = &**message {
            self.forwarded = if transfers.is_some() { Forwarded::Yes } else { Forwarded::No };
        } else if let Message::NakAnswer { cp, address, contents, .. } = &**message {
            let wasted = self.policy_if(self.faults == Faults::None);
            if let Some(block) = block_of(model, *cp, *address) {
                check_full(fact, wasted, (*cp, *address), contents, block, model, findings);
            }
        } else if let Message::Wanted { cp, blocks, .. } = &**message {
            for (address, contents) in blocks {
                if let Some(block) = block_of(model, *cp, *address) {
                    // Without faults the destination has what is wholly overwritten, so wants none.
                    let wasted = self.policy_if(self.faults == Faults::None);
                    check_full(fact, wasted, (*cp, *address), contents, block, model, findings);
                }
            }
        } else if let Message::CpData { cp, items, purpose: Purpose::ConsistencyPoint, .. } =
            &**message
        {
            // What goes again of a CP that both sides have committed by now was looked at before.
            if model.points.get(*cp).is_none() && matches!(fact.what, What::Resent(..)) {
                return;
            }
            for item in items {
                self.check_item(fact, *cp, item, model, findings);
            }
        }
    }

    /// The policy by which a block in full may be wasteful, if it may be.
    fn policy_if(&self, counts: bool) -> Policy {
        if counts { self.policy } else { Policy::FullBlocks }
    }

    fn check_item(
        &self,
        fact: &Fact,
        cp: CpId,
        item: &Item,
        model: &Model,
        findings: &mut Findings,
    ) {
        let address = item.address;
        match (&item.body, block_of(model, cp, address)) {
            (ItemBody::Reference(reference), Some(block)) => {
                let place = (cp, address);
                check_reference(fact, self.policy, place, *reference, block, model, findings);
            }
            (ItemBody::Hash(runs), Some(block)) => {
                check_hash(fact, self.policy, (cp, address), runs, block, findings);
            }
            (ItemBody::Full(contents), Some(block)) => {
                let policy = self.policy_if(self.forwarded == Forwarded::Yes);
                if policy == Policy::Dedup {
                    let message = format!("{cp} sent {address} in full, and did not ask first");
                    let subject = findings.add(fact, "S23", Role::Source, "hash_missing", message);
                    subject.of_cp(cp).of_block(address);
                }
                check_full(fact, policy, (cp, address), contents, block, model, findings);
            }
            (ItemBody::Pieces(held), Some(block)) => {
                pieces::check(fact, self.policy, (cp, address), held, block, model, findings);
            }
            (ItemBody::Reference(_) | ItemBody::Hash(_) | ItemBody::Pieces(_), None) => {
                let message = format!("{cp} sent {address} as a reference");
                let subject =
                    findings.add(fact, "S6", Role::Source, "reference_to_metadata", message);
                subject.of_cp(cp).of_block(address);
            }
            (ItemBody::Full(_), None)
                if address.area == Area::Data && self.forwarded == Forwarded::Yes =>
            {
                let message = format!("{cp} sent {address}, which no entry touches");
                let subject = findings.add(fact, "S2", Role::Source, "block_too_many", message);
                subject.of_cp(cp).of_block(address);
            }
            (ItemBody::Full(_), None) => {}
        }
    }
}

fn block_of(model: &Model, cp: CpId, address: BlockAddress) -> Option<&Block> {
    model.points.get(cp)?.blocks.get(&address)
}

fn check_reference(
    fact: &Fact,
    policy: Policy,
    (cp, address): (CpId, BlockAddress),
    reference: Reference,
    block: &Block,
    model: &Model,
    findings: &mut Findings,
) {
    let Reference { transfer, number } = reference;
    let name = format!("{address}: reference (transfer {transfer}, block {number})");
    // Under `dedup` a hash stands for it.
    let by_reference = matches!(policy, Policy::References | Policy::Extents);
    let allowed = by_reference && may_be_referenced(policy, block);
    let found = model.referenced(reference);
    // Wrong bytes first: they are worse than a rule that was broken.
    let subject = match found.map(|(_, _, runs)| runs.difference(&block.contents)) {
        Some(None) => &mut Subject::default(),
        Some(Some(difference)) => {
            let message = format!("{name}: {difference}");
            let subject = findings.add(fact, "S5", Role::Source, "wrong_bytes", message);
            subject.difference = Some(difference);
            subject
        }
        None => {
            findings.add(fact, "S5", Role::Source, "dangling", format!("{name} was never sent"))
        }
    };
    subject.of_cp(cp).of_block(address).of_transfer(transfer);
    if !allowed {
        let message = format!("{name}, though no reference is allowed for it");
        findings
            .add(fact, "S6", Role::Source, "reference_not_allowed", message)
            .of_cp(cp)
            .of_block(address);
    }
    if let Some((lsn, ..)) = found.filter(|(lsn, ..)| allowed && *lsn != block.newest) {
        let message = format!("{name} is of {lsn}, but the newest write is {}", block.newest);
        findings
            .add(fact, "S6", Role::Source, "stale_reference", message)
            .of_cp(cp)
            .of_block(address);
    }
}

/// The hash stands for the contents: they are the frozen ones, or the destination takes others for
/// them (S5).
fn check_hash(
    fact: &Fact,
    policy: Policy,
    (cp, address): (CpId, BlockAddress),
    runs: &Runs,
    block: &Block,
    findings: &mut Findings,
) {
    if let Some(difference) = runs.difference(&block.contents) {
        let message = format!("{address}: hash of other contents: {difference}");
        let subject = findings.add(fact, "S5", Role::Source, "wrong_bytes", message);
        subject.difference = Some(difference);
        subject.of_cp(cp).of_block(address);
    }
    if policy != Policy::Dedup {
        let message = format!("{address}: a hash, which {} does not send", policy.key());
        let subject = findings.add(fact, "S6", Role::Source, "reference_not_allowed", message);
        subject.of_cp(cp).of_block(address);
    }
}

fn check_full(
    fact: &Fact,
    policy: Policy,
    (cp, address): (CpId, BlockAddress),
    contents: &Contents,
    block: &Block,
    model: &Model,
    findings: &mut Findings,
) {
    let expected = Contents::Data(block.contents.clone());
    if let Some(difference) = contents.difference(&expected) {
        let message = format!("{cp} sent {address} in full: {difference}");
        // The block as it was before the CP's entries lands where they are to be.
        let is_older = *contents == model.disks.read(Role::Source, address);
        let (property, kind) =
            if is_older { ("S13", "older_over_newer") } else { ("S2", "wrong_bytes") };
        let subject = findings.add(fact, property, Role::Source, kind, message);
        subject.of_cp(cp).of_block(address).of_bytes(contents, &expected);
    }
    let waste = if may_be_referenced(policy, block) {
        Some(("reference_missing", "it was wholly overwritten"))
    } else if policy == Policy::WriteOnce {
        Some(("block_sent", "the destination applies the log by itself"))
    } else if policy == Policy::Extents && pieces::is_shorter(block, model.size()) {
        Some(("pieces_missing", "its pieces are shorter"))
    } else {
        None
    };
    if let Some((kind, why)) = waste {
        let message = format!("{cp} sent {address} in full, though {why}");
        findings.add(fact, "S23", Role::Source, kind, message).of_cp(cp).of_block(address);
    }
}

/// Whether the policy sends a reference for the block (Spec 3.6, 10).
const fn may_be_referenced(policy: Policy, block: &Block) -> bool {
    match policy {
        Policy::References | Policy::Extents | Policy::Dedup => block.wholly,
        Policy::FullBlocks
        | Policy::CpOnly
        | Policy::WriteOnce
        | Policy::SnapshotDelta
        | Policy::Compress => false,
    }
}
