//! How much is kept, and what is not.

use super::Window;
use crate::units::SimTime;

/// Of one kind of thing, how many are not in the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Left {
    /// They do not touch the window.
    pub outside: u64,
    /// They touch it, and as many as were to be kept were kept already.
    pub beyond: u64,
}

impl Left {
    /// All that were left out.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.outside + self.beyond
    }
}

/// What is not in the lists of a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LeftOut {
    /// Requests of clients.
    pub requests: Left,
    /// Messages.
    pub messages: Left,
    /// Works of devices.
    pub works: Left,
    /// Consistency points, of each side.
    pub points: Left,
    /// Spells; none is outside.
    pub spells: Left,
    /// Pleas.
    pub pleas: Left,
    /// Marks.
    pub marks: Left,
    /// Changes of levels.
    pub levels: Left,
    /// When the earliest request, message or work began that was left out because the bound was
    /// reached: up to then the window is shown completely.
    pub full_at: Option<SimTime>,
}

/// Decides what is kept: what touches the window, up to a bound.
#[derive(Debug)]
pub(super) struct Budget {
    window: Window,
    left: usize,
    /// When the earliest began that was turned away for want of room.
    pub full_at: Option<SimTime>,
}

impl Budget {
    pub const fn new(window: Window, most: usize) -> Self {
        Self { window, left: most, full_at: None }
    }

    /// Whether what lasted from `began` to `ended` is kept; if not, it is counted.
    pub fn admits(&mut self, began: SimTime, ended: SimTime, left: &mut Left) -> bool {
        self.admits_many(began, ended, 1, left)
    }

    /// The same for a span of several works, which takes the room of one.
    pub fn admits_many(
        &mut self,
        began: SimTime,
        ended: SimTime,
        count: u64,
        left: &mut Left,
    ) -> bool {
        if !self.window.touches(began, ended) {
            left.outside += count;
            return false;
        }
        let Some(fewer) = self.left.checked_sub(1) else {
            left.beyond += count;
            self.full_at = Some(self.full_at.map_or(began, |earlier| earlier.min(began)));
            return false;
        };
        self.left = fewer;
        true
    }

    /// Whether what begins now can be kept at all, so that it is worth describing.
    pub fn may_admit(&self, began: SimTime) -> bool {
        self.left > 0 && self.window.from <= self.window.to && began <= self.window.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_kept_is_counted() {
        let at = SimTime::from_nanos;
        let mut budget = Budget::new(Window { from: at(10), to: at(20) }, 2);
        let mut left = Left::default();
        let spans = [(0, 9), (5, 10), (21, 22), (20, 40), (11, 12), (13, 14)];
        let kept = spans.map(|(began, ended)| budget.admits(at(began), at(ended), &mut left));
        assert_eq!(kept, [false, true, false, true, false, false]);
        assert_eq!(left, Left { outside: 2, beyond: 2 });
        assert_eq!((left.total(), budget.full_at), (4, Some(at(11))));
    }
}
