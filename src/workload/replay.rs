//! Replay of a recorded trace: at the recorded times, behind barriers, or one by one.

mod streams;

use super::{Agenda, Traces, problem, trace_of};
use crate::protocol::block::{VolumeId, WriteRange};
use crate::protocol::{ClientId, OpNumber, Operation};
use crate::scenario::{Problem, Replay, TraceReplay};
use crate::trace::{Record, RecordKind, Trace};
use crate::units::SimTime;
use std::sync::Arc;
use streams::Streams;

/// A trace on its way. Operation n is record n − 1 of the sorted trace.
#[derive(Debug)]
pub(super) struct Replayer {
    trace: Arc<Trace>,
    shift: u64,
    volume: u32,
    order: Order,
    agenda: Agenda,
}

/// Which records may go when.
#[derive(Debug)]
enum Order {
    Recorded,
    Serial,
    Barriers(Streams),
}

impl Replayer {
    pub(super) fn new(
        client: ClientId,
        replay: &TraceReplay,
        traces: &Traces,
    ) -> Result<Self, Problem> {
        let trace = Arc::clone(trace_of(client, replay, traces)?);
        let shift = replay.offset_shift.get();
        let highest = trace.writes().map(|record| record.offset + record.length).max();
        if highest.unwrap_or(0).checked_add(shift).is_none() {
            let rule = "it moves writes of the trace beyond 2^64 - 1";
            return Err(problem(client, "offset_shift", &replay.offset_shift, rule));
        }
        let further = u32::try_from(trace.targets.len().saturating_sub(1)).ok();
        if further.and_then(|further| replay.volume.checked_add(further)).is_none() {
            let rule = "the trace's targets need volume numbers beyond 2^32 - 1";
            return Err(problem(client, "volume", &replay.volume, rule));
        }
        let mut agenda = Agenda::new(trace.records.len() as u64);
        let order = match replay.replay {
            Replay::Recorded => Order::Recorded,
            Replay::Serial => Order::Serial,
            Replay::Barriers => Order::Barriers(Streams::new(&trace, &mut agenda)),
        };
        let mut replayer = Self { trace, shift, volume: replay.volume, order, agenda };
        replayer.begin();
        Ok(replayer)
    }

    /// Makes the first record ready; streams have made theirs ready themselves.
    fn begin(&mut self) {
        match self.order {
            Order::Recorded => self.ready_when_recorded(0),
            Order::Serial => self.ready_from(SimTime::ZERO, 0),
            Order::Barriers(_) => {}
        }
    }

    pub(super) fn agenda(&self) -> &Agenda {
        &self.agenda
    }

    pub(super) fn issue(&mut self, now: SimTime) -> (OpNumber, Operation) {
        let (_, op) = self.agenda.take(now);
        let row = row_of(op);
        let record = self.trace.records[row];
        match &mut self.order {
            Order::Recorded => self.ready_when_recorded(row + 1),
            Order::Serial => {}
            Order::Barriers(streams) => streams.issued(record, &self.trace, &mut self.agenda),
        }
        (op, self.operation(record))
    }

    pub(super) fn answered(&mut self, now: SimTime, op: OpNumber) {
        let row = row_of(op);
        match &mut self.order {
            Order::Recorded => {}
            Order::Serial => self.ready_from(now, row + 1),
            Order::Barriers(streams) => {
                let record = self.trace.records[row];
                streams.answered(now, record, &self.trace, &mut self.agenda);
            }
        }
    }

    fn ready_when_recorded(&mut self, row: usize) {
        if let Some(record) = self.trace.records.get(row) {
            self.agenda.add(record.time, op_of(row));
        }
    }

    fn ready_from(&mut self, time: SimTime, row: usize) {
        if row < self.trace.records.len() {
            self.agenda.add(time, op_of(row));
        }
    }

    fn operation(&self, record: Record) -> Operation {
        let volume = VolumeId(self.volume + record.target);
        match record.kind {
            RecordKind::Write | RecordKind::WriteThrough => Operation::Write(WriteRange {
                volume,
                offset: record.offset + self.shift,
                length: record.length,
            }),
            RecordKind::Flush => Operation::Flush(volume),
        }
    }
}

fn op_of(row: usize) -> OpNumber {
    OpNumber(row as u64 + 1)
}

fn row_of(op: OpNumber) -> usize {
    usize::try_from(op.0 - 1).expect("operations of a trace are numbered by its rows")
}
