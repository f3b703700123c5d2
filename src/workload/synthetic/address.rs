//! Where drawn operations start.

use super::key;
use super::sizes::Sizes;
use crate::protocol::ClientId;
use crate::random::{Choice, Decisions, Purpose, Zipf};
use crate::scenario::{Addresses, Problem, Synthetic};
use crate::workload::problem;
use std::collections::BTreeMap;

/// Where operations start: places on a grid.
#[derive(Debug)]
pub(super) struct Addressing {
    /// Offset of the first place.
    first: u64,
    /// Distance of the places.
    alignment: u64,
    places: u64,
    law: Law,
}

/// Which operation starts at which place.
#[derive(Debug)]
enum Law {
    Uniform,
    /// Rank r lies at place r × `factor` mod `places`, the two without a common divisor: every
    /// place has one rank, and places of neighbouring ranks lie far apart.
    Zipf {
        zipf: Zipf,
        factor: u64,
    },
    /// All sizes take the same number of places, so an operation's place follows from its number.
    Even {
        stride: u64,
    },
    /// The place depends on the sizes of all operations before it.
    Uneven(Walk),
}

/// Goes along the line of operations, sizes in hand. Places passed on the way to an operation wait
/// here until theirs is issued: as many as operations in flight are apart in the line.
#[derive(Debug, Default)]
struct Walk {
    /// The next operation to be given a place, and that place.
    operation: u64,
    place: u64,
    passed: BTreeMap<u64, u64>,
}

impl Addressing {
    pub(super) fn new(
        client: ClientId,
        synthetic: &Synthetic,
        sizes: &Sizes,
    ) -> Result<Self, Problem> {
        let (start, alignment) = (synthetic.start.get(), synthetic.alignment.get());
        if alignment == 0 {
            let rule = "offsets are multiples of at least 1 byte";
            return Err(problem(client, "alignment", &synthetic.alignment, rule));
        }
        let grid = u128::from(alignment);
        let first = u128::from(start).div_ceil(grid);
        let end = (u128::from(start) + u128::from(synthetic.span.get())).div_ceil(grid);
        if end <= first {
            let rule = "no multiple of `alignment` lies within the span";
            return Err(problem(client, "span", &synthetic.span, rule));
        }
        let last_byte = (end - 1) * grid + u128::from(sizes.largest());
        let fits = u64::try_from(last_byte).and_then(|_| u64::try_from(first * grid));
        let Ok(first_offset) = fits else {
            let rule = "the last operation of the span would end beyond 2^64 - 1";
            return Err(problem(client, "span", &synthetic.span, rule));
        };
        let places = u64::try_from(end - first).expect("fewer places than offsets");
        let law = Law::new(synthetic, places, alignment, sizes);
        Ok(Self { first: first_offset, alignment, places, law })
    }

    /// The first byte of the operation at `operation` in the line.
    pub(super) fn offset(
        &mut self,
        client: ClientId,
        operation: u64,
        sizes: &Sizes,
        decisions: &mut dyn Decisions,
    ) -> u64 {
        let places = self.places;
        let key = key(Purpose::OperationAddress, client, operation);
        let place = match &mut self.law {
            Law::Uniform => decisions.decide(key, Choice::Below(places)),
            Law::Zipf { zipf, factor } => {
                let rank = decisions.decide(key, Choice::Zipf(zipf));
                scatter(rank, *factor, places)
            }
            Law::Even { stride } => operation % places.div_ceil(*stride) * *stride,
            Law::Uneven(walk) => walk.place_of(operation, places, |at| {
                sizes.draw(client, at, decisions).div_ceil(self.alignment)
            }),
        };
        assert!(place < places, "an operation starts within its span");
        self.first + place * self.alignment
    }
}

impl Law {
    fn new(synthetic: &Synthetic, places: u64, alignment: u64, sizes: &Sizes) -> Self {
        match synthetic.addresses {
            Addresses::Uniform => Self::Uniform,
            Addresses::Zipf(exponent) => {
                Self::Zipf { zipf: Zipf::new(places, exponent), factor: factor(places) }
            }
            Addresses::Sequential => match sizes.common_stride(alignment) {
                Some(stride) => Self::Even { stride },
                None => Self::Uneven(Walk::default()),
            },
        }
    }
}

impl Walk {
    fn place_of(&mut self, operation: u64, places: u64, mut stride: impl FnMut(u64) -> u64) -> u64 {
        while self.operation <= operation {
            self.passed.insert(self.operation, self.place);
            let next = self.place.saturating_add(stride(self.operation));
            self.place = if next < places { next } else { 0 };
            self.operation += 1;
        }
        self.passed.remove(&operation).expect("an operation is issued once")
    }
}

fn scatter(rank: u64, factor: u64, places: u64) -> u64 {
    let place = u128::from(rank) * u128::from(factor) % u128::from(places);
    u64::try_from(place).expect("below the number of places")
}

/// A factor near the golden section of `places`, without a common divisor with it.
fn factor(places: u64) -> u64 {
    // 0.618 of 2⁶⁴: multiples of the golden section spread most evenly.
    const GOLDEN: u128 = 0x9e37_79b9_7f4a_7c15;
    let near = u64::try_from((u128::from(places) * GOLDEN) >> 64).expect("a share of a u64");
    // One of any two hundred neighbours will do; 1 always does.
    let candidates = near.max(1)..places.max(2);
    candidates.into_iter().find(|&candidate| gcd(candidate, places) == 1).unwrap_or(1)
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scattering_is_a_bijection_that_parts_neighbours() {
        for places in [1, 2, 3, 4, 6, 7, 12, 100, 1000, 1024, 5040] {
            let factor = factor(places);
            let mut seen: Vec<_> = (0..places).map(|rank| scatter(rank, factor, places)).collect();
            if places >= 100 {
                assert!(seen.windows(2).take(5).all(|pair| pair[0].abs_diff(pair[1]) > 10));
            }
            seen.sort_unstable();
            assert_eq!(seen, (0..places).collect::<Vec<_>>());
        }
        let large = u64::MAX;
        assert_eq!(gcd(factor(large), large), 1);
    }
}
