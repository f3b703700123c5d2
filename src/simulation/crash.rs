//! Crashes and restarts of nodes (Spec 1.2–1.5).
//!
//! A crash keeps what was durable. Of what was under way a drawn part is durable too: a prefix of the
//! NVRAM entries and of the small states, a commit or not, and of each write to log storage any
//! sectors in any tearing. Everything else of the old life is void.

use super::storage::{Device, Io, Kind};
use super::{Node, Reaction, Simulation};
use crate::facts::{Role, What};
use crate::protocol::{Input, LogFile, Part, Transfer};
use crate::random::{Choice, Decisions as _, Key, Purpose};

/// How a torn write is drawn, so that whole and empty ones are not rare.
const TEARINGS: u64 = 4;

impl Simulation<'_> {
    /// A node's life is over, if it had one.
    pub(super) fn crash(&mut self, role: Role) -> Reaction {
        if self.sites[role as usize].is_down() {
            return Reaction::None;
        }
        self.recorder.leading_fact(What::Crashed(role));
        self.end_life(role);
        Reaction::Some
    }

    /// Whatever a node had under way may be done or not.
    pub(super) fn end_life(&mut self, role: Role) {
        let site = &mut self.sites[role as usize];
        site.node = Node::Down;
        site.life += 1;
        site.busy_until = self.now;
        self.cancel_timers(role);
        self.lose_queue(role);
        self.crash_storage(role);
    }

    fn crash_storage(&mut self, role: Role) {
        let now = self.now;
        let entries = self.sites[role as usize].nvram.in_flight();
        let survivors = self.draw_up_to(role, entries);
        let states = self.sites[role as usize].states.in_flight();
        let saved = self.draw_up_to(role, states);
        let site = &mut self.sites[role as usize];
        site.nvram.crash(survivors);
        site.states.crash(saved);
        let (volume, log) = site.clear_devices(now);
        for asked in volume {
            if let Io::Commit(record) = &asked.0
                && self.draw_up_to(role, 1) == 1
            {
                let record = record.clone();
                self.commit_done(role, record);
            }
        }
        for asked in log {
            if let Io::LogWrite(_, file, offset, transfer, course) = &asked.0 {
                self.tear(role, (*file, *offset), transfer, course.number);
            }
        }
        let site = &mut self.sites[role as usize];
        site.image.drop_shadows();
        site.image.unpin();
        site.deferred.clear();
        match site.states.durable().part {
            Part::Source => {}
            // What NVRAM holds is of a reign that is over: nobody looks at it again (Spec 7.4, 7.7).
            Part::Destination | Part::Promoted => site.nvram.reset(),
        }
        let halves = site.nvram.recover().halves;
        let newest = halves.iter().flatten().map(|(_, entry)| entry.lsn).max();
        let image = site.image.hash();
        self.recorder.fact(What::Survived(role, newest));
        self.recorder.fact(What::ImageFound(role, image));
        // What survived the crash may still be lost to another fault (Spec 7.2).
        self.damage_nvram(role);
    }

    /// A write to log storage that was in service: of its sectors any may be durable.
    fn tear(
        &mut self,
        role: Role,
        (file, offset): (LogFile, u64),
        transfer: &Transfer,
        number: u64,
    ) {
        let sectors = self.sites[role as usize].log_storage.sectors(transfer);
        let torn = self.torn(Device(role, Kind::Log), number, sectors);
        let survived = torn.unwrap_or_else(|| self.draw_tearing(role, sectors));
        self.sites[role as usize].log_storage.write_torn(file, offset, transfer.clone(), &survived);
    }

    fn draw_tearing(&mut self, role: Role, sectors: usize) -> Vec<bool> {
        match self.draw(role, TEARINGS) {
            0 => vec![false; sectors],
            1 => vec![true; sectors],
            2 => {
                let whole = self.draw_up_to(role, sectors);
                (0..sectors).map(|sector| sector < whole).collect()
            }
            _ => (0..sectors).map(|_| self.draw(role, 2) == 1).collect(),
        }
    }

    fn draw_up_to(&mut self, role: Role, most: usize) -> usize {
        if most == 0 {
            return 0;
        }
        let most = u64::try_from(most).expect("memory is smaller than this");
        usize::try_from(self.draw(role, most + 1)).expect("it is at most what was given")
    }

    fn draw(&mut self, role: Role, values: u64) -> u64 {
        let draws = &mut self.crash_draws[role as usize];
        let key = Key { purpose: Purpose::Crash, entity: role as u64, index: *draws };
        *draws += 1;
        self.decisions.decide(key, Choice::Below(values))
    }

    /// A node's next life begins, if it was down.
    pub(super) fn restart(&mut self, role: Role) -> Reaction {
        if !self.sites[role as usize].is_down() {
            return Reaction::None;
        }
        self.recorder.leading_fact(What::Restarted(role));
        self.tell_part(role);
        self.begin_life(role);
        if role == self.serving && self.sites[role as usize].is_source() {
            self.clients_reconnect();
            self.ask_final_point();
        }
        Reaction::Some
    }

    /// A node begins its next life, in the part that is durable.
    pub(super) fn begin_life(&mut self, role: Role) {
        let mut wishes = std::mem::take(&mut self.wishes);
        let parameters = &self.scenario.parameters;
        self.sites[role as usize].restart(self.now, parameters, &mut wishes);
        for wish in wishes.drain(..) {
            self.carry_out(role, wish);
        }
        self.wishes = wishes;
    }

    pub(super) fn state_saved(&mut self, role: Role, ticket: crate::protocol::Ticket, cause: u64) {
        self.recorder.begin(self.now, Some(cause));
        self.sites[role as usize].states.saved(ticket);
        let state = self.sites[role as usize].states.durable().clone();
        self.recorder.leading_fact(What::StateSaved(role, state));
        self.tell(role, Input::StateSaved(ticket));
    }
}
