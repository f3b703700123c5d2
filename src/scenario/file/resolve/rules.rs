//! What makes no sense is refused, with the rule it breaks.

use super::bounds::{Bounds, LONGEST, entries, on_wire};
use super::problem;
use crate::protocol::FlushRule;
use crate::protocol::block::BlockSize;
use crate::protocol::wire::ENTRY_HEADER;
use crate::scenario::file::model::Document;
use crate::scenario::{Decider, Problem};
use crate::units::{Bytes, Ratio, Span};
use serde::Serialize;

/// A rule: whether it is broken, the key, its value, the rule in words.
type Row<'a> = (bool, &'static str, &'a dyn ErasedValue, String);

/// A value of any key, as JSON text.
trait ErasedValue {
    fn json(&self) -> String;
}

impl<T: Serialize> ErasedValue for T {
    fn json(&self) -> String {
        serde_json::to_string(self).expect("a key's value is plain JSON")
    }
}

fn first_broken(rows: &[Row<'_>]) -> Result<(), Problem> {
    match rows.iter().find(|(broken, ..)| *broken) {
        None => Ok(()),
        Some((_, key, value, rule)) => {
            Err(Problem { key: (*key).to_owned(), value: value.json(), rule: rule.clone() })
        }
    }
}

/// The block size is a power of two (Spec 2.1).
pub(super) fn block_size(document: &Document) -> Result<BlockSize, Problem> {
    let size = document.block_size;
    BlockSize::new(size)
        .ok_or_else(|| problem("block_size", &size, "a power of two from 512B to 1GiB"))
}

/// Simulated time at most: far enough from the end of time that nothing happens at the very end.
const LONGEST_RUN: Span = Span::from_secs(250 * 365 * 24 * 3600);

/// Rules of single keys.
pub(super) fn plain(document: &Document) -> Result<(), Problem> {
    let Document { name: title, clients, timeout, reconnect, resync, limits, end, .. } = document;
    name(title, "name")?;
    let timer = || "a timer of no length would go off for ever".to_owned();
    let zero = Span::ZERO;
    first_broken(&[
        (clients.is_empty(), "clients", clients, "at least one client asks for something".into()),
        (
            *timeout < Span::from_millis(1),
            "timeout",
            timeout,
            "at least 1ms: WAIT is said three times as often, and takes its time on the link"
                .into(),
        ),
        (*reconnect == zero, "reconnect", reconnect, timer()),
        (resync.passes == 0, "resync.passes", &resync.passes, "at least 1".into()),
        (
            limits.simulated == zero || limits.simulated > LONGEST_RUN,
            "limits.simulated",
            &limits.simulated,
            format!("above 0s, at most {LONGEST_RUN} (250 years)"),
        ),
        (limits.events == 0, "limits.events", &limits.events, "at least 1".into()),
        (end.after.0 == Some(zero), "end.after", &end.after, "above 0s".into()),
    ])?;
    source(document)?;
    messages(document)?;
    link(document)?;
    destination(document)?;
    failover(document)
}

/// Names stand in the first line of a report and in pictures.
pub(super) fn name(name: &String, key: impl Into<String>) -> Result<(), Problem> {
    const LONGEST_NAME: usize = 200;
    if name.chars().count() <= LONGEST_NAME && !name.chars().any(char::is_control) {
        return Ok(());
    }
    let rule = format!("one line of at most {LONGEST_NAME} characters, none a control character");
    Err(problem(key, name, rule))
}

/// No half, transfer or message needs to be longer.
const LONGEST_PART: Bytes = Bytes::mib(1 << 30);

fn source(document: &Document) -> Result<(), Problem> {
    let (point, half) = (&document.source.consistency_point, document.source.nvram_half);
    let least = Bytes::new(ENTRY_HEADER + 1);
    first_broken(&[
        (
            half < least || half > LONGEST_PART,
            "source.nvram_half",
            &half,
            format!("from {least} (an entry's header and a byte) to {LONGEST_PART}"),
        ),
        (
            point.every == Some(Span::ZERO),
            "source.consistency_point.every",
            &point.every,
            "a timer of no length would go off for ever; null: no timer".into(),
        ),
        (
            point.entries.is_some_and(|count| count == 0 || count > entries(half)),
            "source.consistency_point.entries",
            &point.entries,
            format!("from 1 to {}, which is what a half of {half} holds", entries(half)),
        ),
    ])
}

fn messages(document: &Document) -> Result<(), Problem> {
    let Document { transfer, cp, .. } = document;
    let bits = transfer.id_bits;
    first_broken(&[
        (
            transfer.max_bytes.is_some_and(|bytes| bytes > LONGEST_PART),
            "transfer.max_bytes",
            &transfer.max_bytes,
            format!("at most {LONGEST_PART}"),
        ),
        (!(1..=32).contains(&bits), "transfer.id_bits", &bits, "from 1 to 32".into()),
        (
            cp.message_bytes == Bytes::ZERO || cp.message_bytes > LONGEST_PART,
            "cp.message_bytes",
            &cp.message_bytes,
            format!("from 1B to {LONGEST_PART}"),
        ),
    ])
}

fn link(document: &Document) -> Result<(), Problem> {
    let wan = &document.wan;
    let overhead = wan.packet_overhead;
    first_broken(&[
        (
            wan.bandwidth.get() == 0,
            "wan.bandwidth",
            &wan.bandwidth,
            "a link of no bandwidth carries nothing".into(),
        ),
        (
            wan.mtu <= Bytes::new(40),
            "wan.mtu",
            &wan.mtu,
            "above 40B, which network and transport headers take".into(),
        ),
        (overhead > Bytes::kib(64), "wan.packet_overhead", &overhead, "at most 64KiB".into()),
        (
            wan.loss == Ratio::ONE,
            "wan.loss",
            &wan.loss,
            "below 100%: a link that loses every packet carries nothing".into(),
        ),
    ])
}

fn destination(document: &Document) -> Result<(), Problem> {
    let destination = &document.destination;
    first_broken(&[
        (
            !(2..=8).contains(&destination.nvlog_files),
            "destination.nvlog_files",
            &destination.nvlog_files,
            "from 2 to 8".into(),
        ),
        (
            destination.flush.0 == FlushRule::Every(Span::ZERO),
            "destination.flush",
            &destination.flush,
            "a timer of no length would go off for ever; \"per-cp\": after each CP".into(),
        ),
    ])
}

/// A message to the witness may take so long.
const SLOWEST_WITNESS: Span = Span::from_secs(3600);

/// A witness decides by itself, and in time (Spec 7.6). What is not simulated is refused, not ignored.
fn failover(document: &Document) -> Result<(), Problem> {
    let Document { failover, faults_until, timeout, wan, .. } = document;
    let one_way = wan.propagation.plus(wan.jitter);
    let round_trip = one_way.plus(one_way);
    let witness = failover.by == Decider::Witness;
    let alone = "belongs to `failover.by` operator; a witness decides by itself";
    first_broken(&[
        (witness && failover.at.is_some(), "failover.at", &failover.at, alone.into()),
        (witness && failover.force, "failover.force", &failover.force, alone.into()),
        (failover.lease == Span::ZERO, "failover.lease", &failover.lease, "above 0s".into()),
        (
            witness && failover.lease >= *timeout,
            "failover.lease",
            &failover.lease,
            format!(
                "below `timeout`, {timeout}: a source that lost the lease stops serving before \
                 it notices that the session is over"
            ),
        ),
        (
            witness && failover.lease <= round_trip,
            "failover.lease",
            &failover.lease,
            format!("above {round_trip}, a round trip of the link: else no lease is ever given"),
        ),
        (
            failover.witness_latency == Span::ZERO || failover.witness_latency > SLOWEST_WITNESS,
            "failover.witness_latency",
            &failover.witness_latency,
            format!("above 0s, at most {SLOWEST_WITNESS}"),
        ),
        (*faults_until == Some(Span::ZERO), "faults_until", faults_until, "above 0s".into()),
    ])
}

/// Rules of bounds, given or derived.
pub(super) fn bounds(document: &Document, bounds: &Bounds) -> Result<(), Problem> {
    let Bounds { queue, window, message, .. } = *bounds;
    let on_wire = on_wire(document, message);
    let bits = document.transfer.id_bits;
    let space = 1 << bits;
    let (ids, buffers, water) = (bounds.transfer_ids, bounds.buffers, bounds.dirty_high_water);
    first_broken(&[
        (
            ids == 0 || ids > space,
            "transfer.ids",
            &ids,
            format!("from 1 to {space}, which is what {bits} `transfer.id_bits` name"),
        ),
        (buffers == 0, "source.buffers", &buffers, "at least 1".into()),
        (
            water == 0 || water > buffers,
            "source.dirty_high_water",
            &water,
            format!("from 1 to {buffers}, the number of `source.buffers`"),
        ),
        (
            queue < message || queue > LONGEST,
            "wan.queue",
            &queue,
            format!("from {message}, the longest message, to {LONGEST}"),
        ),
        (
            window < on_wire || window > LONGEST,
            "wan.window",
            &window,
            format!("from {on_wire}, the longest message in packets, to {LONGEST}"),
        ),
        (bounds.cache > LONGEST, "destination.cache", &bounds.cache, format!("at most {LONGEST}")),
    ])
}
