//! S5, S6 and the second half of S23: each reference names the frozen bytes, references are sent only
//! where Spec 3.6 allows, and without faults every block that may go as a reference does. So without
//! faults an answer to a NAK is a violation too, however right its bytes.

use super::Findings;
use super::model::{Block, Model};
use crate::facts::{Direction, Fact, Role, What};
use crate::protocol::block::{Area, BlockAddress, Contents};
use crate::protocol::{CpId, ItemBody, Message, Policy, Reference};

/// Looks at every block that a CP sends.
pub fn check(fact: &Fact, policy: Policy, model: &Model, findings: &mut Findings) {
    let What::Sent(Direction::ToDestination, _, message) = &fact.what else { return };
    if let Message::NakAnswer { cp, address, contents, .. } = &**message
        && let Some(block) = model.points.get(cp).and_then(|point| point.blocks.get(address))
    {
        check_full(fact, policy, *cp, *address, contents, block, findings);
    }
    let Message::CpData { cp, items, .. } = &**message else { return };
    for item in items {
        let block = model.points.get(cp).and_then(|point| point.blocks.get(&item.address));
        match (&item.body, block) {
            (ItemBody::Reference(reference), Some(block)) => {
                check_reference(fact, policy, item.address, *reference, block, model, findings);
            }
            (ItemBody::Full(contents), Some(block)) => {
                check_full(fact, policy, *cp, item.address, contents, block, findings);
            }
            (ItemBody::Reference(_), None) => {
                let message = format!("{cp} sent {} as a reference", item.address);
                findings.add(fact, "S6", Role::Source, "reference_to_metadata", message);
            }
            (ItemBody::Full(_), None) if item.address.area == Area::Data => {
                let message = format!("{cp} sent {}, which no entry touches", item.address);
                findings.add(fact, "S2", Role::Source, "block_too_many", message);
            }
            (ItemBody::Full(_), None) => {}
        }
    }
}

fn check_reference(
    fact: &Fact,
    policy: Policy,
    address: BlockAddress,
    reference: Reference,
    block: &Block,
    model: &Model,
    findings: &mut Findings,
) {
    let Reference { transfer, number } = reference;
    let name = format!("{address}: reference (transfer {transfer}, block {number})");
    let allowed = match policy {
        Policy::References => block.wholly,
        Policy::FullBlocks => false,
    };
    if !allowed {
        let message = format!("{name}, though no reference is allowed for it");
        findings.add(fact, "S6", Role::Source, "reference_not_allowed", message);
    }
    let Some((lsn, _, runs)) = model.referenced(reference) else {
        findings.add(fact, "S5", Role::Source, "dangling", format!("{name} was never sent"));
        return;
    };
    if allowed && *lsn != block.newest {
        let message = format!("{name} is of {lsn}, but the newest write is {}", block.newest);
        findings.add(fact, "S6", Role::Source, "stale_reference", message);
    }
    if let Some(difference) = runs.difference(&block.contents) {
        findings.add(fact, "S5", Role::Source, "wrong_bytes", format!("{name}: {difference}"));
    }
}

fn check_full(
    fact: &Fact,
    policy: Policy,
    cp: CpId,
    address: BlockAddress,
    contents: &Contents,
    block: &Block,
    findings: &mut Findings,
) {
    if let Some(difference) = contents.difference(&Contents::Data(block.contents.clone())) {
        let message = format!("{cp} sent {address} in full: {difference}");
        findings.add(fact, "S2", Role::Source, "wrong_bytes", message);
    }
    let wasted = match policy {
        Policy::References => block.wholly,
        Policy::FullBlocks => false,
    };
    if wasted {
        let message = format!("{cp} sent {address} in full, though it was wholly overwritten");
        findings.add(fact, "S23", Role::Source, "reference_missing", message);
    }
}
