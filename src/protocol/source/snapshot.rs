//! Snapshots (Spec 10, policy `snapshot-delta`): the destination is brought up to date now and then.
//!
//! CPs are the source's own. At every multiple of `snapshot.every` the newest committed one is pinned,
//! and what changed since the destination's image goes there as one pass, in full; so that image is
//! always one CP of the source. A tick that comes while a snapshot is on its way is kept, once. A
//! session that ends takes its snapshot with it; the next one begins with a snapshot, from what WELCOME
//! names, and is in sync when the destination has that. From then on ticks count. The last CP of a run
//! is sent whatever the clock says.

use super::super::block::BlockAddress;
use super::super::{CpId, Effect, Lsn, Mirroring, Purpose, Timer};
use super::Source;
use super::pass::Pass;
use super::session::Mirror;
use crate::units::SimTime;

/// The snapshots of a source.
#[derive(Debug)]
pub(super) struct Snapshots {
    /// The image that the destination has.
    destination: CpId,
    timer: TimerState,
    due: Due,
    /// The operator wants everything up to here to be there, as soon as it is committed.
    ordered: Option<Lsn>,
    /// The host lists what changed up to this CP, whose last entry this is; it is pinned.
    listing: Option<(CpId, Lsn)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TimerState {
    Unset,
    Set,
}

/// Whether a snapshot is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    No,
    Yes,
}

impl Snapshots {
    /// The destination has the original image.
    pub(super) const fn new() -> Self {
        Self {
            destination: CpId::ORIGINAL,
            timer: TimerState::Unset,
            due: Due::No,
            ordered: None,
            listing: None,
        }
    }
}

impl Source {
    fn takes_snapshots(&self) -> bool {
        self.parameters.policy.mirroring() == Mirroring::Snapshots
    }

    /// The tick: what is committed by now and not there goes, when no other snapshot is on its way.
    pub(super) fn snapshot_tick(&mut self) {
        self.snapshots.timer = TimerState::Unset;
        self.snapshots.due = Due::Yes;
    }

    /// The operator asks for a CP: it is to be on both sides.
    pub(super) fn order_snapshot(&mut self) {
        if self.takes_snapshots() {
            self.snapshots.ordered = Some(self.nvram.last());
        }
    }

    /// WELCOME names the image that both have.
    pub(super) fn snapshots_begin_after(&mut self, destination: CpId) {
        self.snapshots.destination = destination;
    }

    /// The session is over, and the snapshot with it.
    pub(super) fn give_up_snapshot(&mut self, effects: &mut Vec<Effect>) {
        self.snapshots.due = Due::No;
        if self.snapshots.listing.take().is_some() {
            effects.push(Effect::UnpinImage);
        }
    }

    /// Takes a snapshot if one is due. Not while a commit is under way: what the disks hold may be
    /// newer than is known here.
    pub(super) fn continue_snapshots(&mut self, effects: &mut Vec<Effect>) {
        if !self.takes_snapshots() || !matches!(self.mirror, Mirror::InSync) {
            return;
        }
        let committed = (self.committed.cp, self.committed.last_lsn);
        if self.snapshots.ordered.take_if(|through| *through <= committed.1).is_some() {
            self.snapshots.due = Due::Yes;
        }
        let busy = self.pass.is_some() || self.snapshots.listing.is_some() || self.is_committing();
        if self.snapshots.due == Due::No || busy {
            return;
        }
        self.snapshots.due = Due::No;
        if self.snapshots.destination < committed.0 {
            effects.push(Effect::PinImage);
            effects.push(Effect::ListChanged(self.snapshots.destination));
            self.snapshots.listing = Some(committed);
        }
    }

    /// The host has listed what changed: it goes.
    pub(super) fn snapshot_listed(
        &mut self,
        listed: &[(BlockAddress, CpId)],
        effects: &mut Vec<Effect>,
    ) {
        let Some(snapshot) = self.snapshots.listing.take() else { return };
        let blocks = listed.iter().map(|(address, _)| *address).collect();
        self.pass = Some(Pass::new(Purpose::Snapshot, snapshot, blocks));
        self.read_ahead(effects);
    }

    /// The first snapshot of a session goes at once.
    pub(super) fn catch_up_by_snapshot(&mut self, effects: &mut Vec<Effect>) {
        let Mirror::Resync(resync) = &mut self.mirror else { return };
        match resync.undecided() {
            Some((destination, 0)) if destination == self.committed.cp => resync.caught_up(),
            Some((destination, _)) if destination < self.committed.cp => {
                if !self.is_committing() {
                    self.begin_pass(Purpose::Snapshot, effects);
                }
            }
            Some(_) | None => {}
        }
    }

    /// The destination has committed a snapshot.
    pub(super) fn snapshot_taken(&mut self, cp: CpId) {
        self.snapshots.destination = cp;
        if let Mirror::Resync(resync) = &mut self.mirror {
            resync.caught_up();
        }
    }

    /// Sees to the next tick while the destination lacks anything, or will.
    pub(super) fn watch_snapshots(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        let behind = self.snapshots.destination < self.committed.cp
            || self.running.is_some()
            || !self.nvram.active_is_empty();
        let wanted = self.takes_snapshots() && behind && matches!(self.mirror, Mirror::InSync);
        match (wanted, self.snapshots.timer) {
            (true, TimerState::Unset) => {
                self.snapshots.timer = TimerState::Set;
                let tick = now.next_multiple_of(self.parameters.snapshot_every);
                effects.push(Effect::SetTimer(Timer::Snapshot, tick));
            }
            (false, TimerState::Set) => {
                self.snapshots.timer = TimerState::Unset;
                effects.push(Effect::CancelTimer(Timer::Snapshot));
            }
            (true, TimerState::Set) | (false, TimerState::Unset) => {}
        }
    }
}
