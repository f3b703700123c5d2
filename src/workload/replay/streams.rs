//! Replay behind barriers: each target of a trace is a stream with flushes of its own.

use super::op_of;
use crate::trace::{Record, RecordKind, Trace};
use crate::units::SimTime;
use crate::workload::Agenda;

/// One stream of records for each target, each with its own barriers.
#[derive(Debug)]
pub(super) struct Streams {
    /// Rows of the trace, grouped by target and in order within each: an index of four bytes a
    /// record, made once, so that a stream finds its next record however many targets there are.
    rows: Vec<u32>,
    streams: Vec<Stream>,
}

/// The records of one target.
#[derive(Debug)]
struct Stream {
    /// Place in `rows` of the next record to become ready, and one past the last of the target.
    next: usize,
    end: usize,
    /// Writes issued and not answered.
    writes: u64,
    /// When the last flush was answered; nothing that follows it is issued earlier.
    released: SimTime,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The next record is ready, or there is none.
    Open,
    /// The next record is a flush that waits for the answers to earlier writes.
    Draining,
    /// A flush was issued and is not answered.
    Flushing,
}

impl Streams {
    pub(super) fn new(trace: &Trace, agenda: &mut Agenda) -> Self {
        let rows =
            u32::try_from(trace.records.len()).expect("a trace has at most 2^32 - 1 records");
        let mut rows: Vec<u32> = (0..rows).collect();
        // A stable sort keeps the order of time within a target.
        rows.sort_by_key(|&row| trace.records[row as usize].target);
        let mut streams: Vec<Stream> = Vec::new();
        for (place, &row) in rows.iter().enumerate() {
            let target = trace.records[row as usize].target as usize;
            while streams.len() <= target {
                streams.push(Stream::new(place));
            }
            streams[target].end = place + 1;
        }
        let mut this = Self { rows, streams };
        for target in 0..this.streams.len() {
            this.advance(target, SimTime::ZERO, trace, agenda);
        }
        this
    }

    /// `record` was issued: the next of its target may follow, unless it was a flush.
    pub(super) fn issued(&mut self, record: Record, trace: &Trace, agenda: &mut Agenda) {
        let target = record.target as usize;
        let stream = &mut self.streams[target];
        match record.kind {
            RecordKind::Write | RecordKind::WriteThrough => {
                stream.writes += 1;
                let released = stream.released;
                self.advance(target, released, trace, agenda);
            }
            RecordKind::Flush => stream.state = State::Flushing,
        }
    }

    pub(super) fn answered(
        &mut self,
        now: SimTime,
        record: Record,
        trace: &Trace,
        agenda: &mut Agenda,
    ) {
        let target = record.target as usize;
        let stream = &mut self.streams[target];
        match record.kind {
            RecordKind::Write | RecordKind::WriteThrough => {
                stream.writes = stream.writes.checked_sub(1).expect("one answer for each write");
                if stream.state == State::Draining && stream.writes == 0 {
                    self.advance(target, now, trace, agenda);
                }
            }
            RecordKind::Flush => {
                assert_eq!(stream.state, State::Flushing, "one answer for each flush");
                stream.released = now;
                self.advance(target, now, trace, agenda);
            }
        }
    }

    /// Makes the next record of `target` ready at its recorded time, though not before `earliest`;
    /// a flush stays behind while writes are unanswered.
    fn advance(&mut self, target: usize, earliest: SimTime, trace: &Trace, agenda: &mut Agenda) {
        let stream = &mut self.streams[target];
        stream.state = State::Open;
        if stream.next == stream.end {
            return;
        }
        let row = self.rows[stream.next] as usize;
        let record = trace.records[row];
        if record.kind == RecordKind::Flush && stream.writes > 0 {
            stream.state = State::Draining;
            return;
        }
        stream.next += 1;
        agenda.add(record.time.max(earliest), op_of(row));
    }
}

impl Stream {
    /// A stream whose records begin at `place` in the list of rows.
    fn new(place: usize) -> Self {
        Self { next: place, end: place, writes: 0, released: SimTime::ZERO, state: State::Open }
    }
}
