//! Arguments of `coverage`.

use super::positive;
use clap::Args;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

/// Arguments of `coverage`.
#[derive(Debug, Args)]
pub(in crate::cli) struct CoverageArguments {
    /// Experiments under each rule.
    #[arg(long, value_name = "N", default_value = "2000", value_parser = positive::<NonZeroU64>)]
    pub experiments: NonZeroU64,
    /// Experiments at a time; left out: one for each core.
    #[arg(long, short, value_name = "N", value_parser = positive::<NonZeroUsize>)]
    pub jobs: Option<NonZeroUsize>,
    /// Write the table to this file; `-`: standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}
