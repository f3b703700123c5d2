//! The window of the `tcp` transport: how many bytes may be under way.
//!
//! Bytes are a fluid. Byte x may leave only when byte x − window has been acknowledged, and a byte is
//! acknowledged one propagation back after it arrived; in order, so that jitter holds back what is
//! behind it. With r for the bandwidth:
//!
//! ```text
//! acknowledged(x) = max(departure(x) + jitter + 2 × propagation, acknowledged of every byte before)
//! departure(x)    = max(head since + (x − first byte) / r,
//!                       acknowledged(y − window) + (x − y) / r  for every y up to x)
//! ```
//!
//! What left is kept as segments in which bytes are acknowledged at an even pace. A segment is at
//! most a sixteenth of the window long, so a message larger than the window passes by its own
//! acknowledgements, and a segment's end is exact given the segments one window before it. So many
//! are kept as one window holds, and those of the message that is leaving.
//!
//! Faults change what was planned: [`Window::rewind`] takes back what has not left yet, and
//! [`Window::postpone`] delays the acknowledgements of a message that was held up, at its end. While
//! the link is blocked no acknowledgement comes for what had not arrived before, so a message may only
//! leave where the window has room for all of it ([`Window::block`], [`Window::unblock`]).

use crate::scenario::Wan;
use crate::units::{Bytes, Rate, SimTime, Span};
use std::collections::VecDeque;

/// Segments that a window is cut into, at least.
const SEGMENTS: u64 = 16;

/// The state of one direction.
#[derive(Debug)]
pub(super) struct Window {
    size: u64,
    bandwidth: Rate,
    round_trip: Span,
    /// Wire bytes that left or are leaving.
    left: u64,
    /// Oldest first, without gaps, the last one ending at `left`; what lies more than a window
    /// behind `left` is forgotten.
    segments: VecDeque<Segment>,
    /// Acknowledgements after this time do not come, since the link is blocked.
    blocked_after: Option<SimTime>,
}

/// Bytes `start..end` of all that ever left.
#[derive(Debug, Clone, Copy)]
struct Segment {
    start: u64,
    end: u64,
    /// When its first byte begins to leave,
    begun: SimTime,
    /// and when its last one has left.
    gone: SimTime,
    /// When its first byte is acknowledged,
    first: SimTime,
    /// and when its last one is.
    last: SimTime,
}

impl Segment {
    /// When a byte of the segment is acknowledged: on the line from its first to its last.
    fn acknowledged(&self, byte: u64) -> SimTime {
        assert!((self.start..=self.end).contains(&byte), "a byte of the segment");
        let rise = u128::from(self.last.since(self.first).as_nanos());
        let part = rise * u128::from(byte - self.start) / u128::from(self.end - self.start);
        self.first.after(Span::from_nanos(u64::try_from(part).expect("at most the rise")))
    }

    /// The part of it that has left by `now`.
    fn until(self, now: SimTime) -> Self {
        if self.gone <= now {
            return self;
        }
        let (passed, whole) = (now.since(self.begun), self.gone.since(self.begun));
        let end = self.start + share(self.end - self.start, passed, whole);
        Self { end, gone: now, last: self.acknowledged(end), ..self }
    }
}

/// How many of `bytes` leave in `passed` of the `whole` time that all of them take.
pub(super) fn share(bytes: u64, passed: Span, whole: Span) -> u64 {
    let (passed, whole) = (u128::from(passed.as_nanos()), u128::from(whole.as_nanos()));
    let part = u128::from(bytes) * passed.min(whole) / whole.max(1);
    u64::try_from(part).expect("at most the bytes")
}

/// Bytes leaving at full rate: byte `byte` at `time`, each further one in its turn.
#[derive(Debug, Clone, Copy)]
struct Pace {
    byte: u64,
    time: SimTime,
}

impl Pace {
    /// When everything before `byte` has left.
    fn at(self, byte: u64, bandwidth: Rate) -> SimTime {
        self.time.after(bandwidth.time_for(Bytes::new(byte - self.byte)))
    }

    /// The same, where what follows `byte` may not leave before `time`.
    fn held(self, byte: u64, time: SimTime, bandwidth: Rate) -> Self {
        if time > self.at(byte, bandwidth) { Self { byte, time } } else { self }
    }
}

impl Window {
    /// A window with nothing under way; its size must not be zero.
    pub fn new(wan: &Wan) -> Self {
        assert!(wan.window.get() > 0, "a window lets bytes through");
        Self {
            size: wan.window.get(),
            bandwidth: wan.bandwidth,
            round_trip: wan.propagation.plus(wan.propagation),
            left: 0,
            segments: VecDeque::new(),
            blocked_after: None,
        }
    }

