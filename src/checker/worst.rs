//! The longest that hardware of a scenario takes for something, when nothing is wrong with it: what
//! bounds on time are made of (L6–L8).

use crate::protocol::wire;
use crate::scenario::{DiskModel, Hdd, Scenario};
use crate::units::{Bytes, Span};

/// `count` times as long.
#[must_use]
pub const fn times(span: Span, count: u64) -> Span {
    Span::from_nanos(span.as_nanos().saturating_mul(count))
}

/// One read of so many bytes in a row.
#[must_use]
pub fn read(disk: &DiskModel, length: Bytes) -> Span {
    match disk {
        DiskModel::Fixed(fixed) => {
            let path = fixed.bandwidth.map_or(Span::ZERO, |rate| rate.time_for(length));
            fixed.latency.plus(path)
        }
        DiskModel::Ssd(ssd) => {
            let pages = length.get().div_ceil(ssd.page.get()) + 1;
            times(ssd.read, pages.div_ceil(u64::from(ssd.channels))).plus(ssd.erase)
        }
        DiskModel::Hdd(hdd) => placed(hdd).plus(hdd.inner_rate.time_for(length)),
    }
}

/// Reads of so many blocks, wherever they lie: on flash all may lie on one channel.
#[must_use]
pub fn read_blocks(disk: &DiskModel, count: u64, block: Bytes) -> Span {
    match disk {
        DiskModel::Fixed(_) => blocks_in_turn(disk, count, block),
        DiskModel::Ssd(ssd) => {
            let pages = block.get().div_ceil(ssd.page.get()) + 1;
            times(ssd.read, count.saturating_mul(pages)).plus(ssd.erase)
        }
        DiskModel::Hdd(_) => times(read(disk, block), count),
    }
}

/// Writes of so many blocks, wherever they lie.
#[must_use]
pub fn write_blocks(disk: &DiskModel, count: u64, block: Bytes) -> Span {
    match disk {
        DiskModel::Fixed(_) => blocks_in_turn(disk, count, block),
        DiskModel::Ssd(ssd) => {
            let pages = (block.get().div_ceil(ssd.page.get()) + 1).saturating_mul(count);
            let turns = pages.div_ceil(u64::from(ssd.channels));
            let erases = turns.div_ceil(u64::from(ssd.pages_per_erase)) + 1;
            times(ssd.program, turns).plus(times(ssd.erase, erases))
        }
        DiskModel::Hdd(_) => times(read(disk, block), count),
    }
}

/// How many times the longest that hardware takes a pass may take.
const PASS_FACTOR: u64 = 4;

/// Sending so many blocks and committing them, clients taking their share; the formula stands with
/// [`super::flaps`].
#[must_use]
pub fn pass(scenario: &Scenario, blocks: u64) -> Span {
    let Scenario { parameters, wan, source, destination, .. } = scenario;
    let size = parameters.block_size;
    let items = blocks.saturating_mul(wire::item_in_full(size).get());
    let halves = parameters.nvram_half.get().saturating_mul(2);
    let bytes = items.saturating_add(parameters.link_queue.get()).saturating_add(halves);
    let sent = wan.bandwidth.time_for(wan.wire_length(Bytes::new(bytes)));
    let read = read_blocks(&source.disk, blocks, size.bytes());
    let stored = read.plus(write_blocks(&destination.disk, blocks + 1, size.bytes()));
    let trip = times(wan.propagation.plus(wan.jitter), 2);
    times(sent.plus(stored).plus(trip), PASS_FACTOR).plus(times(parameters.timeout, 2))
}

/// On a `fixed` device latencies overlap as far as the queue is deep, and bytes do not.
fn blocks_in_turn(disk: &DiskModel, count: u64, block: Bytes) -> Span {
    let DiskModel::Fixed(fixed) = disk else { return times(read(disk, block), count) };
    let bytes = Bytes::new(block.get().saturating_mul(count));
    let path = fixed.bandwidth.map_or(Span::ZERO, |rate| rate.time_for(bytes));
    times(fixed.latency, count.div_ceil(u64::from(fixed.queue_depth))).plus(path)
}

/// The longest seek and a whole turn.
fn placed(hdd: &Hdd) -> Span {
    let line = hdd.seek_base.plus(times(hdd.seek_cylinder, u64::from(hdd.cylinders)));
    let curve = hdd.seek_settle.plus(times(hdd.seek_root, u64::from(hdd.seek_cut).isqrt() + 1));
    line.max(curve).plus(Span::from_nanos(60_000_000_000 / u64::from(hdd.rpm)))
}
