//! Crashes and restarts: what survives is what `mirrorsim::disk` keeps (Spec 1.2–1.4).

use super::{Node, Pair};
use crate::expected::Loss;
use crate::flight::{Flight, Side};
use crate::storage::Survivors;
use mirrorsim::protocol::block::{BlockAddress, Contents};
use mirrorsim::protocol::destination::Destination;
use mirrorsim::protocol::source::{Recovered, RecoveredNvram, Source};
use mirrorsim::protocol::{CpNumber, FaultId, Input, Part};

/// A child of a metadata block: its place and the newest CP below it.
type Child = (u32, CpNumber);

impl Pair {
    /// A side's life is over. What had left it stays on its way.
    pub fn crash(&mut self, side: Side, survivors: &Survivors) -> Result<(), String> {
        if survivors.nvram > self.nvram_stores[side as usize].in_flight()
            || survivors.states > self.states[side as usize].in_flight()
        {
            return Err("no more survives than was on its way".to_owned());
        }
        self.end_life(side, survivors);
        Ok(())
    }

    fn end_life(&mut self, side: Side, survivors: &Survivors) {
        self.flight(side.peer()).take_back();
        self.timers.retain(|(owner, _), _| *owner != side);
        self.states[side as usize].crash(survivors.states);
        self.saving[side as usize].clear();
        self.volumes(side).crash(survivors);
        self.log(side).crash(survivors);
        self.nodes[side as usize] = Node::Down;
        self.nvram[side as usize].clear();
        self.nvram_stores[side as usize].crash(survivors.nvram);
        match self.states[side as usize].durable().part {
            Part::Source => {}
            Part::Destination | Part::Promoted => self.nvram_stores[side as usize].reset(),
        }
        let halves = self.nvram_stores[side as usize].recover().halves;
        let newest = halves.iter().flatten().map(|(_, entry)| entry.lsn).max();
        self.durable[side as usize] = self.durable[side as usize].max(newest);
        let steps_down = self.states[side as usize].durable().part == Part::Destination;
        if side == self.serving && !steps_down {
            let survived = halves.iter().flatten().map(|(_, entry)| entry.lsn).collect();
            let committed = self.volumes(side).record.last_lsn;
            self.expected.crashed(committed, &survived);
        }
    }

    /// The part that is durable is another one: a node that plays it takes the place of this one.
    pub(super) fn change_part(&mut self, side: Side) {
        self.end_life(side, &Survivors::NOTHING);
        self.restart(side);
    }

    /// Clients are served by this side from now on.
    pub(super) fn serve(&mut self, side: Side) {
        self.serving = side;
        let record = self.volumes(side).record.clone();
        for (id, loss) in self.expected.serves(&record) {
            match loss {
                Loss::Exposed => self.say(format!("- {id} is lost")),
                Loss::Broken => self.broken.push(format!("wrong: {id}, answered in sync, is lost")),
            }
        }
    }

    /// The NVRAM of the side that serves loses all it holds.
    pub fn lose_nvram(&mut self) {
        self.nvram_stores[self.serving as usize].lose(FaultId(0));
    }

    /// A side's next life begins, in the part that is durable.
    pub fn restart(&mut self, side: Side) {
        let mut effects = Vec::new();
        let record = self.volumes(side).record.clone();
        let state = self.states[side as usize].durable().clone();
        let (parameters, now) = (self.parameters.clone(), self.now);
        self.nodes[side as usize] = match state.part {
            Part::Source => {
                let (nvram, metadata) = (self.found_in_nvram(side), self.metadata(side));
                let found = Recovered { record, state, nvram, metadata };
                let source = Source::restart(&parameters, now, found, &mut effects);
                Node::Source(Box::new(source))
            }
            Part::Destination => {
                let node = Destination::restart(&parameters, now, record, state, &mut effects);
                Node::Destination(Box::new(node))
            }
            Part::Promoted => {
                let metadata = self.metadata(side);
                let source =
                    Source::promoted(&parameters, now, record, state, metadata, &mut effects);
                Node::Source(Box::new(source))
            }
        };
        self.carry_out(side, effects);
    }

    fn found_in_nvram(&self, side: Side) -> RecoveredNvram {
        let found = self.nvram_stores[side as usize].recover();
        let half = |half: Vec<(_, _)>| half.into_iter().map(|(_, entry)| entry).collect();
        match found.damage {
            Some(_) => RecoveredNvram::Damaged,
            None => RecoveredNvram::Halves(found.halves.map(half)),
        }
    }

    fn metadata(&mut self, side: Side) -> Vec<(BlockAddress, Vec<Child>)> {
        let blocks = self.volumes(side).image.blocks();
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
