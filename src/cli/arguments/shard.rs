//! Arguments about parts of a list of runs.

use super::positive;
use crate::results::Shard;
use clap::Args;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::str::FromStr;

/// Arguments about parts of a list of runs.
#[derive(Debug, Args)]
#[command(next_help_heading = "Many machines")]
pub(in crate::cli) struct ShardArguments {
    /// Make the runs of one of N parts only, dealt round-robin: the second of eight is 2/8. `auto`:
    /// the one that `SLURM_ARRAY_TASK_ID` (from 1) or `JOB_COMPLETION_INDEX` (from 0) says, of --shards.
    #[arg(long, value_name = "I/N")]
    pub shard: Option<ShardChoice>,
    /// The number of parts, for `--shard auto` and --slurm.
    #[arg(long, value_name = "N", value_parser = positive::<NonZeroU64>)]
    pub shards: Option<NonZeroU64>,
    /// Keep what runs came to in this folder, and make no run that is kept there: the same line goes
    /// on where it was stopped. `merge` tells it all.
    #[arg(long, short, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Runs that are kept together, in a file that is written when the last of them is made; left out:
    /// 32.
    #[arg(long, value_name = "N", value_parser = positive::<NonZeroU64>, requires = "output")]
    pub chunk: Option<NonZeroU64>,
    /// Make no run: write a script that submits every shard to Slurm as an array of jobs, and the
    /// merge after them; left out: to standard output.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, requires = "shards")]
    #[arg(requires = "output", conflicts_with = "shard")]
    #[expect(clippy::option_option, reason = "whether it is given, and with a file")]
    pub slurm: Option<Option<PathBuf>>,
}

impl ShardArguments {
    /// Runs that are kept together.
    pub fn chunk(&self) -> NonZeroU64 {
        const CHUNK: NonZeroU64 = NonZeroU64::new(32).expect("it is not 0");
        self.chunk.unwrap_or(CHUNK)
    }
}

/// Which part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum ShardChoice {
    /// This one.
    Given(Shard),
    /// The one that the environment says.
    Auto,
}

impl FromStr for ShardChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "auto" { Ok(Self::Auto) } else { text.parse().map(Self::Given) }
    }
}
