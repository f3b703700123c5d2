//! Disks: one kind each, with that kind's keys.
//!
//! Defaults: the `ssd` has the timing of the flash chips of Agrawal et al., "Design Tradeoffs for
//! SSD Performance" (USENIX ATC 2008); the `hdd` is like data sheets of 7200 rpm drives, 8.5 ms for
//! a third of the stroke, with the two-part seek curve of Ruemmler and Wilkes, "An Introduction to
//! Disk Drive Modeling" (IEEE Computer, 1994).

use super::problem;
use crate::scenario::file::model::{DiskKind, DiskText};
use crate::scenario::{DiskModel, Fixed, Hdd, Problem, Ssd};
use crate::units::{Bytes, Rate, Span};

/// Completes `text` and gives the disk it describes; `kind` is meant where it names none.
pub(super) fn resolve(text: &mut DiskText, kind: DiskKind, at: &str) -> Result<DiskModel, Problem> {
    let kind = *text.kind.get_or_insert(kind);
    if let Some((key, kinds)) = text.foreign_key(kind) {
        let kinds: Vec<_> = kinds.iter().map(|kind| kind.word()).collect();
        let rule = format!("belongs to kind {}; this disk is {}", kinds.join(", "), kind.word());
        let value = serde_json::to_value(&*text).expect("a disk is plain JSON");
        return Err(problem(format!("{at}.{key}"), &value[key], rule));
    }
    let depth = *text.queue_depth.get_or_insert(match kind {
        DiskKind::Ssd => 64,
        DiskKind::Hdd | DiskKind::Fixed => 32,
    });
    at_least_one(at, "queue_depth", depth)?;
    match kind {
        DiskKind::Fixed => fixed(text, depth, at).map(DiskModel::Fixed),
        DiskKind::Ssd => ssd(text, depth, at).map(DiskModel::Ssd),
        DiskKind::Hdd => hdd(text, depth, at).map(DiskModel::Hdd),
    }
}

/// Channels of one device at most.
const MOST_CHANNELS: u32 = 1 << 16;

fn at_least_one(at: &str, key: &str, count: u32) -> Result<(), Problem> {
    if count == 0 { Err(problem(format!("{at}.{key}"), &count, "at least 1")) } else { Ok(()) }
}

fn carries(at: &str, key: &str, rate: Rate) -> Result<(), Problem> {
    let rule = "a disk of no rate never answers";
    if rate.get() == 0 { Err(problem(format!("{at}.{key}"), &rate, rule)) } else { Ok(()) }
}

fn fixed(text: &mut DiskText, queue_depth: u32, at: &str) -> Result<Fixed, Problem> {
    let bandwidth = *text.bandwidth.get_or_insert(None);
    bandwidth.map_or(Ok(()), |rate| carries(at, "bandwidth", rate))?;
    let latency = *text.latency.get_or_insert(Span::from_micros(100));
    Ok(Fixed { latency, bandwidth, queue_depth })
}

fn ssd(text: &mut DiskText, queue_depth: u32, at: &str) -> Result<Ssd, Problem> {
    let ssd = Ssd {
        channels: *text.channels.get_or_insert(8),
        page: *text.page.get_or_insert(Bytes::kib(4)),
        read: *text.read.get_or_insert(Span::from_micros(25)),
        program: *text.program.get_or_insert(Span::from_micros(200)),
        erase: *text.erase.get_or_insert(Span::from_micros(1500)),
        pages_per_erase: *text.pages_per_erase.get_or_insert(64),
        queue_depth,
    };
    at_least_one(at, "channels", ssd.channels)?;
    if ssd.channels > MOST_CHANNELS {
        let rule = format!("at most {MOST_CHANNELS}, each of which has a place in memory");
        return Err(problem(format!("{at}.channels"), &ssd.channels, rule));
    }
    at_least_one(at, "pages_per_erase", ssd.pages_per_erase)?;
    if ssd.page == Bytes::ZERO {
        return Err(problem(format!("{at}.page"), &ssd.page, "a page holds at least 1B"));
    }
    Ok(ssd)
}

fn hdd(text: &mut DiskText, queue_depth: u32, at: &str) -> Result<Hdd, Problem> {
    let hdd = Hdd {
        rpm: *text.rpm.get_or_insert(7200),
        cylinders: *text.cylinders.get_or_insert(100_000),
        capacity: *text.capacity.get_or_insert(Bytes::new(4_000_000_000_000)),
        seek_settle: *text.seek_settle.get_or_insert(Span::from_micros(500)),
        seek_root: *text.seek_root.get_or_insert(Span::from_micros(46)),
        seek_cut: *text.seek_cut.get_or_insert(20_000),
        seek_base: *text.seek_base.get_or_insert(Span::from_micros(4750)),
        seek_cylinder: *text.seek_cylinder.get_or_insert(Span::from_nanos(112)),
        outer_rate: *text.outer_rate.get_or_insert(Rate::bits_per_second(1_600_000_000)),
        inner_rate: *text.inner_rate.get_or_insert(Rate::bits_per_second(800_000_000)),
        queue_depth,
    };
    at_least_one(at, "rpm", hdd.rpm)?;
    at_least_one(at, "cylinders", hdd.cylinders)?;
    carries(at, "outer_rate", hdd.outer_rate)?;
    carries(at, "inner_rate", hdd.inner_rate)?;
    if hdd.capacity.get() < u64::from(hdd.cylinders) {
        let rule = format!("at least a byte for each of {} cylinders", hdd.cylinders);
        return Err(problem(format!("{at}.capacity"), &hdd.capacity, rule));
    }
    Ok(hdd)
}
