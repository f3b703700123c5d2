//! Arguments about tapes.

use clap::Args;
use std::path::PathBuf;

/// Arguments about tapes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Tape")]
pub(in crate::cli) struct TapeArguments {
    /// Write every decision of the run to this file, one JSON object a line, gzipped if it ends in
    /// .gz; `-`: standard output.
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Take every decision from this tape, plain or gzipped, wherever it has one of the same meaning;
    /// the seed decides the rest; `-`: standard input.
    #[arg(long, value_name = "FILE")]
    pub replay: Option<PathBuf>,
}
