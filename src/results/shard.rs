//! Parts of a list of runs: which runs are whose, and in what pieces they are kept.
//!
//! Runs are dealt round-robin over their ordered list, so that every shard has its share of each
//! scenario; a shard keeps its runs in chunks of a fixed length, so that whoever makes a chunk makes
//! the same one.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

/// One of several parts, counted from 1: `2/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shard {
    /// From 1 to `of`.
    number: NonZeroU64,
    of: NonZeroU64,
}

impl Shard {
    /// All of it in one part.
    pub const WHOLE: Self = Self { number: NonZeroU64::MIN, of: NonZeroU64::MIN };

    /// Part `number` of so many.
    ///
    /// # Errors
    /// A number beyond the last part.
    pub fn new(number: NonZeroU64, of: NonZeroU64) -> Result<Self, String> {
        if number > of {
            return Err(format!(
                "there is no shard {number} of {of}: the first is 1, the last {of}"
            ));
        }
        Ok(Self { number, of })
    }

    /// The part that a job scheduler's array means: `slurm` is `SLURM_ARRAY_TASK_ID`, counted as it
    /// stands; `kubernetes` is `JOB_COMPLETION_INDEX`, counted from 0. How many parts there are is
    /// never taken from a scheduler: an array of those that failed is shorter.
    ///
    /// # Errors
    /// Neither is there, or it is no number of a part.
    pub fn of_array(
        slurm: Option<&str>,
        kubernetes: Option<&str>,
        of: NonZeroU64,
    ) -> Result<Self, String> {
        let (name, text, first) = match (slurm, kubernetes) {
            (Some(text), _) => ("SLURM_ARRAY_TASK_ID", text, 1),
            (None, Some(text)) => ("JOB_COMPLETION_INDEX", text, 0),
            (None, None) => {
                let names = "SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX";
                return Err(format!("this is no task of an array: neither {names} is set"));
            }
        };
        let number = text.parse::<u64>().ok().and_then(|task| task.checked_add(1 - first));
        let shard = number.and_then(NonZeroU64::new).and_then(|number| Self::new(number, of).ok());
        shard.ok_or_else(|| {
            let last = of.get() - 1 + first;
            format!("{name} is {text:?}: with {of} shards it counts from {first} to {last}")
        })
    }

    /// Which part, from 1.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.number.get()
    }

    /// Of how many.
    #[must_use]
    pub const fn of(self) -> u64 {
        self.of.get()
    }

    /// How many of `runs` runs are in it.
    #[must_use]
    pub const fn share(self, runs: u64) -> u64 {
        let before = self.number() - 1;
        if before >= runs { 0 } else { (runs - before - 1) / self.of() + 1 }
    }

    /// Which run its run at `place` is, both from 0.
    #[must_use]
    pub const fn run(self, place: u64) -> u64 {
        (self.number() - 1).saturating_add(place.saturating_mul(self.of()))
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse::<NonZeroU64>().ok();
        let parts = text.split_once('/').and_then(|(part, of)| number(part).zip(number(of)));
        let (part, of) = parts.ok_or("write a shard as I/N, the first of eight as 1/8")?;
        Self::new(part, of)
    }
}

/// How runs are kept: so many shards, chunks of so many runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Runs of all shards.
    pub runs: u64,
    /// Shards.
    pub shards: NonZeroU64,
    /// Runs of a chunk; the last of a shard may hold fewer.
    pub chunk: NonZeroU64,
}

/// A chunk: whose it is, and which of its chunks, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The number of its shard, from 1.
    pub shard: u64,
    /// Which of the shard's chunks, from 0.
    pub chunk: u64,
}

impl Place {
    /// The name of its file.
    #[must_use]
    pub fn file_name(self) -> String {
        format!("shard-{:05}-chunk-{:06}.jsonl", self.shard, self.chunk)
    }
}

impl Layout {
    /// Every shard, in order.
    pub fn every_shard(self) -> impl Iterator<Item = Shard> {
        let of = self.shards;
        let numbers = (1..=of.get()).map(|number| NonZeroU64::new(number).expect("from 1 on"));
        numbers.map(move |number| Shard { number, of })
    }

    /// The chunks of a shard, in order.
    pub fn chunks(self, shard: Shard) -> impl Iterator<Item = Place> {
        let chunks = shard.share(self.runs).div_ceil(self.chunk.get());
        (0..chunks).map(move |chunk| Place { shard: shard.number(), chunk })
    }

    /// The runs of a chunk of the shard, in order.
    pub fn runs_of(self, shard: Shard, place: Place) -> impl Iterator<Item = u64> {
        let first = place.chunk * self.chunk.get();
        let end = first.saturating_add(self.chunk.get()).min(shard.share(self.runs));
        (first..end).map(move |place| shard.run(place))
    }

