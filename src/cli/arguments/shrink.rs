//! Arguments of `shrink`.

use super::super::check::Seeds;
use super::{EXIT_STATUS, assignment, positive};
use clap::Args;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

const SHRINK_HELP: &str = "\
Examples:
  mirrorsim shrink scenario.json --seed 7 -o smallest.json
  mirrorsim shrink scenario.json --seed 7 --set policy=full-blocks | mirrorsim run -
  mirrorsim shrink scenarios/sabotage --table --seeds 0..20 -o shrink.csv";

/// Arguments of `shrink`.
#[derive(Debug, Args)]
#[command(after_help = SHRINK_HELP, after_long_help = format!("{SHRINK_HELP}\n\n{EXIT_STATUS}"))]
pub(in crate::cli) struct ShrinkArguments {
    /// The scenario file; `-`: standard input. With --table: files, and folders of them.
    #[arg(required = true, value_name = "SCENARIO")]
    pub scenarios: Vec<PathBuf>,
    /// The seed with which it fails.
    #[arg(long, default_value_t = 0, value_name = "N", conflicts_with = "table")]
    pub seed: u64,
    /// Override a key of the scenario, as `run` does; may be given more than once.
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment)]
    pub set: Vec<(String, String)>,
    /// Runs at most; then the best so far is the result.
    #[arg(long, value_name = "N", default_value = "4000", value_parser = positive::<NonZeroU64>)]
    pub runs: NonZeroU64,
    /// Shrink every scenario with every seed of --seeds, and write a table instead of scenarios.
    #[arg(long)]
    pub table: bool,
    /// The seeds of --table: A..B is A and all up to B, without B; N is one.
    #[arg(long, value_name = "A..B", default_value = "0..20", requires = "table")]
    pub seeds: Seeds,
    /// Scenarios of --table at a time; left out: one for each core.
    #[arg(long, short, value_name = "N", requires = "table", value_parser = positive::<NonZeroUsize>)]
    pub jobs: Option<NonZeroUsize>,
    /// Write to this file; `-`: standard output. It holds the best so far also if interrupted.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}
