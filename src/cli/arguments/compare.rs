//! Arguments of `compare`.

use super::EXIT_STATUS;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

const HELP: &str = "\
Examples:
  mirrorsim compare results --policies full-blocks,references
  mirrorsim compare before after --figure saved.of_wan --figure latency.write.p99_ns
  mirrorsim compare before/rows.jsonl after/rows.jsonl --format csv > differences.csv";

/// Arguments of `compare`.
#[derive(Debug, Args)]
#[command(after_help = HELP, after_long_help = format!("{HELP}\n\n{EXIT_STATUS}"))]
pub(in crate::cli) struct CompareArguments {
    /// Rows that `sweep -o` left: its folder, or a file of rows. Of two sets, the base.
    #[arg(value_name = "ROWS")]
    pub first: PathBuf,
    /// Rows that are held against them: runs are paired by the values of axes, policy and seed.
    #[arg(value_name = "ROWS")]
    pub second: Option<PathBuf>,
    /// Compare policies of one set instead: the first of them is the base, and each other one is held
    /// against it. Runs are paired by point and seed.
    #[arg(long, value_name = "NAME", value_delimiter = ',', num_args = 1..)]
    #[arg(conflicts_with = "second", required_unless_present = "second")]
    pub policies: Vec<String>,
    /// A figure to compare; may be given more than once; left out: what references save, and how long
    /// writes take.
    #[arg(long, value_name = "KEY")]
    pub figure: Vec<String>,
    /// The form of the output.
    #[arg(long, value_enum, default_value_t)]
    pub format: CompareFormat,
}

/// The form of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(in crate::cli) enum CompareFormat {
    /// A table for each figure.
    #[default]
    Text,
    /// An object.
    Json,
    /// A line for each point, policy and figure, under a line of keys.
    Csv,
}
