//! Arguments of `sweep`.

use super::{EXIT_STATUS, ShardArguments, assignment, positive};
use crate::results::Seeds;
use clap::{Args, ValueEnum};
use std::num::NonZeroUsize;
use std::path::PathBuf;

const HELP: &str = "\
Examples:
  mirrorsim sweep experiment.json --dry-run
  mirrorsim sweep experiment.json -o results
  mirrorsim sweep experiment.json --seeds 0..5 --set wan.propagation=40ms --format jsonl > rows.jsonl
  mirrorsim sweep experiment.json --shard 2/8 -o results
  mirrorsim sweep experiment.json --shards 8 -o results --slurm > job.sh && sh job.sh";

/// Arguments of `sweep`.
#[derive(Debug, Args)]
#[command(after_help = HELP, after_long_help = format!("{HELP}\n\n{EXIT_STATUS}"))]
pub(in crate::cli) struct SweepArguments {
    /// The experiment file; `-`: standard input.
    pub experiment: PathBuf,
    /// The seeds, instead of those of the experiment: A..B is A and all up to B, without B.
    #[arg(long, value_name = "A..B")]
    pub seeds: Option<Seeds>,
    /// Runs at a time; left out: one for each core.
    #[arg(long, short, value_name = "N", value_parser = positive::<NonZeroUsize>)]
    pub jobs: Option<NonZeroUsize>,
    /// Set a key of the scenario in every run, as `run` does; may be given more than once. What an axis
    /// or a policy of the experiment sets cannot be set.
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment)]
    pub set: Vec<(String, String)>,
    /// List points, policies and the number of runs, and run nothing.
    #[arg(long, conflicts_with_all = ["format", "shard", "slurm"])]
    pub dry_run: bool,
    /// A figure of the table of means; may be given more than once; left out: what references save, and
    /// how long writes take.
    #[arg(long, value_name = "KEY")]
    pub figure: Vec<String>,
    /// The form of the output.
    #[arg(long, value_enum, default_value_t)]
    pub format: SweepFormat,
    #[command(flatten)]
    pub parts: ShardArguments,
}

/// The form of the output of an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(in crate::cli) enum SweepFormat {
    /// A table of means with their intervals.
    #[default]
    Text,
    /// Each run as a line of JSON.
    Jsonl,
    /// Each run as a line, under a line of keys.
    Csv,
}
