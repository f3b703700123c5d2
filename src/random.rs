//! Every random decision of a run, addressed by what it is about; the only place that names rand.
//!
//! A decision is a function of (seed, purpose, entity, index), never of how many draws came before
//! it: the size of client 3's 41st write does not move when client 2 is taken out of the run, nor
//! when a message is lost. That gives paired comparisons common random numbers, and lets a failing
//! run be shrunk without changing what is left of it.
//!
//! [`Decisions`] is the one door. [`Seeded`] answers from a ChaCha8 key stream: stream =
//! purpose << 48 | entity, and each index owns one block of sixteen 32-bit words. A decision has a key,
//! a choice and a value, so a run can be put on a [`tape`]: [`tape::Recording`] writes down what another
//! source decides, and [`tape::Replay`] answers from a tape by what a decision is about, not by its
//! place, so that a tape fits a run that was changed since.
//!
//! Samplers are our own ([`Choice`]), since those of rand may change their values in any minor
//! release. Logarithms come from `libm`, which gives the same bits everywhere; floats stay in here.

mod choice;
mod settled;
pub mod tape;

pub use choice::{Choice, Zipf};
pub use settled::{End, Settled};

use crate::units::SimTime;
use choice::Words;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Name and version of the generator and samplers; a new one changes every digest.
pub const GENERATOR: &str = "chacha8/own-samplers/v1";

/// What a decision is about. Numbers are part of the format of seeds, and names of that of tapes:
/// never renumber or rename, only add.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u16)]
pub enum Purpose {
    /// Time a closed-loop client thinks before its next operation.
    ThinkTime = 1,
    /// Time between the arrivals of an open-loop client.
    Interarrival = 2,
    /// Length of an on or off period.
    BurstLength = 3,
    /// Read or write.
    OperationKind = 4,
    /// Length of an operation, as a place in the list of sizes.
    OperationSize = 5,
    /// Where an operation starts.
    OperationAddress = 6,
    /// Which volume an operation goes to.
    OperationVolume = 7,
    /// Extra delay of a message on a link.
    Jitter = 8,
    /// Whether packets are lost.
    Loss = 9,
    /// Whether a message comes twice, and how much later.
    Duplication = 10,
    /// Whether a message is held up on the way, and for how long.
    Reordering = 11,
    /// Whether packets are damaged.
    Corruption = 12,
    /// Whether a message comes very late.
    Late = 13,
    /// How much of what is under way still arrives when a connection breaks.
    Reset = 14,
    /// What a crash leaves of what was under way.
    Crash = 22,
    /// Whether a disk's medium does wrong at a request, and where.
    Media = 23,
    /// Gap before the next occurrence of a fault that comes again and again.
    FaultGap = 20,
    /// A knob or fault of a swarm.
    Swarm = 21,
    /// How long a message to or from the witness takes, and what its crash leaves.
    Witness = 24,
}

/// The address of one decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// What the decision is about.
    pub purpose: Purpose,
    /// Whose decision it is: the client's number, the link's direction; below 2⁴⁸.
    pub entity: u64,
    /// The entity's own stable number: a client's operation number, a link's message number.
    pub index: u64,
}

/// Where decisions come from. The value depends on the key and the choice alone.
pub trait Decisions {
    /// Decides `choice` at `key`.
    fn decide(&mut self, key: Key, choice: Choice<'_>) -> u64;

    /// Simulated time goes on to `now`: for those who tell when a decision was asked for. No value
    /// depends on it.
    fn reach(&mut self, now: SimTime) {
        let _ = now;
    }
}

impl<D: Decisions + ?Sized> Decisions for &mut D {
    fn decide(&mut self, key: Key, choice: Choice<'_>) -> u64 {
        (**self).decide(key, choice)
    }

    fn reach(&mut self, now: SimTime) {
        (**self).reach(now);
    }
}

/// Decisions drawn from a seed.
#[derive(Debug)]
pub struct Seeded {
    key: ChaCha8Rng,
    streams: BTreeMap<(Purpose, u64), ChaCha8Rng>,
}

/// 32-bit words that one index of an entity owns.
const WORDS_PER_INDEX: u128 = 16;

impl Seeded {
    /// The decisions of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { key: ChaCha8Rng::seed_from_u64(seed), streams: BTreeMap::new() }
    }

    /// The words that belong to `key`.
    fn words(&mut self, key: Key) -> Words {
        assert!(key.entity < 1 << 48, "an entity's number leaves room for the purpose");
        let stream = self.streams.entry((key.purpose, key.entity)).or_insert_with(|| {
            let mut stream = self.key.clone();
            stream.set_stream((key.purpose as u64) << 48 | key.entity);
            stream
        });
        let position = u128::from(key.index) * WORDS_PER_INDEX;
        if stream.get_word_pos() != position {
            stream.set_word_pos(position);
        }
        Words::new(std::array::from_fn(|_| stream.next_u64()))
    }
}

impl Decisions for Seeded {
    fn decide(&mut self, key: Key, choice: Choice<'_>) -> u64 {
        choice.sample(&mut self.words(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Ratio, Span};

    fn key(purpose: Purpose, entity: u64, index: u64) -> Key {
        Key { purpose, entity, index }
    }

    /// Literal numbers: if one moves, every digest ever published moves with it.
    #[test]
    fn values_are_stable() {
        let mut raw = ChaCha8Rng::seed_from_u64(42);
        assert_eq!(raw.next_u64(), 0xae90_bfb5_395d_5ba1);
        assert_eq!(raw.next_u64(), 0xf345_3fc6_2579_9188);
        let mut seeded = Seeded::new(42);
        let mut at = |purpose, entity, index, choice: Choice<'_>| {
            seeded.decide(key(purpose, entity, index), choice)
        };
        let zipf = Zipf::new(1 << 40, Ratio::new(99, 100).expect("a share"));
        let mean = Choice::Exponential(Span::from_millis(10));
        let half = Ratio::new(1, 2).expect("a share");
        let drawn = [
            at(Purpose::Jitter, 0, 0, Choice::Below(1_000_000)),
            at(Purpose::Jitter, 1, 0, Choice::Below(1_000_000)),
            at(Purpose::Jitter, 0, 7, Choice::Below(1_000_000)),
            at(Purpose::ThinkTime, 3, 41, mean),
            at(Purpose::OperationAddress, 3, 41, Choice::Zipf(&zipf)),
            at(Purpose::OperationKind, 3, 41, Choice::Chance(half)),
        ];
        assert_eq!(drawn, VALUES);
    }

    const VALUES: [u64; 6] = [683_769, 100_843, 132_274, 41_527_995, 366_969_804, 0];

    #[test]
    fn order_does_not_matter() {
        let draw = |order: &[u64]| {
            let mut seeded = Seeded::new(7);
            let mut values: Vec<_> = order
                .iter()
                .map(|&i| (i, seeded.decide(key(Purpose::Jitter, 1, i), Choice::Below(u64::MAX))))
                .collect();
            values.sort_unstable();
            values
        };
        assert_eq!(draw(&[0, 1, 2, 3, 9]), draw(&[9, 3, 2, 0, 1]));
    }

    #[test]
    fn entities_and_purposes_are_independent() {
        let mut seeded = Seeded::new(7);
        let mut seen = std::collections::BTreeSet::new();
        for purpose in [Purpose::ThinkTime, Purpose::Jitter] {
            for entity in 0..50 {
                for index in 0..50 {
                    let choice = Choice::Below(u64::MAX);
                    seen.insert(seeded.decide(key(purpose, entity, index), choice));
                }
            }
        }
        assert_eq!(seen.len(), 5000);
    }
}