    /// The shard of a chunk.
    #[must_use]
    pub fn shard(self, place: Place) -> Shard {
        let number = NonZeroU64::new(place.shard).expect("shards are counted from 1");
        Shard { number, of: self.shards }
    }

    /// Where a run is kept.
    #[must_use]
    pub const fn place_of(self, run: u64) -> Place {
        let of = self.shards.get();
        Place { shard: run % of + 1, chunk: run / of / self.chunk.get() }
    }
}

/// Numbers in the form in which an array of jobs takes them: `2,7,9-12`. They must rise.
#[must_use]
pub fn array_form(numbers: &[u64]) -> String {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for &number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            Some(_) | None => ranges.push((number, number)),
        }
    }
    let range = |(first, last): &(u64, u64)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    ranges.iter().map(range).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(number: u64) -> NonZeroU64 {
        NonZeroU64::new(number).expect("from 1 on")
    }

    fn layout(runs: u64, shards: u64, chunk: u64) -> Layout {
        Layout { runs, shards: number(shards), chunk: number(chunk) }
    }

    #[test]
    fn shards_are_counted_from_one() {
        let shard: Shard = "2/8".parse().expect("a shard");
        assert_eq!((shard.number(), shard.of(), shard.to_string()), (2, 8, "2/8".to_owned()));
        assert_eq!("1/1".parse(), Ok(Shard::WHOLE));
        for text in ["0/8", "9/8", "1/0", "1", "", "/", "1/2/3", "a/b", "-1/2"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
        let beyond = "there is no shard 9 of 8: the first is 1, the last 8";
        assert_eq!("9/8".parse::<Shard>(), Err(beyond.to_owned()));
    }

    /// Slurm counts as it was told to, Kubernetes from 0.
    #[test]
    fn a_task_of_an_array_knows_its_shard() {
        let shard = |slurm, kubernetes| Shard::of_array(slurm, kubernetes, number(4));
        let third = "3/4".parse().expect("a shard");
        assert_eq!(shard(Some("3"), None), Ok(third));
        assert_eq!(shard(None, Some("2")), Ok(third));
        assert_eq!(shard(Some("3"), Some("0")), Ok(third));
        for (slurm, kubernetes, sentence) in [
            (Some("0"), None, "SLURM_ARRAY_TASK_ID is \"0\": with 4 shards it counts from 1 to 4"),
            (Some("5"), None, "SLURM_ARRAY_TASK_ID is \"5\": with 4 shards it counts from 1 to 4"),
            (Some("x"), None, "SLURM_ARRAY_TASK_ID is \"x\""),
            (None, Some("4"), "JOB_COMPLETION_INDEX is \"4\": with 4 shards it counts from 0 to 3"),
            (None, Some("18446744073709551615"), "JOB_COMPLETION_INDEX is \"184"),
            (None, None, "this is no task of an array"),
        ] {
            let refused = shard(slurm, kubernetes).expect_err("it is none of four");
            assert!(refused.starts_with(sentence), "{refused}");
        }
    }

    /// Every run is in exactly one place, and shards differ by one run at most.
    #[test]
    fn every_run_is_dealt_once() {
        for (runs, shards, chunk) in [(0, 3, 2), (1, 3, 2), (10, 3, 2), (12, 4, 3), (7, 1, 10)] {
            let layout = layout(runs, shards, chunk);
            let mut dealt = Vec::new();
            for shard in layout.every_shard() {
                let before = dealt.len() as u64;
                for place in layout.chunks(shard) {
                    let runs: Vec<_> = layout.runs_of(shard, place).collect();
                    assert!(!runs.is_empty() && runs.len() as u64 <= chunk, "{runs:?}");
                    assert!(runs.iter().all(|run| layout.place_of(*run) == place));
                    dealt.extend(runs);
                }
                let share = dealt.len() as u64 - before;
                assert_eq!(share, shard.share(runs));
                assert!(share.abs_diff(runs / shards) <= 1);
            }
            dealt.sort_unstable();
            assert_eq!(dealt, (0..runs).collect::<Vec<_>>());
        }
        let shard: Shard = "2/3".parse().expect("a shard");
        let runs = (0..3).map(|place| shard.run(place)).collect::<Vec<_>>();
        assert_eq!(runs, [1, 4, 7], "round-robin");
    }

    #[test]
    fn numbers_are_told_as_an_array_takes_them() {
        assert_eq!(array_form(&[2, 7, 9, 10, 11, 12]), "2,7,9-12");
        assert_eq!(array_form(&[1, 2]), "1-2");
        assert_eq!(array_form(&[5]), "5");
        assert_eq!(array_form(&[]), "");
    }
}
