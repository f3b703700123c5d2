//! What is in use, over time.

use super::Window;
use super::budget::{Budget, Left};
use crate::facts::Counts;
use crate::units::SimTime;

/// What was in use from a moment on, until the next level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Since when.
    pub at: SimTime,
    /// Bytes in both NVRAM halves.
    pub nvram_bytes: u64,
    /// Blocks dirty or frozen.
    pub buffers: u64,
    /// Live transfer IDs.
    pub transfer_ids: u64,
    /// Bytes in the link's queue towards the destination.
    pub link_queue_bytes: u64,
    /// Bytes in all `NVLog` files.
    pub nvlog_bytes: u64,
}

impl Level {
    /// Of what is in use now.
    #[must_use]
    pub const fn of(at: SimTime, now: &Counts) -> Self {
        let Counts { nvram_bytes, buffers, transfer_ids, link_queue_bytes, nvlog_bytes, .. } = *now;
        Self { at, nvram_bytes, buffers, transfer_ids, link_queue_bytes, nvlog_bytes }
    }
}

/// The levels kept: one at the window's beginning, and one for each moment in it that changed any.
#[derive(Debug)]
pub(super) struct Levels {
    window: Window,
    last: Level,
    pub kept: Vec<Level>,
    pub left: Left,
}

impl Levels {
    pub fn new(window: Window) -> Self {
        let last = Level::of(SimTime::ZERO, &Counts::default());
        Self { window, last, kept: Vec::new(), left: Left::default() }
    }

    /// What is in use after a fact.
    pub fn take(&mut self, at: SimTime, now: &Counts, budget: &mut Budget) {
        if self.kept.is_empty() && self.window.contains(at) && self.window.from < at {
            let first = Level { at: self.window.from, ..self.last };
            self.keep(first, budget);
        }
        let level = Level::of(at, now);
        if level == (Level { at, ..self.last }) {
            return;
        }
        self.last = level;
        match self.kept.last_mut() {
            Some(last) if last.at == at => *last = level,
            Some(_) | None => self.keep(level, budget),
        }
    }

    fn keep(&mut self, level: Level, budget: &mut Budget) {
        if budget.admits(level.at, level.at, &mut self.left) {
            self.kept.push(level);
        }
    }
}
