//! Figures over simulated time, as rows of CSV.
//!
//! A row is an interval of simulated time: counters of what happened in it, levels as they stood at
//! its end. An interval holds its end and not its beginning, so that levels are those of `time_ns`;
//! the last one ends with the run. Of a stretch of intervals in which nothing happened only the
//! first and the last have rows: a line drawn through the rows is right, and there are never more
//! than three times as many rows as facts, however long the run and short the interval.

use super::Latency;
use super::risk::Risk;
use crate::facts::{Direction, Fact, Sink, Usage, What};
use crate::protocol::{Operation, Outcome, WriteId};
use crate::scenario::Scenario;
use crate::units::{SimTime, Span};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The columns. Times are nanoseconds. Counters, of the interval: writes acknowledged; bytes that
/// left on the wire in each direction, packet overhead included; median and maximum latency of the
/// writes acknowledged, empty where there were none. Levels, at its end: bytes in both NVRAM halves,
/// buffers dirty or frozen, live transfer IDs, bytes in the link's queue towards the destination,
/// bytes in the destination's NVLog files, and how old the oldest acknowledged write is that would be
/// lost if the source's site burned then.
pub const SERIES_COLUMNS: &str = "time_ns,writes_acknowledged,bytes_to_destination,bytes_to_source,\
    nvram_bytes,buffers,transfer_ids,link_queue_bytes,write_p50_ns,write_max_ns,nvlog_bytes,rpo_ns";

/// One row: the figures of an interval in the order of [`SERIES_COLUMNS`].
pub(super) type Row = [Option<u64>; 12];

/// Makes a row for each interval as the facts come.
#[derive(Debug)]
pub(super) struct Intervals {
    every: Span,
    /// The end of the interval that the last fact fell into, and that fact's time; `None`: no fact.
    reached: Option<(SimTime, SimTime)>,
    interval: Interval,
    usage: Usage,
    risk: Risk,
    /// When each write without an answer was asked for.
    open: BTreeMap<WriteId, SimTime>,
}

/// What happened in one interval.
#[derive(Debug)]
struct Interval {
    acknowledged: u64,
    /// Bytes on the wire, by direction.
    departed: [u64; 2],
    latency: Latency,
}

impl Interval {
    fn new() -> Self {
        Self { acknowledged: 0, departed: [0; 2], latency: Latency::new() }
    }

    fn clear(&mut self) {
        self.acknowledged = 0;
        self.departed = [0; 2];
        self.latency.clear();
    }
}

impl Intervals {
    /// Intervals of a run of this scenario are `every` long, above zero.
    pub fn new(scenario: &Scenario, every: Span) -> Self {
        assert!(every > Span::ZERO, "an interval takes time");
        Self {
            every,
            reached: None,
            interval: Interval::new(),
            usage: Usage::new(scenario.parameters.encoding.clone()),
            risk: Risk::default(),
            open: BTreeMap::new(),
        }
    }

    /// Reads a fact; the rows of the intervals that ended before it go to `row`.
    pub fn take(&mut self, fact: &Fact, mut row: impl FnMut(Row)) {
        self.reach(fact.at, &mut row);
        self.usage.take(fact);
        self.risk.take(fact);
        if let What::Requested(request) = &fact.what {
            if let Operation::Write(_) = request.operation {
                self.open.insert(request.id, fact.at);
            }
        } else if let What::Answered(_, id, outcome) = &fact.what {
            self.answered(fact.at, *id, outcome);
        } else if let What::Departed(direction, _, bytes) | What::LinkResent(direction, bytes) =
            &fact.what
        {
            match direction {
                Direction::ToDestination => self.interval.departed[0] += bytes,
                Direction::ToSource => self.interval.departed[1] += bytes,
            }
        }
    }

    /// The last row, of the interval that the run ended in; `None`: nothing happened at all.
    pub fn finish(mut self) -> Option<Row> {
        let (_, last) = self.reached?;
        Some(self.row(last))
    }

    /// Closes the intervals that ended before `now`.
    fn reach(&mut self, now: SimTime, row: &mut impl FnMut(Row)) {
        let end = self.end_of(now);
        if let Some((before, _)) = self.reached
            && before < end
        {
            row(self.row(before));
            let (first, last) = (before.after(self.every), self.beginning_of(end));
            if first < end {
                row(self.row(first));
            }
            if first < last {
                row(self.row(last));
            }
        }
        self.reached = Some((end, now));
    }

    /// The end of the interval that `time` lies in.
    fn end_of(&self, time: SimTime) -> SimTime {
        let before = time.as_nanos().saturating_sub(1);
        SimTime::from_nanos(before).next_multiple_of(self.every)
    }

    /// The end of the interval before the one that ends at `end`.
    fn beginning_of(&self, end: SimTime) -> SimTime {
        SimTime::from_nanos(end.as_nanos().saturating_sub(self.every.as_nanos()))
    }

    /// The row of the interval that ends now; the next one begins.
    fn row(&mut self, time: SimTime) -> Row {
        let Interval { acknowledged, departed: [there, back], latency } = &self.interval;
        let now = &self.usage.now;
        let some = latency.count() > 0;
        let row = [
            Some(time.as_nanos()),
            Some(*acknowledged),
            Some(*there),
            Some(*back),
            Some(now.nvram_bytes),
            Some(now.buffers),
            Some(now.transfer_ids),
            Some(now.link_queue_bytes),
            some.then(|| latency.quantile(0.5)),
            some.then_some(latency.max_ns),
            Some(now.nvlog_bytes),
            Some(self.risk.age(time).as_nanos()),
        ];
        self.interval.clear();
        row
    }

    fn answered(&mut self, at: SimTime, id: WriteId, outcome: &Outcome) {
        let Some(asked) = self.open.remove(&id) else { return };
        match outcome {
            Outcome::Written => {
                self.interval.acknowledged += 1;
                self.interval.latency.record(at.since(asked));
            }
            Outcome::Read(_) | Outcome::Flushed | Outcome::Refused(_) => {}
        }
    }
}

/// Writes a row for each interval as the facts come. The first error is kept and told by
/// [`Series::finish`].
#[derive(Debug)]
pub struct Series<W: Write> {
    intervals: Intervals,
    out: W,
    error: Option<io::Error>,
}

impl<W: Write> Series<W> {
    /// Writes the heads of the columns; intervals are `every` long.
    ///
    /// # Errors
    /// What `out` says.
    ///
    /// # Panics
    /// If `every` is zero.
    pub fn new(scenario: &Scenario, every: Span, mut out: W) -> io::Result<Self> {
        let intervals = Intervals::new(scenario, every);
        writeln!(out, "{SERIES_COLUMNS}")?;
        Ok(Self { intervals, out, error: None })
    }

    /// Writes the last row, flushes, and tells whether everything was written.
    ///
    /// # Errors
    /// The first error of `out`.
    pub fn finish(mut self) -> io::Result<()> {
        if let Some(row) = self.intervals.finish() {
            write_row(&mut self.out, &mut self.error, row);
        }
        self.error.map_or_else(|| self.out.flush(), Err)
    }
}

fn write_row(out: &mut impl Write, error: &mut Option<io::Error>, row: Row) {
    let cell = |cell: Option<u64>| cell.map(|number| number.to_string()).unwrap_or_default();
    if error.is_none() {
        *error = writeln!(out, "{}", row.map(cell).join(",")).err();
    }
}

impl<W: Write> Sink for Series<W> {
    fn take(&mut self, fact: &Fact) {
        let Self { intervals, out, error } = self;
        intervals.take(fact, |row| write_row(out, error, row));
    }
}

#[cfg(test)]
mod tests;