    /// Segments kept.
    #[cfg(test)]
    pub fn segments(&self) -> usize {
        self.segments.len()
    }

    /// Lets `wire` bytes leave from `now` on; the result is when the last of them has left, or
    /// `None` where a block leaves no room for them.
    pub fn depart(&mut self, now: SimTime, wire: Bytes, jitter: Span) -> Option<SimTime> {
        self.forget();
        let end = self.left + wire.get();
        if end > self.room() {
            return None;
        }
        let mut pace = Pace { byte: self.left, time: now };
        while self.left < end {
            let next = end.min(self.left + self.size.div_ceil(SEGMENTS));
            pace = self.depart_segment(pace, next, jitter);
        }
        Some(pace.at(end, self.bandwidth))
    }

    /// Takes back what has not left by `now`; the result is how many bytes that are.
    pub fn rewind(&mut self, now: SimTime) -> Bytes {
        let planned = self.left;
        while let Some(segment) = self.segments.pop_back() {
            let part = segment.until(now);
            self.left = part.end;
            if part.end > part.start {
                self.segments.push_back(part);
                break;
            }
        }
        Bytes::new(planned - self.left)
    }

    /// Delays the acknowledgement of the last `wire` bytes that left.
    pub fn postpone(&mut self, wire: Bytes, delay: Span) {
        let from = self.left.saturating_sub(wire.get());
        for segment in self.segments.iter_mut().rev().take_while(|segment| segment.start >= from) {
            segment.first = segment.first.after(delay);
            segment.last = segment.last.after(delay);
        }
    }

    /// From now on bytes leave at this rate.
    pub const fn set_bandwidth(&mut self, bandwidth: Rate) {
        self.bandwidth = bandwidth;
    }

    /// Acknowledgements later than this do not come, until the block is over.
    pub const fn block(&mut self, after: SimTime) {
        self.blocked_after = Some(after);
    }

    /// The block is over. What was not acknowledged is at `resent`, where something was sent again.
    pub fn unblock(&mut self, resent: Option<SimTime>) {
        let Some((after, resent)) = self.blocked_after.take().zip(resent) else { return };
        for segment in self.segments.iter_mut().filter(|segment| segment.last > after) {
            segment.last = segment.last.max(resent);
            if segment.first > after {
                segment.first = segment.first.max(resent);
            }
        }
    }

    /// The byte before which everything may leave: without a block, there is no such bound.
    fn room(&self) -> u64 {
        let Some(after) = self.blocked_after else { return u64::MAX };
        let pending = self.segments.iter().find(|segment| segment.last > after);
        pending.map_or(self.left, |segment| segment.start).saturating_add(self.size)
    }

    /// Forgets what is more than a window behind.
    fn forget(&mut self) {
        let forgotten = self.left.saturating_sub(self.size);
        while self.segments.front().is_some_and(|oldest| oldest.end <= forgotten) {
            self.segments.pop_front();
        }
    }

    /// Lets the bytes up to `end` leave.
    fn depart_segment(&mut self, mut pace: Pace, end: u64, jitter: Span) -> Pace {
        let start = self.left;
        pace = self.open(pace, start);
        let first = pace.at(start, self.bandwidth);
        pace = self.hold(pace, end);
        let last = pace.at(end, self.bandwidth);

        let before = self.segments.back().map_or(SimTime::ZERO, |segment| segment.last);
        let acknowledged = |left: SimTime| left.after(jitter).after(self.round_trip).max(before);
        self.segments.push_back(Segment {
            start,
            end,
            begun: first,
            gone: last,
            first: acknowledged(first),
            last: acknowledged(last),
        });
        self.left = end;
        pace
    }

    /// Holds what follows byte `start` back until the byte a window before it is acknowledged.
    fn open(&self, pace: Pace, start: u64) -> Pace {
        let Some(byte) = start.checked_sub(self.size) else { return pace };
        let place = self.segments.partition_point(|segment| segment.end <= byte);
        let segment = self.segments.get(place).expect("a window's worth of bytes is kept");
        pace.held(start, segment.acknowledged(byte), self.bandwidth)
    }

    /// Holds the bytes from `left` to `end` back until those a window before them are acknowledged.
    /// Within a segment acknowledgements come evenly, so its two ends decide.
    fn hold(&self, mut pace: Pace, end: u64) -> Pace {
        let first = self.left.saturating_sub(self.size);
        let last = end.saturating_sub(self.size);
        let place = self.segments.partition_point(|segment| segment.end <= first);
        for segment in self.segments.range(place..).take_while(|segment| segment.start < last) {
            for byte in [segment.start.max(first), segment.end.min(last)] {
                let acknowledged = segment.acknowledged(byte);
                pace = pace.held(byte + self.size, acknowledged, self.bandwidth);
            }
        }
        pace
    }
}
