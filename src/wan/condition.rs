//! What a direction of the link is like at a moment: the faults that are on (Spec 8.1).

use crate::scenario::fault::{Caught, LinkFault};
use crate::units::{Bytes, Rate, Ratio, SimTime, Span};
use smallvec::SmallVec;

/// The faults that are on. The default is none: nothing is drawn and nothing is changed.
///
/// Shares of loss and corruption are per packet, and a datagram needs all its packets; the others are
/// per message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    /// Whether anything gets through.
    pub passage: Passage,
    /// Which packets are lost.
    pub loss: Loss,
    /// Messages of which a second copy arrives (`datagram` only).
    pub duplication: Ratio,
    /// Messages held up on the way, and for how long at most; what is behind may overtake them.
    pub reordering: Option<(Ratio, Span)>,
    /// Packets that the link damages and whose checksum tells: they count as lost.
    pub corruption_caught: Ratio,
    /// Packets that the link damages unnoticed: their message arrives damaged.
    pub corruption_passed: Ratio,
    /// Added to the propagation of every message that departs.
    pub delay: Span,
    /// Instead of the bandwidth of the link where it is lower; not zero.
    pub bandwidth: Option<Rate>,
    /// Messages that come this much later, perhaps after the session they belong to.
    pub late: Option<(Ratio, Span)>,
}

impl Default for Condition {
    fn default() -> Self {
        Self {
            passage: Passage::Open,
            loss: Loss::None,
            duplication: Ratio::ZERO,
            reordering: None,
            corruption_caught: Ratio::ZERO,
            corruption_passed: Ratio::ZERO,
            delay: Span::ZERO,
            bandwidth: None,
            late: None,
        }
    }
}

impl Condition {
    /// Adds a fault to what the link suffers from already; of two of a kind the later one counts.
    pub fn worsen(&mut self, fault: LinkFault) {
        match fault {
            LinkFault::Loss(rate) => self.loss = Loss::Independent(rate),
            LinkFault::BurstLoss { to_bad, to_good, while_bad } => {
                self.loss = Loss::Bursts { to_bad, to_good, while_bad };
            }
            LinkFault::Duplication(rate) => self.duplication = rate,
            LinkFault::Reordering { rate, by } => self.reordering = Some((rate, by)),
            LinkFault::Corruption { rate, caught: Caught::ByLink } => self.corruption_caught = rate,
            LinkFault::Corruption { rate, caught: Caught::ByChecksum } => {
                self.corruption_passed = rate;
            }
            LinkFault::Late { rate, by } => self.late = Some((rate, by)),
            LinkFault::Delay(by) => self.delay = self.delay.plus(by),
            LinkFault::Bandwidth(rate) => {
                let lowest = self.bandwidth.map_or(rate, |lower| lower.min(rate));
                self.bandwidth = Some(lowest);
            }
            LinkFault::Clog => {
                if self.passage == Passage::Open {
                    self.passage = Passage::Clogged;
                }
            }
            LinkFault::Partition => self.passage = Passage::Blocked,
            LinkFault::Reset => {}
        }
    }
}

/// Whether anything gets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Passage {
    /// Everything does.
    #[default]
    Open,
    /// Nothing departs and nothing is lost; what is under way arrives.
    Clogged,
    /// A partition of this direction: nothing arrives.
    Blocked,
}

/// Which packets are lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Loss {
    /// None.
    #[default]
    None,
    /// Each with this probability.
    Independent(Ratio),
    /// The model of Gilbert and Elliott: the link is good or bad. In the good state nothing is lost.
    /// Good at first.
    Bursts {
        /// That a good link is bad after a packet.
        to_bad: Ratio,
        /// That a bad link is good after a packet.
        to_good: Ratio,
        /// That a packet is lost in the bad state.
        while_bad: Ratio,
    },
}

/// What of a condition made a difference to a message, so that a fault can be said to have been felt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hindrance {
    /// A packet of it was lost.
    Loss,
    /// A packet of it was damaged, and the link noticed.
    CorruptionCaught,
    /// It was damaged, and the link did not notice.
    CorruptionPassed,
    /// A second copy of it is on its way.
    Duplication,
    /// It was held up, so that what is behind may overtake it.
    Reordering,
    /// It comes late.
    Late,
    /// It takes longer, as every message does.
    Delay,
    /// It left at a lower bandwidth than the link's own.
    Bandwidth,
    /// It cannot leave.
    Clog,
    /// It left into a partition, or was due during one.
    Block,
}

/// Faults that made a difference to one message: seldom more than one.
pub type Hindrances = SmallVec<[Hindrance; 2]>;

/// Why a departed message never arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LossCause {
    /// A packet of it was lost.
    Lost,
    /// A packet of it was damaged, and the link threw it away.
    Corrupted,
    /// It departed into a partition.
    Blocked,
}

/// What arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// As it was sent.
    Intact,
    /// Damaged, and the link did not notice.
    Damaged,
}

/// A departure to schedule; the token tells it from those that are void by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Departure {
    /// When the head leaves.
    pub at: SimTime,
    /// The number of the promise.
    pub token: u64,
}

/// An arrival to schedule. When it is due, [`Link::arriving`](super::Link::arriving) says what
/// becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// When it is due.
    pub at: SimTime,
    /// As sent, or damaged.
    pub state: State,
    /// The number of the copy on this direction.
    pub token: u64,
}

/// What became of a message handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Its number in this direction, from 0.
    pub number: u64,
    /// A departure to schedule: the message is leaving. `None`: it waits behind others, or for the
    /// link.
    pub departure: Option<Departure>,
}

/// A message that left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departed<M> {
    /// The message.
    pub message: M,
    /// The number it was given by [`Link::send`](super::Link::send).
    pub number: u64,
    /// Bytes it put on the wire in all, with what the transport sent again.
    pub carried: Bytes,
    /// Of them, what the transport sent again.
    pub retransmitted: Bytes,
    /// Its copies that may arrive: one without faults, none of a lost one, two of a duplicated one.
    pub arrivals: SmallVec<[Arrival; 1]>,
    /// Why it has no arrivals.
    pub lost: Option<LossCause>,
    /// What made a difference to it.
    pub hindrances: Hindrances,
    /// The departure of the message behind it, to schedule; `None`: there is none, or it waits for
    /// the link.
    pub next: Option<Departure>,
}

/// What becomes of an arrival that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is there.
    Delivers,
    /// It never arrives: the link is blocked, and the transport will not send it again.
    Lost,
    /// It was dropped with its connection, as [`Link::reset`](super::Link::reset) said then.
    Forgotten,
    /// `tcp` will send it again once the block is over: the host keeps it until
    /// [`Link::set_condition`](super::Link::set_condition) names its token.
    HeldUntilHealed,
    /// It was held up: the host schedules the same arrival again for this time, which may be now,
    /// behind what it must not overtake.
    Later(SimTime),
}

/// What the host has to do when a condition changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changed {
    /// The new departure of the head; the one promised before is void.
    pub departure: Option<Departure>,
    /// Arrivals that were held until healed, to schedule, in their order.
    pub released: Vec<Released>,
    /// Bytes that the transport sends again now that the block is over.
    pub retransmitted: Bytes,
}

/// An arrival that was held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Released {
    /// The number of the copy, as in its [`Arrival`].
    pub token: u64,
    /// When it is due now.
    pub at: SimTime,
}

/// What a reset leaves undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reset {
    /// Numbers of the messages that never arrive, in order.
    pub dropped: Vec<u64>,
}
