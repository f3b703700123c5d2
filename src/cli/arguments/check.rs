//! Arguments of `check`.

use super::{EXIT_STATUS, Format, ShardArguments, assignment, positive};
use crate::results::Seeds;
use crate::units::Span;
use clap::Args;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

const HELP: &str = "\
Examples:
  mirrorsim check
  mirrorsim check scenario.json --seeds 0..1000 --jobs 8
  mirrorsim check scenarios more/scenario.json --set policy=full-blocks --set expect={}
  mirrorsim check --seeds 0..100 --twice 10 --format json > rows.jsonl
  mirrorsim check --seeds 0..10000 --max-fail 5 --limit-simulated 10min --limit-events 5000000
  mirrorsim check scenarios --seeds 0..2 --baseline results/baseline.json
  mirrorsim check --junit check.xml --save-failures failures --explain
  mirrorsim check --seeds 0..10000 --shard 2/8 -o results
  mirrorsim check --seeds 0..10000 --shards 8 -o results --slurm > job.sh && sh job.sh

With GITHUB_ACTIONS=true the first failures are annotations, and a page about the check is appended to
the file that GITHUB_STEP_SUMMARY names.";

/// Arguments of `check`.
#[derive(Debug, Args)]
#[command(after_help = HELP, after_long_help = format!("{HELP}\n\n{EXIT_STATUS}"))]
pub(in crate::cli) struct CheckArguments {
    /// Scenario files, and folders whose *.json files are scenarios; `-`: standard input; left out:
    /// the folder `scenarios`.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The seeds: A..B is A and all up to B, without B; N is one.
    #[arg(long, value_name = "A..B", default_value = "0..16")]
    pub seeds: Seeds,
    /// Runs at a time; left out: one for each core.
    #[arg(long, short, value_name = "N", value_parser = positive::<NonZeroUsize>)]
    pub jobs: Option<NonZeroUsize>,
    /// Stop after so many failing runs, counted in the order of the output; left out: never.
    #[arg(long, value_name = "N", value_parser = positive::<NonZeroU64>, conflicts_with = "output")]
    pub max_fail: Option<NonZeroU64>,
    /// Show so many failing runs in full; all are counted.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub show: u64,
    /// Override a key of every scenario, as `run` does; may be given more than once.
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment)]
    pub set: Vec<(String, String)>,
    /// Make every K-th run of a scenario, from the first, twice and compare the digests.
    #[arg(long, value_name = "K", value_parser = positive::<NonZeroU64>)]
    pub twice: Option<NonZeroU64>,
    /// A run that is not over after so much simulated time fails. Where a scenario's own
    /// `limits.simulated` is smaller, that one holds.
    #[arg(long, value_name = "SPAN", value_parser = lasting)]
    pub limit_simulated: Option<Span>,
    /// A run that is not over after so many events fails. Where a scenario's own `limits.events` is
    /// smaller, that one holds.
    #[arg(long, value_name = "N", value_parser = positive::<NonZeroU64>)]
    pub limit_events: Option<NonZeroU64>,
    /// Compare digests and key figures with those in this file. Only runs that stand in it are
    /// compared; scenarios that are new or gone are named, and a difference of any kind is exit
    /// status 3 (a failing run is 1 all the same).
    #[arg(long, value_name = "FILE", conflicts_with_all = ["shard", "output"])]
    pub baseline: Option<PathBuf>,
    /// Write the file of --baseline instead: the runs of this check, and no others. It stays as it is
    /// if a run fails.
    #[arg(long, requires = "baseline", conflicts_with_all = ["max_fail", "shard"])]
    pub update_baseline: bool,
    /// Say why a failing run violates a property, as `explain` does: for so many as are shown.
    #[arg(long, conflicts_with_all = ["shard", "output"])]
    pub explain: bool,
    /// Keep failing runs in this folder, each as a scenario file that fails alone, and run what is
    /// there again before all else. At most 100 are added by a check.
    #[arg(long, value_name = "DIR", conflicts_with = "output")]
    pub save_failures: Option<PathBuf>,
    /// Remove from the folder what no longer fails.
    #[arg(long, requires = "save_failures")]
    pub remove_cured: bool,
    /// Write a test report in XML (the form of `JUnit`) as well: a suite for each scenario, a case for each seed (or block of
    /// seeds, where there are more than 1000).
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// The form of the output: `text`, or `json`, an object a line for each run and one in the end.
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
    #[command(flatten)]
    pub parts: ShardArguments,
}

fn lasting(text: &str) -> Result<Span, String> {
    match text.parse::<Span>() {
        Ok(Span::ZERO) => Err("a run takes time".to_owned()),
        read => read.map_err(|error| error.to_string()),
    }
}
