//! The longest that hardware of a scenario takes for something, when nothing is wrong with it: what
//! bounds on time are made of (L6–L8).

use crate::scenario::{DiskModel, Hdd};
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
