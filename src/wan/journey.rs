//! What the faults of a moment do to one departing message.
//!
//! Over `datagram` a message is lost with any of its packets. Over `tcp` the packets that are lost, or
//! damaged and caught, are sent again: after one round trip where messages wait behind this one,
//! whose packets tell the sender that some are missing (fast retransmit); else, and whenever packets
//! sent again are lost too, after a timeout. The timeout is two round trips, at least 200 ms, and
//! doubles each time up to 60 s. After fifteen losses the next copy gets through: by then nodes have
//! long given the peer up. What comes later than a timeout over `tcp` is sent again as well, and the
//! late copy is ignored.

use super::condition::{Condition, Hindrance, Hindrances, Loss, LossCause, State};
use crate::random::{Choice, Decisions, Key, Purpose};
use crate::scenario::Wan;
use crate::units::{Bytes, Rate, Ratio, SimTime, Span};

/// The shortest timeout of `tcp`, and the longest.
const SHORTEST_TIMEOUT: Span = Span::from_millis(200);
const LONGEST_TIMEOUT: Span = Span::from_secs(60);

/// How often packets of one message are lost at most.
pub(super) const MOST_LOSSES: u32 = 15;

/// Draws that one message owns for each purpose, as bits of an index.
const PLACE_BITS: u32 = 24;

/// The message that a draw is about, by the index of the draw.
pub(super) const fn message_of(index: u64) -> u64 {
    index >> PLACE_BITS
}

/// The place of a draw that is not one of a series.
const APART: u64 = 1 << (PLACE_BITS - 1);

/// What happens to a message on its way.
#[derive(Debug)]
pub(super) struct Journey {
    /// Why it does not arrive.
    pub lost: Option<LossCause>,
    /// Time it takes beyond propagation and jitter.
    pub delay: Span,
    /// Bytes that the transport sends again.
    pub again: Bytes,
    /// How it arrives.
    pub state: State,
    /// How much later a second copy arrives.
    pub copy: Option<Span>,
    /// What made a difference.
    pub hindrances: Hindrances,
}

impl Journey {
    /// Into a block, where no other fault matters.
    pub fn into_block(lost: Option<LossCause>) -> Self {
        Self {
            lost,
            delay: Span::ZERO,
            again: Bytes::ZERO,
            state: State::Intact,
            copy: None,
            hindrances: Hindrances::from_slice(&[Hindrance::Block]),
        }
    }
}

/// Whether a link with bursts of loss is in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Quality {
    /// Nothing is lost.
    #[default]
    Good,
    /// Packets are lost.
    Bad,
}

/// A message that departs, and what it meets.
pub(super) struct Traveller<'a> {
    pub wan: &'a Wan,
    pub condition: &'a Condition,
    /// The link's, which the packets of this message change.
    pub quality: &'a mut Quality,
    pub decisions: &'a mut dyn Decisions,
    pub entity: u64,
    pub number: u64,
    pub length: Bytes,
    /// How often packets of it are lost at most, one time after the other.
    pub most_losses: u32,
    /// What made a difference so far.
    pub met: Hindrances,
}

/// Draws about the packets of a message, one after the other.
struct Series {
    purpose: Purpose,
    place: u64,
}

impl Series {
    const fn of(purpose: Purpose) -> Self {
        Self { purpose, place: 0 }
    }
}

