//! Sending again over `datagram` (Spec 8.1): where nothing is heard for `retransmit` after the last
//! message left, whatever the destination has not acknowledged goes once more, and again after twice
//! that time. The destination takes each thing once, so sending too much costs bytes only.

use super::super::{Effect, Lsn, Message, Sabotage, Timer, Transfer};
use super::Source;
use super::session::Told;
use crate::units::{SimTime, Span};
use std::collections::VecDeque;

/// Transfers sent and not acknowledged; empty over `tcp`.
#[derive(Debug, Default)]
pub(super) struct Unacknowledged {
    /// In the order they were sent.
    transfers: VecDeque<Transfer>,
    /// Those that go again.
    again: VecDeque<Transfer>,
    /// How often the present silence was answered by sending again.
    rounds: u32,
    /// Whether the timer is set.
    timer: TimerState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum TimerState {
    #[default]
    Unset,
    Set,
}

impl Unacknowledged {
    pub(super) fn keep(&mut self, transfer: &Transfer) {
        self.transfers.push_back(transfer.clone());
    }

    /// Every entry up to here is acknowledged.
    pub(super) fn acknowledged(&mut self, through: Lsn) {
        let open =
            |transfer: &Transfer| transfer.entries.last().is_some_and(|entry| entry.lsn > through);
        self.transfers.retain(open);
        self.again.retain(open);
    }

    pub(super) fn next_again(&mut self) -> Option<Transfer> {
        self.again.pop_front()
    }

    pub(super) fn end_session(&mut self) {
        *self = Self { timer: self.timer, ..Self::default() };
    }
}

/// A silence is waited out twice as long each time, up to this many doublings.
const MOST_DOUBLINGS: u32 = 6;

impl Source {
    /// Sets the timer once all has left and an answer is awaited; takes it back where none is.
    pub(super) fn watch_silence(&mut self, now: SimTime, effects: &mut Vec<Effect>) {
        let Some(period) = self.parameters.retransmit else { return };
        let calls = self.is_greeting() && !self.parameters.sabotages(Sabotage::SessionTriedOnce);
        let silent = self.outlet.is_empty() && (self.expects_answer() || calls);
        match (silent, self.unacknowledged.timer) {
            (true, TimerState::Unset) => {
                let doublings = self.unacknowledged.rounds.min(MOST_DOUBLINGS);
                let wait = Span::from_nanos(period.as_nanos().saturating_mul(1 << doublings));
                self.unacknowledged.timer = TimerState::Set;
                effects.push(Effect::SetTimer(Timer::Retransmit, now.after(wait)));
            }
            (false, TimerState::Set) => self.cancel_silence(effects),
            (true, TimerState::Set) | (false, TimerState::Unset) => {}
        }
    }

    /// Something was heard: the silence, if it goes on, begins anew.
    pub(super) fn silence_broken(&mut self, effects: &mut Vec<Effect>) {
        self.unacknowledged.rounds = 0;
        self.cancel_silence(effects);
    }

    fn cancel_silence(&mut self, effects: &mut Vec<Effect>) {
        if std::mem::take(&mut self.unacknowledged.timer) == TimerState::Set {
            effects.push(Effect::CancelTimer(Timer::Retransmit));
        }
    }

    /// The silence lasted too long: what was not acknowledged goes again.
    pub(super) fn send_unacknowledged(&mut self, effects: &mut Vec<Effect>) {
        self.unacknowledged.timer = TimerState::Unset;
        self.unacknowledged.rounds += 1;
        if self.is_greeting() {
            self.say_hello(effects);
            return;
        }
        if self.told == Told::Awaited && self.outlet.has_room() {
            self.send_again(Message::InSync { epoch: self.epoch }, effects);
        }
        self.unacknowledged.again = self.unacknowledged.transfers.clone();
        self.repeat_cp();
        self.repeat_pass();
    }
}
