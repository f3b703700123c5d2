//! Runs of bytes by origin, with or without gaps.

use super::super::{FaultId, WriteId};
use serde::{Deserialize, Serialize};
use smallvec::{SmallVec, smallvec};
use std::fmt;

/// Where the bytes of a run came from (Spec 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Origin {
    /// Never written: as both images were when the run began.
    Original,
    /// Bytes of a write, the first of them `position` bytes after the write's start.
    Write {
        /// The write.
        id: WriteId,
        /// Where the run's first byte lies within the write.
        position: u64,
    },
    /// Not what anybody wrote: a fault destroyed it.
    Damaged(FaultId),
}

impl Origin {
    /// The origin of the byte `distance` bytes further on.
    const fn advanced(self, distance: u64) -> Self {
        match self {
            Self::Write { id, position } => Self::Write { id, position: position + distance },
            Self::Original | Self::Damaged(_) => self,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Original => formatter.write_str("the original"),
            Self::Write { id, position: 0 } => write!(formatter, "{id}"),
            Self::Write { id, position } => write!(formatter, "{id} from byte {position}"),
            Self::Damaged(fault) => write!(formatter, "damage of fault {}", fault.0),
        }
    }
}

/// Bytes `start..end` of a block, all from one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// First byte within the block.
    pub start: u32,
    /// One past the last byte; always above `start`.
    pub end: u32,
    /// Where the bytes came from.
    pub origin: Origin,
}

impl Run {
    /// Whether `next` goes on where this run ends, in place and in origin.
    fn continues_in(&self, next: &Self) -> bool {
        self.end == next.start
            && self.origin.advanced(u64::from(next.start - self.start)) == next.origin
    }

    /// The part of the run within `start..end`, if any.
    fn clipped(&self, start: u32, end: u32) -> Option<Self> {
        let (from, to) = (self.start.max(start), self.end.min(end));
        let advanced = || self.origin.advanced(u64::from(from - self.start));
        (from < to).then(|| Self { start: from, end: to, origin: advanced() })
    }
}

/// Runs of one block in order, disjoint, neighbours merged where one continues the other: equal
/// bytes have equal runs. Where no run lies the bytes are not known here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Runs(SmallVec<[Run; 1]>);

impl Runs {
    /// One run.
    #[must_use]
    pub fn of(start: u32, end: u32, origin: Origin) -> Self {
        assert!(start < end, "a run has at least one byte");
        Self(smallvec![Run { start, end, origin }])
    }

    /// The runs in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Run] {
        &self.0
    }

    /// Whether every byte of `start..end` is known.
    #[must_use]
    pub fn covers(&self, start: u32, end: u32) -> bool {
        let mut reached = start;
        for run in &self.0 {
            if run.start <= reached && run.end > reached {
                reached = run.end;
            }
        }
        reached >= end
    }

    /// Bytes known.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.0.iter().map(|run| u64::from(run.end - run.start)).sum()
    }

    /// Overwrites with `run`.
    pub fn put(&mut self, run: Run) {
        if let [only] = self.0.as_mut_slice()
            && run.start <= only.start
            && only.end <= run.end
        {
            *only = run;
            return;
        }
        let before = self.0.iter().filter_map(|old| old.clipped(0, run.start));
        let after = self.0.iter().filter_map(|old| old.clipped(run.end, u32::MAX));
        let mut merged = SmallVec::new();
        for next in before.chain(std::iter::once(run)).chain(after) {
            push_merged(&mut merged, next);
        }
        self.0 = merged;
    }

    /// Overwrites with every run of `newer`.
    pub fn overlay(&mut self, newer: &Self) {
        for run in &newer.0 {
            self.put(*run);
        }
    }

    /// Fills the gaps from `base`.
    pub fn fill_gaps(&mut self, base: &Self) {
        let mut filled = base.clone();
        filled.overlay(self);
        *self = filled;
    }

    /// What is known of bytes `start..end`.
    #[must_use]
    pub fn slice(&self, start: u32, end: u32) -> Self {
        Self(self.0.iter().filter_map(|run| run.clipped(start, end)).collect())
    }

    /// Whether a fault destroyed any byte.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.0.iter().any(|run| matches!(run.origin, Origin::Damaged(_)))
    }

    /// The first bytes in which `self` differs from `expected`.
    #[must_use]
    pub fn difference(&self, expected: &Self) -> Option<Difference> {
        let cuts = |runs: &Self| runs.0.iter().flat_map(|run| [run.start, run.end]).collect();
        let mut bounds: Vec<u32> = cuts(self);
        bounds.extend::<Vec<u32>>(cuts(expected));
        bounds.sort_unstable();
        bounds.dedup();
        let mut found: Option<Difference> = None;
        for window in bounds.windows(2) {
            let &[start, end] = window else { continue };
            let at = |runs: &Self| runs.slice(start, end).0.first().map(|run| run.origin);
            let (held, wanted) = (at(self), at(expected));
            match &mut found {
                None if held == wanted => {}
                None => found = Some(Difference { start, end, held, expected: wanted }),
                Some(difference) if difference.continues(start, held, wanted) => {
                    difference.end = end;
                }
                Some(_) => break,
            }
        }
        found
    }
}

