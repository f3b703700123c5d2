//! Arguments of `schema`.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

const HELP: &str = "\
Examples:
  mirrorsim schema -o scenario.schema.json
  mirrorsim schema experiment -o experiment.schema.json";

/// Arguments of `schema`.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(in crate::cli) struct SchemaArguments {
    /// The files that are described.
    #[arg(value_enum, value_name = "FILES", default_value_t)]
    pub subject: Subject,
    /// Write to this file; `-`: standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Files that have a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(in crate::cli) enum Subject {
    /// Scenarios, which `run` and `check` read.
    #[default]
    Scenario,
    /// Experiments, which `sweep` reads.
    Experiment,
}