impl Traveller<'_> {
    /// Message by message.
    pub fn datagram(mut self) -> Journey {
        let packets = self.wan.packets(self.length);
        let lost = self.lose(packets, &mut Series::of(Purpose::Loss)) > 0;
        let caught = self.condition.corruption_caught;
        let caught = self.hit(packets, caught, &mut Series::of(Purpose::Corruption)) > 0;
        let cause = caught.then_some(LossCause::Corrupted);
        let twice = self.happens(Purpose::Duplication, self.condition.duplication);
        let delay = self.delay().plus(self.reordering()).plus(self.lateness());
        let state = self.state(packets);
        let copy = twice.then(|| self.up_to(Purpose::Duplication, self.wan.propagation));
        if twice {
            self.meet(Hindrance::Duplication);
        }
        // To a message that is lost nothing else makes a difference.
        let cause = if lost { Some(LossCause::Lost) } else { cause };
        let hindrances = match cause {
            Some(LossCause::Lost) => Hindrances::from_slice(&[Hindrance::Loss]),
            Some(LossCause::Corrupted) => Hindrances::from_slice(&[Hindrance::CorruptionCaught]),
            Some(LossCause::Blocked) => unreachable!("what departs into a block goes nowhere"),
            None => self.met,
        };
        Journey { lost: cause, delay, again: Bytes::ZERO, state, copy, hindrances }
    }

    /// In order, all of it, with `behind` messages waiting behind this one.
    pub fn stream(mut self, behind: usize) -> Journey {
        let packets = self.wan.packets(self.length);
        let (recovery, mut again) = self.recover(packets, behind);
        let (late, timeout) = (self.lateness(), timeout(self.wan));
        if late > timeout {
            again += self.wan.wire_length(self.length).get();
        }
        let delay = self.delay().plus(self.reordering()).plus(late.min(timeout));
        Journey {
            lost: None,
            delay: delay.plus(recovery),
            again: Bytes::new(again),
            state: self.state(packets),
            copy: None,
            hindrances: self.met,
        }
    }

    /// Sends lost packets again until all are through: the time it takes and the bytes.
    fn recover(&mut self, packets: u64, behind: usize) -> (Span, u64) {
        let (mut losses, mut caught) = (Series::of(Purpose::Loss), Series::of(Purpose::Corruption));
        let (mut missing, mut delay, mut bytes) = (packets, Span::ZERO, 0);
        let mut wait = timeout(self.wan);
        for loss in 0..self.most_losses {
            let lost = self.lose(missing, &mut losses);
            let damaged = self.hit(missing - lost, self.condition.corruption_caught, &mut caught);
            if lost > 0 {
                self.meet(Hindrance::Loss);
            }
            if damaged > 0 {
                self.meet(Hindrance::CorruptionCaught);
            }
            missing = lost + damaged;
            if missing == 0 {
                break;
            }
            let resent = self.wire_of(missing);
            bytes += resent.get();
            delay = delay.plus(rate(self.wan, self.condition).time_for(resent));
            if loss == 0 && behind > 0 {
                delay = delay.plus(round_trip(self.wan));
            } else {
                delay = delay.plus(wait);
                wait = doubled(wait);
            }
        }
        (delay, bytes)
    }

    /// Bytes on the wire for some packets of the message, all of them taken as equally long.
    fn wire_of(&self, packets: u64) -> Bytes {
        let payload = self.length.get().div_ceil(self.wan.packets(self.length));
        let packet = self.wan.wire_length(Bytes::new(payload)).get();
        let message = self.wan.wire_length(self.length).get();
        Bytes::new(message.min(packets.saturating_mul(packet)))
    }

    /// How many of the packets are lost.
    fn lose(&mut self, packets: u64, series: &mut Series) -> u64 {
        match self.condition.loss {
            Loss::None => 0,
            Loss::Independent(ratio) => self.hit(packets, ratio, series),
            Loss::Bursts { to_bad, to_good, while_bad } => {
                let (mut sent, mut lost) = (0, 0);
                while sent < packets {
                    let (leaves, share) = match *self.quality {
                        Quality::Good => (to_bad, Ratio::ZERO),
                        Quality::Bad => (to_good, while_bad),
                    };
                    // A run has no memory, so that it may be drawn anew for each message.
                    let run = self.until(leaves, series).saturating_add(1);
                    lost += self.hit(run.min(packets - sent), share, series);
                    if run <= packets - sent {
                        *self.quality = self.quality.other();
                    }
                    sent = sent.saturating_add(run);
                }
                lost
            }
        }
    }

    /// How many of the packets something happens to that happens to each with this probability.
    fn hit(&mut self, packets: u64, ratio: Ratio, series: &mut Series) -> u64 {
        if ratio == Ratio::ONE {
            return packets;
        }
        let (mut passed, mut hit) = (0u64, 0);
        while passed < packets {
            passed = passed.saturating_add(self.until(ratio, series)).saturating_add(1);
            hit += u64::from(passed <= packets);
        }
        hit
    }

    /// Packets before the first one that something happens to.
    fn until(&mut self, ratio: Ratio, series: &mut Series) -> u64 {
        if is_zero(ratio) {
            return u64::MAX;
        }
        let place = series.place;
        series.place += 1;
        self.decide(series.purpose, place, Choice::Until(ratio))
    }

    /// Whether a packet is damaged unnoticed.
    fn state(&mut self, packets: u64) -> State {
        let mut apart = Series { purpose: Purpose::Corruption, place: APART };
        if self.until(self.condition.corruption_passed, &mut apart) < packets {
            self.meet(Hindrance::CorruptionPassed);
            State::Damaged
        } else {
            State::Intact
        }
    }

    /// What every message is held up by, and whether that, or a lower bandwidth, makes a difference.
    fn delay(&mut self) -> Span {
        if self.condition.delay > Span::ZERO {
            self.meet(Hindrance::Delay);
        }
        if rate(self.wan, self.condition) != self.wan.bandwidth {
            self.meet(Hindrance::Bandwidth);
        }
        self.condition.delay
    }

    fn reordering(&mut self) -> Span {
        let Some((ratio, most)) = self.condition.reordering else { return Span::ZERO };
        if self.happens(Purpose::Reordering, ratio) {
            self.meet(Hindrance::Reordering);
            self.up_to(Purpose::Reordering, most)
        } else {
            Span::ZERO
        }
    }

    fn lateness(&mut self) -> Span {
        let Some((ratio, span)) = self.condition.late else { return Span::ZERO };
        if !self.happens(Purpose::Late, ratio) {
            return Span::ZERO;
        }
        self.meet(Hindrance::Late);
        span
    }

    fn meet(&mut self, hindrance: Hindrance) {
        if !self.met.contains(&hindrance) {
            self.met.push(hindrance);
        }
    }

    fn happens(&mut self, purpose: Purpose, ratio: Ratio) -> bool {
        !is_zero(ratio) && self.decide(purpose, 0, Choice::Chance(ratio)) == 1
    }

    /// A span of at most this, all equally likely.
    fn up_to(&mut self, purpose: Purpose, most: Span) -> Span {
        let values = most.as_nanos().saturating_add(1);
        Span::from_nanos(self.decide(purpose, APART, Choice::Below(values)))
    }

    fn decide(&mut self, purpose: Purpose, place: u64, choice: Choice<'_>) -> u64 {
        let index = self.number << PLACE_BITS | (place & ((1 << PLACE_BITS) - 1));
        self.decisions.decide(Key { purpose, entity: self.entity, index }, choice)
    }
}