fn push_merged(runs: &mut SmallVec<[Run; 1]>, next: Run) {
    match runs.last_mut() {
        Some(last) if last.continues_in(&next) => last.end = next.end,
        Some(_) | None => runs.push(next),
    }
}

/// The first range in which two blocks differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// First differing byte.
    pub start: u32,
    /// One past the last byte of the range.
    pub end: u32,
    /// What is there; `None`: nothing is known of these bytes.
    pub held: Option<Origin>,
    /// What should be there.
    pub expected: Option<Origin>,
}

impl Difference {
    fn continues(&self, start: u32, held: Option<Origin>, expected: Option<Origin>) -> bool {
        let distance = u64::from(start - self.start);
        self.end == start
            && self.held.map(|origin| origin.advanced(distance)) == held
            && self.expected.map(|origin| origin.advanced(distance)) == expected
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |origin: Option<Origin>| {
            origin.map_or_else(|| "nothing".to_owned(), |origin| origin.to_string())
        };
        let (held, expected) = (name(self.held), name(self.expected));
        write!(formatter, "bytes {}..{} hold {held}, expected {expected}", self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{ClientId, OpNumber};
    use super::*;

    fn write(op: u64, position: u64) -> Origin {
        Origin::Write { id: WriteId { client: ClientId(3), op: OpNumber(op) }, position }
    }

    fn run(start: u32, end: u32, origin: Origin) -> Run {
        Run { start, end, origin }
    }

    #[test]
    fn a_run_put_inside_another_splits_it() {
        let mut runs = Runs::of(0, 4096, write(1, 100));
        runs.put(run(512, 1024, write(2, 0)));
        let expected = [
            run(0, 512, write(1, 100)),
            run(512, 1024, write(2, 0)),
            run(1024, 4096, write(1, 1124)),
        ];
        assert_eq!(runs.as_slice(), expected);
        runs.put(run(512, 1024, write(1, 612)));
        assert_eq!(runs, Runs::of(0, 4096, write(1, 100)), "what belongs together is merged");
    }

    #[test]
    fn gaps_are_filled_from_below() {
        let mut runs = Runs::of(100, 200, write(1, 0));
        assert!(!runs.covers(0, 4096) && runs.covers(120, 200));
        runs.fill_gaps(&Runs::of(0, 4096, Origin::Original));
        assert!(runs.covers(0, 4096));
        assert_eq!(runs.as_slice().len(), 3);
    }

    #[test]
    fn a_difference_names_both_writes() {
        let mut held = Runs::of(0, 4096, Origin::Original);
        let mut wanted = held.clone();
        held.put(run(512, 2048, write(41, 0)));
        wanted.put(run(512, 1024, write(57, 0)));
        let difference = held.difference(&wanted).expect("they differ");
        assert_eq!(difference.to_string(), "bytes 512..1024 hold c3#41, expected c3#57");
        assert_eq!(held.difference(&held.clone()), None);
    }
}
