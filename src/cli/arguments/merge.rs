//! Arguments of `merge`.

use super::{EXIT_STATUS, Format};
use clap::Args;
use std::path::PathBuf;

const HELP: &str = "\
Examples:
  mirrorsim merge results
  mirrorsim merge from-here from-there --format json > rows.jsonl
  mirrorsim check --seeds 0..1000 --shards 8 -o results --slurm > job.sh && sh job.sh";

/// Arguments of `merge`.
#[derive(Debug, Args)]
#[command(after_help = HELP, after_long_help = format!("{HELP}\n\n{EXIT_STATUS}"))]
pub(in crate::cli) struct MergeArguments {
    /// Folders that `check -o` or `sweep -o` filled, all for the same runs.
    #[arg(required = true, value_name = "DIR")]
    pub folders: Vec<PathBuf>,
    /// Show so many failing runs in full; all are counted.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub show: u64,
    /// Write a `JUnit` file too, as `check` does.
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// The form of the output: `text`, or `json`, an object a line for each run and one in the end.
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}
