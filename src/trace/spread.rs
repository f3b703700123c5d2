//! Requests whose form tells whole seconds, spread evenly over their second in the order of the
//! file: thousands that share a second did not all come at its beginning.

use super::Record;
use crate::units::SimTime;
use std::collections::BTreeMap;

const SECOND: u64 = 1_000_000_000;

/// How many requests each second has; a number for each second of a recording.
#[derive(Debug, Default)]
pub(super) struct Spread {
    counts: BTreeMap<u64, u64>,
    /// The second whose requests are given their places, and how many have theirs.
    now: (u64, u64),
}

impl Spread {
    /// Counts a request of this time.
    pub(super) fn count(&mut self, time: u64) {
        *self.counts.entry(time / SECOND).or_default() += 1;
    }

    /// Gives the next record, in the order of time, its place in its second.
    pub(super) fn placed(&mut self, record: Record) -> Record {
        let second = record.time.as_nanos() / SECOND;
        if self.now.0 != second {
            self.now = (second, 0);
        }
        let count = self.counts.get(&second).copied().unwrap_or(1).max(1);
        let within = u128::from(self.now.1) * u128::from(SECOND) / u128::from(count);
        self.now.1 += 1;
        let within = u64::try_from(within).unwrap_or(SECOND).min(SECOND - 1);
        let begin = second * SECOND;
        Record { time: SimTime::from_nanos(begin.saturating_add(within)), ..record }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::RecordKind;

    #[test]
    fn a_second_is_shared_evenly() {
        let seconds = [3, 3, 3, 3, 5, u64::MAX / SECOND, u64::MAX / SECOND];
        let mut spread = Spread::default();
        seconds.iter().for_each(|second| spread.count(second * SECOND));
        let placed = seconds.map(|second| {
            let time = SimTime::from_nanos(second * SECOND);
            let record = Record { time, target: 0, offset: 0, length: 1, kind: RecordKind::Write };
            spread.placed(record).time.as_nanos()
        });
        let ms = |ms: u64| ms * 1_000_000;
        assert_eq!(placed[..5], [3000, 3250, 3500, 3750, 5000].map(ms));
        assert!(placed[5] < placed[6], "{placed:?}");
    }
}
