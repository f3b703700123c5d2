//! A node's clock, which may err (Spec 8.3): a node is told the time that its own clock shows, and its
//! timers go off when that clock says so.

use crate::scenario::fault::Clock;
use crate::units::{Ratio, SimTime, Span};

/// What a node takes for the time.
#[derive(Debug, Clone, Copy)]
pub struct NodeClock {
    /// How it errs at present: of so much time a slow clock needs that share more, a fast one that
    /// share less.
    drift: Option<(Clock, Ratio)>,
    /// Since when it errs like this, and what it showed then.
    since: SimTime,
    showed: SimTime,
}

impl NodeClock {
    /// A clock that is right.
    pub const RIGHT: Self = Self { drift: None, since: SimTime::ZERO, showed: SimTime::ZERO };

    /// Whether it errs at present.
    #[must_use]
    pub const fn errs(&self) -> bool {
        self.drift.is_some()
    }

    /// What it shows `now`.
    #[must_use]
    pub fn shows(&self, now: SimTime) -> SimTime {
        let passed = now.since(self.since);
        let counted = match self.drift {
            None => passed,
            Some((Clock::Slow, share)) => stretched(passed, share, |all, part| all + part),
            Some((Clock::Fast, share)) => stretched(passed, share, |all, part| all - part),
        };
        self.showed.after(counted)
    }

    /// When it will show `at`, as seen from `now`.
    #[must_use]
    pub fn when(&self, now: SimTime, at: SimTime) -> SimTime {
        let wait = at.since(self.shows(now));
        match self.drift {
            None => now.after(wait),
            Some((Clock::Slow, share)) => now.after(wait.plus(share.of(wait))),
            Some((Clock::Fast, share)) => {
                now.after(Span::from_nanos(wait.as_nanos() - share.of(wait).as_nanos()))
            }
        }
    }

    /// From `now` on it errs like this. What it shows makes no jump.
    pub fn set_drift(&mut self, now: SimTime, drift: Option<(Clock, Ratio)>) {
        *self = Self { drift, since: now, showed: self.shows(now) };
    }
}

/// Time as counted by a clock that takes `all ± part` of its share for `all`; a share below 1.
fn stretched(passed: Span, share: Ratio, length: impl Fn(u128, u128) -> u128) -> Span {
    let (part, all) = share.parts();
    let counted =
        u128::from(passed.as_nanos()) * u128::from(all) / length(u128::from(all), u128::from(part));
    Span::from_nanos(u64::try_from(counted).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each way, there and back, and no jump when the drift changes.
    #[test]
    fn a_clock_that_errs_goes_on_from_where_it_was() {
        let at = SimTime::from_nanos;
        let tenth = Ratio::new(1, 10).expect("a share");
        let mut clock = NodeClock::RIGHT;
        assert_eq!((clock.shows(at(70)), clock.when(at(70), at(90))), (at(70), at(90)));
        clock.set_drift(at(1000), Some((Clock::Slow, tenth)));
        assert_eq!(clock.shows(at(2100)), at(2000));
        assert_eq!(clock.when(at(1000), at(2000)), at(2100));
        clock.set_drift(at(2100), Some((Clock::Fast, tenth)));
        assert_eq!(clock.shows(at(2100)), at(2000));
        assert_eq!(clock.shows(at(3000)), at(3000));
        assert_eq!(clock.when(at(2100), at(3000)), at(3000));
        clock.set_drift(at(3900), None);
        assert_eq!(clock.shows(at(3910)), at(4010), "it stays wrong by what it erred");
        assert_eq!(clock.when(at(3910), at(4020)), at(3920));
        assert_eq!(clock.when(at(3910), at(1)), at(3910), "what is past is now");
    }
}
