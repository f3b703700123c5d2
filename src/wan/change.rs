//! What happens to a link from outside: another condition, a connection that breaks, a sender that
//! crashes.

use super::condition::{Changed, Condition, Loss, Passage, Reset};
use super::journey::{Quality, next_attempt};
use super::window::share;
use super::{Link, Stream};
use crate::random::{Choice, Decisions, Key, Purpose};
use crate::units::{Bytes, SimTime};

impl<M> Link<M> {
    /// From now on the link is like this. What has departed keeps the delays it met.
    pub fn set_condition(&mut self, now: SimTime, condition: Condition) -> Changed {
        let (passage, rate) = (self.condition.passage, self.rate());
        self.condition = condition;
        match condition.loss {
            Loss::Bursts { .. } => {}
            Loss::None | Loss::Independent(_) => self.quality = Quality::Good,
        }
        if passage == condition.passage && rate == self.rate() {
            return Changed::default();
        }
        self.pause(now);
        let rate = self.rate();
        if let Some(stream) = &mut self.stream {
            stream.window.set_bandwidth(rate);
        }
        let mut changed = Changed::default();
        match (passage, condition.passage) {
            (Passage::Open | Passage::Clogged, Passage::Blocked) => self.block(now),
            (Passage::Blocked, Passage::Open | Passage::Clogged) => changed = self.heal(now),
            (Passage::Open | Passage::Clogged, Passage::Open | Passage::Clogged)
            | (Passage::Blocked, Passage::Blocked) => {}
        }
        changed.departure = self.plan(now);
        changed
    }

    /// The connection breaks. Nothing that waits will leave; of what is under way over `tcp` the
    /// oldest so many as are drawn still arrive, and the sender does not know how many. In a block
    /// none does. What is sent next belongs to a new connection. A datagram under way is on its own.
    pub fn reset(&mut self, now: SimTime, decisions: &mut dyn Decisions) -> Reset {
        let queue = self.clear_queue(now);
        let Some(Stream { flight, .. }) = &mut self.stream else { return Reset { dropped: queue } };
        let most = u64::try_from(flight.len()).expect("memory is smaller than this");
        let arrive = match self.condition.passage {
            Passage::Open | Passage::Clogged if most > 0 => {
                let key = Key { purpose: Purpose::Reset, entity: self.entity, index: self.resets };
                decisions.decide(key, Choice::Below(most + 1))
            }
            Passage::Open | Passage::Clogged | Passage::Blocked => 0,
        };
        let mut dropped = flight.break_off(usize::try_from(arrive).unwrap_or(usize::MAX));
        dropped.extend(queue);
        self.resets += 1;
        self.line_free = now;
        self.new_window(now);
        Reset { dropped }
    }

    /// The sender forgets what has not departed: the numbers of those messages. What is under way
    /// goes on; a host whose connection broke as well calls [`Link::reset`] instead.
    pub fn clear_queue(&mut self, now: SimTime) -> Vec<u64> {
        self.pause(now);
        self.queued = 0;
        let waiting = self.waiting.drain(..).map(|queued| queued.number);
        self.head.take().map(|head| head.queued.number).into_iter().chain(waiting).collect()
    }

    /// The window of a new connection.
    fn new_window(&mut self, now: SimTime) {
        let (rate, blocked) = (self.rate(), self.blocked_since.is_some());
        if let Some(stream) = &mut self.stream {
            stream.window = super::Window::new(&self.wan);
            stream.window.set_bandwidth(rate);
        }
        if blocked {
            self.block(now);
        }
    }

    /// Takes the plan of the head back: what has not left by now is still to leave.
    fn pause(&mut self, now: SimTime) {
        let Some(head) = &mut self.head else { return };
        let Some(plan) = head.plan.take() else { return };
        head.remaining = if let Some(stream) = &mut self.stream {
            stream.window.rewind(now)
        } else {
            let (passed, whole) = (now.since(plan.begun), plan.departure.at.since(plan.begun));
            let left = share(head.remaining.get(), passed, whole);
            Bytes::new(head.remaining.get() - left)
        };
    }

    /// A block begins: what has not arrived by now is not acknowledged.
    fn block(&mut self, now: SimTime) {
        self.blocked_since = Some(now);
        if let Some(stream) = &mut self.stream {
            stream.window.block(now.after(self.wan.propagation));
        }
    }

    /// The block is over: `tcp` sends what did not get through again at its next attempt, and new
    /// messages leave behind that.
    fn heal(&mut self, now: SimTime) -> Changed {
        let since = self.blocked_since.take().expect("a block began before it ended");
        let (rate, transit) = (self.rate(), self.wan.propagation.plus(self.condition.delay));
        let Some(Stream { window, flight }) = &mut self.stream else { return Changed::default() };
        let attempt = next_attempt(&self.wan, since, now);
        let resent = flight.send_again(attempt, transit, rate);
        let bytes = resent.bytes;
        if bytes == Bytes::ZERO {
            window.unblock(None);
        } else {
            self.line_free = self.line_free.max(resent.left);
            let acknowledged = resent.left.after(transit).after(self.wan.propagation);
            window.unblock(Some(acknowledged));
        }
        self.carried += bytes.get();
        self.retransmitted += bytes.get();
        Changed { departure: None, released: resent.released, retransmitted: bytes }
    }
}
