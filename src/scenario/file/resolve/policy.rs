//! What a policy can promise: the `ack` rules that it can keep, and the one where none is named; what
//! makes no sense with it is refused (Spec 10).

use super::problem;
use crate::protocol::block::BlockSize;
use crate::protocol::wire::{Compression, Encoding};
use crate::protocol::{AckRule, Dispatch, Mirroring, Mode, Policy};
use crate::scenario::file::model::Document;
use crate::scenario::{Client, Problem};
use crate::units::{Bytes, Ratio, Span};

/// What the policy of a scenario promises.
#[derive(Debug, Clone, Copy)]
pub(super) struct Promise {
    /// When clients are answered.
    pub ack: AckRule,
    /// When the destination gets a snapshot, where it gets any.
    pub snapshot_every: Span,
}

/// Writes what is left out into the document, and refuses what the policy cannot keep.
pub(super) fn fill_in(document: &mut Document) -> Result<Promise, Problem> {
    own_keys(document)?;
    let policy = document.policy;
    let mirroring = policy.mirroring();
    let ack = *document.ack.get_or_insert(mirroring.usual_rule());
    if !mirroring.keeps(ack) {
        return Err(problem("ack", &ack, keepable(mirroring)));
    }
    dispatch(document.dispatch, ack, mirroring)?;
    match (mirroring, document.mode) {
        (Mirroring::Snapshots, Mode::Strict) => {
            let rule = "has no meaning under policy snapshot-delta: no write ever waits for the \
                        destination";
            return Err(problem("mode", &document.mode, rule));
        }
        (Mirroring::Log | Mirroring::ConsistencyPoints, _) | (Mirroring::Snapshots, Mode::Sync) => {
        }
    }
    let given = document.snapshot.clone();
    let every = given.unwrap_or_default().every;
    if every == Span::ZERO {
        let rule = "a timer of no length would go off for ever";
        return Err(problem("snapshot.every", &every, rule));
    }
    if mirroring == Mirroring::Snapshots {
        document.snapshot.get_or_insert_default();
    }
    Ok(Promise { ack, snapshot_every: every })
}

/// To which share of its length data is compressed where nothing is said.
pub(super) const COMPRESSED_TO: (u64, u64) = (1, 2);

/// Keys that one policy alone goes by are written out under that policy.
fn own_keys(document: &mut Document) -> Result<(), Problem> {
    let hash = document.dedup.clone().unwrap_or_default().hash;
    if hash < Bytes::new(8) || hash > Bytes::new(64) {
        return Err(problem("dedup.hash", &hash, "from 8B to 64B"));
    }
    match document.policy {
        Policy::Dedup => {
            document.dedup.get_or_insert_default();
        }
        Policy::Compress => {
            document.compress.get_or_insert_default();
            let (numerator, denominator) = COMPRESSED_TO;
            for client in &mut document.clients {
                let given = &mut client.workload.compressed_to;
                *given = given.or(Ratio::new(numerator, denominator));
            }
        }
        Policy::References
        | Policy::FullBlocks
        | Policy::Extents
        | Policy::CpOnly
        | Policy::WriteOnce
        | Policy::SnapshotDelta => {}
    }
    Ok(())
}

/// Time of a processor per block that it hashes or compresses.
pub(super) fn work(document: &Document) -> Span {
    match document.policy {
        Policy::Dedup => document.dedup.clone().unwrap_or_default().cpu,
        Policy::Compress => document.compress.clone().unwrap_or_default().cpu,
        Policy::References
        | Policy::FullBlocks
        | Policy::Extents
        | Policy::CpOnly
        | Policy::WriteOnce
        | Policy::SnapshotDelta => Span::ZERO,
    }
}

/// How messages are written.
pub(super) fn encoding(document: &Document, clients: &[Client], size: BlockSize) -> Encoding {
    let compressed = || clients.iter().map(|client| client.compressed_to).collect();
    Encoding {
        size,
        hash: document.dedup.clone().unwrap_or_default().hash.get(),
        compression: (document.policy == Policy::Compress).then(|| Compression::new(compressed())),
    }
}

/// The rule about `ack`, in words.
const fn keepable(mirroring: Mirroring) -> &'static str {
    match mirroring {
        Mirroring::Log => "any rule",
        Mirroring::ConsistencyPoints => {
            "policy cp-only keeps local and applied: the log is not forwarded, so a write is on the \
             source alone until a consistency point brings it"
        }
        Mirroring::Snapshots => {
            "policy snapshot-delta keeps local: the destination gets a snapshot now and then, and no \
             write waits for it"
        }
    }
}

/// Who gets an entry first (Spec 3.7).
fn dispatch(dispatch: Dispatch, ack: AckRule, mirroring: Mirroring) -> Result<(), Problem> {
    let rule = match (dispatch, mirroring) {
        (Dispatch::Parallel, _) => return Ok(()),
        (Dispatch::DestinationFirst, Mirroring::ConsistencyPoints | Mirroring::Snapshots) => {
            "needs a policy that forwards the log: under cp-only and snapshot-delta the destination \
             gets no entry"
        }
        (Dispatch::DestinationFirst, Mirroring::Log) if ack >= AckRule::Received => return Ok(()),
        (Dispatch::DestinationFirst, Mirroring::Log) => {
            "needs an `ack` of received, logged or applied: else the destination acknowledges \
             nothing that NVRAM could wait for"
        }
    };
    Err(problem("dispatch", &dispatch, rule))
}
