//! Crashes and restarts: what survives is what `mirrorsim::disk` keeps (Spec 1.2–1.4).

use super::Pair;
use crate::flight::{Flight, Side};
use crate::storage::Survivors;
use mirrorsim::protocol::block::{BlockAddress, Contents};
use mirrorsim::protocol::destination::Destination;
use mirrorsim::protocol::source::{Recovered, RecoveredNvram, Source};
use mirrorsim::protocol::{CpNumber, FaultId, Input};

/// A child of a metadata block: its place and the newest CP below it.
type Child = (u32, CpNumber);

impl Pair {
    /// A side's life is over. What had left it stays on its way.
    pub fn crash(&mut self, side: Side, survivors: &Survivors) -> Result<(), String> {
        if survivors.nvram > self.nvram_store.in_flight()
            || survivors.states > self.states[side as usize].in_flight()
        {
            return Err("no more survives than was on its way".to_owned());
        }
        self.flight(side.peer()).take_back();
        self.timers.retain(|_, (owner, _)| *owner != side);
        self.states[side as usize].crash(survivors.states);
        self.saving[side as usize].clear();
        self.volumes(side).crash(survivors);
        match side {
            Side::Source => {
                self.source = None;
                self.nvram.clear();
                self.nvram_store.crash(survivors.nvram);
                let halves = self.nvram_store.recover().halves;
                let newest = halves.iter().flatten().map(|(_, entry)| entry.lsn).max();
                self.durable = self.durable.max(newest);
                let survived = halves.iter().flatten().map(|(_, entry)| entry.lsn).collect();
                let committed = self.volumes(side).record.last_lsn;
                self.expected.crashed(committed, &survived);
            }
            Side::Destination => {
                self.destination = None;
                self.log.crash(survivors);
            }
        }
        Ok(())
    }

    /// NVRAM loses all it holds.
    pub fn lose_nvram(&mut self) {
        self.nvram_store.lose(FaultId(0));
    }

    /// A side's next life begins.
    pub fn restart(&mut self, side: Side) {
        let mut effects = Vec::new();
        let record = self.volumes(side).record.clone();
        let state = self.states[side as usize].durable().clone();
        let (parameters, now) = (self.parameters, self.now);
        match side {
            Side::Source => {
                let (nvram, metadata) = (self.found_in_nvram(), self.metadata());
                let found = Recovered { record, state, nvram, metadata };
                self.source = Some(Source::restart(parameters, now, found, &mut effects));
            }
            Side::Destination => {
                let node = Destination::restart(parameters, now, record, state, &mut effects);
                self.destination = Some(node);
            }
        }
        self.carry_out(side, effects);
    }

    fn found_in_nvram(&self) -> RecoveredNvram {
        let found = self.nvram_store.recover();
        let half = |half: Vec<(_, _)>| half.into_iter().map(|(_, entry)| entry).collect();
        match found.damage {
            Some(_) => RecoveredNvram::Damaged,
            None => RecoveredNvram::Halves(found.halves.map(half)),
        }
    }

    fn metadata(&mut self) -> Vec<(BlockAddress, Vec<Child>)> {
        let blocks = self.volumes(Side::Source).image.blocks();
        let metadata = blocks.filter_map(|(address, contents)| match contents {
            Contents::Metadata(children) => Some((address, children.clone())),
            Contents::Data(_) => None,
        });
        metadata.collect()
    }

    /// The connection breaks: what is under way is lost, and both sides are told.
    pub fn reset(&mut self) {
        self.flights.iter_mut().for_each(Flight::clear);
        self.say("- the connection is reset");
        for side in [Side::Source, Side::Destination] {
            self.tell(side, Input::Disconnected);
        }
    }
}
