//! From typed keys to a scenario: what was left out is filled in, rules are checked, and the
//! complete document is written out as the canonical form.

mod bounds;
mod disk;
mod fault;
mod operations;
mod policy;
mod rules;
mod synthetic;
mod workload;

use super::expectation;
use super::model::{DiskKind, Document, FailoverText};
use super::print::lay_out;
use crate::protocol::Parameters;
use crate::protocol::block::BlockSize;
use crate::scenario::{
    Client, Decider, DestinationHardware, End, Failover, Limits, Problem, Promotion, Scenario,
    SourceHardware, Swarm, Wan,
};
use bounds::Bounds;
use policy::Promise;
use serde::Serialize;

/// The scenario that `document` describes.
pub(super) fn scenario(mut document: Document) -> Result<Scenario, Problem> {
    let size = rules::block_size(&document)?;
    let promise = policy::fill_in(&mut document)?;
    rules::plain(&document)?;
    let bounds = Bounds::fill_in(&mut document, size)?;
    rules::bounds(&document, &bounds)?;
    let source_disk = disk::resolve(&mut document.source.disk, DiskKind::Ssd, "source.disk")?;
    let log = disk::resolve(&mut document.destination.log, DiskKind::Fixed, "destination.log")?;
    let disk = disk::resolve(&mut document.destination.disk, DiskKind::Ssd, "destination.disk")?;
    let clients = clients(&mut document, size)?;
    let faults = fault::resolve(&mut document.faults, document.failover.by)?;
    let expect = expectation::read(&document.expect)?;
    let scenario = Scenario {
        parameters: parameters(&document, &clients, size, &bounds, promise),
        work: policy::work(&document),
        clients,
        source: SourceHardware {
            nvram_latency: document.source.nvram_latency,
            service: document.source.service,
            disk: source_disk,
        },
        wan: wan(&document, &bounds),
        destination: DestinationHardware { service: document.destination.service, log, disk },
        failover: failover(&document),
        faults,
        faults_until: document.faults_until,
        draws: document.draws,
        swarm: if document.swarm { Swarm::On } else { Swarm::Off },
        end: End {
            after: document.end.after.0,
            final_consistency_point: document.end.final_consistency_point,
        },
        limits: Limits { simulated: document.limits.simulated, events: document.limits.events },
        expect,
        canonical: canonical(&document),
        name: document.name,
        description: document.description,
    };
    workload::fits(&scenario)?;
    Ok(scenario)
}

fn clients(document: &mut Document, size: BlockSize) -> Result<Vec<Client>, Problem> {
    let numbered = document.clients.iter_mut().enumerate();
    numbered.map(|(number, client)| workload::resolve(client, number, size)).collect()
}

fn parameters(
    document: &Document,
    clients: &[Client],
    size: BlockSize,
    bounds: &Bounds,
    promise: Promise,
) -> Parameters {
    Parameters {
        block_size: size,
        encoding: policy::encoding(document, clients, size),
        duplicates: document.dedup.clone().unwrap_or_default().duplicates,
        policy: document.policy,
        ack: promise.ack,
        mode: document.mode,
        held: document.held_writes,
        dispatch: document.dispatch,
        metadata: document.metadata,
        nvram_half: document.source.nvram_half,
        entries: document.source.consistency_point.entries,
        every: document.source.consistency_point.every,
        transfer_bytes: bounds.transfer_bytes,
        transfer_delay: document.transfer.max_delay,
        transfer_id_bits: document.transfer.id_bits,
        transfer_ids: bounds.transfer_ids,
        buffers: bounds.buffers,
        dirty_high_water: bounds.dirty_high_water,
        cp_message_bytes: document.cp.message_bytes,
        link_queue: bounds.queue,
        nvlog_files: document.destination.nvlog_files,
        flush: document.destination.flush.0,
        cache: bounds.cache,
        timeout: document.timeout,
        reconnect: document.reconnect,
        snapshot_every: promise.snapshot_every,
        resync_passes: document.resync.passes,
        retransmit: bounds.retransmit,
        lease: match document.failover.by {
            Decider::Operator => None,
            Decider::Witness => Some(document.failover.lease),
        },
        sabotage: document.sabotage,
    }
}

fn wan(document: &Document, bounds: &Bounds) -> Wan {
    Wan {
        transport: document.wan.transport,
        bandwidth: document.wan.bandwidth,
        propagation: document.wan.propagation,
        jitter: document.wan.jitter,
        queue: bounds.queue,
        mtu: document.wan.mtu,
        packet_overhead: document.wan.packet_overhead,
        window: bounds.window,
        loss: document.wan.loss,
    }
}

fn failover(document: &Document) -> Failover {
    let FailoverText { by, at, force, lease, witness_latency } = document.failover;
    Failover { by, at, force: Promotion::from(force), lease, witness_latency }
}

fn canonical(document: &Document) -> String {
    lay_out(&serde_json::to_string(document).expect("a document is plain JSON"))
}

/// The problem of a key with this value.
fn problem(key: impl Into<String>, value: &impl Serialize, rule: impl Into<String>) -> Problem {
    let value = serde_json::to_string(value).expect("a key's value is plain JSON");
    Problem { key: key.into(), value, rule: rule.into() }
}
