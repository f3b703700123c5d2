//! How long drawn operations are.

use super::key;
use crate::protocol::ClientId;
use crate::random::{Choice, Decisions, Purpose};
use crate::scenario::{Problem, SizeShare};
use crate::workload::problem;

/// Lengths by weight.
#[derive(Debug)]
pub(super) struct Sizes {
    /// Only those with a weight; never empty.
    shares: Vec<SizeShare>,
    weights: u64,
}

impl Sizes {
    pub(super) fn new(client: ClientId, shares: &[SizeShare]) -> Result<Self, Problem> {
        let drawn = shares.iter().copied().filter(|share| share.weight > 0);
        let shares: Vec<_> = drawn.collect();
        let weights = shares.iter().map(|share| u64::from(share.weight)).sum();
        if weights == 0 || shares.iter().any(|share| share.size.get() == 0) {
            let rule = "at least one size has a weight, and none of those is 0 bytes";
            return Err(problem(client, "sizes", &shares, rule));
        }
        Ok(Self { shares, weights })
    }

    /// The longest.
    pub(super) fn largest(&self) -> u64 {
        self.shares.iter().map(|share| share.size.get()).max().unwrap_or(0)
    }

    /// How many steps of `alignment` every size takes; `None`: they differ.
    pub(super) fn common_stride(&self, alignment: u64) -> Option<u64> {
        let mut strides = self.shares.iter().map(|share| share.size.get().div_ceil(alignment));
        let first = strides.next()?;
        strides.all(|stride| stride == first).then_some(first)
    }

    /// The length of the operation at `place`.
    pub(super) fn draw(&self, client: ClientId, place: u64, decisions: &mut dyn Decisions) -> u64 {
        if let [only] = self.shares.as_slice() {
            return only.size.get();
        }
        let key = key(Purpose::OperationSize, client, place);
        let mut drawn = decisions.decide(key, Choice::Below(self.weights));
        for share in &self.shares {
            match drawn.checked_sub(u64::from(share.weight)) {
                Some(rest) => drawn = rest,
                None => return share.size.get(),
            }
        }
        unreachable!("a number below the sum of the weights falls into one of them")
    }
}
