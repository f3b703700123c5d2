//! The `hdd` model: one head that seeks, waits for the sector, and reads or writes at the zone's
//! rate (after Ruemmler and Wilkes, "An introduction to disk drive modeling", 1994).
//!
//! The oldest waiting requests, at most a queue depth of them, are put in order of cylinder and
//! served in one ascending sweep; then comes the next batch. For one request:
//!
//! ```text
//! done          = begin + seek(d) + wait + length / rate(cylinder)
//! begin         = when the one before it in the sweep was done
//! cylinder      = ⌊position × cylinders / capacity⌋           every cylinder holds as many bytes
//! seek(0)       = 0
//! seek(d)       = settle + root × √d   below the cut,   base + per cylinder × d   from it on
//! rate(c)       = outer rate on the first cylinder, inner rate on the last, linear between
//! sector's turn = offset in the cylinder / rate(c)   mod rotation
//! wait          = sector's turn − (begin + seek)     mod rotation
//! ```
//!
//! The platter's angle is simulated time modulo a rotation, so that no draw is needed. Time within a
//! track is measured by the rate of its zone. A request keeps the rate of the cylinder where it
//! begins; passing on to the next track or cylinder is free, because tracks are skewed for just
//! that. Hence a request that begins where and when the last one ended neither seeks nor waits.
//! Not modelled: read-ahead, a write cache, separate heads and their switching time.

use super::Extent;
use crate::scenario::Hdd;
use crate::units::{Bytes, Rate, SimTime, Span};

/// A device of the `hdd` model.
#[derive(Debug)]
pub(super) struct Device {
    model: Hdd,
    /// Cylinder under the head.
    cylinder: u64,
    /// Where on the media the last request ended, and when.
    end: (u64, SimTime),
}

impl Device {
    pub fn new(model: &Hdd) -> Self {
        assert!(model.rpm > 0 && model.cylinders > 0, "a disk turns and has cylinders");
        let capacity = model.capacity.get();
        assert!(capacity >= u64::from(model.cylinders), "a cylinder holds at least a byte");
        Self { model: model.clone(), cylinder: 0, end: (0, SimTime::ZERO) }
    }

    /// Where on the media a request begins: its position modulo the capacity.
    pub fn place(&self, position: u64) -> u64 {
        position % self.model.capacity.get()
    }

    /// When the next request of the sweep is done.
    pub fn serve(&mut self, now: SimTime, extent: Extent) -> SimTime {
        let place = self.place(extent.position);
        let begin = self.end.1.max(now);
        let cylinder = self.model.cylinder(place);
        let sought = if self.end == (place, begin) {
            begin
        } else {
            let arrived = begin.after(self.model.seek(cylinder.abs_diff(self.cylinder)));
            arrived.after(self.model.rotational_wait(place, arrived))
        };
        let moved = sought.after(self.model.rate(cylinder).time_for(Bytes::new(extent.length)));
        let done = begin.after(extent.pace.of(moved.since(begin)));
        let after = |bytes: u64| self.place(place.saturating_add(bytes));
        self.cylinder = self.model.cylinder(after(extent.length.saturating_sub(1)));
        self.end = (self.place(place.saturating_add(extent.length)), done);
        done
    }

    /// The times until which its parts are busy: the one head. A stall does not keep the angle.
    pub fn busy(&mut self) -> impl Iterator<Item = &mut SimTime> {
        std::iter::once(&mut self.end.1)
    }
}

/// The geometry and the curves, as the module doc gives them.
impl Hdd {
    /// The cylinder of a byte below the capacity.
    fn cylinder(&self, place: u64) -> u64 {
        let cylinder =
            u128::from(place) * u128::from(self.cylinders) / u128::from(self.capacity.get());
        assert!(cylinder < u128::from(self.cylinders), "a place lies on the disk");
        u64::try_from(cylinder).expect("below a count of cylinders")
    }

    /// The first byte of a cylinder.
    fn first_byte(&self, cylinder: u64) -> u64 {
        let product = u128::from(cylinder) * u128::from(self.capacity.get());
        let first = product.div_ceil(u128::from(self.cylinders));
        u64::try_from(first).expect("at most the capacity")
    }

    /// Time to move the head over `distance` cylinders. root × √d is taken as √(root² × d), which
    /// loses less than a nanosecond.
    fn seek(&self, distance: u64) -> Span {
        if distance == 0 {
            return Span::ZERO;
        }
        if distance < u64::from(self.seek_cut) {
            let root = u128::from(self.seek_root.as_nanos());
            let curve = root.saturating_mul(root).saturating_mul(u128::from(distance)).isqrt();
            let curve = u64::try_from(curve).expect("the root of 128 bits has 64");
            return self.seek_settle.plus(Span::from_nanos(curve));
        }
        let line = self.seek_cylinder.as_nanos().saturating_mul(distance);
        self.seek_base.plus(Span::from_nanos(line))
    }

    /// Time of one turn.
    fn rotation(&self) -> u64 {
        60_000_000_000 / u64::from(self.rpm)
    }

    /// Time until the first byte at `place` comes by a head that is over its cylinder at `arrived`.
    fn rotational_wait(&self, place: u64, arrived: SimTime) -> Span {
        let cylinder = self.cylinder(place);
        let offset = Bytes::new(place - self.first_byte(cylinder));
        let rotation = self.rotation();
        let sector = self.rate(cylinder).time_for(offset).as_nanos() % rotation;
        let angle = arrived.as_nanos() % rotation;
        Span::from_nanos((sector + rotation - angle) % rotation)
    }

    /// The rate of a cylinder's zone.
    fn rate(&self, cylinder: u64) -> Rate {
        let last = u128::from(self.cylinders - 1);
        if last == 0 {
            return self.outer_rate;
        }
        let inwards = u128::from(cylinder);
        let outer = u128::from(self.outer_rate.get()) * (last - inwards);
        let inner = u128::from(self.inner_rate.get()) * inwards;
        let rate = (outer + inner) / last;
        Rate::bits_per_second(u64::try_from(rate).expect("between two rates"))
    }
}