impl Quality {
    const fn other(self) -> Self {
        match self {
            Self::Good => Self::Bad,
            Self::Bad => Self::Good,
        }
    }
}

/// The bandwidth of the moment.
pub(super) fn rate(wan: &Wan, condition: &Condition) -> Rate {
    match condition.bandwidth {
        Some(lower) if lower.get() < wan.bandwidth.get() => lower,
        Some(_) | None => wan.bandwidth,
    }
}

/// When `tcp` tries next to get through a block that lasted from `since` until `now`: it tried each
/// time its timeout, doubled by every failure, had passed.
pub(super) fn next_attempt(wan: &Wan, since: SimTime, now: SimTime) -> SimTime {
    let (mut attempt, mut wait) = (since, timeout(wan));
    while attempt < now {
        attempt = attempt.after(wait);
        wait = doubled(wait);
    }
    attempt
}

const fn round_trip(wan: &Wan) -> Span {
    wan.propagation.plus(wan.propagation)
}

fn timeout(wan: &Wan) -> Span {
    doubled(round_trip(wan)).max(SHORTEST_TIMEOUT)
}

fn doubled(span: Span) -> Span {
    span.plus(span).min(LONGEST_TIMEOUT)
}

const fn is_zero(ratio: Ratio) -> bool {
    ratio.parts().0 == 0
}
