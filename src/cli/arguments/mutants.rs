//! Arguments of `mutants`.

use super::{EXIT_STATUS, RowFormat, assignment, positive};
use crate::mutants;
use clap::Args;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

const HELP: &str = "\
Examples:
  mirrorsim mutants
  mirrorsim mutants scenarios/sabotage/no-copy-on-write.json --seeds 1000 --starts 5
  mirrorsim mutants --shrink 3 --format csv -o mutants.csv
  mirrorsim mutants --against results/mutants.csv

The table says how many seeds half of the searches needed at most, an interval that holds the median
with 95 % confidence, the simulated time of the violation (median), and with --shrink the writes that are
left of the run. `>`: more than --seeds.";

/// Arguments of `mutants`.
#[derive(Debug, Args)]
#[command(after_help = HELP, after_long_help = format!("{HELP}\n\n{EXIT_STATUS}"))]
pub(in crate::cli) struct MutantsArguments {
    /// Scenario files with a `sabotage`, and folders of them; left out: `scenarios/sabotage`.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Seeds tried from each first seed, at most.
    #[arg(long, value_name = "N", default_value = "100", value_parser = positive::<NonZeroU64>)]
    pub seeds: NonZeroU64,
    /// First seeds to search from.
    #[arg(long, value_name = "N", default_value = "20", value_parser = starts)]
    pub starts: NonZeroU64,
    /// Runs at a time; left out: one for each core.
    #[arg(long, short, value_name = "N", value_parser = positive::<NonZeroUsize>)]
    pub jobs: Option<NonZeroUsize>,
    /// Override a key of every scenario, as `run` does; may be given more than once.
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment)]
    pub set: Vec<(String, String)>,
    /// Compare with a table that was kept, as `--format csv` writes it. Exit status 1 if a wrong
    /// protocol that was always caught is missed now, or is caught by so few of the runs that chance
    /// explains it in one case of 1000, or another property is to notice, or no scenario shows it.
    #[arg(long, value_name = "FILE")]
    pub against: Option<PathBuf>,
    /// Shrink the run that catches a wrong protocol, in so many searches of each: how many writes are
    /// left? Takes a second or so for each.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub shrink: u64,
    /// The form of the table.
    #[arg(long, value_enum, default_value = "text")]
    pub format: RowFormat,
    /// Write the table to this file; `-`: standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// First seeds lie 2²⁰ apart, and all of them are seeds.
fn starts(text: &str) -> Result<NonZeroU64, String> {
    let starts = positive::<NonZeroU64>(text)?;
    let most = u64::MAX / mutants::STRIDE;
    if starts.get() <= most { Ok(starts) } else { Err(format!("at most {most}")) }
}
